"""Compiled loops that bring damage, dose and cell death of nodes up to date, chunk by chunk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from mwa_sim.damage.arrhenius import arrhenius_exponent, arrhenius_increment
from mwa_sim.damage.cem43 import cem43_exponent, cem43_increment
from mwa_sim.damage.three_state import three_state_increment, three_state_rate
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.tissue.tabulated import table_place
from mwa_sim.typing import FloatArray

# A node may wait while its temperature stays within 0.005 K of a straight line in time and within
# 1 K, and only until a hundredth of its vessels could have closed; the perfusion counts what waits.
_STRAIGHT = np.float32(0.005)
_FARTHEST = np.float32(1.0)
_LONGEST_WAIT = np.float32(120.0)
_WAITING = np.float32(0.01)
_ONE = np.float32(1.0)
# Rates are tabulated over temperature, the three of one temperature side by side: between entries
# 1/128 K apart the error is below 2e-5 of a rate, and 43 degC, where CEM43 has a kink, is an entry.
_TABLE_START = 0.0
_PER_KELVIN = 128
# Hotter tissue counts as this hot; no model of damage reaches that far.
_TABLE_END = 500.0
# Damage to come below which the exponential is its series, exact to 4e-8.
_SERIES = np.float32(0.03)
# Open vessels that no longer count.
_DEAD = np.float32(1e-6)


@njit(cache=True)
def rate_table(ln_a: float, ea_over_r: float) -> FloatArray:
    """Rates (k, 3) of Omega, CEM43 and the three-state model at the tabulated temperatures."""
    size = int((_TABLE_END - _TABLE_START) * _PER_KELVIN) + 2
    out = np.empty((size, 3))
    for k in range(size):
        t = _TABLE_START + k / _PER_KELVIN
        out[k, 0] = math.exp(arrhenius_exponent(t, ln_a, ea_over_r))
        out[k, 1] = math.exp(cem43_exponent(t))
        out[k, 2] = three_state_rate(t)
    return out


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _due(
    dt: Any, t: Any, last: Any, slope: Any, waiting: Any, rate: Any, survival: Any, due: Any
) -> int:
    """Let the nodes of a chunk wait another dt; those with ``due`` from 1 on must not any more."""
    for i in range(t.size):
        waiting[i] += dt
    for i in range(t.size):
        moved = t[i] - last[i]
        bent = abs(moved - slope[i] * waiting[i]) * (_ONE / _STRAIGHT)
        far = abs(moved) * (_ONE / _FARTHEST)
        long = waiting[i] * (_ONE / _LONGEST_WAIT)
        closing = waiting[i] * rate[i] * survival[i] * (_ONE / _WAITING)
        due[i] = max(max(bent, far), max(long, closing))
    count = 0
    for i in range(t.size):
        count += due[i] >= _ONE
    return count


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _top(t: Any, highest: Any, before: float) -> float:
    top = before
    for i in range(t.size):
        highest[i] = max(highest[i], t[i])
        top = max(top, t[i])
    return top


@njit(cache=True, error_model="numpy", nogil=True)
def advance_nodes(
    first: int,
    end: int,
    dt: float,
    everywhere: bool,
    temperature: FloatArray,
    ln_a: float,
    ea_over_r: float,
    rates: FloatArray,
    last: Any,
    slope: Any,
    waiting: Any,
    rate: Any,
    dose_rate: FloatArray,
    death_rate: Any,
    omega: FloatArray,
    survival: Any,
    cem43: FloatArray,
    alive: FloatArray,
    dead: FloatArray,
    highest: FloatArray,
    hottest: FloatArray,
) -> None:
    """Add dt [s] to what the rows ``first`` to ``end`` have been through; see `Exposure`.

    ``rates`` is the table of `rate_table`; ``last``, ``slope``, ``waiting``, ``rate``,
    ``dose_rate`` and ``death_rate`` are the temperature, its slope, the time since and the rates at
    the last update of every node. The place of chunk ``first`` in ``hottest`` gets the highest
    temperature.
    """
    due = np.empty(CHUNK, dtype=np.float32)
    now = np.empty(CHUNK, dtype=np.float32)
    top = -1e30
    for a in range(first, min(end, temperature.size), CHUNK):
        e = min(a + CHUNK, temperature.size)
        top = _top(temperature[a:e], highest[a:e], top)
        now[: e - a] = temperature[a:e]
        count = _due(
            np.float32(dt), now[: e - a], last[a:e], slope[a:e], waiting[a:e], rate[a:e],
            survival[a:e], due[: e - a],
        )  # fmt: skip
        if count == 0 and not everywhere:
            continue
        for i in range(a, e):
            if not (everywhere or due[i - a] >= _ONE):
                continue
            t = min(temperature[i], _TABLE_END)
            before = min(np.float64(last[i]), _TABLE_END)
            span = np.float64(waiting[i])
            waiting[i] = 0.0
            last[i] = t
            if span > 0.0:
                slope[i] = (t - before) / span
            k, part = table_place(t, _TABLE_START, _PER_KELVIN, rates.shape[0] - 2)
            e0 = arrhenius_exponent(before, ln_a, ea_over_r)
            e1 = arrhenius_exponent(t, ln_a, ea_over_r)
            r1 = rates[k, 0] + part * (rates[k + 1, 0] - rates[k, 0])
            omega[i] += arrhenius_increment(span, e0, rate[i], e1, r1)
            survival[i] = math.exp(-omega[i])
            rate[i] = r1
            r1 = rates[k, 1] + part * (rates[k + 1, 1] - rates[k, 1])
            cem43[i] += cem43_increment(
                span, cem43_exponent(before), dose_rate[i], cem43_exponent(t), r1
            )
            dose_rate[i] = r1
            k1 = rates[k, 2] + part * (rates[k + 1, 2] - rates[k, 2])
            alive[i], dead[i] = three_state_increment(span, death_rate[i], k1, alive[i], dead[i])
            death_rate[i] = k1
    hottest[first // CHUNK] = top


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _open(ahead: Any, survival: Any, waiting: Any, rate: Any, out: Any) -> int:
    far = 0
    one, half, third = np.float32(1.0), np.float32(0.5), np.float32(1.0 / 3.0)
    quarter = np.float32(0.25)
    for i in range(out.size):
        y = (waiting[i] + ahead) * rate[i]
        x = min(y, _SERIES)
        out[i] = survival[i] * (
            one - x * (one - half * x * (one - x * third * (one - quarter * x)))
        )
        far += (y > _SERIES) & (survival[i] > _DEAD)
    return far


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _sinks(fraction: Any, part: Any, constant: Any, d: Any) -> None:
    for i in range(d.size):
        d[i] = constant[i] + part[i] * fraction[i]


@njit(cache=True, nogil=True)
def fill_sinks(
    first: int,
    last: int,
    ahead: float,
    survival: Any,
    waiting: Any,
    rate: Any,
    part: Any,
    constant: Any,
    d: Any,
) -> None:
    """d = constant + part exp(-Omega) for some rows, Omega as expected ``ahead`` seconds from now.

    Omega is extrapolated with its present rate; asked for in the middle of a step this keeps the
    coupling of damage and perfusion second order in the step.
    """
    fraction = np.empty(CHUNK, dtype=np.float32)
    for a in range(first, last, CHUNK):
        e = a + CHUNK
        if _open(np.float32(ahead), survival[a:e], waiting[a:e], rate[a:e], fraction):
            for i in range(CHUNK):
                x = (waiting[a + i] + ahead) * rate[a + i]
                if x > _SERIES and survival[a + i] > _DEAD:
                    fraction[i] = survival[a + i] * math.exp(-x)
        _sinks(fraction, part[a:e], constant[a:e], d[a:e])
