"""Pictures of a result with several antennas."""

import numpy as np
import pytest

from mwa_sim import plot
from mwa_sim.errors import InputError
from mwa_sim.plot.overlay import antenna_colours, antenna_words
from mwa_sim.plot.planes import choose_plane
from mwa_sim.plot.scene import Scene, scene_of
from tests.result.synthetic import synthetic_result


def antenna(label, tip, axis, **more):
    axis = np.array(axis) / np.linalg.norm(axis)
    return {
        "label": label, "name": "slot-1.6mm", "tip": np.array(tip), "axis": axis,
        "outer_diameter": 0.0016, **more,
    }  # fmt: skip


LEFT = antenna("left", [0.006, 0.004, 0.001], [-1.0, 0.4, 0.1])
RIGHT = antenna("right", [0.004, -0.004, -0.002], [-1.0, -0.5, 0.2], outer_diameter=0.002)


@pytest.fixture(scope="module")
def result():
    times = np.array([0.0, 60.0, 90.0, 150.0])
    powers = np.array([[40.0, 40.0, 0.0, 0.0], [0.0, 20.0, 20.0, 0.0]])
    return synthetic_result(
        10, frame_every=50.0, antennas=[LEFT, RIGHT], antenna={}, power_t=times,
        power_W=powers.sum(axis=0), antenna_power_W=powers,
    )  # fmt: skip


def legend(figure):
    return [text.get_text() for box in figure.legends for text in box.get_texts()]


@pytest.mark.parametrize("plane", ["sagittal", "axial", "antenna"])
def test_sections_show_every_antenna(result, plane):
    figure = plot.slice(result, plane)
    shown = legend(figure)
    assert sum("antenna left" in text for text in shown) == 1
    assert sum("antenna right" in text for text in shown) == 1
    assert sum("crosses the plane" in text for text in shown) <= 1


def test_antenna_plane_contains_the_first_and_is_near_the_others(result):
    plane = choose_plane(result, "antenna")
    ends = np.array([LEFT["tip"], LEFT["tip"] + 0.05 * LEFT["axis"]])
    assert np.abs(plane.distance_mm(ends)).max() < 1e-9
    other = np.array([RIGHT["tip"], RIGHT["tip"] + 0.03 * RIGHT["axis"]])
    nearest = np.square(plane.distance_mm(other)).sum()
    for turn in np.radians(np.arange(1.0, 180.0, 1.0)):
        across = np.cross(LEFT["axis"], plane.normal)
        normal = np.cos(turn) * plane.normal + np.sin(turn) * across
        assert np.square((other - LEFT["tip"]) @ normal * 1e3).sum() >= nearest
    assert plane.title == "oblique plane along antenna left"
    # What is up stays up: the turned plane looks like the axial one.
    assert plane.normal @ [0.0, 0.0, 1.0] < 0.0
    assert plane.up @ [1.0, 0.0, 0.0] > 0.9


def test_antenna_plane_of_another_antenna(result):
    plane = choose_plane(result, "antenna", "right")
    ends = np.array([RIGHT["tip"], RIGHT["tip"] + 0.05 * RIGHT["axis"]])
    assert np.abs(plane.distance_mm(ends)).max() < 1e-9
    assert "antenna right" in plane.title


def test_antennas_in_one_plane_are_both_drawn_at_their_width():
    pair = [
        antenna(name, [0.0, y, 0.002], [-1.0, 0.3 * np.sign(y), 0.25])
        for name, y in (("left", 0.006), ("right", -0.006))
    ]
    run = synthetic_result(6, frame_every=100.0, antennas=pair, antenna={},
                           antenna_power_W=np.ones((2, 6)))  # fmt: skip
    shown = legend(plot.slice(run, "antenna"))
    assert {"antenna left (slot-1.6mm)", "antenna right (slot-1.6mm)"} <= set(shown)
    assert not any("projected" in text for text in shown)


def test_curves_stack_the_powers(result):
    figure = plot.traces(result)
    bottom = figure.axes[1]
    stairs = {patch.get_label(): patch for patch in bottom.patches}
    first, second = (stairs[words] for words in antenna_words(result))
    top = second.get_data()
    assert list(first.get_data().values) == [40.0, 40.0, 0.0, 0.0]
    assert list(top.values) == [40.0, 60.0, 20.0, 0.0]
    assert list(top.baseline) == [40.0, 40.0, 0.0, 0.0]
    assert set(stairs) <= set(legend(figure))


def test_scene_has_a_rod_for_each(result, tmp_path):
    scene = scene_of(result, "cem43>=240")
    assert [rod.radius for rod in scene.antennas] == [0.8, 1.0]
    assert len({rod.colour for rod in scene.antennas}) == 2
    np.testing.assert_allclose(scene.antennas[1].ends[0], RIGHT["tip"] * 1e3)
    scene.save(tmp_path / "scene.npz")
    again = Scene.load(tmp_path / "scene.npz")
    assert [rod.name for rod in again.antennas] == antenna_words(result)
    assert {"antenna left (slot-1.6mm)", "antenna right (slot-1.6mm)"} <= set(
        legend(plot.zone3d(result, vtk=False))
    )


def test_a_single_antenna_looks_as_ever():
    run = synthetic_result(4, frame_every=150.0)
    assert antenna_words(run) == ["antenna (slot-1.6mm)"]
    assert run.antennas == [run.antenna]
    assert np.array_equal(run.antenna_power_W, run.power_W[None])
    assert len(antenna_colours(run)) == 1


def test_powers_must_belong_to_the_antennas():
    with pytest.raises(InputError, match=r"antenna_power_W must be \(2, 6\)"):
        synthetic_result(4, frame_every=150.0, antennas=[LEFT, RIGHT], antenna={})
