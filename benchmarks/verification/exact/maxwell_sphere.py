"""Spherical TM waves in an unbounded lossy medium, the short current element among them.

With R, theta from the origin on the axis, x = k R and a spherical Bessel function z_n,

    H_phi = A z_n(x) P_n^1(cos theta),      P_n^1 = sin theta P_n'(cos theta),
    E_R = (Z / (j k R)) n (n + 1) A z_n(x) P_n(cos theta),
    E_theta = -(Z / (j k R)) A (x z_n)' P_n^1(cos theta),      (x z_n)' = x z_(n-1) - n z_n

(Stratton 1941, chapter VII).  With ``z_n = j_n`` the wave is smooth everywhere and serves as a
solution of the homogeneous equations in any domain; with ``z_n = h_n`` (second kind) it goes
outwards, and n = 1 is the field of a current element (Hertzian dipole) along the axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import eval_legendre, hankel2, spherical_jn

from benchmarks.verification.exact.maxwell import Complex, Field, impedance, wavenumber

_TINY = 1e-12


@dataclass(frozen=True)
class SphericalWave:
    """A TM wave of one order around the origin.

    Attributes
    ----------
    permittivity : complex [-]
        Relative complex permittivity of the medium.
    frequency : float [Hz]
    order : int
        n, from 1.
    outwards : bool
        Hankel function (not at the origin) instead of the regular Bessel function.
    amplitude : complex [A/m]
        A.
    """

    permittivity: complex
    frequency: float
    order: int = 1
    outwards: bool = True
    amplitude: complex = 1.0

    def field(self, r: ArrayLike, z: ArrayLike) -> Field:
        """Field at points of one shape [m]."""
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        # The regular wave has a limit at the origin, which a tiny radius on the axis gives.
        radius = np.maximum(np.hypot(r, z), _TINY)
        sine = r / radius
        cosine = np.where(radius > _TINY, z / radius, 1.0)
        n = self.order
        legendre = eval_legendre(n, cosine)
        slope = _legendre_slope(n, cosine)
        value, derivative = self._radial(radius)
        factor = impedance(self.permittivity) / (1j * self._k * radius)
        radial = factor * n * (n + 1) * value * legendre
        polar = -factor * derivative * sine * slope
        psi = r * value * sine * slope
        return Field(
            self.frequency,
            r,
            np.full(r.shape, complex(self.permittivity)),
            psi,
            radial * sine + polar * cosine,
            radial * cosine - polar * sine,
        )

    def power_outwards(self, radius: ArrayLike) -> Complex:
        """Complex power through spheres, the surface integral of ``E x H* / 2`` [W].

        ``P = pi R^2 (2 n (n + 1) / (2 n + 1)) e_n h_n*``, with e_n and h_n the radial parts of
        E_theta and H_phi. The real part is what is absorbed outside in a lossy medium (for an
        outgoing wave), or minus what is absorbed inside (for a regular one).
        """
        radius = np.asarray(radius, dtype=np.float64)
        value, derivative = self._radial(radius)
        n = self.order
        electric = -impedance(self.permittivity) / (1j * self._k * radius) * derivative
        shape = 2.0 * n * (n + 1) / (2 * n + 1)
        return np.asarray(math.pi * radius**2 * shape * electric * np.conj(value))

    @property
    def _k(self) -> complex:
        return wavenumber(self.permittivity, self.frequency)

    def _radial(self, radius: np.ndarray) -> tuple[Complex, Complex]:
        """A z_n and A (x z_n)' at x = k R."""
        x = self._k * radius
        n = self.order
        if self.outwards:
            scale = np.sqrt(0.5 * math.pi / x)
            value, lower = scale * hankel2(n + 0.5, x), scale * hankel2(n - 0.5, x)
        else:
            value, lower = spherical_jn(n, x), spherical_jn(n - 1, x)
        return self.amplitude * value, self.amplitude * (x * lower - n * value)


def current_element(permittivity: complex, frequency: float, moment: float = 1.0) -> SphericalWave:
    """Field of an electrically short current element along the axis, at the origin.

    ``H_phi = (I l / 4 pi) exp(-j k R) (j k / R + 1 / R^2) sin theta``.

    Parameters
    ----------
    permittivity : complex [-]
    frequency : float [Hz]
    moment : float [A m]
        Current times length, I l.
    """
    k = wavenumber(permittivity, frequency)
    return SphericalWave(permittivity, frequency, amplitude=-1j * moment * k * k / (4.0 * math.pi))


def radius_of_remaining_power(
    permittivity: complex, frequency: float, fraction: float, start: float
) -> float:
    """Radius [m] beyond which a fraction of a current element's power is absorbed.

    Parameters
    ----------
    permittivity : complex [-]
        Of the medium, which must be lossy.
    frequency : float [Hz]
    fraction : float
        Of the power that leaves the sphere of radius `start`.
    start : float [m]
        Radius of the body that stands for the antenna: the power of a point in a lossy medium has
        no limit.
    """
    wave = current_element(permittivity, frequency)
    total = float(wave.power_outwards(start).real)

    def excess(logarithm: float) -> float:
        remaining = float(wave.power_outwards(math.exp(logarithm)).real)
        return math.log(remaining / total) - math.log(fraction)

    depth = -1.0 / wavenumber(permittivity, frequency).imag
    far = start + depth * (2.0 - math.log(fraction))
    return math.exp(brentq(excess, math.log(start), math.log(far), xtol=1e-14))


def _legendre_slope(n: int, x: np.ndarray) -> np.ndarray:
    """P_n' as the sum of ``(2 m + 1) P_m`` over m = n - 1, n - 3, ...; holds at the poles too."""
    return np.asarray(sum((2 * m + 1) * eval_legendre(m, x) for m in range(n - 1, -1, -2)))
