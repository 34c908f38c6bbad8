import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwa_sim.antenna.field.sizing import Sizing, size_function
from mwa_sim.antenna.field.triangulate import triangulate
from mwa_sim.errors import MeshError

from .meridians import MM, SIZING, rectangle, slotted, with_cone

BOX = (60 * MM, -50 * MM, 90 * MM)
SMALL = (12 * MM, -8 * MM, 20 * MM)


def even(length):
    return lambda r, z: np.full(np.shape(r), length)


def areas(plane):
    a, b, c = plane.points[plane.triangles].transpose(1, 0, 2)
    return 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def sides(plane):
    corners = plane.points[plane.triangles]
    return np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)


def smallest_angles(plane):
    # Opposite the shortest side.
    a, b, c = np.sort(sides(plane), axis=1).T
    return np.degrees(np.arccos(np.clip((b**2 + c**2 - a**2) / (2 * b * c), -1, 1)))


def uncovered(plane, a, b):
    """Length of the segment from a to b that is not covered by edges of triangles."""
    pairs = plane.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    length = np.hypot(*(b - a))
    along = (plane.points - a) @ (b - a) / length
    off = np.abs((plane.points - a) @ np.array([a[1] - b[1], b[0] - a[0]])) / length
    on = pairs[(off[pairs] < 3e-9).all(axis=1)]
    ends = np.clip(np.sort(along[on], axis=1), 0.0, length)
    return length - np.sum(ends[:, 1] - ends[:, 0])


def check(plane, outlines, box):
    whole = box[0] * (box[2] - box[1])
    assert areas(plane).min() > 0.0
    assert areas(plane).sum() == pytest.approx(whole, rel=1e-12)
    # Every point is used, and no point lies inside an edge: each edge has two triangles, or
    # one on a side of the box.
    assert np.array_equal(np.unique(plane.triangles), np.arange(len(plane.points)))
    pairs = np.sort(plane.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, count = np.unique(pairs, axis=0, return_counts=True)
    single = plane.points[edges[count == 1]]
    low, high = np.array([0.0, box[1]]), np.array([box[0], box[2]])
    on_side = (single == low).all(axis=1) | (single == high).all(axis=1)
    assert on_side.any(axis=1).all()
    assert count.max() == 2
    for outline in outlines:
        clipped = np.clip(outline, [0.0, box[1]], [box[0], box[2]])
        for a, b in zip(clipped, np.roll(clipped, -1, axis=0), strict=True):
            if np.hypot(*(b - a)) > 1e-8:
                assert uncovered(plane, a, b) < 1e-8


def mesh(section, box=BOX, sizing=None):
    outlines = section.outlines(box[2])
    size = size_function(section, box[2], sizing or Sizing())
    return triangulate(outlines, box, size), outlines, size


@pytest.mark.parametrize("section", [slotted(), with_cone()], ids=["slot", "cone"])
def test_antenna_in_tissue(section):
    plane, outlines, size = mesh(section)
    check(plane, outlines, BOX)
    assert 1500 < len(plane.triangles) < 4000
    centre = plane.points[plane.triangles].mean(axis=1)
    tissue = plane.part == -1
    assert smallest_angles(plane)[tissue].min() > 20.0
    # The long edges lie along the shaft; elsewhere and everywhere in length, sizes are as wanted.
    ratio = sides(plane).max(axis=1) / size(*centre.T)
    metal = np.array([part.permittivity is None for part in section.parts] + [False])[plane.part]
    assert ratio[~metal].max() < 1.8
    assert np.median(ratio[tissue]) == pytest.approx(1.0, abs=0.1)


def test_parts_have_the_area_that_shows():
    plane, _, _ = mesh(slotted())
    shown = [areas(plane)[plane.part == k].sum() / MM**2 for k in range(4)]
    dielectric = 0.335 * 89.0
    slot = 0.125 * 1.0
    outer = 0.595 * 89.5 - dielectric - slot
    sheath = 0.8 * 90.0 - 0.595 * 89.5
    assert shown == pytest.approx([sheath, outer, dielectric, slot], rel=1e-9)


def test_long_triangles_along_the_shaft_only():
    plane, _, _ = mesh(slotted(), sizing=SIZING)
    centre = plane.points[plane.triangles].mean(axis=1)
    ratio = sides(plane).max(axis=1) / sides(plane).min(axis=1)
    wall = (plane.part == 0) & (centre[:, 1] > 30 * MM)
    # One triangle across the wall of 0.205 mm, in rows of ten times that.
    assert set(np.round(plane.points[plane.triangles[wall]][:, :, 0].ravel() / MM, 6)) == {
        0.595,
        0.8,
    }
    assert 6.0 < ratio[wall].max() < 10.2
    near_slot = (plane.part >= 0) & (np.abs(centre[:, 1] - 6 * MM) < 0.7 * MM)
    assert smallest_angles(plane)[near_slot].min() > 20.0


def test_half_the_size_gives_four_times_the_triangles():
    coarse, _, _ = mesh(slotted(), SMALL, SIZING)
    fine, _, _ = mesh(slotted(), SMALL, SIZING.refined(2.0))
    assert 3.4 < len(fine.triangles) / len(coarse.triangles) < 4.6


def test_same_input_same_mesh():
    first, _, _ = mesh(with_cone(), SMALL)
    second, _, _ = mesh(with_cone(), SMALL)
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.triangles, second.triangles)


