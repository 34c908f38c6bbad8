import numpy as np
import pytest

from mwa_sim.antenna.pose import Pose
from mwa_sim.errors import InputError


def test_local_coordinates_run_from_the_tip_towards_the_hub():
    pose = Pose.between(entry=(0.0, 0.0, 0.05), tip=(0.0, 0.0, 0.01))
    r, z = pose.local([(0.003, 0.004, 0.02), (0.0, 0.0, 0.0)])
    np.testing.assert_allclose(r, [0.005, 0.0], atol=1e-15)
    np.testing.assert_allclose(z, [0.01, -0.01], atol=1e-15)


def test_frame_is_an_isometry_for_any_axis():
    rng = np.random.default_rng(1)
    for _ in range(20):
        pose = Pose(tip=rng.normal(size=3), axis=rng.normal(size=3))
        points = rng.normal(size=(5, 3))
        local = pose.frame(points)
        np.testing.assert_allclose(
            np.linalg.norm(local, axis=1), np.linalg.norm(points - pose.tip, axis=1), rtol=1e-12
        )
        r, z = pose.local(points)
        np.testing.assert_allclose(np.hypot(r, z), np.linalg.norm(local, axis=1), rtol=1e-12)
        np.testing.assert_allclose(pose.frame([pose.point(0.3)]), [[0, 0, 0.3]], atol=1e-12)


def test_ring_points_have_the_asked_coordinates():
    pose = Pose(tip=(0.1, 0.2, 0.3), axis=(1.0, -2.0, 0.5))
    r, z = pose.local(pose.ring(0.8e-3, 5e-3, 7))
    np.testing.assert_allclose(r, 0.8e-3, rtol=1e-9)
    np.testing.assert_allclose(z, 5e-3, rtol=1e-9)


def test_moved_returns_a_copy():
    pose = Pose.between(entry=(0.0, 0.0, 0.05), tip=(0.0, 0.0, 0.01))
    deeper = pose.moved(deeper=0.002)
    np.testing.assert_allclose(deeper.tip, (0.0, 0.0, 0.008))
    np.testing.assert_allclose(pose.moved((0.001, 0, 0)).tip, (0.001, 0.0, 0.01))
    turned = pose.moved(axis=(1.0, 0.0, 0.0))
    np.testing.assert_allclose(turned.axis, (1.0, 0.0, 0.0))
    np.testing.assert_allclose(pose.tip, (0.0, 0.0, 0.01))
    assert pose == Pose(tip=(0.0, 0.0, 0.01), axis=(0.0, 0.0, 3.0))
    assert pose != turned
    assert hash(pose) == hash(pose.moved())


def test_arrays_cannot_be_written():
    pose = Pose(tip=(0.0, 0.0, 0.0), axis=(0.0, 0.0, 1.0))
    with pytest.raises(ValueError, match="read-only"):
        pose.tip[0] = 1.0


def test_given_arrays_are_copied():
    tip = np.zeros(3)
    pose = Pose(tip=tip, axis=np.array([0.0, 0.0, 1.0]))
    tip[0] = 1.0
    assert pose.tip[0] == 0.0


def test_every_mistake_is_named():
    with pytest.raises(InputError) as error:
        Pose(tip=(0.0, np.nan, 0.0), axis=(1.0, 2.0))
    assert len(error.value.problems) == 2
    with pytest.raises(InputError, match="no length"):
        Pose(tip=(0.0, 0.0, 0.0), axis=(0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="same point"):
        Pose.between(entry=(0.0, 0.0, 1e-6), tip=(0.0, 0.0, 0.0))
