"""The mesher: right volumes, conforming, good angles, the same bits twice."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.quality import quality

from .shapes import MM, ball, closed, column, domain, face_counts, nested, skinned


@pytest.fixture(scope="module")
def mesh():
    return nested()


def conforming(mesh):
    assert set(np.flatnonzero(np.bincount(face_counts(mesh)))) == {1, 2}
    assert all(closed(mesh.surface_of(label)) for label in mesh.labels)


def test_nested_solids_are_conforming(mesh):
    conforming(mesh)
    assert mesh.labels == (1, 2, 3, 99)
    assert mesh.volumes.sum() == pytest.approx((24 * MM) ** 3, rel=1e-9)


def test_quality_at_junctions(mesh):
    found = quality(mesh)
    assert found.min_dihedral_deg > 15.0
    assert found.p1_dihedral_deg > 24.0
    assert found.max_dihedral_deg < 162.0
    assert found.min_radius_ratio > 0.03
    # The lattice has 64 on the planes of the box, which the column cuts.
    assert found.max_rate * MM**2 < 140.0


def test_improvement_improves(mesh):
    raw, better = quality(nested(improve=False)), quality(mesh)
    assert better.min_dihedral_deg > 1.3 * raw.min_dihedral_deg
    assert better.max_rate < raw.max_rate / 3


def test_two_runs_give_the_same_bits(mesh):
    again = nested()
    assert mesh.nodes.tobytes() == again.nodes.tobytes()
    assert mesh.tets.tobytes() == again.tets.tobytes()
    assert mesh.regions.tobytes() == again.regions.tobytes()


def test_volumes_of_nested_balls(mesh):
    small = 4 / 3 * np.pi * (5 * MM) ** 3
    big = 4 / 3 * np.pi * (9 * MM) ** 3
    assert mesh.region_volume(1) == pytest.approx(small, rel=0.01)
    assert mesh.region_volume([1, 2]) == pytest.approx(big, rel=0.005)
    # The column outside the large ball, by quadrature of the disc's free heights.
    r, a = np.meshgrid((np.arange(400) + 0.5) / 400 * 4, (np.arange(400) + 0.5) / 400 * 2 * np.pi)
    x, y = 7 + r * np.cos(a), 0.4 + r * np.sin(a)
    height = 24 - 2 * np.sqrt(np.maximum(81 - x**2 - y**2, 0))
    cut = (height * r).sum() * (4 / 400) * (2 * np.pi / 400) * MM**3
    assert mesh.region_volume(3) == pytest.approx(cut, rel=0.01)


def test_column_through_the_box_ends_on_its_faces():
    mesh = generate(domain([(1, column([0.3 * MM, -0.2 * MM], 4 * MM))]))
    assert mesh.region_volume(1) == pytest.approx(np.pi * 16 * 24 * MM**3, rel=0.005)
    np.testing.assert_array_equal(mesh.bounds, [[-12 * MM] * 3, [12 * MM] * 3])
    conforming(mesh)


@pytest.mark.parametrize(("size", "error"), [(4.0, 3e-3), (2.0, 1e-3)])
def test_volume_of_a_ball_on_coarse_elements(size, error):
    """A ball inscribed in the mesh would be 4 % (1 %) too small with these elements."""
    radius = 9.7 * MM
    mesh = generate(domain([(1, ball([0, 0, 0], radius))], size=size * MM, depth=1))
    assert mesh.region_volume(1) == pytest.approx(4 / 3 * np.pi * radius**3, rel=error)


def test_interface_nodes_lie_on_the_level_set():
    mesh = generate(domain([(1, ball([0, 0, 0], 9.7 * MM))]))
    surface = np.unique(mesh.surface_of(1))
    gap = np.linalg.norm(mesh.nodes[surface], axis=1) - 9.7 * MM
    # Fitted to the mean, nodes of a ball lie a little outside, by about h^2 / 12 r.
    assert np.abs(gap).max() < 0.08 * MM
    assert 0 < gap.mean() < 0.02 * MM


def test_skin_is_one_layer_of_elements():
    mesh = skinned()
    outer = np.zeros(mesh.n_nodes, dtype=bool)
    outer[mesh.surface_of([1, 2])] = True
    skin = mesh.regions == 2
    assert outer[mesh.tets[skin]].any(axis=1).all()
    assert not outer[mesh.tets[mesh.regions == 1]].any()
    assert mesh.region_volume([1, 2]) == pytest.approx(4 / 3 * np.pi * (10 * MM) ** 3, rel=0.005)
    thickness = mesh.region_volume(2) / (4 * np.pi * (9.7 * MM) ** 2)
    assert 0.4 * MM < thickness < 0.8 * MM
    assert quality(mesh).min_dihedral_deg > 10.0


def test_without_regions_the_lattice_comes_back():
    empty = Domain([], 7, [0] * 3, [4] * 3, lambda p: np.ones(len(p)), 1.0, 0)
    mesh = generate(empty)
    assert mesh.labels == (7,)
    assert quality(mesh).min_dihedral_deg == pytest.approx(45.0)


def test_too_thin_and_doubled_regions_are_refused():
    hidden = [(1, ball([0, 0, 0], 8 * MM)), (2, ball([0, 0, 0], 6 * MM))]
    with pytest.raises(MeshError, match=r"regions \[2\] got no element"):
        generate(domain(hidden))
    with pytest.raises(MeshError, match="label of its own"):
        generate(domain([(99, ball([0, 0, 0], 8 * MM))]))
