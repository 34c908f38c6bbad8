"""Ways in: rooms and breaches have the numbers of the geometry, poses snap to safe ones."""

import numpy as np
import pytest

from mwa_sim.anatomy.access import bilateral, propose
from mwa_sim.anatomy.access_space import GAUGES, needle_diameter
from mwa_sim.anatomy.breach import check_trajectory
from mwa_sim.anatomy.shapes import ellipsoid
from mwa_sim.anatomy.snap import snap
from mwa_sim.errors import InputError
from tests.anatomy.phantom import MM, box, moved, space, turned

RADIUS = GAUGES["13 G"] / 2


@pytest.fixture(scope="module")
def plain():
    return space()


def straight(here, dy=0.0, dz=0.0, tip=0.0, **kwargs):
    """A needle along x through the left pedicle, off its axis by dy and dz [mm]."""
    y, z = 14 + dy, 4 + dz
    start, end = np.array([-60, y, z]) * MM, np.array([tip, y, z]) * MM
    return check_trajectory(here, start, end, "13 G", **kwargs)


def test_room_in_the_middle_of_the_pedicle(plain):
    report = straight(plain)
    assert report.safe
    # Half the width of 8 mm less the needle; the canal's widest place touches the pedicle.
    assert report.room_cortex == pytest.approx(4 * MM - RADIUS, abs=0.1 * MM)
    assert report.room_canal == pytest.approx(4 * MM - RADIUS, abs=0.1 * MM)
    assert report.cord_distance == pytest.approx(10 * MM - RADIUS, abs=0.2 * MM)
    assert report.entry == pytest.approx(np.array([-44, 14, 4]) * MM, abs=0.6 * MM)
    assert report.tip_clearance == pytest.approx(7 * MM, abs=0.1 * MM)


@pytest.mark.parametrize(
    ("dy", "dz", "direction", "depth"),
    [
        (-4, 0, "medial", RADIUS),
        (5, 0, "lateral", RADIUS + 1 * MM),
        (0, 7, "cranial", RADIUS),
        (0, -8, "caudal", RADIUS + 1 * MM),
    ],
)
def test_walls_of_the_pedicle(plain, dy, dz, direction, depth):
    report = straight(plain, dy, dz)
    cortex = [b for b in report.breaches if b.what == "the cortex of the pedicle"]
    assert cortex[0].direction == direction
    assert cortex[0].depth == pytest.approx(depth, abs=0.1 * MM)
    # At the smallest section, on the needle's axis.
    expected = np.array([-23, 14 + dy, 4 + dz]) * MM
    assert np.linalg.norm(cortex[0].place - expected) < 2.0 * MM
    assert report.room_cortex == pytest.approx(-depth, abs=0.1 * MM)
    canal = [b for b in report.breaches if b.what == "canal"]
    if direction == "medial":
        assert canal[0].depth == pytest.approx(RADIUS, abs=0.1 * MM)
        assert "medial breach of the cortex of the pedicle by 1.2 mm" in str(report)
    else:
        assert canal == []


def test_a_needle_wider_than_the_pedicle_breaks_both_walls():
    report = check_trajectory(
        space(width=3.0, height=10.0), np.array([-60, 14, 4]) * MM, np.array([0, 14, 4]) * MM, "8 G"
    )
    found = {b.direction: b.depth for b in report.breaches if "pedicle" in b.what}
    expected = (GAUGES["8 G"] - 3.0 * MM) / 2
    assert found == pytest.approx({"medial": expected, "lateral": expected}, abs=0.1 * MM)


def test_tip_through_the_front_and_the_endplate(plain):
    report = straight(plain, tip=19)
    (breach,) = report.breaches
    assert (breach.what, breach.direction) == ("the cortex of the body", "anterior")
    assert breach.depth == pytest.approx(2 * MM, abs=0.15 * MM)
    assert report.tip_clearance == pytest.approx(-2 * MM, abs=0.1 * MM)
    upwards = check_trajectory(
        plain, np.array([-60, 14, -10]) * MM, [8 * MM, 14 * MM, 14 * MM], 1e-3
    )
    assert ("an endplate", "cranial") in {(b.what, b.direction) for b in upwards.breaches}


