"""Three-state model of cell death (O'Neill et al. 2011): alive, vulnerable, dead.

    dA/dt = -k (1 - A) A + k_b (1 - A - D)
    dD/dt =  k (1 - A) (1 - A - D),            k = k_f exp(T / T_k)

with T in degC, A alive, D dead and V = 1 - A - D vulnerable.  Viability is A + V = 1 - D; tissue
counts as lost below 0.8.  The temperature is linear in time over a step, so the values of k at the
half points of equal substeps form a geometric sequence: a solver that remembers k pays for one
exponential a step, however many substeps the stiffness asks for.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mwa_sim.damage.arrhenius import history
from mwa_sim.damage.parameters import THREE_STATE
from mwa_sim.typing import FloatArray

_KF = THREE_STATE.forward_rate
BACKWARD_RATE = THREE_STATE.backward_rate
"""Rate of recovery of vulnerable cells [1/s]."""
_TK = THREE_STATE.temperature_scale

INITIAL_ALIVE = THREE_STATE.alive
"""Fraction alive before heating; the rest is vulnerable."""
LOST_BELOW = 0.8
"""Viability below which tissue counts as lost."""

MAX_RATE_STEP = 0.1
"""Rate times substep; the error of a substep is then below 1e-6 of the fractions."""
ALL_DEAD = 1e-9
"""Fraction not yet dead that no longer matters."""
# Above this death takes a second, and the fit (37-80 degC) has long been left behind.
_MAX_TEMPERATURE = 300.0


@njit(cache=True, error_model="numpy")
def three_state_rate(temperature: float) -> float:
    """Damage rate ``k = k_f exp(T / T_k)`` [1/s]; above 300 degC that of 300 degC.

    Parameters
    ----------
    temperature : float [degC]
    """
    return _KF * math.exp(min(temperature, _MAX_TEMPERATURE) / _TK)


@njit(cache=True, error_model="numpy", inline="always")
def three_state_substep(
    h: float, k: float, half: float, end: float, a: float, d: float
) -> tuple[float, float]:
    """One classical Runge-Kutta step with the rates at its start, middle and end."""
    v = 1.0 - a - d
    da1 = -k * (1.0 - a) * a + BACKWARD_RATE * v
    dd1 = k * (1.0 - a) * v
    x = a + 0.5 * h * da1
    v = 1.0 - x - (d + 0.5 * h * dd1)
    da2 = -half * (1.0 - x) * x + BACKWARD_RATE * v
    dd2 = half * (1.0 - x) * v
    x = a + 0.5 * h * da2
    v = 1.0 - x - (d + 0.5 * h * dd2)
    da3 = -half * (1.0 - x) * x + BACKWARD_RATE * v
    dd3 = half * (1.0 - x) * v
    x = a + h * da3
    v = 1.0 - x - (d + h * dd3)
    da4 = -end * (1.0 - x) * x + BACKWARD_RATE * v
    dd4 = end * (1.0 - x) * v
    return (
        a + h * (da1 + 2.0 * (da2 + da3) + da4) / 6.0,
        d + h * (dd1 + 2.0 * (dd2 + dd3) + dd4) / 6.0,
    )


@njit(cache=True, error_model="numpy")
def three_state_increment(
    dt: float, k0: float, k1: float, alive: float, dead: float
) -> tuple[float, float]:
    """Advance the model over one step with the temperature linear in time.

    Classical Runge-Kutta of order 4, with as many equal substeps as keep rate times substep below
    0.25.  The rate in the middle of a substep is the geometric mean of its ends.

    Parameters
    ----------
    dt : float [s]
    k0, k1 : float [1/s]
        `three_state_rate` at the start and at the end, remembered from step to step.
    alive, dead : float [-]
        Fractions at the start.

    Returns
    -------
    alive, dead : float [-]
        Fractions at the end.
    """
    if 1.0 - dead < ALL_DEAD:
        # Hot tissue would take thousands of substeps to no effect.
        return alive, dead
    fastest = dt * max(k0, k1, BACKWARD_RATE)
    if fastest <= MAX_RATE_STEP:
        return three_state_substep(dt, k0, math.sqrt(k0 * k1), k1, alive, dead)
    n = math.ceil(fastest / MAX_RATE_STEP)
    h = dt / n
    growth = (k1 / k0) ** (0.5 / n)
    k = k0
    for _ in range(n):
        half = k * growth
        end = half * growth
        alive, dead = three_state_substep(h, k, half, end, alive, dead)
        k = end
    return alive, dead


def three_state_step(
    dt: float, t0: float, t1: float, alive: float, dead: float
) -> tuple[float, float]:
    """Advance the model over one step between two temperatures; see `three_state_increment`.

    Parameters
    ----------
    dt : float [s]
    t0, t1 : float [degC]
        Temperature at the start and at the end; above 300 degC it counts as 300 degC.
    alive, dead : float [-]
        Fractions at the start.

    Returns
    -------
    alive, dead : float [-]
        Fractions at the end.
    """
    a, d = three_state_increment(dt, three_state_rate(t0), three_state_rate(t1), alive, dead)
    return float(a), float(d)


@njit(cache=True, error_model="numpy")
def _accumulate(times: FloatArray, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    alive = np.full(columns.shape[1], INITIAL_ALIVE)
    dead = np.zeros(columns.shape[1])
    for j in range(columns.shape[1]):
        k0 = three_state_rate(columns[0, j])
        for i in range(1, times.size):
            k1 = three_state_rate(columns[i, j])
            alive[j], dead[j] = three_state_increment(
                times[i] - times[i - 1], k0, k1, alive[j], dead[j]
            )
            k0 = k1
    return alive, dead


def three_state_fractions(
    times: FloatArray, temperatures: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fractions alive and dead after recorded temperature histories.

    Parameters
    ----------
    times : (n_times,) float array [s]
        Increasing.
    temperatures : (n_times,) or (n_times, n) float array [degC]
        Taken piecewise linear in time.

    Returns
    -------
    alive, dead : () or (n,) float arrays [-]
        At the last time; the rest, ``1 - alive - dead``, is vulnerable.

    Raises
    ------
    InputError
        If times and temperatures do not match or the times do not increase.
    """
    t, columns = history(times, temperatures)
    alive, dead = _accumulate(t, columns)
    shape = np.shape(temperatures)[1:]
    return alive.reshape(shape), dead.reshape(shape)
