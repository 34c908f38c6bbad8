"""Half space heated through its surface by a constant flux, with perfusion.

The rise after a flux F was switched on at t = 0, found from the point source by integration over
the plane (see also Wang 2020, Open Phys 18:1084, which corrects a formula in use since 1978):

    dT = F l / (2 k) [exp(-x/l) erfc(x / s - b) - exp(x/l) erfc(x / s + b)]

with l the perfusion length, s = sqrt(4 alpha t) and b = sqrt(W t / (rho c)).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, erfcx

from benchmarks.verification.exact.medium import Medium


def rise(x: ArrayLike, t: ArrayLike, flux: float, medium: Medium) -> NDArray[np.float64]:
    """Rise below the surface.

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
