"""A study as a table that people read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

MOST_ROWS = 40
"""Rows shown of a longer table; the first and the last ones."""

# The package keeps metres; people think of places and sizes in millimetres.
_SHOWN = {"m": ("mm", 1e3), "Hz": ("GHz", 1e-9)}


def study_text(
    columns: Sequence[str],
    units: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
    status: str,
) -> str:
    """Aligned columns, errors below, and a line that counts.

    Parameters
    ----------
    columns : sequence of str
        All columns; that of the errors is not shown.
    units : mapping of str to str
    rows : sequence of mappings of columns to values
    notes : sequence of str
    status : str
        Of the study.
    """
    shown = [name for name in columns if name not in ("error", "seconds")]
    if all(row["status"] == "done" for row in rows):
        shown.remove("status")
    scales = {name: _SHOWN.get(units.get(name, ""), (units.get(name, ""), 1.0)) for name in shown}
    cells = [list(shown), [scales[name][0] for name in shown]]
    kept = list(rows)
    if len(kept) > MOST_ROWS:
        kept = [*kept[: MOST_ROWS - 5], *kept[-5:]]
    cells += [[_cell(row[name], scales[name][1]) for name in shown] for row in kept]
    if not any(cells[1]):
        del cells[1]
    lines = _aligned(cells)
    if len(rows) > len(kept):
        lines.insert(len(lines) - 5, f"... {len(rows) - len(kept)} more")
    reasons: dict[str, list[int]] = {}
    for row in rows:
        if row["error"]:
            reasons.setdefault(row["error"], []).append(row["scenario"])
    if reasons:
        lines += ["", "Failed"]
    lines += [f"  {_numbers(which)}: {reason}" for reason, which in reasons.items()]
    lines += ["", _count(rows, status)]
    lines += [f"note: {note}" for note in notes]
    return "\n".join(lines)


def _aligned(cells: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _cell(value: Any, scale: float) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int) and scale == 1.0:
        return str(value)
    if isinstance(value, (int, float)):
        return "-" if math.isnan(value) else f"{value * scale:.5g}"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _numbers(which: list[int]) -> str:
    few = ", ".join(map(str, which[:8]))
    noun = "scenario" if len(which) == 1 else "scenarios"
    return f"{noun} {few}{f' and {len(which) - 8} more' if len(which) > 8 else ''}"


def _count(rows: Sequence[Mapping[str, Any]], status: str) -> str:
    counts = Counter(row["status"] for row in rows)
    parts = [f"{number} {name}" for name, number in counts.most_common()]
    plural = "" if len(rows) == 1 else "s"
    end = "; interrupted" if status == "interrupted" and "interrupted" not in counts else ""
    return f"{len(rows)} scenario{plural}: {', '.join(parts) or 'none'}{end}"
