"""Ctrl-C during a run.

Python lets Ctrl-C fall anywhere, also into functions that compiled code calls back.  There the
exception is lost, or comes out as another one.  What must not miss it uses the flags of this
module.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class _Deferred:
    """Handler that keeps the first Ctrl-C as a flag; the second raises."""

    def __init__(self) -> None:
        self.flag = threading.Event()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.flag.is_set():
            raise KeyboardInterrupt
        self.flag.set()


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C into a flag, so that it never falls into the middle of a step.

    A second Ctrl-C raises KeyboardInterrupt as usual.  Inside another one the flag is the same.
    Outside the main thread, where signals cannot be handled, nothing changes.

    Yields
    ------
    callable
        Whether Ctrl-C was pressed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield threading.Event().is_set
        return
    before = signal.getsignal(signal.SIGINT)
    if isinstance(before, _Deferred):
        yield before.flag.is_set
        return
    handler = _Deferred()
    try:
        signal.signal(signal.SIGINT, handler)
        yield handler.flag.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def certain_interrupt() -> Iterator[None]:
    """Let Ctrl-C raise at once, and once more at the end where that was lost on the way.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C was pressed, whatever became of it inside.
    """
    before = signal.getsignal(signal.SIGINT)
    usual = before is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        pressed.set()
        raise KeyboardInterrupt

    try:
        signal.signal(signal.SIGINT, handle)
        yield
    except Exception as error:
        if pressed.is_set():
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed.is_set():
        raise KeyboardInterrupt


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an exception is Ctrl-C, or what compiled code made of it.

    Parameters
    ----------
    error : exception
        A SystemError counts if KeyboardInterrupt is among its causes.

    Returns
    -------
    bool
    """
    inside_compiled = isinstance(error, SystemError)
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        if not inside_compiled:
            return False
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
