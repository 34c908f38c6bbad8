"""Rows of the study by what was varied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Record = dict[str, Any]


def chosen(records: Iterable[Record], **wanted: Any) -> list[Record]:
    """Rows that have these values."""
    return [r for r in records if all(r.get(key) == each for key, each in wanted.items())]


def one(records: Iterable[Record], **wanted: Any) -> Record:
    """The only row that has these values.

    Raises
    ------
    LookupError
        If there is none, or more than one.
    """
    found = chosen(records, **wanted)
    if len(found) != 1:
        raise LookupError(f"{len(found)} rows with {wanted}")
    return found[0]


def value(record: Record, key: str) -> float:
    """A number of a row; nan if it has none."""
    found = record.get(key)
    return math.nan if found is None else float(found)


def envelope(
    records: Sequence[Record], key: str, of: Callable[[float], float] = float
) -> tuple[float, float]:
    """Least and greatest value of some rows.

    Parameters
    ----------
    records : sequence of dict
    key : str
    of : callable
        What stands for a value, for example for one that is nan; what is nan after that is left
        out.
    """
    values = [of(value(record, key)) for record in records]
    there = [each for each in values if not math.isnan(each)]
    return (min(there), max(there)) if there else (math.nan, math.nan)
