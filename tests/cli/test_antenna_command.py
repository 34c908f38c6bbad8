"""``mwa-sim antenna``: what it prints, what it writes, and what it refuses."""

import json
import signal
import subprocess
import sys

import pytest
from matplotlib.image import imread

from tests.cli.block import errors, mwa

SLOT = "slot-1.79mm"
MINE = """\
schema = "mwa-sim/antenna/1"
title = "of my own"
frequency = "2.45 GHz"
outer_diameter = "2.4 mm"
cable.transmission = "80 %"
[port]
inner_conductor = "wire"
outer_conductor = "tube"
[[part]]
name = "wire"
material = "conductor"
shape = "cylinder"
r = ["0 mm", "0.3 mm"]
z = ["0 mm", "hub"]
[[part]]
name = "filling"
material = { relative_permittivity = 2.1 }
shape = "cylinder"
r = ["0.3 mm", "0.9 mm"]
z = ["0 mm", "hub"]
[[part]]
name = "tube"
material = "conductor"
shape = "cylinder"
r = ["0.9 mm", "1 mm"]
z = ["11 mm", "hub"]
[[part]]
name = "sheath"
material = { relative_permittivity = 2.6, loss_tangent = 0.02 }
shape = "cylinder"
r = ["1 mm", "1.2 mm"]
z = ["11 mm", "hub"]
"""


@pytest.fixture(scope="module")
def data():
    outcome = mwa("antenna", SLOT, "--tissue", "liver", "--json")
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_json_has_the_figures_of_the_report(data):
    assert data["schema"] == "mwa-sim/antenna-report/1"
    assert (data["antenna"], data["tissue"], data["frequency_Hz"]) == (SLOT, "liver", 2.45e9)
    assert -25.0 < data["s11_dB"] < -12.0
    shares = [data[f"{kind}_fraction"] for kind in ("reflected", "absorbed", "lost", "radiated")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    assert 0.0 <= data["power_balance_error"] < 1e-5
    assert data["efficiency"] == pytest.approx(data["transmission"] * data["absorbed_fraction"])
    assert data["unknowns"] > 5000
    assert data["note"] == "For research use only; not for clinical decisions."
    assert data["penetration"]["plane_wave_mm"] == pytest.approx(20.9, abs=0.2)
    assert data["penetration"]["radius_50_mm"] < data["penetration"]["radius_90_mm"]
    assert "s11_over_frequency" not in data


def test_text_says_the_same_on_one_screen(data):
    outcome = mwa("antenna", SLOT)
    assert outcome.exit_code == 0
    text = outcome.stdout
    for part in (
        "slot-1.79mm: Coaxial antenna", "Geometry  source (comsol_mwa, mita)", "2.45 GHz",
        f"{data['s11_dB']:.1f} dB", f"{100 * data['absorbed_fraction']:.1f} %", "37 degC",
        f"{data['penetration']['level_mm']:.1f} mm", "research use only",
    ):  # fmt: skip
        assert part in text, part
    assert len(text.splitlines()) < 42
    assert max(map(len, text.splitlines())) <= 100


def test_several_tissues_stand_side_by_side():
    outcome = mwa("antenna", SLOT, "--tissue", "liver", "--tissue", "muscle", "--tissue", "liver")
    header = next(line for line in outcome.stdout.splitlines() if "muscle" in line)
    assert header.split() == ["liver", "muscle"]
    row = next(line for line in outcome.stdout.splitlines() if line.startswith("reflection S11"))
    assert row.count("dB") == 2
    found = json.loads(
        mwa("antenna", SLOT, "--tissue", "liver", "--tissue", "muscle", "--json").stdout
    )
    assert found["schema"] == "mwa-sim/antenna-reports/1"
    assert [report["tissue"] for report in found["reports"]] == ["liver", "muscle"]
    assert found["note"].startswith("For research use only")


def test_frequency_and_temperature_are_heeded(data):
    arguments = ("--frequency", "915 MHz", "--temperature", "95 degC", "--json")
    other = json.loads(mwa("antenna", SLOT, *arguments).stdout)
    assert (other["frequency_Hz"], other["temperature_degC"]) == (915e6, 95.0)
    assert other["relative_permittivity"] < 0.5 * data["relative_permittivity"]
    assert abs(other["s11_dB"] - data["s11_dB"]) > 1.0


def test_own_file_pictures_and_sweep(here, monkeypatch):
    monkeypatch.setattr("mwa_sim.cli.antenna._POINTS", 5)
    (here / "mine.toml").write_text(MINE, encoding="utf-8")
    outcome = mwa("antenna", "mine.toml", "--plots", "out", "--json")
    assert outcome.exit_code == 0, outcome.output
    report = json.loads(outcome.stdout)
    assert report["antenna"] == "mine"
    assert report["lost_fraction"] == pytest.approx(report["lost_by_part"]["sheath"])
    assert report["lost_fraction"] > 0.0
    sweep = report["s11_over_frequency"]
    assert sweep["frequency_Hz"] == pytest.approx([1.96e9, 2.205e9, 2.45e9, 2.695e9, 2.94e9])
    assert sweep["s11_dB"][2] == pytest.approx(report["s11_dB"], abs=0.1)
    names = {path.name for path in (here / "out").iterdir()}
    assert names == {"sar-liver.png", "s11.png", "heating.png"}
    for name in names:
        assert imread(here / "out" / name)[..., :3].std() > 0.05
    assert "Pictures  out" in outcome.stderr


def test_losses_kept_from_another_frequency_are_mentioned(here):
    (here / "mine.toml").write_text(MINE, encoding="utf-8")
    assert "as at 2.45 GHz" not in mwa("antenna", "mine.toml").stdout
    text = mwa("antenna", "mine.toml", "--frequency", "2.4 GHz").stdout
    assert "as at 2.45 GHz at every frequency: sheath" in text


def refused(*arguments):
    outcome = mwa("antenna", *arguments)
    assert outcome.exit_code == 2, outcome.output
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    return errors(outcome)


def test_every_mistake_in_the_options_is_named(here):
    (here / "file").write_text("", encoding="utf-8")
    found = refused(
        "slot-1.7mm", "--tissue", "livr", "--tissue", "muscel", "--frequency", "2 kHz",
        "--temperature", "95", "--plots", "file/out",
    )  # fmt: skip
    assert found == [
        "--frequency: expected a frequency of at least 0.01 GHz, got 2e-06 GHz",
        "--temperature: expected a temperature like \"42 degC\", but '95' has no unit; "
        'write "95 degC"',
        f"cannot write pictures to file/out: {here / 'file'} is not a folder",
        "antenna: 'slot-1.7mm' is not in the library; did you mean 'slot-1.79mm'?",
        "unknown tissue 'livr'; did you mean 'liver'?",
        "unknown tissue 'muscel'; did you mean 'muscle'?",
    ]


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("2450", 'write "2450 MHz"'),
        ("2.45", 'write "2.45 GHz"'),
        ("915000000", 'write "915000000 Hz"'),
        ("100000", "expected 0.01 GHz to 10 GHz"),
    ],
)
def test_unit_that_is_suggested_for_a_frequency_lies_in_range(given, advice):
    (problem,) = refused(SLOT, "--frequency", given)
    assert problem == (
        f"--frequency: expected a frequency like \"2.45 GHz\", but '{given}' has no unit; {advice}"
    )


