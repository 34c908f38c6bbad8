"""Arrhenius damage integral Omega, first-order kinetics of thermal damage.

    dOmega/dt = A exp(-Ea / (R (T + 273.15))),    fraction dead = 1 - exp(-Omega)

T in degC.  Over a step the logarithm of the rate is taken linear in time, which for a temperature
linear in time is exact but for the curvature of 1/T: the error of a step is below
``2 Ea dT^2 / (8 R T^3)`` of its increment (0.02 % for a step of 1 K with the liver set), second
order in the step.

The liver set describes the zone; it must not be used to judge neural safety (see
`mwa_sim.damage.parameters`).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mwa_sim.damage.log_linear import log_mean_rate
from mwa_sim.damage.parameters import ArrheniusParameters
from mwa_sim.errors import InputError
from mwa_sim.typing import FloatArray


@njit(cache=True, error_model="numpy")
def arrhenius_exponent(temperature: float, ln_a: float, ea_over_r: float) -> float:
    """Natural logarithm of the damage rate, ``ln A - (Ea/R) / (T + 273.15)``.

    Parameters
    ----------
    temperature : float [degC]
    ln_a : float [ln 1/s]
        `ArrheniusParameters.ln_a`.
    ea_over_r : float [K]
        `ArrheniusParameters.ea_over_r`.

    Returns
    -------
    float [ln 1/s]
        Its exponential is the rate, to be remembered with it for the next step.
    """
    return ln_a - ea_over_r / (temperature + 273.15)


@njit(cache=True, error_model="numpy")
def arrhenius_increment(dt: float, e0: float, r0: float, e1: float, r1: float) -> float:
    """Damage of one step, with the logarithm of the rate linear in time.

    Parameters
    ----------
    dt : float [s]
    e0, e1 : float [ln 1/s]
        `arrhenius_exponent` at the start and at the end.
    r0, r1 : float [1/s]
        ``exp(e0)`` and ``exp(e1)``.

    Returns
    -------
    float [-]
        Increment of Omega.
    """
    return dt * log_mean_rate(e0, r0, e1, r1)


@njit(cache=True, error_model="numpy")
def _accumulate(
    times: FloatArray, columns: FloatArray, ln_a: float, ea_over_r: float
) -> FloatArray:
    omega = np.zeros(columns.shape[1])
    for j in range(columns.shape[1]):
        e0 = arrhenius_exponent(columns[0, j], ln_a, ea_over_r)
        r0 = math.exp(e0)
        for i in range(1, times.size):
            e1 = arrhenius_exponent(columns[i, j], ln_a, ea_over_r)
            r1 = math.exp(e1)
            omega[j] += arrhenius_increment(times[i] - times[i - 1], e0, r0, e1, r1)
            e0 = e1
            r0 = r1
    return omega


def arrhenius_rate(temperature: FloatArray | float, parameters: ArrheniusParameters) -> FloatArray:
    """Damage rate ``A exp(-Ea / (R (T + 273.15)))``.

    Parameters
    ----------
    temperature : array of any shape [degC]
    parameters : ArrheniusParameters

    Returns
    -------
    array of the same shape [1/s]

    Examples
    --------
    >>> from mwa_sim.damage.parameters import arrhenius_parameters
    >>> round(60.0 * float(arrhenius_rate(50.0, arrhenius_parameters("liver"))), 2)
    0.98
    """
    kelvin = np.asarray(temperature, dtype=np.float64) + 273.15
    return np.asarray(np.exp(parameters.ln_a - parameters.ea_over_r / kelvin))


def arrhenius_damage(
    times: FloatArray, temperatures: FloatArray, parameters: ArrheniusParameters
) -> FloatArray:
    """Damage integral of recorded temperature histories.

    Parameters
    ----------
    times : (n_times,) float array [s]
        Increasing.
    temperatures : (n_times,) or (n_times, n) float array [degC]
        Taken piecewise linear in time.
    parameters : ArrheniusParameters

    Returns
    -------
    () or (n,) float array [-]
        Omega at the last time.

    Raises
    ------
    InputError
        If times and temperatures do not match or the times do not increase.
    """
    t, columns = history(times, temperatures)
    omega = _accumulate(t, columns, parameters.ln_a, parameters.ea_over_r)
    return omega.reshape(np.shape(temperatures)[1:])


def dead_fraction(omega: FloatArray | float) -> FloatArray:
    """Fraction of dead cells ``1 - exp(-Omega)``, accurate for small Omega."""
    return np.asarray(-np.expm1(-np.asarray(omega, dtype=np.float64)))


def history(times: FloatArray, temperatures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Check a recorded history and return it as float64 ``(n_times,)`` and ``(n_times, n)``.

    Raises
    ------
    InputError
        If times and temperatures do not match or the times do not increase.
    """
    t = np.ascontiguousarray(times, dtype=np.float64)
    values = np.asarray(temperatures, dtype=np.float64)
    if t.ndim != 1 or t.size == 0 or values.ndim not in (1, 2) or values.shape[0] != t.size:
        raise InputError(
            f"a history needs times (n,) and temperatures (n,) or (n, k), not shapes "
            f"{t.shape} and {values.shape}"
        )
    if np.any(np.diff(t) <= 0.0):
        raise InputError("the times of a history must increase")
    return t, np.ascontiguousarray(values.reshape(t.size, -1))
