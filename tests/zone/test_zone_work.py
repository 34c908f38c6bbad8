"""What zones look at, what they compute once, and the corners of their meaning."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from mwa_sim import contour_kernels, mesh_regions
from mwa_sim.contour import solid
from mwa_sim.mesh import tetmesh
from mwa_sim.mesh_regions import regions_of
from mwa_sim.zone import Zone
from tests.zone.boxes import box_mesh

MM = 1e-3


def cube(centres):
    return np.where(np.abs(centres).max(axis=1) < 0.005, 2, 1)


MESH = box_mesh((-0.02,) * 3, (0.02,) * 3, (16, 16, 16), cube)


def ball(mesh, radius, centre=(0.0, 0.0, 0.0)):
    return radius - np.linalg.norm(mesh.nodes - np.asarray(centre), axis=1)


def by_volume_of_each(mesh, values, level):
    """Volume inside by the distribution of a linear function on a simplex, element by element.

    With the values above the level sorted downwards, a >= b >= c >= d: the divided difference of
    the cubic (x)_+^3.
    """
    total = 0.0
    for tet, volume in zip(mesh.tets, mesh.volumes, strict=True):
        low = np.sort(values[tet])[::-1] - level
        a, b, c, d = low
        if d >= 0.0:
            share = 1.0
        elif a < 0.0:
            share = 0.0
        elif b < 0.0:
            share = a / (a - b) * a / (a - c) * a / (a - d)
        elif c < 0.0:
            share = a**3 / ((a - b) * (a - c) * (a - d)) - b**3 / ((a - b) * (b - c) * (b - d))
        else:
            share = 1.0 - d / (d - a) * d / (d - b) * d / (d - c)
        total += share * volume
    return total


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clipping_agrees_with_the_distribution_of_a_linear_function(seed):
    mesh = box_mesh((0, 0, 0), (0.02, 0.01, 0.03), (3, 2, 4))
    values = np.random.default_rng(seed).uniform(-1.0, 1.0, mesh.n_nodes)
    for level in (-0.6, 0.0, 0.4):
        zone = Zone(mesh, values, level)
        assert zone.volume_m3 == pytest.approx(by_volume_of_each(mesh, values, level), rel=1e-9)


def test_only_elements_with_a_node_inside_are_looked_at_again():
    values = ball(MESH, 0.006)
    part = solid(MESH.nodes, MESH.tets, values, 0.0)
    count = (values >= 0.0)[MESH.tets].sum(axis=1)
    np.testing.assert_array_equal(part.whole, np.flatnonzero(count == 4))
    np.testing.assert_array_equal(part.cut, np.flatnonzero((count > 0) & (count < 4)))
    assert len(part.whole) + len(part.cut) < MESH.n_tets // 20
    np.testing.assert_array_equal(np.unique(part.owners), part.cut)


def test_the_elements_of_a_level_are_found_once(monkeypatch):
    seen = []
    touched = contour_kernels.touched

    def counted(tets, inside):
        seen.append(len(tets))
        return touched(tets, inside)

    monkeypatch.setattr(contour_kernels, "touched", counted)
    zone = Zone(MESH, ball(MESH, 0.012), 0.0)
    assert not seen
    assert zone.volume_ml > 0.0
    assert zone.coverage(2) == 1.0
    assert zone.margin(2).min_mm > 0.0
    assert zone.sphericity > 0.9
    assert zone.long_axis_mm >= zone.short_axis_mm
    assert seen == [MESH.n_tets]


def test_what_depends_on_the_mesh_alone_is_worked_out_once(monkeypatch):
    calls = []
    outer_faces = tetmesh.outer_faces

    def counted(tets):
        calls.append(len(tets))
        return outer_faces(tets)

    monkeypatch.setattr(tetmesh, "outer_faces", counted)
    monkeypatch.setattr(mesh_regions, "outer_faces", counted)
    mesh = box_mesh((-0.02,) * 3, (0.02,) * 3, (8, 8, 8), cube)
    for radius in (0.008, 0.010, 0.012):
        zone = Zone(mesh, ball(mesh, radius), 0.0, names={"tumour": (2,)})
        zone.margin("tumour")
        assert not zone.touches_boundary
    inner = int((mesh.regions == 2).sum())
    assert sorted(calls) == [inner, mesh.n_tets]
    assert regions_of(mesh) is regions_of(mesh)
    assert regions_of(mesh) is not regions_of(MESH)


def test_what_is_kept_of_a_mesh_goes_with_it():
    mesh = box_mesh((0, 0, 0), (1, 1, 1), (2, 2, 2))
    kept = regions_of(mesh)
    assert kept.volume((1,)) == pytest.approx(1.0, rel=1e-12)
    ghosts = weakref.ref(mesh), weakref.ref(kept)
    del mesh, kept
    gc.collect()
    assert [ghost() for ghost in ghosts] == [None, None]


def test_regions_of_a_mesh():
    regions = regions_of(MESH)
    assert regions.labels.tolist() == [1, 2]
    np.testing.assert_array_equal(regions.labels[regions.index], MESH.regions)
    for label in (1, 2):
        assert regions.volume((label,)) == pytest.approx(MESH.region_volume(label), rel=1e-12)
    assert regions.volume((1, 2, 9)) == pytest.approx(0.04**3, rel=1e-12)
    assert regions.volume((9,)) == 0.0
    np.testing.assert_array_equal(regions.nodes((2,)), np.unique(MESH.tets[MESH.regions == 2]))
    assert regions.nodes((9,)).size == 0
    surface = regions.surface((2,))
    assert surface.weights.sum() == pytest.approx(6 * 0.01**2, rel=1e-12)
    # the weights are exact for quadratics: integral of x^2 over the surface of the cube
    exact = 2 * 0.005**2 * 0.01**2 + 4 * (0.01**3 / 12.0) * 0.01
    assert surface.points[:, 0] ** 2 @ surface.weights == pytest.approx(exact, rel=1e-9)
    np.testing.assert_array_equal(np.sort(surface.order), np.arange(len(surface.points)))


def test_a_single_node_above_is_a_small_closed_zone():
    values = np.zeros(MESH.n_nodes)
    node = int(np.argmin(np.linalg.norm(MESH.nodes, axis=1)))
    values[node] = 1.0
    zone = Zone(MESH, values, 0.5)
    around = (MESH.tets == node).any(axis=1)
    # half of each edge: an eighth of each element
    assert zone.volume_m3 == pytest.approx(MESH.volumes[around].sum() / 8.0, rel=1e-12)
    np.testing.assert_allclose(zone.centroid, MESH.nodes[node], atol=1e-12)
    assert not zone.is_empty
    assert not zone.touches_boundary
    assert zone.coverage(2) == pytest.approx(zone.volume_m3 / 0.01**3, rel=1e-9)
    assert -12.0 < zone.margin(2).min_mm < 0.0
    assert np.isfinite(zone.extents_mm).all()


def test_a_single_corner_node_above_touches_the_boundary():
    values = np.zeros(MESH.n_nodes)
    values[int(np.argmin(MESH.nodes.sum(axis=1)))] = 1.0
    zone = Zone(MESH, values, 0.5)
    assert zone.touches_boundary
    assert zone.coverage(2) == 0.0
    assert zone.margin(2).min_mm < 0.0
    assert (zone.surface.cells < 0).any()


def test_touching_is_what_the_caps_of_the_surface_say():
    for radius in (0.012, 0.0199, 0.0201, 0.04):
        zone = Zone(MESH, ball(MESH, radius), 0.0)
        assert zone.touches_boundary == bool((zone.surface.cells < 0).any())
        assert zone.touches_boundary == (radius >= 0.02)


def test_moments_far_from_the_origin_lose_nothing():
    values = 1.0 - np.linalg.norm(MESH.nodes / (0.015, 0.011, 0.008), axis=1)
    near = Zone(MESH, values, 0.0)
    moved = type(MESH)(nodes=MESH.nodes + 3.0, tets=MESH.tets, regions=MESH.regions)
    far = Zone(moved, values, 0.0)
    np.testing.assert_allclose(far.centroid - 3.0, near.centroid, atol=1e-9)
    np.testing.assert_allclose(far.extents_mm, near.extents_mm, rtol=1e-6)


def test_margin_is_the_least_distance_to_every_triangle():
    zone = Zone(MESH, ball(MESH, 0.009, (0.002, 0.001, 0.0)), 0.0)
    region = regions_of(MESH).surface((2,))
    a, b, c = (zone.surface.points[zone.surface.triangles[:, k]] for k in range(3))
    margin = zone.margin(2)
    # dense points of the zone's surface: the distance is at most theirs, and hardly less
    u, v = (x.ravel() for x in np.meshgrid(np.linspace(0, 1, 7), np.linspace(0, 1, 7)))
    u, v = u[u + v <= 1.0 + 1e-9], v[u + v <= 1.0 + 1e-9]
    dense = (a[:, None] + u[:, None] * (b - a)[:, None] + v[:, None] * (c - a)[:, None]).reshape(
        -1, 3
    )
    values = np.concatenate([zone.field[region.nodes], zone.field[region.faces].mean(axis=1)])
    nearest = np.array([np.linalg.norm(dense - p, axis=1).min() for p in region.points])
    signed = np.where(values >= 0.0, nearest, -nearest) / MM
    assert margin.min_mm == pytest.approx(signed.min(), abs=0.1)
    assert margin.mean_mm == pytest.approx(signed @ region.weights / region.weights.sum(), abs=0.1)
    assert any((margin.min_position == point).all() for point in region.points)
