"""Anatomy from closed surfaces: units, axes, completion and what is refused."""

import numpy as np
import pytest

from mwa_sim.anatomy.canal import moved_tubes, place_along, tubes_through
from mwa_sim.anatomy.completion import find_body_and_canal, settled
from mwa_sim.anatomy.disc_completion import disc_between
from mwa_sim.anatomy.from_surfaces import surface_scene
from mwa_sim.anatomy.measures import measures
from mwa_sim.anatomy.scene import Piece
from mwa_sim.anatomy.source_parts import with_flowing_blood
from mwa_sim.anatomy.spine import SpineSpec, parametric_scene
from mwa_sim.anatomy.surface_parts import volume_in_front
from mwa_sim.anatomy.surface_spec import SurfaceSpec
from mwa_sim.anatomy.surface_units import checked_axes, turned, unit_of
from mwa_sim.errors import InputError, MeshError
from mwa_sim.mesh.surface_repair import ClosedSurface
from tests.mesh.solids import box, sphere, write_stl
from tests.real_data import real_data

MM = 1e-3
WALL, DEPTH, WIDTH = -15.0 * MM, 16.0 * MM, 22.0 * MM


def bone(points):
    """A made-up vertebra: a drum, pedicles and an arch around a canal, as a level function."""
    x, y, z = points.T
    drum = np.maximum(np.hypot(x / 1.0, y / 1.4) - 15 * MM, np.abs(z) - 13 * MM)
    ring = np.maximum(np.hypot((x - WALL + DEPTH / 2) / DEPTH, y / WIDTH) - 0.8, 0) * DEPTH
    ring = np.maximum(ring, np.abs(z - 4 * MM) - 7 * MM)
    hole = 0.5 - np.hypot((x - WALL + DEPTH / 2) / DEPTH, y / WIDTH)
    ring = np.maximum(ring, hole * DEPTH)
    return np.where(np.minimum(drum, ring) <= 0, -1 * MM, 1 * MM)


def test_body_and_canal_of_a_known_vertebra():
    low, high = np.array([-40, -30, -20]) * MM, np.array([25, 30, 20]) * MM
    found = find_body_and_canal(bone, low, high, (17 * MM, 24 * MM))
    np.testing.assert_allclose(found.centre, 0.0, atol=1.0 * MM)
    assert found.wall == pytest.approx(WALL, abs=0.7 * MM)
    assert found.height == pytest.approx(26 * MM, abs=0.8 * MM)
    np.testing.assert_allclose(found.canal.half[0], [DEPTH / 2, WIDTH / 2], atol=0.8 * MM)
    np.testing.assert_allclose(found.canal.slopes, 0.0, atol=0.11)
    assert found.notes == ()
    by = np.array([1.0, 2.0, 3.0])
    moved = found.moved(by)
    np.testing.assert_allclose(moved.centre, found.centre + by)
    there = np.array([[0.0, 0, 0], [-16 * MM, 0, 0], [-20 * MM, 12 * MM, 4 * MM]])
    np.testing.assert_array_equal(moved.body(there + by) < 0, found.body(there) < 0)


def test_leaning_vertebra_and_one_without_arch():
    def leaning(points):
        upright = points.copy()
        upright[:, 0] -= 0.3 * points[:, 2]
        return bone(upright)

    low, high = np.array([-50, -30, -20]) * MM, np.array([35, 30, 20]) * MM
    found = find_body_and_canal(leaning, low, high, (17 * MM, 24 * MM))
    np.testing.assert_allclose(found.canal.slopes[:, 0], 0.3, atol=0.06)

    def alone(points):
        return np.where(points[:, 0] > WALL - 1 * MM, bone(points), 1.0)

    found = find_body_and_canal(alone, low, high, (17 * MM, 24 * MM))
    assert any("no canal found" in note for note in found.notes)
    assert found.wall == pytest.approx(WALL, abs=1.5 * MM)
    np.testing.assert_allclose(found.canal.half[0], [8.5 * MM, 12 * MM])


