"""Steady heat flow in a ball of concentric perfused shells, with a point source at its centre.

In each shell ``k (r^2 T')' / r^2 - W T + q = 0``; temperature and heat flux are continuous from
shell to shell (the steady case of the multi-region problem of Durkee, Antich & Lee 1990, Phys Med
Biol 35:847; one shell with a point source is the body of Kengne & Lakhssassi 2015, Math Biosci
269:1).  With ``l = sqrt(k / W)`` the general solution is

    T = q / W + a sinh(r / l) / r + b exp(-r / l) / r,      T = -q r^2 / (6 k) + a + b / r if W = 0

A source of P watt at the centre gives b = P / (4 pi k) in the innermost shell, P = 0 a finite
temperature.  The other coefficients follow from continuity and the outer condition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.verification.exact.medium import Medium

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shell:
    """A shell of the ball.

    Attributes
    ----------
    radius : float [m]
        Outer radius; infinite for the last shell of an unbounded body.
    medium : Medium
    density : float [W/m3]
        Uniform power density q.
    """

    radius: float
    medium: Medium
    density: float = 0.0

    def basis(self, r: Array) -> tuple[Array, Array, Array, Array]:
        """Growing and falling solution and the slopes of both, each (n,), at radii r (n,) > 0.

        The growing one is scaled to 1/m at the outer radius of the shell.
        """
        length = self.medium.perfusion_length
        if math.isinf(length):
            return np.ones_like(r), 1.0 / r, np.zeros_like(r), -1.0 / r**2
        x, end = r / length, (self.radius if math.isfinite(self.radius) else r.max()) / length
        # sinh(x) / sinh(end) without overflow
        scale = np.exp(x - end) / -np.expm1(-2.0 * end)
        sinh, cosh = -np.expm1(-2.0 * x) * scale, (1.0 + np.exp(-2.0 * x)) * scale
        fall = np.exp(-x) / r
        return sinh / r, fall, (cosh / length - sinh / r) / r, -fall * (1.0 / length + 1.0 / r)

    def settled(self, r: Array) -> tuple[Array, Array]:
        """Particular solution and its slope, each (n,)."""
        if self.medium.sink > 0.0:
            return np.full_like(r, self.density / self.medium.sink), np.zeros_like(r)
        c = self.density / (6.0 * self.medium.conductivity)
        return -c * r**2, -2.0 * c * r


def steady(
    r: ArrayLike,
    shells: Sequence[Shell],
    power: float = 0.0,
    exchange: float = math.inf,
    ambient: float = 0.0,
) -> Array:
    """Rise in the ball.

    Parameters
    ----------
    r : array [m]
        Distances from the centre; positive where there is a point source.
    shells : sequence of Shell
        From the centre outwards.
    power : float [W]
        P of the point source.
    exchange : float [W/m2/K]
        Heat transfer coefficient h of the outer surface; infinite: it has the ambient rise.
    ambient : float [K]
        Rise of the ambient over the arterial temperature.

    Returns
    -------
    array of the shape of `r` [K]
    """
    n = len(shells)
    matrix, load = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    matrix[0, 1] = 1.0
    load[0] = power / (4.0 * math.pi * shells[0].medium.conductivity)
    for i in range(n - 1):
        at = np.array([shells[i].radius])
        for shell, column, sign in ((shells[i], 2 * i, 1.0), (shells[i + 1], 2 * i + 2, -1.0)):
            k = shell.medium.conductivity
            grow, fall, grow_slope, fall_slope = (float(v[0]) for v in shell.basis(at))
            value, slope = (float(v[0]) for v in shell.settled(at))
            matrix[2 * i + 1, column : column + 2] = sign * grow, sign * fall
            matrix[2 * i + 2, column : column + 2] = sign * k * grow_slope, sign * k * fall_slope
            load[2 * i + 1] -= sign * value
            load[2 * i + 2] -= sign * k * slope
    last = shells[-1]
    if math.isinf(last.radius):
        matrix[-1, -2] = 1.0
    else:
        at, k = np.array([last.radius]), last.medium.conductivity
        grow, fall, grow_slope, fall_slope = (float(v[0]) for v in last.basis(at))
        value, slope = (float(v[0]) for v in last.settled(at))
        # k T' / h + T = ambient
        w = 0.0 if math.isinf(exchange) else k / exchange
        matrix[-1, -2:] = w * grow_slope + grow, w * fall_slope + fall
        load[-1] = ambient - w * slope - value
    scale = np.abs(matrix).max(axis=1)
    found = np.linalg.solve(matrix / scale[:, None], load / scale)
    edges = [shell.radius for shell in shells[:-1]]
    r = np.asarray(r, dtype=np.float64)
    safe = np.maximum(r, 1e-9 * shells[0].radius)
    which = np.searchsorted(edges, safe, side="left")
    out = np.empty_like(safe)
    for i, shell in enumerate(shells):
        here = which == i
        if not np.any(here):
            continue
        at = safe[here]
        grow, fall, _, _ = shell.basis(at)
        a, b = found[2 * i : 2 * i + 2]
        out[here] = shell.settled(at)[0] + a * grow + (b * fall if b != 0.0 else 0.0)
    return out
