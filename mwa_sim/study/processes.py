"""Scenarios side by side in worker processes of this computer."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import cast

from mwa_sim.errors import SolverError
from mwa_sim.study.execution import Base, Outcome, Task, run_task
from mwa_sim.study.pool import Gone, Pool

ATTEMPTS = 2
"""How often a scenario is tried whose worker process dies."""


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
        pool = Pool(numbered_outcome, base)
        waiting = deque(tasks)
        tries: Counter[int] = Counter()
        try:
            for _ in range(min(self.workers, len(waiting))):
                pool.add()
            while waiting or pool.busy:
                worker, message = pool.next()
                if isinstance(message, Gone):
                    task = cast(Task | None, pool.remove(worker))
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


def numbered_outcome(base: Base, task: Task) -> tuple[int, Outcome]:
    """What a worker process answers to a task."""
    return task.number, run_task(base, task)


def _death(why: str) -> str:
    return (
        f"the worker process ended in the middle, {ATTEMPTS} times ({why}): out of memory, or "
        "killed from outside; fewer workers need less memory"
    )
