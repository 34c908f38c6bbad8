"""Compiled loops that bring damage, dose and cell death of nodes up to date, chunk by chunk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from mwa_sim.heat.exposure_block import (
    ALIVE,
    BEFORE,
    DEAD,
    DEATH_RATE,
    DOSE,
    DOSE_RATE,
    OMEGA,
    RATE,
    SPAN,
    SURVIVAL,
    TABLE_END,
    WORK,
    T,
    expose,
)  # fmt: skip
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.typing import FloatArray

# A node may wait while its temperature stays within 0.005 K of a straight line in time and within
# 1 K, for two minutes at most, and only until a hundredth of its vessels could have closed; the
# perfusion counts what waits.
_STRAIGHT = np.float32(0.005)
_FARTHEST = np.float32(1.0)
_LONGEST_WAIT = np.float32(120.0)
_WAITING = np.float32(0.01)
_ONE = np.float32(1.0)
# Damage to come below which the exponential is its series, exact to 4e-8.
_SERIES = np.float32(0.03)
# Open vessels that no longer count.
_DEAD = np.float32(1e-6)


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
    ea_over_r: float,
    tables: FloatArray,
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

    ``last``, ``slope``, ``waiting``, ``rate``, ``dose_rate`` and ``death_rate`` are the
    temperature, its slope, the time since and the rates at the last update of every node. Nodes
    whose time has come are gathered until they fill a work array. The place of chunk ``first`` in
    ``hottest`` gets the highest temperature.
    """
    due = np.empty(CHUNK, dtype=np.float32)
    now = np.empty(CHUNK, dtype=np.float32)
    nodes = np.empty(CHUNK, dtype=np.uint32)
    w = np.zeros(WORK)
    found = 0
    top = -1e30
    end = min(end, temperature.size)
    for a in range(first, end, CHUNK):
        e = min(a + CHUNK, end)
        m = e - a
        top = _top(temperature[a:e], highest[a:e], top)
        now[:m] = temperature[a:e]
        count = _due(
            np.float32(dt), now[:m], last[a:e], slope[a:e], waiting[a:e], rate[a:e],
            survival[a:e], due[:m],
        )  # fmt: skip
        for i in range(m):
            if count == 0 and not everywhere:
                break
            nodes[found] = a + i
            found += everywhere or due[i] >= _ONE
            if found == CHUNK:
                _update(
                    found, nodes, w, temperature, ea_over_r, tables, last, slope, waiting, rate,
                    dose_rate, death_rate, omega, survival, cem43, alive, dead,
                )  # fmt: skip
                found = 0
    _update(
        found, nodes, w, temperature, ea_over_r, tables, last, slope, waiting, rate, dose_rate,
        death_rate, omega, survival, cem43, alive, dead,
    )  # fmt: skip
    hottest[first // CHUNK] = top


@njit(cache=True, error_model="numpy")
def _update(
    count: int,
    nodes: Any,
    w: Any,
    temperature: FloatArray,
    ea_over_r: float,
    tables: FloatArray,
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
) -> None:
    """Bring ``count`` gathered nodes up to date."""
    for k in range(count):
        i = nodes[k]
        w[T + k] = min(temperature[i], TABLE_END)
        w[BEFORE + k] = last[i]
        w[SPAN + k] = waiting[i]
        w[RATE + k] = rate[i]
        w[DOSE_RATE + k] = dose_rate[i]
        w[DEATH_RATE + k] = death_rate[i]
        w[OMEGA + k] = omega[i]
        w[DOSE + k] = cem43[i]
        w[ALIVE + k] = alive[i]
        w[DEAD + k] = dead[i]
    if count:
        expose(w, tables, ea_over_r)
    for k in range(count):
        i = nodes[k]
        rate[i] = w[RATE + k]
        dose_rate[i] = w[DOSE_RATE + k]
        death_rate[i] = w[DEATH_RATE + k]
        omega[i] = w[OMEGA + k]
        cem43[i] = w[DOSE + k]
        alive[i] = w[ALIVE + k]
        dead[i] = w[DEAD + k]
        survival[i] = w[SURVIVAL + k]
        if w[SPAN + k] > 0.0:
            slope[i] = (w[T + k] - w[BEFORE + k]) / w[SPAN + k]
        last[i] = w[T + k]
        waiting[i] = 0.0


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
