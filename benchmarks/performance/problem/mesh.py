"""Unstructured, nearly uniform tetrahedra of a cube of 6 cm, the same on every machine.

The corners and centres of n x n x n cubes (a body-centred lattice) are moved at random by up to
``JITTER`` of the cube's edge, those on the surface within it, and joined by the Delaunay
triangulation.  Points of elements flatter than ``LEAST_ANGLE`` are drawn halfway back to their
lattice places, the last ones moved anew by less, and all is joined again until none is left.
The points are numbered by reverse Cuthill-McKee, so that every program gets a good numbering.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import reverse_cuthill_mckee
from scipy.spatial import Delaunay

HALF = 0.030
"""Half the edge of the block [m]."""
CUBES = {"2k": 6, "20k": 12, "100k": 20, "500k": 35, "2M": 55}
"""Cubes along an edge; the mesh has about 12 n^3 tetrahedra."""
JITTER = 0.2
LEAST_ANGLE = 12.0
"""Smallest dihedral angle that is left [degree]."""
_ROUNDS = 20
_PAIRS = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])


def block(size: str, cache: Path | None = None) -> tuple[NDArray, NDArray]:
    """Nodes (n, 3) [m] and tetrahedra (m, 4) of a mesh by name, kept in a cache folder.

    Parameters
    ----------
    size : str
        A key of `CUBES`.
    cache : Path, optional
        Folder of meshes already made; a folder of the system's temporary files unless given.
    """
    folder = cache or Path(tempfile.gettempdir()) / "mwa_sim_benchmark_meshes"
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    file = folder / f"block-{size}-{recipe}.npz"
    if file.exists():
        with np.load(file) as held:
            return held["nodes"], held["tets"]
    nodes, tets = tetrahedra(CUBES[size])
    folder.mkdir(parents=True, exist_ok=True)
    # Written under another name first: a reader never finds half a file.
    part = file.with_name(f"{os.getpid()}-{file.name}")
    np.savez(part, nodes=nodes, tets=tets)
    part.replace(file)
    return nodes, tets


def tetrahedra(cubes: int, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Nodes (n, 3) [m] and positively oriented tetrahedra (m, 4) of the block."""
    edge = 2.0 * HALF / cubes
    places, bounds = _lattice(cubes)
    random = np.random.default_rng(seed)
    moves = random.uniform(-JITTER, JITTER, places.shape) * edge
    # Points of a face stay in it, points of an edge on it, corners in place.
    moves[bounds] = 0.0
    for round_ in range(_ROUNDS):
        nodes = places + moves
        tets = _join(nodes, bounds)
        flat = smallest_angles(nodes, tets) < LEAST_ANGLE
        if not flat.any():
            break
        few = np.unique(tets[flat])
        if round_ < 3:
            moves[few] *= 0.5
        else:
            # The last ones are stuck in that direction: tried elsewhere, near their places.
            moves[few] = random.uniform(-0.4, 0.4, (few.size, 3)) * JITTER * edge
            moves[bounds] = 0.0
    else:
        raise RuntimeError(f"{np.count_nonzero(flat)} flat elements are left")
    return _numbered(nodes, tets)


def _lattice(cubes: int) -> tuple[NDArray, NDArray]:
    """Lattice points (n, 3) [m] and which of their coordinates lie on the surface (n, 3)."""
    corner = np.linspace(-HALF, HALF, cubes + 1)
    centre = 0.5 * (corner[1:] + corner[:-1])
    grids = [np.stack(np.meshgrid(x, x, x, indexing="ij"), -1) for x in (corner, centre)]
    places = np.concatenate([grid.reshape(-1, 3) for grid in grids])
    return places, np.abs(places) == HALF


def _join(nodes: NDArray, bounds: NDArray) -> NDArray:
    """Delaunay tetrahedra (m, 4), positively oriented, without flat ones in the surface."""
    tets = Delaunay(nodes).simplices.astype(np.int64)
    sides = np.concatenate([bounds & (nodes < 0.0), bounds & (nodes > 0.0)], axis=1)
    tets = tets[~sides[tets].all(axis=1).any(axis=1)]
    turned = volumes(nodes, tets) < 0.0
    tets[turned, 2], tets[turned, 3] = tets[turned, 3], tets[turned, 2].copy()
    return tets


def _numbered(nodes: NDArray, tets: NDArray) -> tuple[NDArray, NDArray]:
    pairs = tets[:, _PAIRS].reshape(-1, 2)
    ones = np.ones(len(pairs), dtype=np.int8)
    half = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(nodes),) * 2).tocsr()
    order = reverse_cuthill_mckee((half + half.T).tocsr(), symmetric_mode=True)
    place = np.empty(len(nodes), dtype=np.int64)
    place[order] = np.arange(len(nodes))
    tets = place[tets]
    tets = tets[np.argsort(tets.min(axis=1), kind="stable")]
    return np.ascontiguousarray(nodes[order]), np.ascontiguousarray(tets)


def volumes(nodes: NDArray, tets: NDArray) -> NDArray:
    """Signed volumes (m,) [m3]."""
    a, b, c = (nodes[tets[:, i]] - nodes[tets[:, 0]] for i in (1, 2, 3))
    return np.einsum("ij,ij->i", np.cross(a, b), c) / 6.0


def smallest_angles(nodes: NDArray, tets: NDArray) -> NDArray:
    """Smallest dihedral angle of each element (m,) [degree]."""
    normals = []
    for face in ([1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]):
        p = nodes[tets[:, face]]
        normal = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
        normals.append(normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None])
    between = [-np.einsum("ij,ij->i", normals[i], normals[j]) for i, j in _PAIRS]
    return np.degrees(np.arccos(np.clip(np.max(between, axis=0), -1.0, 1.0)))


def outer_nodes(nodes: NDArray) -> NDArray:
    """Which nodes (n,) lie on the surface of the block."""
    return (np.abs(np.abs(nodes) - HALF) < 1e-9).any(axis=1)
