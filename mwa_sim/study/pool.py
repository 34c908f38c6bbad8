"""Worker processes of this computer that answer messages: the crew of a study or of the suite."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.study.channel import packed, receive, send

ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "MWA_SIM_THREADS",
)
"""Environment variables that are 1 in a worker process."""

_POLL = 0.2


class Gone:
    """Stands for the end of a process.

    Attributes
    ----------
    why : str
        As in ``"signal 9"``.
    """

    def __init__(self, code: int | None) -> None:
        self.why = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class Worker:
    """A worker process and the task it has in hand.

    Attributes
    ----------
    ready : bool
        Whether it has answered before.
    task : object or None
        What it works on.
    """

    def __init__(self, inbox: queue.SimpleQueue[tuple[Worker, object]], *first: bytes) -> None:
        self.ready = False
        self.task: Any = None
        root = str(Path(__file__).resolve().parents[2])
        start = f"import sys; sys.path.insert(0, {root!r}); "
        start += "from mwa_sim.study.worker import main; main()"
        # Ctrl-C in a terminal is meant for the study alone.
        group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self.process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
            creationflags=group,
            start_new_session=os.name != "nt",
        )
        self._to = cast(IO[bytes], self.process.stdin)
        self._from = cast(IO[bytes], self.process.stdout)
        self._listener = threading.Thread(target=self._listen, args=(inbox, first), daemon=True)
        self._listener.start()

    def _listen(
        self, inbox: queue.SimpleQueue[tuple[Worker, object]], first: tuple[bytes, ...]
    ) -> None:
        """Send what comes first, then pass on every message, and at last the end."""
        try:
            for data in first:
                send(self._to, data)
            while True:
                inbox.put((self, receive(self._from)))
        except (EOFError, OSError, ValueError):
            inbox.put((self, Gone(self.process.wait())))

    def give(self, task: Any) -> None:
        """Send it a task."""
        self.task = task
        data = packed(task)
        try:
            send(self._to, data)
        except OSError:
            return  # it is gone; the listener says so

    def close(self) -> None:
        """End the process, in the middle of its task if need be."""
        self.process.kill()
        self._listener.join()
        for stream in (self._to, self._from):
            try:
                stream.close()
            except OSError:
                continue


class Pool:
    """Some worker processes with one thread each, and what they answer.

    Parameters
    ----------
    function : callable
        ``function(base, task)`` answers a task; one that can be imported.
    base : object
        What all tasks share; sent to every process once.

    Raises
    ------
    InputError
        If the base cannot be sent to another process.
    """

    def __init__(self, function: Callable[[Any, Any], Any], base: Any) -> None:
        self._first = (packed(sys.path), packed((function, base)))
        self._inbox: queue.SimpleQueue[tuple[Worker, object]] = queue.SimpleQueue()
        self._workers: list[Worker] = []
        self._interrupted = False

    def add(self) -> None:
        """Start a process; its first message, None, says that it is ready."""
        self._workers.append(Worker(self._inbox, *self._first))

    @property
    def empty(self) -> bool:
        """Whether no process is left."""
        return not self._workers

    @property
    def busy(self) -> bool:
        """Whether a process has a task in hand."""
        return any(worker.task is not None for worker in self._workers)

    def next(self) -> tuple[Worker, object]:
        """The next message; waits in pieces, because Ctrl-C ends no wait on Windows."""
        while not self._interrupted:
            with deferred_interrupt() as pressed:
                try:
                    message = self._inbox.get(timeout=_POLL)
                except queue.Empty:
                    message = None
            # Ctrl-C may come together with a message, and neither is to be lost.
            self._interrupted = pressed()
            if message is not None:
                return message
        raise KeyboardInterrupt

    def remove(self, worker: Worker) -> Any:
        """Forget a worker that ended, and give back what it had in hand."""
        self._workers.remove(worker)
        worker.close()
        return worker.task

    def close(self) -> None:
        """End all of them."""
        for worker in self._workers:
            worker.close()
