"""Level functions of label maps: volumes and places of known shapes."""

import numpy as np
import pytest

from mwa_sim.anatomy.images.field import label_field, signed_distance
from mwa_sim.anatomy.images.volume import Volume

from .volumes import rotation

MM = 1e-3
NAMES = ("rest", "ball", "plate", "rod")


def grid(shape, spacing, turn=None):
    axes = (np.eye(3) if turn is None else turn) * np.array(spacing) * MM
    origin = -axes @ (np.array(shape) - 1) / 2.0
    return Volume(np.zeros(shape, dtype=np.int32), axes, origin, "test")


def centres(volume):
    return volume.points(np.indices(volume.data.shape).reshape(3, -1).T.astype(float))


def filled(volume, inside):
    data = np.select([f(centres(volume)) for f in inside], range(1, len(inside) + 1), 0)
    data = data.reshape(volume.data.shape).astype(np.int32)
    return Volume(data, volume.axes, volume.origin, "test")


def sampled(level, low, high, count=400_000):
    points = low + np.random.default_rng(0).random((count, 3)) * (high - low)
    return points, float(np.mean(level(points) < 0.0) * np.prod(high - low))


BOX = (np.full(3, -24.0 * MM), np.full(3, 24.0 * MM))


def ball(p):
    return np.linalg.norm(p - [4 * MM, 3 * MM, 2 * MM], axis=1) < 12.0 * MM


def plate(p):
    """Two voxels thick at 1.5 mm."""
    return (np.abs(p[:, 2] + 14.0 * MM) < 1.5 * MM) & (np.linalg.norm(p[:, :2], axis=1) < 15.0 * MM)


def rod(p):
    """Three voxels across at 1.5 mm, through the box."""
    return np.linalg.norm(p[:, :2] - [-15.0 * MM, 12.0 * MM], axis=1) < 2.25 * MM


@pytest.mark.parametrize(
    ("spacing", "turn"),
    [
        ((1.5, 1.5, 1.5), None),
        ((1.0, 1.0, 2.0), None),
        ((1.5, 1.5, 1.5), rotation((1.0, 1.0, 0.3), 30.0)),
    ],
)
def test_thin_and_thick_regions_keep_the_volume_of_their_voxels(spacing, turn):
    shape = tuple(int(72 / s) for s in spacing)
    labels = filled(grid(shape, spacing, turn), [ball, plate, rod])
    fields = label_field(labels, NAMES, *BOX)
    for name in NAMES[1:]:
        _, volume = sampled(fields.level(name), *BOX)
        # 400 000 points: standard error of 1 % for the smallest region, the rod
        limit = {"ball": 0.01, "plate": 0.025, "rod": 0.035}[name]
        assert volume == pytest.approx(fields.volumes[name], rel=limit), name
    voxels = np.count_nonzero(labels.data == 1)
    assert fields.volumes["ball"] == pytest.approx(voxels * labels.voxel, rel=1e-9)


@pytest.mark.parametrize("spacing", [(1.5, 1.5, 1.5), (1.0, 1.0, 2.0), (3.0, 3.0, 3.0)])
def test_surfaces_lie_within_half_a_voxel_of_the_shape(spacing):
    shape = tuple(int(84 / s) for s in spacing)
    fields = label_field(filled(grid(shape, spacing), [ball]), NAMES[:2], *BOX)
    level = fields.level("ball")
    direction = np.random.default_rng(1).normal(size=(3000, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    low, high = np.full(3000, 6.0 * MM), np.full(3000, 18.0 * MM)
    for _ in range(30):
        middle = 0.5 * (low + high)
        inside = level(np.array([4, 3, 2]) * MM + middle[:, None] * direction) < 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    off = np.abs(low - 12.0 * MM)
    assert off.max() < 0.5 * max(spacing) * MM
    assert off.mean() < 0.15 * max(spacing) * MM


def test_values_are_distances_near_and_far():
    fields = label_field(filled(grid((48, 48, 48), (1.5,) * 3), [ball]), NAMES[:2], *BOX)
    points, _ = sampled(fields.level("ball"), *BOX, 20_000)
    true = np.linalg.norm(points - [4 * MM, 3 * MM, 2 * MM], axis=1) - 12.0 * MM
    value = fields.level("ball")(points)
    assert np.abs(value - true)[np.abs(true) < 3 * MM].max() < 0.8 * MM
    # Further away it may be short by a voxel or so, and never has the wrong sign.
    assert np.abs(value - true).max() < 2.5 * MM
    assert (value * true)[np.abs(true) > 0.8 * MM].min() > 0.0
    outside = fields.level("ball")(np.array([[0.2, 0.0, 0.0]]))[0]
    assert outside == pytest.approx(0.2 - 0.016, abs=0.03)


def test_regions_side_by_side_leave_no_gap():
    def left(p):
        return (p[:, 0] < 0.3 * p[:, 1]) & (np.abs(p) < 18.0 * MM).all(axis=1)

    def right(p):
        return (p[:, 0] >= 0.3 * p[:, 1]) & (np.abs(p) < 18.0 * MM).all(axis=1)

    labels = filled(grid((48, 48, 48), (1.5,) * 3), [left, right])
    fields = label_field(labels, ("rest", "left", "right"), *BOX)
    points = np.random.default_rng(2).uniform(-15.0 * MM, 15.0 * MM, (100_000, 3))
    a, b = fields.level("left")(points), fields.level("right")(points)
    both = fields.level("left", "right")(points)
    assert ((a < 0.0) ^ (b < 0.0)).all()
    assert (both < 0.0).all()
    # Inside the union the level function knows nothing of the wall between the two.
    deep = np.abs(points).max(axis=1) < 8.0 * MM
    assert both[deep].max() < -6.0 * MM


def test_a_region_of_higher_priority_takes_volume():
    labels = filled(grid((48, 48, 48), (1.5,) * 3), [ball])
    half = label_field(labels, NAMES[:2], *BOX, covered=lambda p: p[:, 2] - 2.0 * MM)
    whole = label_field(labels, NAMES[:2], *BOX)
    assert half.volumes["ball"] == pytest.approx(0.5 * whole.volumes["ball"], rel=0.03)


def test_voxels_outside_the_box_do_not_count():
    labels = filled(grid((48, 48, 48), (1.5,) * 3), [ball])
    cut = label_field(labels, NAMES[:2], np.array([4 * MM, -24 * MM, -24 * MM]), BOX[1])
    whole = label_field(labels, NAMES[:2], *BOX)
    assert cut.volumes["ball"] == pytest.approx(0.5 * whole.volumes["ball"], rel=0.03)


def test_distance_from_a_plane_of_voxels_is_exact():
    mask = np.zeros((10, 10, 10), dtype=bool)
    mask[4:] = True
    distance = signed_distance(mask, np.array([2.0, 1.0, 1.0]))
    assert distance[:, 5, 5] == pytest.approx(2.0 * (3.5 - np.arange(10)))
    assert (signed_distance(np.ones((3, 3, 3), bool), np.ones(3)) < 0).all()
    assert (signed_distance(np.zeros((3, 3, 3), bool), np.ones(3)) > 0).all()
