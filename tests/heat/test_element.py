import numpy as np
import pytest
import skfem
from skfem.models.poisson import laplace

from benchmarks.verification.blocks import block, cube
from mwa_sim.heat.element import lumped, lumped_surface, stiffness


def distorted(n=5):
    b = cube(n, 0.01)
    rng = np.random.default_rng(1)
    inner = np.all(np.abs(b.nodes) < 0.0099, axis=1)
    nodes = b.nodes.copy()
    nodes[inner] += rng.uniform(-3e-4, 3e-4, (inner.sum(), 3))
    return nodes, b.tets


def test_stiffness_is_that_of_an_independent_library():
    nodes, tets = distorted()
    k = stiffness(nodes, tets, np.ones(len(tets)))
    mesh = skfem.MeshTet(nodes.T.copy(), tets.T.copy())
    reference = skfem.asm(laplace, skfem.Basis(mesh, skfem.ElementTetP1()))
    assert abs(k - reference).max() < 1e-14 * abs(reference).max()


def test_stiffness_annihilates_constants_and_is_symmetric():
    nodes, tets = distorted()
    k = stiffness(nodes, tets, np.linspace(0.3, 0.6, len(tets)))
    assert abs(k @ np.ones(len(nodes))).max() < 1e-16
    assert abs(k - k.T).max() < 1e-18


def test_linear_temperature_conducts_exactly():
    b = block((4, 3, 2), (0, 0, 0), (0.04, 0.03, 0.02))
    k = stiffness(b.nodes, b.tets, np.full(len(b.tets), 0.5))
    flux = k @ (1000.0 * b.nodes[:, 0])
    end = b.nodes[:, 0] > 0.0399
    # k dT/dx A = 0.5 W/m/K * 1000 K/m * 6e-4 m2
    assert flux[end].sum() == pytest.approx(0.3, rel=1e-12)
    inside = (b.nodes[:, 0] > 1e-6) & ~end
    assert abs(flux[inside]).max() < 1e-15


def test_lumping_conserves_the_integral():
    b = cube(3, 0.01)
    density = np.linspace(1.0, 2.0, len(b.tets))
    nodal = lumped(b.tets, b.volumes, density, len(b.nodes))
    assert nodal.sum() == pytest.approx((density * b.volumes).sum(), rel=1e-13)
    area = lumped_surface(b.nodes, b.faces, len(b.nodes))
    assert area.sum() == pytest.approx(6 * 0.02**2, rel=1e-13)
    assert np.all(area[np.all(np.abs(b.nodes) < 0.009, axis=1)] == 0.0)


def test_another_matrix_on_the_same_places():
    nodes, tets = distorted()
    k = stiffness(nodes, tets, np.ones(len(tets)))
    factor = np.linspace(0.3, 0.6, len(tets))
    again = stiffness(nodes, tets, factor, like=k)
    assert again.indices is k.indices or np.shares_memory(again.indices, k.indices)
    assert np.array_equal(again.data, stiffness(nodes, tets, factor).data)


def test_places_are_kept_without_gaps_and_in_order():
    nodes, tets = distorted()
    k = stiffness(nodes, tets, np.ones(len(tets)))
    assert k.has_canonical_format
    assert k.nnz == len({(i, j) for tet in tets.tolist() for i in tet for j in tet})
    assert all(np.all(np.diff(k[i].indices) > 0) for i in range(0, len(nodes), 17))
    assert k.indices.dtype == k.indptr.dtype == np.int32
