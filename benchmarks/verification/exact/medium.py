"""Constant properties of a perfused medium."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Medium:
    """A homogeneous medium.

    Attributes
    ----------
    conductivity : float [W/m/K]
        k.
    capacity : float [J/m3/K]
        Volumetric heat capacity rho c.
    sink : float [W/m3/K]
        Perfusion W = omega rho_b c_b; 0 without perfusion.
    """

    conductivity: float
    capacity: float = 1.0
    sink: float = 0.0

    @property
    def diffusivity(self) -> float:
        """Thermal diffusivity k / (rho c) [m2/s]."""
        return self.conductivity / self.capacity

    @property
    def sink_rate(self) -> float:
        """W / (rho c) [1/s]."""
        return self.sink / self.capacity

    @property
    def perfusion_length(self) -> float:
        """Decay length sqrt(k / W) [m]; infinite without perfusion."""
        return math.sqrt(self.conductivity / self.sink) if self.sink > 0.0 else math.inf
