"""Scenarios in worker processes: the same numbers, and processes that die cost little."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import InputError
from mwa_sim.study.processes import ATTEMPTS

POWER = "pulses.0.power"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch):
    """Worker processes that were started."""
    import mwa_sim.study.pool as pool

    seen = []
    original = pool.Worker.__init__

    def noted(self, *arguments):
        original(self, *arguments)
        seen.append(self.process)

    monkeypatch.setattr(pool.Worker, "__init__", noted)
    yield seen
    assert [process.poll() is None for process in seen] == [False] * len(seen)


def test_workers_give_the_same_table_and_get_the_plan_once(plan, started):
    over = {POWER: [10, 20, 30, 40], "tissues": ["nominal", "larger-zone"]}
    offset = 0.5
    measure = {
        "peak": "peak(wall)",
        "shifted": lambda result: result.traces["wall"].peak + offset,
        "process": lambda result: os.getpid(),
        "threads": lambda result: int(os.environ["NUMBA_NUM_THREADS"]),
    }
    rows = []
    study = mwa.sweep(plan, over, measure=measure, workers=2, observe=rows.append)
    assert len(started) == 2
    assert sorted(row.scenario for row in rows) == list(range(8))
    assert [row.scenario for row in study] == list(range(8))
    alone = mwa.sweep(plan, over, measure={"peak": "peak(wall)"})
    np.testing.assert_allclose(study.column("peak"), alone.column("peak"), rtol=1e-6)
    np.testing.assert_allclose(study.column("shifted") - study.column("peak"), offset)
    pids = set(study.column("process"))
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids
    assert set(study.column("threads")) == {1.0}


def test_a_process_that_dies_costs_a_second_try_of_its_scenario(plan, tmp_path, started):
    def dies_once(result):
        flag = tmp_path / "died"
        if result.energy["generator_J"] > 100.0 and not flag.exists():
            flag.touch()
            os._exit(9)
        return 1.0

    study = mwa.sweep(
        plan, {POWER: [10, 20, 30]}, measure={"x": dies_once}, workers=2, folder=tmp_path / "f"
    )
    assert study.column("status").tolist() == ["done"] * 3
    assert len((tmp_path / "f" / "rows.jsonl").read_text().splitlines()) == 3
    assert len(started) in (2, 3)


def test_a_scenario_that_always_kills_its_process_fails_and_the_others_go_on(
    plan, tmp_path, started
):
    def dies(result):
        with (tmp_path / "tries").open("a") as tries:
            tries.write(f"{result.energy['generator_J']:.0f}\n")
        if 100.0 < result.energy["generator_J"] < 150.0:
            os._exit(9)
        return 1.0

    study = mwa.sweep(plan, {POWER: [10, 20, 30, 40]}, measure={"x": dies}, workers=2)
    assert study.column("status").tolist() == ["done", "failed", "done", "done"]
    assert "the worker process ended in the middle, 2 times (exit code 9)" in study.rows[1].error
    tries = (tmp_path / "tries").read_text().splitlines()
    assert tries.count("120") == ATTEMPTS
    assert len(tries) == 3 + ATTEMPTS


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_process_killed_from_outside_costs_nothing(plan, started):
    def slow(result):
        time.sleep(0.3)
        return 1.0

    rows = []

    def observe(row):
        rows.append(row)
        if len(rows) == 1:
            started[0].kill()

    study = mwa.sweep(
        plan, {POWER: [10, 20, 30, 40]}, measure={"x": slow}, workers=2, observe=observe
    )
    assert study.column("status").tolist() == ["done"] * 4
    assert len(started) == 3


def test_ctrl_c_ends_the_workers_and_keeps_the_rows(plan, started):
    def observe(row):
        raise KeyboardInterrupt

    study = mwa.sweep(
        plan, {POWER: [10, 20, 30, 40]}, measure=["on_time_s"], workers=2, observe=observe
    )
    assert study.status == "interrupted"
    assert sorted(study.column("status")) == ["done", "interrupted", "interrupted", "interrupted"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_while_waiting_ends_the_sweep(plan, started):
    def endless(result):
        time.sleep(600)

    timer = threading.Timer(3.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    study = mwa.sweep(plan, {POWER: [10, 20]}, measure={"x": endless}, workers=2)
    timer.join()
    assert study.column("status").tolist() == ["interrupted"] * 2


def test_failures_of_scenarios_are_rows_here_too(plan, started):
    study = mwa.sweep(plan, {"pose.shift.left": [0, 0.05]}, measure={"x": "volume_ml"}, workers=2)
    assert study.column("status").tolist() == ["done", "failed"]
    assert "outside the mesh" in study.rows[1].error


def test_what_a_measure_prints_does_not_disturb_the_messages(plan, started, capfd):
    def chatty(result):
        print("hello from a measure", flush=True)
        os.write(1, b"and from below\n")
        return 1.0

    study = mwa.sweep(plan, {POWER: [10, 20]}, measure={"x": chatty}, workers=2)
    assert study.column("x").tolist() == [1.0, 1.0]
    said = capfd.readouterr()
    assert "hello" not in said.out
    assert said.err.count("and from below") == 2


def test_a_measure_that_cannot_be_sent_is_refused_before_anything_starts(plan, started):
    lock = threading.Lock()
    with pytest.raises(InputError, match="use workers=1"):
        mwa.sweep(plan, {POWER: [10, 20]}, measure={"x": lambda result: lock.locked()}, workers=2)
    assert started == []


def test_processes_that_cannot_start_end_the_sweep(plan, monkeypatch, started):
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(mwa.SolverError, match="end before they are ready"):
        mwa.sweep(plan, {POWER: [10, 20]}, measure=["volume_ml"], workers=2)


def test_fewer_processes_than_asked_for_do_the_work(plan, monkeypatch, started):
    import mwa_sim.study.pool as pool

    popen = pool.subprocess.Popen

    def second_fails(command, **options):
        if started:
            command = [sys.executable, "-c", "raise SystemExit(3)"]
        return popen(command, **options)

    monkeypatch.setattr(pool.subprocess, "Popen", second_fails)
    study = mwa.sweep(plan, {POWER: [10, 20, 30]}, measure=["volume_ml"], workers=2)
    assert study.column("status").tolist() == ["done"] * 3
    assert len(started) == 2


def test_no_more_processes_than_scenarios(plan, started):
    mwa.sweep(plan, {POWER: [10]}, measure=["volume_ml"], workers=8)
    assert len(started) == 1


def test_a_script_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import mwa_sim as mwa\n"
        "from tests.study.small import small_plan\n"
        "def own(result):\n    return result.energy['generator_J']\n"
        "study = mwa.sweep(small_plan(), {'pulses.0.power': [10, 20]}, measure={'x': own},\n"
        "                  workers=2)\n"
        "print('rows', study.column('x').tolist())\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "rows [60.0, 120.0]\n"


def test_another_execution_can_run_the_scenarios(plan, runs):
    class Backwards:
        def run(self, base, tasks):
            from mwa_sim.study.execution import run_task

            for task in reversed(tasks):
                yield task.number, run_task(base, task)

    rows = []
    study = mwa.sweep(
        plan, {POWER: [10, 20]}, measure=["generator_kJ"], execution=Backwards(),
        observe=rows.append,
    )  # fmt: skip
    assert [row.scenario for row in rows] == [1, 0]
    assert study.column(POWER).tolist() == [10.0, 20.0]
