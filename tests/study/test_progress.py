"""How far a sweep is, in lines and as a bar."""

import io

import pytest

import mwa_sim as mwa
from mwa_sim.study import progress
from mwa_sim.study.progress import SweepDisplay
from mwa_sim.study.table import Row


def rows(statuses, seconds=1.0, kept=False):
    return [
        Row(
            k, {}, {}, status, "why" if status == "failed" else "", seconds, "", len(statuses), kept
        )
        for k, status in enumerate(statuses)
    ]


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_at_intervals_with_failures_and_the_end(clock):
    stream = io.StringIO()
    show = SweepDisplay(stream=stream)
    for row in rows(["done", "done", "failed", "done", "done", "done"]):
        clock[0] += 4.0
        show(row)
    assert stream.getvalue().splitlines() == [
        "scenario 2 failed: why",
        "3 of 6 scenarios, 1 failed, 4 s each, 0:12 left",
        "6 of 6 scenarios, 1 failed, 4 s each",
    ]


def test_rows_of_a_folder_say_nothing_about_the_rate(clock):
    stream = io.StringIO()
    show = SweepDisplay(stream=stream)
    kept = rows(["done"] * 10, kept=True)
    for row in kept[:9]:
        show(row)
    clock[0] = 20.0
    show(rows(["done"] * 10)[9])
    assert stream.getvalue() == "10 of 10 scenarios, 20 s each\n"


def test_long_times_are_written_in_hours():
    assert [progress._clock(s) for s in (5, 65, 3725)] == ["0:05", "1:05", "1:02:05"]


def test_a_bar_is_taken_off_at_the_end():
    stream = io.StringIO()
    begun = []
    with SweepDisplay(lambda: begun.append(1), stream, bar=True) as show:
        for row in rows(["done", "failed"]):
            show(row)
    assert "2 of 2 scenarios, 1 failed" in stream.getvalue()
    assert begun == [1]


def test_nobody_listening_is_no_fault(plan):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    show = SweepDisplay(stream=Gone())
    for row in rows(["failed", "done"]):
        show(row)


def test_the_progress_of_runs_serves_for_sweeps(plan, capsys):
    mwa.sweep(plan, {"seed": [1, 2]}, measure=["on_time_s"], observe=mwa.progress())
    assert "2 of 2 scenarios" in capsys.readouterr().err
