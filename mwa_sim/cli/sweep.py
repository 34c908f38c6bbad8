"""``mwa-sim sweep``: run a plan with other values of some of its keys, and tabulate."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mwa_sim.cli.console import notice_when_slow, out, out_json, say
from mwa_sim.cli.guard import FAILED, finishing, guarded
from mwa_sim.cli.options import Debug, Json, Overrides, PlanFile, plan_with
from mwa_sim.cli.targets import check_folder
from mwa_sim.errors import InputError

if TYPE_CHECKING:
    from mwa_sim.plan import Plan
    from mwa_sim.study.table import Study

SLOW = (
    "no scenario has ended yet; the first run of an installation also compiles its kernels and "
    "generates the mesh of a bundled case, once"
)


@guarded
def sweep(
    plan: PlanFile,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="KEY=VALUES",
            help=(
                "What varies, as in pulses.0.power='20 W, 30 W', tissues=nominal,larger-zone, or "
                "a range to sample, pulses.0.power='20 W..40 W'; keys that go together are "
                "joined by &. Repeated: all combinations."
            ),
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="WHAT",
            help=(
                "A column: peak or reading(THERMOCOUPLE); highest or cem43(ORGAN); coverage or "
                "margin(REGION); volume_ml, long_axis_mm, short_axis_mm, mean_diameter_mm; "
                "stopped_at, on_time_s, generator_kJ, tissue_kJ, balance_error. Of another zone "
                "than CEM43 >= 240 as in 'coverage(tumour, temperature>=60)'. Can be repeated."
            ),
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A sweep file (.toml) with all of these."),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="HOW", help="grid (default), sobol or latin-hypercube."),
    ] = None,
    n: Annotated[int | None, typer.Option("-n", help="How many scenarios to sample.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of the sample; 0 by default.")] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes side by side.")] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Run on a Dask cluster instead, as in tcp://host:8786, or its scheduler file.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help="Keeps every row; the same command again goes on where it was interrupted.",
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the table there as well.")
    ] = None,
    results: Annotated[
        bool, typer.Option("--results", help="Save the result of every scenario in the folder.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run again what failed before.")
    ] = False,
    overrides: Overrides = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run a plan with other values of some of its keys, and print a table.

    A scenario that fails is a row with its reason (exit code 1). Ctrl-C keeps the rows so far.
    """
    with notice_when_slow(SLOW) as notice, _warnings_in_a_line():
        loaded = plan_with(plan, overrides)
        options = _options(workers, cluster, output, results, retry_failed)
        given = _given(loaded, over, measure, file, sample, n, seed, csv, options)
        from mwa_sim.study.progress import SweepDisplay
        from mwa_sim.study.sweep import sweep as run_sweep

        with SweepDisplay(notice.cancel) as display:
            study = run_sweep(
                loaded,
                **given,
                workers=workers,
                cluster=cluster,
                folder=output,
                observe=display,
                results=results,
                retry_failed=retry_failed,
            )
    with finishing():
        if csv is not None:
            study.to_csv(csv)
    if as_json:
        out_json(study.as_data())
    else:
        out(str(study))
    _finish(study)


@contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """Say warnings as the other messages are said, without a line of the source."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: say(f"note: {message}")
        yield


def _options(
    workers: int, cluster: str | None, output: Path | None, results: bool, retry_failed: bool
) -> list[str]:
    """What is wrong with how the sweep is to be run."""
    from mwa_sim.study.execution import execution_problems

    problems = execution_problems(workers, cluster)
    for option, given in (("--results", results), ("--retry-failed", retry_failed)):
        if given and output is None:
            problems.append(f"{option} needs the folder of the sweep; give -o FOLDER")
    return problems


def _given(
    plan: Plan,
    over: list[str] | None,
    measure: list[str] | None,
    file: Path | None,
    sample: str | None,
    n: int | None,
    seed: int | None,
    csv: Path | None,
    problems: list[str],
) -> dict[str, Any]:
    """What to run, from the file and the options beside it, or every mistake in them."""
    from mwa_sim.study.job import check
    from mwa_sim.study.scenarios import SAMPLES
    from mwa_sim.study.written import read_over, read_scenarios, read_sweep_file, split_over

    written = read_sweep_file(file) if file is not None else None
    texts: dict[str, Any] = dict(written.over) if written else {}
    for text in over or ():
        try:
            key, values = split_over(text)
        except InputError as error:
            problems += error.problems
            continue
        if key in texts and not (written and key in written.over):
            problems.append(f"--over {key}: given twice; separate its values by commas")
        texts[key] = values
    listed = written.scenarios if written else []
    if listed and texts:
        problems.append("a sweep has either [[scenarios]] or values to combine, not both")
    if not listed and not texts and not problems:
        problems.append("give --over, such as --over pulses.0.power='20 W, 30 W', or --file")
    measures: Any = measure or (written.measure if written else None)
    if not measures:
        problems.append("give --measure, such as --measure 'coverage(tumour)'")
    varied: Any = read_scenarios(plan, listed, problems) or read_over(plan, texts, problems)
    try:
        if csv is not None:
            check_folder(csv.absolute().parent, str(csv))
    except InputError as error:
        problems += error.problems
    how = sample or (written.sample if written else None) or "grid"
    count = n if n is not None else (written.n if written else None)
    if how != "grid" and how in SAMPLES and count is None:
        problems.append("give -n, the number of scenarios to sample, such as -n 64")
        count = 1
    chosen = seed if seed is not None else (written.seed if written else None)
    if problems:
        # Says what else is wrong.
        check(plan, varied, measures, how, count, problems)
    if problems:
        raise InputError(problems)
    return {"over": varied, "measure": measures, "sample": how, "n": count, "seed": chosen or 0}


def _finish(study: Study) -> None:
    """End with the exit code that the study deserves."""
    if study.status == "interrupted":
        ended = sum(row.status != "interrupted" for row in study.rows)
        more = "; the same command goes on from there" if study.folder else ""
        say(f"interrupted: {ended} of {len(study.rows)} scenarios ended{more}")
        raise typer.Exit(FAILED)
    if study.failed:
        again = "; --retry-failed runs them again" if study.folder else ""
        say(f"{len(study.failed)} of {len(study.rows)} scenarios failed{again}")
        raise typer.Exit(FAILED)