def test_a_vertebra_with_its_back_in_front_is_refused():
    low, high = np.array([-25, -30, -20]) * MM, np.array([40, 30, 20]) * MM
    with pytest.raises(InputError, match="axes"):
        find_body_and_canal(lambda p: bone(p * [-1, 1, 1]), low, high, (17 * MM, 24 * MM))
    with pytest.raises(InputError, match="bone"):
        find_body_and_canal(lambda p: np.ones(len(p)), low, high, (17 * MM, 24 * MM))


def test_disc_between_bodies():
    low, high = np.array([-40, -30, -20]) * MM, np.array([25, 30, 20]) * MM
    lower = find_body_and_canal(bone, low, high, (17 * MM, 24 * MM))
    upper = lower.moved(np.array([0.0, 0.0, 35 * MM]))
    disc = disc_between(lower, upper)
    z = np.array([0, 11, 14, 17, 21, 24, 35]) * MM
    axis = np.stack([0 * z, 0 * z, z], axis=1)
    np.testing.assert_array_equal(disc(axis) < 0, [0, 0, 1, 1, 1, 0, 0])
    across = np.array([[0, 20, 17.5], [0, 23.5, 17.5], [16.5, 0, 17.5], [0, 90, 17.5]]) * MM
    np.testing.assert_array_equal(disc(across) < 0, [1, 0, 0, 0])
    assert disc_between(upper, lower) is None
    assert disc_between(lower, lower.moved(np.array([0.0, 0.0, 70 * MM]))) is None


@pytest.mark.parametrize(
    ("extent", "unit"), [(92.7, "mm"), (0.083, "m"), (91_000.0, "um"), (9.1, "cm"), (30.0, "mm")]
)
def test_unit_from_the_size(extent, unit):
    found, note = unit_of(extent, "auto")
    assert found == unit
    assert unit in note
    assert unit_of(extent, unit) == (unit, None)


def test_sizes_that_are_ambiguous_or_absurd():
    with pytest.raises(InputError, match=r'"cm" \(46 mm\), "inch" \(117 mm\)'):
        unit_of(4.6, "auto")
    for extent in (1e-9, 700.0, 1e7):
        with pytest.raises(InputError, match="no vertebra"):
            unit_of(extent, "auto")
    with pytest.raises(InputError, match='write length_unit = "m"'):
        unit_of(0.09, "mm")


def test_axes():
    x, t = sphere(1.0, 0)
    points = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(turned(points, t, "ALS")[0], points)
    np.testing.assert_array_equal(turned(points, t, "LPS")[0], [[-2.0, 1.0, 3.0]])
    np.testing.assert_array_equal(turned(points, t, "RAS")[0], [[2.0, -1.0, 3.0]])
    mirrored = turned(x, t, "RPS")
    assert ClosedSurface(*mirrored, (), True).enclosed == pytest.approx(4 / 3)
    assert checked_axes(" lps ") == "LPS"
    for wrong in ("XYZ", "ALP", "AL", "AAS"):
        with pytest.raises(InputError, match="axes"):
            checked_axes(wrong)


def test_volume_in_front_of_a_plane():
    surface = ClosedSurface(*box(np.array([2.0, 1.0, 0.5]), 5), (), True)
    x = np.array([1.0, 0.0, 0.0])
    for place in (-3.0, -2.0, -0.37, 0.4, 1.9, 3.0):
        expected = 2.0 * np.clip(2.0 - place, 0.0, 4.0)
        assert volume_in_front(surface, place * x, x) == pytest.approx(expected, abs=1e-12)
    slanted = np.array([0.6, 0.8, 0.0])
    assert volume_in_front(surface, np.zeros(3), slanted) == pytest.approx(4.0, abs=1e-12)


