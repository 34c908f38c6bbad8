"""Closed-form power density of a radiating line: a slot or monopole antenna in tissue.

At the distance ``d`` from the radiating segment of the axis the absorbed power density is

    F(d) = exp(-2 a (d - rho0)) / d^p   for d >= rho0,   0 inside the antenna (d < rho0),

with ``a`` the attenuation constant of the field in the tissue and ``rho0`` the radius of the
antenna. The exponent ``p`` lies between 1, the cylindrical wave far from a long radiator, and 2,
the radial field of the charge on its surface. Level surfaces are capsules, of area
``2 pi d L + 4 pi d^2``, so the integral over all space has the closed form of
:attr:`LinePattern.integral`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import exp1, gamma, gammaincc

from mwa_sim.antenna.sar import SPEED_OF_LIGHT, Medium
from mwa_sim.errors import InputError
from mwa_sim.typing import FloatArray

# exp(-2 a d) has fallen to 1e-7 at this many attenuation lengths; beyond it nothing is left.
_REACH = 16.0


def attenuation_constant(permittivity: complex, frequency: float) -> float:
    """Attenuation constant of a plane wave in a lossy medium.

    ``a = |Im(k0 sqrt(eps_c))|``; fields fall as exp(-a x), power as exp(-2 a x).

    Parameters
    ----------
    permittivity : complex [-]
        Relative complex permittivity.
    frequency : float [Hz]

    Returns
    -------
    float [1/m]
    """
    k0 = 2.0 * np.pi * frequency / SPEED_OF_LIGHT
    return float(abs((k0 * np.sqrt(complex(permittivity))).imag))


@dataclass(frozen=True)
class LineSource:
    """A :class:`~mwa_sim.antenna.sar.SarModel`: radiating segment of the antenna's axis.

    In heterogeneous tissue the pattern is multiplied by the local conductivity and rescaled
    to the delivered power, because the field of a thin antenna is closer to unchanged across
    tissue borders than the power density is.

    Parameters
    ----------
    start, end : float [m]
        Ends of the segment on the axis, from the tip: ``start < end``.
    radius : float [m]
        Radius ``rho0`` of the antenna; nothing is absorbed closer to the segment.
    exponent : float [-], optional
        ``p``, from 1 to 2.

    Raises
    ------
    InputError
        When the segment is empty or a number is not positive and finite.

    Examples
    --------
    >>> medium = Medium.homogeneous(frequency=2.45e9, relative_permittivity=43.0, conductivity=1.69)
    >>> pattern = LineSource(start=3e-3, end=8e-3, radius=0.8e-3).pattern(medium)
    >>> pattern.total
    1.0
    """

    start: float
    end: float
    radius: float
    exponent: float = 2.0

    name = "line"
    weighted_by_conductivity = True

    def __post_init__(self) -> None:
        problems = [
            f"line source: {name} must be a finite length in metres, got {value!r}"
            for name, value in (("start", self.start), ("end", self.end), ("radius", self.radius))
            if not np.isfinite(value)
        ]
        if not problems and self.radius <= 0.0:
            problems.append(f"line source: radius must be positive, got {self.radius!r} m")
        if not 1.0 <= self.exponent <= 2.0:
            problems.append(f"line source: exponent must lie from 1 to 2, got {self.exponent!r}")
        if not problems and self.end <= self.start:
            problems.append(
                "line source: the segment must end above its start, "
                f"got {self.start} to {self.end} m"
            )
        if problems:
            raise InputError(problems)

    def pattern(self, medium: Medium) -> LinePattern:
        """Power density in tissue, normalised to 1 W in a homogeneous medium.

        The attenuation constant is that of the mean permittivity of the tissue that touches
        the segment's surroundings (rings of twice the antenna's radius around the segment).

        Parameters
        ----------
        medium : Medium

        Returns
        -------
        LinePattern

        Raises
        ------
        InputError
            When there is no lossy tissue around the radiating segment.
        """
        z = np.linspace(self.start, self.end, 9)
        values = medium.permittivity(np.full_like(z, 2.0 * self.radius), z)
        values = values[np.isfinite(values)]
        if values.size == 0:
            raise InputError(
                "antenna: its radiating segment lies outside the tissue; move the tip deeper"
            )
        attenuation = attenuation_constant(complex(values.mean()), medium.frequency)
        if not attenuation > 0.0:
            raise InputError(
                "antenna: the tissue around the radiating segment has no electrical conductivity, "
                "so it cannot absorb power"
            )
        return LinePattern(self.start, self.end, self.radius, attenuation, self.exponent)


@dataclass(frozen=True)
class LinePattern:
    """The pattern of a :class:`LineSource` in one medium.

    Parameters
    ----------
    start, end : float [m]
        Ends of the radiating segment on the axis.
    radius : float [m]
        Radius of the antenna.
    attenuation : float [1/m]
        Attenuation constant of the field.
    exponent : float [-], optional
        From 1 to 2.
    """

    start: float
    end: float
    radius: float
    attenuation: float
    exponent: float = 2.0

    @property
    def integral(self) -> float:
        """Integral of F over all space [m^(3-p)].

        ``2 pi L M_1 + 4 pi M_2`` with the moments
        ``M_n = int_rho0^oo d^(n-p) exp(-2 a (d - rho0)) dd
        = (2 a)^(p-n-1) e^(2 a rho0) Gamma(n + 1 - p, 2 a rho0)``;
        for p = 2 it is ``2 pi L e^(2 a rho0) E1(2 a rho0) + 2 pi / a``.
        """
        decay = 2.0 * self.attenuation
        first, second = (
            decay ** (self.exponent - n - 1.0)
            * _scaled_gamma(n + 1.0 - self.exponent, decay * self.radius)
            for n in (1, 2)
        )
        return float(2.0 * np.pi * (self.end - self.start) * first + 4.0 * np.pi * second)

    @property
    def total(self) -> float:
        """Integral of the density over all space [W/W]: 1 by normalisation."""
        return 1.0

    @property
    def extent(self) -> tuple[float, float, float]:
        """Cylinder ``(r_max, z_min, z_max)`` [m] that holds all but 1e-7 of the decay."""
        reach = self.radius + _REACH / (2.0 * self.attenuation)
        return reach, self.start - reach, self.end + reach

    def distance(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Distance [m] from the radiating segment to points with coordinates r, z [m]."""
        along = z - np.clip(z, self.start, self.end)
        return np.asarray(np.hypot(r, along), dtype=np.float64)

    def density(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Power density [W/m3 per W] at coordinates r, z [m]; 0 inside the antenna."""
        d = self.distance(r, z)
        outside = d >= self.radius
        safe = np.maximum(d, self.radius)
        value = np.exp((-2.0 * self.attenuation) * (safe - self.radius))
        value *= outside / (self.integral * safe**self.exponent)
        return np.asarray(value, dtype=np.float64)

    def length_scale(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Distance from the segment [m], not less than the antenna's radius."""
        return np.maximum(self.distance(r, z), self.radius)


def _scaled_gamma(s: float, x: float) -> float:
    """``e^x Gamma(s, x)``, the upper incomplete gamma function, for s >= 0."""
    upper = exp1(x) if s == 0.0 else gammaincc(s, x) * gamma(s)
    return float(np.exp(x) * upper)
