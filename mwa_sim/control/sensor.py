"""A thermocouple's reading: first-order lag behind the tissue, optional noise, regular samples.

    tau dy/dt = x(t) - y

with x the tissue temperature, linear between the instants at which it is given, is solved exactly:
however a stretch is cut into steps, the reading at its end is the same.
"""

from __future__ import annotations

import math
import random

from mwa_sim.control.protocol import Thermocouple


class Sensor:
    """State of one thermocouple.

    Parameters
    ----------
    spec : Thermocouple
    initial : float [degC]
        Tissue temperature at t = 0, which the sensor starts from.
    seed : int
        Of the run; every sensor draws its noise from a stream of its own, made from the seed and
        its name, so that adding a sensor does not change the readings of another.
    """

    def __init__(self, spec: Thermocouple, initial: float, seed: int = 0) -> None:
        self.spec = spec
        self._t = 0.0
        self._tissue = initial
        self._lagged = initial
        self._samples = 0
        # A text seed is hashed with SHA-512: the same on every machine and in every version.
        self._random = random.Random(f"{seed}:{spec.name}")

    @property
    def tissue(self) -> float:
        """Tissue temperature last given [degC]."""
        return self._tissue

    @property
    def lagged(self) -> float:
        """Temperature of the sensor itself, without noise [degC]."""
        return self._lagged

    @property
    def next_sample(self) -> float:
        """Instant of the next sample [s]: a whole multiple of the interval."""
        return self._samples * self.spec.sample_every

    def advance(self, t: float, tissue: float) -> None:
        """Follow the tissue temperature, linear in time, to an instant.

        Parameters
        ----------
        t : float [s]
            Not before the last instant.
        tissue : float [degC]
            Tissue temperature at `t`.
        """
        elapsed = t - self._t
        if elapsed > 0.0:
            tau = self.spec.time_constant
            if tau > 0.0:
                slope = (tissue - self._tissue) / elapsed
                settled = -math.expm1(-elapsed / tau)
                self._lagged = (
                    tissue - tau * slope * settled + (self._lagged - self._tissue) * (1.0 - settled)
                )
            else:
                self._lagged = tissue
            self._t = t
        self._tissue = tissue

    def sample(self) -> float:
        """Take the next sample and return its reading [degC]."""
        self._samples += 1
        noise = self.spec.noise
        return self._lagged + (self._random.gauss(0.0, noise) if noise > 0.0 else 0.0)
