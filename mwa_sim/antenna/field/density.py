"""The power density of a field solution at any point of the meridian plane."""

from __future__ import annotations

import numpy as np

from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.polynomials import TissueTriangles, bernstein
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.typing import FloatArray

# Points at a time: their coefficients are small against the memory of any machine.
_CHUNK = 50_000


class FieldDensity:
    """``sigma |E|^2 / 2`` in homogeneous tissue.

    Parameters
    ----------
    solver : FieldSolver
    solution : FieldSolution
    conductivity : float [S/m]
        Of the tissue.
    """

    def __init__(self, solver: FieldSolver, solution: FieldSolution, conductivity: float) -> None:
        mesh = solver.mesh
        self._finder = Finder(mesh.points, mesh.triangles)
        self._field = TissueTriangles(solver).field(solution)
        self._number = np.full(len(mesh.triangles), -1, dtype=np.int64)
        self._number[solver.tissue] = np.arange(len(solver.tissue))
        self._conductivity = conductivity

    def __call__(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Power density [W/m3 per W] at r, z [m] of one shape; 0 where there is no tissue."""
        triangle, bary = self._finder.locate(np.abs(r).ravel(), z.ravel())
        inside = np.flatnonzero((triangle >= 0) & (self._number[triangle] >= 0))
        squared = np.zeros(r.size)
        for some in np.array_split(inside, 1 + inside.size // _CHUNK):
            parts = self._field[self._number[triangle[some]]]
            e = np.einsum("pc,pcx->px", bernstein(bary[some]), parts)
            squared[some] = (e**2).sum(axis=1)
        return 0.5 * self._conductivity * squared.reshape(r.shape)
