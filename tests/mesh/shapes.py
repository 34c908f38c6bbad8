"""Meshes for the tests: balls, columns and nested solids in a box, and checks on them."""

from __future__ import annotations

import numpy as np

from mwa_sim.mesh.mesher import Domain, Layer, generate
from mwa_sim.mesh.tetmesh import TET_FACES, TetMesh, unique_rows

MM = 1e-3


def ball(centre, radius):
    return lambda p: np.linalg.norm(p - np.asarray(centre), axis=1) - radius


def column(centre, radius):
    return lambda p: np.linalg.norm(p[:, :2] - np.asarray(centre), axis=1) - radius


def domain(levels, *, size=1.0 * MM, far=4.0 * MM, half=12.0 * MM, depth=2, layers=()):
    """A box with elements of ``size`` at the interfaces, growing away from them."""

    def sizing(p):
        gap = np.min([np.abs(level(p)) for _, level in levels], axis=0)
        return np.minimum(far, size + 0.4 * gap)

    return Domain(levels, 99, [-half] * 3, [half] * 3, sizing, size, depth, layers)


def nested(improve: bool = True) -> TetMesh:
    """A ball inside a larger ball that a column pierces: three regions meet in curves."""
    levels = [
        (1, ball([2 * MM, 0, 0.3 * MM], 5 * MM)),
        (2, ball([0, 0, 0], 9 * MM)),
        (3, column([7 * MM, 0.4 * MM], 4 * MM)),
    ]
    return generate(domain(levels), improve)


def skinned() -> TetMesh:
    """A ball with a skin, one element thick."""
    return generate(
        domain([(1, ball([0, 0, 0], 10 * MM))], layers=[Layer(2, of=1, thickness=0.6 * MM)])
    )


def face_counts(mesh: TetMesh) -> np.ndarray:
    """In how many elements each distinct face lies."""
    faces = np.sort(mesh.tets[:, TET_FACES].reshape(-1, 3), axis=1)
    return unique_rows(faces)[2]


def closed(faces: np.ndarray) -> bool:
    """Whether every edge of a surface is run through as often forwards as backwards."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    count = int(pairs.max()) + 1
    forward = np.sort(pairs[:, 0] * count + pairs[:, 1])
    backward = np.sort(pairs[:, 1] * count + pairs[:, 0])
    return bool(np.array_equal(forward, backward))
