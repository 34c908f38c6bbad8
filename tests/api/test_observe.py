"""The observer of a run: plain lines without a terminal, a bar with one."""

import gc
import io
import sys

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.control.event import Event
from mwa_sim.simulation import Progress


def state(time: float, *events: Event, planned: float = 100.0) -> Progress:
    return Progress(time, planned, 40.0, 61.25, {"wall": 38.44}, events, 1, np.zeros(1))


END = Event(100.0, "end", "cooldown complete", "protocol")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_plain_lines_are_few():
    stream = io.StringIO()
    observe = mwa.progress(stream)
    observe(state(0.01, Event(0.0, "power_on", "pulse 1: 40 W", "protocol")))
    for k in range(1, 1000):
        observe(state(0.1 * k))
    observe(state(100.0, END))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "    0.0 s  power on: pulse 1: 40 W"
    assert lines[-1] == "  100.0 s  end: cooldown complete"
    assert 8 <= len(lines) - 2 <= 12
    assert lines[1].endswith("40 W, hottest 61.2, wall 38.4 degC")
    assert "\x1b" not in stream.getvalue()


def test_a_slow_run_is_heard_of(monkeypatch):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("mwa_sim.observe.time.monotonic", lambda: float(next(clock)))
    stream = io.StringIO()
    observe = mwa.progress(stream)
    for k in range(1, 11):
        observe(state(0.01 * k))
    assert 2 <= len(stream.getvalue().splitlines()) <= 5


def test_a_run_that_pauses_make_longer_shows_no_end():
    stream = io.StringIO()
    observe = mwa.progress(stream)
    observe(state(1.0))
    observe(state(140.0, planned=140.0))
    assert stream.getvalue() == "  140.0 s  40 W, hottest 61.2, wall 38.4 degC\n"


@pytest.mark.parametrize("end", [True, False], ids=["ended", "dropped"])
def test_bar_leaves_the_terminal_as_it_was(end, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    observe = mwa.progress(stream)
    observe(state(50.0, Event(42.0, "stop", "wall [too] hot", "wall")))
    if end:
        observe(state(100.0, END))
    else:
        del observe
        gc.collect()
    text = stream.getvalue()
    assert "42.0 s  stop: wall [too] hot" in text
    assert "hottest 61.2" in text
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert text.count(hidden) == text.count(shown) == 1
    assert text.index(hidden) < text.index(shown)


def test_nobody_listening_is_no_error(monkeypatch):
    closed = io.StringIO()
    closed.close()
    observe = mwa.progress(closed, bar=False)
    observe(state(1.0, END))
    observe(state(2.0, END))
    monkeypatch.setattr(sys, "stderr", None)
    mwa.progress()(state(1.0, END))


def test_nothing_is_written_to_the_standard_output(capsys):
    with mwa.progress() as observe:
        observe(state(50.0, END))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "end: cooldown complete" in captured.err
