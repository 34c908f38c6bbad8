"""Exact damage, dose and cell death of given temperature histories.

Nothing of the package's own damage models is used here, only their published numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.special import expn

from mwa_sim.damage.parameters import ArrheniusParameters

GAS_CONSTANT = 8.31446261815324
KELVIN = 273.15
FORWARD, BACKWARD, SCALE, ALIVE = 3.33e-3, 7.77e-3, 40.5, 0.99
"""k_f [1/s], k_b [1/s], T_k [K] and the fraction alive at the start (O'Neill et al. 2011)."""

History = Callable[[float], float]
"""Temperature [degC] at a time [s]."""


def arrhenius_rate(temperature: float, p: ArrheniusParameters) -> float:
    """``A exp(-Ea / (R T))`` [1/s] at a temperature [degC].

    Parameters
    ----------
    temperature : float [degC]
    p : ArrheniusParameters
    """
    exponent = p.activation_energy / (GAS_CONSTANT * (temperature + KELVIN))
    return math.exp(math.log(p.frequency_factor) - exponent)


def arrhenius_ramp(duration: float, start: float, end: float, p: ArrheniusParameters) -> float:
    """Omega of a temperature that rises evenly, in closed form.

    ``int exp(-b / T) dT = T E2(b / T)``, b = Ea / R, so that
    ``Omega = A t / (T1 - T0) [T E2(b / T)]`` from T0 to T1 in kelvin.

    Parameters
    ----------
    duration : float [s]
    start, end : float [degC]
        Not equal.
    p : ArrheniusParameters
    """
    b = p.activation_energy / GAS_CONSTANT

    def primitive(temperature: float) -> float:
        kelvin = temperature + KELVIN
        return kelvin * float(expn(2, b / kelvin))

    return p.frequency_factor * duration / (end - start) * (primitive(end) - primitive(start))


def arrhenius_history(history: History, until: float, p: ArrheniusParameters) -> float:
    """Omega of any smooth history from 0 to `until` [s], by adaptive quadrature."""
    return quad(lambda t: arrhenius_rate(history(t), p), 0.0, until, epsrel=1e-12, limit=200)[0]


def cem43_rate(temperature: float) -> float:
    """Equivalent minutes a minute: ``R^(43 - T)``, R = 0.5 above 43 degC and 0.25 below."""
    return (0.5 if temperature >= 43.0 else 0.25) ** (43.0 - temperature)


def cem43_ramp(duration: float, start: float, end: float) -> float:
    """CEM43 [min] of a temperature that changes evenly, in closed form.

    ``int R^(43 - T) dT`` is ``R^(43 - T) / ln(1 / R)``; a ramp across 43 degC is cut there.

    Parameters
    ----------
    duration : float [s]
    start, end : float [degC]
        Not equal.
    """

    def primitive(temperature: float) -> float:
        if temperature <= 43.0:
            return 4.0 ** (temperature - 43.0) / math.log(4.0)
        return 1.0 / math.log(4.0) + (2.0 ** (temperature - 43.0) - 1.0) / math.log(2.0)

    return duration / 60.0 * (primitive(end) - primitive(start)) / (end - start)


def cem43_history(history: History, until: float, kinks: Sequence[float]) -> float:
    """CEM43 [min] of any smooth history, by quadrature.

    Parameters
    ----------
    history : callable
    until : float [s]
    kinks : sequence of float [s]
        Times at which it crosses 43 degC.
    """
    ends = [0.0, *kinks, until]
    return sum(
        quad(lambda t: cem43_rate(history(t)), a, b, epsrel=1e-12)[0] / 60.0
        for a, b in pairwise(ends)
    )


def three_state(
    history: History, times: Sequence[float], method: str = "DOP853", rtol: float = 1e-10
) -> np.ndarray:
    """Fractions alive and dead at some times, by an integrator with error control.

    ``dA/dt = -k (1 - A) A + k_b (1 - A - D)``, ``dD/dt = k (1 - A)(1 - A - D)``,
    ``k = k_f exp(T / T_k)``, T in degC.

    Parameters
    ----------
    history : callable
    times : sequence of float [s]
        Increasing.
    method : str
        Of :func:`scipy.integrate.solve_ivp`.
    rtol : float

    Returns
    -------
    (2, n) float array [-]
    """

    def slope(t: float, y: np.ndarray) -> list[float]:
        k = FORWARD * math.exp(history(t) / SCALE)
        alive, dead = y
        vulnerable = 1.0 - alive - dead
        return [
            -k * (1.0 - alive) * alive + BACKWARD * vulnerable,
            k * (1.0 - alive) * vulnerable,
        ]

    found = solve_ivp(
        slope, (0.0, times[-1]), [ALIVE, 0.0], method=method, rtol=rtol, atol=1e-13,
        t_eval=np.asarray(times),
    )  # fmt: skip
    return np.asarray(found.y)


def perfused(
    times: Sequence[float], heating: float, sink: float, p: ArrheniusParameters
) -> np.ndarray:
    """Temperature and Omega of evenly heated tissue whose perfusion dies with it.

    ``dT/dt = heating - sink exp(-Omega)(T - 37)``, ``dOmega/dt = A exp(-Ea / (R T))``.

    Parameters
    ----------
    times : sequence of float [s]
    heating : float [K/s]
        Power density over rho c.
    sink : float [1/s]
        ``omega rho_b c_b / (rho c)``.
    p : ArrheniusParameters

    Returns
    -------
    (2, n) float array [degC, -]
    """

    def slope(_: float, y: np.ndarray) -> list[float]:
        temperature, omega = y
        cooled = sink * math.exp(-omega) * (temperature - 37.0)
        return [heating - cooled, arrhenius_rate(temperature, p)]

    found = solve_ivp(
        slope, (0.0, times[-1]), [37.0, 0.0], method="DOP853", rtol=1e-11, atol=1e-12,
        t_eval=np.asarray(times),
    )  # fmt: skip
    return np.asarray(found.y)