def test_cord_and_vessels_are_named(plain):
    through = check_trajectory(plain, np.array([-60, 0, 4]) * MM, [0, 0, 4 * MM], "13 G")
    names = {b.what for b in through.breaches}
    assert {"cord", "canal"} <= names
    assert through.cord_distance < 0
    vessel = space(others={"aorta": box((18, -10, -40), (36, 20, 40))})
    report = straight(vessel, tip=20)
    aorta = next(b for b in report.breaches if b.what == "the region aorta")
    assert aorta.depth == pytest.approx(2 * MM + RADIUS, abs=0.1 * MM)


@pytest.mark.parametrize("angles", [(0, 0, 0), (20, 0, 0), (10, -15, 10)])
def test_proposals_turn_with_the_bone(angles):
    turn = turned(*angles)
    ways = propose(space(converge=0.35, turn=turn), turn.apply([2 * MM, 4 * MM, 1 * MM]))
    assert [way.approach for way in ways] == ["transpedicular"] * 2
    assert {way.side for way in ways} == {"left", "right"}
    for way in ways:
        assert way.report.safe, way.verdict
        assert way.report.room > 0.9 * MM
        entry = turn.inv().apply(way.entry) / MM
        assert entry[0] < -29
        assert (entry[1] > 0) == (way.side == "left")
        np.testing.assert_allclose(way.direction, (way.target - way.entry) / way.length, atol=1e-9)
    # About the ways of the upright bone: many lines with room enough are nearly equal.
    upright = {w.side: w for w in propose(space(converge=0.35), [2 * MM, 4 * MM, 1 * MM])}
    for way in ways:
        off = way.direction @ turn.apply(upright[way.side].direction)
        assert np.rad2deg(np.arccos(min(off, 1.0))) < 8.0


def test_a_narrow_pedicle_says_so_and_offers_the_other_way():
    narrow = space(width=4.5, height=10.0, converge=0.3)
    ways = propose(narrow, [0, 2 * MM, 2 * MM], "11 G")
    assert {way.approach for way in ways} == {"transpedicular", "costovertebral"}
    assert ways[0].approach == "costovertebral"
    assert ways[0].report.safe
    # Outside the pedicle on its lateral side.
    assert ways[0].report.room_canal > 3 * MM
    assert np.isinf(ways[0].report.room_cortex)
    through = next(way for way in ways if way.approach == "transpedicular")
    assert "the pedicle is 4.5 mm wide: 0.7 mm of bone on either side" in through.verdict
    assert through.report.room < 0.75 * MM
    # A wide pedicle needs no other way, unless there are ribs.
    assert len(propose(space(converge=0.3), [0, 2 * MM, 2 * MM], "13 G")) == 2
    ribs = space(converge=0.3, others={"ribs": box((-40, 60, 10), (-20, 90, 20))})
    assert len(propose(ribs, [0, 2 * MM, 2 * MM], "13 G")) == 4


def test_a_thicker_needle_has_less_room():
    here = space(converge=0.35)
    rooms = [
        propose(here, [0, 4 * MM, 0], gauge, approaches=("transpedicular",))[0].report.room
        for gauge in ("16 G", "13 G", "8 G")
    ]
    assert rooms == sorted(rooms, reverse=True)
    assert rooms[0] > rooms[2] + 0.5 * MM


def test_skin_is_where_the_way_leaves_it():
    tissue = box((-80, -90, -60), (70, 90, 60))
    ways = propose(space(converge=0.35, others={"subcutaneous_fat": tissue}), [0, 4 * MM, 0])
    for way in ways:
        assert way.skin is not None
        assert way.skin[0] == pytest.approx(-80 * MM, abs=0.6 * MM)
        np.testing.assert_allclose(np.cross(way.skin - way.target, way.direction), 0.0, atol=1e-9)
        assert way.report.safe
    assert propose(space(converge=0.35), [0, 4 * MM, 0])[0].skin is None


