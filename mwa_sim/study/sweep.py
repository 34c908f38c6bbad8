"""Many plans that differ in a few keys, run and measured: ``mwa.sweep``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from typing import Any

from mwa_sim.errors import DataError, InputError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.observe import ProgressDisplay
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.study.execution import (
    Base,
    Execution,
    Outcome,
    Serial,
    Task,
    execution_problems,
    result_file,
)
from mwa_sim.study.folder import RowFile, StudyFolder, restored, stored
from mwa_sim.study.job import Job, prepare
from mwa_sim.study.progress import SweepDisplay
from mwa_sim.study.table import Row, Study


def sweep(
    plan: Plan,
    over: Mapping[Any, Any] | Sequence[Mapping[str, Any]],
    *,
    measure: Mapping[str, str | Callable[[Result], Any]] | Sequence[str] | str,
    sample: str = "grid",
    n: int | None = None,
    seed: int = 0,
    workers: int = 1,
    folder: str | os.PathLike[str] | None = None,
    observe: Callable[[Row], Any] | None = None,
    where: Callable[[dict[str, Any]], Any] | None = None,
    retry_failed: bool = False,
    results: bool = False,
    cluster: Any = None,
    execution: Execution | None = None,
) -> Study:
    """Run a plan with other values of some of its keys, and measure every result.

    Everything is checked before the first run. A scenario that fails is a row with its reason; the
    others go on. Ctrl-C ends the sweep and keeps the rows that there are.

    Parameters
    ----------
    plan : Plan
    over : mapping or sequence of mappings
        Keys as in :meth:`Plan.changed` to lists of values, for all combinations of them; a tuple
        of keys to a list of tuples, for keys that go together; or :func:`mwa_sim.between` ranges
        to sample. A list of dictionaries gives the scenarios one by one. Values are numbers in
        the package's units or quoted quantities.
    measure : mapping of str to str or callable, or sequence of str
        Columns, see :mod:`mwa_sim.study.measures`; functions are called with the result.
    sample : {"grid", "sobol", "latin-hypercube"}
        How scenarios are chosen. Of a list in a sample each value is equally likely.
    n : int, optional
        How many are sampled.
    seed : int
        Of the sample; equal seeds give equal scenarios.
    workers : int
        Processes of this computer that run scenarios side by side, one thread each.
    folder : path, optional
        Where every row is kept as soon as it is there. Called again with the same folder the
        sweep runs only what is missing.
    observe : callable, optional
        Called with each :class:`Row` as it comes; ``mwa.progress()`` shows how far the sweep is.
    where : callable, optional
        Called with the changes of each scenario; those for which it does not hold are left out.
    retry_failed : bool
        Run again what failed according to the folder.
    results : bool
        Save the result of every scenario in the folder.
    cluster : str, path, distributed.Client or cluster, optional
        Dask cluster whose workers run the scenarios, instead of `workers`: the address of its
        scheduler, the file that it writes, or one of Dask's objects. Workers, started with one
        thread each, need the same version of mwa_sim; they may come and go, and a scenario whose
        worker dies is run again. Needs ``pip install "mwa-sim[cluster]"``.
    execution : Execution, optional
        What else may run the scenarios.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        Listing every mistake in keys, values, measures and options, or if the folder belongs to
        another sweep, or the cluster does not answer or has another version of mwa_sim.
    SolverError
        If no worker process can be started, or the cluster is lost; the folder keeps the rows.

    Examples
    --------
    >>> study = sweep(plan, {"pulses.0.power": ["20 W", "30 W", "40 W"]},
    ...     measure=["peak(posterior_wall)", "coverage(tumour)"])  # doctest: +SKIP
    >>> print(study)  # doctest: +SKIP
    """
    if not isinstance(plan, Plan):
        raise InputError(f"sweep() varies a Plan, got {type(plan).__name__}")
    runner, problems = _execution(workers, cluster, execution)
    if folder is None and (results or retry_failed):
        problems.append("results and retry_failed need a folder; give folder='NAME'")
    job = prepare(plan, over, measure, sample, n, seed, where, problems)
    store = None if folder is None else StudyFolder(folder, job.description)
    saved = str(store.path.resolve()) if store is not None and results else None
    base = Base(plan, job.measures, job.base_key, saved)
    known = {} if store is None else store.rows()
    if saved is not None:
        known = {key: row for key, row in known.items() if _has_result(base, key, row)}
    if isinstance(observe, ProgressDisplay):
        observe = SweepDisplay()
    rows: dict[int, Row] = {}
    notes = list(job.scenarios.notes)
    status = "done"
    with nullcontext() if store is None else store.writing() as file:
        try:
            for row in _rows(job, base, runner, known, retry_failed, file, notes):
                rows[row.scenario] = row
                if observe is not None:
                    observe(row)
        except KeyboardInterrupt:
            status = "interrupted"
    for number in range(len(job.keys)):
        if number not in rows:
            rows[number] = job.row(number, "interrupted")
    return Study(
        rows=tuple(rows[number] for number in sorted(rows)),
        inputs=job.scenarios.keys,
        measures=tuple(each.name for each in job.measures),
        units=job.units,
        axes=job.axes(),
        status=status,
        notes=tuple(notes),
        folder=None if store is None else store.path,
    )


def _execution(
    workers: int, cluster: Any, execution: Execution | None
) -> tuple[Execution, list[str]]:
    problems = execution_problems(1 if execution is not None else workers, cluster)
    if execution is not None:
        return execution, problems
    if problems:
        return Serial(), problems
    if cluster is not None:
        from mwa_sim.study.dask_execution import DaskExecution

        try:
            return DaskExecution(cluster), []
        except InputError as error:
            return Serial(), list(error.problems)
    if workers == 1:
        return Serial(), []
    from mwa_sim.study.processes import Processes

    return Processes(workers), []


def _rows(
    job: Job,
    base: Base,
    runner: Execution,
    known: Mapping[str, Mapping[str, Any]],
    retry_failed: bool,
    file: RowFile | None,
    notes: list[str],
) -> Iterator[Row]:
    """Rows as they come: first those that the folder has, then those that are run."""
    first: dict[str, int] = {}
    twins: dict[str, list[int]] = {}
    tasks: list[Task] = []
    for number, key in enumerate(job.keys):
        if key in first:
            twins.setdefault(key, []).append(number)
            continue
        first[key] = number
        kept = known.get(key)
        if kept is None or (retry_failed and kept["status"] == "failed"):
            tasks.append(Task(number, key, job.scenarios.changes[number]))
    running = {task.key for task in tasks}
    for key, number in first.items():
        if key not in running:
            yield from _with_twins(job, number, _kept(known[key]), twins.get(key, ()))
    if not tasks:
        return
    with closing(runner.run(base, tasks)) as outcomes:  # type: ignore[type-var]
        for number, outcome in outcomes:
            # Ctrl-C must not fall between a row on the disk and the same row here.
            with deferred_interrupt() as pressed:
                found = _ended(outcome)
                if file is not None:
                    try:
                        file.append(_stored(job, number, found))
                    except DataError as error:  # a full disk, say; the rows here go on
                        file = None
                        notes.append(f"{error}; from scenario {number} on rows are not kept")
                made = list(_with_twins(job, number, found, twins.get(job.keys[number], ())))
            yield from made
            if pressed():
                raise KeyboardInterrupt


def _has_result(base: Base, key: str, row: Mapping[str, Any]) -> bool:
    return row["status"] == "failed" or result_file(base, key).is_file()


def _with_twins(
    job: Job, number: int, found: dict[str, Any], twins: Sequence[int]
) -> Iterator[Row]:
    yield job.row(number, **found)
    for other in twins:
        status = "reused" if found["status"] == "done" else found["status"]
        yield job.row(other, **{**found, "status": status, "seconds": 0.0})


def _ended(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": "failed" if outcome.error else "done",
        "measures": dict(outcome.measures),
        "error": outcome.error,
        "seconds": outcome.seconds,
    }


def _stored(job: Job, number: int, found: Mapping[str, Any]) -> dict[str, Any]:
    measures = {name: stored(value) for name, value in found["measures"].items()}
    return {"key": job.keys[number], "inputs": job.inputs[number], **found, "measures": measures}


def _kept(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": line["status"],
        "measures": {name: restored(value) for name, value in line["measures"].items()},
        "error": line["error"],
        "seconds": line["seconds"],
        "kept": True,
    }
