"""Graded triangles of an antenna's meridian plane, conforming to all outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay

from mwa_sim.antenna.field.packing import local_size, pack
from mwa_sim.antenna.field.planar import Arrangement, Box, arrange, check_outlines, inside, rz
from mwa_sim.antenna.field.walls import Size, divide
from mwa_sim.errors import MeshError
from mwa_sim.typing import BoolArray, FloatArray, IntArray

_SWEEPS = 4
_ROUNDS = 40
# Area of the triangles against the box, relative.
_AREA = 1e-12


@dataclass(frozen=True, eq=False)
class Triangulation:
    """Triangles of the half-plane r >= 0.

    Parameters
    ----------
    points : (n, 2) array [m]
        (r, z).
    triangles : (m, 3) int array
        Counter-clockwise, with r to the right and z upwards.
    part : (m,) int array
        Index of the last outline that contains the triangle, -1 outside all of them.
    """

    points: FloatArray
    triangles: IntArray
    part: IntArray


def triangulate(outlines: Sequence[FloatArray], box: Box, size: Size) -> Triangulation:
    """Divide a box of the meridian plane into triangles that conform to outlines.

    Every edge of an outline and of the box is a union of edges of triangles, wherever outlines
    cross, touch or overlap. The edges are divided by the wanted length, the space between is
    packed with points from the edges inwards, and the points are joined by Delaunay's criterion;
    what is missing of an edge is divided again. Along a shaft, where all edges are parallel to
    the axis, the triangles between them are as long as wanted, however narrow the gaps.

    Parameters
    ----------
    outlines : sequence of (k, 2) arrays [m]
        Corners (r, z) of simple polygons, painted in order; clipped to the box.
    box : (r_max, z_min, z_max) [m]
        r_min is 0.
    size : callable
        ``size(r, z)`` is the wanted edge length [m] at arrays of points. It must grow slowly,
        by less than 0.5 per distance.

    Returns
    -------
    Triangulation

    Raises
    ------
    MeshError
        Outlines that bound nothing (each named by its index), a size that is no length, or an
        edge that the triangles could not be made to follow.
    """
    check_outlines(outlines, box)
    walls = divide(arrange(outlines, box), size)
    local = local_size(walls, size)
    free = pack(walls, box, local)
    for _ in range(_SWEEPS):
        free = _smoothed(walls, free)
    walls, free, triangles = _conforming(walls, free)
    points = np.concatenate([walls.points, free])
    _verify(points, triangles, box)
    centre = points[triangles].mean(axis=1)
    part = np.full(len(triangles), -1)
    for index, outline in enumerate(outlines):
        part[inside(centre, np.asarray(outline, dtype=float))] = index
    return Triangulation(points, triangles, part)


def _areas(points: FloatArray, triangles: IntArray) -> FloatArray:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    twice: FloatArray = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return 0.5 * twice


def _delaunay(points: FloatArray) -> IntArray:
    """Delaunay triangles, counter-clockwise, without the flat ones along straight sides."""
    triangles = Delaunay(points).simplices.astype(np.int64)
    area = _areas(points, triangles)
    triangles[area < 0.0] = triangles[area < 0.0][:, ::-1]
    longest = np.max(
        [np.hypot(*(points[triangles[:, k]] - points[triangles[:, k - 1]]).T) for k in range(3)],
        axis=0,
    )
    kept: IntArray = triangles[np.abs(area) > 1e-10 * longest**2]
    return kept


def _smoothed(walls: Arrangement, free: FloatArray) -> FloatArray:
    """Free points moved to the mean of their neighbours."""
    n = len(walls.points)
    points = np.concatenate([walls.points, free])
    triangles = _delaunay(points)
    total, count = np.zeros_like(points), np.zeros(len(points))
    for k in range(3):
        i, j = triangles[:, k], triangles[:, k - 1]
        for axis in range(2):
            total[:, axis] += np.bincount(i, points[j, axis], len(points))
            total[:, axis] += np.bincount(j, points[i, axis], len(points))
        count += np.bincount(i, minlength=len(points)) + np.bincount(j, minlength=len(points))
    return total[n:] / count[n:, None]


def _missing(walls: Arrangement, triangles: IntArray) -> BoolArray:
    """Which edges of the walls are no edges of triangles."""
    n = np.int64(triangles.max()) + 1
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges = np.sort(walls.edges, axis=1)
    missing: BoolArray = ~np.isin(edges[:, 0] * n + edges[:, 1], pairs[:, 0] * n + pairs[:, 1])
    return missing


def _conforming(walls: Arrangement, free: FloatArray) -> tuple[Arrangement, FloatArray, IntArray]:
    """Triangles that follow all walls: free points in the way removed, else walls halved."""
    for _ in range(_ROUNDS):
        triangles = _delaunay(np.concatenate([walls.points, free]))
        lost = np.flatnonzero(_missing(walls, triangles))
        if not len(lost):
            return walls, free, triangles
        i, j = walls.edges[lost].T
        a, b = walls.points[i], walls.points[j]
        radius = 0.5 * np.hypot(*(b - a).T)
        centre = 0.5 * (a + b)
        near = np.hypot(*(free[:, None] - centre).transpose(2, 0, 1)) < 1.01 * radius
        if near.any():
            free = free[~near.any(axis=1)]
            lost = lost[~near.any(axis=0)]
            if not len(lost):
                continue
            i, j = walls.edges[lost].T
            centre = 0.5 * (walls.points[i] + walls.points[j])
        new = len(walls.points) + np.arange(len(lost))
        halves = np.concatenate([np.column_stack([i, new]), np.column_stack([new, j])])
        walls = Arrangement(
            np.concatenate([walls.points, centre]),
            np.concatenate([np.delete(walls.edges, lost, axis=0), halves]),
        )
    raise MeshError(
        f"the triangles do not follow the outlines at {rz(centre[0])} after {_ROUNDS} rounds; "
        "expected outlines without gaps and angles too narrow for the wanted size"
    )


def _verify(points: FloatArray, triangles: IntArray, box: Box) -> None:
    """Refuse triangles that overlap or leave holes."""
    whole = box[0] * (box[2] - box[1])
    total = float(_areas(points, triangles).sum())
    if abs(total - whole) > _AREA * whole:
        raise MeshError(f"the triangles cover {total:.15g} m2 of a box of {whole:.15g} m2")
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, count = np.unique(pairs, axis=0, return_counts=True)
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    low, high = np.array([0.0, box[1]]), np.array([box[0], box[2]])
    side = (((a == low) & (b == low)) | ((a == high) & (b == high))).any(axis=1)
    wrong = np.flatnonzero(count != np.where(side, 1, 2))
    if len(wrong):
        raise MeshError(
            f"the triangles do not fit together at {rz(a[wrong[0]])}; expected outlines without "
            "gaps and angles too narrow for the wanted size"
        )
