"""``mwa-sim run``: simulate a plan, save the result, print the report."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mwa_sim.cli.console import notice_when_slow, out, out_json, say
from mwa_sim.cli.guard import FAILED, LIMIT_EXCEEDED, explain, guarded
from mwa_sim.cli.options import Debug, Json, Overrides, PlanFile, Plots, plan_with
from mwa_sim.cli.targets import plots_target, result_target
from mwa_sim.errors import InputError, MwaError

if TYPE_CHECKING:
    from mwa_sim.plan import Plan
    from mwa_sim.result import Result
    from mwa_sim.simulation import Progress

SLOW = (
    "still preparing: the first run of an installation compiles its kernels and generates the "
    "mesh of a bundled case, once"
)


@guarded
def run(
    plan: PlanFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Result file; by default the plan's name with .vtkhdf in the current folder.",
        ),
    ] = None,
    plots: Plots = None,
    overrides: Overrides = None,
    as_json: Json = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing result file.")
    ] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Write no result file.")] = False,
    debug: Debug = False,
) -> None:
    """Simulate a plan, save the result and print a report.

    Ctrl-C breaks the run off: what was simulated so far is saved and reported. A run that is
    killed leaves its frames in a file NAME.unfinished-PID.vtkhdf, which `mwa-sim show` reads.
    """
    from mwa_sim.interrupt import certain_interrupt, is_interrupt

    try:
        with notice_when_slow(SLOW) as notice:
            with certain_interrupt():
                loaded, target = _prepared(plan, overrides, output, plots, force, no_save)
            result = _simulated(loaded, notice.cancel, target, force)
    except (KeyboardInterrupt, SystemError) as pressed:
        if not is_interrupt(pressed):
            raise
        # Before the first step, pressed twice, or while the file was completed.
        completed = isinstance(pressed, KeyboardInterrupt) and pressed.args
        where = f"the result is in {pressed.args[0]}" if completed else "nothing was saved"
        say(f"interrupted; {where}")
        raise typer.Exit(FAILED) from None
    if as_json:
        out_json(result.summary())
    else:
        out(str(result))
    files = []
    if target is not None:
        # Another run may have taken the name meanwhile.
        path = target.with_name(getattr(result.frames, "path", target).name)
        files = [f"Result    {path} (ParaView opens it; mwa-sim show {path})"]
    failed, pictures = _drawn(result, plots)
    if files or pictures:
        (say if as_json else out)("\n".join(["", *files, *pictures]))
    _finish(result, failed)


def _prepared(
    plan: Path,
    overrides: list[str] | None,
    output: Path | None,
    plots: Path | None,
    force: bool,
    no_save: bool,
) -> tuple[Plan, Path | None]:
    """The plan and the result file, or every mistake in plan and options at once."""
    problems: list[str] = []
    target: Path | None = None
    loaded: Plan | None = None
    try:
        if plots is not None:
            plots_target(plots)
    except InputError as error:
        problems += error.problems
    try:
        if not no_save:
            target = result_target(plan, output, force)
        elif output is not None:
            problems.append("--no-save and -o exclude each other; remove one of them")
    except InputError as error:
        problems += error.problems
    try:
        loaded = plan_with(plan, overrides)
    except MwaError as error:
        problems += error.problems
    if problems or loaded is None:
        raise InputError(problems)
    return loaded, target


def _simulated(plan: Plan, begun: Callable[[], None], target: Path | None, force: bool) -> Result:
    """Run the plan; its frames go to the file as they come."""
    from mwa_sim.interrupt import deferred_interrupt

    # From here on, so that no import or compiled function of the set-up swallows Ctrl-C.
    with deferred_interrupt():
        from mwa_sim.observe import progress
        from mwa_sim.simulation import simulate

        started = time.monotonic()
        with progress() as display:

            def observe(state: Progress) -> None:
                begun()
                display(state)

            result = simulate(plan, observe, to=target, overwrite=force)
    end = float(result.frames_t[-1])
    say(f"simulated {end:.4g} s in {time.monotonic() - started:.1f} s")
    for label, antenna in zip(result.antenna_labels, result.antennas, strict=True):
        for note in antenna.get("notes", ()):
            which = f"{label}: " if len(result.antennas) > 1 else ""
            say(f"note: {which}{note}")
    return result


def _drawn(result: Result, folder: Path | None) -> tuple[bool, list[str]]:
    """Draw the pictures; whether that failed, and a line about them."""
    if folder is None:
        return False, []
    from mwa_sim.plot import save_all

    say("drawing pictures")
    try:
        paths = save_all(result, folder)
    except Exception as error:
        explain(error)
        return True, []
    return False, [f"Pictures  {folder}: {', '.join(path.name for path in paths)}"]


def _finish(result: Result, failed: bool) -> None:
    """End with the exit code that the result deserves."""
    if result.status == "interrupted":
        say(f"interrupted at {float(result.frames_t[-1]):.4g} s; this is what was simulated so far")
    if failed or result.status == "interrupted":
        raise typer.Exit(FAILED)
    organs = result.summary()["organs_at_risk"]
    exceeded = [name for name, organ in organs.items() if organ["status"] == "exceeded"]
    if exceeded:
        say(f"over the limit of an organ at risk: {', '.join(exceeded)} (exit code 3)")
        raise typer.Exit(LIMIT_EXCEEDED)
