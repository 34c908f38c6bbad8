"""The parametric vertebra has the published dimensions and the topology of a vertebra."""

import numpy as np
import pytest

from mwa_sim.anatomy.landmarks import clearance, landmarks
from mwa_sim.anatomy.morphometry import LEVELS, dimensions
from mwa_sim.anatomy.regions import Spine
from mwa_sim.anatomy.vertebra import Vertebra
from mwa_sim.errors import InputError

MM = 1e-3
ANTENNA_RADIUS = 0.8 * MM


def extent(level, start, direction, reach=60 * MM):
    """Length of the stretch inside a level function on the line through an inner point."""
    steps = np.arange(0.0, reach, 0.02 * MM)
    ends = []
    for sign in (1, -1):
        line = np.asarray(start) + sign * steps[:, None] * np.asarray(direction)
        ends.append(steps[np.argmax(level(line) > 0)])
    return sum(ends)


@pytest.fixture(scope="module", params=LEVELS)
def vertebra(request):
    return Vertebra(dimensions(request.param))


def spine_with(vertebra, centre=(-1, 4, 0), radii=(11, 12, 9), breach=False):
    return Spine(vertebra, np.array(centre) * MM, np.array(radii) * MM, breach, 2.5 * MM)


def test_published_dimensions_of_l2():
    size = dimensions("L2")
    given = [size.endplate_width, size.endplate_depth, size.posterior_height, size.canal_width]
    given += [size.canal_depth, size.pedicle_width]
    np.testing.assert_allclose(np.array(given) / MM, [42.6, 34.6, 24.3, 23.8, 18.2, 8.3])
    with pytest.raises(InputError, match="level: expected one of L1, L2, L3, L4, L5, got 'T4'"):
        dimensions("T4")


def test_the_shape_has_the_dimensions(vertebra):
    size = vertebra.size
    rim = size.posterior_height / 2 - 2.0 * MM
    # Two millimetres below the rim, past its rounding; the waist has already begun.
    assert extent(vertebra.body, [0, 0, rim], [0, 1, 0]) == pytest.approx(
        size.endplate_width, rel=0.045
    )
    assert extent(vertebra.body, [0, 0, rim], [1, 0, 0]) == pytest.approx(
        size.endplate_depth, rel=0.045
    )
    behind = [vertebra.posterior_wall + 4 * MM, 0, 0]
    assert extent(vertebra.body, behind, [0, 0, 1]) == pytest.approx(
        size.posterior_height, abs=3.0 * MM
    )
    for side in (1, -1):
        front, back = vertebra.pedicle_axis(side)
        assert extent(
            lambda p, side=side: vertebra.pedicle(p, side), (front + back) / 2, [0, 1, 0]
        ) == pytest.approx(size.pedicle_width, rel=0.06)


def test_canal_dimensions(vertebra):
    spine = spine_with(vertebra)
    size = vertebra.size
    middle = [vertebra.posterior_wall - size.canal_depth / 2, 0, 0]
    assert extent(spine.canal, middle, [0, 1, 0]) == pytest.approx(size.canal_width, rel=0.02)

    def free(p):
        return np.maximum(spine.canal(p), -vertebra.body(p))

    assert extent(free, middle, [1, 0, 0]) == pytest.approx(size.canal_depth, abs=1.0 * MM)


def test_waist_and_hollow_endplates(vertebra):
    size = vertebra.size
    rim = size.posterior_height / 2 - 2.0 * MM
    waist = extent(vertebra.body, [0, 0, 0], [0, 1, 0])
    assert waist < 0.95 * extent(vertebra.body, [0, 0, rim], [0, 1, 0])
    middle = extent(vertebra.body, [0, 0, 0], [0, 0, 1])
    edge = extent(vertebra.body, [0, 0.8 * size.endplate_width / 2, 0], [0, 0, 1])
    assert middle < edge - 1.0 * MM


def test_left_and_right_are_mirror_images(vertebra):
    points = np.random.default_rng(2).uniform(-50 * MM, 50 * MM, (3000, 3))
    np.testing.assert_allclose(
        vertebra.bone(points), vertebra.bone(points * [1, -1, 1]), atol=1e-12
    )


def test_regions_are_nested(vertebra):
    spine = spine_with(vertebra)
    points = np.random.default_rng(2).uniform(-45 * MM, 30 * MM, (40000, 3))
    cord, sac, canal = spine.cord(points) < 0, spine.sac(points) < 0, spine.canal(points) < 0
    assert cord.any()
    assert sac[cord].all()
    assert canal[sac].all()
    assert (vertebra.body(points[sac]) > 1.0 * MM).all()
    inside = spine.tumour(points) < 0
    assert inside.any()
    assert (vertebra.column(points[inside]) < -2.0 * MM).all()


def test_a_breaching_tumour_leaves_the_bone():
    vertebra = Vertebra(dimensions("L2"))
    spine = spine_with(vertebra, centre=(-10, 3, 0), breach=True)
    wall = np.array([[vertebra.posterior_wall - 1 * MM, 3 * MM, 0]])
    assert spine.tumour(wall)[0] < 0 < vertebra.body(wall)[0]


@pytest.mark.parametrize("centre", [(-1, 4, 0), (2, -3, 1), (0, 0, -2)])
def test_the_way_in_stays_in_the_pedicle(vertebra, centre):
    spine = spine_with(vertebra, centre)
    points = landmarks(spine)
    for name, side in (("left_pedicle", 1), ("right_pedicle", -1)):
        entry, target = points[name], points["tumour_centre"]
        assert side * entry[1] > 8 * MM
        assert entry[0] < vertebra.posterior_wall - 8 * MM
        # The entry is on the surface of the bone, everything between it and the tumour inside.
        assert abs(clearance(spine, entry[None, :])[0]) < 0.5 * MM
        way = entry + np.linspace(0, 1, 400)[:, None] * (target - entry)
        room = clearance(spine, way)
        assert (room[5:] > 0).all()
        # Nowhere on the way does the antenna itself (radius 0.8 mm) come into the canal.
        canal = np.maximum(spine.canal(way), -vertebra.body(way))
        assert canal.min() > ANTENNA_RADIUS
        past_entry = np.linalg.norm(way - entry, axis=1) > 4 * MM
        assert room[past_entry].min() > ANTENNA_RADIUS
        front, back = vertebra.pedicle_axis(side)
        through = np.abs(way[:, 0] - (front + back)[0] / 2).argmin()
        assert vertebra.pedicle(way[through][None, :], side)[0] < 0


def test_other_landmarks():
    spine = spine_with(Vertebra(dimensions("L2")), centre=(-1, 4, 1.5))
    points = landmarks(spine)
    wall = points["posterior_wall"]
    assert abs(spine.vertebra.body(wall[None, :])[0]) < 0.1 * MM
    assert wall[1] == 0.0
    assert wall[2] == pytest.approx(1.5 * MM)
    np.testing.assert_array_equal(points["cord_anterior"], points["anterior_cord"])
    assert abs(spine.cord(points["cord_anterior"][None, :])[0]) < 1e-9
    assert points["cord_anterior"][0] < wall[0] - 2 * MM
    for name, side in (("left_foramen", 1), ("right_foramen", -1)):
        assert side * points[name][1] > 10 * MM
        assert spine.vertebra.bone(points[name][None, :])[0] > 1.0 * MM


def test_no_way_in_is_said():
    spine = spine_with(Vertebra(dimensions("L1")), centre=(-13, 18, 0), radii=(3, 3, 3))
    with pytest.raises(InputError, match=r"tumour\.centre: no straight line through the right"):
        landmarks(spine)
