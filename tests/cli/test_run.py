"""``mwa-sim run``: output, files, exit codes."""

import json
import signal

import numpy as np
import pytest

from mwa_sim.plan_file import load_plan
from mwa_sim.result import load_result
from mwa_sim.result_stream import ResultStream
from tests.cli.block import errors, mwa

SUMMARY_KEYS = {
    "schema", "case", "antennas", "energy", "zones", "thermocouples", "organs_at_risk", "events",
    "timing", "versions", "note",
}  # fmt: skip


def test_report_on_stdout_progress_on_stderr(finished):
    path, outcome = finished
    assert outcome.exit_code == 0
    assert "cem43>=240" in outcome.stdout
    assert "research use only" in outcome.stdout
    assert "Antenna  slot-1.6mm (wave-coupled), tip at (0.0, 0.0, 0.0) mm" in outcome.stdout
    assert f"Result    {path}" in outcome.stdout
    assert "power on: pulse 1, cycle 1 of 2: 30 W" in outcome.stderr
    assert "simulated 27 s" in outcome.stderr
    assert "power on" not in outcome.stdout
    assert outcome.stdout.startswith(str(load_result(path)))


def test_json_is_the_summary_and_nothing_else(plan, here):
    outcome = mwa("run", plan(), "--json", "--no-save")
    data = json.loads(outcome.stdout)
    assert set(data) == SUMMARY_KEYS
    assert data["schema"] == "mwa-sim/summary/1"
    assert data["energy"]["generator_J"] == pytest.approx(600.0)
    assert set(data["case"]["regions"]) == {"muscle", "tumour", "cord"}
    assert data["events"][-1]["t_s"] == pytest.approx(27.0)
    assert [path.name for path in here.iterdir()] == ["plan.toml"]


def test_saved_file_is_named_on_stderr_with_json(plan, here):
    outcome = mwa("run", plan(), "--json", "--set", "pulses.0.cycles=1")
    assert json.loads(outcome.stdout)["energy"]["generator_J"] == pytest.approx(300.0)
    assert "plan.vtkhdf" in outcome.stderr
    assert (here / "plan.vtkhdf").is_file()


def test_nothing_is_overwritten_by_default(plan, here):
    path = plan()
    short = ("--set", "pulses.0.cycles=1", "--set", "pulses.0.on=1 s")
    for _ in range(3):
        assert mwa("run", path, *short).exit_code == 0
    results = sorted(file.name for file in here.glob("*.vtkhdf"))
    assert results == ["plan-2.vtkhdf", "plan-3.vtkhdf", "plan.vtkhdf"]


def test_an_existing_output_is_refused_unless_forced(plan, here):
    taken = here / "run.vtkhdf"
    taken.write_text("something dear")
    outcome = mwa("run", plan(), "-o", taken)
    assert outcome.exit_code == 2
    assert errors(outcome) == [f"{taken} exists; choose another name, or replace it with --force"]
    assert taken.read_text() == "something dear"
    assert "power on" not in outcome.stderr
    assert mwa("run", plan(), "-o", taken, "--force").exit_code == 0
    assert load_result(taken).status == "done"


def test_two_runs_at_once_keep_both_results(plan, here, monkeypatch):
    finish = ResultStream.finish
    taken = here / "plan.vtkhdf"

    def late(self, run, summary):
        taken.write_text("of the other run")
        return finish(self, run, summary)

    monkeypatch.setattr(ResultStream, "finish", late)
    outcome = mwa("run", plan(), "--set", "pulses.0.on=1 s")
    assert outcome.exit_code == 0
    assert taken.read_text() == "of the other run"
    assert load_result(here / "plan-2.vtkhdf").status == "done"


def test_suffix_is_added_to_the_output(plan, here):
    assert mwa("run", plan(), "-o", "named", "--set", "pulses.0.on=1 s").exit_code == 0
    assert (here / "named.vtkhdf").is_file()


def test_overrides_change_the_run(plan, here):
    outcome = mwa(
        "run", plan(), "--json", "--no-save",
        "--set", "pulses.0.power=20 W", "--set", 'pulses.0.on="5 s"',
        "--set", "cooldown.duration=1 s",
    )  # fmt: skip
    data = json.loads(outcome.stdout)
    assert data["energy"]["generator_J"] == pytest.approx(200.0)
    assert data["events"][-1]["t_s"] == pytest.approx(15.0)


def test_overrides_reach_tables_that_the_plan_does_without(plan, here):
    path = plan()
    text = path.read_text(encoding="utf-8")
    assert "[solver]" not in text
    path.write_text(text.partition("[cooldown]")[0], encoding="utf-8")
    changes = {
        "solver.temperature_tolerance": "0.1 K",
        "solver.save_every": "0.5 s",
        "cooldown.duration": "3 s",
        "antenna.cooling.coolant_temperature": "20 degC",
    }
    loaded = load_plan(path, changes)
    assert loaded.solver.temperature_tolerance == 0.1
    assert loaded.solver.save_every == 0.5
    assert loaded.protocol.cooldown.duration == 3.0
    assert loaded.antenna.cooling.coolant_temperature == 20.0
    options = [part for key, value in changes.items() for part in ("--set", f"{key}={value}")]
    assert mwa("check", path, *options).exit_code == 0


def test_override_of_a_number_of_the_library_antenna(plan, here):
    outcome = mwa("check", plan(), "--json", "--set", "antenna.efficiency=50 %")
    assert json.loads(outcome.stdout)["antenna"]["efficiency"] == 0.5


