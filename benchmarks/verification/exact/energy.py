"""What must hold of any source: the first moments of heating and the heat that is stored."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.verification.exact.medium import Medium


def adiabatic_rise(density: ArrayLike, t: float, medium: Medium) -> NDArray[np.float64]:
    """Rise ``q t / (rho c)`` [K] before heat has moved, for t much less than s^2 / alpha.

    Parameters
    ----------
    density : array [W/m3]
    t : float [s]
    medium : Medium
    """
    return np.asarray(density, dtype=np.float64) * t / medium.capacity


def stored_heat(power: float, t: float, medium: Medium) -> float:
    """Heat ``int rho c dT dV`` [J] in an unbounded or insulated medium.

    ``P t`` without perfusion, ``P (1 - exp(-W t / rho c)) rho c / W`` with it.

    Parameters
    ----------
    power : float [W]
    t : float [s]
    medium : Medium
    """
    rate = medium.sink_rate
    return power * (-math.expm1(-rate * t) / rate if rate > 0.0 else t)
