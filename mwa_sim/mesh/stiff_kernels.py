"""Compiled relief of stiff nodes: the few that would set the step of an explicit heat solver."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mwa_sim.mesh.improve_kernels import worst_around

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def node_rate(x: Floats, tets: Ints, start: Ints, around: Ints, node: int) -> float:
    """Twice the diagonal of the lumped P1 heat operator at a node [1/m2].

    ``2 K_ii / C_i`` with ``K_ii = sum A^2 / (9 V)`` (A the face opposite the node) and
    ``C_i = sum V / 4``; equal to ``sum_j |K_ij| / C_i`` where no off-diagonal is positive.
    """
    stiffness, volume = 0.0, 0.0
    for k in range(start[node], start[node + 1]):
        t = around[k]
        a, b, c, d = tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3]
        # The sign of the volume does not matter here, so the node may simply come first.
        if b == node:
            a, b = b, a
        elif c == node:
            a, c = c, a
        elif d == node:
            a, d = d, a
        ux, uy, uz = x[c, 0] - x[b, 0], x[c, 1] - x[b, 1], x[c, 2] - x[b, 2]
        vx, vy, vz = x[d, 0] - x[b, 0], x[d, 1] - x[b, 1], x[d, 2] - x[b, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        six = abs(nx * (x[a, 0] - x[b, 0]) + ny * (x[a, 1] - x[b, 1]) + nz * (x[a, 2] - x[b, 2]))
        if six == 0.0:
            return math.inf
        stiffness += (nx * nx + ny * ny + nz * nz) / (6.0 * six)
        volume += six / 24.0
    return float(2.0 * stiffness / volume)


@njit(cache=True)
def stiffest_around(x: Floats, tets: Ints, start: Ints, around: Ints, node: int) -> float:
    """Largest rate of a node and its neighbours; a little of the mean breaks ties."""
    highest, total, count = 0.0, 0.0, 0
    for k in range(start[node], start[node + 1]):
        for corner in range(4):
            w = tets[around[k], corner]
            if w != node or k == start[node]:
                rate = node_rate(x, tets, start, around, w)
                highest = max(highest, rate)
                total += rate
                count += 1
    return float(highest + 0.02 * total / count)


@njit(cache=True)
def relieve(
    x: Floats,
    tets: Ints,
    start: Ints,
    around: Ints,
    chosen: Ints,
    free: Floats,
    floor: float,
) -> int:
    """Move nodes so that the stiffest node around each becomes less stiff.

    Parameters
    ----------
    x : (n, 3) float array [m]
        Changed in place.
    tets, start, around, chosen : int arrays
        As in :func:`mwa_sim.mesh.improve_kernels.move_guarded`.
    free : (n, 3, 3) float array
        Projector onto the directions in which each node may move.
    floor : float
        Sine of the dihedral angle that elements keep, unless they were worse before.

    Returns
    -------
    int
        Number of nodes moved.
    """
    moved = 0
    for k in range(chosen.shape[0]):
        v = chosen[k]
        ox, oy, oz = x[v, 0], x[v, 1], x[v, 2]
        least = min(floor, worst_around(x, tets, start, around, v, 1e-30))
        best = stiffest_around(x, tets, start, around, v)
        before = best
        size = 0.0
        for j in range(start[v], start[v + 1]):
            w = tets[around[j], 0]
            if w == v:
                w = tets[around[j], 1]
            size += math.sqrt((x[w, 0] - ox) ** 2 + (x[w, 1] - oy) ** 2 + (x[w, 2] - oz) ** 2)
        reach = 0.2 * size / (start[v + 1] - start[v])
        for _ in range(6):
            bx, by, bz = x[v, 0], x[v, 1], x[v, 2]
            cx, cy, cz = bx, by, bz
            for way in range(6):
                axis = way // 2
                step = reach if way % 2 == 0 else -reach
                x[v, 0] = cx + step * free[v, 0, axis]
                x[v, 1] = cy + step * free[v, 1, axis]
                x[v, 2] = cz + step * free[v, 2, axis]
                if worst_around(x, tets, start, around, v, 1e-30) < least:
                    continue
                value = stiffest_around(x, tets, start, around, v)
                if value < best * (1.0 - 1e-6):
                    best, bx, by, bz = value, x[v, 0], x[v, 1], x[v, 2]
            x[v, 0], x[v, 1], x[v, 2] = bx, by, bz
            if bx == cx and by == cy and bz == cz:
                reach *= 0.5
        if best < before:
            moved += 1
    return moved
