"""Compiled queries on a box tree of triangles: nearest triangle, winding number, crossings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Triangles in a leaf of the tree.
LEAF = 4
#: Clusters further away than this many radii count as their dipole in the winding number.
FAR = 2.2


@njit(cache=True)
def nearest(
    points: NDArray[np.float64], corners: NDArray[np.float64], boxes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to the nearest triangle and its number.

    Boxes are visited nearest first; the triangle found for the point before gives the first bound,
    so that points in spatial order are cheap.

    Parameters
    ----------
    points : (n, 3) float array [m]
    corners : (m, 3, 3) float array [m]
        Triangles in the order of the leaves.
    boxes : (2 * leaves, 6) float array [m]
        Low and high corners; the children of box i are 2 i and 2 i + 1.

    Returns
    -------
    distance : (n,) float array [m]
    triangle : (n,) int array
    """
    count = points.shape[0]
    first_leaf = boxes.shape[0] // 2
    distance = np.empty(count)
    triangle = np.empty(count, dtype=np.int64)
    stack = np.empty(128, dtype=np.int64)
    bound = np.empty(128)
    last = 0
    for p in range(count):
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        best = _square_distance(x, y, z, corners[last])
        found = last
        top = 0
        stack[0] = 1
        bound[0] = _box_distance(x, y, z, boxes[1])
        while top >= 0:
            box = stack[top]
            near = bound[top]
            top -= 1
            if near >= best:
                continue
            if box >= first_leaf:
                start = (box - first_leaf) * LEAF
                for t in range(start, min(start + LEAF, corners.shape[0])):
                    square = _square_distance(x, y, z, corners[t])
                    if square < best or (square == best and t < found):
                        best = square
                        found = t
                continue
            left, right = 2 * box, 2 * box + 1
            to_left = _box_distance(x, y, z, boxes[left])
            to_right = _box_distance(x, y, z, boxes[right])
            if to_left > to_right:
                left, right = right, left
                to_left, to_right = to_right, to_left
            if to_right < best:
                top += 1
                stack[top] = right
                bound[top] = to_right
            if to_left < best:
                top += 1
                stack[top] = left
                bound[top] = to_left
        distance[p] = math.sqrt(best)
        triangle[p] = found
        last = found
    return distance, triangle


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _box_distance(x: Any, y: Any, z: Any, box: Any) -> Any:
    """Square of the distance to a box; infinite for an empty one."""
    dx = max(box[0] - x, 0.0, x - box[3])
    dy = max(box[1] - y, 0.0, y - box[4])
    dz = max(box[2] - z, 0.0, z - box[5])
    return dx * dx + dy * dy + dz * dz


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _square_distance(x: Any, y: Any, z: Any, triangle: Any) -> Any:
    """Square of the distance to a triangle (ericson2005, section 5.1.5)."""
    ax, ay, az = triangle[0, 0], triangle[0, 1], triangle[0, 2]
    ux, uy, uz = triangle[1, 0] - ax, triangle[1, 1] - ay, triangle[1, 2] - az
    vx, vy, vz = triangle[2, 0] - ax, triangle[2, 1] - ay, triangle[2, 2] - az
    wx, wy, wz = x - ax, y - ay, z - az
    d1 = ux * wx + uy * wy + uz * wz
    d2 = vx * wx + vy * wy + vz * wz
    uu = ux * ux + uy * uy + uz * uz
    uv = ux * vx + uy * vy + uz * vz
    vv = vx * vx + vy * vy + vz * vz
    d3, d4 = d1 - uu, d2 - uv
    d5, d6 = d1 - uv, d2 - vv
    s, t = 0.0, 0.0
    if d1 <= 0.0 and d2 <= 0.0:
        pass
    elif d3 >= 0.0 and d4 <= d3:
        s = 1.0
    elif d6 >= 0.0 and d5 <= d6:
        t = 1.0
    else:
        va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
        if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
            s = d1 / (d1 - d3) if d1 > d3 else 0.0
        elif vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
            t = d2 / (d2 - d6) if d2 > d6 else 0.0
        elif va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
            both = (d4 - d3) + (d5 - d6)
            t = (d4 - d3) / both if both > 0.0 else 0.0
            s = 1.0 - t
        else:
            total = va + vb + vc
            if total > 0.0:
                s, t = vb / total, vc / total
    dx = wx - s * ux - t * vx
    dy = wy - s * uy - t * vy
    dz = wz - s * uz - t * vz
    return dx * dx + dy * dy + dz * dz


