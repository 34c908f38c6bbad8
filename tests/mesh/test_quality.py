"""Quality measures against shapes whose values are known."""

import numpy as np
import pytest
from skfem import Basis, ElementTetP1, MeshTet
from skfem.models.poisson import laplace, mass

from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import build_octree
from mwa_sim.mesh.quality import diffusion_rates, dihedral_angles, quality, radius_ratios
from mwa_sim.mesh.tetmesh import TetMesh

from .shapes import nested

REGULAR = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1.0]])


def test_regular_tetrahedron():
    mesh = TetMesh(REGULAR, [[0, 2, 1, 3]], [1])
    found = quality(mesh)
    angle = np.degrees(np.arccos(1 / 3))
    assert found.min_dihedral_deg == pytest.approx(angle)
    assert found.max_dihedral_deg == pytest.approx(angle)
    assert found.min_radius_ratio == pytest.approx(1.0)
    assert found.min_height == pytest.approx(np.sqrt(8.0) * np.sqrt(2.0 / 3.0))


def test_corner_of_a_cube():
    nodes, tets = np.vstack([np.zeros(3), np.eye(3)]), np.array([[0, 1, 2, 3]])
    angles = np.degrees(np.sort(dihedral_angles(nodes, tets)[0]))
    np.testing.assert_allclose(angles, [54.7356103] * 3 + [90.0] * 3)
    inradius, circumradius = 1 / (3 + np.sqrt(3)), np.sqrt(3) / 2
    assert radius_ratios(nodes, tets)[0] == pytest.approx(3 * inradius / circumradius)


def test_uniform_bcc_lattice():
    tree = build_octree(lambda p: np.full(len(p), 2.0), [0] * 3, [16] * 3, 2.0, 0)
    nodes, tets = lattice_tets(tree)
    rate = diffusion_rates(nodes, tets)
    inside = ((nodes > 3) & (nodes < 13)).all(axis=1)
    np.testing.assert_allclose(rate[inside], 16.0 / 2.0**2)


def test_diffusion_rates_against_assembled_matrices():
    mesh = nested(improve=False)
    basis = Basis(MeshTet(mesh.nodes.T.copy(), mesh.tets.T.copy()), ElementTetP1())
    stiffness = laplace.assemble(basis)
    stiffness.data[np.abs(stiffness.data) < 1e-12 * np.abs(stiffness.data).max()] = 0.0
    capacity = np.asarray(mass.assemble(basis).sum(axis=1)).ravel()
    expected = np.asarray(abs(stiffness).sum(axis=1)).ravel() / capacity
    np.testing.assert_allclose(diffusion_rates(mesh.nodes, mesh.tets), expected, rtol=1e-9)
