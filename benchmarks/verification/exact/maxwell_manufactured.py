"""A manufactured TM field in a medium that changes from place to place.

    psi = C (r / s)^2 exp(-(r^2 + z^2) / s^2 - j q z),
    eps = eps_far + (eps_near - eps_far) exp(-(r^2 + z^2) / w^2)

solve ``div(grad psi / (eps r)) + k0^2 psi / r = -f`` with the source f below: a medium that is dry
around the origin and wet far away, and a field that vanishes like r^2 on the axis, as psi must.  In
weak form, ``int grad psi . grad v / (eps r) - k0^2 psi v / r = int f v + int_boundary g v`` with
``g = (dpsi/dn) / (eps r)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.verification.exact.maxwell import (
    VACUUM_IMPEDANCE,
    Complex,
    Field,
    vacuum_wavenumber,
)


@dataclass(frozen=True)
class ManufacturedField:
    """The field and its source.

    Attributes
    ----------
    near, far : complex [-]
        Relative complex permittivity at the origin and far from it.
    medium_width, width : float [m]
        w and s.
    phase : float [1/m]
        q.
    frequency : float [Hz]
    amplitude : float [A]
        C.
    """

    near: complex
    far: complex
    medium_width: float
    width: float
    phase: float
    frequency: float
    amplitude: float = 1.0

    def permittivity(self, r: ArrayLike, z: ArrayLike) -> Complex:
        """Relative complex permittivity [-] at points of one shape [m]."""
        r, z = np.asarray(r, np.float64), np.asarray(z, np.float64)
        return np.asarray(
            self.far + (self.near - self.far) * np.exp(-(r**2 + z**2) / self.medium_width**2)
        )

    def field(self, r: ArrayLike, z: ArrayLike) -> Field:
        """Field at points of one shape [m], the axis included."""
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        eps = self.permittivity(r, z)
        over_r, slope_r, slope_z = self._slopes(r, z)
        factor = 1j * VACUUM_IMPEDANCE / (vacuum_wavenumber(self.frequency) * eps)
        psi = over_r * r
        return Field(self.frequency, r, eps, psi, factor * slope_z, -factor * slope_r)

    def source(self, r: ArrayLike, z: ArrayLike) -> Complex:
        """f [A/m3] at points of one shape [m]."""
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        eps = self.permittivity(r, z)
        over_r, slope_r, slope_z = self._slopes(r, z)
        s2, w2 = self.width**2, self.medium_width**2
        along = -2.0 * z / s2 - 1j * self.phase
        # psi_rr - psi_r / r + psi_zz, divided by r.
        second = over_r * (4.0 * r**2 / s2**2 - 8.0 / s2 + along**2 - 2.0 / s2)
        change = -2.0 / w2 * (eps - self.far)
        gradient = change * (r * slope_r + z * slope_z)
        k0 = vacuum_wavenumber(self.frequency)
        return np.asarray(-(second / eps - gradient / eps**2 + k0**2 * over_r))

    def flux(self, r: ArrayLike, z: ArrayLike, normal: tuple[float, float]) -> Complex:
        """g [A/m2] on a boundary with outward normal (n_r, n_z) at points of one shape [m]."""
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        _, slope_r, slope_z = self._slopes(r, z)
        return np.asarray((normal[0] * slope_r + normal[1] * slope_z) / self.permittivity(r, z))

    def _slopes(self, r: np.ndarray, z: np.ndarray) -> tuple[Complex, Complex, Complex]:
        """psi / r, (dpsi/dr) / r and (dpsi/dz) / r, finite on the axis."""
        s2 = self.width**2
        envelope = self.amplitude / s2 * np.exp(-(r**2 + z**2) / s2 - 1j * self.phase * z)
        over_r = r * envelope
        slope_r = envelope * (2.0 - 2.0 * r**2 / s2)
        return over_r, slope_r, over_r * (-2.0 * z / s2 - 1j * self.phase)
