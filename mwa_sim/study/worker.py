"""A worker process: gets a function and its base once, then answers one task after the other."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import IO, Any

from mwa_sim.study.channel import packed, receive, send


def main() -> None:
    """Serve the study that started this process until it closes the pipe."""
    # Ctrl-C is for the study, which ends its workers by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming = sys.stdin.buffer
    # What a measure prints must not get among the messages.
    outgoing = os.fdopen(os.dup(1), "wb")
    try:
        os.dup2(2, 1)
    except OSError:  # started without a standard error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    sys.path[:] = receive(incoming)
    function, base = receive(incoming)
    tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, tasks), daemon=True).start()
    send(outgoing, packed(None))
    while True:
        task = tasks.get()
        answer = function(base, task)
        try:
            send(outgoing, packed(answer))
        except OSError:
            os._exit(1)


def _listen(incoming: IO[bytes], tasks: queue.SimpleQueue[Any]) -> None:
    """Pass tasks on; end the process, in the middle of a run if need be, when the study is gone."""
    while True:
        try:
            tasks.put(receive(incoming))
        except (EOFError, OSError):
            os._exit(0)
