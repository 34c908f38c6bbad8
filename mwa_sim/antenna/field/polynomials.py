"""Polynomials on the tissue triangles: linear permittivity in, quadratic field out."""

from __future__ import annotations

import numpy as np
from numba import njit

from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.sar import ComplexArray
from mwa_sim.typing import FloatArray, IntArray

_SAMPLES = np.full((3, 3), 1.0 / 6.0) + 0.5 * np.eye(3)
COEFFICIENTS = 6
"""Bernstein coefficients of a quadratic on a triangle: three corners, then the edges
(0, 1), (1, 2) and (2, 0)."""


class TissueTriangles:
    """Polynomials on the tissue triangles of a field solver.

    Parameters
    ----------
    solver : FieldSolver

    Attributes
    ----------
    r, z : (3 m_t,) float arrays [m]
        Sample points inside the triangles, three each.
    """

    def __init__(self, solver: FieldSolver) -> None:
        corners = solver.mesh.points[solver.mesh.triangles[solver.tissue]]
        samples = np.einsum("sc,mcx->msx", _SAMPLES, corners).reshape(-1, 2)
        self.r, self.z = samples[:, 0].copy(), samples[:, 1].copy()
        # Barycentric coordinates of the solver's points: taken from the geometry, because the
        # order of a triangle's corners is the solver's own affair.
        edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
        offset = np.stack([solver.r, solver.z], axis=2) - corners[:, None, 0]
        inner = np.einsum("mxy,mky->mkx", np.linalg.inv(edges), offset)
        self._bary = np.concatenate([1.0 - inner.sum(axis=2, keepdims=True), inner], axis=2)
        basis = bernstein(self._bary)
        weighted = basis * solver.volume[:, :, None]
        gram = np.einsum("mkc,mkd->mcd", weighted, basis)
        self._fit = np.einsum("mcd,mkd->mck", np.linalg.inv(gram), weighted)

    def at_points(self, samples: ComplexArray) -> ComplexArray:
        """Values (m_t, k) at the solver's points from those (3 m_t,) at the sample points.

        Linear through the three, but not beyond the range that they span: behind a jump an
        extrapolated permittivity could fall below that of any tissue.
        """
        three = samples.reshape(-1, 3)
        # Samples are S c of the corner values c, and the inverse of S is 2 I - 1/3.
        corners = 2.0 * three - three.sum(axis=1, keepdims=True) / 3.0
        values = np.einsum("mkc,mc->mk", self._bary, corners)
        real = np.clip(
            values.real, three.real.min(axis=1)[:, None], three.real.max(axis=1)[:, None]
        )
        imag = np.clip(
            values.imag, three.imag.min(axis=1)[:, None], three.imag.max(axis=1)[:, None]
        )
        return np.asarray(real + 1j * imag)

    def field(self, solution: FieldSolution) -> FloatArray:
        """Quadratic fit of the electric field on each triangle.

        Parameters
        ----------
        solution : FieldSolution

        Returns
        -------
        (m_t, 6, 4) float array [V/m per sqrt(W)]
            Bernstein coefficients of the real and imaginary parts of E_r and E_z (peak phasors),
            by least squares over the ring volumes.
        """
        parts = np.stack(
            [f(e) for e in (solution.e_r, solution.e_z) for f in (np.real, np.imag)], axis=2
        )
        return np.ascontiguousarray(np.einsum("mck,mkx->mcx", self._fit, parts))


def bernstein(bary: FloatArray) -> FloatArray:
    """Quadratic Bernstein polynomials (..., 6) at barycentric coordinates (..., 3)."""
    a, b, c = np.moveaxis(bary, -1, 0)
    return np.stack([a * a, b * b, c * c, 2 * a * b, 2 * b * c, 2 * c * a], axis=-1)


@njit(cache=True)
def squared_field(
    field: FloatArray, triangle: IntArray, bary: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """|E_r|^2 and |E_z|^2 at points in triangles.

    Parameters
    ----------
    field : (m_t, 6, 4) float array [V/m per sqrt(W)]
    triangle : (k,) int array
        Number of the tissue triangle of each point; -1 gives 0.
    bary : (k, 3) float array

    Returns
    -------
    across, along : (k,) float arrays [V2/m2 per W]
    """
    across, along = np.zeros(triangle.size), np.zeros(triangle.size)
    e = np.zeros(4)
    for p in range(triangle.size):
        t = triangle[p]
        if t < 0:
            continue
        a, b, c = bary[p, 0], bary[p, 1], bary[p, 2]
        aa, bb, cc, ab, bc, ca = a * a, b * b, c * c, 2 * a * b, 2 * b * c, 2 * c * a
        for x in range(4):
            e[x] = (
                aa * field[t, 0, x]
                + bb * field[t, 1, x]
                + cc * field[t, 2, x]
                + ab * field[t, 3, x]
                + bc * field[t, 4, x]
                + ca * field[t, 5, x]
            )
        across[p] = e[0] * e[0] + e[1] * e[1]
        along[p] = e[2] * e[2] + e[3] * e[3]
    return across, along
