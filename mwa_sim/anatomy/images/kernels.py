"""Evaluation of fields on a voxel grid by cubic B-splines (compiled; import where it is used)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def sample(positions: Any, fields: Any, out: Any) -> None:
    """Every field at positions on the grid.

    Parameters
    ----------
    positions : (n, 3) float array
        In voxels; moved to the grid where they lie outside.
    fields : (nx, ny, nz, k) float32 array
        Coefficients of uniform cubic B-splines.
    out : (n, k) float32 array
        Filled.
    """
    count = fields.shape[3]
    weights = np.empty((3, 4))
    start = np.empty(3, dtype=np.int64)
    total = np.empty(count)
    for i in range(positions.shape[0]):
        _place(positions[i], fields.shape, start, weights)
        _cubic(fields, start, weights, total)
        for k in range(count):
            out[i, k] = total[k]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def group_level(
    points: Any, inverse: Any, origin: Any, fields: Any, members: Any, far: Any, clip: Any
) -> Any:
    """Level function of a group of regions that fill space together with the others.

    With ``a`` the least distance among the members and ``b`` among the others, the value is
    ``(a - b) / 2``, which is zero where the group ends, and is kept within ``clip`` of ``a``
    outside and of ``-b`` inside, so that it stays a distance where a third region is close.

    Parameters
    ----------
    points : (n, 3) float array [m]
    inverse, origin : (3, 3) and (3,) float array
        Position on the grid is ``inverse @ (point - origin)``.
    fields : (nx, ny, nz, k) float32 array [m]
        Coefficients of the signed distances of all regions.
    members : (k,) bool array
    far : float [m]
        Linear interpolation is good enough where the nearest voxel says more than this.
    clip : float [m]

    Returns
    -------
    (n,) float array [m]
    """
    count = fields.shape[3]
    weights = np.empty((3, 4))
    start = np.empty(3, dtype=np.int64)
    total = np.empty(count)
    position = np.empty(3)
    moved = np.empty(3)
    metric = np.linalg.inv(inverse)
    out = np.empty(points.shape[0])
    for i in range(points.shape[0]):
        outside = 0.0
        for row in range(3):
            u = 0.0
            for column in range(3):
                u += inverse[row, column] * (points[i, column] - origin[column])
            position[row] = min(max(u, 1.0), fields.shape[row] - 2.000001)
            moved[row] = u - position[row]
            outside += abs(moved[row])
        if outside > 0.0:
            outside = 0.0
            for row in range(3):
                step = 0.0
                for column in range(3):
                    step += metric[row, column] * moved[column]
                outside += step * step
            outside = math.sqrt(outside)
        a = 1e9
        ni = int(position[0] + 0.5)
        nj = int(position[1] + 0.5)
        nk = int(position[2] + 0.5)
        for k in range(count):
            if members[k]:
                a = min(a, fields[ni, nj, nk, k])
        if abs(a) > far:
            _linear(fields, position, total)
        else:
            _place(position, fields.shape, start, weights)
            _cubic(fields, start, weights, total)
        a, b = 1e9, 1e9
        for k in range(count):
            if members[k]:
                a = min(a, total[k])
            else:
                b = min(b, total[k])
        value = 0.5 * (a - b)
        out[i] = max(value, a - clip) + outside if value > 0.0 else min(value, clip - b)
    return out


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _place(position: Any, shape: Any, start: Any, weights: Any) -> None:
    for row in range(3):
        u = min(max(position[row], 1.0), shape[row] - 2.000001)
        base = int(u)
        t = u - base
        start[row] = base - 1
        s = 1.0 - t
        weights[row, 0] = s * s * s / 6.0
        weights[row, 1] = 2.0 / 3.0 - t * t + t * t * t / 2.0
        weights[row, 2] = 2.0 / 3.0 - s * s + s * s * s / 2.0
        weights[row, 3] = t * t * t / 6.0


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _cubic(fields: Any, start: Any, weights: Any, total: Any) -> None:
    count = fields.shape[3]
    total[:] = 0.0
    for i in range(4):
        for j in range(4):
            plane = weights[0, i] * weights[1, j]
            for k in range(4):
                weight = plane * weights[2, k]
                for r in range(count):
                    total[r] += weight * fields[start[0] + i, start[1] + j, start[2] + k, r]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _linear(fields: Any, position: Any, total: Any) -> None:
    count = fields.shape[3]
    a, b, c = int(position[0]), int(position[1]), int(position[2])
    u, v, w = position[0] - a, position[1] - b, position[2] - c
    total[:] = 0.0
    for i in range(2):
        for j in range(2):
            for k in range(2):
                weight = (u if i else 1.0 - u) * (v if j else 1.0 - v) * (w if k else 1.0 - w)
                for r in range(count):
                    total[r] += weight * fields[a + i, b + j, c + k, r]
