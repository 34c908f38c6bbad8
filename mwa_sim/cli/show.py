"""``mwa-sim show``: a saved result once more, or a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mwa_sim.cli.console import notice_when_slow, out, out_json
from mwa_sim.cli.describe import case_data, case_notes, case_text
from mwa_sim.cli.guard import guarded
from mwa_sim.cli.options import Debug, Json, Plots
from mwa_sim.cli.run import SLOW
from mwa_sim.cli.targets import SUFFIX, plots_target
from mwa_sim.errors import InputError


@guarded
def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RESULT|CASE", help="Result file (.vtkhdf), or name or folder of a case."
        ),
    ],
    as_json: Json = False,
    plots: Plots = None,
    debug: Debug = False,
) -> None:
    """Show a saved result, or describe a case."""
    if what.lower().endswith(SUFFIX):
        _show_result(Path(what), as_json, plots)
    elif what.lower().endswith(".toml") and Path(what).name != "case.toml":
        raise InputError(
            f"'{what}' is neither a result ({SUFFIX}) nor a case; for a plan: mwa-sim check {what}"
        )
    elif plots is not None:
        raise InputError("--plots goes with a result, not with a case")
    else:
        _show_case(what, as_json)


def _show_result(file: Path, as_json: bool, plots: Path | None) -> None:
    if plots is not None:
        plots_target(plots)
    if as_json and plots is None:
        from mwa_sim.result_file import read_summary

        summary = read_summary(file)
        if summary:  # a run that was killed had no time for one
            out_json(summary)
            return
    from mwa_sim.result import load_result

    result = load_result(file)
    if as_json:
        out_json(result.summary())
    else:
        out(str(result))
    if plots is not None:
        from mwa_sim.plot import save_all

        paths = save_all(result, plots)
        if not as_json:
            out(f"\nPictures  {plots}: {', '.join(path.name for path in paths)}")


def _show_case(name: str, as_json: bool) -> None:
    from mwa_sim.case import load_case

    with notice_when_slow(SLOW):
        data = case_data(load_case(name))
    if as_json:
        out_json({"schema": "mwa-sim/case-summary/1", **data, "notes": case_notes(data)})
    else:
        out("\n".join([*case_text(data), *(f"Note     {note}" for note in case_notes(data))]))