def test_two_needles():
    here = space(converge=0.35)

    def tumour(p):
        return ellipsoid(p, [0, 2 * MM, 0], [10 * MM, 14 * MM, 8 * MM])

    left, right = bilateral(here, tumour, [0, 2 * MM, 0])
    assert (left.side, right.side) == ("left", "right")
    np.testing.assert_allclose(left.target / MM, [0, 9, 0], atol=0.3)
    np.testing.assert_allclose(right.target / MM, [0, -5, 0], atol=0.3)
    assert left.report.safe
    assert right.report.safe
    left, right = bilateral(here, tumour, [0, 2 * MM, 0], separation=20 * MM)
    assert np.linalg.norm(left.target - right.target) == pytest.approx(20 * MM, abs=1e-6)
    with pytest.raises(InputError, match=r"separation: 30.0 mm does not fit the tumour"):
        bilateral(here, tumour, [0, 2 * MM, 0], separation=30 * MM)
    with pytest.raises(InputError, match="two ways in are needed"):
        bilateral(space(holes=(1,)), tumour, [0, 2 * MM, 0])


@pytest.mark.parametrize("dy", [-4, 5])
def test_a_pose_snaps_to_the_nearest_safe_one(plain, dy):
    start, end = np.array([-50, 14 + dy, 4]) * MM, np.array([0, 14 + dy, 4]) * MM
    snapped = snap(plain, start, end)
    assert snapped.report.safe
    assert snapped.report.room == pytest.approx(0.5 * MM, abs=0.15 * MM)
    # Half a pedicle is 4 mm: what sticks out, with the needle and the spare room, is the least.
    least = abs(dy) * MM - 4 * MM + RADIUS + 0.5 * MM
    assert 0.9 * least < max(snapped.entry_moved, snapped.tip_moved) < 2.0 * least
    assert "moved by" in str(snapped)


def test_a_safe_pose_stays(plain):
    snapped = snap(plain, np.array([-50, 14, 4]) * MM, np.array([0, 14, 4]) * MM)
    assert snapped.entry_moved == snapped.tip_moved == 0.0
    assert "not moved: no breach" in str(snapped)
    with pytest.raises(InputError, match=r"no safe one was found within 2.0 mm .* in the way: "):
        snap(plain, np.array([-50, 5, 4]) * MM, np.array([0, 5, 4]) * MM, within=2 * MM)


def test_what_cannot_be_is_refused(plain):
    with pytest.raises(InputError, match=r"target: \(30 mm, 0 mm, 0 mm\) is outside the bone"):
        propose(plain, [30 * MM, 0, 0])
    with pytest.raises(InputError, match="approaches: expected transpedicular or costovertebral"):
        propose(plain, [0, 0, 0], approaches=("through",))
    with pytest.raises(InputError, match="entry and tip are the same point"):
        check_trajectory(plain, [0, 0, 0], [0, 0, 0], "13 G")
    with pytest.raises(InputError, match="no way in can be proposed"):
        propose(space(holes=(1, -1)), [0, 0, 0])


def test_gauges():
    assert needle_diameter("13 G") == needle_diameter("13ga") == needle_diameter("13 gauge")
    assert needle_diameter("13 G") == pytest.approx(2.41 * MM)
    assert needle_diameter("2.4 mm") == needle_diameter(2.4 * MM) == pytest.approx(2.4 * MM)
    assert list(GAUGES.values()) == sorted(GAUGES.values(), reverse=True)
    with pytest.raises(InputError, match="'9 G' is not a known gauge"):
        needle_diameter("9 G")
    with pytest.raises(InputError, match=r"between 0\.2 mm and 8 mm, got 13 mm"):
        needle_diameter("13 mm")


def test_moved_levels_are_moved():
    turn = turned(0, 0, 90)
    level = moved(box((-1, -2, -3), (1, 2, 3)), turn)
    assert level(np.array([[1.9 * MM, 0, 0]]))[0] < 0 < level(np.array([[0, 1.9 * MM, 0]]))[0]
