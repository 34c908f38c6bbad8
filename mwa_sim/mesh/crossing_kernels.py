"""Compiled search for triangles of a surface that cut through each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mwa_sim.mesh.bvh_kernels import LEAF


@njit(cache=True)
def crossings(
    corners: NDArray[np.float64], vertices: NDArray[np.int64], boxes: NDArray[np.float64]
) -> NDArray[np.int64]:
    """For each triangle one that it cuts, or -1, (m,).

    Triangles that share a vertex are neighbours and do not count. Two triangles cut each other if
    an edge of one passes through the other.

    Parameters
    ----------
    corners : (m, 3, 3) float array [m]
        Triangles in the order of the leaves.
    vertices : (m, 3) int array
        Their vertex numbers.
    boxes : (2 * leaves, 6) float array [m]
        As for :func:`mwa_sim.mesh.bvh_kernels.nearest`.
    """
    count = corners.shape[0]
    first_leaf = boxes.shape[0] // 2
    found = np.full(count, -1, dtype=np.int64)
    stack = np.empty(128, dtype=np.int64)
    low, high = np.empty(3), np.empty(3)
    for t in range(count):
        if found[t] >= 0:
            continue
        for k in range(3):
            low[k] = min(corners[t, 0, k], corners[t, 1, k], corners[t, 2, k])
            high[k] = max(corners[t, 0, k], corners[t, 1, k], corners[t, 2, k])
        top = 0
        stack[0] = 1
        while top >= 0 and found[t] < 0:
            box = stack[top]
            top -= 1
            apart = False
            for k in range(3):
                if boxes[box, k] > high[k] or boxes[box, 3 + k] < low[k]:
                    apart = True
            if apart:
                continue
            if box < first_leaf:
                stack[top + 1] = 2 * box
                stack[top + 2] = 2 * box + 1
                top += 2
                continue
            start = (box - first_leaf) * LEAF
            for other in range(start, min(start + LEAF, count)):
                if other == t or _share(vertices[t], vertices[other]):
                    continue
                if _cut(corners[t], corners[other]) or _cut(corners[other], corners[t]):
                    found[t] = other
                    found[other] = t
                    break
    return found


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _share(a: Any, b: Any) -> Any:
    for i in range(3):
        for j in range(3):
            if a[i] == b[j]:
                return True
    return False


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _cut(a: Any, b: Any) -> Any:
    """Whether an edge of triangle a passes through triangle b."""
    for i in range(3):
        p, q = a[i], a[(i + 1) % 3]
        from_p, from_q = _volume(p, b[0], b[1], b[2]), _volume(q, b[0], b[1], b[2])
        if from_p * from_q >= 0.0:
            continue
        s0 = _volume(p, q, b[0], b[1])
        s1 = _volume(p, q, b[1], b[2])
        s2 = _volume(p, q, b[2], b[0])
        if (s0 > 0.0 and s1 > 0.0 and s2 > 0.0) or (s0 < 0.0 and s1 < 0.0 and s2 < 0.0):
            return True
    return False


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _volume(o: Any, a: Any, b: Any, c: Any) -> Any:
    """Six times the volume of a tetrahedron."""
    ax, ay, az = a[0] - o[0], a[1] - o[1], a[2] - o[2]
    bx, by, bz = b[0] - o[0], b[1] - o[1], b[2] - o[2]
    cx, cy, cz = c[0] - o[0], c[1] - o[1], c[2] - o[2]
    return ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
