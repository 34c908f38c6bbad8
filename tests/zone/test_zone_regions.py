"""Coverage and margin of a tumour, and criteria read from text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwa_sim.criterion import STANDARD_CRITERIA, Criterion
from mwa_sim.distance import distance_to_surface
from mwa_sim.errors import InputError
from mwa_sim.zone import Zone
from tests.zone.boxes import box_mesh

TUMOUR = 2


def cube(centres):
    return np.where(np.abs(centres).max(axis=1) < 0.005, TUMOUR, 1)


# the tumour is the cube [-5, 5] mm, exactly resolved by the 1.25 mm grid
MESH = box_mesh((-0.02,) * 3, (0.02,) * 3, (32, 32, 32), cube)
NAMES = {"muscle": (1,), "tumour": (TUMOUR,)}


def box_zone(half, shift=(0.0, 0.0, 0.0)):
    """A cubic zone; its field is linear near each face, so its faces are exact."""
    values = half - np.abs(MESH.nodes - np.asarray(shift)).max(axis=1)
    return Zone(MESH, values, 0.0, names=NAMES)


def ball_zone(radius, centre=(0.0, 0.0, 0.0)):
    values = radius - np.linalg.norm(MESH.nodes - np.asarray(centre), axis=1)
    return Zone(MESH, values, 0.0, names=NAMES)


def test_coverage_is_full_partial_or_none():
    assert ball_zone(0.012).coverage("tumour") == 1.0
    assert ball_zone(0.003, (0.015, 0.015, 0.015)).coverage("tumour") == 0.0
    half = Zone(MESH, MESH.nodes[:, 0], 0.0013, names=NAMES)
    assert half.coverage("tumour") == pytest.approx(3.7 / 10.0, rel=1e-9)
    assert half.coverage(TUMOUR) == half.coverage("tumour")


def test_several_labels_can_share_a_name():
    zone = Zone(MESH, MESH.nodes[:, 0], 0.0, names={"all": (1, TUMOUR)})
    assert zone.coverage("all") == pytest.approx(0.5, rel=1e-9)


def test_margin_of_a_cube_in_a_cube_is_exact():
    margin = box_zone(0.0082).margin("tumour")
    assert margin.min_mm == pytest.approx(3.2, abs=1e-6)
    assert margin.mean_mm == pytest.approx(3.2, abs=1e-6)


def test_margin_is_negative_where_the_tumour_sticks_out():
    margin = box_zone(0.0082, (0.0047, 0.0, 0.0)).margin("tumour")
    # zone reaches from -3.5 mm to 12.9 mm along x, the tumour from -5 mm to 5 mm
    assert margin.min_mm == pytest.approx(-1.5, abs=1e-6)
    assert margin.min_position[0] == pytest.approx(-0.005, abs=1e-9)
    assert -1.5 < margin.mean_mm < 3.2


def test_margin_inside_a_ball():
    margin = ball_zone(0.012).margin("tumour")
    assert margin.min_mm == pytest.approx(12.0 - np.sqrt(75.0), abs=0.05)
    np.testing.assert_allclose(np.abs(margin.min_position), 0.005, atol=1e-9)


def test_margin_to_a_cut_zone_is_cautious():
    everything = Zone(MESH, np.ones(len(MESH.nodes)), 0.0, names=NAMES)
    assert everything.margin("tumour").min_mm == pytest.approx(15.0, abs=1e-9)


def test_unknown_region_names_the_likely_one():
    with pytest.raises(InputError, match="did you mean 'tumour'"):
        box_zone(0.01).coverage("tumor")
    with pytest.raises(InputError, match="no region 7"):
        box_zone(0.01).margin(7)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_point_triangle_distance_against_dense_sampling(seed):
    rng = np.random.default_rng(seed)
    triangles = rng.normal(size=(5, 3, 3))
    points = rng.normal(size=(4, 3)) * 2
    a = np.linspace(0, 1, 60)
    u, v = (x.ravel() for x in np.meshgrid(a, a))
    u, v = u[u + v <= 1], v[u + v <= 1]
    bary = np.stack([1 - u - v, u, v], axis=1)
    samples = np.einsum("sk,fkd->fsd", bary, triangles).reshape(-1, 3)
    sampled = np.linalg.norm(points[:, None] - samples, axis=2).min(axis=1)
    exact = distance_to_surface(points, triangles)
    assert (exact <= sampled + 1e-12).all()
    assert (sampled - exact < 0.12).all()


def test_distance_to_degenerate_and_missing_triangles():
    point = np.array([[0.0, 3.0, 4.0]])
    sliver = np.array([[[0.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]]])
    assert distance_to_surface(point, sliver)[0] == pytest.approx(5.0)
    assert distance_to_surface(point, np.zeros((1, 3, 3)))[0] == pytest.approx(5.0)
    assert distance_to_surface(point, np.zeros((0, 3, 3)))[0] == np.inf


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("cem43>=240", "cem43>=240"),
        (" CEM43 >= 240 ", "cem43>=240"),
        ("cem43>=240 min", "cem43>=240"),
        ("temperature ≥ 60°C", "temperature>=60"),
        ("temperature>=54.5 degC", "temperature>=54.5"),
        ("damage>=1", "damage>=1"),
        ("damage >= 1e0", "damage>=1"),
        ("dead_fraction>=0.8", "dead_fraction>=0.8"),
    ],
)
def test_criteria_are_read(text, canonical):
    assert Criterion.parse(text).text == canonical
    assert str(Criterion.parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cem34>=240", "did you mean 'cem43'"),
        ("temperatur>=60", "did you mean 'temperature'"),
        ("banana>=60", "known: cem43"),
        ("cem43>240", "did you mean 'cem43>=240'"),
        ("temperature<=60", "did you mean 'temperature>=60'"),
        ("temperature=60", "did you mean 'temperature>=60'"),
        ("cem43>=many", "not a number"),
        ("cem43>=240 degC", "'degC' does not fit"),
        ("damage>=1 min", "a plain number"),
        ("cem43", "write for example"),
        ("", "write for example"),
        ("cem43>=", "write for example"),
        ("cem43>=-1", "above zero"),
        ("cem43>=inf", "finite"),
        (240, "write for example"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text, hint):
    with pytest.raises(InputError, match=hint):
        Criterion.parse(text)


def test_zone_from_the_fields_of_a_run():
    fields = {"cem43": 2.0 ** (20.0 - 1500 * np.linalg.norm(MESH.nodes, axis=1))}
    zone = Zone.from_criterion(MESH, fields, "cem43 >= 240", NAMES)
    radius = (20.0 - np.log2(240.0)) / 1500.0
    assert zone.criterion == "cem43>=240"
    assert zone.equivalent_diameter_mm == pytest.approx(2e3 * radius, rel=0.01)
    assert "cem43>=240" in repr(zone)
    with pytest.raises(InputError, match="no field 'damage'"):
        Zone.from_criterion(MESH, fields, "damage>=1")
    for criterion in STANDARD_CRITERIA:
        assert Criterion.parse(criterion).description
