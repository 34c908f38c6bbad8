"""Sizes of elements: what they are at surfaces, tracks and far away, and what is refused."""

import numpy as np
import pytest

from mwa_sim.anatomy.scene import Piece, Scene
from mwa_sim.anatomy.sizes import BEND, FLATTEST, REACH, SceneSizing, Sizes, Track
from mwa_sim.errors import InputError

MM = 1e-3
CENTRE = np.zeros(3)


def ball(centre, radius):
    return lambda points: np.linalg.norm(points - np.asarray(centre), axis=1) - radius


def half_space(x):
    """Everything behind a plane."""
    return lambda points: points[:, 0] - x


def sizing(*pieces, tracks=(), focus=None, sizes=None):
    low, high = np.full(3, -150 * MM), np.full(3, 150 * MM)
    body = pieces[0].level
    scene = Scene(pieces, ("muscle", "muscle"), low, high, body, body, body, body)
    return SceneSizing(scene, sizes or Sizes(), CENTRE, tracks, focus)


def at(found, *points):
    return found(np.array(points, dtype=float) * MM)


def test_tumour_and_interfaces_near_the_target_have_their_sizes():
    found = sizing(
        Piece("tumour", "t", ball(CENTRE, 8 * MM)), Piece("bone", "b", ball(CENTRE, 15 * MM))
    )
    s = Sizes()
    np.testing.assert_allclose(at(found, [8, 0, 0], [0, 15, 0]), [s.tumour, s.interface])
    # Between them the size grows with the distance from the nearer one.
    assert at(found, [10, 0, 0])[0] == pytest.approx(s.tumour + s.growth * 2 * MM)
    assert at(found, [0, 0, 140])[0] == s.far


def test_surfaces_far_from_the_target_are_as_fine_as_they_bend():
    s = Sizes()
    radii = np.array([0.5 * BEND, 2.0 * BEND, 100 * MM])
    for radius in radii:
        far = sizing(Piece("rod", "r", rod(radius)))
        size = at(far, [100 + radius / MM, 0, 0])[0]
        shown = np.clip(s.interface * np.sqrt(radius / BEND), s.interface, FLATTEST * s.interface)
        assert size == pytest.approx(shown, rel=0.15)
        assert size**2 / (8.0 * max(radius, BEND)) < 0.5 * MM
    near = sizing(Piece("wall", "w", half_space(0.0)))
    assert at(near, [0, 0, 1e3 * REACH])[0] == s.interface


def rod(radius):
    """A cylinder along z, 100 mm in front of the target."""
    return lambda points: np.hypot(points[:, 0] - 100 * MM, points[:, 1]) - radius


def test_a_rod_in_front_of_a_plane_is_found_from_beside_it():
    """A large cube asks in its middle, some millimetres from the surface that crosses it."""
    found = sizing(Piece("rod", "r", rod(3 * MM)))
    s = Sizes()
    for beside in (1.0, 3.0, 4.0):
        size = at(found, [103 + beside, 0, 0])[0]
        assert size < FLATTEST * s.interface + s.growth * beside * MM - 0.5 * MM


def test_surfaces_that_an_earlier_piece_hides_need_no_elements():
    inner, outer = Piece("inner", "i", ball(CENTRE, 5 * MM)), Piece("b", "b", ball(CENTRE, 20 * MM))
    hidden, shown = sizing(outer, inner), sizing(inner, outer)
    assert at(hidden, [5, 0, 0])[0] == at(sizing(outer), [5, 0, 0])[0]
    assert at(shown, [5, 0, 0])[0] == Sizes().interface


def test_thin_regions_get_what_they_ask_for_and_no_less_than_the_smallest_size():
    wall = half_space(0.0)
    assert at(sizing(Piece("d", "d", wall, detail=1.5 * MM)), [0, 0, 0])[0] == 1.5 * MM
    assert at(sizing(Piece("d", "d", wall, detail=0.1 * MM)), [0, 0, 0])[0] == Sizes().antenna


def test_the_track_and_the_watched_place_are_fine():
    track = Track(np.array([-60, 0, 0]) * MM, np.array([10, 0, 0]) * MM, 25 * MM)
    wall = Piece("wall", "w", half_space(-50 * MM))
    s = Sizes()
    found = sizing(wall, tracks=(track,), focus=np.array([-50, 30, 0]) * MM)
    np.testing.assert_allclose(at(found, [0, 0, 0], [-14, 0, 0]), s.antenna)
    np.testing.assert_allclose(at(found, [-30, 0, 0]), 2.0 * s.antenna)
    np.testing.assert_allclose(at(found, [-50, 30, 0]), s.tumour)


def test_a_way_shorter_than_the_radiating_part_is_fine_all_along():
    """From the root of a pedicle into a tumour beside it, 20 mm say."""
    track = Track(np.array([-15, 0, 0]) * MM, np.array([5, 0, 0]) * MM, 25 * MM)
    found = sizing(Piece("wall", "w", half_space(-80 * MM)), tracks=(track,))
    sizes = at(found, [-15, 0, 0], [0, 0, 0], [5, 0, 0], [-15, 9, 0], [-70, -50, 30])
    np.testing.assert_allclose(sizes[:3], Sizes().antenna)
    assert np.isfinite(sizes).all()
    assert sizes[3] == pytest.approx(Sizes().antenna + Sizes().growth * 8 * MM)


def test_the_track_is_coarser_where_it_pierces_the_tumour():
    track = Track(np.array([-60, 0, 0]) * MM, np.array([10, 0, 0]) * MM, 25 * MM)
    found = sizing(Piece("tumour", "t", ball(CENTRE, 8 * MM)), tracks=(track,))
    np.testing.assert_allclose(at(found, [8, 0, 0], [0, 0, 0]), [Sizes().tumour, Sizes().antenna])


def test_scaled_sizes_keep_their_proportions():
    s = Sizes().scaled(1.2 * MM)
    assert s.far / s.antenna == pytest.approx(Sizes().far / Sizes().antenna)
    assert s.depth == Sizes().depth
    assert s.growth == Sizes().growth


def test_sizes_out_of_order_are_refused():
    with pytest.raises(InputError, match="antenna <= tumour <= interface <= far"):
        Sizes(antenna="2 mm", tumour="1 mm")