def test_override_of_the_transmission(plan, here):
    outcome = mwa("check", plan(), "--json", "--set", "antenna.transmission=60 %")
    assert json.loads(outcome.stdout)["antenna"]["efficiency"] == pytest.approx(0.6 * 0.977)
    outcome = mwa("check", plan(), "--set", "antenna.cable.transmission=60 %")
    assert errors(outcome) == [
        "antenna: cable.transmission: unknown key; did you mean 'transmission'?"
    ]


def test_an_exceeded_limit_is_exit_code_3(plan, here):
    outcome = mwa("run", plan(("30 W", "150 W"), ("10 s", "40 s")), "--no-save")
    assert outcome.exit_code == 3, outcome.stderr
    assert "LIMIT EXCEEDED" in outcome.stdout
    assert "cord" in outcome.stderr.splitlines()[-1]


def test_a_rule_that_stopped_the_power_is_no_exceeded_limit(plan, here):
    outcome = mwa("run", plan(("70 degC", "38 degC")), "--no-save", "--json")
    kinds = [event["kind"] for event in json.loads(outcome.stdout)["events"]]
    assert "stop" in kinds
    assert outcome.exit_code == 0


def test_pictures(plan, here, monkeypatch):
    drawn = []

    def save_all(result, folder):
        drawn.append(result.case_name)
        folder.mkdir(parents=True)
        (folder / "a.png").write_bytes(b"")
        return [folder / "a.png"]

    monkeypatch.setattr("mwa_sim.plot.save_all", save_all, raising=False)
    outcome = mwa("run", plan(), "--no-save", "--plots", "deep/out", "--set", "pulses.0.on=1 s")
    assert outcome.exit_code == 0
    assert drawn == ["block"]
    assert "a.png" in outcome.stdout


def test_pictures_that_fail_do_not_lose_the_report(plan, here, monkeypatch):
    def save_all(result, folder):
        raise RuntimeError("no graphics here")

    monkeypatch.setattr("mwa_sim.plot.save_all", save_all, raising=False)
    outcome = mwa("run", plan(), "--plots", "out", "--set", "pulses.0.on=1 s")
    assert outcome.exit_code == 1
    assert "cem43>=240" in outcome.stdout
    assert "no graphics here" in outcome.stderr
    assert (here / "plan.vtkhdf").is_file()


def test_an_interrupted_run_is_saved_and_says_so(plan, here, monkeypatch):
    from mwa_sim.observe import ProgressDisplay

    def interrupt(self, state):
        if state.time >= 4.0:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(ProgressDisplay, "__call__", interrupt)
    outcome = mwa("run", plan())
    assert outcome.exit_code == 1
    assert "interrupted at" in outcome.stderr
    assert "cem43>=240" in outcome.stdout
    result = load_result(here / "plan.vtkhdf")
    assert result.status == "interrupted"
    assert result.events[-1].kind == "interrupted"
    assert 4.0 <= result.frames_t[-1] < 27.0
    assert np.all(np.isfinite(result.frames))


def test_an_unexpected_fault_is_one_line_unless_debugged(plan, here, monkeypatch):
    def simulate(plan, observe=None, **options):
        raise ZeroDivisionError("unlucky")

    monkeypatch.setattr("mwa_sim.simulation.simulate", simulate)
    outcome = mwa("run", plan())
    assert outcome.exit_code == 1
    assert errors(outcome) == ["ZeroDivisionError: unlucky"]
    assert "--debug" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "Traceback" in mwa("run", plan(), "--debug").stderr


def test_a_solver_failure_is_exit_code_1(plan, here, monkeypatch):
    from mwa_sim.errors import SolverError

    def simulate(plan, observe=None, **options):
        raise SolverError("the step became too small")

    monkeypatch.setattr("mwa_sim.simulation.simulate", simulate)
    outcome = mwa("run", plan())
    assert outcome.exit_code == 1
    assert errors(outcome) == ["the step became too small"]


def test_ctrl_c_while_saving_does_not_lose_the_run(plan, here, monkeypatch):
    finish = ResultStream.finish

    def interrupted(self, run, summary):
        signal.raise_signal(signal.SIGINT)
        return finish(self, run, summary)

    monkeypatch.setattr(ResultStream, "finish", interrupted)
    outcome = mwa("run", plan(), "--set", "pulses.0.on=1 s")
    assert outcome.exit_code == 1
    assert outcome.stderr.splitlines()[-1] == "interrupted; the result is in plan.vtkhdf"
    assert load_result(here / "plan.vtkhdf").status == "done"


@pytest.mark.parametrize("what_comes_of_it", ["flag", "twice", "fault"])
def test_ctrl_c_during_set_up_saves_nothing(plan, here, monkeypatch, what_comes_of_it):
    from mwa_sim.build import build as original

    def build(plan, reuse):
        made = original(plan, reuse)
        signal.raise_signal(signal.SIGINT)
        try:
            if what_comes_of_it != "flag":
                signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as pressed:
            if what_comes_of_it == "fault":
                raise SystemError("returned a result with an exception set") from pressed
            raise
        return made

    monkeypatch.setattr("mwa_sim.simulation.build", build)
    outcome = mwa("run", plan())
    assert outcome.exit_code == 1
    assert outcome.stderr == "interrupted; nothing was saved\n"
    assert [path.name for path in here.iterdir()] == ["plan.toml"]


def test_ctrl_c_before_the_first_step_saves_nothing(plan, here, monkeypatch):
    def build(plan, reuse):
        raise KeyboardInterrupt

    monkeypatch.setattr("mwa_sim.simulation.build", build)
    outcome = mwa("run", plan())
    assert outcome.exit_code == 1
    assert outcome.stderr == "interrupted; nothing was saved\n"
    assert [path.name for path in here.iterdir()] == ["plan.toml"]
