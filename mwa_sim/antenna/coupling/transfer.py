"""From the antenna's meridian plane to the tetrahedra: where |E|^2 heats which node.

The loads ``int sigma_l |E|^2 / 2 phi_i dV`` of a field on triangles of the (r, z) plane are taken
with quadrature points that are chosen once, where the field of the unheated tissue is strong, and
kept: another field of the same antenna costs one pass over them. Tetrahedra that are large against
the triangles they lie in, and carry power, are cut into eight; four points (degree 2) in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.polynomials import squared_field
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.quadrature import EIGHTHS
from mwa_sim.typing import FloatArray, IntArray

if TYPE_CHECKING:
    from mwa_sim.mesh.tetmesh import TetMesh

_DEEPEST = 5
# A part is cut while it carries more than this fraction of the power and is larger than this
# many times the triangles it lies in.
_SHARE = 1e-5
_COARSE = 1.5
# Parts with less than these fractions of the power get one point, or none.
_NEGLIGIBLE = 3e-6
_NOTHING = 1e-11
_A, _B = 0.5854101966249685, 0.1381966011250105
_FOUR = np.full((4, 4), _B) + (_A - _B) * np.eye(4)
_ONE = np.full((1, 4), 0.25)


class Transfer:
    """Quadrature points in the tetrahedra, each in its triangle of the meridian plane.

    Parameters
    ----------
    mesh : TetMesh
    tets : (m, 4) int array
        The nodes of the tetrahedra as the entries are to number them.
    pose : Pose
    finder : Finder
        Of the meridian plane.
    tissue : (n_triangles,) int array
        Number of each triangle among those that hold tissue, -1 for the antenna itself.
    size : (n_triangles,) float array [m]
        Edge length of the triangles.
    field : (m_t, 6, 4) float array [V/m per sqrt(W)]
        The electric field by which the points are chosen.
    loss : (m_t,) float array [W m/V2]
        Half the conductivity of the tissue triangles.
    surface : float [m]
        Radius of the antenna: inside it the density of its surface decides about cutting.

    Attributes
    ----------
    node, column : (n_entries,) int arrays
        Node and label (as its place among the mesh's labels) of the entries, sorted by node.
    """

    def __init__(
        self,
        mesh: TetMesh,
        tets: IntArray,
        pose: Pose,
        finder: Finder,
        tissue: IntArray,
        size: FloatArray,
        field: FloatArray,
        loss: FloatArray,
        surface: float,
    ) -> None:
        self._tissue, self._finder = tissue, finder
        labels = np.asarray(mesh.labels)
        column = np.searchsorted(labels, mesh.regions)
        nodes = pose.frame(mesh.nodes)
        total = 1.0
        found: list[tuple[IntArray, FloatArray, FloatArray]] = []
        # Most tetrahedra get nothing: they are sorted out before arrays of their corners are made.
        parent, q, edge = self._heated(nodes, mesh.tets, mesh.volumes, field, loss, size, surface)
        corners = nodes[mesh.tets[parent]]
        shape, volume = corners, np.asarray(mesh.volumes[parent])
        bary = np.broadcast_to(np.eye(4), (len(parent), 4, 4))
        for level in range(_DEEPEST + 1):
            if level:
                q, edge = self._estimate(shape, field, loss, size, surface)
            power = q * volume
            length = np.cbrt(8.5 * volume)
            split = (power > _SHARE * total) & (length > _COARSE * edge)
            if level == _DEEPEST:
                split[:] = False
            for rule, chosen in (
                (_FOUR, ~split & (power > _NEGLIGIBLE * total)),
                (_ONE, ~split & (power <= _NEGLIGIBLE * total) & (power > _NOTHING * total)),
            ):
                points = np.einsum("qk,mkj->mqj", rule, bary[chosen]).reshape(-1, 4)
                weight = np.repeat(volume[chosen] / len(rule), len(rule))
                found.append((np.repeat(parent[chosen], len(rule)), points, weight))
            if not np.any(split):
                break
            parent = np.repeat(parent[split], 8)
            volume = np.repeat(volume[split] / 8.0, 8)
            shape = np.einsum("pkj,mjc->mpkc", EIGHTHS, shape[split]).reshape(-1, 4, 3)
            bary = np.einsum("pkj,mjc->mpkc", EIGHTHS, bary[split]).reshape(-1, 4, 4)
        tet = np.concatenate([f[0] for f in found])
        points = np.concatenate([f[1] for f in found])
        weight = np.concatenate([f[2] for f in found])
        r, z = _places(nodes, mesh.tets, tet, points)
        triangle, inner = finder.locate(r, z)
        held = np.where(triangle >= 0, tissue[triangle], -1)
        keep = held >= 0
        order = np.flatnonzero(keep)[np.argsort(tet[keep], kind="stable")]
        self._triangle = held[order].astype(np.int32)
        self._inner, self._outer = inner[order], points[order] * weight[order, None]
        tet = tet[order]
        # Points of one tetrahedron follow each other and share its entries.
        new = np.append(True, tet[1:] != tet[:-1]) if len(tet) else np.zeros(0, dtype=bool)
        used = tet[new]
        key = tets[used].astype(np.int64) * len(labels) + column[used][:, None]
        held_key = np.zeros(len(nodes) * len(labels), dtype=bool)
        held_key[key] = True
        entries = np.flatnonzero(held_key)
        number = np.cumsum(held_key, dtype=np.int32) - np.int32(1)
        of_tet = number[key]
        self._entry = of_tet[np.cumsum(new) - 1]
        self.node, self.column = entries // len(labels), entries % len(labels)

    def _heated(
        self,
        nodes: FloatArray,
        tets: IntArray,
        volumes: FloatArray,
        field: FloatArray,
        loss: FloatArray,
        size: FloatArray,
        surface: float,
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """Tetrahedra (k,) that get power, with their estimates: a corner is looked at once."""
        q, edge = self._at(nodes, field, loss, size, surface)
        centre = np.zeros((len(tets), 3))
        for corner in tets.T:
            centre += 0.25 * nodes[corner]
        most, least = self._at(centre, field, loss, size, surface)
        for corner in tets.T:
            np.maximum(most, q[corner], out=most)
            np.minimum(least, edge[corner], out=least)
        chosen = np.flatnonzero(most * volumes > _NOTHING)
        return chosen, most[chosen], least[chosen]

    def _estimate(
        self,
        shape: FloatArray,
        field: FloatArray,
        loss: FloatArray,
        size: FloatArray,
        surface: float,
    ) -> tuple[FloatArray, FloatArray]:
        """Largest density and smallest triangle at the corners and the centre of each part."""
        q, edge = self._at(shape.mean(axis=1), field, loss, size, surface)
        for x in np.moveaxis(shape, 1, 0):
            density, near = self._at(x, field, loss, size, surface)
            np.maximum(q, density, out=q)
            np.minimum(edge, near, out=edge)
        return q, edge

    def _at(
        self,
        x: FloatArray,
        field: FloatArray,
        loss: FloatArray,
        size: FloatArray,
        surface: float,
    ) -> tuple[FloatArray, FloatArray]:
        """Density and size of the triangle at points; 0 and infinite outside the plane."""
        r = np.hypot(x[:, 0], x[:, 1])
        # Beside the antenna a part may have all its corners inside and yet hold hot tissue.
        r = np.where(x[:, 2] > 0.0, np.maximum(r, surface), r)
        triangle, bary = self._finder.locate(r, x[:, 2])
        known = triangle >= 0
        held = np.where(known, self._tissue[triangle], -1)
        across, along = squared_field(field, held, bary)
        density = np.where(held >= 0, (across + along) * loss[held], 0.0)
        return density, np.where(known, size[triangle], np.inf)

    def loads(self, field: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Power into each entry, ``int sigma |E|^2 / 2 phi_i dV``, by direction of the field.

        Parameters
        ----------
        field : (m_t, 6, 4) float array [V/m per sqrt(W)]
        sigma : (n_labels,) float array [S/m]

        Returns
        -------
        across, along : (n_entries,) float arrays [W/W]
            By the field across the antenna's axis and along it; together they heat.
        """
        half = 0.5 * sigma[self.column]
        parts = []
        for squared in squared_field(field, self._triangle, self._inner):
            loads = np.zeros(len(self.node))
            _spread(squared, self._outer, self._entry, loads)
            parts.append(half * loads)
        return parts[0], parts[1]


@njit(cache=True)
def _spread(squared: FloatArray, outer: FloatArray, entry: IntArray, loads: FloatArray) -> None:
    for p in range(squared.size):
        for c in range(4):
            loads[entry[p, c]] += squared[p] * outer[p, c]


@njit(cache=True)
def _places(
    nodes: FloatArray, tets: IntArray, tet: IntArray, points: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distance from the axis and place along it of points (k, 4) given by their tetrahedra."""
    r, z = np.empty(tet.size), np.empty(tet.size)
    for p in range(tet.size):
        x, y, along = 0.0, 0.0, 0.0
        for c in range(4):
            i = tets[tet[p], c]
            x += points[p, c] * nodes[i, 0]
            y += points[p, c] * nodes[i, 1]
            along += points[p, c] * nodes[i, 2]
        r[p], z[p] = np.hypot(x, y), along
    return r, z
