"""Axisymmetric TM fields, for the reference solutions of the Maxwell solver.

Fields vary as exp(+j w t) and are peak phasors.  With ``psi = r H_phi`` and the relative complex
permittivity eps, Maxwell's equations in the (r, z) plane are

    E_r = (j Z0 / (k0 eps r)) dpsi/dz,      E_z = -(j Z0 / (k0 eps r)) dpsi/dr,
    dE_r/dz - dE_z/dr = -j k0 Z0 psi / r,

and together ``div(grad psi / (eps r)) + k0^2 psi / r = 0``.  The solutions are in modules of their
own: `maxwell_coax`, `maxwell_cylinders`, `maxwell_wire`, `maxwell_sphere`, `maxwell_manufactured`.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

SPEED_OF_LIGHT = 299_792_458.0
"""[m/s]"""
VACUUM_PERMITTIVITY = 8.8541878128e-12
"""[F/m]"""
VACUUM_IMPEDANCE = 1.0 / (VACUUM_PERMITTIVITY * SPEED_OF_LIGHT)
"""Z0 [ohm]"""


@dataclass(frozen=True)
class Field:
    """A field at points of the meridian plane.

    Attributes
    ----------
    frequency : float [Hz]
    r : float array [m]
        Distance of the points from the axis.
    permittivity : complex array [-]
        Relative complex permittivity at the points.
    psi : complex array [A]
        ``r H_phi``; ``2 pi psi`` is the current through the disc of radius r.
    e_r, e_z : complex arrays [V/m]
    """

    frequency: float
    r: Real
    permittivity: Complex
    psi: Complex
    e_r: Complex
    e_z: Complex

    @property
    def e_squared(self) -> Real:
        """|E|^2 [V2/m2]."""
        return np.asarray(np.abs(self.e_r) ** 2 + np.abs(self.e_z) ** 2)

    @property
    def density(self) -> Real:
        """Absorbed power density ``-w eps0 Im(eps) |E|^2 / 2`` [W/m3]."""
        omega = 2.0 * math.pi * self.frequency
        loss = -0.5 * omega * VACUUM_PERMITTIVITY * self.permittivity.imag
        return np.asarray(loss * self.e_squared)

    @property
    def power_flow(self) -> tuple[Real, Real]:
        """Poynting vector ``Re(E x H*) / 2`` times r, (r S_r, r S_z) [W/m]; finite on the axis."""
        return (
            np.asarray(-0.5 * (self.e_z * self.psi.conj()).real),
            np.asarray(0.5 * (self.e_r * self.psi.conj()).real),
        )


def vacuum_wavenumber(frequency: float) -> float:
    """``k0 = 2 pi f / c`` [rad/m]."""
    return 2.0 * math.pi * frequency / SPEED_OF_LIGHT


def wavenumber(permittivity: complex, frequency: float) -> complex:
    """``k = k0 sqrt(eps)`` [rad/m], with Im k <= 0 for Im eps <= 0: exp(-j k x) decays."""
    return vacuum_wavenumber(frequency) * cmath.sqrt(complex(permittivity))


def impedance(permittivity: complex) -> complex:
    """Wave impedance ``Z0 / sqrt(eps)`` [ohm] of a medium of relative permittivity eps [-]."""
    return VACUUM_IMPEDANCE / cmath.sqrt(complex(permittivity))


def lossy(relative_permittivity: float, conductivity: float, frequency: float) -> complex:
    """Relative complex permittivity ``eps_r - j sigma / (w eps0)`` [-], sigma in S/m."""
    omega = 2.0 * math.pi * frequency
    return complex(relative_permittivity, -conductivity / (omega * VACUUM_PERMITTIVITY))
