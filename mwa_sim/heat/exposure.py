"""What the heat has done to every node: damage, dose, cell death and the highest temperature.

Everything is advanced inside the time loop with the temperature linear in time over a step, never
from saved frames: a frame every few seconds would miss what a pulse does between two of them.  A
node whose temperature hardly moves is brought up to date every few seconds only: three exponentials
for every node in every step would cost as much as the heat equation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
from mwa_sim.typing import FloatArray

# A node may wait while its temperature stays within 0.2 K, for 4 s at most, and only until the
# damage not yet booked reaches 0.01; the perfusion counts what waits (`_open_vessels`).
_STILL = 0.2
_LONGEST_WAIT = 4.0
_WAITING_DAMAGE = 0.01


@njit(cache=True, error_model="numpy")
def _advance(
    dt: float,
    everywhere: bool,
    temperature: FloatArray,
    ln_a: float,
    ea_over_r: float,
    last: FloatArray,
    waiting: FloatArray,
    rate: FloatArray,
    exponent: FloatArray,
    dose_rate: FloatArray,
    dose_exponent: FloatArray,
    death_rate: FloatArray,
    omega: FloatArray,
    survival: FloatArray,
    cem43: FloatArray,
    alive: FloatArray,
    dead: FloatArray,
    highest: FloatArray,
) -> float:
    hottest = -1e30
    for i in range(temperature.size):
        t = temperature[i]
        highest[i] = max(highest[i], t)
        hottest = max(hottest, t)
        span = waiting[i] + dt
        if (
            not everywhere
            and abs(t - last[i]) < _STILL
            and span < _LONGEST_WAIT
            and span * rate[i] < _WAITING_DAMAGE
        ):
            waiting[i] = span
            continue
        waiting[i] = 0.0
        last[i] = t
        e1 = arrhenius_exponent(t, ln_a, ea_over_r)
        r1 = math.exp(e1)
        omega[i] += arrhenius_increment(span, exponent[i], rate[i], e1, r1)
        survival[i] = math.exp(-omega[i])
        exponent[i] = e1
        rate[i] = r1
        e1 = cem43_exponent(t)
        r1 = math.exp(e1)
        cem43[i] += cem43_increment(span, dose_exponent[i], dose_rate[i], e1, r1)
        dose_exponent[i] = e1
        dose_rate[i] = r1
        k1 = three_state_rate(t)
        alive[i], dead[i] = three_state_increment(span, death_rate[i], k1, alive[i], dead[i])
        death_rate[i] = k1
    return hottest


@njit(cache=True)
def _open_vessels(
    ahead: float, survival: FloatArray, waiting: FloatArray, rate: FloatArray, out: FloatArray
) -> None:
    for i in range(survival.size):
        x = (waiting[i] + ahead) * rate[i]
        # The series is exact to 4e-8 where nearly all nodes are.
        if x < 0.03:
            fraction = 1.0 - x * (1.0 - 0.5 * x * (1.0 - x * (1.0 / 3.0) * (1.0 - 0.25 * x)))
        else:
            fraction = math.exp(-x)
        out[i] = survival[i] * fraction


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
    _last: FloatArray
    _waiting: FloatArray
    _survival: FloatArray
    _rate: FloatArray
    _exponent: FloatArray
    _dose_rate: FloatArray
    _dose_exponent: FloatArray
    _death_rate: FloatArray

    @classmethod
    def start(
        cls, temperature: FloatArray, parameters: ArrheniusParameters | None = None
    ) -> Exposure:
        """Undamaged tissue at nodal temperatures (n,) [degC]; the liver set unless given."""
        p = parameters or arrhenius_parameters("liver")
        n = temperature.size
        exposure = cls(
            omega=np.zeros(n),
            cem43=np.zeros(n),
            alive=np.full(n, INITIAL_ALIVE),
            dead=np.zeros(n),
            highest=temperature.copy(),
            hottest=float(temperature.max()),
            _ln_a=p.ln_a,
            _ea_over_r=p.ea_over_r,
            _last=temperature.copy(),
            _waiting=np.zeros(n),
            _survival=np.ones(n),
            _rate=np.zeros(n),
            _exponent=np.zeros(n),
            _dose_rate=np.zeros(n),
            _dose_exponent=np.zeros(n),
            _death_rate=np.zeros(n),
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
            dt, everywhere, temperature, self._ln_a, self._ea_over_r, self._last, self._waiting,
            self._rate, self._exponent, self._dose_rate, self._dose_exponent, self._death_rate,
            self.omega, self._survival, self.cem43, self.alive, self.dead, self.highest,
        )  # fmt: skip

    def settle(self, dt: float, temperature: FloatArray) -> None:
        """Add a step of dt [s] that ends at temperatures (n,) [degC], for every node."""
        self.advance(dt, temperature, everywhere=True)

    def open_vessels(self, ahead: float, out: FloatArray) -> None:
        """Fill ``out`` with exp(-Omega) expected ``ahead`` seconds after the last `advance`.

        Omega is extrapolated with its present rate; asked for in the middle of a step this keeps
        the coupling of damage and perfusion second order in the step.
        """
        _open_vessels(ahead, self._survival, self._waiting, self._rate, out)
