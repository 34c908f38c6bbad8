"""What the antenna sees of the tetrahedra: means around its axis."""

import numpy as np
import pytest

from mwa_sim.antenna.coupling.rings import Dielectrics, Rings
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.mesh.probe import Locator
from tests.antenna.boxes import box, graded

FREQUENCY = 2.45e9
HALF = 0.02
R, Z = np.array([1e-3, 5e-3, 9e-3]), np.array([2e-3, 8e-3, 4e-3])


def two_tissues():
    """Label 1 for y < 0, label 2 for y > 0; one node plane lies on the border."""
    x = graded(HALF, 21)
    return box(x, x, x, lambda c: np.where(c[:, 1] < 0.0, 1, 2))


def properties(start=-50.0, step=0.25, slope=0.0):
    t = start + step * np.arange(1600)
    factor = np.stack([1.0 + slope * (t - 37.0), np.ones_like(t)])
    return Dielectrics(
        np.array([20.0, 50.0]), np.array([0.8, 1.8]), factor, factor, start, step, FREQUENCY
    )


@pytest.fixture(scope="module")
def mesh():
    return two_tissues()


def rings(mesh, tip=(0.0, 0.0, -0.005), axis=(0.0, 0.0, 1.0), r=R, z=Z, around=16):
    pose = Pose(tip=np.array(tip), axis=np.array(axis))
    return Rings(mesh, Locator(mesh), pose, r, z, around)


def test_rings_across_a_border_see_the_arithmetic_mean_of_both_tissues(mesh):
    found = rings(mesh).permittivity(properties(), np.full(mesh.n_nodes, 37.0))
    a, b = (complex_permittivity(*p, FREQUENCY) for p in ((20.0, 0.8), (50.0, 1.8)))
    np.testing.assert_allclose(found, 0.5 * (a + b), rtol=1e-9)


def test_rings_beside_the_border_see_each_tissue_by_its_share_of_the_circle(mesh):
    # A circle of radius r whose centre lies d from the border: arccos(d / r) / pi is beyond it.
    r, d = 8e-3, 4e-3
    found = rings(mesh, (0.0, -d, -0.005), r=np.array([r]), z=np.array([5e-3]), around=720)
    share = np.arccos(d / r) / np.pi
    got = found.permittivity(properties(), np.full(mesh.n_nodes, 37.0)).real
    np.testing.assert_allclose(got, 20.0 + 30.0 * share, rtol=2e-3)


def test_properties_follow_the_temperature_at_the_point_not_at_the_nodes(mesh):
    # Linear temperature and linear factors: the mean around a ring is the value on its axis.
    temperature = 37.0 + 1000.0 * mesh.nodes[:, 0] + 500.0 * mesh.nodes[:, 2]
    seen = rings(mesh, (0.003, -0.012, -0.005), r=np.array([5e-3]), z=np.array([6e-3]))
    got = seen.permittivity(properties(slope=0.01), temperature)
    expected = 20.0 * (1.0 + 0.01 * (1000.0 * 0.003 + 500.0 * 0.001))
    np.testing.assert_allclose(got.real, expected, rtol=1e-9)


def test_tissue_beyond_the_table_keeps_its_last_value(mesh):
    found = rings(mesh, (0.0, -0.012, -0.005), r=R[:1], z=Z[:1])
    hot = found.permittivity(properties(slope=0.01), np.full(mesh.n_nodes, 1e4)).real
    end = -50.0 + 0.25 * 1599
    np.testing.assert_allclose(hot, 20.0 * (1.0 + 0.01 * (end - 37.0)), rtol=1e-9)


def test_rings_that_leave_the_mesh_go_on_with_the_nearest_tissue(mesh):
    seen = rings(mesh, (0.0, 0.015, 0.0), r=np.array([30e-3, 2e-3]), z=np.array([1e-3, 1e-3]))
    assert seen.inside[1] == 1.0
    assert 0.0 < seen.inside[0] < 0.5
    found = seen.permittivity(properties(), np.full(mesh.n_nodes, 37.0))
    # Above the mesh it is label 2, below it label 1: about half the circle each side of y = 0.
    assert 20.0 < found[0].real < 50.0
    assert found[1].real == pytest.approx(50.0)


def test_share_of_a_ring_inside_the_mesh_is_that_of_the_circle(mesh):
    r, d = 12e-3, 10e-3
    seen = rings(mesh, (0.0, -d, -0.005), r=np.array([r]), z=np.array([5e-3]), around=720)
    np.testing.assert_allclose(seen.inside, 1.0 - np.arccos((HALF - d) / r) / np.pi, atol=3e-3)


def test_tilted_axis_sees_what_lies_around_it():
    mesh = two_tissues()
    # Along the border, but inclined: symmetry keeps both shares equal.
    seen = rings(mesh, (-0.004, 0.0, -0.004), axis=(1.0, 0.0, 1.0))
    found = seen.permittivity(properties(), np.full(mesh.n_nodes, 37.0)).real
    np.testing.assert_allclose(found, 35.0, rtol=0.05)
