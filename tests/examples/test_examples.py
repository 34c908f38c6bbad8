"""The examples run as a user would run them; the Python ones quickly."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from mwa_sim.case import load_case
from mwa_sim.plan_file import load_plan
from mwa_sim.result import load_result
from tests.cli.block import mwa
from tests.real_data import real_data

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name: str, *arguments: object, monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_every_example_says_what_it_is_and_needs():
    files = [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.toml"), *EXAMPLES.glob("*/plan.toml")]
    assert len(files) >= 4
    for file in files:
        head = "".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:8])
        assert head.startswith(('"""', "# ")), file
        assert "Needs:" in head, file


def test_readme_case_is_the_plan_of_the_readme():
    plan = load_plan(EXAMPLES / "l2-metastasis.toml")
    (pulse,) = plan.protocol.pulses
    assert (pulse.power, pulse.on, pulse.off, pulse.cycles) == (40.0, 60.0, 20.0, 4)
    (rule,) = plan.protocol.rules
    assert (rule.thermocouple, rule.above, rule.action) == ("posterior_wall", 42.0, "stop")
    assert plan.protocol.cooldown.duration == 120.0
    assert [t.name for t in plan.protocol.thermocouples] == ["posterior_wall", "cord_anterior"]


def test_readme_antenna_radiates_from_the_tumour_centre():
    plan = load_plan(EXAMPLES / "l2-metastasis.toml")
    sar = plan.antenna.sar
    middle = plan.pose.point(0.5 * (sar.start + sar.end))
    assert np.linalg.norm(middle - plan.case.landmarks["tumour_centre"]) < 1e-3


def test_readme_case_stops_at_the_posterior_wall(tmp_path):
    file = tmp_path / "l2.vtkhdf"
    outcome = mwa("run", EXAMPLES / "l2-metastasis.toml", "-o", file, "--json")
    assert outcome.exit_code in (0, 3), outcome.stderr
    data = json.loads(outcome.stdout)
    (stop,) = [event for event in data["events"] if event["kind"] == "stop"]
    assert "posterior_wall reading" in stop["cause"]
    wall = data["thermocouples"]["posterior_wall"]
    assert wall["overshoot_degC"] == pytest.approx(wall["peak_tissue_degC"] - 42.0)
    assert wall["overshoot_degC"] > 0.0
    assert data["events"][-1]["t_s"] == pytest.approx(stop["t_s"] + 120.0)
    assert data["energy"]["balance_error"] < 1e-3
    zones = {zone["criterion"]: zone for zone in data["zones"]}
    assert 5.0 < zones["cem43>=240"]["mean_diameter_mm"] < 40.0
    assert load_result(file).status == "done"


def test_two_antennas_share_the_work_and_the_rule(tmp_path):
    file = tmp_path / "two.vtkhdf"
    outcome = mwa("run", EXAMPLES / "l2-bilateral.toml", "-o", file, "--json")
    assert outcome.exit_code in (0, 3), outcome.stderr
    data = json.loads(outcome.stdout)
    left, right = data["antennas"]
    assert (left["name"], right["name"]) == ("left", "right")
    assert left["tip_mm"][1] > right["tip_mm"][1]
    energies = [antenna["generator_J"] for antenna in (left, right)]
    assert sum(energies) == pytest.approx(data["energy"]["generator_J"])
    assert energies[0] == pytest.approx(energies[1])
    assert data["energy"]["balance_error"] < 1e-3
    zones = {zone["criterion"]: zone for zone in data["zones"]}
    assert zones["cem43>=240"]["coverage"]["tumour"] > 0.9
    told = load_result(file)
    assert told.antenna_power_W.shape == (2, len(told.power_t))


def test_python_session(tmp_path, monkeypatch, capsys):
    run("01_python_session.py", "--quick", "--out", tmp_path, monkeypatch=monkeypatch)
    said = capsys.readouterr().out
    assert "kind='end'" in said
    assert "front of the cord" in said
    assert load_result(tmp_path / "session.vtkhdf").case_name == "l2-metastasis"
    assert (tmp_path / "session.png").stat().st_size > 10_000


def test_power_sweep_runs_once_and_resumes(tmp_path, monkeypatch, capsys):
    run("05_power_sweep.py", "--quick", "--out", tmp_path, monkeypatch=monkeypatch)
    table = (tmp_path / "power-sweep.csv").read_text(encoding="utf-8")
    assert "9 scenarios: 9 done" in capsys.readouterr().out
    assert (tmp_path / "power-sweep.png").stat().st_size > 10_000
    run("05_power_sweep.py", "--quick", "--out", tmp_path, monkeypatch=monkeypatch)
    assert (tmp_path / "power-sweep.csv").read_text(encoding="utf-8") == table


def test_sweep_on_a_cluster(tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    run("06_sweep_on_a_cluster.py", "--quick", "--out", tmp_path, monkeypatch=monkeypatch)
    assert "4 scenarios: 4 done" in capsys.readouterr().out


def test_custom_map(tmp_path):
    plan = EXAMPLES / "02_custom_sar_map" / "plan.toml"
    outcome = mwa("run", plan, "--json", "-o", tmp_path / "map.vtkhdf")
    assert outcome.exit_code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert "pause" in [event["kind"] for event in data["events"]]
    # The map puts 0.7 W per generator watt into the tissue, nearly all of it inside the block.
    share = data["energy"]["tissue_J"] / data["energy"]["generator_J"]
    assert share == pytest.approx(0.7, rel=0.03)


def test_committed_files_of_the_custom_map_are_those_of_its_script():
    made = runpy.run_path(str(EXAMPLES / "02_custom_sar_map" / "make_files.py"))
    mesh = made["block"]()
    stored = load_case(EXAMPLES / "02_custom_sar_map").mesh
    np.testing.assert_allclose(stored.nodes, mesh.nodes, atol=1e-12)
    np.testing.assert_array_equal(stored.tets, mesh.tets)
    np.testing.assert_array_equal(stored.regions, mesh.regions)
    table = np.loadtxt(EXAMPLES / "02_custom_sar_map" / "gaussian.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(table, made["gaussian"](), rtol=1e-5)


def test_real_anatomy_without_the_data_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MWA_SIM_DATA", raising=False)
    run("03_real_anatomy.py", "--quick", monkeypatch=monkeypatch)
    run("03_real_anatomy.py", tmp_path, "--quick", monkeypatch=monkeypatch)
    said = capsys.readouterr().out
    assert said.count("MWA_SIM_DATA") == 2
    assert str(tmp_path) in said


def test_real_anatomy(monkeypatch, capsys):
    folder = real_data("cases/l3-mean-shape").parent
    run("03_real_anatomy.py", folder, "--quick", monkeypatch=monkeypatch)
    assert "l3-mean-shape" in capsys.readouterr().out


def test_an_antenna_of_ones_own_is_computed():
    outcome = mwa("antenna", EXAMPLES / "my-antenna.toml", "--tissue", "liver", "--json")
    assert outcome.exit_code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert data["antenna"] == "my-antenna"
    assert data["s11_dB"] < -10.0
    assert 0.9 < data["absorbed_fraction"] < 1.0
    assert data["power_balance_error"] < 1e-6
