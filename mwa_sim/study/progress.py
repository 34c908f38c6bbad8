"""How far a sweep is: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TextIO

if TYPE_CHECKING:
    from mwa_sim.study.table import Row

PLAIN_S = 10.0
"""Wall time [s] between two plain lines."""


class SweepDisplay:
    """Observer of a sweep that writes to the standard error.

    Parameters
    ----------
    begun : callable, optional
        Called with the first row.
    stream : text stream, optional
        Standard error if not given.
    bar : bool, optional
        A live bar; by default if `stream` is a terminal.
    """

    def __init__(
        self,
        begun: Callable[[], None] | None = None,
        stream: TextIO | None = None,
        bar: bool | None = None,
    ) -> None:
        self._begun = begun
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._started = self._said = time.monotonic()
        self._ended = self._run = self._failed = 0
        self._bar: Any = None
        self._task: Any = None
        terminal = self._stream is not None and not self._stream.closed and self._stream.isatty()
        self._wants_bar = terminal if bar is None else bar

    def __call__(self, row: Row) -> None:
        """Count a row and show how far the sweep is."""
        if self._ended == 0 and self._begun is not None:
            self._begun()
        self._ended += 1
        self._run += row.seconds > 0.0 and not row.kept
        if row.status == "failed":
            self._failed += 1
        text = self._text(row.total)
        if self._wants_bar:
            self._show(row.total, text)
            if self._ended == row.total:
                self.close()
            return
        now = time.monotonic()
        if row.status == "failed":
            self._say(f"scenario {row.scenario} failed: {row.error}")
        if now - self._said >= PLAIN_S or self._ended == row.total:
            self._said = now
            self._say(text)

    def _say(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody is listening any more; the sweep is not concerned.
            self._stream = None

    def _text(self, total: int) -> str:
        spent = time.monotonic() - self._started
        text = f"{self._ended} of {total} scenarios"
        if self._failed:
            text += f", {self._failed} failed"
        if self._run and spent > 0.0:
            rate = self._run / spent
            text += f", {rate:.3g} a second" if rate > 1.0 else f", {1.0 / rate:.3g} s each"
            if self._ended < total:
                text += f", {_clock((total - self._ended) / rate)} left"
        return text

    def _show(self, total: int, text: str) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            console = Console(file=self._stream, highlight=False, markup=False, emoji=False)
            state = TextColumn("{task.fields[state]}", markup=False)
            self._bar = Progress(
                BarColumn(bar_width=24), state, console=console, auto_refresh=False
            )
            self._task = self._bar.add_task("", total=total, state="")
            self._bar.start()
        self._bar.update(self._task, completed=self._ended, state=text)
        self._bar.refresh()

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _clock(seconds: float) -> str:
    """Time as ``0:42`` or ``1:02:30``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