def test_empty_box():
    plane = triangulate([], (2.0, -1.0, 3.0), even(0.3))
    check(plane, [], (2.0, -1.0, 3.0))
    assert (plane.part == -1).all()
    assert smallest_angles(plane).min() > 30.0
    assert sides(plane).max() < 0.6


@pytest.mark.parametrize(
    "second",
    [
        rectangle((1.0, 2.0), (1.0, 3.0)),  # shares a side
        rectangle((1.0, 2.0), (2.0, 6.0)),  # shares a piece of a side and sticks out
        rectangle((0.5, 1.5), (1.0, 3.0)),  # crosses
        rectangle((0.0, 1.0), (0.0, 4.0)),  # the same
        rectangle((0.3, 0.6), (1.0, 4.0)),  # hangs from the top, inside
        np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 3.0]]) * MM,  # corners on the side
        np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 3.0]]) * MM,  # a corner on the side
        np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]]) * MM,  # through a corner, on the axis
        rectangle((1.0 + 5e-7, 2.0), (-5e-7, 3.0)),  # half a nanometre beside it
    ],
)
def test_outlines_that_meet(second):
    box = (4 * MM, -2 * MM, 5 * MM)
    outlines = [rectangle((0.0, 1.0), (0.0, 4.0)), second]
    plane = triangulate(outlines, box, even(0.4 * MM))
    check(plane, outlines, box)
    assert sides(plane).max() < 0.8 * MM
    assert smallest_angles(plane).min() > 17.0


def test_outline_is_cut_at_the_box():
    box = (1.5 * MM, -1 * MM, 3 * MM)
    outline = np.array([[0.5, -2.0], [3.0, 1.0], [0.5, 9.0]]) * MM
    plane = triangulate([outline], box, even(0.3 * MM))
    assert areas(plane).sum() == pytest.approx(1.5 * 4.0 * MM**2, rel=1e-12)
    # r from 0.5 to 1.5, below the line from (0.5, -2) to (3, 1): z = -2 + 1.2 (r - 0.5), > -1
    # from r = 1.3333 on; the upper line stays above 3 mm.
    below = 0.5 * (1.5 - 4.0 / 3.0) * 0.2
    assert areas(plane)[plane.part == 0].sum() == pytest.approx((4.0 - below) * MM**2, rel=1e-9)


def test_thin_plate_in_coarse_tissue():
    plate = rectangle((0.2, 1.1), (2.0, 2.03))
    plane = triangulate([plate], SMALL, even(1.0 * MM))
    check(plane, [plate], SMALL)
    assert smallest_angles(plane).min() > 15.0