def test_names_and_level_are_checked_together():
    with pytest.raises(InputError) as error:
        SurfaceSpec(surfaces={"L3": "a.stl", "coord": "b.stl"}, axes="QQQ")
    assert "axes" in str(error.value)
    for surfaces, says in (
        ({"L3": "a", "coord": "b"}, "did you mean 'cord'"),
        ({"vertebra": "a"}, "level"),
        ({"L2": "a", "L4": "b"}, "level"),
        ({"cord": "a"}, "treated vertebra"),
        ({}, "surfaces"),
    ):
        with pytest.raises(InputError, match=says):
            SurfaceSpec(surfaces=surfaces)
    assert SurfaceSpec(surfaces={"L3": "a"}).treated_level == "L3"


def test_the_same_solid_twice_is_a_contradiction(tmp_path):
    x, t = sphere(40.0)
    write_stl(tmp_path / "a.stl", x, t)
    spec = SurfaceSpec(surfaces={"L3": "a.stl", "L2": "a.stl"}, level="L3")
    with pytest.raises(InputError, match=r"'L3' and 'L2' share .* contradict"):
        surface_scene(spec, tmp_path)


def test_every_bad_file_is_named(tmp_path):
    x, t = sphere(40.0)
    write_stl(tmp_path / "half.stl", x, t[x[t][:, :, 2].mean(axis=1) > 0])
    write_stl(tmp_path / "whole.stl", x, t)
    surfaces = {"L3": "whole.stl", "L2": "half.stl", "cord": "half.stl"}
    with pytest.raises(MeshError, match=r"(?s)L2: hole of .*cord: hole of "):
        surface_scene(SurfaceSpec(surfaces=surfaces, level="L3"), tmp_path)


@pytest.fixture(scope="module")
def real_scene():
    folder = real_data("surfaces")
    surfaces = {"L3": folder / "L3_mean_10k.stl", "L2": folder / "L2_mean.stl"}
    return surface_scene(SurfaceSpec(surfaces=surfaces, level="L3"))


def test_regions_of_a_real_vertebra(real_scene):
    names = [piece.name for piece in real_scene.pieces]
    assert names == [
        "cancellous", "posterior_elements", "neighbour_vertebrae", "disc", "cauda_equina",
        "nerve_roots", "csf", "epidural_fat",
    ]  # fmt: skip
    volume = sum(piece.volume for piece in real_scene.pieces[:2])
    assert volume == pytest.approx(63_235e-9, rel=1e-3)
    found = real_scene.classify(
        np.array(
            [[0, 0, 0], [-50, 0, -5], [0, 0, 33], [0, 0, 17.5], [-23, 0, 0], [60, 0, 0]]
        ) * MM
    )  # fmt: skip
    seen = [(*names, "muscle")[k] for k in found]
    assert seen == [
        "cancellous", "posterior_elements", "neighbour_vertebrae", "disc", "cauda_equina", "muscle",
    ]  # fmt: skip


def test_notes_say_what_was_completed(real_scene):
    text = " ".join(real_scene.notes)
    for word in ("length unit taken as mm", "vertebra below is not given", "disc", "cauda_equina"):
        assert word in text
    assert "vertebra above" not in text
    np.testing.assert_allclose(real_scene.offset, [1.8 * MM, -1.2 * MM, 2.9 * MM], atol=0.5 * MM)


def test_real_vertebra_in_metres_that_leans():
    file = real_data("surfaces/L1_visible_human_metres.obj")
    scene = surface_scene(SurfaceSpec(surfaces={"L1": file}))
    text = " ".join(scene.notes)
    assert "length unit taken as m:" in text
    assert "leans 17 degrees" in text
    assert "cord" in [piece.name for piece in scene.pieces]
    volume = sum(piece.volume for piece in scene.pieces[:2])
    assert volume == pytest.approx(68.77e-6, rel=2e-3)


