"""The suite of zone geometry: its exact bodies against sampling, and what a wrong zone gives."""

import math

import numpy as np
import pytest

from benchmarks.verification.zone_geometry import measure, suite
from benchmarks.verification.zone_geometry.exact import (
    Ellipsoid,
    mean_margin,
    rotation,
    share_of_lens,
)
from benchmarks.verification.zone_geometry.meshes import temperature_zone, tumour_in_tissue


def ball_points(n: int, seed: int = 0) -> np.ndarray:
    """Points spread evenly over the unit ball."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 3))
    return x / np.linalg.norm(x, axis=1)[:, None] * np.cbrt(random.random(n))[:, None]


def test_area_and_sphericity_of_known_bodies() -> None:
    sphere = Ellipsoid((2.0, 2.0, 2.0), np.eye(3))
    assert sphere.area == pytest.approx(16.0 * math.pi)
    assert sphere.sphericity == pytest.approx(1.0)
    # A prolate spheroid: 2 pi c^2 (1 + a / (c e) asin e).
    a, c = 3.0, 1.0
    e = math.sqrt(1.0 - c**2 / a**2)
    expected = 2.0 * math.pi * c**2 * (1.0 + a / (c * e) * math.asin(e))
    assert Ellipsoid((a, c, c), np.eye(3)).area == pytest.approx(expected)


def test_shares_by_sampling() -> None:
    points = 7.0 * ball_points(400_000)
    body = Ellipsoid((15.0, 6.0, 6.0), np.eye(3))
    inside = (body.scaled_radius(points) < 1.0).mean()
    assert body.share_of_ball(7.0) == pytest.approx(inside, abs=2e-3)
    inside = (np.linalg.norm(points - [6.0, 0.0, 0.0], axis=1) < 10.0).mean()
    assert share_of_lens(10.0, 7.0, 6.0) == pytest.approx(inside, abs=2e-3)
    on_surface = points / np.linalg.norm(points, axis=1)[:, None] * 7.0
    mean = (12.5 - np.linalg.norm(on_surface - [0.0, 3.0, 0.0], axis=1)).mean()
    assert mean_margin(12.5, 7.0, 3.0) == pytest.approx(mean, abs=5e-3)


def test_rotations_turn_and_do_not_mirror() -> None:
    for seed in range(4):
        turn = rotation(seed)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1.0)


@pytest.fixture(scope="module")
def found():
    return suite.look(2.8e-3)


def test_zones_of_known_bodies_pass(found) -> None:
    rows = [*suite.size_rows(found), *suite.tumour_rows(found), suite.invariance(found)]
    assert [row.quantity for row in rows if not row.passed] == []
    assert measure.turned_together(found.mesh) < 1e-9


def test_a_zone_too_large_by_three_percent_misses(found, monkeypatch) -> None:
    def larger(mesh, body):
        return temperature_zone(mesh, Ellipsoid(tuple(1.03 * r for r in body.radii), body.turn))

    monkeypatch.setattr(measure, "MAKERS", {"temperature": larger})
    wrong = measure.shapes(found.mesh)["sphere"]
    assert wrong.error("mean diameter") == pytest.approx(0.03, abs=0.006)
    looked = suite.Found(found.size, found.mesh, {"sphere": wrong}, found.moved)
    verdicts = {row.quantity.split(": ")[1]: row.verdict for row in suite.size_rows(looked)}
    assert verdicts["mean diameter, worst"] == verdicts["volume, worst"] == "miss"
    assert verdicts["sphericity, worst"] == "pass"


def test_first_order_is_no_second_order(found) -> None:
    sizes = [2.8e-3, 1.4e-3, 0.7e-3]
    assert suite.slope(sizes, np.array([4.0, 2.0, 1.0])) == pytest.approx(1.0)
    assert suite.slope(sizes, np.array([16.0, 4.0, 1.0])) == pytest.approx(2.0)
    same = [suite.Found(size, found.mesh, found.shapes, found.moved) for size in sizes]
    assert {row.verdict for row in suite.order_rows(same)} == {"miss"}


def test_a_raw_mesh_is_finer_where_asked() -> None:
    coarse, fine = tumour_in_tissue(2.8e-3, False), tumour_in_tissue(2.0e-3, False)
    assert fine.n_tets > 2 * coarse.n_tets
    assert coarse.labels == fine.labels == (1, 2)
