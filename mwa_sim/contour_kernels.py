"""Compiled marching tetrahedra: which elements a level touches, and what it cuts from them.

Only elements with a corner inside are looked at again after one pass over the corners; the rest of
the mesh costs nothing more.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def _orders() -> Ints:
    """(16, 4) even reorderings of a tetrahedron's corners by its inside mask.

    One corner differing from the other three comes first; of two and two, the inside pair does.
    Even permutations keep the orientation, so one winding fits every case.
    """
    table = np.zeros((16, 4), dtype=np.int64)
    for code in range(16):
        mask = [bool(code >> corner & 1) for corner in range(4)]
        lead = sum(mask) != 3
        wanted = 1 if sum(mask) in (1, 3) else 2
        for order in itertools.permutations(range(4)):
            inversions = sum(order[i] > order[j] for i in range(4) for j in range(i + 1, 4))
            if inversions % 2 == 0 and (
                sum(mask) in (0, 4) or all(mask[corner] == lead for corner in order[:wanted])
            ):
                table[code] = order
                break
    return table


_ORDERS = _orders()


ORDERS = _orders()
FACE_ORDERS = np.array(
    [[0, 1, 2], [0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 0, 1], [1, 2, 0], [0, 1, 2], [0, 1, 2]]
)
# Corners of the pieces as pairs of positions in the reordered tetrahedron (a, b, c, d); a pair is
# (inside corner, outside corner), or a corner twice where it is itself a corner of the piece.


def _table(corners: int, pieces: dict[int, list[list[list[int]]]]) -> tuple[Ints, Ints]:
    """Pieces by how many corners are inside, ``(5, 3, corners, 2)``, and how many pieces, (5,)."""
    table = np.zeros((5, 3, corners, 2), dtype=np.int64)
    counts = np.zeros(5, dtype=np.int64)
    for inside, found in pieces.items():
        table[inside, : len(found)] = found
        counts[inside] = len(found)
    return table, counts


SURFACE = _table(
    3,
    {
        1: [[[0, 1], [0, 2], [0, 3]]],
        2: [[[0, 2], [0, 3], [1, 3]], [[0, 2], [1, 3], [1, 2]]],
        3: [[[1, 0], [3, 0], [2, 0]]],
    },
)
SOLID = _table(
    4,
    {
        1: [[[0, 0], [0, 1], [0, 2], [0, 3]]],
        2: [
            [[0, 0], [0, 2], [0, 3], [1, 1]],
            [[0, 2], [0, 3], [1, 1], [1, 2]],
            [[0, 3], [1, 1], [1, 2], [1, 3]],
        ],
        3: [
            [[1, 1], [2, 2], [3, 3], [1, 0]],
            [[2, 2], [3, 3], [1, 0], [2, 0]],
            [[3, 3], [1, 0], [2, 0], [3, 0]],
        ],
    },
)
CAP = _table(
    3,
    {
        1: [[[0, 0], [0, 1], [0, 2]]],
        2: [[[1, 1], [2, 2], [2, 0]], [[1, 1], [2, 0], [1, 0]]],
        3: [[[0, 0], [1, 1], [2, 2]]],
    },
)


@njit(cache=True)
def touched(tets: Ints, inside: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Elements that lie wholly inside and elements that the level cuts, each ascending.

    Parameters
    ----------
    tets : (m, 4) int array
    inside : (n,) bool array
        Of the nodes.

    Returns
    -------
    whole, cut : int arrays
        Numbers of elements.
    """
    whole = np.empty(tets.shape[0], dtype=np.int64)
    cut = np.empty(tets.shape[0], dtype=np.int64)
    n_whole, n_cut = 0, 0
    for k in range(tets.shape[0]):
        count = 0
        for corner in range(4):
            if inside[tets[k, corner]]:
                count += 1
        if count == 4:
            whole[n_whole] = k
            n_whole += 1
        elif count > 0:
            cut[n_cut] = k
            n_cut += 1
    return whole[:n_whole].copy(), cut[:n_cut].copy()


