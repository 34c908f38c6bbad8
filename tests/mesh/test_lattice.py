"""The graded lattice: balanced, conforming, filling its box, with the angles of the BCC lattice."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import build_octree, cell_keys, cells_of_keys, contains
from mwa_sim.mesh.quality import dihedral_angles
from mwa_sim.mesh.tetmesh import TetMesh

from .shapes import closed, face_counts


def graded(p):
    return 0.5 + 0.3 * np.linalg.norm(p - [1.0, 2.0, -9.6], axis=1)


def steep(p):
    """Fine in one point on the box, coarse at once: only balancing makes the steps gentle."""
    return np.where(np.linalg.norm(p - [3.0, 9.8, 9.8], axis=1) < 4.5, 0.5, 8.0)


@pytest.mark.parametrize("sizing", [graded, steep])
def test_graded_lattice(sizing):
    tree = build_octree(sizing, [-10, -10, -10], [10, 10, 10], 0.625, 3)
    nodes, tets = lattice_tets(tree)
    mesh = TetMesh(nodes, tets, np.ones(len(tets)))
    assert len({tuple(c) for c in tree.leaves[3]}) == len(tree.leaves[3]) > 0
    assert mesh.volumes.sum() == pytest.approx(20.0**3, rel=1e-12)
    assert set(np.flatnonzero(np.bincount(face_counts(mesh)))) == {1, 2}
    faces = mesh.boundary_faces
    assert closed(faces)
    # All outer faces lie on the planes of the box: nothing is hanging inside.
    assert (np.abs(nodes[faces]) == 10.0).all(axis=1).any(axis=1).all()
    assert np.degrees(dihedral_angles(nodes, tets).min()) >= 45.0 - 1e-6


def test_neighbours_differ_by_one_level():
    tree = build_octree(steep, [-10, -10, -10], [10, 10, 10], 0.625, 3)
    level = np.full((32, 32, 32), -1)
    for k, cells in enumerate(tree.leaves):
        width = 8 >> k
        for c in cells * width:
            level[c[0] : c[0] + width, c[1] : c[1] + width, c[2] : c[2] + width] = k
    assert level.min() >= 0
    grown = np.pad(level, 1, mode="edge")
    for i in range(3):
        for j in range(3):
            for k in range(3):
                beside = grown[i : i + 32, j : j + 32, k : k + 32]
                assert np.abs(beside - level).max() <= 1


def test_sizes_follow_the_sizing():
    tree = build_octree(graded, [-10, -10, -10], [10, 10, 10], 0.625, 3)
    for k, cells in enumerate(tree.leaves):
        size = 0.625 * 2 ** (3 - k)
        if k < 3 and len(cells):
            assert (graded(tree.low + (cells + 0.5) * size) * 1.25 >= size).all()


def test_keys_and_membership():
    cells = np.array([[0, 1, 2], [3, 0, 0], [3, 0, 5]])
    np.testing.assert_array_equal(cells_of_keys(cell_keys(cells)), cells)
    wanted = np.array([[3, 0, 5], [3, 0, 4], [0, 1, 2], [3, -1, 5], [-1, 0, 0]])
    np.testing.assert_array_equal(contains(cells, wanted), [True, False, True, False, False])


def test_impossible_boxes():
    for low, high, size in ((0, -1, 1.0), (0, 1, 0.0), (0, 1, -2.0)):
        with pytest.raises(MeshError, match="cannot mesh a box"):
            build_octree(graded, [low] * 3, [high] * 3, size, 1)
