"""Half space heated through its surface, by conduction or by absorption below it, with perfusion.

A flux F through the surface from t = 0 on makes the rise

    dT = F l / (2 k) [exp(-x/l) erfc(x / s - b) - exp(x/l) erfc(x / s + b)]

with l the perfusion length, s = sqrt(4 alpha t) and b = sqrt(W t / (rho c)): the integral of point
sources over the plane.  Radiation that is absorbed as ``q = F mu exp(-mu x)`` below an insulated
surface (one case of Wang, Burgei & Zhou 2020, Open Phys 18:1084) is the even source
``F mu exp(-mu |x|)`` convolved with the heat kernel, u being the time since the heat was released:

    dT = F mu / (2 rho c) int_0^t exp(-W u / rho c + mu^2 alpha u)
         [exp(-mu x) erfc(mu sqrt(alpha u) - x / sqrt(4 alpha u))
          + exp(mu x) erfc(mu sqrt(alpha u) + x / sqrt(4 alpha u))] du
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad_vec
from scipy.special import erfc, erfcx

from benchmarks.verification.exact.medium import Medium


def rise(x: ArrayLike, t: ArrayLike, flux: float, medium: Medium) -> NDArray[np.float64]:
    """Rise below a surface with a constant flux.

    Parameters
    ----------
    x : array [m]
        Depth.
    t : array [s]
        Positive; broadcast against `x`.
    flux : float [W/m2]
    medium : Medium
        Without perfusion ``2 F sqrt(alpha t / pi) / k exp(-y^2) - F x / k erfc(y)``,
        ``y = x / sqrt(4 alpha t)`` (Carslaw & Jaeger 1959, section 2.9).

    Returns
    -------
    array [K]
    """
    x, t = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(t, dtype=np.float64))
    k = medium.conductivity
    y = x / np.sqrt(4.0 * medium.diffusivity * t)
    if medium.sink <= 0.0:
        spread = 2.0 * np.sqrt(medium.diffusivity * t / math.pi) * np.exp(-(y**2))
        return np.asarray(flux / k * (spread - x * erfc(y)))
    b = np.sqrt(medium.sink_rate * t)
    falling = np.exp(-2.0 * y * b) * erfc(y - b)
    growing = np.exp(-(y**2) - b**2) * erfcx(y + b)
    return np.asarray(0.5 * flux * medium.perfusion_length / k * (falling - growing))


def absorbed(
    x: ArrayLike, t: float, flux: float, attenuation: float, medium: Medium
) -> NDArray[np.float64]:
    """Rise by radiation that is absorbed below an insulated surface.

    Parameters
    ----------
    x : array [m]
        Depth.
    t : float [s]
    flux : float [W/m2]
        That enters at the surface.
    attenuation : float [1/m]
        mu, of the power.
    medium : Medium

    Returns
    -------
    array of the shape of `x` [K]
    """
    x = np.asarray(x, dtype=np.float64)

    def released(root: float) -> NDArray[np.float64]:
        """Effect of the heat released root^2 ago, times 2 root: smooth at 0."""
        if root <= 0.0:
            return np.zeros_like(x)
        a = math.sqrt(medium.diffusivity) * root
        decay = math.exp(-medium.sink_rate * root**2)
        y, m = x / (2.0 * a), attenuation * a
        # mu x = 2 m y; erfc with its growing factor is erfcx, without overflow.
        less, more = np.minimum(m - y, 0.0), np.maximum(m - y, 0.0)
        deep = np.exp(np.where(m < y, m * (m - 2.0 * y), 0.0)) * erfc(less)
        near = np.where(m < y, deep, np.exp(-(y**2)) * erfcx(more))
        far = np.exp(-(y**2)) * erfcx(m + y)
        return np.asarray(2.0 * root * decay * (near + far))

    integral, _ = quad_vec(released, 0.0, math.sqrt(t), epsabs=0.0, epsrel=1e-10, norm="max")
    return np.asarray(0.5 * flux * attenuation / medium.capacity * integral)
