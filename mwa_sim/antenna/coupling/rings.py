"""The tissue as the antenna sees it: properties of the tetrahedra averaged around its axis.

    eps(r, z) = 1/(2 pi) int eps_c(x(r, theta, z), T) dtheta,   eps_c = eps_r - j sigma/(w eps_0)

The arithmetic mean of the conductivity is the one that conserves power: on a ring of constant
|E| the tissue absorbs ``sigma |E|^2 / 2`` point by point and the mean of it together. Where a
ring leaves the mesh, the tissue of the nearest point of the surface goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY, ComplexArray
from mwa_sim.tissue.tabulated import table_place
from mwa_sim.typing import FloatArray, IntArray

if TYPE_CHECKING:
    from mwa_sim.mesh.probe import Locator
    from mwa_sim.mesh.tetmesh import TetMesh

AROUND = 16
"""Points on each ring."""


@dataclass(frozen=True, eq=False)
class Dielectrics:
    """Electrical properties of the labels of a mesh, and how they follow the temperature.

    Parameters
    ----------
    relative_permittivity, conductivity : (n_labels,) float arrays [-], [S/m]
        At 37 degC and the antenna's frequency.
    permittivity_factor, conductivity_factor : (n_labels, n) float arrays
        Relative to 37 degC at the temperatures ``start + step k``.
    start, step : float [degC], [K]
    frequency : float [Hz]
    """

    relative_permittivity: FloatArray
    conductivity: FloatArray
    permittivity_factor: FloatArray
    conductivity_factor: FloatArray
    start: float
    step: float
    frequency: float

    def at(self, table: FloatArray, column: IntArray, temperature: FloatArray) -> FloatArray:
        """Interpolate a table (n_labels, n) for labels (k,) at temperatures (k,) [degC]."""
        x = np.clip((temperature - self.start) / self.step, 0.0, table.shape[1] - 1.0)
        k = np.minimum(x.astype(np.int64), table.shape[1] - 2)
        low = table[column, k]
        return np.asarray(low + (x - k) * (table[column, k + 1] - low))


class Rings:
    """Points on rings around the axis of an antenna, each in its tetrahedron.

    Parameters
    ----------
    mesh : TetMesh
    locator : Locator
        Point location on this mesh.
    pose : Pose
    r, z : (k,) float arrays [m]
        The rings.
    around : int, optional
        Points on each.

    Attributes
    ----------
    inside : (k,) float array [-]
        Fraction of each ring that lies in the mesh.
    """

    def __init__(
        self,
        mesh: TetMesh,
        locator: Locator,
        pose: Pose,
        r: FloatArray,
        z: FloatArray,
        around: int = AROUND,
    ) -> None:
        # The unit ring once; every ring is that one scaled and shifted. Turned by the golden
        # angle from ring to ring, so that the points do not line up with the mesh.
        turn = 2.0 * np.pi * np.modf(0.6180339887498949 * np.arange(r.size))[0] / around
        angle = 2.0 * np.pi * (np.arange(around) + 0.5) / around + turn[:, None]
        first, second = pose.frame(np.eye(3) + pose.tip)[:, :2].T
        across = np.cos(angle)[..., None] * first + np.sin(angle)[..., None] * second
        points = (pose.tip + z[:, None, None] * pose.axis + r[:, None, None] * across).reshape(
            -1, 3
        )
        tets, bary = locator.locate(points)
        outside = np.flatnonzero(tets < 0)
        self.inside = 1.0 - np.bincount(outside // around, minlength=r.size) / around
        corners = mesh.tets[np.maximum(tets, 0)]
        label = np.searchsorted(np.asarray(mesh.labels), mesh.regions[np.maximum(tets, 0)])
        if outside.size:
            face = np.unique(mesh.boundary_faces)
            nearest = face[cKDTree(mesh.nodes[face]).query(points[outside])[1]]
            one_tet = np.zeros(len(mesh.nodes), dtype=np.int64)
            for corner in mesh.tets.T:
                last = np.zeros_like(one_tet)
                last[corner] = np.arange(len(mesh.tets))
                np.maximum(one_tet, last, out=one_tet)
            corners[outside] = nearest[:, None]
            bary[outside] = 0.25
            label[outside] = np.searchsorted(
                np.asarray(mesh.labels), mesh.regions[one_tet[nearest]]
            )
        self._corners = corners.astype(np.int32)
        self._bary = bary
        self._label = label.astype(np.int32)
        self._around = around

    def subset(self, chosen: IntArray) -> Rings:
        """Some of the rings, by their numbers (j,)."""
        part = object.__new__(Rings)
        points = (chosen[:, None] * self._around + np.arange(self._around)).ravel()
        part.inside = self.inside[chosen]
        part._corners, part._bary = self._corners[points], self._bary[points]
        part._label, part._around = self._label[points], self._around
        return part

    def permittivity(self, dielectrics: Dielectrics, temperature: FloatArray) -> ComplexArray:
        """Mean relative complex permittivity (k,) [-] of each ring.

        Parameters
        ----------
        dielectrics : Dielectrics
        temperature : (n_nodes,) float array [degC]
        """
        d = dielectrics
        scale = 1.0 / (2.0 * np.pi * d.frequency * VACUUM_PERMITTIVITY)
        return np.asarray(
            _average(
                self._corners, self._bary, self._label, self._around, temperature,
                d.relative_permittivity, d.conductivity * scale,
                d.permittivity_factor, d.conductivity_factor, d.start, d.step,
            )
        )  # fmt: skip


@njit(cache=True)
def _average(
    corners: IntArray,
    bary: FloatArray,
    label: IntArray,
    around: int,
    temperature: FloatArray,
    permittivity: FloatArray,
    loss: FloatArray,
    permittivity_factor: FloatArray,
    loss_factor: FloatArray,
    start: float,
    step: float,
) -> ComplexArray:
    rings = label.size // around
    last, per_step = permittivity_factor.shape[1] - 2, 1.0 / step
    mean = np.zeros(rings, dtype=np.complex128)
    for ring in range(rings):
        real, imaginary = 0.0, 0.0
        for p in range(ring * around, (ring + 1) * around):
            t = 0.0
            for c in range(4):
                t += bary[p, c] * temperature[corners[p, c]]
            k, part = table_place(t, start, per_step, last)
            m = label[p]
            a, b = permittivity_factor[m, k], permittivity_factor[m, k + 1]
            real += permittivity[m] * (a + part * (b - a))
            a, b = loss_factor[m, k], loss_factor[m, k + 1]
            imaginary += loss[m] * (a + part * (b - a))
        mean[ring] = complex(real / around, -imaginary / around)
    return mean
