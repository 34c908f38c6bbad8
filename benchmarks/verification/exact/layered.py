"""Steady heat flow through a slab of perfused layers with uniform sources.

In each layer ``k T'' - W T + q = 0``; temperature and heat flux are continuous at the interfaces
and the rise is given on both faces.  The solution in a layer is its particular value q / W plus
hyperbolic functions of x / lambda, here written through the rises at its two sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.verification.exact.medium import Medium


@dataclass(frozen=True)
class Layer:
    """A layer of the slab.

    Attributes
    ----------
    thickness : float [m]
    medium : Medium
    density : float [W/m3]
        Uniform power density q.
    """

    thickness: float
    medium: Medium
    density: float = 0.0

    def _stiffness(self) -> tuple[float, float, float]:
        """Flux into a side for a unit rise there, on the other side, and from the source."""
        k, sink, h, q = (
            self.medium.conductivity,
            self.medium.sink,
            self.thickness,
            self.density,
        )
        if sink <= 0.0:
            return k / h, -k / h, 0.5 * q * h
        x = h / self.medium.perfusion_length
        own = k * x / (h * math.tanh(x))
        other = -k * x / (h * math.sinh(x))
        return own, other, q / sink * (own + other)

    def _rise(self, x: NDArray[np.float64], left: float, right: float) -> NDArray[np.float64]:
        h, q, sink = self.thickness, self.density, self.medium.sink
        if sink <= 0.0:
            bulge = 0.5 * q / self.medium.conductivity * x * (h - x)
            return left + (right - left) * x / h + bulge
        length = self.medium.perfusion_length
        settled = q / sink
        shape = (left - settled) * np.sinh((h - x) / length) + (right - settled) * np.sinh(
            x / length
        )
        return settled + shape / math.sinh(h / length)


def steady(
    x: ArrayLike, layers: Sequence[Layer], left: float = 0.0, right: float = 0.0
) -> NDArray[np.float64]:
    """Rise in a layered slab.

    Parameters
    ----------
    x : array [m]
        Positions, 0 at the left face, up to the sum of the thicknesses.
    layers : sequence of Layer
        From left to right.
    left, right : float [K]
        Rise on the two faces.

    Returns
    -------
    array of the shape of `x` [K]
    """
    n = len(layers)
    matrix, load = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
    for i, layer in enumerate(layers):
        own, other, source = layer._stiffness()
        matrix[i, i] += own
        matrix[i + 1, i + 1] += own
        matrix[i, i + 1] += other
        matrix[i + 1, i] += other
        load[i : i + 2] += source
    for row, value in ((0, left), (n, right)):
        matrix[row] = 0.0
        matrix[row, row] = 1.0
        load[row] = value
    rises = np.linalg.solve(matrix, load)
    edges = np.concatenate([[0.0], np.cumsum([layer.thickness for layer in layers])])
    x = np.asarray(x, dtype=np.float64)
    which = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, n - 1)
    out = np.empty_like(x)
    for i, layer in enumerate(layers):
        here = which == i
        out[here] = layer._rise(x[here] - edges[i], float(rises[i]), float(rises[i + 1]))
    return out
