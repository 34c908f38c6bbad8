"""The wave that an insulated conductor guides through lossy tissue (Goubau 1950, King et al. 1983).

A metal wire of radius a, insulated up to b, in an unbounded medium carries a TM0 wave
exp(-gamma z) for which the fields of `maxwell_cylinders` have E_z = 0 on the metal.  This is how
the field of an antenna without a choke runs back along its shaft: its current, and with it the
field close to the sheath, fall as exp(-z Re gamma).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.optimize import newton
from scipy.special import hankel2

from benchmarks.verification.exact.maxwell import Field, wavenumber
from benchmarks.verification.exact.maxwell_cylinders import Cylinders


@dataclass(frozen=True)
class InsulatedWire:
    """A perfectly conducting wire with insulation, in an unbounded medium.

    Attributes
    ----------
    radii : sequence of float [m]
        Of the wire and of the outer surface of each layer of insulation, ascending.
    insulation : sequence of complex [-]
        Relative complex permittivity of each layer.
    medium : complex [-]
        Relative complex permittivity around it.
    frequency : float [Hz]
    guess : complex or None [1/m]
        Start of the search for gamma; by default that of a transmission line, which is good where
        ``|eps|`` of the medium is much larger than that of the insulation.
    """

    radii: Sequence[float]
    insulation: Sequence[complex]
    medium: complex
    frequency: float
    guess: complex | None = None

    @property
    def line_gamma(self) -> complex:
        """gamma of the transmission-line model of an insulated antenna [1/m].

        ``gamma = j k_i sqrt((L + F) / (L + F k_i^2 / k^2))`` with ``L = ln(b / a)`` and
        ``F = H0(k b) / (k b H1(k b))``; k_i belongs to the insulation, k to the medium (King et
        al. 1983).
        """
        logs = np.diff(np.log(self.radii))
        mean = logs.sum() / np.sum(logs / np.asarray(self.insulation, dtype=complex))
        k = wavenumber(self.medium, self.frequency)
        x = k * self.radii[-1]
        outside = hankel2(0, x) / (x * hankel2(1, x))
        inside = wavenumber(mean, self.frequency)
        shunt = logs.sum() + outside * (inside / k) ** 2
        return 1j * inside * cmath.sqrt((logs.sum() + outside) / shunt)

    @cached_property
    def gamma(self) -> complex:
        """Propagation constant [1/m]: a root of E_z on the metal; its real part attenuates."""
        start = self.line_gamma if self.guess is None else self.guess
        return complex(
            newton(
                self.mismatch,
                start,
                x1=start * (1.01 + 0.005j),
                tol=1e-13 * abs(start),
                maxiter=100,
            )
        )

    def mismatch(self, gamma: complex) -> complex:
        """E_z on the metal [V/m per A of psi], 0 for the guided wave."""
        return complex(self._cylinders(gamma, 1.0).field(self.radii[0]).e_z)

    @property
    def attenuation_length(self) -> float:
        """Length over which the field falls to 1/e [m]; the power density to 1/e^2."""
        return 1.0 / self.gamma.real

    @property
    def wavelength(self) -> float:
        """Wavelength along the wire [m]."""
        return 2.0 * math.pi / self.gamma.imag

    @property
    def radial_extent(self) -> float:
        """Length ``-1 / Im h`` over which psi falls to 1/e far from the wire [m].

        The closer gamma is to that of a plane wave, the longer it is: in tissue it is longer than
        the attenuation length, so the wave is weakly bound to the shaft.
        """
        k = wavenumber(self.medium, self.frequency)
        return 1.0 / abs(cmath.sqrt(k**2 + self.gamma**2).imag)

    def field(self, r: ArrayLike, z: ArrayLike, psi: complex = 1.0) -> Field:
        """Field at points of one shape [m] for a given psi on the metal at z = 0 [A]."""
        return self._cylinders(self.gamma, psi).field(r, z)

    def power_along(self, psi: complex = 1.0, start: float | None = None) -> float:
        """Power that passes z = 0 beyond the radius `start` (default: all of it) [W]."""
        far = self.radii[-1] + 20.0 * self.radial_extent
        edges = [*self.radii, self.radii[-1] * 4.0, self.radii[-1] * 20.0, far]
        edges = sorted({max(edge, start or 0.0) for edge in edges})
        cylinders = self._cylinders(self.gamma, psi)

        def flow(r: float) -> float:
            return 2.0 * math.pi * float(cylinders.field(r).power_flow[1])

        return math.fsum(
            quad(flow, low, high, epsrel=1e-11, epsabs=0.0, limit=200)[0]
            for low, high in pairwise(edges)
        )

    def absorbed_per_length(self, psi: complex = 1.0) -> float:
        """Power per length that the wave loses at z = 0, ``2 Re(gamma) P`` [W/m]."""
        return 2.0 * self.gamma.real * self.power_along(psi)

    def _cylinders(self, gamma: complex, psi: complex) -> Cylinders:
        return Cylinders(
            [*self.radii, math.inf],
            [*self.insulation, self.medium],
            self.frequency,
            inner=psi,
            gamma=gamma,
        )
