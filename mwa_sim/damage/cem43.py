"""Thermal dose: cumulative equivalent minutes at 43 degC (Sapareto & Dewey 1984).

    CEM43 = int R^(43 - T) dt,    R = 0.5 at and above 43 degC, 0.25 below

T in degC, the dose in minutes.  The logarithm of the integrand is linear in T on either side of 43
degC and continuous there, so the dose of a step with T linear in time is exact: one logarithmic
mean, or two when the step crosses 43 degC.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mwa_sim.damage.arrhenius import history
from mwa_sim.damage.log_linear import log_mean_rate
from mwa_sim.typing import FloatArray

REFERENCE_TEMPERATURE = 43.0
"""Temperature whose minutes are counted [degC]."""

_LN2 = math.log(2.0)
_LN4 = math.log(4.0)
# Beyond ~940 degC the rate would overflow; no tissue gets there, but a result must stay finite.
_MAX_EXPONENT = 600.0


@njit(cache=True, error_model="numpy")
def cem43_exponent(temperature: float) -> float:
    """Natural logarithm of the dose rate, ``(43 - T) ln R``.

    Parameters
    ----------
    temperature : float [degC]

    Returns
    -------
    float [-]
        Its exponential is the rate in equivalent minutes a minute; 0 at 43 degC.
    """
    above = temperature - 43.0
    if above > 0.0:
        return min(_LN2 * above, _MAX_EXPONENT)
    return _LN4 * above


@njit(cache=True, error_model="numpy")
def cem43_increment(dt: float, e0: float, r0: float, e1: float, r1: float) -> float:
    """Dose of one step with the temperature linear in time; exact.

    Parameters
    ----------
    dt : float [s]
    e0, e1 : float [-]
        `cem43_exponent` at the start and at the end.
    r0, r1 : float [-]
        ``exp(e0)`` and ``exp(e1)``.

    Returns
    -------
    float [min]
        Increment of CEM43.
    """
    minutes = dt / 60.0
    if e0 < 0.0 < e1:
        below = -e0 / _LN4
        share = below / (below + e1 / _LN2)
    elif e1 < 0.0 < e0:
        above = e0 / _LN2
        share = above / (above - e1 / _LN4)
    else:
        return minutes * log_mean_rate(e0, r0, e1, r1)
    # The step crosses 43 degC, where the rate is 1, after `share` of its length.
    return minutes * (
        share * log_mean_rate(e0, r0, 0.0, 1.0) + (1.0 - share) * log_mean_rate(0.0, 1.0, e1, r1)
    )


@njit(cache=True, error_model="numpy")
def _accumulate(times: FloatArray, columns: FloatArray) -> FloatArray:
    dose = np.zeros(columns.shape[1])
    for j in range(columns.shape[1]):
        e0 = cem43_exponent(columns[0, j])
        r0 = math.exp(e0)
        for i in range(1, times.size):
            e1 = cem43_exponent(columns[i, j])
            r1 = math.exp(e1)
            dose[j] += cem43_increment(times[i] - times[i - 1], e0, r0, e1, r1)
            e0 = e1
            r0 = r1
    return dose


def cem43_rate(temperature: FloatArray | float) -> FloatArray:
    """Dose rate R^(43 - T), equivalent minutes a minute.

    Parameters
    ----------
    temperature : array of any shape [degC]

    Returns
    -------
    array of the same shape [-]

    Examples
    --------
    >>> float(cem43_rate(47.0)), float(cem43_rate(42.0))
    (16.0, 0.25)
    """
    above = np.asarray(temperature, dtype=np.float64) - REFERENCE_TEMPERATURE
    return np.asarray(np.exp2(np.where(above > 0.0, above, 2.0 * above)))


def cem43_dose(times: FloatArray, temperatures: FloatArray) -> FloatArray:
    """Dose of recorded temperature histories.

    Parameters
    ----------
    times : (n_times,) float array [s]
        Increasing.
    temperatures : (n_times,) or (n_times, n) float array [degC]
        Taken piecewise linear in time; exact for that.

    Returns
    -------
    () or (n,) float array [min]
        CEM43 at the last time.

    Raises
    ------
    InputError
        If times and temperatures do not match or the times do not increase.
    """
    t, columns = history(times, temperatures)
    return _accumulate(t, columns).reshape(np.shape(temperatures)[1:])
