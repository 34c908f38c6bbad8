"""Infinite line source (Carslaw & Jaeger 1959, section 10.4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import exp1, k0

from benchmarks.verification.exact.medium import Medium


def steady(r: ArrayLike, power_per_length: float, medium: Medium) -> NDArray[np.float64]:
    """Steady rise ``q' / (2 pi k) K0(r / lambda)`` in a perfused medium.

    Parameters
    ----------
    r : array [m]
        Distance from the line, positive.
    power_per_length : float [W/m]
    medium : Medium
        With a positive sink: without one there is no steady state.

    Returns
    -------
    array of the shape of `r` [K]
    """
    x = np.asarray(r, dtype=np.float64) / medium.perfusion_length
    return power_per_length / (2.0 * math.pi * medium.conductivity) * k0(x)


def transient_unperfused(
    r: ArrayLike, t: ArrayLike, power_per_length: float, medium: Medium
) -> NDArray[np.float64]:
    """Rise ``q' / (4 pi k) E1(r^2 / (4 alpha t))`` after switching on, W = 0.

    Parameters
    ----------
    r : array [m]
        Distance from the line, positive.
    t : array [s]
        Positive; broadcast against `r`.
    power_per_length : float [W/m]
    medium : Medium
        Its sink is ignored.

    Returns
    -------
    array [K]
    """
    r, t = np.broadcast_arrays(np.asarray(r, dtype=np.float64), np.asarray(t, dtype=np.float64))
    x = r**2 / (4.0 * medium.diffusivity * t)
    return power_per_length / (4.0 * math.pi * medium.conductivity) * exp1(x)
