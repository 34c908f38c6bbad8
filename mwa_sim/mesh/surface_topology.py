"""How the triangles of a surface hang together: patches, orientation, open edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.tetmesh import Floats, Ints, unique_rows

#: Edges of a triangle as pairs of local vertices, in its direction.
_EDGES = np.array([[0, 1], [1, 2], [2, 0]])


@dataclass(frozen=True)
class Edges:
    """Edges of a surface.

    Attributes
    ----------
    of : (m, 3) int array
        Edge behind each side of each triangle.
    forward : (m, 3) bool array
        Whether the triangle runs along its side from the lower to the higher vertex.
    ends : (e, 2) int array
        Vertices, the lower one first.
    count : (e,) int array
        Triangles at each edge: 2 on a clean closed surface.
    """

    of: Ints
    forward: NDArray[np.bool_]
    ends: Ints
    count: Ints


def edges_of(triangles: Ints) -> Edges:
    """Edges of triangles (m, 3)."""
    sides = triangles[:, _EDGES].reshape(-1, 2)
    inverse, first, count = unique_rows(np.sort(sides, axis=1))
    return Edges(
        inverse.reshape(-1, 3),
        (sides[:, 0] < sides[:, 1]).reshape(-1, 3),
        np.sort(sides[first], axis=1),
        count,
    )


def components(triangles: Ints) -> Ints:
    """Number of the connected part (by shared vertices) of each triangle, (m,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = int(triangles.max()) + 1
    pairs = np.concatenate([triangles[:, :2], triangles[:, 1:]])
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), tuple(pairs.T)), shape=(size, size))
    part = connected_components(graph.tocsr(), directed=False)[1][triangles[:, 0]]
    return np.unique(part, return_inverse=True)[1].reshape(-1).astype(np.int64)


def oriented(triangles: Ints, area: Floats) -> tuple[Ints, Ints, Ints, bool]:
    """Turn triangles so that neighbours agree, as most of each patch's area had it.

    A patch is what hangs together by edges with exactly two triangles. Each triangle stands twice
    in a graph, as it is and turned; neighbours link the two that agree.

    Parameters
    ----------
    triangles : (m, 3) int array
    area : (m,) float array [m2]

    Returns
    -------
    triangles : (m, 3) int array
    patch : (m,) int array
    turned : (k,) int array
        Triangles that were turned.
    twisted : bool
        Whether a patch has only one side (a Moebius strip); it is left as it was.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(triangles)
    edges = edges_of(triangles)
    sides = np.argsort(edges.of.reshape(-1), kind="stable")
    pairs = sides[np.repeat(edges.count == 2, edges.count)].reshape(-1, 2)
    a, b = (pairs // 3).T
    forward = edges.forward.reshape(-1)
    # Neighbours agree when they run along their common edge in opposite directions.
    differ = (forward[pairs[:, 0]] == forward[pairs[:, 1]]).astype(np.int64)
    rows = np.concatenate([a, a + count])
    columns = np.concatenate([b + count * differ, b + count * (1 - differ)])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(2 * count,) * 2)
    label = connected_components(graph.tocsr(), directed=False)[1].reshape(2, count)
    patch = np.unique(np.minimum(*label), return_inverse=True)[1].reshape(-1).astype(np.int64)
    one_sided = label[0] == label[1]
    # Of the two labels of a patch the lower stands for one way round; the majority decides.
    other_way = label[0] > label[1]
    vote = np.bincount(patch, weights=np.where(other_way, area, -area))
    turn = (other_way != (vote[patch] > 0.0)) & ~one_sided
    result = triangles.copy()
    result[turn] = result[turn][:, ::-1]
    return result, patch, np.flatnonzero(turn), bool(one_sided.any())


def open_edges(triangles: Ints) -> Ints:
    """Edges that a lid would need, (k, 2) vertices in its direction; none if closed.

    Where triangles meet an edge in both directions equally often it is closed, however many they
    are.
    """
    edges = edges_of(triangles)
    net = np.bincount(
        edges.of.reshape(-1),
        weights=np.where(edges.forward, 1.0, -1.0).reshape(-1),
        minlength=len(edges.ends),
    ).astype(np.int64)
    ends = np.where((net > 0)[:, None], edges.ends[:, ::-1], edges.ends)
    return np.repeat(ends[net != 0], np.abs(net[net != 0]), axis=0)


def open_loops(triangles: Ints) -> list[Ints]:
    """Rims of a surface as closed loops of vertices, in the direction of a lid that closes them.

    As many open edges lead into each vertex as out of it, so they fall apart into loops.
    """
    onward: dict[int, list[int]] = {}
    for start, stop in open_edges(triangles)[::-1].tolist():
        onward.setdefault(start, []).append(stop)
    loops = []
    for start in sorted(onward):
        while onward[start]:
            loops += _trace(start, onward)
    return [np.array(loop, dtype=np.int64) for loop in loops if len(loop) > 2]


def _trace(start: int, onward: dict[int, list[int]]) -> list[list[int]]:
    """Follow open edges from a vertex until back there, splitting off loops on the way."""
    found, path, place = [], [start], {start: 0}
    while onward.get(path[-1]):
        after = onward[path[-1]].pop()
        if after in place:
            cut = place[after]
            loop = path[cut:]
            for vertex in loop[1:]:
                del place[vertex]
            del path[cut + 1 :]
            found.append(loop)
            if after == start:
                break
        else:
            place[after] = len(path)
            path.append(after)
    return found
