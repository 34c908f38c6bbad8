"""Scenarios side by side in worker processes of this computer."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from mwa_sim.errors import SolverError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.study.channel import packed, receive, send
from mwa_sim.study.execution import Base, Outcome, Task

ATTEMPTS = 2
"""How often a scenario is tried whose worker process dies."""

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


class Processes:
    """Runs scenarios in worker processes with one thread each.

    Each is a fresh Python with no copy of this one's state: a script needs no
    ``if __name__ == "__main__"``. It gets the base once. If it dies, by running out of memory for
    example, its scenario is tried once more and then fails; the others are not touched.

    Parameters
    ----------
    workers : int
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, base: Base, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        """See :class:`mwa_sim.study.execution.Execution`.

        Raises
        ------
        InputError
            Before anything runs, if the measures cannot be sent to another process.
        SolverError
            If no worker process can be started.
        """
        pool = _Pool(packed(sys.path), packed(base))
        waiting = deque(tasks)
        tries: Counter[int] = Counter()
        try:
            for _ in range(min(self.workers, len(waiting))):
                pool.add()
            while waiting or pool.busy:
                worker, message = pool.next()
                if isinstance(message, _Gone):
                    task = pool.remove(worker)
                    if task is not None:
                        tries[task.number] += 1
                        if tries[task.number] < ATTEMPTS:
                            waiting.appendleft(task)
                        else:
                            yield task.number, Outcome(error=_death(message.why))
                    if waiting and worker.ready:
                        pool.add()
                    elif waiting and pool.empty:
                        raise SolverError(
                            f"worker processes end before they are ready ({message.why}); their "
                            "messages are on the standard error; workers=1 needs none"
                        )
                    continue
                worker.ready, worker.task = True, None
                if waiting:
                    worker.give(waiting.popleft())
                if message is not None:
                    yield cast(tuple[int, Outcome], message)
        finally:
            pool.close()


class _Gone:
    """Stands for the end of a process."""

    def __init__(self, code: int | None) -> None:
        self.why = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class _Worker:
    def __init__(self, inbox: queue.SimpleQueue[tuple[_Worker, object]], *first: bytes) -> None:
        self.ready = False
        self.task: Task | None = None
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
        self, inbox: queue.SimpleQueue[tuple[_Worker, object]], first: tuple[bytes, ...]
    ) -> None:
        """Send what comes first, then pass on every message, and at last the end."""
        try:
            for data in first:
                send(self._to, data)
            while True:
                inbox.put((self, receive(self._from)))
        except (EOFError, OSError, ValueError):
            inbox.put((self, _Gone(self.process.wait())))

    def give(self, task: Task) -> None:
        self.task = task
        data = packed(task)
        try:
            send(self._to, data)
        except OSError:
            return  # it is gone; the listener says so

    def close(self) -> None:
        self.process.kill()
        self._listener.join()
        for stream in (self._to, self._from):
            try:
                stream.close()
            except OSError:
                continue


class _Pool:
    def __init__(self, *first: bytes) -> None:
        self._first = first
        self._inbox: queue.SimpleQueue[tuple[_Worker, object]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._interrupted = False

    def add(self) -> None:
        self._workers.append(_Worker(self._inbox, *self._first))

    @property
    def empty(self) -> bool:
        return not self._workers

    @property
    def busy(self) -> bool:
        return any(worker.task is not None for worker in self._workers)

    def next(self) -> tuple[_Worker, object]:
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

    def remove(self, worker: _Worker) -> Task | None:
        """Forget a worker that ended, and give back what it had in hand."""
        self._workers.remove(worker)
        worker.close()
        return worker.task

    def close(self) -> None:
        for worker in self._workers:
            worker.close()


def _death(why: str) -> str:
    return (
        f"the worker process ended in the middle, {ATTEMPTS} times ({why}): out of memory, or "
        "killed from outside; fewer workers need less memory"
    )
