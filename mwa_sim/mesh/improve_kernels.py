"""Compiled local improvement: move single nodes so that the worst element around them gets better.

Nodes are visited in a fixed order, each using the latest positions of its neighbours
(Gauss-Seidel), so the result does not depend on timing or on the number of threads.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def element_quality(x: Floats, i0: int, i1: int, i2: int, i3: int, scale: float) -> float:
    """Sine of the worst dihedral angle, times height / scale where an element is lower than that.

    ``sin(theta_e) = 3 V l_e / (2 A_a A_b)`` for the edge e between the faces a and b; negative for
    inverted elements.
    """
    ax, ay, az = x[i1, 0] - x[i0, 0], x[i1, 1] - x[i0, 1], x[i1, 2] - x[i0, 2]
    bx, by, bz = x[i2, 0] - x[i0, 0], x[i2, 1] - x[i0, 1], x[i2, 2] - x[i0, 2]
    cx, cy, cz = x[i3, 0] - x[i0, 0], x[i3, 1] - x[i0, 1], x[i3, 2] - x[i0, 2]
    # Twice the area vectors of the faces opposite nodes 1, 2, 3 and 0.
    px, py, pz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
    qx, qy, qz = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
    rx, ry, rz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    sx, sy, sz = px + qx + rx, py + qy + ry, pz + qz + rz
    six = ax * px + ay * py + az * pz
    f1 = math.sqrt(px * px + py * py + pz * pz)
    f2 = math.sqrt(qx * qx + qy * qy + qz * qz)
    f3 = math.sqrt(rx * rx + ry * ry + rz * rz)
    f0 = math.sqrt(sx * sx + sy * sy + sz * sz)
    if f0 == 0.0 or f1 == 0.0 or f2 == 0.0 or f3 == 0.0:
        return -1.0
    l01, l02 = ax * ax + ay * ay + az * az, bx * bx + by * by + bz * bz
    l03 = cx * cx + cy * cy + cz * cz
    l12 = (bx - ax) ** 2 + (by - ay) ** 2 + (bz - az) ** 2
    l13 = (cx - ax) ** 2 + (cy - ay) ** 2 + (cz - az) ** 2
    l23 = (cx - bx) ** 2 + (cy - by) ** 2 + (cz - bz) ** 2
    # The edge between nodes i and j lies between the faces opposite the other two.
    worst = math.sqrt(l01) / (f2 * f3)
    worst = min(worst, math.sqrt(l02) / (f1 * f3))
    worst = min(worst, math.sqrt(l03) / (f1 * f2))
    worst = min(worst, math.sqrt(l12) / (f0 * f3))
    worst = min(worst, math.sqrt(l13) / (f0 * f2))
    worst = min(worst, math.sqrt(l23) / (f0 * f1))
    height = six / max(max(f0, f1), max(f2, f3))
    return float(worst * six * min(1.0, abs(height) / scale))


@njit(cache=True)
def worst_around(
    x: Floats, tets: Ints, start: Ints, around: Ints, node: int, scale: float
) -> float:
    """Lowest quality of the elements around a node."""
    worst = 2.0
    for k in range(start[node], start[node + 1]):
        t = around[k]
        q = element_quality(x, tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3], scale)
        if q < worst:
            worst = q
    return worst


@njit(cache=True)
def move_guarded(
    x: Floats,
    tets: Ints,
    start: Ints,
    around: Ints,
    chosen: Ints,
    step: Floats,
    floor: float,
    scale: float,
) -> int:
    """Move nodes by given steps, shortened or refused where an element would become too bad.

    Parameters
    ----------
    x : (n, 3) float array [m]
        Changed in place.
    tets : (m, 4) int array
    start, around : (n + 1,) and (4 m,) int arrays
        Elements around each node, row after row.
    chosen : (k,) int array
        Nodes to move.
    step : (k, 3) float array [m]
    floor : float
        Quality that an element must keep, unless it was worse before and does not get worse yet.
    scale : float [m]

    Returns
    -------
    int
        Number of nodes moved the whole way.
    """
    whole = 0
    for k in range(chosen.shape[0]):
        v = chosen[k]
        before = worst_around(x, tets, start, around, v, scale)
        least = min(before, floor)
        ox, oy, oz = x[v, 0], x[v, 1], x[v, 2]
        factor = 1.0
        for attempt in range(4):
            x[v, 0] = ox + factor * step[k, 0]
            x[v, 1] = oy + factor * step[k, 1]
            x[v, 2] = oz + factor * step[k, 2]
            if worst_around(x, tets, start, around, v, scale) >= least:
                if attempt == 0:
                    whole += 1
                break
            factor *= 0.5
            x[v, 0], x[v, 1], x[v, 2] = ox, oy, oz
    return whole


@njit(cache=True)
def smooth(
    x: Floats,
    tets: Ints,
    start: Ints,
    around: Ints,
    chosen: Ints,
    free: Floats,
    goal: float,
    scale: float,
) -> int:
    """Improve the worst element around each chosen node by trying a few moves of the node.

    Parameters
    ----------
    x : (n, 3) float array [m]
        Changed in place.
    tets, start, around, chosen : int arrays
        As in :func:`move_guarded`.
    free : (n, 3, 3) float array
        Projector onto the directions in which each node may move.
    goal : float
        Nodes whose elements are all at least this good are left alone.
    scale : float [m]

    Returns
    -------
    int
        Number of nodes moved.
    """
    moved = 0
    trial = np.empty((12, 3))
    for k in range(chosen.shape[0]):
        v = chosen[k]
        best = worst_around(x, tets, start, around, v, scale)
        if best >= goal:
            continue
        mx, my, mz, length = 0.0, 0.0, 0.0, 0.0
        count = start[v + 1] - start[v]
        for j in range(start[v], start[v + 1]):
            for corner in range(4):
                w = tets[around[j], corner]
                if w != v:
                    dx, dy, dz = x[w, 0] - x[v, 0], x[w, 1] - x[v, 1], x[w, 2] - x[v, 2]
                    mx, my, mz = mx + dx, my + dy, mz + dz
                    length += math.sqrt(dx * dx + dy * dy + dz * dz)
        trial[:] = 0.0
        length /= 3 * count
        for a in range(3):
            trial[a, 0] = mx / (3 * count) * 0.5**a
            trial[a, 1] = my / (3 * count) * 0.5**a
            trial[a, 2] = mz / (3 * count) * 0.5**a
        reach = 0.15 * length
        any_move = False
        for sweep in range(4):
            first = 0 if sweep == 0 else 3
            for a in range(3):
                trial[3 + 2 * a, a] = reach
                trial[4 + 2 * a, a] = -reach
            ox, oy, oz = x[v, 0], x[v, 1], x[v, 2]
            bx, by, bz = ox, oy, oz
            for c in range(first, 9):
                tx, ty, tz = trial[c, 0], trial[c, 1], trial[c, 2]
                x[v, 0] = ox + free[v, 0, 0] * tx + free[v, 0, 1] * ty + free[v, 0, 2] * tz
                x[v, 1] = oy + free[v, 1, 0] * tx + free[v, 1, 1] * ty + free[v, 1, 2] * tz
                x[v, 2] = oz + free[v, 2, 0] * tx + free[v, 2, 1] * ty + free[v, 2, 2] * tz
                q = worst_around(x, tets, start, around, v, scale)
                if q > best + 1e-6:
                    best, bx, by, bz = q, x[v, 0], x[v, 1], x[v, 2]
                    any_move = True
            x[v, 0], x[v, 1], x[v, 2] = bx, by, bz
            if bx == ox and by == oy and bz == oz:
                reach *= 0.4
        if any_move:
            moved += 1
    return moved


@njit(cache=True)
def qualities(x: Floats, tets: Ints, scale: float) -> Floats:
    """Quality of every element, (m,)."""
    found = np.empty(tets.shape[0])
    for t in range(tets.shape[0]):
        found[t] = element_quality(x, tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3], scale)
    return found


@njit(cache=True)
def choose_collapses(
    x: Floats,
    tets: Ints,
    start: Ints,
    around: Ints,
    chosen: Ints,
    touches: Ints,
    scale: float,
) -> Ints:
    """Node that each node merges into (itself if it stays).

    A merge is taken if the worst element around the node gets better by a tenth; afterwards all
    nodes around it are locked, so that merges do not interfere.

    Parameters
    ----------
    x, tets, start, around, chosen, scale
        As in :func:`move_guarded`.
    touches : (n,) int array
        Bits that the other node must have too.

    Returns
    -------
    (n,) int array
    """
    into = np.arange(x.shape[0])
    locked = np.zeros(x.shape[0], dtype=np.bool_)
    for k in range(chosen.shape[0]):
        v = chosen[k]
        if locked[v]:
            continue
        before = worst_around(x, tets, start, around, v, scale)
        best = 1.1 * before + 0.02
        target = -1
        ox, oy, oz = x[v, 0], x[v, 1], x[v, 2]
        clear = True
        for j in range(start[v], start[v + 1]):
            for corner in range(4):
                if locked[tets[around[j], corner]]:
                    clear = False
        if not clear:
            continue
        for j in range(start[v], start[v + 1]):
            for corner in range(4):
                w = tets[around[j], corner]
                if w in (v, target) or (touches[v] & ~touches[w]) != 0:
                    continue
                x[v, 0], x[v, 1], x[v, 2] = x[w, 0], x[w, 1], x[w, 2]
                worst = 2.0
                for i in range(start[v], start[v + 1]):
                    t = around[i]
                    a, b, c, d = tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3]
                    if a == w or b == w or c == w or d == w:
                        continue
                    worst = min(worst, element_quality(x, a, b, c, d, scale))
                    if worst <= best:
                        break
                if worst > best and worst < 2.0:
                    best = worst
                    target = w
        x[v, 0], x[v, 1], x[v, 2] = ox, oy, oz
        if target >= 0:
            into[v] = target
            for j in range(start[v], start[v + 1]):
                for corner in range(4):
                    locked[tets[around[j], corner]] = True
    return into
