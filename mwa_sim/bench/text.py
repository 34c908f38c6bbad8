"""Findings of benchmarks as lines of text, for a terminal and for the tables of a page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from mwa_sim.bench.suite import missed

VERIFICATION_HEADER = ("quantity", "computed", "reference", "difference", "tolerance", "")
VALIDATION_HEADER = (
    "quantity", "computed", "band", "reference", "difference", "tolerance", "band reaches it", "",
)  # fmt: skip

_PLAIN = {
    "\N{DEGREE SIGN}C": "degC", "\N{DEGREE SIGN}": " deg", "\N{PLUS-MINUS SIGN}": "+-",
    "\N{GREATER-THAN OR EQUAL TO}": ">=", "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREEK CAPITAL LETTER OMEGA}": "Omega", "\N{GREEK SMALL LETTER OMEGA}": "omega",
    "\N{GREEK SMALL LETTER SIGMA}": "sigma", "\N{GREEK SMALL LETTER EPSILON}": "eps",
    "\N{GREEK SMALL LETTER ALPHA}": "alpha", "\N{GREEK SMALL LETTER LAMDA}": "lambda",
    "\N{GREEK SMALL LETTER MU}": "u", "\N{MICRO SIGN}": "u", "\N{MULTIPLICATION SIGN}": "x",
    "\N{EN DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MIDDLE DOT}": "*",
    "\N{SUPERSCRIPT TWO}": "2", "\N{SUPERSCRIPT THREE}": "3",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}  # fmt: skip


def shown(value: float | str | None, digits: int = 4) -> str:
    """A number of a record in a few digits; ``never`` for an infinite one, ``none`` for nan."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return {"inf": "never", "-inf": "-inf"}.get(value, value)
    if value == 0.0:
        return "0"
    text = f"{value:.{digits}g}"
    if "e" in text and 1e-3 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    return text.replace("e-0", "e-").replace("e+0", "e+")


def reference_text(row: dict[str, Any]) -> str:
    """Reference of a row, with its error: ``"46.4 +- 2.5"``, ``"at least 1.8"``."""
    reference = row["reference"]
    if isinstance(reference, dict):
        low, high = reference["low"], reference["high"]
        if high == "inf":
            text = f"at least {shown(low)}"
        elif low == "-inf":
            text = f"at most {shown(high)}"
        else:
            text = f"{shown(low)} to {shown(high)}"
    else:
        text = shown(reference)
    error = row["reference_error"]
    return text if error is None else f"{text} +- {shown(error, 2)}"


def band_text(row: dict[str, Any]) -> str:
    """Band of a row, as ``"24 to 31"``; empty without one."""
    band = row["band"]
    return "" if band is None else f"{shown(band['low'])} to {shown(band['high'])}"


def cells(row: dict[str, Any], kind: str) -> tuple[str, ...]:
    """A row of a record as texts, in the columns of the header of its kind."""
    unit = f" [{row['unit']}]" if row["unit"] else ""
    apart = (_difference(row), shown(row["tolerance"], 3) if row["tolerance"] else "")
    if kind == "verification":
        return (row["quantity"] + unit, shown(row["value"]), reference_text(row), *apart,
                row["verdict"])  # fmt: skip
    reaches = {True: "yes", False: "no", None: ""}[row["band_covers_reference"]]
    return (row["quantity"] + unit, shown(row["value"]), band_text(row), reference_text(row),
            *apart, reaches, row["verdict"])  # fmt: skip


def _difference(row: dict[str, Any]) -> str:
    """With its sign; nothing inside the range of a reference."""
    difference = row["difference"]
    if isinstance(row["reference"], dict) and difference == 0.0:
        return ""
    if isinstance(difference, str):
        # What never happens is no distance away.
        return ""
    sign = "+" if isinstance(difference, float) and difference > 0 else ""
    return sign + shown(difference, 3)


def lines_of(record: dict[str, Any]) -> list[str]:
    """What one benchmark found.

    Parameters
    ----------
    record : dict
        Of :func:`mwa_sim.bench.suite.run_suite`.

    Returns
    -------
    list of str
        Plain ASCII: title, a line a row, and the cause of what was missed.
    """
    lines = [f"{record['kind']}: {record['name']} - {record['title']} ({record['seconds']:g} s)"]
    if record["rows"]:
        header = VERIFICATION_HEADER if record["kind"] == "verification" else VALIDATION_HEADER
        lines += aligned([header, *(cells(row, record["kind"]) for row in record["rows"])])
    for cause, quantities in causes(record).items():
        lines += _wrapped(f"missed, {'; '.join(quantities)}: {cause}")
    if record["skipped"]:
        lines += _wrapped(f"skipped: {record['skipped']}")
    if record["error"]:
        lines += _wrapped(f"failed: {record['error'].partition(chr(10))[0]}")
    return [plain(line) for line in lines]


def causes(record: dict[str, Any]) -> dict[str, list[str]]:
    """Quantities that were missed by their likely cause.

    Parameters
    ----------
    record : dict

    Returns
    -------
    dict of str to list of str
    """
    found: dict[str, list[str]] = {}
    for row in record["rows"]:
        if row["verdict"] == "miss":
            text = row["cause"] or "the cause is not known."
            found.setdefault(text, []).append(row["quantity"])
    return found


def plain(text: str) -> str:
    """The text in ASCII, which every terminal shows."""
    for sign, instead in _PLAIN.items():
        text = text.replace(sign, instead)
    return text.encode("ascii", "replace").decode()


def closing(report: dict[str, Any]) -> list[str]:
    """How many rows passed, and which rows of verification did not.

    Parameters
    ----------
    report : dict

    Returns
    -------
    list of str
    """
    lines = []
    for kind, passes in (
        ("verification", "pass"),
        ("validation", "agree with measurements within their tolerance"),
    ):
        of_kind = [record for record in report["benchmarks"] if record["kind"] == kind]
        if not of_kind:
            continue
        rows = [row for record in of_kind for row in record["rows"]]
        good = sum(row["verdict"] == "pass" for row in rows)
        lines.append(f"{kind.capitalize()}: {good} of {len(rows)} quantities {passes}"
                     f" ({len(of_kind)} benchmarks)")  # fmt: skip
        for status in ("skipped", "failed", "not run"):
            there = [record["name"] for record in of_kind if record["status"] == status]
            if there:
                lines.append(f"  {status}: {', '.join(there)}")
        if kind == "verification":
            lines += [f"  MISSED {text}" for text in missed(report, kind)]
    return lines


def aligned(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows of cells as aligned lines, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    found = []
    for row in rows:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        found.append((indent + "  ".join([first, *rest, row[-1]])).rstrip())
    return found


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(plain(text), 100, initial_indent="    ", subsequent_indent="      ")
