"""``mwa-sim bench``: run the benchmark suite, and write its report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mwa_sim.cli.console import out, out_json, say
from mwa_sim.cli.guard import FAILED, finishing, guarded
from mwa_sim.cli.options import Debug, Json
from mwa_sim.cli.targets import free, plots_target
from mwa_sim.errors import InputError

FOLDER = "bench-report"
FILES = ("report.json", "report.html", "credibility.md")


@guarded
def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Benchmarks, or 'verification' or 'validation'; all by default.",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Coarser and less: two minutes instead of twenty.")
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", help="Benchmarks side by side, one thread each.")
    ] = 2,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help=f"Where the report goes: {', '.join(FILES)}. Default: {FOLDER}, or a free name.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a report that is there.")] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Write no report.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show the benchmarks; run none.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Compare the program with exact solutions, other programs and measurements.

    One row a quantity: computed, reference, difference, tolerance, verdict. Verification asks
    whether the equations are solved right, and a miss of it ends with exit code 1. Validation asks
    whether they are the right equations; its misses are shown with the likely cause, and are no
    failure of the program. Ctrl-C keeps what has ended.
    """
    from mwa_sim.bench.discovery import chosen, load

    wanted = chosen(names or ())
    if listed:
        out("\n".join(_listed([load(name) for name in wanted], as_json)))
        return
    target = _target(output, force, no_save, workers)
    from mwa_sim.bench.suite import missed, run_suite
    from mwa_sim.bench.text import closing, lines_of

    running: list[str] = []
    watched = sys.stderr.isatty()

    def started(name: str) -> None:
        running.append(name)
        if watched:  # by a person; the rows come as benchmarks end
            say(f"[{len(running)}/{len(wanted)}] {name} ...")

    def ended(record: dict[str, Any]) -> None:
        if not as_json:
            out("\n".join([*lines_of(record), ""]))
        if debug and record["error"]:
            say(record["error"])

    report = run_suite(
        wanted, quick=quick, workers=workers, tell=watched, started=started, ended=ended
    )
    with finishing():
        if as_json:
            out_json(report)
        else:
            out("\n".join(closing(report)))
        if target is not None:
            from mwa_sim.bench.report import write_report

            write_report(report, target)
            say(f"report: {target / FILES[1]}")
    if report["status"] == "interrupted":
        say("interrupted; the report holds what had ended")
        raise typer.Exit(FAILED)
    if missed(report, "verification"):
        raise typer.Exit(FAILED)


def _target(output: Path | None, force: bool, no_save: bool, workers: int) -> Path | None:
    """The folder of the report, made; None where none is wanted."""
    problems = []
    if workers < 1:
        problems.append(f"--workers: write 1 or more, got {workers}")
    if no_save and (output is not None or force):
        problems.append("--no-save writes no report: leave out -o and --force")
    target = None if no_save else output or free(Path(FOLDER))
    if target is not None and not force:
        there = [name for name in FILES if (target / name).exists()]
        if there:
            problems.append(
                f"{target} holds a report already ({', '.join(there)}); choose another folder, "
                "or replace it with --force"
            )
    if target is not None:
        try:
            plots_target(target, "a report")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return target


def _listed(benchmarks: list[Any], as_json: bool) -> list[str]:
    if as_json:
        import json

        keys = ("name", "kind", "title", "question", "cost")
        return [json.dumps([{key: getattr(one, key) for key in keys} for one in benchmarks])]
    width = max(len(one.name) for one in benchmarks)
    lines: list[str] = []
    for kind in dict.fromkeys(one.kind for one in benchmarks):
        lines += ["", kind] if lines else [kind]
        lines += [
            f"  {one.name.ljust(width)}  {one.question}" for one in benchmarks if one.kind == kind
        ]
    return lines
