"""Exit codes, and the one place where errors become messages."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import typer

from mwa_sim.cli.console import OutputError, say
from mwa_sim.errors import MwaError, SolverError

FAILED = 1
BAD_INPUT = 2
LIMIT_EXCEEDED = 3

_Command = TypeVar("_Command", bound=Callable[..., None])


def guarded(command: _Command) -> _Command:
    """Give a command the exit codes and messages that all commands share.

    0 done, 1 failed or interrupted, 2 bad input, 3 done but a safety limit was exceeded. A mistake
    of the user never shows a traceback; with ``--debug`` any error does.
    """

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except typer.Exit:
            raise
        except (Exception, KeyboardInterrupt) as error:
            if options.get("debug"):
                say(traceback.format_exc())
            raise typer.Exit(explain(error)) from None

    return wrapped  # type: ignore[return-value]


def explain(error: BaseException) -> int:
    """Say what went wrong, and give the exit code for it.

    Parameters
    ----------
    error : exception

    Returns
    -------
    int
    """
    from mwa_sim.interrupt import is_interrupt

    if is_interrupt(error):
        say("interrupted")
        return FAILED
    if isinstance(error, MwaError):
        for problem in dict.fromkeys(error.problems):
            say("error: " + problem.replace("\n", "\n       "))
        return FAILED if isinstance(error, (SolverError, OutputError)) else BAD_INPUT
    detail = str(error).strip().partition("\n")[0]
    say(f"error: {type(error).__name__}{': ' if detail else ''}{detail}")
    say("This is a fault of mwa-sim and not of your input; --debug shows where it happened.")
    return FAILED


@contextmanager
def finishing() -> Iterator[None]:
    """Hold Ctrl-C back until what is inside has ended: saving takes seconds, a run may take hours.

    Outside the main thread, where signals cannot be handled, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if pressed.is_set():
        raise KeyboardInterrupt
