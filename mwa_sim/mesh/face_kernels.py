"""Compiled search for the faces of tetrahedra that have no partner."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@njit(cache=True)
def lone_faces(tets: Ints, local: Ints) -> tuple[Ints, int]:
    """Faces that occur once, and how many occur more than twice.

    Faces are sorted by their highest and then by their lowest node, by counting; the few that have
    both in common are compared one by one. The work grows with the number of faces only.

    Parameters
    ----------
    tets : (m, 4) int array
    local : (4, 3) int array
        Corners of the faces of a tetrahedron.

    Returns
    -------
    faces : (f,) int array
        ``4 element + face``, ascending.
    crowded : int
        Faces that belong to more than two elements.
    """
    count = 4 * tets.shape[0]
    n_nodes = 0
    for k in range(tets.shape[0]):
        for corner in range(4):
            n_nodes = max(n_nodes, tets[k, corner] + 1)
    low = np.empty(count, dtype=np.int32)
    middle = np.empty(count, dtype=np.int32)
    high = np.empty(count, dtype=np.int32)
    by_high = np.zeros(n_nodes + 1, dtype=np.int64)
    by_low = np.zeros(n_nodes + 1, dtype=np.int64)
    for k in range(tets.shape[0]):
        for f in range(4):
            a, b, c = tets[k, local[f, 0]], tets[k, local[f, 1]], tets[k, local[f, 2]]
            i = 4 * k + f
            low[i] = min(a, b, c)
            high[i] = max(a, b, c)
            middle[i] = a + b + c - low[i] - high[i]
            by_high[high[i] + 1] += 1
            by_low[low[i] + 1] += 1
    for node in range(n_nodes):
        by_high[node + 1] += by_high[node]
        by_low[node + 1] += by_low[node]
    first = np.empty(count, dtype=np.int32)
    for i in range(count):
        first[by_high[high[i]]] = i
        by_high[high[i]] += 1
    order = np.empty(count, dtype=np.int32)
    for i in first:
        order[by_low[low[i]]] = i
        by_low[low[i]] += 1
    lone = np.ones(count, dtype=np.bool_)
    crowded = 0
    start = 0
    while start < count:
        one = order[start]
        end = start + 1
        while end < count and low[order[end]] == low[one] and high[order[end]] == high[one]:
            end += 1
        for i in range(start, end):
            before, after = 0, 0
            for j in range(start, end):
                if j != i and middle[order[j]] == middle[order[i]]:
                    if j < i:
                        before += 1
                    else:
                        after += 1
            lone[order[i]] = before + after == 0
            if before == 0 and after > 1:
                crowded += 1
        start = end
    return np.flatnonzero(lone), crowded