def test_wrong_axes_of_a_real_vertebra_are_noticed():
    file = real_data("surfaces/L3_mean_10k.stl")
    with pytest.raises(InputError, match="axes"):
        surface_scene(SurfaceSpec(surfaces={"L3": file}, axes="PRS"))
    with pytest.raises(InputError, match="cranially"):
        surface_scene(SurfaceSpec(surfaces={"L3": file}, axes="ARI"))


@pytest.mark.parametrize("level", ["T8", "L3"])
def test_canal_of_a_known_spine_from_its_bone_alone(level):
    """A vertebra of the parametric spine whose canal, sac and cord are taken away."""
    scene = parametric_scene(SpineSpec(level=level))
    size = measures(level)
    low, high = np.array([-70, -60, -45]) * MM, np.array([30, 60, 45]) * MM
    found = find_body_and_canal(scene.bone, low, high, (10 * MM, 10 * MM))
    np.testing.assert_allclose(2.0 * found.canal.half[0, 0], size.canal_depth, atol=0.5 * MM)
    np.testing.assert_allclose(2.0 * found.canal.half[0, 1], size.canal_width, atol=1.0 * MM)
    assert found.wall == pytest.approx(size.posterior_wall, abs=0.5 * MM)
    tubes = tubes_through([(place_along(level), found)])
    random = np.random.default_rng(0)
    points = np.array([-45, -16, -10]) * MM + random.random((40_000, 3)) * [40e-3, 32e-3, 20e-3]
    free = (scene.bone(points) > 0) & (scene.piece("disc").level(points) > 0)
    for name, other in (("csf", tubes.sac), ("epidural_fat", tubes.canal)):
        known, given = scene.piece(name).level(points) < 0, other(points) < 0
        both = (known & given & free).sum()
        # The tube is wider than the canal by what bone cuts off.
        assert 2.0 * both / ((known & free).sum() + (given & free).sum()) > 0.92, name
    neural = (scene.cord(points) < 0).sum()
    assert (tubes.neural(points) < 0).sum() == pytest.approx(neural, rel=0.1)
    # A tube moved with its anatomy is the same tube.
    by = np.array([3.0, -2.0, 5.0]) * MM
    there = moved_tubes(tubes, by)
    for one, two in ((tubes.fat, there.fat), (tubes.roots, there.roots)):
        np.testing.assert_allclose(two(points + by), one(points), atol=1e-7)


def test_a_vertebra_without_arch_gets_the_canal_of_its_neighbours():
    low, high = np.array([-40, -30, -20]) * MM, np.array([25, 30, 20]) * MM
    whole = find_body_and_canal(bone, low, high, (17 * MM, 24 * MM))

    def alone(points):
        return np.where(points[:, 0] > WALL - 1 * MM, bone(points), 1.0)

    broken = find_body_and_canal(alone, low, high, (30 * MM, 30 * MM))
    assert not broken.closed
    up = np.array([0.0, 0.0, 34 * MM])
    line = settled([whole.moved(-up), broken, whole.moved(up)])
    np.testing.assert_allclose(line[1].canal.half, whole.canal.half)
    assert line[1].wall == pytest.approx(whole.wall, abs=0.2 * MM)
    assert line[0].wall == pytest.approx(whole.wall)
    assert settled([broken])[0] is broken


def test_vessels_of_a_scan_are_as_strong_a_sink_as_those_of_the_parametric_spine():
    def level(points):
        return np.hypot(points[:, 0] - 30 * MM, points[:, 1]) - 9 * MM

    low, high = np.array([-40, -40, -30]) * MM, np.array([45, 40, 30]) * MM
    pieces = [Piece("aorta", "blood", level), Piece("disc", "intervertebral_disc", level)]
    found, tissues = with_flowing_blood(pieces, place_along("L3"), low, high)
    assert [piece.tissue for piece in found] == ["aorta_blood", "intervertebral_disc"]
    volume = np.pi * 81e-6 * 60e-3
    rate = float(tissues["aorta_blood"]["perfusion"]["value"].split()[0])
    assert rate == pytest.approx(0.9e-3 / 60.0 / volume, rel=0.05)
