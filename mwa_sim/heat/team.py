"""Threads that share the rows of every stage of a time step.

A step on a fine mesh takes milliseconds and has a handful of stages, after each of which all rows
must be done: the threads stay, and are handed one compiled function after the other, each with
rows of its own.  They sleep on locks in between, so that they take nothing from a busy machine;
libraries of parallel loops would spin, end the process when two threads of a program use them at
once, or hang after a fork.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.heat.sliced import CHUNK

VARIABLE = "MWA_SIM_THREADS"
"""Environment variable with the number of threads of a run."""
MOST = 4
"""Threads of a run if nothing else is asked for; more share too little work."""
FEWEST_ROWS = 12000
"""Rows of a thread below which handing over costs more than it saves."""


def default_threads() -> int:
    """Threads of a run: ``MWA_SIM_THREADS``, or the processors of this process up to four.

    Raises
    ------
    InputError
        If the variable is not a positive whole number.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        if not given.isdecimal() or int(given) < 1:
            raise InputError(f"{VARIABLE}: expected a number of threads such as 2, got {given!r}")
        return int(given)
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        available = os.cpu_count() or 1
    return max(1, min(available, MOST))


class Team:
    """Threads that work on the same vectors.

    Parameters
    ----------
    threads : int
        The calling one is one of them.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._seats: list[_Seat] = []
        self._process = 0

    def parts(self, rows: int) -> list[tuple[int, int]]:
        """Rows of each thread, first and last: whole chunks; fewer threads for few rows."""
        count = max(1, min(self.threads, rows // FEWEST_ROWS))
        chunks = -(-rows // CHUNK)
        return [*pairwise(CHUNK * (chunks * k // count) for k in range(count + 1))]

    def run(self, rows: int, work: Callable[..., None], *arguments: Any) -> None:
        """Call ``work(first, last, *arguments)`` for the rows of every thread; wait for all.

        Parameters
        ----------
        rows : int
            Of the vectors, padded.
        work : callable
            Compiled without the lock of the interpreter; does its rows alone.
        """
        own, *others = self.parts(rows)
        if not others:
            work(*own, *arguments)
            return
        if self._process != os.getpid():
            self._start()
        seats = self._seats[: len(others)]
        for seat, part in zip(seats, others, strict=True):
            seat.work = (work, part, arguments)
            seat.go.release()
        try:
            work(*own, *arguments)
        finally:
            for seat in seats:
                seat.done.acquire()
        for seat in seats:
            if seat.error is not None:
                error, seat.error = seat.error, None
                raise error

    def _start(self) -> None:
        """Begin the threads; after a fork anew, for a child has only the thread that forked."""
        self._process = os.getpid()
        self._seats = [_Seat() for _ in range(self.threads - 1)]
        for number, seat in enumerate(self._seats):
            name = f"mwa_sim rows {number}"
            threading.Thread(target=_serve, args=(seat,), name=name, daemon=True).start()
            weakref.finalize(self, seat.leave)


class _Seat:
    """What a thread waits at; it knows nothing of the team, which can thus be collected."""

    def __init__(self) -> None:
        self.go, self.done = threading.Lock(), threading.Lock()
        self.go.acquire()
        self.done.acquire()
        self.work: tuple[Callable[..., None], tuple[int, int], tuple[Any, ...]] | None = None
        self.error: BaseException | None = None

    def leave(self) -> None:
        self.work = None
        self.go.release()


def _serve(seat: _Seat) -> None:
    while True:
        seat.go.acquire()
        if seat.work is None:
            return
        work, part, arguments = seat.work
        try:
            work(*part, *arguments)
        except BaseException as error:  # raised where the work was asked for
            seat.error = error
        seat.work = None
        del work, arguments
        seat.done.release()


ALONE = Team(1)
"""The calling thread, for what is not worth sharing."""