@njit(cache=True)
def pieces(
    cells: Ints, chosen: Ints, inside: NDArray[np.bool_], orders: Ints, table: Ints, counts: Ints
) -> tuple[Ints, Ints]:
    """Node pairs of the corners of all pieces that the level cuts from some cells.

    Parameters
    ----------
    cells : (m, 3) or (m, 4) int array
        Triangles or tetrahedra.
    chosen : (k,) int array
        The cells to cut.
    inside : (n,) bool array
        Of the nodes.
    orders : (8 or 16, corners of a cell) int array
        Even reordering for each set of corners inside.
    table : (5, 3, c, 2) int array
        Pieces for each number of corners inside.
    counts : (5,) int array
        How many.

    Returns
    -------
    pairs : (s, c, 2) int array
        The nodes of the edge that carries each corner: the one inside, the one outside.
    owners : (s,) int array
        The cell of each piece.
    """
    corners = cells.shape[1]
    codes = np.empty(chosen.size, dtype=np.int64)
    within = np.empty(chosen.size, dtype=np.int64)
    total = 0
    for i in range(chosen.size):
        code, count = 0, 0
        for corner in range(corners):
            if inside[cells[chosen[i], corner]]:
                code += 1 << corner
                count += 1
        codes[i], within[i] = code, count
        total += counts[count]
    pairs = np.empty((total, table.shape[2], 2), dtype=np.int64)
    owners = np.empty(total, dtype=np.int64)
    s = 0
    for i in range(chosen.size):
        for piece in range(counts[within[i]]):
            for corner in range(table.shape[2]):
                for end in range(2):
                    place = orders[codes[i], table[within[i], piece, corner, end]]
                    pairs[s, corner, end] = cells[chosen[i], place]
            owners[s] = chosen[i]
            s += 1
    return pairs, owners


@njit(cache=True)
def corners_of(
    pairs: Ints, nodes: NDArray[np.float64], values: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners and volumes of pieces that are tetrahedra.

    Parameters
    ----------
    pairs : (s, 4, 2) int array
    nodes : (n, 3) float array [m]
    values : (n,) float array
    level : float

    Returns
    -------
    corners : (s, 4, 3) float array [m]
    volumes : (s,) float array [m3]
    """
    corners = np.empty((pairs.shape[0], 4, 3))
    volumes = np.empty(pairs.shape[0])
    for s in range(pairs.shape[0]):
        for corner in range(4):
            a, b = pairs[s, corner, 0], pairs[s, corner, 1]
            weight = 0.0 if a == b else (values[a] - level) / (values[a] - values[b])
            for axis in range(3):
                start = nodes[a, axis]
                corners[s, corner, axis] = start + weight * (nodes[b, axis] - start)
        volumes[s] = _volume(corners[s])
    return corners, volumes


@njit(cache=True)
def moments(
    corners: NDArray[np.float64],
    volumes: NDArray[np.float64],
    tets: Ints,
    nodes: NDArray[np.float64],
    whole: Ints,
    whole_volumes: NDArray[np.float64],
    origin: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and second moment about a point of pieces and of whole elements together.

    ``integral of v dV = V/4 s`` and ``integral of v v^T dV = V/20 (sum_i v_i v_i^T + s s^T)`` with
    ``s = sum_i v_i`` for one tetrahedron with corners ``v_i`` from the point.

    Parameters
    ----------
    corners : (s, 4, 3) float array [m]
    volumes : (s,) float array [m3]
    tets : (m, 4) int array
    nodes : (n, 3) float array [m]
    whole : (k,) int array
        Elements that count in full.
    whole_volumes : (m,) float array [m3]
        Volumes of all elements.
    origin : (3,) float array [m]

    Returns
    -------
    first : (3,) float array [m4]
    second : (3, 3) float array [m5]
    """
    first, second = np.zeros(3), np.zeros((3, 3))
    local = np.empty((4, 3))
    for s in range(volumes.size):
        for corner in range(4):
            for axis in range(3):
                local[corner, axis] = corners[s, corner, axis] - origin[axis]
        _add_moments(local, volumes[s], first, second)
    for k in whole:
        for corner in range(4):
            for axis in range(3):
                local[corner, axis] = nodes[tets[k, corner], axis] - origin[axis]
        _add_moments(local, whole_volumes[k], first, second)
    return first, second


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _volume(p: Any) -> Any:
    ax, ay, az = p[1, 0] - p[0, 0], p[1, 1] - p[0, 1], p[1, 2] - p[0, 2]
    bx, by, bz = p[2, 0] - p[0, 0], p[2, 1] - p[0, 1], p[2, 2] - p[0, 2]
    cx, cy, cz = p[3, 0] - p[0, 0], p[3, 1] - p[0, 1], p[3, 2] - p[0, 2]
    det = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return abs(det) / 6.0


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _add_moments(v: Any, volume: Any, first: Any, second: Any) -> None:
    x = v[0, 0] + v[1, 0] + v[2, 0] + v[3, 0]
    y = v[0, 1] + v[1, 1] + v[2, 1] + v[3, 1]
    z = v[0, 2] + v[1, 2] + v[2, 2] + v[3, 2]
    share = volume / 4.0
    first[0] += share * x
    first[1] += share * y
    first[2] += share * z
    share = volume / 20.0
    total = (x, y, z)
    for i in range(3):
        for j in range(3):
            product = total[i] * total[j]
            for corner in range(4):
                product += v[corner, i] * v[corner, j]
            second[i, j] += share * product
