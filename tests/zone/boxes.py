"""Box meshes: every cube of a grid split into six tetrahedra (Kuhn)."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.tetmesh import TetMesh

Floats = NDArray[np.float64]


def box_mesh(
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    cells: tuple[int, int, int],
    label: Callable[[Floats], NDArray[np.int64]] | None = None,
) -> TetMesh:
    """Mesh of a box [m]; `label` gives the region of each tetrahedron from its centre."""
    axes = [np.linspace(a, b, n + 1) for a, b, n in zip(low, high, cells, strict=True)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    shape = tuple(n + 1 for n in cells)
    corner = np.stack(np.meshgrid(*(np.arange(n) for n in cells), indexing="ij"), axis=-1).reshape(
        -1, 3
    )
    tets = []
    for order in itertools.permutations(range(3)):
        steps = [corner]
        for axis in order:
            steps.append(steps[-1] + np.eye(3, dtype=int)[axis])
        ids = [np.ravel_multi_index(tuple(step.T), shape) for step in steps]
        if np.linalg.det(np.eye(3)[list(order)]) < 0.0:
            ids[2], ids[3] = ids[3], ids[2]
        tets.append(np.stack(ids, axis=1))
    cells_ = np.concatenate(tets).astype(np.int64)
    centres = nodes[cells_].mean(axis=1)
    regions = np.ones(len(cells_), dtype=np.int32)
    if label is not None:
        regions = np.asarray(label(centres), dtype=np.int32)
    return TetMesh(nodes=nodes, tets=cells_, regions=regions)


def rotation(seed: int) -> Floats:
    """A rotation matrix."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return np.asarray(q * np.sign(np.linalg.det(q)))
