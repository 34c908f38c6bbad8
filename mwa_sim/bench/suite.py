"""Run benchmarks side by side in processes, and gather what they find."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from mwa_sim.bench.benchmark import Benchmark, Effort, Findings
from mwa_sim.bench.discovery import load
from mwa_sim.errors import SolverError
from mwa_sim.provenance import machine, versions
from mwa_sim.study.pool import Gone, Pool

SCHEMA = "mwa_sim.bench/1"
"""Of the report as data."""


@dataclass(frozen=True)
class Suite:
    """What benchmarks are run with.

    Attributes
    ----------
    quick : bool
    folder : Path or None
        Where they are, as in :func:`mwa_sim.bench.discovery.names`.
    tell : bool
        Whether their lines of progress go to the standard error.
    """

    quick: bool
    folder: Path | None = None
    tell: bool = False


def run_suite(
    wanted: Sequence[str],
    *,
    quick: bool = False,
    workers: int = 2,
    folder: Path | None = None,
    tell: bool = False,
    started: Callable[[str], Any] | None = None,
    ended: Callable[[dict[str, Any]], Any] | None = None,
) -> dict[str, Any]:
    """Run benchmarks, each on one thread, the dear ones first.

    Parameters
    ----------
    wanted : sequence of str
        Names, in the order of the report.
    quick : bool, optional
        Coarser and less.
    workers : int, optional
        Processes side by side.
    folder : Path, optional
        Where they are, as in :func:`mwa_sim.bench.discovery.names`.
    tell : bool, optional
        Write their lines of progress to the standard error.
    started, ended : callable, optional
        Called with the name of a benchmark when it begins, and with its record when it has ended.

    Returns
    -------
    dict
        The report as data: ``schema``, ``version``, ``date``, ``quick``, ``versions``,
        ``machine``, ``status`` (``"done"`` or ``"interrupted"``), ``seconds`` and ``benchmarks``,
        a record each: the fields of :class:`~mwa_sim.bench.benchmark.Benchmark`, ``status``
        (``"done"``, ``"skipped"``, ``"failed"``, ``"not run"``), ``error``, ``skipped``,
        ``seconds``, ``rows``, ``tables``, ``figures``.
    """
    begin = perf_counter()
    benchmarks = {name: load(name, folder) for name in wanted}
    records = {name: _record(benchmark, "not run") for name, benchmark in benchmarks.items()}
    status = "done"
    waiting = sorted(wanted, key=lambda name: benchmarks[name].cost)
    pool = Pool(run_benchmark, Suite(quick, folder, tell))

    def give(worker: Any) -> None:
        if waiting:
            name = waiting.pop()
            if started is not None:
                started(name)
            worker.give(name)

    def end(record: dict[str, Any]) -> None:
        records[record["name"]] = record
        if ended is not None:
            ended(record)

    try:
        for _ in range(min(workers, len(wanted))):
            pool.add()
        while waiting or pool.busy:
            worker, message = pool.next()
            if isinstance(message, Gone):
                name = pool.remove(worker)
                if not worker.ready and pool.empty:
                    raise SolverError(f"worker processes end before they are ready ({message.why})")
                if name is not None:
                    error = f"its process ended in the middle ({message.why})"
                    end(_record(benchmarks[name], "failed", error=error))
                if waiting:
                    pool.add()
                continue
            worker.ready, worker.task = True, None
            give(worker)
            if message is not None:
                end(message)  # type: ignore[arg-type]
    except KeyboardInterrupt:
        status = "interrupted"
    finally:
        pool.close()
    return {
        "schema": SCHEMA,
        "version": versions()["mwa_sim"],
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "quick": quick,
        "versions": versions(),
        "machine": machine(),
        "status": status,
        "seconds": round(perf_counter() - begin, 1),
        "benchmarks": list(records.values()),
    }


def run_benchmark(suite: Suite, name: str) -> dict[str, Any]:
    """Run one benchmark in this process.

    Parameters
    ----------
    suite : Suite
    name : str

    Returns
    -------
    dict
        Its record, see :func:`run_suite`. An error of the benchmark is a record as well.
    """
    benchmark = load(name, suite.folder)
    begin = perf_counter()

    def say(text: str) -> None:
        if suite.tell:
            sys.stderr.write(f"  {name}: {text}\n")
            sys.stderr.flush()

    try:
        findings = benchmark.run(Effort(suite.quick, say))
        wrong = _incomplete(benchmark, findings)
    except Exception as error:  # whatever a benchmark raises is its result
        text = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        return _record(benchmark, "failed", seconds=perf_counter() - begin, error=text)
    seconds = perf_counter() - begin
    if wrong:
        return _record(benchmark, "failed", findings, seconds=seconds, error=wrong)
    status = "done" if findings.rows else "skipped"
    return _record(benchmark, status, findings, seconds=seconds)


def missed(report: dict[str, Any], kind: str) -> list[str]:
    """What did not pass among the benchmarks of a kind.

    Parameters
    ----------
    report : dict
        Of :func:`run_suite`.
    kind : {"verification", "validation"}

    Returns
    -------
    list of str
        ``"name: quantity"`` for every row that missed, ``"name: failed"`` for a benchmark that
        ended in an error.
    """
    found = []
    for record in report["benchmarks"]:
        if record["kind"] != kind:
            continue
        if record["status"] == "failed":
            found.append(f"{record['name']}: failed")
        found += [
            f"{record['name']}: {row['quantity']}"
            for row in record["rows"]
            if row["verdict"] == "miss"
        ]
    return found


def _incomplete(benchmark: Benchmark, findings: Findings) -> str:
    """What a benchmark owes its reader and did not give."""
    if not findings.rows and not findings.skipped:
        return "it found nothing, and does not say why"
    if benchmark.kind == "validation":
        bare = [row.quantity for row in findings.rows if row.band is None]
        if bare:
            return f"without a band of uncertainty: {', '.join(bare)}"
    return ""


def _record(
    benchmark: Benchmark,
    status: str,
    findings: Findings | None = None,
    *,
    seconds: float = 0.0,
    error: str = "",
) -> dict[str, Any]:
    findings = findings or Findings()
    return {
        "name": benchmark.name,
        "kind": benchmark.kind,
        "title": benchmark.title,
        "question": benchmark.question,
        "evidence_for": benchmark.evidence_for,
        "assumes": list(benchmark.assumes),
        "calibrated_on": benchmark.calibrated_on,
        "sources": list(benchmark.sources),
        "status": status,
        "error": error,
        "skipped": findings.skipped,
        "seconds": round(seconds, 1),
        "rows": [row.as_data() for row in findings.rows],
        "tables": [
            {
                "title": table.title,
                "header": list(table.header),
                "rows": [list(row) for row in table.rows],
                "note": table.note,
            }
            for table in findings.tables
        ],
        "figures": [
            {"title": figure.title, "caption": figure.caption, "svg": figure.svg}
            for figure in findings.figures
        ],
    }
