"""Exact distances from points to a triangulated surface (compiled; import where it is used)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]


def distance_to_surface(points: Floats, triangles: Floats) -> Floats:
    """Distance of each point from the nearest point of a surface.

    Exact point-to-triangle distances (Ericson, Real-Time Collision Detection, 2005, 5.1.5). A
    k-d tree of triangle centres gives a first upper bound; a triangle is then looked at only
    when its bounding sphere comes closer than the best distance so far.

    Parameters
    ----------
    points : (k, 3) float array [m]
    triangles : (f, 3, 3) float array [m]
        Corners of the triangles; slivers and degenerate triangles are allowed.

    Returns
    -------
    (k,) float array [m]
        Infinite where the surface has no triangle.
    """
    if len(triangles) == 0:
        return np.full(len(points), np.inf)
    centres = triangles.mean(axis=1)
    radii = np.sqrt(((triangles - centres[:, None]) ** 2).sum(axis=2).max(axis=1))
    _, nearest = cKDTree(centres).query(points)
    return np.asarray(
        _nearest(
            np.ascontiguousarray(points, dtype=np.float64),
            np.ascontiguousarray(triangles, dtype=np.float64),
            centres,
            radii,
            np.asarray(nearest, dtype=np.int64),
        )
    )


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _nearest(points: Any, triangles: Any, centres: Any, radii: Any, first: Any) -> Any:
    result = np.empty(points.shape[0])
    for i in range(points.shape[0]):
        p = points[i]
        best = _triangle_distance(p, triangles[first[i]])
        for j in range(triangles.shape[0]):
            dx = p[0] - centres[j, 0]
            dy = p[1] - centres[j, 1]
            dz = p[2] - centres[j, 2]
            reach = best + radii[j]
            if dx * dx + dy * dy + dz * dz < reach * reach:
                best = min(best, _triangle_distance(p, triangles[j]))
        result[i] = best
    return result


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _triangle_distance(p: Any, triangle: Any) -> Any:
    """The foot of the perpendicular if it lies in the triangle, else the nearest edge."""
    a, b, c = triangle[0], triangle[1], triangle[2]
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    wx, wy, wz = p[0] - a[0], p[1] - a[1], p[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    nn = nx * nx + ny * ny + nz * nz
    if nn > 0.0:
        # barycentric coordinates of the foot: (u x w).n and (w x v).n over n.n
        gamma = (
            (uy * wz - uz * wy) * nx + (uz * wx - ux * wz) * ny + (ux * wy - uy * wx) * nz
        ) / nn
        beta = ((wy * vz - wz * vy) * nx + (wz * vx - wx * vz) * ny + (wx * vy - wy * vx) * nz) / nn
        if beta >= 0.0 and gamma >= 0.0 and beta + gamma <= 1.0:
            return abs(wx * nx + wy * ny + wz * nz) / math.sqrt(nn)
    return min(_edge_distance(p, a, b), _edge_distance(p, b, c), _edge_distance(p, c, a))


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _edge_distance(p: Any, a: Any, b: Any) -> Any:
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    wx, wy, wz = p[0] - a[0], p[1] - a[1], p[2] - a[2]
    uu = ux * ux + uy * uy + uz * uz
    s = 0.0
    if uu > 0.0:
        s = min(1.0, max(0.0, (ux * wx + uy * wy + uz * wz) / uu))
    return math.sqrt((wx - s * ux) ** 2 + (wy - s * uy) ** 2 + (wz - s * uz) ** 2)
