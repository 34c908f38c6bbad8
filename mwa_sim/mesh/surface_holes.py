"""Closing the holes of a surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.mesh.tetmesh import Floats, Ints

#: Rims with more vertices are closed by a fan around their middle.
_MOST = 150


@dataclass(frozen=True)
class Hole:
    """A hole of a surface.

    Attributes
    ----------
    rim : (k,) int array
        Vertices around it.
    centre : (3,) float array [m]
    diameter : float [m]
        Largest distance between two vertices of the rim, or a little more.
    area : float [m2]
        Area of the lid.
    lid : (k - 2 or k, 3) int array
        Triangles that close it; the vertex number -1 stands for the centre.
    """

    rim: Ints
    centre: Floats
    diameter: float
    area: float
    lid: Ints


def close_hole(vertices: Floats, rim: Ints) -> Hole:
    """Close a rim by the triangles of least area, or by a fan if it is long.

    Least area after barequet1995, without their treatment of islands.

    Parameters
    ----------
    vertices : (n, 3) float array [m]
    rim : (k,) int array
        At least three vertices, in the direction of the lid.

    Returns
    -------
    Hole
    """
    x = vertices[rim]
    centre = x.mean(axis=0)
    diameter = 2.0 * float(np.linalg.norm(x - centre, axis=1).max())
    if len(rim) > _MOST:
        lid = np.stack([rim, np.roll(rim, -1), np.full(len(rim), -1)], axis=1)
        corners = np.stack([x, np.roll(x, -1, axis=0), np.broadcast_to(centre, x.shape)], axis=1)
    else:
        local = _least_area(x)
        lid, corners = rim[local], x[local]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return Hole(rim, centre, diameter, float(np.linalg.norm(across, axis=1).sum()) / 2.0, lid)


def _least_area(x: Floats) -> Ints:
    """Triangulation of a closed polygon in space with the least area, by dynamic programming."""
    count = len(x)
    cost = np.zeros((count, count))
    split = np.zeros((count, count), dtype=np.int64)
    for span in range(2, count):
        for first in range(count - span):
            last = first + span
            middle = np.arange(first + 1, last)
            across = np.cross(x[middle] - x[first], x[last] - x[first])
            area = np.linalg.norm(across, axis=1) / 2.0
            total = cost[first, middle] + cost[middle, last] + area
            best = int(total.argmin())
            cost[first, last], split[first, last] = total[best], middle[best]
    found, stack = [], [(0, count - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        middle_ = int(split[first, last])
        found.append((first, middle_, last))
        stack += [(first, middle_), (middle_, last)]
    return np.array(found, dtype=np.int64)
