"""When does a thermocouple at the posterior wall stop the ablation, and what is ablated by then?

Run:  python -m benchmarks.studies.cutoff [--quick] [--workers N] [-o FOLDER]

Writes rows.csv (every run), tables.md and cutoff.png to FOLDER. Rows are kept there: the same
command goes on where it was interrupted. About ten minutes of processor time, half a minute with
--quick.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.studies.cutoff import runs, setting, table
from benchmarks.studies.cutoff.figure import picture
from benchmarks.studies.cutoff.select import Record

DEPTHS = (0.006, 0.012, 0.017)
"""Of the antenna through the pedicle, past the centre of the tumour [m]."""


def study(*, quick: bool = False, workers: int = 1, folder: Path | None = None) -> list[Record]:
    """Every row of the study.

    Parameters
    ----------
    quick : bool
        Few distances, powers and cycles, coarser elements and none of the checks.
    workers : int
        Processes side by side.
    folder : Path, optional
        Where rows are kept.
    """
    prepared = setting.described()
    shared = {"workers": workers, "folder": folder}
    case = setting.case_across(prepared, 1.5 * setting.COARSE if quick else setting.COARSE)
    found: list[Record] = []
    for view in runs.QUICK if quick else runs.VIEWS:
        found += runs.run(view, case, **shared)
    if not quick:
        found += runs.run_pedicle(setting.case_pedicle(prepared), DEPTHS, **shared)
        found += runs.run(runs.FINE, setting.case_across(prepared, 1.0), **shared)
    return found


def tables(records: list[Record]) -> str:
    """All tables as Markdown."""
    parts = [
        ("60 s cycles (ranges: tissues and cable)", table.by_distance),
        ("Cycles at equal energy", table.by_cycle),
        ("Without the rule", table.without_rule),
        ("Checks", table.checks),
        ("Through the pedicle", table.through_pedicle),
    ]
    there = {r["view"] for r in records}
    needs = {
        "Without the rule": {"no rule"},
        "Checks": there - table.NO_CHECKS,
        "Through the pedicle": {"pedicle"},
    }
    lines: list[str] = []
    for title, make in parts:
        if needs.get(title, {"rule"}) & there:
            lines += [f"## {title}", "", *make(records), ""]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run the study, print its tables, and write them with all rows and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few coarse runs, no checks")
    parser.add_argument("--workers", type=int, default=1, help="processes side by side")
    parser.add_argument("-o", "--out", type=Path, default=Path("cutoff"), help="folder")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    records = study(quick=options.quick, workers=options.workers, folder=options.out)
    text = tables(records)
    print(text)
    (options.out / "rows.csv").write_text(table.as_csv(records), encoding="utf-8")
    (options.out / "tables.md").write_text(text, encoding="utf-8")
    picture(records).savefig(options.out / "cutoff.png", dpi=110)


if __name__ == "__main__":
    main()
