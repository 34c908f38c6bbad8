"""The solution of an antenna's field problem, per watt incident in its coaxial line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mwa_sim.antenna.sar import SPEED_OF_LIGHT, VACUUM_PERMITTIVITY, ComplexArray
from mwa_sim.typing import FloatArray

FREE_SPACE_IMPEDANCE = 1.0 / (VACUUM_PERMITTIVITY * SPEED_OF_LIGHT)
"""Wave impedance of free space [ohm]."""


@dataclass(frozen=True, eq=False)
class FieldSolution:
    """The field of 1 W incident in the coaxial line.

    Attributes
    ----------
    reflection : complex [-]
        S11 at the port.
    e_r, e_z : (m_t, k) complex arrays [V/m per sqrt(W)]
        Electric field (peak phasor) at the quadrature points of the tissue triangles.
    density : (m_t, k) float array [W/m3 per W]
        Absorbed power density ``sigma |E|^2 / 2`` at the same points.
    volume : (m_t, k) float array [m3]
        Volume of revolution that each point stands for.
    lost : mapping of str to float [W/W]
        Power absorbed by the dielectric parts of the antenna, by part.
    radiated : float [W/W]
        Power that leaves through the absorbing boundary.
    psi : (n,) complex array [A]
        ``r H_phi`` at the unknowns.
    """

    reflection: complex
    e_r: ComplexArray
    e_z: ComplexArray
    density: FloatArray
    volume: FloatArray
    lost: Mapping[str, float]
    radiated: float
    psi: ComplexArray

    @property
    def s11_db(self) -> float:
        """Reflection coefficient [dB]."""
        return float(20.0 * np.log10(max(abs(self.reflection), 1e-15)))

    @property
    def reflected(self) -> float:
        """Reflected fraction of the incident power, |S11|^2 [-]."""
        return float(abs(self.reflection) ** 2)

    @property
    def absorbed(self) -> float:
        """Power absorbed by the tissue inside the domain [W/W]."""
        return float(np.sum(self.density * self.volume))

    @property
    def balance_error(self) -> float:
        """``| |S11|^2 + absorbed + lost + radiated - 1 |``, 0 for an exact solution."""
        found = self.reflected + self.absorbed + sum(self.lost.values()) + self.radiated
        return float(abs(found - 1.0))
