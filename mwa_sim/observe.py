"""Watching a run from the terminal: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
import weakref
from typing import TYPE_CHECKING, Any, Self, TextIO

if TYPE_CHECKING:
    from mwa_sim.control.event import Event
    from mwa_sim.simulation import Progress

REFRESH_S = 0.1
"""Shortest wall time [s] between two updates of the bar."""

PLAIN_SHARE = 0.1
"""Share of the planned time between two plain lines."""

PLAIN_S = 5.0
"""Wall time [s] after which a plain line is due even if little has been simulated."""


class ProgressDisplay:
    """Observer for :func:`mwa_sim.simulate` that writes to the standard error.

    It ends by itself with the run; as a context manager it also cleans up the terminal when a run
    breaks off.

    Parameters
    ----------
    stream : text stream, optional
        Standard error if not given.
    bar : bool, optional
        A live bar; by default if `stream` is a terminal.
    """

    def __init__(self, stream: TextIO | None = None, bar: bool | None = None) -> None:
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._wants_bar = _is_terminal(self._stream) if bar is None else bar
        self._bar: _Bar | None = None
        self._shown_at = float("-inf")
        self._shown_time = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show the state after a step."""
        if self._stream is None:  # a windowed program has no standard error
            return
        for event in progress.events:
            self._event(event)
        now = time.monotonic()
        ended = any(event.kind == "end" for event in progress.events)
        if self._wants_bar:
            if progress.events or now - self._shown_at >= REFRESH_S:
                self._shown_at = now
                self._live().show(progress, ended)
        elif not ended and self._line_due(progress, now):
            self._shown_at, self._shown_time = now, progress.time
            self._write(f"{_clock(progress)}  {_state(progress)}")
        if ended:
            self.close()

    def close(self) -> None:
        """Take the bar off the terminal; later calls make a new one."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line_due(self, progress: Progress, now: float) -> bool:
        if self._shown_at == float("-inf"):
            self._shown_at = now
        simulated = progress.time - self._shown_time
        waited = now - self._shown_at
        return simulated >= PLAIN_SHARE * progress.planned or waited >= PLAIN_S

    def _event(self, event: Event) -> None:
        text = f"{event.t:7.1f} s  {event.kind.replace('_', ' ')}: {event.cause}"
        if self._wants_bar:
            self._live().note(text)
        else:
            self._write(text)

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody is listening any more; the run itself is not concerned.
            self._stream = None

    def _live(self) -> _Bar:
        if self._bar is None:
            self._bar = _Bar(self._stream or sys.stderr)
            # A bar that is never closed would leave the terminal without a cursor.
            weakref.finalize(self, self._bar.close)
        return self._bar


def progress(stream: TextIO | None = None, bar: bool | None = None) -> ProgressDisplay:
    """Observer that shows how a run proceeds, on the standard error.

    Parameters
    ----------
    stream : text stream, optional
        Where to write instead.
    bar : bool, optional
        True for a live bar, False for a few plain lines; by default a bar on a terminal.

    Returns
    -------
    ProgressDisplay
        For ``simulate(plan, observe=progress())``.
    """
    return ProgressDisplay(stream, bar)


class _Bar:
    """The live bar; it knows nothing of the display, which can thus be collected."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        # Refreshed from the observer alone: a thread of its own would take time from the solver.
        console = Console(file=stream, highlight=False, markup=False, emoji=False)
        clock = TextColumn("{task.fields[clock]}", markup=False)
        state = TextColumn("{task.fields[state]}", markup=False)
        self._live = Progress(
            clock, BarColumn(bar_width=24), state, console=console, auto_refresh=False
        )
        self._task: Any = self._live.add_task("", total=1.0, clock="", state="")
        self._live.start()

    def show(self, progress: Progress, ended: bool) -> None:
        done = 1.0 if ended else min(progress.time / progress.planned, 1.0)
        self._live.update(
            self._task, completed=done, clock=_clock(progress), state=_state(progress)
        )
        self._live.refresh()

    def note(self, text: str) -> None:
        self._live.console.print(text)

    def close(self) -> None:
        self._live.stop()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _clock(progress: Progress) -> str:
    if progress.time >= progress.planned:  # pauses made it longer than planned
        return f"{progress.time:7.1f} s"
    return f"{progress.time:7.1f} of {progress.planned:.0f} s"


def _state(progress: Progress) -> str:
    readings = "".join(f", {name} {value:.1f}" for name, value in progress.readings.items())
    return f"{progress.power:.0f} W, hottest {progress.hottest:.1f}{readings} degC"
