"""Outer faces of sets of tetrahedra against counting faces one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.tetmesh import TET_FACES, outer_faces
from tests.zone.boxes import box_mesh

BOX = box_mesh((0, 0, 0), (1, 1, 1), (5, 4, 3))


def one_by_one(tets):
    faces = [tuple(face) for tet in tets for face in tet[TET_FACES]]
    count = Counter(tuple(sorted(face)) for face in faces)
    return [face for face in faces if count[tuple(sorted(face))] == 1]


@pytest.mark.parametrize("seed", range(4))
def test_faces_without_a_partner_in_the_order_of_the_elements(seed):
    rng = np.random.default_rng(seed)
    tets = BOX.tets[rng.permutation(len(BOX.tets))[: 40 + 60 * seed]]
    numbers = rng.permutation(BOX.n_nodes)
    np.testing.assert_array_equal(outer_faces(numbers[tets]), one_by_one(numbers[tets]))


def test_all_faces_of_the_box_and_of_one_element():
    assert len(outer_faces(BOX.tets)) == 2 * 2 * (5 * 4 + 4 * 3 + 5 * 3)
    np.testing.assert_array_equal(outer_faces(BOX.tets[:1]), BOX.tets[:1][0][TET_FACES])


def test_elements_around_one_edge():
    ring = np.arange(2, 42)
    tets = np.stack([np.zeros(40), np.ones(40), ring, np.roll(ring, -1)], axis=1).astype(int)
    faces = outer_faces(tets)
    assert len(faces) == 80
    np.testing.assert_array_equal(faces, one_by_one(tets))


def test_elements_that_stand_twice_are_counted():
    with pytest.raises(MeshError, match="4 faces belong to more than two"):
        outer_faces(np.repeat([[0, 1, 2, 3]], 3, axis=0))
    # two copies leave no outer face, three of one face are too many
    assert len(outer_faces(np.repeat([[0, 1, 2, 3]], 2, axis=0))) == 0
    with pytest.raises(MeshError, match="1 faces belong to more than two"):
        outer_faces(np.array([[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, 5]]))
