"""Graded body-centred cubic (BCC) lattice of tetrahedra on a balanced octree.

Between two cubes of equal size each edge of the shared face spans a BCC tetrahedron with the two
centres (dihedral angles 60 and 90 degrees). Where sizes change, and at the outer box, a face is
joined to one centre only (smallest dihedral angle 45 degrees); an edge with a node inside it
halves the elements around it. After F. Labelle and J. R. Shewchuk, ACM Trans. Graph. 26:57 (2007),
doi:10.1145/1276377.1276448.
"""

from __future__ import annotations

import numpy as np

from mwa_sim.mesh.octree import Octree, cell_keys, cells_of_keys, contains
from mwa_sim.mesh.tetmesh import Floats, Ints, signed_volumes

#: Corners of a cube's face in cyclic order, in units of the cube, for each axis.
_RING = {
    0: np.array([[0, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1]]),
    1: np.array([[0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 0, 0]]),
    2: np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]),
}


def lattice_tets(tree: Octree) -> tuple[Floats, Ints]:
    """Tetrahedra that fill the box of an octree, conforming.

    Parameters
    ----------
    tree : Octree

    Returns
    -------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Positively oriented.
    """
    corners = _corner_keys(tree)
    parts = []
    for level in range(tree.depth + 1):
        for axis in range(3):
            for side in (0, 1):
                parts += _face_tets(tree, level, axis, side, corners)
    keys = cell_keys(np.concatenate(parts))
    unique, tets = np.unique(keys, return_inverse=True)
    nodes = tree.low + cells_of_keys(unique) * (tree.finest / 2.0)
    tets = tets.reshape(-1, 4).astype(np.int64)
    flip = signed_volumes(nodes, tets) < 0
    tets[flip, 2], tets[flip, 3] = tets[flip, 3], tets[flip, 2].copy()
    return nodes, tets


def _size(tree: Octree, level: int) -> int:
    """Edge of a cube in units of half the finest cube, so that centres are whole numbers."""
    return 2 << (tree.depth - level)


def _corner_keys(tree: Octree) -> Ints:
    cube = np.concatenate([_RING[2], _RING[2] + [0, 0, 1]])
    keys = [
        cell_keys((cells[:, None] + cube).reshape(-1, 3) * _size(tree, level))
        for level, cells in enumerate(tree.leaves)
    ]
    return np.unique(np.concatenate(keys))


def _face_tets(tree: Octree, level: int, axis: int, side: int, corners: Ints) -> list[Ints]:
    """Tetrahedra that the leaves of one level put on their faces in one direction, (m, 4, 3)."""
    cells = tree.leaves[level]
    if len(cells) == 0:
        return []
    size = _size(tree, level)
    step = np.zeros(3, dtype=np.int64)
    step[axis] = 1 if side else -1
    beside = cells + step
    outside = (beside[:, axis] < 0) | (beside[:, axis] >= tree.counts[axis] << level)
    equal = contains(tree.leaves[level], beside)
    refined = contains(tree.internal[level], beside)
    larger = ~(outside | equal | refined)
    ring = _RING[axis].copy()
    ring[:, axis] = side
    centre = cells * size + size // 2
    face = (cells[:, None] + ring) * size
    middle = centre + step * (size // 2)
    parts = []
    if side and equal.any():
        parts += _around_edges(centre[equal], centre[equal] + step * size, face[equal], corners)
    # A face with smaller cubes behind it always has nodes inside its four edges, a face of the
    # outer box sometimes: both are fans around the middle of the face.
    fan = outside | refined
    if fan.any():
        parts += _around_edges(centre[fan], middle[fan], face[fan], corners)
    if larger.any():
        parts.append(_quarter(centre[larger], face[larger], axis, size))
    return parts


def _around_edges(a: Ints, b: Ints, face: Ints, corners: Ints) -> list[Ints]:
    """Tetrahedra of the points a and b with each edge of the face, halved where it has a node."""
    parts = []
    for k in range(4):
        p, q = face[:, k], face[:, (k + 1) % 4]
        middle = (p + q) // 2
        keys = cell_keys(middle)
        place = np.minimum(np.searchsorted(corners, keys), len(corners) - 1)
        # Halves of odd sums are not lattice points: the edges of the finest cubes.
        whole = ((p + q) % 2 == 0).all(axis=1)
        split = (corners[place] == keys) & whole
        parts.append(np.stack([a, b, p, q], axis=1)[~split])
        parts.append(np.stack([a, b, p, middle], axis=1)[split])
        parts.append(np.stack([a, b, middle, q], axis=1)[split])
    return parts


def _quarter(centre: Ints, face: Ints, axis: int, size: int) -> Ints:
    """Two tetrahedra of a small cube on a quarter of the face of a larger one.

    The quarter is cut along the diagonal from the middle of the large face (the corner that is
    odd in both directions of the face, in units of the small cube) to the corner of the face.
    """
    across = [k for k in range(3) if k != axis]
    odd = face[:, :, across] // size % 2 == 1
    start = np.argmax(odd.all(axis=2), axis=1)
    rows = np.arange(len(face))
    first, second, third, fourth = (face[rows, (start + k) % 4] for k in range(4))
    one = np.stack([centre, first, third, second], axis=1)
    other = np.stack([centre, first, third, fourth], axis=1)
    return np.concatenate([one, other])
