"""Size and shape of zones against solids whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwa_sim.errors import InputError
from mwa_sim.zone import Zone
from tests.zone.boxes import box_mesh, rotation

MM = 1e-3
BOX = box_mesh((-0.02, -0.02, -0.02), (0.02, 0.02, 0.02), (12, 12, 12))


def ellipsoid(nodes, radii, turn=None, centre=(0.0, 0.0, 0.0)):
    """A field that is 0 on the ellipsoid and positive inside."""
    local = (nodes - np.asarray(centre)) @ (np.eye(3) if turn is None else turn)
    return 1.0 - np.linalg.norm(local / np.asarray(radii), axis=1)


def measures(zone):
    return np.array(
        [zone.volume_ml, *zone.extents_mm, zone.mean_diameter_mm, zone.equivalent_diameter_mm]
    )


def test_box_cut_by_a_plane_is_exact():
    mesh = box_mesh((0, 0, 0), (0.02, 0.01, 0.03), (5, 3, 4))
    zone = Zone(mesh, mesh.nodes[:, 0], 0.0137)
    depth = 0.02 - 0.0137
    assert zone.volume_m3 == pytest.approx(depth * 0.01 * 0.03, rel=1e-12)
    sides = 2 * (depth * 0.01 + depth * 0.03 + 0.01 * 0.03)
    assert zone.area_m2 == pytest.approx(sides, rel=1e-12)
    np.testing.assert_allclose(zone.extents_mm, [30.0, 10.0, depth * 1e3], rtol=1e-12)
    np.testing.assert_allclose(zone.centroid, [0.02 - depth / 2, 0.005, 0.015], rtol=1e-12)
    np.testing.assert_allclose(np.abs(zone.axes), np.eye(3)[[2, 1, 0]], atol=1e-9)
    assert zone.touches_boundary


def test_oblique_plane_through_a_box_halves_it():
    values = BOX.nodes @ rotation(3)[0]
    zone = Zone(BOX, values, 0.0)
    assert zone.volume_m3 == pytest.approx(0.5 * 0.04**3, rel=1e-12)
    assert Zone(BOX, -values, 0.0).volume_m3 == pytest.approx(0.5 * 0.04**3, rel=1e-12)


def test_whole_mesh_is_the_zone():
    zone = Zone(BOX, np.full(len(BOX.nodes), 50.0), 50.0)
    assert zone.volume_m3 == pytest.approx(0.04**3, rel=1e-12)
    assert zone.area_m2 == pytest.approx(6 * 0.04**2, rel=1e-12)
    assert zone.sphericity == pytest.approx((np.pi / 6) ** (1 / 3), rel=1e-9)
    assert zone.coverage(1) == 1.0


def test_surface_is_closed_outward_and_free_of_cracks():
    zone = Zone(BOX, ellipsoid(BOX.nodes, (0.026, 0.012, 0.009), rotation(1)), 0.0)
    assert zone.touches_boundary
    triangles = zone.surface.triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert {tuple(e) for e in edges} == {(b, a) for a, b in edges}
    a, b, c = (zone.surface.points[triangles[:, i]] for i in range(3))
    # divergence theorem: outward orientation gives the same volume as the clipped elements
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(zone.volume_m3, rel=1e-10)


@pytest.mark.parametrize("seed", [None, 5, 8])
def test_ellipsoid_converges_at_second_order(seed):
    radii = np.array([0.015, 0.011, 0.008])
    turn = np.eye(3) if seed is None else rotation(seed)
    a, b, c = 2e3 * radii
    volume = 4e6 / 3 * np.pi * radii.prod()
    exact = np.array([volume, a, b, c, (a + b + c) / 3, (a * b * c) ** (1 / 3)])
    errors = []
    for n in (8, 16, 32):
        mesh = box_mesh((-0.02,) * 3, (0.02,) * 3, (n, n, n))
        zone = Zone(mesh, ellipsoid(mesh.nodes, radii, turn), 0.0)
        assert not zone.touches_boundary
        errors.append(np.abs(measures(zone) / exact - 1.0))
        if n == 32:
            # 1.25 mm elements across a 16 mm short axis
            np.testing.assert_allclose(measures(zone), exact, rtol=0.02)
            alignment = np.abs(np.einsum("ij,ij->i", zone.axes, turn.T))
            assert (alignment > 0.999).all()
    order = np.log2(errors[0] / errors[2]) / 2
    assert order[0] > 1.8
    assert order[-2:].min() > 1.6


def test_sphere_is_round_and_offset_does_not_matter():
    mesh = box_mesh((-0.02,) * 3, (0.02,) * 3, (26, 26, 26))
    zone = Zone(mesh, ellipsoid(mesh.nodes, (0.012,) * 3, centre=(0.001, 0.002, -0.003)), 0.0)
    assert zone.volume_ml == pytest.approx(4e6 / 3 * np.pi * 0.012**3, rel=0.01)
    assert 0.97 < zone.sphericity <= 1.0
    assert zone.long_axis_mm == pytest.approx(24.0, abs=0.1)
    assert zone.short_axis_mm == pytest.approx(24.0, abs=0.2)
    np.testing.assert_allclose(zone.centroid, [0.001, 0.002, -0.003], atol=2e-5)


def test_rotating_mesh_and_field_together_changes_nothing():
    values = ellipsoid(BOX.nodes, (0.017, 0.012, 0.008), rotation(4))
    before = Zone(BOX, values, 0.0)
    turned = type(BOX)(nodes=BOX.nodes @ rotation(6).T, tets=BOX.tets, regions=BOX.regions)
    after = Zone(turned, values, 0.0)
    np.testing.assert_allclose(measures(after), measures(before), rtol=1e-9)
    assert after.area_m2 == pytest.approx(before.area_m2, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    factor=st.floats(0.01, 100.0),
    level=st.floats(-0.4, 0.6),
    radii=st.tuples(*[st.floats(0.006, 0.016)] * 3),
)
def test_scaling_lengths_scales_measures(factor, level, radii):
    values = ellipsoid(BOX.nodes, radii)
    scaled = type(BOX)(nodes=BOX.nodes * factor, tets=BOX.tets, regions=BOX.regions)
    before, after = Zone(BOX, values, level), Zone(scaled, values, level)
    assert after.volume_m3 == pytest.approx(before.volume_m3 * factor**3, rel=1e-9)
    assert after.area_m2 == pytest.approx(before.area_m2 * factor**2, rel=1e-9)
    assert after.sphericity == pytest.approx(before.sphericity, rel=1e-9)
    # which principal axis is which is arbitrary when two moments are equal; the volume is not
    assert after.equivalent_diameter_mm == pytest.approx(
        before.equivalent_diameter_mm * factor, rel=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), levels=st.tuples(st.floats(-1, 1), st.floats(-1, 1)))
def test_a_higher_level_is_a_smaller_zone(seed, levels):
    values = np.random.default_rng(seed).uniform(-1.0, 1.0, len(BOX.nodes))
    low, high = sorted(levels)
    wide, narrow = Zone(BOX, values, low), Zone(BOX, values, high)
    assert narrow.volume_m3 <= wide.volume_m3 * (1 + 1e-12)
    complement = Zone(BOX, -values, -low)
    assert wide.volume_m3 + complement.volume_m3 == pytest.approx(0.04**3, rel=1e-9)
    assert 0.0 <= wide.sphericity <= 1.0


def test_empty_zone_is_all_zeros():
    zone = Zone(BOX, np.full(len(BOX.nodes), 37.0), 60.0)
    assert zone.is_empty
    assert not zone.touches_boundary
    assert measures(zone).tolist() == [0.0] * 6
    assert (zone.area_m2, zone.sphericity, zone.coverage(1)) == (0.0, 0.0, 0.0)
    assert (zone.long_axis_mm, zone.short_axis_mm) == (0.0, 0.0)
    margin = zone.margin(1)
    assert np.isnan(margin.min_mm)
    assert np.isnan(margin.mean_mm)


def test_level_through_nodes_is_handled():
    # the plane x = 0 passes through a layer of nodes: pieces of zero volume, no harm
    zone = Zone(BOX, BOX.nodes[:, 0], 0.0)
    assert zone.volume_m3 == pytest.approx(0.5 * 0.04**3, rel=1e-12)
    at_maximum = Zone(BOX, BOX.nodes[:, 0], 0.02)
    assert at_maximum.is_empty
    assert at_maximum.sphericity == 0.0


def test_exponential_fields_are_contoured_in_their_logarithm():
    # dose doubles every kelvin and temperature falls 8 K across each 5 mm element
    mesh = box_mesh((0, 0, 0), (0.04, 0.01, 0.01), (8, 2, 2))
    temperature = 90.0 - 1600.0 * mesh.nodes[:, 0]
    dose = 2.0 ** (temperature - 43.0)
    true_depth = (90.0 - (43.0 + np.log2(240.0))) / 1600.0
    log = Zone(mesh, dose, 240.0, scale="log10")
    assert log.volume_m3 == pytest.approx(true_depth * 1e-4, rel=1e-9)
    linear = Zone(mesh, dose, 240.0)
    assert abs(linear.volume_m3 * 1e4 - true_depth) > 0.5 * MM


def test_zero_dose_is_allowed_on_a_log_scale():
    dose = np.where(np.linalg.norm(BOX.nodes, axis=1) < 0.01, 1e5, 0.0)
    zone = Zone(BOX, dose, 240.0, scale="log10")
    assert 2.0 < zone.volume_ml < 8.0


@pytest.mark.parametrize(
    ("values", "level", "scale"),
    [
        (np.zeros(3), 1.0, "linear"),
        (np.full(len(BOX.nodes), np.nan), 1.0, "linear"),
        (np.zeros(len(BOX.nodes)), np.inf, "linear"),
        (np.zeros(len(BOX.nodes)), 0.0, "log10"),
    ],
)
def test_unusable_fields_are_refused(values, level, scale):
    with pytest.raises(InputError):
        Zone(BOX, values, level, scale=scale)
