"""Isosurface stuffing: cut a tetrahedral lattice along the zero sets of level functions.

Regions are carved one after another, in order of priority. For each level function, lattice nodes
close to its zero set are moved onto it ("snapped"), moves that would flatten an element are taken
back, the edges that still cross are cut, and the elements around them are split by bisecting their
cut edges in one global order, which keeps the mesh conforming. After F. Labelle and
J. R. Shewchuk, ACM Trans. Graph. 26:57 (2007), doi:10.1145/1276377.1276448; the sequence over
several materials is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.tetmesh import TET_EDGES, Floats, Ints, signed_volumes

#: A level function maps points (n, 3) [m] to (n,) values, negative inside, close to the signed
#: distance [m] near its zero set.
Level = Callable[[Floats], Floats]

#: A free node closer to a cut than this fraction of the edge moves onto it.
SNAP = 0.25
#: A node that already lies on another interface counts as on the new one below this fraction.
SNAP_FIXED = 0.3
#: A node that may not move onto a cut counts as on it below this fraction: cutting there would
#: leave elements next to flat.
SNAP_STUCK = 0.1
#: A snap that leaves an element less than this fraction of its volume is taken back.
KEEP_VOLUME = 0.1
#: Regula falsi steps that place a cut on the zero set of a curved level function.
ROOT_STEPS = 3


@dataclass
class Carving:
    """A mesh while regions are being carved out of it.

    Attributes
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    regions : (m,) int array
        Label of each element; ``-1`` where no region has claimed it yet.
    low, high : (3,) float array [m]
        Outer box; nodes on its planes stay on them.
    """

    nodes: Floats
    tets: Ints
    regions: Ints
    low: Floats
    high: Floats


def carve(
    nodes: Floats, tets: Ints, levels: Sequence[tuple[int, Level]], background: int
) -> tuple[Floats, Ints, Ints]:
    """Label a lattice by level functions, moving and splitting elements at the interfaces.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Lattice that fills a box.
    levels : sequence of (label, level function)
        In order of priority: a point belongs to the first region whose function is negative.
    background : int
        Label of what no region claims.

    Returns
    -------
    nodes : (n', 3) float array [m]
    tets : (m', 4) int array
    regions : (m',) int array
    """
    state = Carving(
        nodes.copy(),
        tets.copy(),
        np.full(len(tets), -1, dtype=np.int64),
        nodes.min(axis=0),
        nodes.max(axis=0),
    )
    for label, level in levels:
        _carve_one(state, label, level)
    state.regions[state.regions < 0] = background
    return state.nodes, state.tets, state.regions


def _carve_one(state: Carving, label: int, level: Level) -> None:
    free = state.regions < 0
    used = np.zeros(len(state.nodes), dtype=bool)
    used[state.tets[free]] = True
    value = np.ones(len(state.nodes))
    value[used] = level(state.nodes[used])
    edges = _crossing_edges(state.tets[free], value)
    if len(edges):
        where = _roots(state.nodes, edges, value, level)
        _snap(state, edges, where, value)
        alive = value[edges[:, 0]] * value[edges[:, 1]] < 0
        value = _split(state, edges[alive], where[alive], value)
    _label(state, label, level, value)


def _crossing_edges(tets: Ints, value: Floats) -> Ints:
    """Distinct edges (low, high node) whose ends lie on opposite sides, (e, 2), sorted."""
    corner = value[tets]
    mixed = tets[(corner.min(axis=1) < 0) & (corner.max(axis=1) > 0)]
    pairs = np.sort(mixed[:, TET_EDGES].reshape(-1, 2), axis=1)
    pairs = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    count = np.int64(len(value))
    keys = np.unique(pairs[:, 0] * count + pairs[:, 1])
    return np.stack([keys // count, keys % count], axis=1)


def _roots(nodes: Floats, edges: Ints, value: Floats, level: Level) -> Floats:
    """Position of the zero on each crossing edge, as a fraction from its first node, (e,).

    Regula falsi with the Illinois weight, so that both brackets close in on a curved function.
    """
    a, b = np.zeros(len(edges)), np.ones(len(edges))
    fa, fb = value[edges[:, 0]].copy(), value[edges[:, 1]].copy()
    start, along = nodes[edges[:, 0]], nodes[edges[:, 1]] - nodes[edges[:, 0]]
    t = fa / (fa - fb)
    for _ in range(ROOT_STEPS):
        f = level(start + t[:, None] * along)
        left = f * fa > 0
        fb = np.where(left, fb * 0.5, f)
        fa = np.where(left, f, fa * 0.5)
        a, b = np.where(left, t, a), np.where(left, b, t)
        gap = fa - fb
        t = np.where(gap == 0.0, t, a + (b - a) * fa / np.where(gap == 0.0, 1.0, gap))
    return np.asarray(np.clip(t, 1e-6, 1.0 - 1e-6))


def _snap(state: Carving, edges: Ints, where: Floats, value: Floats) -> None:
    """Move nodes close to a cut onto it and set their value to zero."""
    node = edges.reshape(-1)
    other = edges[:, ::-1].reshape(-1)
    fraction = np.stack([where, 1.0 - where], axis=1).reshape(-1)
    taken = np.zeros(len(value), dtype=bool)
    taken[state.tets[state.regions >= 0]] = True
    on_surface = node[taken[node] & (fraction < SNAP_FIXED)]
    leaves_box = np.zeros(len(node), dtype=bool)
    for plane in (state.low, state.high):
        on = state.nodes[node] == plane
        leaves_box |= (on & (state.nodes[other] != plane)).any(axis=1)
    near = (fraction < SNAP) & ~taken[node] & ~leaves_box
    order = np.lexsort((other[near], fraction[near], node[near]))
    rows = np.flatnonzero(near)[order]
    moved, first = np.unique(node[rows], return_index=True)
    rows = rows[first]
    target = state.nodes[moved] + fraction[rows, None] * (
        state.nodes[other[rows]] - state.nodes[moved]
    )
    moved = _move(state, moved, target)
    value[node[fraction < SNAP_STUCK]] = 0.0
    value[node[leaves_box & (fraction < SNAP)]] = 0.0
    value[moved] = 0.0
    value[on_surface] = 0.0


def _move(state: Carving, moved: Ints, target: Floats) -> Ints:
    """Move nodes, taking back moves that flatten elements; returns the nodes that stay moved."""
    touched = np.zeros(len(state.nodes), dtype=bool)
    touched[moved] = True
    around = state.tets[touched[state.tets].any(axis=1)]
    least = KEEP_VOLUME * signed_volumes(state.nodes, around)
    origin = state.nodes[moved].copy()
    state.nodes[moved] = target
    while True:
        bad = signed_volumes(state.nodes, around) < least
        back = np.zeros(len(state.nodes), dtype=bool)
        back[around[bad]] = True
        revert = back[moved] & touched[moved]
        if not revert.any():
            return moved[touched[moved]]
        state.nodes[moved[revert]] = origin[revert]
        touched[moved[revert]] = False


def _split(state: Carving, edges: Ints, where: Floats, value: Floats) -> Floats:
    """Cut the edges and bisect the elements around them; returns values of old and new nodes."""
    if len(edges) == 0:
        return value
    start, stop = state.nodes[edges[:, 0]], state.nodes[edges[:, 1]]
    new = start + where[:, None] * (stop - start)
    # Long edges first: their bisection leaves the better shaped halves.
    length = np.square(stop - start).sum(axis=1)
    rank = np.empty(len(edges), dtype=np.int64)
    rank[np.lexsort((edges[:, 1], edges[:, 0], -np.round(length / length.max(), 9)))] = np.arange(
        len(edges)
    )
    first_new = len(state.nodes)
    state.nodes = np.concatenate([state.nodes, new])
    ranks = _edge_ranks(state.tets, edges, rank, len(value))
    never = np.int64(len(edges))
    cut = ranks.min(axis=1) < never
    node_of_rank = np.empty(len(edges), dtype=np.int64)
    node_of_rank[rank] = first_new + np.arange(len(edges))
    tets, regions = _bisect(state.tets[cut], state.regions[cut], ranks[cut], node_of_rank)
    state.tets = np.concatenate([state.tets[~cut], tets])
    state.regions = np.concatenate([state.regions[~cut], regions])
    return np.concatenate([value, np.zeros(len(edges))])


def _edge_ranks(tets: Ints, edges: Ints, rank: Ints, count: int) -> Ints:
    """Rank of each element's edges among the cut edges, (m, 6); len(edges) where not cut."""
    ranks = np.full((len(tets), 6), len(edges), dtype=np.int64)
    ends = np.zeros(count, dtype=bool)
    ends[edges] = True
    rows = np.flatnonzero(ends[tets].sum(axis=1) >= 2)
    pairs = np.sort(tets[rows][:, TET_EDGES], axis=2)
    keys = edges[:, 0] * np.int64(count) + edges[:, 1]
    asked = pairs[:, :, 0] * np.int64(count) + pairs[:, :, 1]
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    ranks[rows] = np.where(keys[place] == asked, rank[place], len(edges))
    return ranks


def _bisect(tets: Ints, regions: Ints, ranks: Ints, node_of_rank: Ints) -> tuple[Ints, Ints]:
    """Bisect elements at their cut edge of lowest rank until none is left.

    Two elements that share a face bisect its edges in the same order, because ranks are global.
    """
    never = np.int64(len(node_of_rank))
    done: list[Ints] = []
    labels: list[Ints] = []
    has = np.array([[v in edge for v in range(4)] for edge in TET_EDGES])
    while len(tets):
        lowest = ranks.argmin(axis=1)
        next_tets, next_ranks, next_labels = [], [], []
        for e, (a, b) in enumerate(TET_EDGES):
            rows = np.flatnonzero(lowest == e)
            middle = node_of_rank[ranks[rows, e]]
            for gone in (a, b):
                child, left = tets[rows].copy(), ranks[rows].copy()
                child[:, gone] = middle
                left[:, has[:, gone]] = never
                next_tets.append(child)
                next_ranks.append(left)
                next_labels.append(regions[rows])
        tets, ranks = np.concatenate(next_tets), np.concatenate(next_ranks)
        regions = np.concatenate(next_labels)
        whole = ranks.min(axis=1) == never
        done.append(tets[whole])
        labels.append(regions[whole])
        tets, ranks, regions = tets[~whole], ranks[~whole], regions[~whole]
    return np.concatenate(done), np.concatenate(labels)


def _label(state: Carving, label: int, level: Level, value: Floats) -> None:
    free = np.flatnonzero(state.regions < 0)
    corner = value[state.tets[free]]
    inside: NDArray[np.bool_] = corner.min(axis=1) < 0
    # All four corners on the surface: only the middle of the element can tell.
    flat = np.flatnonzero((corner == 0).all(axis=1))
    if len(flat):
        middle = state.nodes[state.tets[free[flat]]].mean(axis=1)
        inside[flat] = level(middle) < 0
    state.regions[free[inside]] = label
