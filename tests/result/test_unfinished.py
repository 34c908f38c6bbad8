"""Runs that are killed or whose disk is full: no made-up number, no crash, frames kept."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mwa_sim.result import load_result
from mwa_sim.result_stream import ResultStream
from mwa_sim.simulation import Simulation
from mwa_sim.unfinished import require_room, why_not_written
from tests.result.small_plan import small_plan

ROOT = Path(__file__).parents[2]

_LIMITED = """
import resource, sys
from mwa_sim.cli.guard import explain
from mwa_sim.simulation import simulate
from tests.result.small_plan import small_plan
plan = small_plan().changed({"solver.save_every": 0.02})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    simulate(plan, to=sys.argv[1])
except Exception as error:
    sys.exit(explain(error))
"""


@pytest.fixture(scope="module")
def abandoned(tmp_path_factory):
    """A file as a killed run leaves it: nothing is completed or closed."""
    stream = ResultStream(tmp_path_factory.mktemp("killed") / "run")
    for state in Simulation(small_plan(), to=stream).steps():
        if state.time >= 2.2:
            break
    shown = subprocess.run(
        [sys.executable, "-m", "mwa_sim", "show", "--json", str(stream.part)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    copy = stream.part.with_name("copy.vtkhdf")
    save = (
        "import sys; from mwa_sim.result import load_result; "
        "load_result(sys.argv[1]).save(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", save, str(stream.part), str(copy)], check=True, cwd=ROOT)
    yield load_result(copy), json.loads(shown.stdout)
    stream.discard()


def test_what_a_killed_run_had_not_recorded_is_no_number(abandoned):
    result, summary = abandoned
    assert result.killed
    assert len(result.frames_t) >= 5
    near = summary["thermocouples"]["near"]
    for name in ("peak_reading_degC", "peak_tissue_degC", "overshoot_degC", "cem43_min"):
        assert near[name] is None, name
    assert set(near["time_above_s"].values()) == {None}
    assert set(summary["energy"].values()) == {None}
    assert summary["antennas"][0]["power_on_s"] is None
    assert summary["antennas"][0]["generator_J"] is None
    assert summary["timing"]["steps"] is None
    (event,) = summary["events"]
    assert event["t_s"] == result.frames_t[-1]
    assert "killed" in event["cause"]
    # A rescued copy says the same.
    assert result.summary()["energy"] == summary["energy"]
    assert result.summary()["thermocouples"] == summary["thermocouples"]


def test_the_report_of_a_killed_run_says_so(abandoned):
    result, _ = abandoned
    text = str(result)
    assert "not recorded: the run was killed" in text
    (row,) = [line for line in text.splitlines() if line.startswith("near")]
    assert row.count("not recorded") == 2
    assert "37.0" not in row
    for word in ("Energy", "Power ", "nan"):
        assert word not in text


@pytest.mark.parametrize("limit", [200_000, 650_000])
def test_a_full_disk_ends_the_run_in_one_line(tmp_path, limit):
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path / "f.vtkhdf"), str(limit)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert "cannot write" in line
    assert "File too large" in line
    left = list(tmp_path.iterdir())
    assert ("nothing was saved" in line) == (left == [])
    for path in left:
        result = load_result(path)
        assert f"up to {result.frames_t[-1]:.4g} s" in line
        assert np.max(result.frames[-1]) > np.max(result.frames[0])
    if limit == 650_000:
        assert left


def test_a_file_is_as_it_was_after_asking_for_room(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    require_room(path, 3_000_000)
    assert path.read_bytes() == b"content"


def test_the_reason_is_that_of_the_system():
    assert why_not_written(OSError(28, "No space left on device")) == "No space left on device"
    paragraph = "x" * 100 + " (errno = 28, error message = 'No space left on device', buf = 0)"
    assert why_not_written(OSError(28, paragraph)) == "No space left on device"
    assert why_not_written(RuntimeError("first\nsecond")) == "first"
