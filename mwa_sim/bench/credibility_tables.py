"""Tables and lists of the credibility file, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from mwa_sim.bench.credibility_evidence import Evidence, Record
from mwa_sim.bench.text import band_text, reference_text, shown


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence of str
        As long as the header.

    Returns
    -------
    list of str
    """
    lines = [_row(header), "|" + "---|" * len(header)]
    return [*lines, *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(flat(cell) for cell in cells) + " |"


def flat(text: str) -> str:
    """Text for one cell: without line breaks, bars escaped."""
    return " ".join(str(text).split()).replace("|", "\\|")


def bullets(texts: Iterable[str]) -> list[str]:
    """A Markdown list, one line each."""
    return [f"- {' '.join(text.split())}" for text in texts]


def count(found: Iterable[Evidence]) -> str:
    """How many rows are within their tolerance, as ``"12 of 14"``."""
    there = list(found)
    rows = sum(len(one.rows) for one in there)
    return f"{sum(one.passed for one in there)} of {rows}"


def percent(share: float) -> str:
    """A used share of an allowance in words."""
    if math.isinf(share):
        return "beyond any"
    if share >= 10.0:
        return f"{share:.0f} times"
    return f"{100.0 * share:.2g} %" if share < 0.1 else f"{100.0 * share:.0f} %"


def outcome(row: dict[str, Any]) -> str:
    """What a row found beside what it should be, as ``"1.2 mm, reference 3 mm +- 1"``."""
    unit = f" {row['unit']}" if row["unit"] else ""
    allowed = f", tolerance {shown(row['tolerance'])}" if row["tolerance"] else ""
    return f"{shown(row['value'])}{unit}, reference {reference_text(row)}{unit}{allowed}"


def of_benchmarks(found: Iterable[Evidence]) -> list[str]:
    """Rows of each benchmark: how many, how many pass, and how close the closest one is."""
    rows = []
    for one in found:
        share, quantity = one.closest
        rows.append(
            (
                f"`{one.record['name']}`",
                one.record["title"],
                count([one]),
                f"{percent(share)}: {quantity}" if one.rows else one.record["status"],
            )
        )
    return table(("benchmark", "what", "within tolerance", "most of a tolerance used"), rows)


def misses(there: Sequence[tuple[Record, dict[str, Any]]]) -> list[str]:
    """Rows that missed, with band, then their likely causes, those of one cause together."""
    rows = []
    causes: dict[tuple[str, str], list[str]] = {}
    for record, row in there:
        unit = f" [{row['unit']}]" if row["unit"] else ""
        reaches = {True: "yes", False: "no", None: "no band"}[row["band_covers_reference"]]
        rows.append(
            (
                f"`{record['name']}`",
                row["quantity"] + unit,
                shown(row["value"]),
                band_text(row),
                reference_text(row),
                shown(row["tolerance"]),
                reaches,
            )
        )
        cause = row["cause"] or "The cause is not known."
        causes.setdefault((record["name"], cause), []).append(row["quantity"])
    head = ("benchmark", "quantity", "computed", "band", "measured", "tolerance",
            "band reaches it")  # fmt: skip
    likely = [f"`{name}`, {'; '.join(which)}: {why}" for (name, why), which in causes.items()]
    return [*table(head, rows), "", "Likely causes:", "", *bullets(likely)]


def calibrated(records: Iterable[Record]) -> list[tuple[str, str]]:
    """Benchmarks that use a calibrated parameter, and the case it was calibrated on."""
    return [(f"`{r['name']}`", r["calibrated_on"]) for r in records if r["calibrated_on"]]
