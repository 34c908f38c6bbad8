"""Exact distances from points to a triangulated surface (compiled; import where it is used)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.bvh_kernels import nearest
from mwa_sim.mesh.triangle_tree import TriangleTree

Floats = NDArray[np.float64]


def distance_to_surface(points: Floats, triangles: Floats) -> Floats:
    """Distance of each point from the nearest point of a surface.

    Exact point-to-triangle distances (Ericson, Real-Time Collision Detection, 2005, 5.1.5), by
    descent of a tree of boxes around the triangles. The triangle found for one point gives the
    first bound for the next, so points in spatial order are cheapest.

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
    tree = TriangleTree(np.asarray(triangles, dtype=np.float64))
    found, _ = nearest(np.ascontiguousarray(points, dtype=np.float64), tree.corners, tree.boxes)
    return np.asarray(found)
