"""Pictures: what they show, what they refuse, and that drawing has no side effects."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest

from mwa_sim import plot
from mwa_sim.control.event import Event
from mwa_sim.errors import InputError
from mwa_sim.plot import render, style, view3d
from mwa_sim.plot.scene import Scene, scene_of
from tests.result.synthetic import synthetic_result


@pytest.fixture(scope="module")
def result():
    return synthetic_result(12, frame_every=50.0)


def drawn(figure):
    """Pixels of a figure, 0..1."""
    from matplotlib.image import imread

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    buffer.seek(0)
    return imread(buffer)


def words(figure):
    from matplotlib.text import Text

    return " | ".join(text.get_text() for text in figure.findobj(Text))


def test_importing_loads_no_plotting_library():
    code = (
        "import sys, mwa_sim.plot; "
        "print([m for m in ('matplotlib', 'pyvista', 'vtkmodules', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_drawing_chooses_no_backend():
    code = (
        "import sys, mwa_sim.plot as p\n"
        "p.slice, p.traces, p.zone3d, p.save_all\n"
        "print('matplotlib.pyplot' in sys.modules, 'pyvista' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    with pytest.raises(AttributeError):
        plot.nothing  # noqa: B018


@pytest.mark.parametrize("plane", ["sagittal", "axial", "coronal", "antenna"])
def test_slice_shows_what_a_clinician_needs(result, plane):
    figure = plot.slice(result, plane)
    text = words(figure)
    for expected in (
        "Highest temperature reached",
        "43 °C",
        "60 °C",
        "tumour",
        "ablation zone, CEM43 ≥ 240 min",
        "antenna",
        "10 mm",
        "research use only",
        "highest temperature [°C]",
    ):
        assert expected in text
    if plane == "sagittal":
        assert all(way in text for way in ("anterior", "posterior", "cranial", "caudal"))
    image = drawn(figure)
    assert image[..., :3].std() > 0.1


def test_slice_colours_are_those_of_the_field(result):
    figure = plot.slice(result, "axial", zone=None)
    axes = figure.axes[0]
    image = axes.images[0].get_array()
    x0, x1, y0, y1 = axes.images[0].get_extent()
    hot = result.mesh.nodes[np.argmax(result.fields["max_temperature"])] * 1e3
    row = int((hot[0] - y0) / (y1 - y0) * image.shape[0])
    column = int((hot[1] - x0) / (x1 - x0) * image.shape[1])
    warmth = image[..., 0] - image[..., 2]  # red minus blue: heat against grey
    assert warmth[row, column] > 0.5 * warmth.max()
    assert abs(warmth[3, 3]) < 0.02
    assert "ablation zone" not in words(figure)


def test_slice_of_a_moment_and_of_other_fields(result):
    assert "Temperature at 75 s" in words(plot.slice(result, "axial", t=75.0))
    assert "final ablation zone" in words(plot.slice(result, "axial", t=75.0))
    assert "Temperature at 300 s" in words(plot.slice(result, "axial", field="temperature"))
    dose = words(plot.slice(result, "axial", field="cem43"))
    assert "CEM43 [min]" in dose
    assert "10 min" in dose
    assert "240 min" not in dose.split(" | ")  # the zone outline says it
    assert "damage integral" in words(plot.slice(result, "axial", field="damage"))
    assert "0.5" in words(plot.slice(result, "axial", field="dead_fraction"))
    lines = words(plot.slice(result, "axial", contours=[50.0], zone="temperature>=60"))
    assert "50 °C" in lines
    assert "43 °C" not in lines
    assert "reached 60 °C" in lines


def test_slice_of_a_phantom_has_no_anatomy():
    run = synthetic_result(
        6, frame_every=100.0, regions=dict.fromkeys(range(1, 7), ("agar", "agar")), antenna={}
    )
    text = words(plot.slice(run, "sagittal", through=(0.0, 0.0, 0.0)))
    assert "anterior" not in text
    assert "x [mm]" in text
    assert "bone" not in text


def test_thermocouples_far_from_the_plane_are_not_shown(result):
    near = words(plot.slice(result, "axial"))
    assert "posterior wall" in near
    assert "off plane" not in near
    off = words(plot.slice(result, "axial", through=(0.0, 0.0, 0.010)))
    assert "posterior wall (10 mm off plane)" in off
    assert "posterior wall" not in words(plot.slice(result, "coronal", through=(0.005, 0, 0)))


def test_cold_run_is_drawn_too():
    run = synthetic_result(6, frame_every=100.0)
    cold = {name: np.zeros_like(values) for name, values in run.fields.items()}
    cold["max_temperature"] = np.full(run.mesh.n_nodes, 37.0)
    cold_run = synthetic_result(6, frame_every=100.0, fields=cold)
    text = words(plot.slice(cold_run, "axial"))
    assert "43 °C" not in text
    assert "ablation zone" not in text
    figure = plot.zone3d(cold_run, vtk=False)
    assert "no tissue reached it" in words(figure)
    drawn(figure)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"plane": "axail"}, "did you mean 'axial'"),
        ({"field": "temprature"}, "did you mean 'temperature'"),
        ({"t": 900.0}, "outside the simulated time"),
        ({"through": (0.0, 0.5, 0.0)}, "does not meet the mesh"),
        ({"zone": "cem34>=240"}, "did you mean 'cem43'"),
        ({"field": "cem43", "contours": [0.0]}, "above zero"),
    ],
)
def test_wrong_requests_are_refused(result, options, hint):
    with pytest.raises(InputError, match=hint):
        plot.slice(result, **options)


def test_curves_show_readings_power_limit_and_events(result):
    figure = plot.traces(result)
    top, bottom = figure.axes
    text = words(figure)
    for expected in (
        "posterior wall, tissue",
        "left pedicle, reading",
        "42 °C; stop above, posterior wall",
        "power stopped, 184 s",
        "power on",
        "research use only",
    ):
        assert expected in text
    assert len(top.lines) >= 4
    assert sum(line.get_linestyle() == "--" for line in top.lines) == 1
    edges, levels = bottom.patches[0].get_data().edges, bottom.patches[0].get_data().values
    assert list(levels) == [40.0, 0.0, 40.0, 0.0, 40.0, 0.0]
    assert list(edges) == [0.0, 60.0, 80.0, 140.0, 160.0, 184.0, 300.0]
    drawn(figure)


def test_curves_of_pauses_and_of_no_thermocouple():
    events = [Event(30.0, "pause", "hot"), Event(40.0, "resume", "cool"), Event(290.0, "stop", "x")]
    text = words(plot.traces(synthetic_result(4, frame_every=150.0, events=events)))
    assert "paused, 30 s" in text
    assert "resumed, 40 s" in text
    none = synthetic_result(
        4, frame_every=150.0, traces={}, power_t=np.zeros(0), power_W=np.zeros(0), events=[]
    )
    figure = plot.traces(none)
    assert "no thermocouple" in words(figure)
    drawn(figure)
    ends_on = synthetic_result(4, frame_every=150.0, power_t=np.array([300.0]), power_W=np.ones(1))
    drawn(plot.traces(ends_on))


def test_scene_survives_the_way_to_the_renderer(result, tmp_path):
    scene = scene_of(result, "cem43>=240")
    names = [body.name for body in scene.bodies]
    assert names[:4] == ["bone", "spinal canal", "cord", "tumour"]
    assert "CEM43 ≥ 240 min" in names[4]
    scene.save(tmp_path / "scene.npz")
    again = Scene.load(tmp_path / "scene.npz")
    assert [body.name for body in again.bodies] == names
    for a, b in zip(scene.bodies, again.bodies, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
        np.testing.assert_array_equal(a.triangles, b.triangles)
        assert (a.colour, a.opacity) == (b.colour, b.opacity)
    (rod,), (same,) = scene.antennas, again.antennas
    np.testing.assert_array_equal(rod.ends, same.ends)
    assert (rod.name, rod.radius, rod.colour) == (same.name, same.radius, same.colour)
    assert set(again.markers) == {"posterior_wall", "left_pedicle"}


def test_renderer_draws_or_says_that_it_cannot(result):
    image = render.render(scene_of(result, "cem43>=240"))
    if image is not None:
        assert image.shape[:2] == render.SIZE[::-1]
        assert image[..., :3].std() > 0.01


def test_crash_of_the_renderer_costs_only_its_picture(result, monkeypatch):
    def crash(command, **_):
        return subprocess.CompletedProcess(command, -11, b"", b"Segmentation fault")

    monkeypatch.setattr(subprocess, "run", crash)
    figure = plot.zone3d(result)
    assert figure.axes[0].name == "3d"
    assert "8." in words(figure) or "ml" in words(figure)
    assert drawn(figure)[..., :3].std() > 0.05


@pytest.mark.parametrize("error", [OSError("no python"), subprocess.TimeoutExpired("python", 1.0)])
def test_renderer_that_does_not_start_or_end(result, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert render.render(scene_of(result, "cem43>=240")) is None


def test_plain_picture_coarsens_what_is_too_fine(result, monkeypatch):
    body = scene_of(result, "temperature>=50").bodies[-1]
    eye = np.array([0.0, 0.0, 1.0])
    fine = view3d._facing(body.points, body.triangles, eye)
    assert 0.4 < len(fine) / len(body.triangles) < 0.6
    monkeypatch.setattr(view3d, "_MOST_TRIANGLES", len(fine) // 4)
    coarse = view3d._facing(body.points, body.triangles, eye)
    assert 0 < len(coarse) <= len(fine) // 4

    def shadow(corners):
        u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        return 0.5 * np.cross(u, v)[:, 2].sum()

    assert shadow(coarse) == pytest.approx(shadow(fine), rel=0.15)


def test_rendered_picture_is_placed_in_the_figure(result, monkeypatch):
    image = np.ones((20, 30, 3), dtype=np.float32)
    image[5:10, 8:20] = (1.0, 0.0, 0.0)
    monkeypatch.setattr(view3d, "render", lambda _: image)
    figure = plot.zone3d(result, "temperature>=60")
    assert figure.axes[0].images[0].get_array().shape[:2] == (5, 12)
    text = words(figure)
    assert "reached 60 °C" in text
    assert "antenna (slot-1.6mm)" in text


def test_all_pictures_are_saved(result, tmp_path, monkeypatch):
    monkeypatch.setattr(view3d, "render", lambda _: None)
    paths = plot.save_all(result, tmp_path / "deep" / "out")
    assert [path.name for path in paths] == [
        "slice-antenna.png",
        "slice-axial.png",
        "slice-sagittal.png",
        "thermocouples.png",
        "zone-3d.png",
    ]
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in paths)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write pictures"):
        plot.save_all(result, tmp_path / "file")


@pytest.mark.parametrize(
    ("name", "tissue", "kind"),
    [
        ("tumour", "metastasis_lytic", "tumour"),
        ("L3", "bone_cancellous", "bone"),
        ("spinal_canal", "csf", "canal"),
        ("cord", "spinal_cord", "cord"),
        ("disc", "intervertebral_disc", "other"),
        ("d1", "intervertebral_disc", "other"),
        ("muscle", "muscle", "other"),
    ],
)
def test_regions_are_recognised_by_name_or_tissue(name, tissue, kind):
    assert style.role(name, tissue).kind == kind
