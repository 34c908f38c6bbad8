"""Interpolation: linear fields exactly, the right element, points outside named."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.tetmesh import TetMesh

from .shapes import nested


@pytest.fixture(scope="module")
def mesh():
    return nested(improve=False)


@pytest.fixture(scope="module")
def locator(mesh):
    return Locator(mesh)


def linear(p):
    return 37.0 + p @ np.array([300.0, -120.0, 55.0])


def test_linear_fields_are_reproduced(mesh, locator):
    rng = np.random.default_rng(0)
    low, high = mesh.bounds
    points = rng.uniform(low, high, (5000, 3))
    matrix = locator.matrix(points)
    assert matrix.shape == (5000, mesh.n_nodes)
    np.testing.assert_allclose(matrix @ linear(mesh.nodes), linear(points), atol=1e-11)
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, atol=1e-12)


def test_points_inside_elements_find_them(mesh, locator):
    rng = np.random.default_rng(1)
    wanted = rng.integers(0, mesh.n_tets, 3000)
    weights = rng.dirichlet(np.full(4, 3.0), 3000)
    points = np.einsum("ij,ijk->ik", weights, mesh.nodes[mesh.tets[wanted]])
    found, bary = locator.locate(points)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_allclose(bary, weights, atol=1e-9)


def test_nodes_and_outer_surface_are_inside(mesh, locator):
    assert (locator.locate(mesh.nodes)[0] >= 0).all()
    corner = mesh.nodes[mesh.boundary_faces]
    assert (locator.locate(corner.mean(axis=1))[0] >= 0).all()


def test_outside_is_minus_one_and_named(mesh, locator):
    outside = mesh.bounds[1] + [1e-6, 0.0, 0.0]
    tet, bary = locator.locate([outside, [0.0, 0.0, 0.0], [np.nan, 0.0, 0.0]])
    assert tet[0] == -1
    assert tet[1] >= 0
    assert tet[2] == -1
    assert not bary[0].any()
    with pytest.raises(MeshError, match=r"point 1 at \(0, 0, 90\) mm lies outside the mesh"):
        locator.matrix([[0.0, 0.0, 0.0], [0.0, 0.0, 0.09]])


def test_one_point_and_wrong_shapes(locator):
    assert locator.locate([0.0, 0.0, 0.0])[0].shape == (1,)
    assert locator.locate(np.empty((0, 3)))[1].shape == (0, 4)
    with pytest.raises(MeshError, match=r"\(k, 3\) array"):
        locator.locate([[0.0, 1.0]])


def test_a_hole_is_outside():
    # Two elements that touch in one node only: the box tree must not invent what lies between.
    nodes = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]]
    mesh = TetMesh(nodes, [[0, 1, 2, 3], [0, 5, 4, 6]], [1, 1])
    found, _ = Locator(mesh).locate([[0.1, 0.1, 0.1], [-0.1, -0.1, -0.1], [0.3, -0.3, 0.1]])
    np.testing.assert_array_equal(found, [0, 1, -1])