@njit(cache=True)
def winding_numbers(
    points: NDArray[np.float64],
    corners: NDArray[np.float64],
    boxes: NDArray[np.float64],
    centres: NDArray[np.float64],
    dipoles: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Generalised winding number, (n,): 1 inside a closed surface that points outwards, 0 outside.

    The solid angle that the surface spans, over 4 pi (jacobson2013); far clusters of triangles
    count as a dipole, the expansion of lowest order of barill2018.

    Parameters
    ----------
    points : (n, 3) float array [m]
    corners, boxes
        As for :func:`nearest`.
    centres : (2 * leaves, 3) float array [m]
        Centre of area of the triangles in each box.
    dipoles : (2 * leaves, 3) float array [m2]
        Sum of their area vectors.
    radii : (2 * leaves,) float array [m]
        Distance from the centre to the furthest corner; negative for an empty box.
    """
    count = points.shape[0]
    first_leaf = boxes.shape[0] // 2
    stack = np.empty(128, dtype=np.int64)
    result = np.empty(count)
    for p in range(count):
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        total = 0.0
        top = 0
        stack[0] = 1
        while top >= 0:
            box = stack[top]
            top -= 1
            if radii[box] < 0.0:
                continue
            dx, dy, dz = centres[box, 0] - x, centres[box, 1] - y, centres[box, 2] - z
            square = dx * dx + dy * dy + dz * dz
            if square > (FAR * radii[box]) ** 2:
                along = dx * dipoles[box, 0] + dy * dipoles[box, 1] + dz * dipoles[box, 2]
                total += along / (square * math.sqrt(square))
                continue
            if box < first_leaf:
                stack[top + 1] = 2 * box
                stack[top + 2] = 2 * box + 1
                top += 2
                continue
            start = (box - first_leaf) * LEAF
            for t in range(start, min(start + LEAF, corners.shape[0])):
                total += _solid_angle(x, y, z, corners[t])
        result[p] = total / (4.0 * math.pi)
    return result


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _solid_angle(x: Any, y: Any, z: Any, triangle: Any) -> Any:
    """Signed solid angle of a triangle (vanoosterom1983)."""
    ax, ay, az = triangle[0, 0] - x, triangle[0, 1] - y, triangle[0, 2] - z
    bx, by, bz = triangle[1, 0] - x, triangle[1, 1] - y, triangle[1, 2] - z
    cx, cy, cz = triangle[2, 0] - x, triangle[2, 1] - y, triangle[2, 2] - z
    a = math.sqrt(ax * ax + ay * ay + az * az)
    b = math.sqrt(bx * bx + by * by + bz * bz)
    c = math.sqrt(cx * cx + cy * cy + cz * cz)
    over = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    under = (
        a * b * c
        + (ax * bx + ay * by + az * bz) * c
        + (bx * cx + by * cy + bz * cz) * a
        + (cx * ax + cy * ay + cz * az) * b
    )
    if over == 0.0 and under == 0.0:
        return 0.0
    return 2.0 * math.atan2(over, under)


@njit(cache=True)
def on_grid(
    points: NDArray[np.float64], grid: NDArray[np.float64], low: NDArray[np.float64], step: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Signed distances interpolated on a grid, and what its nodes tell for certain.

    Parameters
    ----------
    points : (n, 3) float array [m]
    grid : (a, b, c) float array [m]
        Signed distance at the nodes.
    low : (3,) float array [m]
        First node.
    step : float [m]

    Returns
    -------
    value : (n,) float array [m]
        Trilinear; beyond the grid the distance from it is added.
    least : (n,) float array [m]
        The surface is at least this far away, by the node that tells most; may be negative.
    sign : (n,) float array
        Sign at that node.
    """
    count = points.shape[0]
    value, least, sign = np.empty(count), np.empty(count), np.empty(count)
    cell = np.empty(3, dtype=np.int64)
    part = np.empty(3)
    for p in range(count):
        beyond = 0.0
        for k in range(3):
            place = (points[p, k] - low[k]) / step
            inside = min(max(place, 0.0), grid.shape[k] - 1.0)
            beyond += (place - inside) ** 2
            cell[k] = min(int(inside), grid.shape[k] - 2)
            part[k] = inside - cell[k]
        out = math.sqrt(beyond) * step
        total, best, side = 0.0, -np.inf, 1.0
        for i in range(2):
            for j in range(2):
                for k in range(2):
                    at = grid[cell[0] + i, cell[1] + j, cell[2] + k]
                    x, y, z = part[0] - i, part[1] - j, part[2] - k
                    total += at * (1.0 - abs(x)) * (1.0 - abs(y)) * (1.0 - abs(z))
                    gap = abs(at) - step * math.sqrt(x * x + y * y + z * z)
                    if gap > best:
                        best = gap
                        side = 1.0 if at > 0.0 else -1.0
        value[p] = total + out
        least[p] = best - out
        sign[p] = side
    return value, least, sign
