"""Marching tetrahedra: where a piecewise linear (P1) field crosses a level, exactly.

Inside a linear tetrahedron the level set is a plane, so every piece (a triangle or a flat
quadrilateral of the surface, a tetrahedron or a wedge of the solid) follows from which corners
are inside (``value >= level``). Each point of the cut is named by the pair of nodes whose edge
carries it (or by one node twice), so neighbours share it and closed surfaces are closed by
index, not by tolerance (Doi and Koide, IEICE Trans. Inf. Syst. E74-D:214, 1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


@dataclass(frozen=True)
class Solid:
    """The part of a mesh where a P1 field reaches a level: whole elements and cut pieces.

    Attributes
    ----------
    whole : (k,) int array
        Elements with all corners inside, ascending.
    cut : (c,) int array
        Elements that the level cuts, ascending.
    corners : (s, 4, 3) float array [m]
        The pieces of the cut elements as tetrahedra, without overlap.
    volumes : (s,) float array [m3]
        Their volumes.
    owners : (s,) int array
        The element each piece comes from.
    """

    whole: Ints
    cut: Ints
    corners: Floats
    volumes: Floats
    owners: Ints


def isosurface(
    nodes: Floats,
    tets: Ints,
    values: Floats,
    level: float,
    boundary_faces: Ints | None = None,
    cut: Ints | None = None,
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
    cut : (c,) int array, optional
        The elements that the level cuts, where they are known.

    Returns
    -------
    Cut
    """
    from mwa_sim import contour_kernels as kernels

    inside = values >= level
    if cut is None:
        _, cut = kernels.touched(tets, inside)
    pairs, cells = kernels.pieces(tets, cut, inside, kernels.ORDERS, *kernels.SURFACE)
    if boundary_faces is not None:
        faces = np.arange(len(boundary_faces))
        caps, _ = kernels.pieces(boundary_faces, faces, inside, kernels.FACE_ORDERS, *kernels.CAP)
        pairs = np.concatenate([pairs, caps])
        cells = np.concatenate([cells, np.full(len(caps), -1, dtype=np.int64)])
    keys = pairs[..., 0] * np.int64(len(nodes)) + pairs[..., 1]
    unique, index = np.unique(keys, return_inverse=True)
    ends = np.stack(np.divmod(unique, np.int64(max(len(nodes), 1))), axis=1)
    weights = _weights(values, level, ends)
    start = nodes[ends[:, 0]]
    points = start + weights[:, None] * (nodes[ends[:, 1]] - start)
    return Cut(points, index.reshape(keys.shape).astype(np.int64), ends, weights, cells)


def solid(nodes: Floats, tets: Ints, values: Floats, level: float) -> Solid:
    """The solid ``{values >= level}`` of a P1 field.

    Parameters
    ----------
    nodes, tets, values, level
        As in :func:`isosurface`.

    Returns
    -------
    Solid
    """
    from mwa_sim import contour_kernels as kernels

    inside = values >= level
    whole, cut = kernels.touched(tets, inside)
    pairs, owners = kernels.pieces(tets, cut, inside, kernels.ORDERS, *kernels.SOLID)
    corners, volumes = kernels.corners_of(pairs, nodes, values, level)
    return Solid(whole, cut, corners, volumes, owners)


def triangle_areas(points: Floats, triangles: Ints) -> Floats:
    """Areas [m2] of triangles."""
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))


def _weights(values: Floats, level: float, pairs: Ints) -> Floats:
    """Weight of the second (outside) node where the edge crosses the level."""
    high, low = values[pairs[:, 0]], values[pairs[:, 1]]
    drop = high - low
    return np.divide(high - level, drop, out=np.zeros(len(pairs)), where=pairs[:, 0] != pairs[:, 1])
