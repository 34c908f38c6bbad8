"""Uniformly heated sphere in an infinite perfused medium, steady."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.verification.exact.medium import Medium


def steady(r: ArrayLike, radius: float, density: float, medium: Medium) -> NDArray[np.float64]:
    """Steady rise of a sphere of uniform power density.

    Inside ``(q/W) [1 - (1 + a/l) exp(-a/l) (l/r) sinh(r/l)]``, outside
    ``(q/W) (l/r) exp(-r/l) [(a/l) cosh(a/l) - sinh(a/l)]`` with l the perfusion length; value and
    slope are continuous at r = a.

    Parameters
    ----------
    r : array [m]
        Distance from the centre.
    radius : float [m]
        a.
    density : float [W/m3]
        Power density q inside the sphere.
    medium : Medium
        With a positive sink.

    Returns
    -------
    array of the shape of `r` [K]
    """
    length = medium.perfusion_length
    a = radius / length
    x = np.asarray(r, dtype=np.float64) / length
    safe = np.where(x > 0.0, x, 1.0)
    within = np.minimum(x, a)  # keeps sinh finite where its value is not used
    sinh_ratio = np.where(x > 0.0, np.sinh(within) / safe, 1.0)
    inside = 1.0 - (1.0 + a) * np.exp(-a) * sinh_ratio
    outside = np.exp(-x) / safe * (a * np.cosh(a) - np.sinh(a))
    return np.asarray(density / medium.sink * np.where(x <= a, inside, outside))
