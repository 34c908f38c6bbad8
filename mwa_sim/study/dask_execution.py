"""Scenarios on the workers of a Dask cluster."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from mwa_sim.errors import InputError, SolverError
from mwa_sim.study.channel import packed
from mwa_sim.study.dask_cluster import client_of, cluster_problems, one_line
from mwa_sim.study.dask_crew import Crew, Ended, Introduced, Lost, Present
from mwa_sim.study.execution import Base, Outcome, Task

ATTEMPTS = 3
"""How often a scenario is tried whose worker dies; machines of a cluster are also taken away."""


class DaskExecution:
    """Runs scenarios on the workers of a Dask cluster, one at a time on each.

    The base goes to the scheduler once and to every worker once, a scenario is a small task of one
    worker, and no more scenarios are under way than there are workers. Workers may come and go: a
    scenario whose worker dies is run again on another one, and fails if that happens repeatedly.
    Workers need the same mwa_sim as this process; those that come later with another one get
    nothing to do, with a warning.

    Parameters
    ----------
    cluster : str, path, distributed.Client or cluster
        Address of a scheduler (``"tcp://host:8786"``), the file that it writes, a client, or one
        of Dask's cluster objects.

    Raises
    ------
    InputError
        If Dask is not installed or `cluster` is none of these.
    """

    def __init__(self, cluster: Any) -> None:
        problems = cluster_problems(cluster)
        if problems:
            raise InputError(problems)
        self.cluster = cluster

    def run(self, base: Base, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        """See :class:`mwa_sim.study.execution.Execution`.

        Raises
        ------
        InputError
            Before anything runs, if the measures cannot be sent, nobody answers, or workers have
            another mwa_sim.
        SolverError
            If the cluster is lost.
        """
        payload = packed(base)
        with client_of(self.cluster) as client:
            crew = Crew(client, payload, base.results)
            try:
                yield from _work(crew, tasks)
            finally:
                crew.close()


def _work(crew: Crew, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
    waiting = deque(tasks)
    tries: Counter[int] = Counter()

    def again(task: Task, why: str) -> Iterator[tuple[int, Outcome]]:
        tries[task.number] += 1
        if tries[task.number] < ATTEMPTS:
            waiting.append(task)  # the others first: it may kill the next worker as well
        else:
            yield task.number, Outcome(error=_death(why))

    while waiting or crew.jobs:
        message = crew.next()
        if isinstance(message, Lost):
            raise SolverError(
                f"the cluster is lost ({message.why}); rows of scenarios that ended are kept in "
                "the folder of the sweep, if it has one, and the same sweep goes on from there"
            )
        if isinstance(message, Present):
            for task in crew.look(message.threads):
                yield from again(task, "the scheduler lost it")
        elif isinstance(message, Introduced):
            crew.introduced(message)
        elif isinstance(message, Ended):
            task, found = message.job.task, message.found
            address = crew.done(message.job)
            if address is None:
                continue  # given to another worker meanwhile
            if isinstance(found, str):
                raise InputError(
                    f"worker {address}: cannot unpack the plan and its measures ({found}); what "
                    "they use must be installed there, or defined in the script itself"
                )
            if isinstance(found, Outcome) and not found.interrupted:
                crew.give(waiting)
                yield task.number, found
            else:
                why = "Ctrl-C there" if isinstance(found, Outcome) else one_line(found)
                yield from again(task, why)
        crew.give(waiting)


def _death(why: str) -> str:
    return (
        f"the worker of the cluster ended in the middle, {ATTEMPTS} times ({why}): out of memory, "
        "or killed from outside"
    )