def test_parts_without_a_source_are_stated_in_their_file(here):
    sourced = 'name = "tube"\nsource = "ji2011"\nstanding = "source"'
    assumed = 'name = "sheath"\nstanding = "assumption"'
    text = MINE.replace('name = "tube"', sourced).replace('name = "sheath"', assumed)
    (here / "good.toml").write_text(text, encoding="utf-8")
    shown = mwa("antenna", "good.toml").stdout
    assert "Geometry  stated in antenna file good.toml: wire, filling\n" in shown
    assert "source (ji2011): tube\n" in shown
    assert "assumption (antenna file good.toml): sheath\n" in shown


def test_every_mistake_in_an_antenna_file_is_named(here):
    text = MINE.replace('"80 %"', '"80 mm"').replace('["0.3 mm", "0.9 mm"]', '["0.9 mm"]')
    (here / "mine.toml").write_text(text, encoding="utf-8")
    found = refused("mine.toml")
    assert any("cable.transmission" in problem for problem in found)
    assert any("filling" in problem for problem in found)


def test_maps_and_missing_files_are_refused(here):
    assert "map of absorbed power" in refused("gaussian.csv")[0]
    assert refused("nothing.toml") == ["antenna file 'nothing.toml': no such file"]


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from mwa_sim.cli.main import app; "
        "app(['antenna', '--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--tissue" in done.stdout
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {"numpy", "scipy", "numba", "skfem", "matplotlib", "meshio"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_a_sweep_without_a_traceback(here):
    tissues = [x for t in ("liver", "muscle", "fat") for x in ("--tissue", t)]
    command = [sys.executable, "-m", "mwa_sim", "antenna", SLOT, "--sweep", *tissues]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=here
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "S11 over frequency" in line:
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert out == ""
    assert "interrupted" in err
    assert "Traceback" not in err


def test_report_says_what_is_taken_as_lossless_and_help_how_a_file_is_written():
    shown = mwa("antenna", SLOT).stdout
    assert "Conductors are taken as perfect" in shown
    assert "absorbed > 20 mm hubwards" in shown
    # Whole lines of the help are wrapped.
    assert "mwa_sim.antenna.antenna_file" in mwa("antenna", "--help").stdout
