"""``mwa-sim sweep``: tables, resuming, mistakes and exit codes."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.block import errors, mwa

POWER = "pulses.0.power=20 W, 30 W"
ON = ("--set", "pulses.0.on=2 s", "--set", "pulses.0.cycles=1")


def test_a_grid_as_a_table(plan, here):
    outcome = mwa(
        "sweep", plan(), *ON, "--over", POWER, "--over", "tissues=nominal,larger-zone",
        "--measure", "peak(wall)", "--measure", "generator_kJ", "--csv", "table.csv",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    assert lines[0].split() == [
        "scenario",
        "pulses.0.power",
        "tissues",
        "peak(wall)",
        "generator_kJ",
    ]
    assert lines[1].split() == ["W", "degC", "kJ"]
    assert lines[5].split()[:3] == ["3", "30", "larger-zone"]
    assert lines[-1] == "4 scenarios: 4 done"
    assert "4 of 4 scenarios" in outcome.stderr
    assert len((here / "table.csv").read_text().splitlines()) == 5


def test_json_of_a_sample(plan):
    outcome = mwa(
        "sweep", plan(), *ON, "--over", "pulses.0.power=20 W..40 W", "--over",
        "regions.tumour.perfusion=0.001 1/s..0.01 1/s log-uniform", "--sample", "sobol", "-n", 3,
        "--seed", 4, "--measure", "coverage(tumour, temperature>=45)", "--json",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert data["schema"] == "mwa-sim/study/1"
    assert data["units"]["regions.tumour.perfusion"] == "1/s"
    assert [row["status"] for row in data["rows"]] == ["done"] * 3
    assert all(20.0 <= row["pulses.0.power"] <= 40.0 for row in data["rows"])
    assert "2 or 4 scenarios" in data["notes"][0]


def test_the_same_command_goes_on_and_other_measures_are_refused(plan, here):
    command = ("sweep", plan(), *ON, "--over", POWER, "-o", "kept", "--measure")
    first = mwa(*command, "on_time_s")
    rows = (here / "kept" / "rows.jsonl").read_bytes()
    again = mwa(*command, "on_time_s")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert (here / "kept" / "rows.jsonl").read_bytes() == rows
    other = mwa(*command, "volume_ml")
    assert other.exit_code == 2
    assert errors(other) == [
        "folder 'kept' holds a sweep with other measures (on_time_s); give another folder"
    ]


def test_a_failed_scenario_is_exit_code_1(plan):
    command = (
        "sweep", plan(), *ON, "--over", "pose.shift.left=0 mm, 90 mm", "--measure", "on_time_s",
        "-o", "kept",
    )  # fmt: skip
    outcome = mwa(*command)
    assert outcome.exit_code == 1
    assert "scenario 1: pose: the antenna tip" in outcome.stdout
    assert "1 of 2 scenarios failed; --retry-failed runs them again" in outcome.stderr
    assert mwa(*command, "--retry-failed").exit_code == 1


def test_check_shows_values_given_for_a_region(plan):
    outcome = mwa("check", plan(), "--set", "regions.tumour.perfusion=0.003 1/s")
    assert "         but in tumour: perfusion 0.003 1/s" in outcome.stdout.splitlines()
    assert "but in" not in mwa("check", plan()).stdout


def test_a_sweep_file(plan, here):
    (here / "sweep.toml").write_text(
        'schema = "mwa-sim/sweep/1"\n'
        'measure = { energy = "generator_kJ" }\n'
        '[over]\n"pulses.0.power" = ["20 W", "30 W"]\n'
        '"pulses.0.on & cooldown.duration" = "1 s & 2 s, 2 s & 1 s"\n',
        encoding="utf-8",
    )
    outcome = mwa("sweep", plan(), "--file", "sweep.toml", "--set", "pulses.0.cycles=1", "--json")
    assert outcome.exit_code == 0, outcome.stderr
    rows = json.loads(outcome.stdout)["rows"]
    assert [row["energy"] for row in rows] == pytest.approx([0.02, 0.04, 0.03, 0.06])
    assert rows[1]["cooldown.duration"] == 1.0
    (here / "sweep.toml").write_text(
        'schema = "mwa-sim/sweep/1"\nmeasure = ["generator_kJ"]\n'
        '[[scenarios]]\n"pulses.0.power" = "20 W"\n[[scenarios]]\n"pulses.0.power" = 30\n',
        encoding="utf-8",
    )
    outcome = mwa("sweep", plan(), "--file", "sweep.toml")
    assert outcome.exit_code == 2
    assert 'got the bare number 30; write "30 W"' in errors(outcome)[0]


def test_all_mistakes_come_at_once(plan):
    outcome = mwa(
        "sweep", plan(), "--over", "pulses.0.power=20, 30 s", "--over", "tisues=nominal",
        "--over", "seed", "--measure", "peak(wal)", "--measure", "volume(tumour)",
        "--csv", "nowhere/table.csv",
    )  # fmt: skip
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    found = "\n".join(errors(outcome))
    for part in (
        'write "20 W"',
        "'s' is a time",
        "did you mean 'tissues'?",
        "--over 'seed': write KEY=VALUES",
        "did you mean 'wall'?",
        "measure 'volume(tumour)': unknown",
        "cannot write nowhere/table.csv",
    ):
        assert part in found


def test_mistakes_in_values_and_options_come_at_once(plan, monkeypatch):
    monkeypatch.setenv("MWA_SIM_THREADS", "abc")
    outcome = mwa(
        "sweep", plan(), "--over", "pulses.0.power=20, 30 s", "--over", "tisues=nominal",
        "--measure", "peak(wal)", "--workers", 0, "--sample", "sobolx", "--results",
    )  # fmt: skip
    assert outcome.exit_code == 2
    found = errors(outcome)
    for part in (
        'write "20 W"',
        "did you mean 'tissues'?",
        "did you mean 'wall'?",
        "workers: expected a whole number",
        "unknown 'sobolx'; did you mean 'sobol'?",
        "MWA_SIM_THREADS: expected a number",
        "-o FOLDER",
    ):
        assert sum(part in line for line in found) == 1, part


def test_threads_that_are_no_number_are_refused_before_the_first_run(plan, here, monkeypatch):
    monkeypatch.setenv("MWA_SIM_THREADS", "abc")
    outcome = mwa("sweep", plan(), "--over", POWER, "--measure", "on_time_s", "-o", "kept")
    assert outcome.exit_code == 2
    assert errors(outcome) == ["MWA_SIM_THREADS: expected a number of threads such as 2, got 'abc'"]
    assert not (here / "kept").exists()


def test_points_are_given_by_their_coordinates(plan, here):
    outcome = mwa(
        "sweep", plan(), *ON, "--over", "pose.tip=[0 mm, 0 mm, 1 mm], [0 mm,0 mm,0 mm]",
        "--measure", "on_time_s", "-o", "kept", "--json",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.stderr
    tips = [row["pose.tip"] for row in json.loads(outcome.stdout)["rows"]]
    assert tips == [["0 mm", "0 mm", "1 mm"], ["0 mm", "0 mm", "0 mm"]]  # as they were written
    if os.name == "posix":
        assert not (here / "kept" / "rows.jsonl").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give --over"),
        (("--over", POWER), "give --measure"),
        (("--over", POWER, "--over", POWER, "--measure", "on_time_s"), "given twice"),
        (("--over", "pulses.0.power=1 W..2 W", "--measure", "on_time_s"), "needs a list"),
        (("--over", POWER, "--measure", "on_time_s", "--workers", "0"), "workers"),
        (("--over", POWER, "--measure", "on_time_s", "-o", "plan.toml"), "is a file"),
        (("--over", POWER, "--measure", "on_time_s", "--results"), "--results needs the folder"),
        (
            ("--over", "pulses.0.power=1 W..2 W", "--measure", "on_time_s", "--sample", "sobol"),
            "-n 64",
        ),
        (
            (
                "--over",
                "pulses.0.power=40 W..20 W",
                "--measure",
                "on_time_s",
                "--sample",
                "sobol",
                "-n",
                "2",
            ),
            "the range 40 W..20 W is empty",
        ),
        (("--file", "none.toml"), "does not exist"),
        (("--over", POWER, "--measure", "on_time_s", "-n", "4"), "a grid has as many"),
    ],
)
def test_what_is_missing_or_wrong_is_said(plan, arguments, words):
    outcome = mwa("sweep", plan(), *arguments)
    assert outcome.exit_code == 2
    assert words in outcome.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_the_rows_and_ends_with_1(plan, here, workers):
    powers = ", ".join(f"{20 + k} W" for k in range(400))
    command = [
        sys.executable, "-m", "mwa_sim", "sweep", str(plan()), "--over", f"pulses.0.power={powers}",
        "--measure", "on_time_s", "-o", "kept", "--workers", str(workers),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=here
    )
    rows = here / "kept" / "rows.jsonl"
    while process.poll() is None and not (rows.exists() and rows.stat().st_size):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "the same command goes on from there" in err
    ended = len(rows.read_text().splitlines())
    assert 1 <= ended < 400
    assert f"{400 - ended} interrupted, {ended} done" in out


def test_a_cluster_that_cannot_be_reached(plan):
    command = ("sweep", plan(), *ON, "--over", POWER, "--measure", "on_time_s", "--cluster")
    outcome = mwa(*command, "somewhere")
    assert outcome.exit_code == 2
    assert "cluster: " in errors(outcome)[0]
    outcome = mwa(*command, "none.json", "--workers", 2)
    assert outcome.exit_code == 2
    assert errors(outcome) == ["give either workers, of this computer, or a cluster"]
