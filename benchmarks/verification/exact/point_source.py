"""Point source in an infinite perfused medium (Nyborg 1988, Phys Med Biol 33:785)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, erfcx

from benchmarks.verification.exact.medium import Medium


def steady(r: ArrayLike, power: float, medium: Medium) -> NDArray[np.float64]:
    """Steady rise ``P / (4 pi k r) exp(-r / lambda)``.

    Parameters
    ----------
    r : array [m]
        Distance from the source, positive.
    power : float [W]
    medium : Medium

    Returns
    -------
    array of the shape of `r` [K]
    """
    r = np.asarray(r, dtype=np.float64)
    decay = np.exp(-r / medium.perfusion_length)
    return power / (4.0 * math.pi * medium.conductivity * r) * decay


def transient(r: ArrayLike, t: ArrayLike, power: float, medium: Medium) -> NDArray[np.float64]:
    """Rise after switching the source on at t = 0.

    ``P / (8 pi k r) [exp(-r/lambda) erfc(x - b) + exp(r/lambda) erfc(x + b)]`` with
    ``x = r / sqrt(4 alpha t)`` and ``b = sqrt(W t / (rho c))``; the growing exponential is absorbed
    in the scaled complementary error function.

    Parameters
    ----------
    r : array [m]
        Distance from the source, positive.
    t : array [s]
        Positive; broadcast against `r`.
    power : float [W]
    medium : Medium

    Returns
    -------
    array [K]
    """
    r, t = np.broadcast_arrays(np.asarray(r, dtype=np.float64), np.asarray(t, dtype=np.float64))
    x = r / np.sqrt(4.0 * medium.diffusivity * t)
    b = np.sqrt(medium.sink_rate * t)
    falling = np.exp(-2.0 * x * b) * erfc(x - b)
    rising = np.exp(-(x**2) - b**2) * erfcx(x + b)
    scale = power / (8.0 * math.pi * medium.conductivity * r)
    return np.asarray(scale * (falling + rising))
