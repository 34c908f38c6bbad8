"""What the heat has done to every node: damage, dose, cell death and the highest temperature.

Everything is advanced once a step with the temperature linear in time between its ends, never from
saved frames: a frame every few seconds would miss what a pulse does between two of them.
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


@njit(cache=True, error_model="numpy")
def _advance(
    dt: float,
    temperature: FloatArray,
    ln_a: float,
    ea_over_r: float,
    rate: FloatArray,
    exponent: FloatArray,
    dose_rate: FloatArray,
    dose_exponent: FloatArray,
    omega: FloatArray,
    cem43: FloatArray,
    death_rate: FloatArray,
    alive: FloatArray,
    dead: FloatArray,
    highest: FloatArray,
) -> float:
    hottest = -1e30
    for i in range(temperature.size):
        t = temperature[i]
        e1 = arrhenius_exponent(t, ln_a, ea_over_r)
        r1 = math.exp(e1)
        omega[i] += arrhenius_increment(dt, exponent[i], rate[i], e1, r1)
        exponent[i] = e1
        rate[i] = r1
        e1 = cem43_exponent(t)
        r1 = math.exp(e1)
        cem43[i] += cem43_increment(dt, dose_exponent[i], dose_rate[i], e1, r1)
        dose_exponent[i] = e1
        dose_rate[i] = r1
        k1 = three_state_rate(t)
        alive[i], dead[i] = three_state_increment(dt, death_rate[i], k1, alive[i], dead[i])
        death_rate[i] = k1
        highest[i] = max(highest[i], t)
        hottest = max(hottest, t)
    return hottest


@njit(cache=True)
def _open_vessels(dt: float, omega: FloatArray, rate: FloatArray, out: FloatArray) -> None:
    for i in range(omega.size):
        out[i] = math.exp(-(omega[i] + 0.5 * dt * rate[i]))


@dataclass
class Exposure:
    """Damage fields of all nodes and their advance in time.

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
            _rate=np.zeros(n),
            _exponent=np.zeros(n),
            _dose_rate=np.zeros(n),
            _dose_exponent=np.zeros(n),
            _death_rate=np.zeros(n),
        )
        exposure.advance(0.0, temperature)
        return exposure

    def advance(self, dt: float, temperature: FloatArray) -> None:
        """Add a step of ``dt`` seconds that ends at nodal temperatures (n,) [degC]."""
        self.hottest = _advance(
            dt, temperature, self._ln_a, self._ea_over_r,
            self._rate, self._exponent, self._dose_rate, self._dose_exponent,
            self.omega, self.cem43, self._death_rate, self.alive, self.dead, self.highest,
        )  # fmt: skip

    def open_vessels(self, dt: float, out: FloatArray) -> None:
        """Fill ``out`` with exp(-Omega) expected in the middle of the next step of dt [s].

        Omega is extrapolated with its present rate, which keeps the coupling of damage and
        perfusion second order in the step.
        """
        _open_vessels(dt, self.omega, self._rate, out)
