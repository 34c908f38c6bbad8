"""One quantity of a benchmark beside its reference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Between:
    """A reference that is a range, or one-sided: ``Between(low=1.8)`` is "at least 1.8".

    Attributes
    ----------
    low, high : float
        Ends; an infinite one is open.
    """

    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"no range: from {self.low} to {self.high}")


@dataclass(frozen=True)
class Band:
    """How far a computed value spreads over the ranges of uncertain inputs.

    Attributes
    ----------
    low, high : float
        Percentiles 5 and 95 of the sample, in the unit of the row.
    median : float
    n : int
        Scenarios in the sample that gave a number.
    failed : int
        Scenarios that gave none.
    sampling : str
        As in ``"Sobol', 32 scenarios, seed 0"``.
    inputs : dict of str to str
        What varied, as in ``{"antenna.efficiency": "0.52 to 0.83"}``.
    """

    low: float
    high: float
    median: float
    n: int
    failed: int = 0
    sampling: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Row:
    """One quantity beside its reference.

    Attributes
    ----------
    quantity : str
        In the field's words, as in ``"rise at 10 mm after 60 s"``.
    value : float
        Computed; infinite where something never happens, nan where there is no number (a miss).
    reference : float or Between
        Exact, published or measured value, or the range it must lie in.
    tolerance : float
        How far the value may lie from the reference, in the unit of the row.
    unit : str
        As in ``"degC"``, ``"mm"``; empty for ratios and orders.
    reference_error : float
        Standard deviation or reading error of the reference; nan if it has none.
    source : str
        Key of the bibliography that the reference comes from; empty for an exact solution that
        the benchmark states itself.
    band : Band or None
        Spread of the value over uncertain inputs. Every row of a validation has one.
    cause : str
        The likely cause, where a miss is known and explained. Nothing is tuned to avoid it.
    """

    quantity: str
    value: float
    reference: float | Between
    tolerance: float = 0.0
    unit: str = ""
    reference_error: float = math.nan
    source: str = ""
    band: Band | None = None
    cause: str = ""

    @property
    def difference(self) -> float:
        """Value minus reference; from the nearest end of a range, and 0 inside it."""
        if not isinstance(self.reference, Between):
            return 0.0 if self.value == self.reference else self.value - self.reference
        if self.value < self.reference.low:
            return self.value - self.reference.low
        if self.value > self.reference.high:
            return self.value - self.reference.high
        return math.nan if math.isnan(self.value) else 0.0

    @property
    def passed(self) -> bool:
        """Whether the difference is at most the tolerance."""
        return abs(self.difference) <= self.tolerance

    @property
    def covered(self) -> bool | None:
        """Whether the band reaches the reference, given its error; None without a band."""
        if self.band is None:
            return None
        error = 0.0 if math.isnan(self.reference_error) else self.reference_error
        low, high = (
            (self.reference.low, self.reference.high)
            if isinstance(self.reference, Between)
            else (self.reference, self.reference)
        )
        return self.band.low <= high + error and self.band.high >= low - error

    @property
    def verdict(self) -> str:
        """``"pass"`` or ``"miss"``."""
        return "pass" if self.passed else "miss"

    def as_data(self) -> dict[str, Any]:
        """As JSON-able data; numbers that are not finite as texts."""
        reference: Any = self.reference
        if isinstance(reference, Between):
            reference = {"low": number(reference.low), "high": number(reference.high)}
        else:
            reference = number(reference)
        band = None
        if self.band is not None:
            band = {
                "low": number(self.band.low),
                "high": number(self.band.high),
                "median": number(self.band.median),
                "n": self.band.n,
                "failed": self.band.failed,
                "sampling": self.band.sampling,
                "inputs": dict(self.band.inputs),
            }
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "value": number(self.value),
            "reference": reference,
            "reference_error": number(self.reference_error),
            "difference": number(self.difference),
            "tolerance": number(self.tolerance),
            "verdict": self.verdict,
            "band": band,
            "band_covers_reference": self.covered,
            "source": self.source,
            "cause": self.cause,
        }


def number(value: float) -> float | str | None:
    """A number as JSON has it: None for nan, ``"inf"`` and ``"-inf"`` for the infinite ones."""
    if math.isnan(value):
        return None
    return float(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")
