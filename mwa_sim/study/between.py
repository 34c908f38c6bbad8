"""Ranges to sample from: ``between("20 W", "40 W")``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray

LAWS = ("uniform", "log-uniform", "triangular", "normal")
"""Distributions that a range can have."""


@dataclass(frozen=True)
class Range:
    """A range of a plan value, with its distribution; made by :func:`between`.

    Attributes
    ----------
    low, high : float or str
        Ends, in the package's unit or as quoted quantities.
    law : str
        One of :data:`LAWS`.
    mode : float, str or None
        Most likely value of the triangular distribution.
    """

    low: Any
    high: Any
    law: str = "uniform"
    mode: Any = None

    def read(
        self, reader: Callable[[Any], float], show: Callable[[float], str] = "{:g}".format
    ) -> Range:
        """The same range in numbers.

        Parameters
        ----------
        reader : callable
            Reads one end; raises InputError.
        show : callable, optional
            Writes a number with its unit.

        Raises
        ------
        InputError
            Listing what is wrong with the ends.
        """
        found: list[str] = []
        numbers: dict[str, Any] = {}
        for name in ("low", "high", "mode"):
            given = getattr(self, name)
            if given is None:
                continue
            try:
                numbers[name] = reader(given)
            except InputError as error:
                found += error.problems
        if found:
            raise InputError(found)
        made = replace(self, **numbers)
        text = f"{show(made.low)}..{show(made.high)}"
        if not made.low < made.high:
            found.append(f"the range {text} is empty; write the lower end first")
        elif made.law == "log-uniform" and made.low <= 0.0:
            found.append(f"the range {text} is log-uniform, so its lower end must be above 0")
        elif made.mode is not None and not made.low <= made.mode <= made.high:
            found.append(
                f"the most likely value of the range {text} lies outside it: {show(made.mode)}"
            )
        if found:
            raise InputError(found)
        return made

    def at(self, u: FloatArray) -> FloatArray:
        """Quantiles of a range in numbers.

        Parameters
        ----------
        u : (n,) float array
            Probabilities between 0 and 1.

        Returns
        -------
        (n,) float array
        """
        low, high = float(self.low), float(self.high)
        if self.law == "log-uniform":
            return np.asarray(low * (high / low) ** u)
        if self.law == "triangular":
            mode = 0.5 * (low + high) if self.mode is None else float(self.mode)
            rising = u * (high - low) < mode - low
            up = low + np.sqrt(u * (high - low) * (mode - low))
            down = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
            return np.asarray(np.where(rising, up, down))
        if self.law == "normal":
            from scipy.special import ndtr, ndtri

            cut = ndtr(-2.0)
            half = 0.25 * (high - low)
            values = 0.5 * (low + high) + half * ndtri(cut + u * (1.0 - 2.0 * cut))
            return np.asarray(np.clip(values, low, high))
        return np.asarray(low + u * (high - low))

    def __str__(self) -> str:
        law = "" if self.law == "uniform" else f" {self.law}"
        return f"{self.low}..{self.high}{law}"


def between(low: Any, high: Any, law: str = "uniform", *, mode: Any = None) -> Range:
    """A range of a plan value, for a sweep that samples.

    Parameters
    ----------
    low, high : float or str
        Ends: numbers in the package's unit or quoted quantities such as ``"20 W"``.
    law : {"uniform", "log-uniform", "triangular", "normal"}
        Distribution. ``"normal"`` has its mean in the middle and its standard deviation at a
        quarter of the range, and is cut off at both ends: the range is what textbooks give as
        mean plus and minus two standard deviations.
    mode : float or str, optional
        Most likely value of the triangular distribution; the middle by default.

    Returns
    -------
    Range

    Raises
    ------
    InputError
        For an unknown distribution.

    Examples
    --------
    >>> mwa.sweep(plan, {"pulses.0.power": mwa.between("20 W", "40 W")},
    ...     measure=["coverage(tumour)"], sample="sobol", n=16)  # doctest: +SKIP
    """
    if law not in LAWS:
        raise InputError(f"between: unknown law '{law}'{did_you_mean(law, LAWS)}")
    if mode is not None and law != "triangular":
        raise InputError(f"between: mode belongs to the law 'triangular', not to '{law}'")
    for end in (low, high):
        if isinstance(end, float) and not math.isfinite(end):
            raise InputError(f"between: {end} is not a finite number")
    return Range(low, high, law, mode)
