"""Stefan problems with a sharp front, in closed form: heating from a wall and from a line.

A medium at `initial` is heated until it passes `transition` (for tissue: water evaporates at 100
degC).  The front, at which the latent heat per volume is taken up, moves as ``2 xi sqrt(alpha t)``
with the diffusivity of the transformed phase.  Temperatures are absolute [degC], not rises.

Sources: Neumann's solution, Carslaw & Jaeger 1959, section 11.2; line source, Hahn & Ozisik 2012,
ch. 12 (there a line sink that freezes; the signs are reversed here).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import erf, erfc, erfcx, exp1

from benchmarks.verification.exact.medium import Medium


@dataclass(frozen=True)
class StefanWall:
    """Half space x > 0 whose face is held above the transition (two-phase Neumann solution).

    Attributes
    ----------
    wall, transition, initial : float [degC]
        ``wall > transition >= initial``.
    latent : float [J/m3]
        Latent heat per volume.
    transformed, intact : Medium
        Behind and ahead of the front; their sinks are ignored.
    """

    wall: float
    transition: float
    initial: float
    latent: float
    transformed: Medium
    intact: Medium

    @cached_property
    def xi(self) -> float:
        """Dimensionless front position, root of the balance of heat at the front.

        ``k1 (Tw - Tm) exp(-xi^2) / (sqrt(pi a1) erf xi)
        - k2 (Tm - Ti) exp(-xi^2 m^2) / (sqrt(pi a2) erfc(xi m)) = L xi sqrt(a1)``, m^2 = a1 / a2.
        """
        hot, cold = self.transformed, self.intact
        m = math.sqrt(hot.diffusivity / cold.diffusivity)
        arriving = hot.conductivity * (self.wall - self.transition)
        arriving /= math.sqrt(math.pi * hot.diffusivity)
        leaving = cold.conductivity * (self.transition - self.initial)
        leaving /= math.sqrt(math.pi * cold.diffusivity)

        def balance(xi: float) -> float:
            absorbed = self.latent * xi * math.sqrt(hot.diffusivity)
            conducted = leaving / float(erfcx(xi * m))
            return arriving * math.exp(-(xi**2)) / float(erf(xi)) - conducted - absorbed

        return float(brentq(balance, 1e-9, 10.0, xtol=1e-15, rtol=1e-14))

    def front(self, t: ArrayLike) -> NDArray[np.float64]:
        """Position of the front [m] at times [s]."""
        t = np.asarray(t, dtype=np.float64)
        return 2.0 * self.xi * np.sqrt(self.transformed.diffusivity * t)

    def temperature(self, x: ArrayLike, t: float) -> NDArray[np.float64]:
        """Temperature [degC] at depths x [m] and a time [s]."""
        x = np.asarray(x, dtype=np.float64)
        hot, cold = self.transformed.diffusivity, self.intact.diffusivity
        m = math.sqrt(hot / cold)
        behind = erf(x / math.sqrt(4.0 * hot * t)) / erf(self.xi)
        ahead = erfc(x / math.sqrt(4.0 * cold * t)) / erfc(self.xi * m)
        return np.where(
            x < self.front(t),
            self.wall - (self.wall - self.transition) * behind,
            self.initial + (self.transition - self.initial) * ahead,
        )


@dataclass(frozen=True)
class StefanLine:
    """Infinite line source in a medium that transforms around it.

    Attributes
    ----------
    power_per_length : float [W/m]
    transition, initial : float [degC]
        ``transition >= initial``.
    latent : float [J/m3]
        Latent heat per volume.
    transformed, intact : Medium
        Behind and ahead of the front; their sinks are ignored.
    """

    power_per_length: float
    transition: float
    initial: float
    latent: float
    transformed: Medium
    intact: Medium

    @cached_property
    def xi(self) -> float:
        """Dimensionless front position, root of the balance of heat at the front.

        ``q' / (4 pi) exp(-xi^2) - k2 (Tm - Ti) exp(-xi^2 m^2) / E1(xi^2 m^2) = xi^2 a1 L``,
        m^2 = a1 / a2.
        """
        ratio = self.transformed.diffusivity / self.intact.diffusivity
        arriving = self.power_per_length / (4.0 * math.pi)
        leaving = self.intact.conductivity * (self.transition - self.initial)
        absorbed = self.transformed.diffusivity * self.latent

        def balance(log_square: float) -> float:
            square = math.exp(log_square)
            x = square * ratio
            conducted = leaving * math.exp(-x) / float(exp1(x))
            return arriving * math.exp(-square) - conducted - square * absorbed

        return math.exp(0.5 * float(brentq(balance, -80.0, math.log(25.0), xtol=1e-14)))

    def front(self, t: ArrayLike) -> NDArray[np.float64]:
        """Radius of the front [m] at times [s]."""
        t = np.asarray(t, dtype=np.float64)
        return 2.0 * self.xi * np.sqrt(self.transformed.diffusivity * t)

    def temperature(self, r: ArrayLike, t: float) -> NDArray[np.float64]:
        """Temperature [degC] at radii r [m], positive, and a time [s]."""
        r = np.asarray(r, dtype=np.float64)
        hot, cold = self.transformed, self.intact
        scale = self.power_per_length / (4.0 * math.pi * hot.conductivity)
        behind = exp1(r**2 / (4.0 * hot.diffusivity * t)) - exp1(self.xi**2)
        ahead = exp1(r**2 / (4.0 * cold.diffusivity * t))
        ahead = ahead / exp1(self.xi**2 * hot.diffusivity / cold.diffusivity)
        return np.where(
            r < self.front(t),
            self.transition + scale * behind,
            self.initial + (self.transition - self.initial) * ahead,
        )
