"""Two heat problems of the NAFEMS standard tests in series of their own: T3 and T4.

The tests are defined as in the verification manuals of several programs; the printed target values
(36.60 and 18.25 degC) are not the reference here but the series below, summed to convergence.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from benchmarks.verification.exact.medium import Medium

BAR = Medium(conductivity=35.0, capacity=7200.0 * 440.5)
"""Of the bar of T3."""
BAR_LENGTH = 0.1
"""Its length [m]."""
PLATE = Medium(conductivity=52.0)
"""Of the plate of T4."""
PLATE_SIZE = (0.6, 1.0)
"""Its width and height [m]."""
EXCHANGE = 750.0
"""Heat transfer coefficient of the plate [W/m2/K]."""


def bar_end(t: float) -> float:
    """Temperature [degC] of the end of the bar, 100 sin(pi t / 40), at a time [s]."""
    return 100.0 * math.sin(math.pi * t / 40.0)


def bar(x: NDArray[np.float64], t: float, terms: int = 2000) -> NDArray[np.float64]:
    """T3: temperature in a bar at 0 degC whose end x = 0.1 m follows `bar_end`; x = 0 stays.

    Homogenised with the straight line between the ends, whose sine coefficients are
    ``c_n = 2 (-1)^(n+1) / (n pi)``: the rest obeys ``b_n' = -g_n b_n - c_n T_end'``.

    Parameters
    ----------
    x : (n,) float array [m]
    t : float [s]
    terms : int

    Returns
    -------
    (n,) float array [degC]
    """
    n = np.arange(1, terms + 1)
    wave = n * math.pi / BAR_LENGTH
    c = 2.0 * np.where(n % 2 == 1, 1.0, -1.0) / (n * math.pi)
    g, w = BAR.diffusivity * wave**2, math.pi / 40.0
    moved = g * math.cos(w * t) + w * math.sin(w * t) - g * np.exp(-g * t)
    b = -c * 100.0 * w * moved / (g**2 + w**2)
    return np.asarray(x / BAR_LENGTH * bar_end(t) + np.sin(np.outer(x, wave)) @ b)


def plate(x: NDArray[np.float64], y: NDArray[np.float64], terms: int = 200) -> NDArray[np.float64]:
    """T4: steady temperature of a plate held at 100 degC below and cooled by air at 0 degC.

    The side x = 0 is insulated; x = 0.6 m and y = 1 m exchange heat.  ``sum A_n cos(u_n x) Y_n(y)``
    with ``u tan(0.6 u) = h / k``, Y the combination of hyperbolic functions that cools at the top.

    Parameters
    ----------
    x, y : (n,) float array [m]
        Above the lower edge by 10 mm or more, where 200 terms are exact to rounding.
    terms : int

    Returns
    -------
    (n,) float array [degC]
    """
    width, height = PLATE_SIZE
    biot = EXCHANGE / PLATE.conductivity
    tiny = 1e-12

    def cooled(s: float) -> float:
        return s * math.sin(s) - biot * width * math.cos(s)

    total = np.zeros_like(x)
    for n in range(terms):
        s = float(brentq(cooled, n * math.pi + tiny, (n + 0.5) * math.pi - tiny, xtol=1e-14))
        u = s / width
        amplitude = 400.0 * math.sin(s) / (2.0 * s + math.sin(2.0 * s))
        # [u cosh u(b - y) + B sinh u(b - y)] / [u cosh ub + B sinh ub] without overflow
        back = (u - biot) / (u + biot) * np.exp(-2.0 * u * (height - y))
        whole = 1.0 + (u - biot) / (u + biot) * math.exp(-2.0 * u * height)
        total += amplitude * np.cos(u * x) * np.exp(-u * y) * (1.0 + back) / whole
    return total
