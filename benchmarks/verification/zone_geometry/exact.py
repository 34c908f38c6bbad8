"""Exact sizes of spheres and ellipsoids, of what they share, and distances between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import elliprg


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid around a centre.

    Attributes
    ----------
    radii : (a, b, c) [m]
        Semi-axes, the longest first.
    turn : (3, 3) float array
        Rotation; its columns are the directions of the axes.
    centre : (3,) [m]
    """

    radii: tuple[float, float, float]
    turn: np.ndarray
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def scaled_radius(self, points: np.ndarray) -> np.ndarray:
        """``sqrt(sum (x_i / a_i)^2)`` at points (n, 3) [m]: 1 on the surface."""
        local = (points - np.asarray(self.centre)) @ self.turn
        return np.linalg.norm(local / np.asarray(self.radii), axis=1)

    @property
    def volume(self) -> float:
        """``4/3 pi a b c`` [m3]."""
        return 4.0 / 3.0 * math.pi * math.prod(self.radii)

    @property
    def area(self) -> float:
        """``4 pi R_G(a^2 b^2, a^2 c^2, b^2 c^2)`` [m2], R_G Carlson's symmetric integral."""
        a, b, c = (r * r for r in self.radii)
        return 4.0 * math.pi * float(elliprg(a * b, a * c, b * c))

    @property
    def sphericity(self) -> float:
        """``pi^(1/3) (6 V)^(2/3) / A``."""
        return math.pi ** (1.0 / 3.0) * (6.0 * self.volume) ** (2.0 / 3.0) / self.area

    def share_of_ball(self, radius: float, n: int = 400) -> float:
        """Fraction of a concentric ball of a radius [m] that lies inside, by quadrature.

        Along a direction u the two share ``min(radius, rho(u))^3 / 3`` with
        ``rho = (sum (u_i / a_i)^2)^(-1/2)``.
        """
        x, w = np.polynomial.legendre.leggauss(n)
        angle = (np.arange(n) + 0.5) * (0.5 * math.pi / n)
        z = 0.5 * (x[:, None] + 1.0)
        across = np.sqrt(1.0 - z**2)
        a, b, c = self.radii
        inverse = (
            (across * np.cos(angle) / a) ** 2 + (across * np.sin(angle) / b) ** 2 + (z / c) ** 2
        )
        shared = np.minimum(radius, inverse**-0.5) ** 3
        return float(0.5 * w @ shared.mean(axis=1)) / radius**3


def share_of_lens(zone: float, ball: float, distance: float) -> float:
    """Fraction of a ball inside another one, both in closed form.

    The lens of two spheres of radii R and r whose centres are d apart has the volume
    ``pi (R + r - d)^2 (d^2 + 2 d (R + r) - 3 (R - r)^2) / (12 d)``.

    Parameters
    ----------
    zone, ball : float [m]
        Radii.
    distance : float [m]
        Of the centres, between ``|R - r|`` and ``R + r``.
    """
    both, gap = zone + ball, zone - ball
    lens = (both - distance) ** 2 * (distance**2 + 2.0 * distance * both - 3.0 * gap**2)
    return math.pi * lens / (12.0 * distance) / (4.0 / 3.0 * math.pi * ball**3)


def mean_margin(zone: float, ball: float, distance: float) -> float:
    """Mean distance from the surface of a ball to that of a larger one around it [m].

    A point at distance s from the centre of the zone has the margin R - s, and the mean of s over
    a sphere of radius r whose centre is d < r away is ``r + d^2 / (3 r)``.
    """
    return zone - ball - distance**2 / (3.0 * ball)


def rotation(seed: int) -> np.ndarray:
    """A rotation matrix; the unit matrix for 0."""
    if seed == 0:
        return np.eye(3)
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return np.asarray(q * np.sign(np.linalg.det(q)))
