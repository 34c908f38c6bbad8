"""What the rows of a benchmark report amount to as evidence for a factor of credibility."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mwa_sim.bench.inputs import input_words

Record = dict[str, Any]
"""One benchmark of a report, as :func:`mwa_sim.bench.suite.run_suite` gives it."""


@dataclass(frozen=True)
class Evidence:
    """Rows of one benchmark that count for a factor.

    Attributes
    ----------
    record : dict
        The benchmark.
    rows : sequence of dict
        Those of its rows that count; empty if it was skipped, failed or not run.
    """

    record: Record
    rows: Sequence[dict[str, Any]]

    @property
    def passed(self) -> int:
        """How many rows are within their tolerance."""
        return sum(row["verdict"] == "pass" for row in self.rows)

    @property
    def closest(self) -> tuple[float, str]:
        """Largest used share of an allowance, and the quantity of that row."""
        shares = [(used(row), str(row["quantity"])) for row in self.rows]
        return max(shares, key=lambda pair: pair[0], default=(0.0, ""))


def used(row: dict[str, Any]) -> float:
    """How much of what a row allows its value uses up: 1 is the edge, more is a miss.

    ``|value - reference| / tolerance``; for an upper bound value / bound, for a lower bound
    bound / value, where both are positive; in a range, distance from its middle over half its
    width. Tolerances widen bounds and ranges.

    Parameters
    ----------
    row : dict
        Of :meth:`mwa_sim.bench.rows.Row.as_data`.

    Returns
    -------
    float
        0 where the row passes and no such number exists, infinite where it misses and none does.
    """
    value, tolerance = as_number(row["value"]), as_number(row["tolerance"])
    otherwise = 0.0 if row["verdict"] == "pass" else math.inf
    reference = row["reference"]
    if isinstance(reference, dict):
        low, high = as_number(reference["low"]) - tolerance, as_number(reference["high"])
        high += tolerance
        if math.isfinite(low) and math.isfinite(high):
            share = _ratio(abs(value - 0.5 * (low + high)), 0.5 * (high - low))
        elif math.isfinite(high):
            share = _ratio(value, high)
        else:
            share = _ratio(low, value)
    else:
        share = _ratio(abs(as_number(row["difference"])), tolerance)
    # A bound of zero, or of another sign than the value, has no share; the verdict decides.
    agrees = (share <= 1.0 + 1e-9) == (row["verdict"] == "pass")
    return share if agrees and not math.isnan(share) else otherwise


def _ratio(part: float, whole: float) -> float:
    if part == 0.0 or not (math.isfinite(part) and whole > 0.0):
        return 0.0 if part == 0.0 else math.nan
    return max(part, 0.0) / whole


def as_number(value: Any) -> float:
    """A number of a report: None is nan, ``"inf"`` and ``"-inf"`` are infinite."""
    return math.nan if value is None else float(value)


def evidence_for(factor: dict[str, Any], records: Iterable[Record]) -> list[Evidence]:
    """Benchmarks that are evidence for a factor, with the rows that count.

    Parameters
    ----------
    factor : dict
        Of ``credibility_text.toml``: ``keys``, and ``kind`` and ``words`` if given.
    records : iterable of dict

    Returns
    -------
    list of Evidence
        Those without a row too, if that is because they did not run to the end.
    """
    words = factor.get("words", {})
    found = []
    for record in records:
        if record["evidence_for"] not in factor.get("keys", ()):
            continue
        if factor.get("kind", record["kind"]) != record["kind"]:
            continue
        rows = [row for row in record["rows"] if _named(row, words.get(record["evidence_for"], ()))]
        if rows or not record["rows"]:
            found.append(Evidence(record, rows))
    return found


def _named(row: dict[str, Any], words: Sequence[str]) -> bool:
    return not words or any(word.lower() in str(row["quantity"]).lower() for word in words)


def part_of(part: dict[str, Any], found: Iterable[Evidence]) -> list[Evidence]:
    """Rows that a part of ``credibility_text.toml`` picks, or with ``others`` all but these."""

    def picked(one: Evidence, row: dict[str, Any]) -> bool:
        return (
            one.record["name"] in part.get("benchmarks", ())
            or ("words" in part and part["words"] in str(row["quantity"]))
            or (bool(part.get("side")) and one_sided(row))
        )

    return [
        Evidence(one.record, [r for r in one.rows if picked(one, r) != bool(part.get("others"))])
        for one in found
    ]


def one_sided(row: dict[str, Any]) -> bool:
    """Whether the reference of a row is a bound."""
    reference = row["reference"]
    return isinstance(reference, dict) and (
        reference["low"] == "-inf" or reference["high"] == "inf"
    )


def of_kind(records: Iterable[Record], kind: str) -> list[Evidence]:
    """All benchmarks of a kind with all their rows."""
    return [Evidence(record, record["rows"]) for record in records if record["kind"] == kind]


def missed(found: Iterable[Evidence]) -> list[tuple[Record, dict[str, Any]]]:
    """Rows that missed, with their benchmark."""
    return [(e.record, row) for e in found for row in e.rows if row["verdict"] == "miss"]


def unfinished(found: Iterable[Evidence]) -> list[tuple[Record, str]]:
    """Benchmarks that gave no rows, or not all, and why.

    Returns
    -------
    list of (dict, str)
        As in ``"skipped: NGSolve is not installed"``.
    """
    reasons = []
    for one in found:
        record = one.record
        if record["status"] == "failed":
            reasons.append((record, f"failed: {str(record['error']).partition(chr(10))[0]}"))
        elif record["skipped"]:
            part = "skipped in part" if record["rows"] else "skipped"
            reasons.append((record, f"{part}: {record['skipped']}"))
        elif record["status"] not in ("done", "skipped"):
            reasons.append((record, str(record["status"])))
    return reasons


def varied(found: Iterable[Evidence]) -> list[str]:
    """Names of the inputs that the bands of some rows vary, each once."""
    names: dict[str, None] = {}
    for one in found:
        for row in one.rows:
            if row["band"] is not None:
                names.update(dict.fromkeys(map(input_words, row["band"]["inputs"])))
    return list(names)
