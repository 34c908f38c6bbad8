"""One scenario of a study: what it takes to run it, and what comes out; and who may run it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from mwa_sim.errors import InputError, MwaError
from mwa_sim.heat.team import default_threads
from mwa_sim.interrupt import deferred_interrupt, is_interrupt
from mwa_sim.plan import Plan
from mwa_sim.preparation import Preparation
from mwa_sim.result import Result
from mwa_sim.simulation import simulate
from mwa_sim.study.measures import Measure


@dataclass(frozen=True)
class Task:
    """One scenario.

    Attributes
    ----------
    number : int
        Of the scenario in its study.
    key : str
        Hash of the whole plan and of what is measured.
    changes : dict of str to object
        For :meth:`Plan.changed`.
    """

    number: int
    key: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Base:
    """What all scenarios of a study share; sent to every worker once.

    Attributes
    ----------
    plan : Plan
    measures : tuple of Measure
    token : str
        Hash that tells one base from another.
    results : str or None
        Folder in which every result is saved, see :func:`result_file`.
    """

    plan: Plan
    measures: tuple[Measure, ...]
    token: str
    results: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario.

    Attributes
    ----------
    measures : dict of str to float
        Empty if it failed.
    error : str
        Why it failed; empty if it did not.
    seconds : float [s]
        Wall time.
    interrupted : bool
        Whether Ctrl-C broke it off, so that it counts for nothing.
    """

    measures: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0
    interrupted: bool = False


class Execution(Protocol):
    """Who runs the scenarios: this process, several processes, a cluster."""

    def run(self, base: Base, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        """Run scenarios and yield what came of each, in the order in which they end.

        Parameters
        ----------
        base : Base
        tasks : sequence of Task
            No two with the same key.

        Yields
        ------
        (int, Outcome)
            Number of the task; every task once. A scenario that fails is an outcome with an error.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C; what has been yielded stays valid.
        """
        ...


def execution_problems(workers: Any, cluster: Any) -> list[str]:
    """What is wrong with the processes that are to run a sweep, and with their threads."""
    problems: list[str] = []
    if cluster is not None and workers != 1:
        problems.append("give either workers, of this computer, or a cluster")
    elif isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        problems.append(f"workers: expected a whole number of at least 1, got {workers!r}")
    try:
        default_threads()
    except InputError as error:
        problems += error.problems
    return problems


class Serial:
    """Runs one scenario after the other in this process."""

    def run(self, base: Base, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        """See :class:`Execution`."""
        for task in tasks:
            with deferred_interrupt() as pressed:
                outcome = run_task(base, task)
            if outcome.interrupted:
                raise KeyboardInterrupt
            yield task.number, outcome
            if pressed():
                raise KeyboardInterrupt


def result_file(base: Base, key: str) -> Path:
    """Where the result of a scenario is saved."""
    return Path(base.results or ".") / f"{key[:16]}.vtkhdf"


def run_task(base: Base, task: Task) -> Outcome:
    """Run one scenario: change the plan, simulate it, measure.

    Depends on nothing but its arguments, so that any process can run it.

    Parameters
    ----------
    base : Base
    task : Task

    Returns
    -------
    Outcome
        With the reason where the scenario failed; only an exception that is no error, such as
        KeyboardInterrupt, passes.
    """
    started = time.perf_counter()
    try:
        result = simulate(base.plan.changed(task.changes), reuse=_shared(base.token))
        if result.status == "interrupted":
            return Outcome(interrupted=True)
        measures = {measure.name: _measured(measure, result) for measure in base.measures}
        if base.results is not None:
            result.save(result_file(base, task.key), overwrite=True)
    except Exception as error:  # whatever it is, the other scenarios go on
        if is_interrupt(error):
            return Outcome(interrupted=True)
        return Outcome(error=_reason(error), seconds=time.perf_counter() - started)
    return Outcome(measures, seconds=time.perf_counter() - started)


@lru_cache(maxsize=1)
def _shared(token: str) -> Preparation:
    """What the scenarios of one base share in this process; that of the latest base is kept."""
    return Preparation()


def _measured(measure: Measure, result: Result) -> float:
    try:
        return measure(result)
    except Exception as error:
        raise InputError(f"measure {measure.name!r}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, MwaError):
        return "; ".join(error.problems)
    detail = " ".join(str(error).split())
    return f"{type(error).__name__}: {detail}" if detail else type(error).__name__
