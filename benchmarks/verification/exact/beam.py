"""Pulsed Gaussian beam absorbed with depth (Vyas & Rustgi 1992, Med Phys 19:1319).

In the half space z > 0 of an infinite perfused medium the power density is

    q = (2 mu E0 / (pi a^2 t0)) exp(-2 r^2 / a^2 - mu z)    while 0 < t < t0

and 0 for z < 0.  Convolved with the heat kernel, u being the time since the heat was released:

    dT = mu E0 / (pi t0 rho c) int exp(-W u / rho c) / (a^2 + 8 alpha u)
         exp(-2 r^2 / (a^2 + 8 alpha u) - mu z + mu^2 alpha u)
         erfc((2 mu alpha u - z) / sqrt(4 alpha u)) du
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import erfc

from benchmarks.verification.exact.medium import Medium


@dataclass(frozen=True)
class Beam:
    """A pulse of a Gaussian beam.

    Attributes
    ----------
    energy : float [J]
        E0.
    duration : float [s]
        t0.
    radius : float [m]
        a, where the intensity is exp(-2) of that on the axis.
    attenuation : float [1/m]
        mu.
    """

    energy: float
    duration: float
    radius: float
    attenuation: float

    def density(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Power density [W/m3] while the pulse lasts, at radii and depths [m]."""
        peak = 2.0 * self.attenuation * self.energy / (math.pi * self.radius**2 * self.duration)
        profile = np.exp(-2.0 * r**2 / self.radius**2 - self.attenuation * np.maximum(z, 0.0))
        return np.where(z > 0.0, peak * profile, 0.0)


def rise(r: float, z: float, t: float, beam: Beam, medium: Medium) -> float:
    """Rise at a point and a time.

    Parameters
    ----------
    r, z : float [m]
        Distance from the axis, depth.
    t : float [s]
        Since the start of the pulse, positive.
    beam : Beam
    medium : Medium

    Returns
    -------
    float [K]
    """
    alpha, mu = medium.diffusivity, beam.attenuation

    def released(u: float) -> float:
        """Effect of the heat released a time u ago."""
        if u <= 0.0:
            reach = 0.0 if z < 0.0 else 2.0
            return reach / beam.radius**2 * math.exp(-2.0 * (r / beam.radius) ** 2 - mu * z)
        spread = beam.radius**2 + 8.0 * alpha * u
        exponent = -medium.sink_rate * u - 2.0 * r**2 / spread - mu * z + mu**2 * alpha * u
        reach = erfc((2.0 * mu * alpha * u - z) / math.sqrt(4.0 * alpha * u))
        return math.exp(exponent) / spread * float(reach)

    first = max(0.0, t - beam.duration)
    integral, _ = quad(released, first, t, epsabs=0.0, epsrel=1e-10, limit=200)
    return mu * beam.energy / (math.pi * beam.duration * medium.capacity) * integral
