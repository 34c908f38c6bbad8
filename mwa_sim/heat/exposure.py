"""What the heat has done to every node: damage, dose, cell death and the highest temperature.

Everything is advanced inside the time loop with the temperature linear in time over a step, never
from saved frames: a frame every few seconds would miss what a pulse does between two of them.  A
node whose temperature moves evenly is brought up to date now and then only, which is as accurate:
all nodes in every step would cost as much as the heat equation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.damage.parameters import ArrheniusParameters, arrhenius_parameters
from mwa_sim.damage.three_state import INITIAL_ALIVE
from mwa_sim.heat.exposure_block import rate_tables
from mwa_sim.heat.exposure_kernels import advance_nodes, fill_sinks
from mwa_sim.heat.sliced import CHUNK, Single, padded
from mwa_sim.heat.team import ALONE, Team
from mwa_sim.typing import FloatArray, IntArray


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
    _ea_over_r: float
    _rates: FloatArray
    _last: Single
    _slope: Single
    _waiting: Single
    _survival: Single
    _rate: Single
    _dose_rate: FloatArray
    _death_rate: Single
    _hottest: FloatArray

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
            _ea_over_r=p.ea_over_r,
            _rates=rate_tables(p.ln_a, p.ea_over_r),
            _last=np.resize(temperature, size).astype(np.float32),
            _slope=single(0.0),
            _waiting=single(0.0),
            _survival=single(1.0),
            _rate=single(0.0),
            # In equivalent minutes a minute it outgrows single precision at 171 degC.
            _dose_rate=np.zeros(n),
            _death_rate=single(0.0),
            _hottest=np.zeros(size // CHUNK),
        )
        exposure.advance(0.0, temperature, everywhere=True)
        return exposure

    def advance(
        self,
        dt: float,
        temperature: FloatArray,
        everywhere: bool = False,
        team: Team = ALONE,
    ) -> None:
        """Add a step.

        Parameters
        ----------
        dt : float [s]
        temperature : (n,) float array [degC]
            At the end of the step.
        everywhere : bool
            Bring every node up to date, also those that may wait.
        team : Team
            Threads that share the nodes.
        """
        self._hottest[:] = -np.inf
        team.run(
            self._waiting.size, advance_nodes, dt, everywhere, temperature,
            self._ea_over_r, self._rates, self._last, self._slope, self._waiting, self._rate,
            self._dose_rate, self._death_rate, self.omega, self._survival, self.cem43, self.alive,
            self.dead, self.highest, self._hottest,
        )  # fmt: skip
        self.hottest = float(self._hottest.max())

    def settle(self, dt: float, temperature: FloatArray) -> None:
        """Add a step of dt [s] that ends at temperatures (n,) [degC], for every node."""
        self.advance(dt, temperature, everywhere=True)

    def fill_sinks(
        self, ahead: float, part: Single, constant: Single, d: Single, team: Team = ALONE
    ) -> None:
        """Fill ``d`` with ``constant + part exp(-Omega)``, Omega ``ahead`` seconds from now.

        Parameters
        ----------
        ahead : float [s]
            Since the last `advance`.
        part, constant, d : (n_padded,) float32 array
        """
        team.run(
            d.size, fill_sinks, ahead, self._survival, self._waiting, self._rate, part, constant, d
        )

    def survival(self, nodes: IntArray) -> FloatArray:
        """exp(-Omega) (k,) of some nodes (k,), as of their last update."""
        return self._survival[nodes].astype(np.float64)
