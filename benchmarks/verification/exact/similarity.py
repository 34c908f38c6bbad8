"""Similarity solutions with any enthalpy and conductivity curve: latent heat over a window.

The enthalpy form of a heat solver spreads the latent heat over a range of temperatures, which the
sharp-front solutions of `stefan` do not.  With ``eta = x / sqrt(4 t)`` (wall) or ``r / sqrt(4 t)``
(line), every solution of ``dH/dt = div(k grad T)`` from uniform initial conditions obeys

    dT/deta = -phi / (k(T) eta^(d-1)),    dphi/deta = -2 eta phi C(T) / k(T)

with C = dH/dT, phi the scaled heat flux and d = 1 for a wall at a given temperature, d = 2 for a
line of given power, where ``phi(0) = q' / (2 pi)``.  The ordinary differential equations are solved
to 1e-10 by shooting; for a narrow window the sharp-front solutions are recovered.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import OdeSolution, solve_ivp
from scipy.optimize import brentq

Curve = Callable[[float], float]


@dataclass(frozen=True)
class Profile:
    """A self-similar temperature field around a hot wall or a line source.

    Attributes
    ----------
    initial : float [degC]
    capacity, conductivity : callable
        ``C(T) = dH/dT`` [J/m3/K] with the latent heat in it, and ``k(T)`` [W/m/K], of T [degC].
    wall : float [degC] or None
        Temperature of the wall x = 0; None for a line source.
    power_per_length : float [W/m]
        Of the line source; unused for a wall.
    kinks : tuple of float [degC]
        Temperatures at which `capacity` or `conductivity` is not smooth, such as the ends of the
        window: the integration is restarted there.
    """

    initial: float
    capacity: Curve
    conductivity: Curve
    wall: float | None = None
    power_per_length: float = 0.0
    kinks: tuple[float, ...] = ()

    @cached_property
    def _unit(self) -> float:
        """sqrt of the diffusivity of the initial medium [m/s^0.5], the unit of eta."""
        return math.sqrt(self.conductivity(self.initial) / self.capacity(self.initial))

    def _shoot(self, start: float, temperature: float, flux: float) -> list[OdeSolution]:
        """Integrate outwards from eta = start in the logarithm of the flux, piece by piece."""
        d = 1 if self.wall is not None else 2
        end = 6.5 * self._unit

        def slopes(eta: float, y: NDArray[np.float64]) -> list[float]:
            # A shot may fall below the initial temperature, where the curves need not make sense.
            at = max(float(y[0]), self.initial)
            k = self.conductivity(at)
            flux_here = math.exp(y[1])
            return [-flux_here / (k * eta ** (d - 1)), -2.0 * eta * self.capacity(at) / k]

        def at_kink(kink: float) -> Callable[[float, NDArray[np.float64]], float]:
            def crossing(eta: float, y: NDArray[np.float64]) -> float:
                return float(y[0]) - kink

            crossing.terminal = True  # type: ignore[attr-defined]
            crossing.direction = -1.0  # type: ignore[attr-defined]
            return crossing

        pieces: list[OdeSolution] = []
        y = np.array([temperature, math.log(flux)])
        left = sorted((kink for kink in self.kinks if kink < temperature), reverse=True)
        while start < end:
            events = [at_kink(kink) for kink in left[:1]]
            solved = solve_ivp(
                slopes, (start, end), y, method="DOP853", rtol=1e-11, atol=1e-11,
                events=events or None, dense_output=True,
                # The first step at a kink starts on it; keep it from being found again.
                max_step=0.05 * self._unit,
            )  # fmt: skip
            if solved.sol is None or solved.status < 0:
                raise ArithmeticError(f"integration failed: {solved.message}")
            pieces.append(solved.sol)
            if solved.status != 1:
                break
            start, y = float(solved.t[-1]), solved.y[:, -1]
            left = left[1:]
            y = np.array([np.nextafter(y[0], -math.inf), y[1]])
        return pieces

    @cached_property
    def _pieces(self) -> list[OdeSolution]:
        def miss(shot: list[OdeSolution]) -> float:
            return float(shot[-1](shot[-1].t_max)[0]) - self.initial

        if self.wall is not None:
            hottest = self.wall
            k, unit = self.conductivity(hottest), self._unit

            def from_wall(log_flux: float) -> list[OdeSolution]:
                return self._shoot(0.0, hottest, math.exp(log_flux))

            guess = math.log(k * (hottest - self.initial) / unit)
            found = brentq(lambda x: miss(from_wall(x)), guess - 5.0, guess + 5.0, xtol=1e-13)
            return from_wall(float(found))

        flux = self.power_per_length / (2.0 * math.pi)
        start = 1e-4 * self._unit

        def from_line(temperature: float) -> list[OdeSolution]:
            return self._shoot(start, temperature, flux)

        # Near the line T ~ -(phi/k) ln eta: about 10 phi/k at the start, more where k is smaller.
        high = self.initial + 40.0 * flux / self.conductivity(self.initial)
        return from_line(
            float(brentq(lambda x: miss(from_line(x)), self.initial, high, xtol=1e-11))
        )

    def temperature(self, x: ArrayLike, t: float) -> NDArray[np.float64]:
        """Temperature [degC] at distances x [m] from the wall or line and a time [s].

        Closer to the line than 1/10000 of the diffusion length it follows the logarithm there.
        """
        pieces = self._pieces
        eta = np.atleast_1d(np.asarray(x, dtype=np.float64)) / math.sqrt(4.0 * t)
        out = np.full(eta.shape, self.initial)
        for piece in pieces:
            here = (eta >= piece.t_min) & (eta <= piece.t_max)
            if here.any():
                out[here] = piece(eta[here])[0]
        near = eta < pieces[0].t_min
        if near.any():
            first = pieces[0].t_min
            hottest = float(pieces[0](first)[0])
            scale = self.power_per_length / (2.0 * math.pi * self.conductivity(hottest))
            out[near] = hottest + scale * np.log(first / eta[near])
        return out.reshape(np.shape(x))

    def front(self, temperature: float, t: float) -> float:
        """Distance [m] at which a temperature [degC] is reached at a time [s]."""
        for piece in self._pieces:
            ends = [float(piece(s)[0]) for s in (piece.t_min, piece.t_max)]
            if ends[0] >= temperature >= ends[1]:
                eta = brentq(
                    lambda s, p=piece: float(p(s)[0]) - temperature, piece.t_min, piece.t_max
                )
                return float(eta) * math.sqrt(4.0 * t)
        raise ValueError(f"{temperature} degC is not reached outside the axis")