@st.composite
def arrangements(draw):
    """Sheath with a flat, conical or round tip, rings that overlap, slots and a metal cone."""
    twentieth = st.integers(1, 20).map(lambda n: 0.05 * n)
    tenth = st.integers(0, 60).map(lambda n: 0.1 * n)
    radius = draw(st.integers(10, 22)) * 0.05
    tip = draw(st.sampled_from(["flat", "cone", "round"]))
    if tip == "flat":
        sheath = rectangle((0.0, radius), (0.0, np.inf))
    elif tip == "cone":
        height = draw(st.floats(0.3, 4.0))
        sheath = np.array([[0, 0], [radius, height], [radius, np.inf], [0, np.inf]]) * MM
    else:
        t = np.linspace(0.0, 0.5 * np.pi, draw(st.integers(3, 16)))
        arc = np.column_stack([radius * np.sin(t), radius * (1.0 - np.cos(t))])
        sheath = np.vstack([arc, [[radius, np.inf], [0.0, np.inf]]]) * MM
    outlines = [sheath]
    for _ in range(draw(st.integers(1, 4))):
        inner, outer = sorted(draw(st.tuples(twentieth, twentieth)))
        start = draw(tenth)
        outlines.append(rectangle((draw(st.sampled_from([0.0, inner])), outer + 0.05),
                                  (start, np.inf)))  # fmt: skip
    for _ in range(draw(st.integers(0, 3))):
        inner, outer = sorted(draw(st.tuples(twentieth, twentieth)))
        start, length = draw(tenth), draw(st.sampled_from([0.03, 0.5, 1.0, 2.7]))
        outlines.append(rectangle((inner, outer + 0.05), (start, start + length)))
    if draw(st.booleans()):
        apex, height = draw(st.floats(0.0, 3.0)), draw(st.floats(0.2, 3.0))
        outlines.append(np.array([[0, apex], [draw(twentieth), apex + height],
                                  [0, apex + height + 0.5]]) * MM)  # fmt: skip
    return [np.minimum(outline, [np.inf, SMALL[2]]) for outline in outlines]


@settings(max_examples=40, deadline=None)
@given(arrangements())
def test_any_antenna(outlines):
    def size(r, z):
        off = np.hypot(np.maximum(r - 0.5 * MM, 0.0), z - 4 * MM)
        return np.minimum(0.1 * MM + 0.25 * off, 1.5 * MM)

    plane = triangulate(outlines, SMALL, size)
    check(plane, outlines, SMALL)
    # Between the parts, triangles may be long.
    radius = max(outline[:, 0].max() for outline in outlines)
    outside = (plane.points[plane.triangles][:, :, 0] >= radius).all(axis=1)
    assert np.mean(smallest_angles(plane)[outside] < 20.0) < 0.01


@pytest.mark.parametrize(
    ("outline", "fault"),
    [
        (np.array([[0, 0], [1, 1], [1, 0], [0, 1]]) * MM, "crosses or touches itself at"),
        (np.array([[0, 0], [2, 0], [2, 2], [1, 0], [0, 2]]) * MM, "crosses or touches itself at"),
        (np.array([[0, 0], [2, 0], [2, 2], [2, 1]]) * MM, "crosses or touches itself at"),
        (np.array([[0, 0], [1, 1], [2, 2]]) * MM, "has no area"),
        (np.array([[0, 0], [1, 0]]) * MM, "has 2 different corners"),
        (np.array([[0, 0], [1, 0], [1, 0]]) * MM, "has 2 different corners"),
        (np.array([[-0.1, 0], [1, 0], [1, 1]]) * MM, "reaches r < 0, at (r, z) = (-0.1, 0) mm"),
        (np.array([[13, 0], [14, 0], [14, 1]]) * MM, "lies outside the box"),
        (np.array([[0, 20], [1, 20], [1, 21]]) * MM, "lies outside the box"),
        (np.array([[0, 0], [1, 0], [1, np.inf]]) * MM, "is not finite"),
        (np.zeros((4, 3)), "has the shape (4, 3)"),
    ],
)
def test_bad_outline_is_named(outline, fault):
    good = rectangle((0.0, 1.0), (0.0, 2.0))
    with pytest.raises(MeshError) as error:
        triangulate([good, outline, good, outline], SMALL, even(1.0 * MM))
    first, second = error.value.problems
    assert first.startswith(f"outline 1: {fault}")
    assert second.startswith(f"outline 3: {fault}")


@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0), (1.0, 1.0, 1.0), (1.0, 0.0, np.inf)])
def test_bad_box(box):
    with pytest.raises(MeshError, match="expected finite r_max > 0"):
        triangulate([], box, even(0.1))


@pytest.mark.parametrize("length", [0.0, -1.0, np.nan, np.inf])
def test_size_that_is_no_length(length):
    with pytest.raises(MeshError, match="expected a length > 0"):
        triangulate([], (1.0, 0.0, 1.0), even(length))


def test_size_too_small():
    with pytest.raises(MeshError, match="less than a million pieces"):
        triangulate([], (1.0, 0.0, 1.0), even(1e-7))
