"""A TetMesh refuses what no solver could use, and knows its volumes and surfaces."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import build_octree
from mwa_sim.mesh.tetmesh import TetMesh, unique_rows

from .shapes import closed

CORNERS = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]
TWO = [[0, 1, 2, 3], [4, 2, 1, 3]]


def block() -> TetMesh:
    nodes, tets = lattice_tets(build_octree(lambda p: np.full(len(p), 1.0), [0] * 3, [4] * 3, 1, 0))
    regions = np.where(nodes[tets].mean(axis=1)[:, 0] < 2.0, 3, 5)
    return TetMesh(nodes, tets, regions)


def test_volumes_and_labels():
    mesh = TetMesh(CORNERS, TWO, [4, 7])
    assert mesh.labels == (4, 7)
    np.testing.assert_allclose(mesh.volumes, [1 / 6, 1 / 3], rtol=1e-15)
    assert mesh.region_volume(7) == pytest.approx(1 / 3)
    assert mesh.region_volume([4, 7]) == pytest.approx(0.5)
    np.testing.assert_array_equal(mesh.bounds, [[0, 0, 0], [1, 1, 1]])


def test_values_cannot_be_changed():
    mesh = TetMesh(CORNERS, TWO, [4, 7])
    with pytest.raises(ValueError, match="read-only"):
        mesh.nodes[0, 0] = 1.0
    with pytest.raises(AttributeError):
        mesh.nodes = mesh.nodes


def test_boundary_is_closed_and_points_out():
    mesh = block()
    faces = mesh.boundary_faces
    assert closed(faces)
    a, b, c = (mesh.nodes[faces[:, k]] for k in range(3))
    # Divergence theorem: the surface encloses the volume, with a positive sign only if outward.
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0 == pytest.approx(64.0)


def test_surface_of_a_union_leaves_out_the_wall_between():
    mesh = block()
    one, other = mesh.surface_of(3), mesh.surface_of([5])
    both = mesh.surface_of([3, 5])
    assert closed(one)
    assert closed(other)
    assert len(both) == len(mesh.boundary_faces)
    assert len(one) + len(other) > len(both)
    with pytest.raises(MeshError, match="no region labelled"):
        mesh.surface_of(8)


def test_renumbering_keeps_the_mesh_and_narrows_it():
    rng = np.random.default_rng(3)
    mesh = block()
    order = rng.permutation(mesh.n_nodes)
    place = np.empty_like(order)
    place[order] = np.arange(mesh.n_nodes)
    shuffled = TetMesh(mesh.nodes[order], place[mesh.tets], mesh.regions)
    back = shuffled.renumbered()

    def spread(m):
        return int((m.tets.max(axis=1) - m.tets.min(axis=1)).max())

    def elements(m):
        middle = np.round(m.nodes[m.tets].mean(axis=1), 9)
        return sorted(map(tuple, np.column_stack([middle, m.regions, m.volumes.round(9)])))

    assert spread(back) < spread(shuffled) / 3
    assert elements(back) == elements(mesh)


@pytest.mark.parametrize(
    ("nodes", "tets", "regions", "message"),
    [
        (CORNERS[:4], [[0, 2, 1, 3]], [1], "1 tetrahedra are inverted"),
        ([*CORNERS[:3], [1, 1, 0]], [[0, 1, 2, 3]], [1], "1 tetrahedra are degenerate"),
        ([*CORNERS[:3], [0, 0, 1e-12]], [[0, 1, 2, 3]], [1], "degenerate"),
        (CORNERS, [[0, 1, 2, 3]], [1], r"1 nodes belong to no tetrahedron \(numbers 4\)"),
        (CORNERS[:4], [[0, 1, 2, 4]], [1], "name nodes that do not exist"),
        ([*CORNERS[:3], [0, 0, np.nan]], [[0, 1, 2, 3]], [1], "not finite"),
        (CORNERS[:4], np.empty((0, 4)), [], "no tetrahedra"),
        (CORNERS[:4], [[0, 1, 2, 3]], [1, 2], "one label per tetrahedron"),
        (np.zeros((4, 2)), [[0, 1, 2, 3]], [1], r"\(n, 3\) array"),
        (CORNERS[:4], [[0, 1, 2]], [1], r"\(m, 4\) array"),
    ],
)
def test_unusable_meshes_are_refused(nodes, tets, regions, message):
    with pytest.raises(MeshError, match=message):
        TetMesh(nodes, tets, regions)


def test_all_problems_are_listed_at_once():
    nodes = [*CORNERS[:4], [1, 1, 0], [9, 9, 9]]
    tets = [[0, 2, 1, 3], [0, 1, 2, 4]]
    with pytest.raises(MeshError) as caught:
        TetMesh(nodes, tets, [1, 1])
    text = " ".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert all(word in text for word in ("inverted", "degenerate", "belong to no"))


@pytest.mark.parametrize("big", [7, 2**40])
def test_unique_rows_groups_equal_rows(big):
    rows = np.array([[1, 2, big], [0, 5, big], [1, 2, big], [1, 2, 3]])
    inverse, first, count = unique_rows(rows)
    assert inverse[0] == inverse[2]
    assert len(set(inverse.tolist())) == 3
    np.testing.assert_array_equal(rows[first][inverse], rows)
    assert count[inverse[0]] == 2


def test_elements_that_stand_twice_are_refused():
    nodes = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1.0]])
    mesh = TetMesh(nodes, [[0, 1, 2, 3], [4, 2, 1, 3], [0, 1, 2, 3]], [1, 1, 1])
    with pytest.raises(MeshError, match="more than two tetrahedra"):
        _ = mesh.boundary_faces
