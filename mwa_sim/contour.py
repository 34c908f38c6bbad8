"""Marching tetrahedra: where a piecewise linear (P1) field crosses a level, exactly.

Inside a linear tetrahedron the level set is a plane, so every piece (a triangle or a flat
quadrilateral of the surface, a tetrahedron or a wedge of the solid) follows from which corners
are inside (``value >= level``). Each point of the cut is named by the pair of nodes whose edge
carries it (or by one node twice), so neighbours share it and closed surfaces are closed by
index, not by tolerance (Doi and Koide, IEICE Trans. Inf. Syst. E74-D:214, 1991).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _orders() -> Ints:
    """(16, 4) even reorderings of a tetrahedron's corners by its inside mask.

    One corner differing from the other three comes first; of two and two, the inside pair does.
    Even permutations keep the orientation, so one winding fits every case.
    """
    table = np.zeros((16, 4), dtype=np.int64)
    for code in range(16):
        mask = [bool(code >> corner & 1) for corner in range(4)]
        lead = sum(mask) != 3
        wanted = 1 if sum(mask) in (1, 3) else 2
        for order in itertools.permutations(range(4)):
            inversions = sum(order[i] > order[j] for i in range(4) for j in range(i + 1, 4))
            if inversions % 2 == 0 and (
                sum(mask) in (0, 4) or all(mask[corner] == lead for corner in order[:wanted])
            ):
                table[code] = order
                break
    return table


_ORDERS = _orders()
# Corners of the pieces as pairs of positions in the reordered tetrahedron (a, b, c, d); a pair is
# (inside corner, outside corner), or a corner twice where it is itself a corner of the piece.
_SURFACE = {
    1: np.array([[[0, 1], [0, 2], [0, 3]]]),
    2: np.array([[[0, 2], [0, 3], [1, 3]], [[0, 2], [1, 3], [1, 2]]]),
    3: np.array([[[1, 0], [3, 0], [2, 0]]]),
}
_SOLID = {
    1: np.array([[[0, 0], [0, 1], [0, 2], [0, 3]]]),
    2: np.array(
        [
            [[0, 0], [0, 2], [0, 3], [1, 1]],
            [[0, 2], [0, 3], [1, 1], [1, 2]],
            [[0, 3], [1, 1], [1, 2], [1, 3]],
        ]
    ),
    3: np.array(
        [
            [[1, 1], [2, 2], [3, 3], [1, 0]],
            [[2, 2], [3, 3], [1, 0], [2, 0]],
            [[3, 3], [1, 0], [2, 0], [3, 0]],
        ]
    ),
    4: np.array([[[0, 0], [1, 1], [2, 2], [3, 3]]]),
}
_FACE_ORDERS = np.array(
    [[0, 1, 2], [0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 0, 1], [1, 2, 0], [0, 1, 2], [0, 1, 2]]
)
_CAP = {
    1: np.array([[[0, 0], [0, 1], [0, 2]]]),
    2: np.array([[[1, 1], [2, 2], [2, 0]], [[1, 1], [2, 0], [1, 0]]]),
    3: np.array([[[0, 0], [1, 1], [2, 2]]]),
}


@dataclass(frozen=True)
class Cut:
    """Triangles cut from a tetrahedral mesh, with the way to carry nodal fields onto them.

    Attributes
    ----------
    points : (p, 3) float array [m]
    triangles : (f, 3) int array
        Indices into ``points``; wound so that the normal points from inside to outside.
    pairs : (p, 2) int array
        The two mesh nodes of the edge that carries each point (equal for a mesh node itself).
    weights : (p,) float array
        Weight of the second node of the pair.
    cells : (f,) int array
        Tetrahedron of each triangle; -1 on a cap, the part of the mesh boundary inside the level.
    """

    points: Floats
    triangles: Ints
    pairs: Ints
    weights: Floats
    cells: Ints

    def interpolate(self, nodal: NDArray[np.floating]) -> Floats:
        """Values at the points of a P1 field given at the nodes, ``(n,)`` or ``(n, k)``."""
        first = np.asarray(nodal[self.pairs[:, 0]], dtype=np.float64)
        second = np.asarray(nodal[self.pairs[:, 1]], dtype=np.float64)
        weights = self.weights.reshape(-1, *([1] * (first.ndim - 1)))
        return np.asarray(first + weights * (second - first))


def isosurface(
    nodes: Floats,
    tets: Ints,
    values: Floats,
    level: float,
    boundary_faces: Ints | None = None,
) -> Cut:
    """Surface ``{values = level}`` of a P1 field.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Positively oriented tetrahedra.
    values : (n,) float array
    level : float
    boundary_faces : (f, 3) int array, optional
        Outward faces of the mesh boundary. Given, the part of them that is inside is added as
        caps, so that the surface encloses ``{values >= level}``.

    Returns
    -------
    Cut
    """
    inside = values >= level
    pairs, cells = _pieces(tets, inside, _ORDERS, _SURFACE, 3)
    if boundary_faces is not None:
        caps, _ = _pieces(boundary_faces, inside, _FACE_ORDERS, _CAP, 3)
        pairs = np.concatenate([pairs, caps])
        cells = np.concatenate([cells, np.full(len(caps), -1, dtype=np.int64)])
    keys = pairs[..., 0] * np.int64(len(nodes)) + pairs[..., 1]
    unique, index = np.unique(keys, return_inverse=True)
    ends = np.stack(np.divmod(unique, np.int64(max(len(nodes), 1))), axis=1)
    weights = _weights(values, level, ends)
    start = nodes[ends[:, 0]]
    points = start + weights[:, None] * (nodes[ends[:, 1]] - start)
    return Cut(points, index.reshape(keys.shape).astype(np.int64), ends, weights, cells)


def solid(nodes: Floats, tets: Ints, values: Floats, level: float) -> tuple[Floats, Ints]:
    """The solid ``{values >= level}`` of a P1 field as tetrahedra.

    Parameters
    ----------
    nodes, tets, values, level
        As in :func:`isosurface`.

    Returns
    -------
    corners : (s, 4, 3) float array [m]
        Whole elements and the pieces of the ones that the level cuts, without overlap.
    cells : (s,) int array
        The element each piece comes from.
    """
    pairs, cells = _pieces(tets, values >= level, _ORDERS, _SOLID, 4)
    weights = _weights(values, level, pairs.reshape(-1, 2)).reshape(*pairs.shape[:2], 1)
    start = nodes[pairs[..., 0]]
    return start + weights * (nodes[pairs[..., 1]] - start), cells


def tetrahedron_volumes(corners: Floats) -> Floats:
    """Volumes [m3] of tetrahedra given by their corners, ``(s, 4, 3)``."""
    edges = corners[:, 1:] - corners[:, :1]
    return np.asarray(np.abs(np.linalg.det(edges)) / 6.0)


def second_moment(corners: Floats, volumes: Floats, centre: Floats) -> Floats:
    """Exact second moment of a solid about a point, ``integral of (x-c)(x-c)^T dV`` [m5].

    For one tetrahedron it is ``V/20 (sum_i v_i v_i^T + s s^T)`` with ``s = sum_i v_i``.

    Returns
    -------
    (3, 3) float array
    """
    local = corners - centre
    total = local.sum(axis=1)
    each = np.einsum("ski,skj,s->ij", local, local, volumes, optimize=True)
    return np.asarray((each + np.einsum("si,sj,s->ij", total, total, volumes)) / 20.0)


def triangle_areas(points: Floats, triangles: Ints) -> Floats:
    """Areas [m2] of triangles."""
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))


def _pieces(
    cells: Ints, inside: NDArray[np.bool_], orders: Ints, table: dict[int, Ints], corners: int
) -> tuple[Ints, Ints]:
    """Node pairs (s, corners, 2) of the pieces of all cells, and the cell of each piece."""
    mask = inside[cells]
    codes = mask @ (1 << np.arange(cells.shape[1]))
    counts = mask.sum(axis=1)
    pairs = [np.zeros((0, corners, 2), dtype=np.int64)]
    owners = [np.zeros(0, dtype=np.int64)]
    for count, pattern in table.items():
        chosen = np.flatnonzero(counts == count)
        ordered = np.take_along_axis(cells[chosen], orders[codes[chosen]], axis=1)
        pairs.append(ordered[:, pattern].reshape(-1, corners, 2).astype(np.int64))
        owners.append(np.repeat(chosen, len(pattern)))
    return np.concatenate(pairs), np.concatenate(owners)


def _weights(values: Floats, level: float, pairs: Ints) -> Floats:
    """Weight of the second (outside) node where the edge crosses the level."""
    high, low = values[pairs[:, 0]], values[pairs[:, 1]]
    drop = high - low
    return np.divide(high - level, drop, out=np.zeros(len(pairs)), where=pairs[:, 0] != pairs[:, 1])
