"""Structured tetrahedral boxes for the antenna tests, in metres."""

from __future__ import annotations

import numpy as np

from mwa_sim.mesh.tetmesh import TetMesh

_CUBE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
_TETS = [(0, 1, 2, 6), (0, 2, 3, 6), (0, 3, 7, 6), (0, 7, 4, 6), (0, 4, 5, 6), (0, 5, 1, 6)]


def graded(half: float, n: int, power: float = 1.0) -> np.ndarray:
    """``n`` coordinates in [-half, half], denser around 0 for ``power`` above 1."""
    t = np.linspace(-1.0, 1.0, n)
    return half * np.sign(t) * np.abs(t) ** power


def box(x, y, z, region=None) -> TetMesh:
    """Every cell of a rectangular grid cut into six tetrahedra; ``region(centres) -> labels``."""
    nodes = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    shape = (len(x), len(y), len(z))
    cells = np.indices([n - 1 for n in shape]).reshape(3, -1)
    corner = [np.ravel_multi_index(cells + np.array(c)[:, None], shape) for c in _CUBE]
    tets = np.concatenate([np.stack([corner[k] for k in tet], axis=1) for tet in _TETS])
    centres = nodes[tets].mean(axis=1)
    labels = np.ones(len(tets), dtype=int) if region is None else region(centres)
    return TetMesh(nodes, tets, labels)
