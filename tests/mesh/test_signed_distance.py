"""Signed distance of triangulated surfaces: exact near them, the right sign everywhere."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.signed_distance import BAND, SignedDistance
from tests.mesh.solids import box, sphere
from tests.real_data import real_data

RNG = np.random.default_rng(3)


def around(level, count, margin=8e-3):
    low, high = level.low - margin, level.high + margin
    return low + RNG.random((count, 3)) * (high - low)


def box_distance(points, half):
    q = np.abs(points) - half
    outside = np.linalg.norm(np.maximum(q, 0.0), axis=1)
    return outside + np.minimum(q.max(axis=1), 0.0)


def test_box_is_exact_in_the_band_and_has_the_right_sign_everywhere():
    half = np.array([20e-3, 15e-3, 10e-3])
    level = SignedDistance(*box(half, cells=7))
    points = around(level, 40_000)
    exact, found = box_distance(points, half), level(points)
    near = np.abs(exact) < BAND
    assert near.sum() > 5000
    np.testing.assert_allclose(found[near], exact[near], atol=1e-12)
    np.testing.assert_array_equal(found < 0, exact < 0)
    assert np.abs(found - exact).max() < 2e-3


def test_far_outside_the_grid_values_grow_with_the_distance():
    level = SignedDistance(*sphere(10e-3))
    points = np.array([[0.1, 0, 0], [0, 0.5, 0], [0, 0, -1.0]])
    np.testing.assert_allclose(level(points), [0.09, 0.49, 0.99], rtol=0.02)


def test_overlapping_solids_count_as_their_union_without_sheets_inside():
    x, t = sphere(10e-3, 4)
    shift = np.array([8e-3, 0, 0])
    level = SignedDistance(np.concatenate([x, x + shift]), np.concatenate([t, t + len(x)]))
    points = around(level, 30_000, 2e-3)
    union = np.minimum(np.linalg.norm(points, axis=1), np.linalg.norm(points - shift, axis=1))
    union -= 10e-3
    clear = np.abs(union) > 0.1e-3
    np.testing.assert_array_equal((level(points) < 0)[clear], (union < 0)[clear])
    # The surface of one sphere in the middle of the other is no surface of the union.
    inside = np.array([[9.9e-3, 0, 0], [-1.9e-3, 0, 0], [4e-3, 0, 0]])
    assert (level(inside) < -5e-3).all()


def test_missing_and_turned_triangles_do_not_turn_the_inside_out():
    x, t = sphere(10e-3, 4)
    t = np.delete(t, RNG.choice(len(t), 40, replace=False), axis=0)
    level = SignedDistance(x, t)
    points = around(level, 20_000, 3e-3)
    radius = np.linalg.norm(points, axis=1)
    clear = np.abs(radius - 10e-3) > 1e-3
    np.testing.assert_array_equal((level(points) < 0)[clear], (radius < 10e-3)[clear])


def test_a_cavity_is_outside():
    x, t = sphere(10e-3)
    y, u = sphere(4e-3)
    level = SignedDistance(np.concatenate([x, y]), np.concatenate([t, u[:, ::-1] + len(x)]))
    points = np.array([[0, 0, 0], [6e-3, 0, 0], [12e-3, 0, 0.0]])
    np.testing.assert_array_equal(level(points) < 0, [False, True, False])


def test_what_is_no_surface_is_refused():
    with pytest.raises(MeshError, match="finite"):
        SignedDistance([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]])
    with pytest.raises(MeshError, match="triangles"):
        SignedDistance(np.zeros((3, 3)), np.empty((0, 3), dtype=int))


def test_volume_of_a_real_vertebra():
    from mwa_sim.mesh.surface_files import read_surface

    x, t = read_surface(real_data("surfaces/L3_mean_10k.stl"))
    level = SignedDistance(x * 1e-3, t)
    low, high = level.low, level.high
    cells = np.stack(np.meshgrid(*[np.arange(n) for n in (90, 93, 50)], indexing="ij"), axis=-1)
    cells = cells.reshape(-1, 3) + RNG.random((90 * 93 * 50, 3))
    inside = level(low + cells / [90, 93, 50] * (high - low)) < 0
    volume = inside.mean() * np.prod(high - low)
    assert volume == pytest.approx(63_235e-9, rel=0.005)
