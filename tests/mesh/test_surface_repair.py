"""Repair of surfaces: what is safe is repaired and said, the rest is refused with its place."""

import numpy as np
import pytest

from mwa_sim.errors import MeshError, MwaError
from mwa_sim.mesh.signed_distance import SignedDistance
from mwa_sim.mesh.surface_files import read_surface
from mwa_sim.mesh.surface_repair import enclosed_volume, repaired
from mwa_sim.mesh.surface_topology import components, open_edges, open_loops, oriented
from tests.mesh.solids import box, sphere
from tests.real_data import real_data

RNG = np.random.default_rng(7)
X, T = sphere(20e-3, 4)
VOLUME = enclosed_volume(X, T)


def said(surface, text):
    return any(text in note for note in surface.notes)


def test_a_good_surface_stays_as_it_is():
    surface = repaired("bone", X, T)
    np.testing.assert_array_equal(surface.triangles, T)
    assert surface.notes == ()
    assert surface.simple
    assert pytest.approx(4 / 3 * np.pi * 20e-3**3, rel=0.01) == surface.enclosed


def test_turned_triangles_are_turned_back():
    turned = T.copy()
    wrong = RNG.choice(len(T), 300, replace=False)
    turned[wrong] = turned[wrong][:, ::-1]
    surface = repaired("bone", X, turned)
    assert surface.enclosed == pytest.approx(VOLUME, rel=1e-12)
    assert said(surface, "300 triangles were the wrong way round")


def test_inside_out_is_turned_out():
    surface = repaired("bone", X, T[:, ::-1])
    assert surface.enclosed == pytest.approx(VOLUME, rel=1e-12)
    assert said(surface, "inwards")


def test_repeated_and_flat_triangles_go():
    flat = np.array([[0, 0, 1], [5, 6, 5]])
    surface = repaired("bone", X, np.concatenate([T, T[:50], flat, np.roll(T[90:95], 1, axis=1)]))
    assert len(surface.triangles) == len(T)
    assert said(surface, "55 repeated")
    assert said(surface, "2 triangles without area")


def test_a_flap_goes_and_opens_nothing():
    flap = np.array([[0, 40, 80], [80, 40, 0]])
    surface = repaired("bone", X, np.concatenate([T, flap]))
    assert len(surface.triangles) == len(T)
    assert len(open_edges(surface.triangles)) == 0


def test_small_holes_are_closed_and_reported():
    damaged = np.delete(T, [3, 4, 500, 900], axis=0)
    surface = repaired("bone", X, damaged)
    assert len(open_edges(surface.triangles)) == 0
    assert surface.enclosed == pytest.approx(VOLUME, rel=1e-3)
    assert said(surface, "holes with 1")


def test_a_large_hole_is_refused_with_its_place():
    cap = (X[T][:, :, 2] > 5e-3).all(axis=1)
    with pytest.raises(MeshError, match=r"hole of 3\d\.\d mm at \(-?0\.0, -?0\.0, [56]\.\d\) mm"):
        repaired("bone", X, T[~cap])


def test_a_sheet_is_refused():
    x, t = box(np.array([20e-3, 20e-3, 1e-9]), 6)
    with pytest.raises(MeshError, match="sheet"):
        repaired("bone", x, t)
    with pytest.raises(MeshError, match=r"hole|sheet"):
        repaired("bone", X[:3], np.array([[0, 1, 2]]))


def test_strays_are_dropped_and_parts_kept():
    y, u = sphere(0.5e-3, 1)
    z, w = sphere(8e-3, 3)
    x = np.concatenate([X, y + np.array([30e-3, 0, 0]), z + np.array([0, 40e-3, 0])])
    t = np.concatenate([T, u + len(X), w + len(X) + len(y)])
    surface = repaired("bone", x, t)
    assert said(surface, "1 stray bits")
    assert said(surface, "2 separate parts")
    assert surface.enclosed == pytest.approx(VOLUME + enclosed_volume(z, w), rel=1e-12)


