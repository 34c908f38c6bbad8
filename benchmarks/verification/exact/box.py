"""Perfused boxes with any source and any start, in the eigenfunctions of the box.

On insulated faces the rise is a sum of cosines (also the even half of a periodic problem, for which
Gao, Langer & Corry 1995, Int J Hyperthermia 11:267 give Green's functions), on faces held at the
arterial temperature one of sines.  The mode with wave numbers m_i pi / L_i has the rate

    g = alpha sum_i (m_i pi / L_i)^2 + W / (rho c)

and a coefficient ``a exp(-g t) + s (1 - exp(-g t)) / (g rho c)`` with those a of the start and s of
the source, which both separate into factors along the axes here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.exact.medium import Medium

Array = NDArray[np.float64]
Walls = Literal["insulated", "held"]


@dataclass(frozen=True)
class Box:
    """A box with one corner at the origin; 1 to 3 axes, nothing varies along the others.

    Attributes
    ----------
    lengths : tuple of float [m]
    medium : Medium
    walls : {"insulated", "held"}
        Held: at a rise of 0.
    source, start : tuple of (n,) float arrays, or ()
        Coefficients of the factors along each axis of the source [W/m3] and of the rise at t = 0
        [K], of ``cos(m pi x / L)``, m = 0, 1, ... or ``sin(m pi x / L)``, m = 1, 2, ...
    """

    lengths: tuple[float, ...]
    medium: Medium
    walls: Walls
    source: tuple[Array, ...] = ()
    start: tuple[Array, ...] = ()

    def modes(self, axis: int, x: Array, n: int) -> Array:
        """The first n eigenfunctions along an axis at points x (k,): (k, n)."""
        first = 0 if self.walls == "insulated" else 1
        phase = math.pi / self.lengths[axis] * np.outer(x, np.arange(first, first + n))
        return np.cos(phase) if first == 0 else np.sin(phase)

    def _rates(self, shape: Sequence[int]) -> Array:
        first = 0 if self.walls == "insulated" else 1
        rates = np.full(tuple(shape), self.medium.sink_rate)
        for axis, (n, length) in enumerate(zip(shape, self.lengths, strict=True)):
            m = np.arange(first, first + n).reshape(
                [-1 if a == axis else 1 for a in range(len(shape))]
            )
            rates = rates + self.medium.diffusivity * (m * math.pi / length) ** 2
        return rates

    def density(self, *axes: Array) -> Array:
        """Power density [W/m3] on the grid of points along the axes."""
        return self._on_grid(_product(self.source), axes)

    def rise(self, t: float, *axes: Array) -> Array:
        """Rise [K] at a time [s], infinite for the steady state, on the grid of points."""
        total: Array | float = 0.0
        if self.start:
            first = _product(self.start)
            total = total + self._on_grid(first * np.exp(-self._rates(first.shape) * t), axes)
        if self.source:
            heat = _product(self.source) / self.medium.capacity
            rates = self._rates(heat.shape)
            safe = np.where(rates > 0.0, rates, 1.0)
            grown = np.where(rates > 0.0, -np.expm1(-safe * t) / safe, t)
            total = total + self._on_grid(heat * grown, axes)
        return np.asarray(total)

    def _on_grid(self, coefficients: Array, axes: Sequence[Array]) -> Array:
        for axis, x in enumerate(axes):
            n = coefficients.shape[0]
            # The axis is summed away in front and the grid's comes in behind.
            coefficients = np.tensordot(coefficients, self.modes(axis, x, n), axes=(0, 1))
        return coefficients


def _product(factors: Sequence[Array]) -> Array:
    out = np.ones(())
    for factor in factors:
        out = np.multiply.outer(out, factor)
    return np.asarray(out)


def blob(centre: float, width: float, length: float, n: int) -> Array:
    """Cosine coefficients (n,) of ``exp(-(x - centre)^2 / (2 width^2))`` and its mirror images.

    The images in the walls 0 and `length` [m] make it smooth there, and the coefficients exact:
    ``(2 - [m = 0]) sqrt(2 pi) s / L cos(m pi c / L) exp(-(m pi s / L)^2 / 2)``.
    """
    wave = np.arange(n) * math.pi / length
    scale = math.sqrt(2.0 * math.pi) * width / length * np.where(np.arange(n) == 0, 1.0, 2.0)
    return np.asarray(scale * np.cos(wave * centre) * np.exp(-0.5 * (wave * width) ** 2))


def uniform(n: int) -> Array:
    """Sine coefficients (n,) of 1: 4 / (m pi) for odd m."""
    m = np.arange(1, n + 1)
    return np.where(m % 2 == 1, 4.0 / (math.pi * m), 0.0)


def one(mode: int, n: int) -> Array:
    """Coefficients (n,) of a single mode, counted from 0."""
    return (np.arange(n) == mode).astype(np.float64)
