"""Interfaces of a labelled mesh with the level functions that they approximate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import TET_FACES, Floats, Ints, unique_rows

_MIDDLES = ((1, 2), (2, 0), (0, 1))


@dataclass(frozen=True)
class Surface:
    """The faces that approximate one level set.

    Attributes
    ----------
    level : callable
        Level function (n, 3) [m] -> (n,) [m].
    value : float [m]
        Value of the level function on the surface.
    place : int
        Place in the order of priority.
    nodes : (k,) int array
        Nodes of the surface.
    triangles : (f, 3) int array
        Positions in ``nodes``; normals point to larger values.
    edges : (e, 2) int array
        Distinct edges, as positions in ``nodes``.
    triangle_edges : (f, 3) int array
        Edges of each triangle.
    """

    level: Level
    value: float
    place: int
    nodes: Ints
    triangles: Ints
    edges: Ints
    triangle_edges: Ints

    def normals(self, x: Floats) -> tuple[Floats, Floats]:
        """Unit normal at each node (k, 3) and mean length of the edges there (k,) [m]."""
        corner = x[self.nodes][self.triangles]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        total = _gather(self.triangles, normal, len(self.nodes))
        size = np.sqrt(np.linalg.norm(normal, axis=1))
        ones = np.bincount(self.triangles.reshape(-1), minlength=len(self.nodes))
        edge = _gather(self.triangles, size[:, None], len(self.nodes))[:, 0] / ones
        length = np.linalg.norm(total, axis=1)
        return total / np.maximum(length, 1e-300)[:, None], edge

    def area_and_edge(self, x: Floats) -> tuple[float, float]:
        """Area [m2], and the mean length of its edges [m]."""
        p = x[self.nodes][self.triangles]
        area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum() / 2.0
        ends = x[self.nodes][self.edges]
        return float(area), float(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).mean())

    def gaps(self, x: Floats) -> Floats:
        """Mean of the level function, less its value, over the triangles at each node, (k,) [m].

        Edge midpoints integrate quadratic functions over a triangle exactly.
        """
        corner = x[self.nodes]
        middle = (corner[self.edges[:, 0]] + corner[self.edges[:, 1]]) / 2.0
        value = self.level(middle) - self.value
        mean = value[self.triangle_edges].mean(axis=1)
        p = corner[self.triangles]
        area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1)
        both = np.stack([area * mean, area], axis=1)
        total = _gather(self.triangles, both, len(self.nodes))
        return np.asarray(total[:, 0] / np.maximum(total[:, 1], 1e-300))


def find_surfaces(
    tets: Ints, regions: Ints, order: list[tuple[int, Level, float]]
) -> list[Surface]:
    """Interfaces of a labelled mesh.

    Parameters
    ----------
    tets : (m, 4) int array
        Positively oriented.
    regions : (m,) int array
    order : list of (label, level function, value)
        In order of priority; a face between two regions belongs to the first of them. Regions that
        are not listed come last.

    Returns
    -------
    list of Surface
        Those that have faces.
    """
    rank = np.full(int(regions.max()) + 1, len(order), dtype=np.int64)
    for place, (label, _, _) in enumerate(order):
        rank[label] = place
    faces = tets[:, TET_FACES].reshape(-1, 3)
    inverse, _, count = unique_rows(np.sort(faces, axis=1))
    owner = np.repeat(rank[regions], 4)
    # Sum of the ranks on both sides of a face, less one's own, is the rank on the other side.
    other = np.bincount(inverse, weights=owner)[inverse].astype(np.int64) - owner
    first = (owner < other) & (count[inverse] == 2)
    found = []
    for place, (_, level, value) in enumerate(order):
        chosen = faces[first & (owner == place)]
        if len(chosen):
            found.append(_surface(chosen, level, value, place))
    return found


def _surface(faces: Ints, level: Level, value: float, place: int) -> Surface:
    nodes, local = np.unique(faces, return_inverse=True)
    triangles = local.reshape(-1, 3).astype(np.int64)
    pairs = np.concatenate([triangles[:, list(pair)] for pair in _MIDDLES])
    pairs = np.sort(pairs, axis=1)
    inverse, first, _ = unique_rows(pairs)
    triangle_edges = inverse.reshape(3, -1).T
    return Surface(level, value, place, nodes, triangles, pairs[first], triangle_edges)


def _gather(triangles: Ints, values: Floats, count: int) -> Floats:
    """Sum triangle values (f, c) at the nodes, (count, c)."""
    flat = triangles.reshape(-1)
    columns = [
        np.bincount(flat, np.repeat(values[:, c], 3), minlength=count)
        for c in range(values.shape[1])
    ]
    return np.stack(columns, axis=1)