def test_cavity_and_solid_inside_a_solid():
    y, u = sphere(6e-3, 2)
    x = np.concatenate([X, y])
    hollow = repaired("bone", x, np.concatenate([T, u[:, ::-1] + len(X)]))
    assert said(hollow, "cavity")
    assert hollow.enclosed == pytest.approx(VOLUME - enclosed_volume(y, u), rel=1e-9)
    solid = repaired("bone", x, np.concatenate([T, u + len(X)]))
    assert said(solid, "adds nothing")
    assert not solid.simple


def test_overlap_is_reported_and_the_union_counts():
    shift = np.array([15e-3, 0.0, 0.0])
    surface = repaired("bone", np.concatenate([X, X + shift]), np.concatenate([T, T + len(X)]))
    assert said(surface, "cut through others, around (7.5, ")
    assert not surface.simple
    level = SignedDistance(surface.vertices, surface.triangles)
    assert level(np.array([[7.5e-3, 0, 0]]))[0] < -15e-3


def test_tangled_surface_is_refused():
    with pytest.raises(MeshError, match="tangled"):
        repaired("bone", X + RNG.normal(size=X.shape) * 4e-3, T)


def test_coordinates_that_are_not_finite():
    x = X.copy()
    x[5, 1] = np.nan
    with pytest.raises(MeshError, match="not finite"):
        repaired("bone", x, T)


def test_loops_of_two_holes_that_touch():
    fan = [k for k in range(len(T)) if 0 in T[k]]
    apart = next(k for k in fan if len(set(T[k]) & set(T[fan[0]])) == 1)
    neighbours = np.delete(T, [fan[0], apart], axis=0)
    assert sorted(len(loop) for loop in open_loops(neighbours)) == [3, 3]
    assert len(open_edges(neighbours)) == 6


def test_a_strip_with_one_side_is_told():
    a = np.arange(0, 20, 2)
    t = np.concatenate([np.stack([a, a + 1, a + 2], 1), np.stack([a + 1, a + 3, a + 2], 1)])
    t[t == 20] = 1
    t[t == 21] = 0
    assert oriented(t, np.ones(len(t)))[3]
    t = np.concatenate([np.stack([a, a + 1, a + 2], 1), np.stack([a + 1, a + 3, a + 2], 1)]) % 20
    assert not oriented(t, np.ones(len(t)))[3]


def test_components_by_vertices():
    assert components(np.array([[0, 1, 2], [2, 3, 4], [7, 8, 9]])).tolist() == [0, 0, 1]


def test_random_damage_is_repaired_or_refused():
    random = np.random.default_rng(2)
    outcomes = {"kept": 0, "refused": 0}
    x, t = sphere(20e-3, 2)
    for _ in range(60):
        y, u = x.copy(), t.copy()
        for kind in random.choice(5, 2, replace=False):
            if kind == 0:
                u = np.delete(u, random.choice(len(u), len(u) // random.integers(2, 60)), axis=0)
            elif kind == 1:
                u = np.where(random.random(len(u))[:, None] < 0.3, u[:, ::-1], u)
            elif kind == 2:
                y += random.normal(size=y.shape) * 1e-3
            elif kind == 3:
                u = np.concatenate([u, random.integers(0, len(y), (3, 3))])
            else:
                y[random.integers(len(y))] = y[0]
        try:
            surface = repaired("bone", y, u)
        except MwaError:
            outcomes["refused"] += 1
            continue
        outcomes["kept"] += 1
        assert len(open_edges(surface.triangles)) == 0
        level = SignedDistance(surface.vertices, surface.triangles)
        assert level(np.zeros((1, 3)))[0] < 0 < level(np.full((1, 3), 0.05))[0]
    assert min(outcomes.values()) > 5


@pytest.mark.parametrize(
    ("name", "volume", "note"),
    [("L3_holes.stl", 63_235e-9, "607 open edges"), ("L3_selfint.stl", None, "cut through")],
)
def test_defective_real_surfaces(name, volume, note):
    x, t = read_surface(real_data(f"surfaces/defective/{name}"))
    surface = repaired("L3", x * 1e-3, t)
    assert said(surface, note)
    assert len(open_edges(surface.triangles)) == 0
    if volume is not None:
        assert surface.enclosed == pytest.approx(volume, rel=0.002)
