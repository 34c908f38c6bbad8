"""Where the command line writes: results to the standard output, everything else beside it."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from mwa_sim.errors import MwaError


class OutputError(MwaError):
    """The standard output takes nothing more, because the disk is full for example."""


def out(text: str) -> None:
    """Write a result to the standard output; a reader that has gone away is no fault.

    Parameters
    ----------
    text : str
        Without the final newline.

    Raises
    ------
    OutputError
        If the text is lost though a reader wants it: a full disk, for example.
    """
    _write(sys.stdout, text)


def say(text: str) -> None:
    """Write a message to the standard error."""
    _write(sys.stderr, text)


def out_json(data: Any) -> None:
    """Write data as one line of JSON to the standard output."""
    out(json.dumps(data, allow_nan=False))


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows of cells as aligned lines; the last column keeps its length.

    Parameters
    ----------
    rows : sequence of rows
        All of the same length.
    indent : str, optional

    Returns
    -------
    list of str
    """
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        (indent + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


@contextmanager
def notice_when_slow(text: str, seconds: float = 6.0) -> Iterator[threading.Timer]:
    """Say something on the standard error if what follows takes long.

    Parameters
    ----------
    text : str
    seconds : float [s], optional

    Yields
    ------
    threading.Timer
        Its ``cancel()`` ends the waiting early.
    """
    timer = threading.Timer(seconds, say, (text,))
    timer.daemon = True
    timer.start()
    try:
        yield timer
    finally:
        timer.cancel()


def write_anything() -> None:
    """Make sure that no character of a name can stop the output of a result.

    A terminal or pipe in a narrow encoding shows ``?`` for what it does not know.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by whoever started the program
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except ValueError:  # closed meanwhile
        return
    except OSError as error:
        # Without this the interpreter would complain once more when it flushes the stream at its
        # end.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        # A reader may have gone, as in `| head -1` (Windows says EINVAL); on a full disk the
        # result is lost, and who asked for it must know.
        gone = isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL
        if stream is sys.stdout and not gone:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"cannot write to the standard output: {reason}") from None
