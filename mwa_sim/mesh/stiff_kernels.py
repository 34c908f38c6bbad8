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
def _add_element(x: Floats, tets: Ints, t: int, part: Floats, rows: Ints) -> bool:
    """Add what an element gives to the stiffness and volume of its corners; rows < 0 are left out.

    ``K_ii = A^2 / (9 V)`` with A the face opposite node i, and ``V``; both times constants that
    cancel in :func:`_stiffest`. False where the element has no volume.
    """
    a, b, c, d = tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3]
    ax, ay, az = x[b, 0] - x[a, 0], x[b, 1] - x[a, 1], x[b, 2] - x[a, 2]
    bx, by, bz = x[c, 0] - x[a, 0], x[c, 1] - x[a, 1], x[c, 2] - x[a, 2]
    cx, cy, cz = x[d, 0] - x[a, 0], x[d, 1] - x[a, 1], x[d, 2] - x[a, 2]
    # Twice the area vectors of the faces opposite nodes 3, 1, 2 and 0.
    px, py, pz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    qx, qy, qz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
    rx, ry, rz = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
    sx, sy, sz = px + qx + rx, py + qy + ry, pz + qz + rz
    six = abs(cx * px + cy * py + cz * pz)
    if six == 0.0:
        return False
    square = (
        sx * sx + sy * sy + sz * sz,
        qx * qx + qy * qy + qz * qz,
        rx * rx + ry * ry + rz * rz,
        px * px + py * py + pz * pz,
    )
    for corner in range(4):
        row = rows[corner]
        if row >= 0:
            part[row, 0] += square[corner] / six
            part[row, 1] += six
    return True


@njit(cache=True)
def _stiffest(part: Floats, count: int) -> float:
    """Largest of the rates ``2 K_ii / C_i`` [1/m2]; a little of the mean breaks ties.

    With ``C_i = sum V / 4`` this equals ``sum_j |K_ij| / C_i`` where no off-diagonal is positive.
    """
    highest, total = 0.0, 0.0
    for k in range(count):
        rate = 8.0 * part[k, 0] / part[k, 1]
        highest = max(highest, rate)
        total += rate
    return float(highest + 0.02 * total / count)


@njit(cache=True)
def _surroundings(
    x: Floats, tets: Ints, start: Ints, around: Ints, v: int, slot: Ints, fixed: Floats, rows: Ints
) -> int:
    """Neighbours of a node with what the elements that do not touch it give them.

    Fills ``rows`` (places of the corners of each element around the node in ``fixed``) and
    ``fixed``; returns the number of neighbours with the node itself. ``slot`` is -1 everywhere,
    before and after.
    """
    count = 0
    for j in range(start[v], start[v + 1]):
        for corner in range(4):
            w = tets[around[j], corner]
            if slot[w] < 0:
                slot[w] = count
                fixed[count, :] = 0.0
                count += 1
            rows[j - start[v], corner] = slot[w]
    only = np.empty(4, dtype=np.int64)
    for j in range(start[v], start[v + 1]):
        for corner in range(4):
            w = tets[around[j], corner]
            place = slot[w]
            if place < 0:
                continue
            slot[w] = -1
            if w == v:
                continue
            for i in range(start[w], start[w + 1]):
                t = around[i]
                touches = False
                for k in range(4):
                    only[k] = place if tets[t, k] == w else -1
                    touches = touches or tets[t, k] == v
                if not touches:
                    _add_element(x, tets, t, fixed, only)
    return count


@njit(cache=True)
def _value(
    x: Floats, tets: Ints, start: Ints, around: Ints, v: int, work: Floats, rows: Ints, count: int
) -> float:
    """The stiffest node around v now; ``work`` holds the parts that do not change."""
    part = work[:count].copy()
    for j in range(start[v], start[v + 1]):
        if not _add_element(x, tets, around[j], part, rows[j - start[v]]):
            return math.inf
    return _stiffest(part, count)


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
    most = 0
    for v in range(x.shape[0]):
        most = max(most, start[v + 1] - start[v])
    slot = np.full(x.shape[0], -1, dtype=np.int64)
    fixed = np.empty((4 * most, 2))
    rows = np.empty((most, 4), dtype=np.int64)
    for k in range(chosen.shape[0]):
        v = chosen[k]
        ox, oy, oz = x[v, 0], x[v, 1], x[v, 2]
        least = min(floor, worst_around(x, tets, start, around, v, 1e-30))
        count = _surroundings(x, tets, start, around, v, slot, fixed, rows)
        best = _value(x, tets, start, around, v, fixed, rows, count)
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
                value = _value(x, tets, start, around, v, fixed, rows, count)
                if value < best * (1.0 - 1e-6):
                    best, bx, by, bz = value, x[v, 0], x[v, 1], x[v, 2]
            x[v, 0], x[v, 1], x[v, 2] = bx, by, bz
            if bx == cx and by == cy and bz == cz:
                reach *= 0.5
        if best < before:
            moved += 1
    return moved
