"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mwa_sim.errors import InputError

if TYPE_CHECKING:
    from mwa_sim.plan import Plan

PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="Plan file (.toml).")]

Json = Annotated[bool, typer.Option("--json", help="Write JSON to the standard output.")]

Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.", show_default=False)
]

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Replace a value of the plan, as in --set pulses.0.power='30 W'; can be repeated.",
    ),
]

Plots = Annotated[
    Path | None,
    typer.Option("--plots", metavar="DIR", help="Write pictures into this folder."),
]


def plan_with(file: Path, overrides: list[str] | None) -> Plan:
    """Load a plan with the values of ``--set``.

    Parameters
    ----------
    file : Path
    overrides : list of str or None

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        With every mistake in the options, or else in the plan.
    DataError
        If the plan cannot be read.
    """
    from mwa_sim.plan_file import load_plan, parse_override

    changes: dict[str, Any] = {}
    problems: list[str] = []
    for text in overrides or ():
        try:
            key, value = parse_override(text)
            changes[key] = value
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return load_plan(file, changes)
