"""Damage, dose and cell death of a chunk of nodes over a span of time, in vector instructions.

The quantities of a chunk lie one after the other in a single work array, so that the compiler sees
where each of them is and needs no tests for overlaps; every loop is free of branches.  It does what
the functions for one node do (:mod:`mwa_sim.damage`), with rates from tables and

- the dose between temperatures T0 and T1 as (F(T1) - F(T0)) / (T1 - T0) with the primitive F of the
  dose rate R, F = R / ln 4 below 43 degC and 1 / ln 4 + (R - 1) / ln 2 above, so that crossing 43
  degC is no case of its own;
- exp(-Omega) as a polynomial and a power of two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from mwa_sim.damage.arrhenius import arrhenius_exponent
from mwa_sim.damage.cem43 import REFERENCE_TEMPERATURE, cem43_exponent
from mwa_sim.damage.three_state import (
    ALL_DEAD,
    BACKWARD_RATE,
    MAX_RATE_STEP,
    three_state_increment,
    three_state_rate,
    three_state_substep,
)
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.typing import FloatArray

TABLE_END = 500.0
"""Hotter tissue counts as this hot [degC]; no model of damage reaches that far."""
_TABLE_START = 0.0
# Between entries 1/256 K apart the error is below 4e-6 of a rate; 43 degC, where the dose rate has
# a kink, is an entry.
_PER_KELVIN = 256
_SIZE = int((TABLE_END - _TABLE_START) * _PER_KELVIN) + 2
_LN2, _LN4 = math.log(2.0), math.log(4.0)
# Temperature difference [K] below which the quotient of the dose loses more digits than a series.
_SERIES_DOSE = 0.05
_SERIES_DAMAGE = 0.05
_POWERS = 1000

# Places in the work array.
T, BEFORE, SPAN, RATE, DOSE_RATE, DEATH_RATE, OMEGA, DOSE, ALIVE, DEAD, SURVIVAL = (
    k * CHUNK for k in range(11)
)
_PLACE, _PART, _NEW_RATE, _NEW_DOSE, _NEW_DEATH, _NEW_ALIVE, _NEW_DEAD = (
    k * CHUNK for k in range(11, 18)
)
WORK = 18 * CHUNK
"""Length of the work array."""


@njit(cache=True)
def rate_tables(ln_a: float, ea_over_r: float) -> FloatArray:
    """Rates (3, k) of Omega, CEM43 and the three-state model, and powers of two in a fourth row."""
    out = np.zeros((4, _SIZE))
    for k in range(_SIZE):
        t = _TABLE_START + k / _PER_KELVIN
        out[0, k] = math.exp(arrhenius_exponent(t, ln_a, ea_over_r))
        out[1, k] = math.exp(cem43_exponent(t))
        out[2, k] = three_state_rate(t)
    for k in range(_POWERS + 2):
        out[3, k] = 2.0**-k
    return out


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _look_up(w: Any, table: Any, to: int) -> None:
    for i in range(CHUNK):
        k = int(w[_PLACE + i])
        w[to + i] = table[k] + w[_PART + i] * (table[k + 1] - table[k])


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _rates(w: Any, tables: Any) -> None:
    for i in range(CHUNK):
        x = (w[T + i] - _TABLE_START) * _PER_KELVIN
        x = min(max(x, 0.0), _SIZE - 2.0)
        k = math.floor(x)
        w[_PLACE + i] = k
        w[_PART + i] = x - k
    _look_up(w, tables[0], _NEW_RATE)
    _look_up(w, tables[1], _NEW_DOSE)
    _look_up(w, tables[2], _NEW_DEATH)


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _damage(w: Any, ea_over_r: float) -> None:
    """Omega with the logarithm of its rate linear in time."""
    for i in range(CHUNK):
        a, b = w[T + i] + 273.15, w[BEFORE + i] + 273.15
        d = ea_over_r * (a - b) / (a * b)
        r0, r1 = w[RATE + i], w[_NEW_RATE + i]
        d2 = d * d
        series = 0.5 * (r0 + r1) * (1.0 - d2 * (1.0 / 12.0 - d2 * (1.0 / 120.0)))
        large = abs(d) > _SERIES_DAMAGE
        quotient = (r1 - r0) / (d if large else 1.0)
        w[OMEGA + i] += w[SPAN + i] * (quotient if large else series)


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _survive(w: Any, powers: Any) -> None:
    """exp(-Omega), to 1e-8."""
    for i in range(CHUNK):
        y = min(w[OMEGA + i] * (1.0 / _LN2), float(_POWERS))
        k = math.floor(y)
        w[_PLACE + i] = k
        z = (k - y) * _LN2
        w[SURVIVAL + i] = 1.0 + z * (
            1.0 + z * (1.0 / 2.0 + z * (1.0 / 6.0 + z * (1.0 / 24.0 + z * (
                1.0 / 120.0 + z * (1.0 / 720.0 + z * (1.0 / 5040.0 + z * (1.0 / 40320.0)))
            ))))
        )  # fmt: skip
    for i in range(CHUNK):
        w[SURVIVAL + i] *= powers[int(w[_PLACE + i])]


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _dose(w: Any) -> None:
    """CEM43 [min] with the temperature linear in time."""
    for i in range(CHUNK):
        t0, t1 = w[BEFORE + i], w[T + i]
        r0, r1 = w[DOSE_RATE + i], w[_NEW_DOSE + i]
        f0 = r0 / _LN4 if r0 < 1.0 else 1.0 / _LN4 + (r0 - 1.0) / _LN2
        f1 = r1 / _LN4 if r1 < 1.0 else 1.0 / _LN4 + (r1 - 1.0) / _LN2
        d = t1 - t0
        large = abs(d) > _SERIES_DOSE
        quotient = (f1 - f0) / (d if large else 1.0)
        e = d * (_LN4 if t1 < REFERENCE_TEMPERATURE else _LN2)
        series = 0.5 * (r0 + r1) * (1.0 - e * e * (1.0 / 12.0))
        w[DOSE + i] += (w[SPAN + i] / 60.0) * (quotient if large else series)


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _die(w: Any) -> int:
    """The three-state model in one substep; how many nodes need more of them."""
    for i in range(CHUNK):
        k0, k1 = w[DEATH_RATE + i], w[_NEW_DEATH + i]
        a, d = three_state_substep(
            w[SPAN + i], k0, math.sqrt(k0 * k1), k1, w[ALIVE + i], w[DEAD + i]
        )
        w[_NEW_ALIVE + i] = a
        w[_NEW_DEAD + i] = d
    count = 0
    for i in range(CHUNK):
        fastest = w[SPAN + i] * max(max(w[DEATH_RATE + i], w[_NEW_DEATH + i]), BACKWARD_RATE)
        count += (fastest > MAX_RATE_STEP) | (1.0 - w[DEAD + i] < ALL_DEAD)
    return count


@njit(cache=True)
def expose(w: Any, tables: Any, ea_over_r: float) -> None:
    """Advance a chunk of nodes.

    Parameters
    ----------
    w : (WORK,) float array
        From `T`: temperature now; from `BEFORE` and `SPAN`: that at the last update [degC] and the
        time since [s]; from `RATE`, `DOSE_RATE`, `DEATH_RATE`: the rates then; from `OMEGA`,
        `DOSE`, `ALIVE`, `DEAD`: what is to be advanced. On return these and the rates are those
        of now, and exp(-Omega) is at `SURVIVAL`.
    tables : (4, k) float array
        Of `rate_tables`.
    ea_over_r : float [K]
    """
    _rates(w, tables)
    _damage(w, ea_over_r)
    _dose(w)
    if _die(w):
        for i in range(CHUNK):
            w[_NEW_ALIVE + i], w[_NEW_DEAD + i] = three_state_increment(
                w[SPAN + i], w[DEATH_RATE + i], w[_NEW_DEATH + i], w[ALIVE + i], w[DEAD + i]
            )
    for i in range(CHUNK):
        w[ALIVE + i] = w[_NEW_ALIVE + i]
        w[DEAD + i] = w[_NEW_DEAD + i]
        w[RATE + i] = w[_NEW_RATE + i]
        w[DOSE_RATE + i] = w[_NEW_DOSE + i]
        w[DEATH_RATE + i] = w[_NEW_DEATH + i]
    _survive(w, tables[3])
