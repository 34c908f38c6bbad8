"""Compiled search for the tetrahedron around a point, and the tree for it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def morton_codes(
    nodes: NDArray[np.float64], tets: NDArray[np.int64], low: NDArray[np.float64], scale: float
) -> NDArray[np.uint64]:
    """Place of the centre of each tetrahedron on a Morton curve (21 bits an axis).

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    low : (3,) float array [m]
        Corner of the curve's cube.
    scale : float [1/m]
        Cells a metre.
    """
    codes = np.zeros(tets.shape[0], dtype=np.uint64)
    for e in range(tets.shape[0]):
        code = np.uint64(0)
        for axis in range(3):
            x = 0.0
            for c in range(4):
                x += nodes[tets[e, c], axis]
            v = np.uint64(max(0.0, (0.25 * x - low[axis]) * scale))
            v = (v | (v << np.uint64(32))) & np.uint64(0x1F00000000FFFF)
            v = (v | (v << np.uint64(16))) & np.uint64(0x1F0000FF0000FF)
            v = (v | (v << np.uint64(8))) & np.uint64(0x100F00F00F00F00F)
            v = (v | (v << np.uint64(4))) & np.uint64(0x10C30C30C30C30C3)
            v = (v | (v << np.uint64(2))) & np.uint64(0x1249249249249249)
            code |= v << np.uint64(axis)
        codes[e] = code
    return codes


@njit(cache=True)
def leaf_boxes(
    nodes: NDArray[np.float64],
    tets: NDArray[np.int64],
    order: NDArray[np.uint32],
    leaf: int,
    leaves: int,
) -> NDArray[np.float64]:
    """Boxes of a complete binary tree, (2 * leaves, 6); node 1 is the root, leaves come last.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    order : (m,) int array
        Elements in the order of the leaves.
    leaf : int
        Elements in a leaf.
    leaves : int
        A power of two, at least ``m / leaf``.
    """
    boxes = np.empty((2 * leaves, 6))
    boxes[:, :3], boxes[:, 3:] = np.inf, -np.inf
    for k in range(order.size):
        box = leaves + k // leaf
        for c in range(4):
            i = tets[order[k], c]
            for axis in range(3):
                x = nodes[i, axis]
                boxes[box, axis] = min(boxes[box, axis], x)
                boxes[box, 3 + axis] = max(boxes[box, 3 + axis], x)
    for box in range(leaves - 1, 0, -1):
        for axis in range(3):
            boxes[box, axis] = min(boxes[2 * box, axis], boxes[2 * box + 1, axis])
            boxes[box, 3 + axis] = max(boxes[2 * box, 3 + axis], boxes[2 * box + 1, 3 + axis])
    return boxes


@njit(cache=True)
def locate_points(
    points: NDArray[np.float64],
    nodes: NDArray[np.float64],
    tets: NDArray[np.int64],
    order: NDArray[np.uint32],
    boxes: NDArray[np.float64],
    leaf: int,
    tolerance: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Element and barycentric coordinates of each point, by descending a box tree.

    Parameters
    ----------
    points : (k, 3) float array [m]
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    order : (m,) int array
        Elements in the order of the leaves.
    boxes : (2 * leaves, 6) float array [m]
        Low and high corners; the children of box i are 2 i and 2 i + 1.
    leaf : int
        Elements in a leaf.
    tolerance : float
        How far below zero a barycentric coordinate may lie.

    Returns
    -------
    tet : (k,) int array, -1 outside
    bary : (k, 4) float array
    """
    count = points.shape[0]
    first_leaf = boxes.shape[0] // 2
    found = np.full(count, -1, dtype=np.int64)
    bary = np.zeros((count, 4))
    stack = np.empty(128, dtype=np.int64)
    # Boxes are widened so that a point on the outer surface is not lost to rounding.
    slack = 0.0
    for axis in range(3):
        slack = max(slack, boxes[1, 3 + axis] - boxes[1, axis])
    slack *= 1e-9
    for p in range(count):
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        best = -tolerance
        top = 0
        stack[0] = 1
        while top >= 0:
            box = stack[top]
            top -= 1
            if not (
                boxes[box, 0] - slack <= x <= boxes[box, 3] + slack
                and boxes[box, 1] - slack <= y <= boxes[box, 4] + slack
                and boxes[box, 2] - slack <= z <= boxes[box, 5] + slack
            ):
                continue
            if box < first_leaf:
                stack[top + 1] = 2 * box
                stack[top + 2] = 2 * box + 1
                top += 2
                continue
            start = (box - first_leaf) * leaf
            for k in range(start, min(start + leaf, order.shape[0])):
                t = order[k]
                i0, i1, i2, i3 = tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3]
                ox, oy, oz = nodes[i0, 0], nodes[i0, 1], nodes[i0, 2]
                ax, ay, az = nodes[i1, 0] - ox, nodes[i1, 1] - oy, nodes[i1, 2] - oz
                bx, by, bz = nodes[i2, 0] - ox, nodes[i2, 1] - oy, nodes[i2, 2] - oz
                cx, cy, cz = nodes[i3, 0] - ox, nodes[i3, 1] - oy, nodes[i3, 2] - oz
                px, py, pz = x - ox, y - oy, z - oz
                ux, uy, uz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
                det = ax * ux + ay * uy + az * uz
                b1 = (px * ux + py * uy + pz * uz) / det
                vx, vy, vz = py * az - pz * ay, pz * ax - px * az, px * ay - py * ax
                b2 = -(cx * vx + cy * vy + cz * vz) / det
                b3 = (bx * vx + by * vy + bz * vz) / det
                b0 = 1.0 - b1 - b2 - b3
                lowest = min(min(b0, b1), min(b2, b3))
                if lowest > best or (lowest == best and t < found[p]):
                    best = lowest
                    found[p] = t
                    bary[p, 0], bary[p, 1], bary[p, 2], bary[p, 3] = b0, b1, b2, b3
            if best > tolerance:
                # Well inside one element, it is in no other.
                break
    return found, bary
