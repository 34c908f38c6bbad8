"""Exit codes, and the one place where errors become messages."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import typer

from mwa_sim.cli.console import say
from mwa_sim.errors import MwaError, SolverError

DONE = 0
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
    if isinstance(error, KeyboardInterrupt):
        say("interrupted")
        return FAILED
    if isinstance(error, MwaError):
        for problem in dict.fromkeys(error.problems):
            say("error: " + problem.replace("\n", "\n       "))
        return FAILED if isinstance(error, SolverError) else BAD_INPUT
    detail = str(error).strip().partition("\n")[0]
    say(f"error: {type(error).__name__}{': ' if detail else ''}{detail}")
    say("This is a fault of mwa-sim and not of your input; --debug shows where it happened.")
    return FAILED
