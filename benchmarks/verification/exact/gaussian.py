"""Gaussian source, with one width for each axis, in an infinite perfused medium.

    q = q0 exp(-x^2 / (2 sx^2) - y^2 / (2 sy^2) - z^2 / (2 sz^2))

The rise is the source convolved with the heat kernel, a product of one-dimensional factors:

    dT = (q0 / rho c) int_0^t exp(-W u / rho c) prod_i g_i(u) du,
    g_i = s_i / sqrt(s_i^2 + 2 alpha u) exp(-x_i^2 / (2 (s_i^2 + 2 alpha u)))

(Carslaw & Jaeger 1959, ch. X).  An infinite width drops its axis: (s, s, inf) is a Gaussian line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad_vec
from scipy.special import erf

from benchmarks.verification.exact.medium import Medium


def peak_density(power: float, widths: Sequence[float]) -> float:
    """Peak q0 [W/m3] of a source of given power [W] and widths (sx, sy, sz) [m]."""
    return float(power / ((2.0 * math.pi) ** 1.5 * math.prod(widths)))


def density(points: ArrayLike, peak: float, widths: Sequence[float]) -> NDArray[np.float64]:
    """Power density at points (n, 3) [m], for a peak q0 [W/m3]."""
    scaled = np.asarray(points, dtype=np.float64) / np.asarray(widths)
    return np.asarray(peak * np.exp(-0.5 * np.sum(scaled**2, axis=-1)))


def rise(
    points: ArrayLike,
    t: float,
    peak: float,
    widths: Sequence[float],
    medium: Medium,
    duration: float = math.inf,
) -> NDArray[np.float64]:
    """Rise at points, the source being on from 0 to `duration`.

    Parameters
    ----------
    points : (n, 3) or (3,) array [m]
        Relative to the centre.
    t : float [s]
        Infinite for the steady state, which without perfusion needs three finite widths.
    peak : float [W/m3]
    widths : (sx, sy, sz) [m]
    medium : Medium
    duration : float [s]
        Time after which the source is off; the rise then decays.

    Returns
    -------
    (n,) or () array [K]
    """
    squares = np.asarray(points, dtype=np.float64) ** 2
    s2 = np.asarray(widths, dtype=np.float64) ** 2

    def kernel(u: float) -> NDArray[np.float64]:
        spread = s2 + 2.0 * medium.diffusivity * u
        scale = math.prod(1.0 / math.sqrt(1.0 + 2.0 * medium.diffusivity * u / s) for s in s2)
        decay = math.exp(-medium.sink_rate * u)
        return np.asarray(decay * scale * np.exp(-0.5 * np.sum(squares / spread, axis=-1)))

    since_off = t - duration if t > duration else 0.0
    integral, _ = quad_vec(kernel, since_off, t, epsabs=0.0, epsrel=1e-11, norm="max")
    return np.asarray(peak / medium.capacity * integral)


def centre_unperfused(
    t: ArrayLike, peak: float, width: float, medium: Medium
) -> NDArray[np.float64]:
    """Rise at the centre of an isotropic source, W = 0, in closed form.

    ``(q0 s^2 / k) [1 - (1 + 2 alpha t / s^2)^(-1/2)]``; times [s], a rise [K] for each.
    """
    x = 2.0 * medium.diffusivity * np.asarray(t, dtype=np.float64) / width**2
    return np.asarray(peak * width**2 / medium.conductivity * (1.0 - 1.0 / np.sqrt(1.0 + x)))


def steady_unperfused(
    r: ArrayLike, peak: float, width: float, medium: Medium
) -> NDArray[np.float64]:
    """Steady rise of an isotropic source, W = 0, in closed form.

    ``q0 s^3 sqrt(pi/2) / (k r) erf(r / (s sqrt(2)))``, and ``q0 s^2 / k`` at the centre; distances
    [m], a rise [K] for each.
    """
    r = np.asarray(r, dtype=np.float64)
    safe = np.where(r > 0.0, r, 1.0)
    profile = math.sqrt(math.pi / 2.0) * width / safe * erf(safe / (math.sqrt(2.0) * width))
    return peak * width**2 / medium.conductivity * np.where(r > 0.0, profile, 1.0)
