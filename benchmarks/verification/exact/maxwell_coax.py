"""TEM wave in a coaxial line that is shorted, matched or loaded (Pozar 2012, chapters 2 and 3).

The line fills a < r < b and 0 < z < length, in sections of different permittivity.  A wave of given
power comes from above, as in an antenna from its hub, and meets the termination at z = 0.  In a
section with its lower end at z_i,

    psi = A (exp(j k (z - z_i)) - G exp(-j k (z - z_i))),
    E_r = -(Z0 / (sqrt(eps) r)) A (exp(j k (z - z_i)) + G exp(-j k (z - z_i))),

with G the reflection coefficient of the voltage at z_i; psi does not depend on r.
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

from benchmarks.verification.exact.maxwell import Field, impedance, wavenumber

SHORT, MATCHED, OPEN = -1.0, 0.0, 1.0
"""Voltage reflection of a metal wall, of a line that goes on for ever, of a magnetic wall."""


@dataclass(frozen=True)
class CoaxialLine:
    """A coaxial line of one or more sections.

    Attributes
    ----------
    inner, outer : float [m]
        Radii a < b of the conductors.
    sections : sequence of (float, complex)
        Length [m] and relative complex permittivity [-], from the termination at z = 0 upwards.
        The highest section leads to the port and must be lossless for the power of the incident
        wave to have a meaning.
    load : complex [-]
        Voltage reflection coefficient at z = 0 in the lowest section: `SHORT` (psi has no slope),
        `MATCHED`, `OPEN` (psi = 0) or any other.
    frequency : float [Hz]
    power : float [W]
        Of the incident wave; its psi at the port is real and positive.
    """

    inner: float
    outer: float
    sections: Sequence[tuple[float, complex]]
    load: complex
    frequency: float
    power: float = 1.0

    @property
    def length(self) -> float:
        """z of the port [m]."""
        return math.fsum(length for length, _ in self.sections)

    @property
    def incident(self) -> float:
        """psi of the incident wave at the port, ``sqrt(P / (pi Z ln(b / a)))`` [A]."""
        port = impedance(self.sections[-1][1]).real
        return math.sqrt(self.power / (math.pi * port * math.log(self.outer / self.inner)))

    @property
    def reflection(self) -> complex:
        """Voltage reflection coefficient S11 at the port [-]."""
        length, permittivity = self.sections[-1]
        k = wavenumber(permittivity, self.frequency)
        return self._reflections[-1] * cmath.exp(-2j * k * length)

    @cached_property
    def _reflections(self) -> list[complex]:
        """Voltage reflection at the lower end of each section."""
        found = [complex(self.load)]
        for (length, eps), (_, eps_above) in pairwise(self.sections):
            top = found[-1] * cmath.exp(-2j * wavenumber(eps, self.frequency) * length)
            # Voltage and current go through, so Z (1 + G) / (1 - G) is the same on both sides.
            here, above = impedance(eps) * (1.0 + top), impedance(eps_above) * (1.0 - top)
            found.append((here - above) / (here + above))
        return found

    @cached_property
    def _amplitudes(self) -> list[complex]:
        """psi of the wave going down, at the lower end of each section."""
        found: list[complex] = []
        current: complex | None = None
        for (length, eps), low in zip(
            reversed(self.sections), reversed(self._reflections), strict=True
        ):
            phase = cmath.exp(1j * wavenumber(eps, self.frequency) * length)
            if current is None:
                amplitude = self.incident / phase
            else:
                amplitude = current / (phase - low / phase)
            current = amplitude * (1.0 - low)
            found.append(amplitude)
        return found[::-1]

    def field(self, r: ArrayLike, z: ArrayLike) -> Field:
        """Field at points of the line.

        Parameters
        ----------
        r, z : array [m]
            Of one shape, a <= r <= b and 0 <= z <= length.
        """
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        bottoms = np.concatenate([[0.0], np.cumsum([length for length, _ in self.sections])])
        which = np.clip(np.searchsorted(bottoms, z, side="right") - 1, 0, len(self.sections) - 1)
        eps = np.array([complex(eps) for _, eps in self.sections])
        k = np.array([wavenumber(one, self.frequency) for one in eps])[which]
        down = np.array(self._amplitudes)[which] * np.exp(1j * k * (z - bottoms[which]))
        up = (np.array(self._amplitudes) * np.array(self._reflections))[which]
        up = up * np.exp(-1j * k * (z - bottoms[which]))
        waves = np.array([impedance(one) for one in eps])[which]
        e_r = -waves * (down + up) / r
        return Field(self.frequency, r, eps[which], down - up, e_r, np.zeros_like(e_r))

    def power_down(self, z: ArrayLike) -> np.ndarray:
        """Power [W] that goes down through the line at heights z [m], of any shape."""
        field = self.field(np.full(np.shape(z), self.inner), z)
        spread = 2.0 * math.pi * math.log(self.outer / self.inner)
        return np.asarray(-spread * self.inner * field.power_flow[1])

    @property
    def absorbed(self) -> list[float]:
        """Power [W] absorbed by each section, from z = 0 upwards."""
        edges = np.concatenate([[0.0], np.cumsum([length for length, _ in self.sections])])
        return [float(power) for power in np.diff(self.power_down(edges))]
