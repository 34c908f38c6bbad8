"""Level functions: right on the surface, negative inside, close to distances near it."""

import numpy as np
import pytest

from mwa_sim.anatomy.shapes import (
    column,
    ellipsoid,
    plate,
    rod,
    segment_distance,
    smooth_max,
    smooth_min,
    tube,
)

RNG = np.random.default_rng(5)


def directions(n):
    u = RNG.normal(size=(n, 3))
    return u / np.linalg.norm(u, axis=1)[:, None]


def test_ellipsoid():
    centre, radii = np.array([0.1, -0.2, 0.3]), np.array([0.5, 0.3, 0.2])
    surface = centre + directions(500) * radii
    np.testing.assert_allclose(ellipsoid(surface, centre, radii), 0.0, atol=1e-14)
    assert (ellipsoid(centre + 0.9 * (surface - centre), centre, radii) < 0).all()
    normal = (surface - centre) / radii**2
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    step = 1e-4
    np.testing.assert_allclose(ellipsoid(surface + step * normal, centre, radii), step, rtol=0.01)
    assert ellipsoid(centre[None, :], centre, radii)[0] == -0.2


def test_rod_is_a_cone_of_balls():
    a, b = [0, 0, 0], [2, 0, 0]
    points = np.array([[-1, 0, 0], [0, 1, 0], [1, 0, 1], [2, 3, 0], [4, 0, 0.0]])
    np.testing.assert_allclose(rod(points, a, b, 0.5, 0.1), [0.5, 0.5, 0.7, 2.9, 1.9])
    np.testing.assert_allclose(segment_distance(points, a, b), [1, 1, 1, 3, 2])


def test_column_does_not_depend_on_z_and_is_finite_on_its_axis():
    points = np.array([[3.0, 0, -5], [3.0, 0, 8], [1, 2, 0], [1, 0, 0], [1, 1e-9, 0]])
    value = column(points, (1.0, 0.0), (2.0, 2.0))
    np.testing.assert_allclose(value[:3], 0.0, atol=1e-12)
    np.testing.assert_allclose(value[3:], -2.0, atol=1e-6)


def test_plate_and_tube_extents():
    x = np.array([[5.0, 0.5, 0], [5.0, 0, 2.0], [5, 0, 0], [10.5, 0, 0], [5, 0.51, 0]])
    value = plate(x, [0, 0, 0], [10, 0, 0], (1.0, 1.0), (4.0, 4.0))
    np.testing.assert_allclose(value, [0, 0, -0.5, 0, 0.01], atol=1e-12)
    bar = tube(x * 1e-2, [0, 0, 0], [0.1, 0, 0], 0.005, 0.02)
    np.testing.assert_allclose(bar[[0, 1]], 0.0, atol=1e-9)
    assert bar[2] < 0 < bar[3]


@pytest.mark.parametrize("radius", [0.1, 1.0])
def test_smooth_blends_touch_the_sharp_ones_away_from_the_edge(radius):
    a, b = RNG.normal(size=(2, 1000))
    high, low = smooth_max(a, b, radius), smooth_min(a, b, radius)
    far = np.abs(a - b) >= radius
    np.testing.assert_allclose(high[far], np.maximum(a, b)[far])
    assert (high >= np.maximum(a, b)).all()
    assert (low <= np.minimum(a, b)).all()
    assert (high - np.maximum(a, b)).max() <= radius / 4 + 1e-15
