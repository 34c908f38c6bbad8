"""Readings of a thermocouple."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """Readings of one thermocouple.

    Attributes
    ----------
    name : str
    position : (3,) float array [m]
    t : (k,) float array [s]
        Sampling instants.
    reading : (k,) float array [degC]
        What the sensor showed: with its lag and noise.
    tissue : (k,) float array [degC]
        Temperature of the tissue at the sensor at the same instants.
    limit : float or None [degC]
        The reading above which a rule acts; None if no rule watches this thermocouple.
    peak_tissue : float or None [degC]
        Highest tissue temperature over all solver steps; None: the highest of `tissue`.
    action : str or None
        What the rule does: ``"stop"`` or ``"pause"``.
    """

    name: str
    position: Floats
    t: Floats
    reading: Floats
    tissue: Floats
    limit: float | None = None
    peak_tissue: float | None = None
    action: str | None = None

    @property
    def max(self) -> float:
        """Highest reading [degC]; nan before the first sample."""
        return _highest(self.reading)

    @property
    def peak(self) -> float:
        """Highest tissue temperature [degC], over all solver steps where they were recorded."""
        sampled = _highest(self.tissue)
        if self.peak_tissue is None:
            return sampled
        return self.peak_tissue if np.isnan(sampled) else max(self.peak_tissue, sampled)

    @property
    def overshoot(self) -> float:
        """Kelvin by which the tissue went above the limit of the rule; 0 without a rule, nan if
        nothing was recorded."""
        over = 0.0 if self.limit is None else self.peak - self.limit
        return 0.0 if over <= 0.0 else over


def _highest(values: Floats) -> float:
    return float(np.max(values)) if len(values) else float("nan")
