"""Compiled painting of triangles on the pixels of a picture."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: A pixel centre this far outside a triangle, as a share of its height, still belongs to it: else
#: rounding leaves holes along edges that two triangles share.
_SLACK = 1e-9


@njit(cache=True)
def paint(
    points: NDArray[np.float64],
    triangles: NDArray[np.int64],
    values: NDArray[np.float64],
    low: NDArray[np.float64],
    step: NDArray[np.float64],
    nx: int,
    ny: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Triangle at each pixel centre, and the value of a linear field there.

    Parameters
    ----------
    points : (p, 2) float array
    triangles : (f, 3) int array
        Without overlap.
    values : (p,) float array
    low : (2,) float array
        Corner of the picture; the centre of pixel (i, j) is at ``low + (i + 1/2, j + 1/2) step``.
    step : (2,) float array
    nx, ny : int

    Returns
    -------
    triangle : (ny, nx) int array
        -1 where there is none.
    value : (ny, nx) float array
        0 where there is no triangle.
    """
    found = np.full((ny, nx), -1, dtype=np.int64)
    value = np.zeros((ny, nx))
    for f in range(triangles.shape[0]):
        a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
        ax, ay = (points[a, 0] - low[0]) / step[0] - 0.5, (points[a, 1] - low[1]) / step[1] - 0.5
        bx, by = (points[b, 0] - low[0]) / step[0] - 0.5, (points[b, 1] - low[1]) / step[1] - 0.5
        cx, cy = (points[c, 0] - low[0]) / step[0] - 0.5, (points[c, 1] - low[1]) / step[1] - 0.5
        double = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if double == 0.0:
            continue
        first_x = max(0, math.ceil(min(ax, bx, cx) - _SLACK))
        last_x = min(nx - 1, math.floor(max(ax, bx, cx) + _SLACK))
        first_y = max(0, math.ceil(min(ay, by, cy) - _SLACK))
        last_y = min(ny - 1, math.floor(max(ay, by, cy) + _SLACK))
        for j in range(first_y, last_y + 1):
            for i in range(first_x, last_x + 1):
                of_b = ((i - ax) * (cy - ay) - (j - ay) * (cx - ax)) / double
                of_c = ((bx - ax) * (j - ay) - (by - ay) * (i - ax)) / double
                of_a = 1.0 - of_b - of_c
                if of_a >= -_SLACK and of_b >= -_SLACK and of_c >= -_SLACK:
                    found[j, i] = f
                    value[j, i] = of_a * values[a] + of_b * values[b] + of_c * values[c]
    return found, value
