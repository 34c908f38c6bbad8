"""In which triangle of the meridian plane a point lies."""

from __future__ import annotations

import numpy as np
from numba import njit

from mwa_sim.typing import FloatArray, IntArray


class Finder:
    """Finds the triangle around a point by walking through the triangulation.

    Parameters
    ----------
    points : (n, 2) float array [m]
    triangles : (m, 3) int array
        Counter-clockwise, together covering a convex domain.
    """

    def __init__(self, points: FloatArray, triangles: IntArray) -> None:
        self._points = np.ascontiguousarray(points, dtype=np.float64)
        self._triangles = np.ascontiguousarray(triangles, dtype=np.int64)
        self._neighbours = neighbours(self._triangles, len(points))

    def locate(self, r: FloatArray, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Triangle and barycentric coordinates of each point.

        Parameters
        ----------
        r, z : (k,) float arrays [m]

        Returns
        -------
        triangle : (k,) int array
            -1 outside the domain.
        bary : (k, 3) float array
            They sum to 1; zeros outside.
        """
        return _walk(
            np.ascontiguousarray(r, dtype=np.float64),
            np.ascontiguousarray(z, dtype=np.float64),
            self._points,
            self._triangles,
            self._neighbours,
        )


def neighbours(triangles: IntArray, n_points: int) -> IntArray:
    """Triangle across the edge opposite to each corner, (m, 3); -1 at the boundary."""
    first = triangles[:, [1, 2, 0]].ravel()
    second = triangles[:, [2, 0, 1]].ravel()
    key = np.minimum(first, second) * np.int64(n_points) + np.maximum(first, second)
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    found = np.full(key.size, -1, dtype=np.int64)
    a, b = order[same], order[same + 1]
    found[a], found[b] = b // 3, a // 3
    return found.reshape(-1, 3)


@njit(cache=True)
def _walk(
    r: FloatArray, z: FloatArray, points: FloatArray, triangles: IntArray, across: IntArray
) -> tuple[IntArray, FloatArray]:
    count, m = r.size, triangles.shape[0]
    found = np.full(count, -1, dtype=np.int64)
    bary = np.zeros((count, 3))
    b = np.zeros(3)
    start = 0
    for p in range(count):
        t, walked = start, 0
        # A walk across a triangulation that is not quite Delaunay may circle: then all are tried.
        while walked < m + 200:
            if walked >= 200:
                t = walked - 200
            i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            xi, yi = points[i, 0] - r[p], points[i, 1] - z[p]
            xj, yj = points[j, 0] - r[p], points[j, 1] - z[p]
            xk, yk = points[k, 0] - r[p], points[k, 1] - z[p]
            b[0], b[1], b[2] = xj * yk - xk * yj, xk * yi - xi * yk, xi * yj - xj * yi
            total = b[0] + b[1] + b[2]
            worst = 0
            if b[1] < b[worst]:
                worst = 1
            if b[2] < b[worst]:
                worst = 2
            if b[worst] >= -1e-9 * total:
                found[p] = t
                for c in range(3):
                    bary[p, c] = b[c] / total
                start = t
                break
            walked += 1
            if walked < 200:
                t = across[t, worst]
                if t < 0:
                    # Out of the convex domain.
                    break
    return found, bary
