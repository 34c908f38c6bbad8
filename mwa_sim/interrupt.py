"""Ctrl-C during a run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C into a flag, so that it never falls into the middle of a step.

    A second Ctrl-C raises KeyboardInterrupt as usual.  Outside the main thread, where signals
    cannot be handled, nothing changes.

    Yields
    ------
    callable
        Whether Ctrl-C was pressed.
    """
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def handle(number: int, frame: FrameType | None) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    try:
        signal.signal(signal.SIGINT, handle)
        yield flag.is_set
    finally:
        signal.signal(signal.SIGINT, before)
