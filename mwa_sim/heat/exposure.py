"""What the heat has done to every node: damage, dose, cell death and the highest temperature.

Everything is advanced inside the time loop with the temperature linear in time over a step, never
from saved frames: a frame every few seconds would miss what a pulse does between two of them.  A
node whose temperature hardly moves is brought up to date every few seconds only: three exponentials
for every node in every step would cost as much as the heat equation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from mwa_sim.damage.arrhenius import arrhenius_exponent, arrhenius_increment
from mwa_sim.damage.cem43 import cem43_exponent, cem43_increment
from mwa_sim.damage.parameters import ArrheniusParameters, arrhenius_parameters
from mwa_sim.damage.three_state import (
    INITIAL_ALIVE,
    three_state_increment,
    three_state_rate,
)
from mwa_sim.heat.sliced import CHUNK, Single, padded
from mwa_sim.tissue.tabulated import table_place
from mwa_sim.typing import FloatArray, IntArray

# A node may wait while its temperature stays within 0.005 K of a straight line in time and within
# 1 K, for 10 s at most, and only until a hundredth of its vessels could have closed; the perfusion
# counts what waits.
_STRAIGHT = 0.005
_FARTHEST = 1.0
_LONGEST_WAIT = 10.0
_WAITING = 0.01
# Rates are tabulated over temperature, the three of one temperature side by side: between entries
# 1/128 K apart the error is below 2e-5 of a rate, and 43 degC, where CEM43 has a kink, is an entry.
_TABLE_START = 0.0
_PER_KELVIN = 128
_TABLE_END = 400.0
# Damage to come below which the exponential is its series, exact to 4e-8.
_SERIES = np.float32(0.03)
# Open vessels that no longer count.
_DEAD = np.float32(1e-6)


def _rates(ln_a: float, ea_over_r: float) -> FloatArray:
    """Rates (k, 3) of Omega, CEM43 and the three-state model at the tabulated temperatures."""
    t = np.arange(_TABLE_START, _TABLE_END, 1.0 / _PER_KELVIN)
    out = np.empty((t.size, 3))
    out[:, 0] = np.exp(ln_a - ea_over_r / (t + 273.15))
    out[:, 1] = [math.exp(cem43_exponent(x)) for x in t]
    out[:, 2] = [three_state_rate(x) for x in t]
    return out


@njit(cache=True, error_model="numpy")
def _advance(
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
    dose_rate: Any,
    death_rate: Any,
    omega: FloatArray,
    survival: Any,
    cem43: FloatArray,
    alive: FloatArray,
    dead: FloatArray,
    highest: FloatArray,
) -> float:
    hottest = -1e30
    end = rates.shape[0] - 2
    for i in range(temperature.size):
        t = temperature[i]
        highest[i] = max(highest[i], t)
        hottest = max(hottest, t)
        before = last[i]
        span = waiting[i] + dt
        if (
            not everywhere
            and abs(t - before - slope[i] * span) < _STRAIGHT
            and abs(t - before) < _FARTHEST
            and span < _LONGEST_WAIT
            and span * rate[i] * survival[i] < _WAITING
        ):
            waiting[i] = span
            continue
        waiting[i] = 0.0
        last[i] = t
        if span > 0.0:
            slope[i] = (t - before) / span
        k, part = table_place(t, _TABLE_START, _PER_KELVIN, end)
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
    return hottest


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


@njit(cache=True)
def fill_sinks(
    ahead: float, survival: Any, waiting: Any, rate: Any, part: Any, constant: Any, d: Any
) -> None:
    """d = constant + part exp(-Omega), with Omega as expected ``ahead`` seconds from now.

    Omega is extrapolated with its present rate; asked for in the middle of a step this keeps the
    coupling of damage and perfusion second order in the step.
    """
    fraction = np.empty(CHUNK, dtype=np.float32)
    for a in range(0, d.size, CHUNK):
        e = a + CHUNK
        if _open(np.float32(ahead), survival[a:e], waiting[a:e], rate[a:e], fraction):
            for i in range(CHUNK):
                x = (waiting[a + i] + ahead) * rate[a + i]
                if x > _SERIES and survival[a + i] > _DEAD:
                    fraction[i] = survival[a + i] * math.exp(-x)
        _sinks(fraction, part[a:e], constant[a:e], d[a:e])


@dataclass
class Exposure:
    """Damage fields of all nodes and their advance in time.

    The fields are complete after `settle`.

    Attributes
    ----------
    omega : (n,) float array [-]
        Arrhenius damage integral.
    cem43 : (n,) float array [min]
    alive, dead : (n,) float array [-]
        Fractions of the three-state model.
    highest : (n,) float array [degC]
        Highest temperature at the end of any step.
    hottest : float [degC]
        Largest nodal temperature after the last step.
    """

    omega: FloatArray
    cem43: FloatArray
    alive: FloatArray
    dead: FloatArray
    highest: FloatArray
    hottest: float
    _ln_a: float
    _ea_over_r: float
    _rates: FloatArray
    _last: Single
    _slope: Single
    _waiting: Single
    _survival: Single
    _rate: Single
    _dose_rate: Single
    _death_rate: Single

    @classmethod
    def start(
        cls, temperature: FloatArray, parameters: ArrheniusParameters | None = None
    ) -> Exposure:
        """Undamaged tissue at nodal temperatures (n,) [degC]; the liver set unless given."""
        p = parameters or arrhenius_parameters("liver")
        n = temperature.size
        size = padded(n)  # as long as the vectors of the stepper

        def single(value: float) -> Single:
            return np.full(size, value, dtype=np.float32)

        exposure = cls(
            omega=np.zeros(n),
            cem43=np.zeros(n),
            alive=np.full(n, INITIAL_ALIVE),
            dead=np.zeros(n),
            highest=temperature.copy(),
            hottest=float(temperature.max()),
            _ln_a=p.ln_a,
            _ea_over_r=p.ea_over_r,
            _rates=_rates(p.ln_a, p.ea_over_r),
            _last=np.resize(temperature, size).astype(np.float32),
            _slope=single(0.0),
            _waiting=single(0.0),
            _survival=single(1.0),
            _rate=single(0.0),
            _dose_rate=single(0.0),
            _death_rate=single(0.0),
        )
        exposure.advance(0.0, temperature, everywhere=True)
        return exposure

    def advance(self, dt: float, temperature: FloatArray, everywhere: bool = False) -> None:
        """Add a step.

        Parameters
        ----------
        dt : float [s]
        temperature : (n,) float array [degC]
            At the end of the step.
        everywhere : bool
            Bring every node up to date, also those that may wait.
        """
        self.hottest = _advance(
            dt, everywhere, temperature, self._ln_a, self._ea_over_r, self._rates, self._last,
            self._slope, self._waiting, self._rate, self._dose_rate, self._death_rate, self.omega,
            self._survival, self.cem43, self.alive, self.dead, self.highest,
        )  # fmt: skip

    def settle(self, dt: float, temperature: FloatArray) -> None:
        """Add a step of dt [s] that ends at temperatures (n,) [degC], for every node."""
        self.advance(dt, temperature, everywhere=True)

    def fill_sinks(self, ahead: float, part: Single, constant: Single, d: Single) -> None:
        """Fill ``d`` with ``constant + part exp(-Omega)``, Omega ``ahead`` seconds from now.

        Parameters
        ----------
        ahead : float [s]
            Since the last `advance`.
        part, constant, d : (n_padded,) float32 array
        """
        fill_sinks(ahead, self._survival, self._waiting, self._rate, part, constant, d)

    def survival(self, nodes: IntArray) -> FloatArray:
        """exp(-Omega) (k,) of some nodes (k,), as of their last update."""
        return self._survival[nodes].astype(np.float64)
