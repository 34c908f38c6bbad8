"""A temperature field of choice and the heat that makes it a solution of the bioheat equation.

In the cube |x_i| <= L / 2, with one smooth bump m(x) that touches no symmetry,

    T = base + swing m(x) a(t),   m = prod_i (1 + cos(pi x_i / L + p_i)) / 2,  a = 1 - exp(-t / tau)

The heat that has to be put in follows from the equation itself,

    q = rho c (1 + lambda g(T)) T_t - div(k(T) grad T) + W S (T - T_a) + G (T - T_c) - rho HGR

with the latent ratio lambda, perfusion W of which the fraction S = exp(-Omega) is left by the
damage Omega = int A exp(-Ea / (R T)) dt of this very field, and a coolant G at T_c at every node.
On the faces ``k(T) dT/dn + h (T - T_air)`` has to be put in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import Block
from mwa_sim.damage.parameters import ZERO_CELSIUS, arrhenius_parameters
from mwa_sim.tissue.enthalpy import LATENT_HEAT, vapour_slope

Array = NDArray[np.float64]

SIDE = 0.02
"""L [m]."""
PHASES = (0.3, -0.2, 0.1)
"""p_i: the bump is not in the middle, so that heat flows through all faces."""
TAU = 20.0
"""Time constant of the rise [s]."""
BLOOD, COOLANT, AIR = 37.0, 20.0, 25.0
"""Temperatures [degC]."""
DENSITY, SPECIFIC_HEAT, CONDUCTIVITY = 1000.0, 3800.0, 0.5
"""Of the tissue [kg/m3], [J/kg/K], [W/m/K]."""


@dataclass(frozen=True)
class Terms:
    """Which terms take part, and the range of temperatures.

    Attributes
    ----------
    base, swing : float [degC], [K]
    slope : float [1/K]
        Of the conductivity.
    water : float [-]
        Mass fraction that boils.
    sink : float [W/m3/K]
        Perfusion W at the start.
    stops : bool
        Whether damage stops it.
    metabolic : float [W/m3]
    exchange : float [W/m2/K]
        h of the faces.
    cooling : float [W/m3/K]
        G.
    """

    base: float
    swing: float
    slope: float = 0.0
    water: float = 0.0
    sink: float = 0.0
    stops: bool = False
    metabolic: float = 0.0
    exchange: float = 0.0
    cooling: float = 3e4

    @property
    def latent_ratio(self) -> float:
        """lambda [K]."""
        return self.water * LATENT_HEAT / SPECIFIC_HEAT

    def temperature(self, x: Array, t: float) -> Array:
        """T (n,) [degC] at points (n, 3) [m]."""
        return self.base + self.swing * math.prod(_factors(x)[0].T) * _growth(t)[0]

    def conductivity(self, temperature: Array) -> Array:
        """k (n,) [W/m/K]; constant outside 37 to 100 degC."""
        return CONDUCTIVITY * (1.0 + self.slope * (np.clip(temperature, 37.0, 100.0) - 37.0))

    def heat(self, x: Array, t: float, survival: Array) -> Array:
        """q (n,) [W/m3] at points (n, 3) [m] whose vessels are open to a part (n,)."""
        f, first, second = _factors(x)
        a, a_t = _growth(t)
        m = math.prod(f.T)
        temperature = self.base + self.swing * m * a
        laplacian = np.zeros(len(x))
        slope2 = np.zeros(len(x))
        for i in range(3):
            others = math.prod(f[:, j] for j in range(3) if j != i)
            laplacian += second[:, i] * others
            slope2 += (first[:, i] * others) ** 2
        warm = (temperature > 37.0) & (temperature < 100.0)
        conducted = self.conductivity(temperature) * self.swing * a * laplacian
        conducted += CONDUCTIVITY * self.slope * warm * (self.swing * a) ** 2 * slope2
        latent = self.latent_ratio * np.array([vapour_slope(value) for value in temperature])
        stored = DENSITY * SPECIFIC_HEAT * (1.0 + latent) * self.swing * m * a_t
        lost = self.sink * survival * (temperature - BLOOD) + self.cooling * (temperature - COOLANT)
        return stored - conducted + lost - self.metabolic

    def face_heat(self, x: Array, t: float, axis: int, side: float) -> Array:
        """Heat (n,) [W/m2] into the face x_axis = side L / 2 at its points (n, 3)."""
        f, first, _ = _factors(x)
        outwards = side * first[:, axis] * math.prod(f[:, j] for j in range(3) if j != axis)
        temperature = self.temperature(x, t)
        gradient = self.swing * _growth(t)[0] * outwards
        return self.conductivity(temperature) * gradient + self.exchange * (temperature - AIR)


def _factors(x: Array) -> tuple[Array, Array, Array]:
    """The factors of the bump, their slopes and second derivatives, (n, 3) each."""
    wave = math.pi / SIDE
    phase = wave * x + np.array(PHASES)
    return (
        0.5 + 0.5 * np.cos(phase),
        -0.5 * wave * np.sin(phase),
        -0.5 * wave**2 * np.cos(phase),
    )


def _growth(t: float) -> tuple[float, float]:
    """a(t) and its derivative [1/s]."""
    return 1.0 - math.exp(-t / TAU), math.exp(-t / TAU) / TAU


class Damage:
    """Omega of the field at points, carried along in time by Gauss' quadrature.

    Parameters
    ----------
    terms : Terms
    x : (n, 3) float array [m]
    """

    def __init__(self, terms: Terms, x: Array) -> None:
        self._terms, self._x, self._time = terms, x, 0.0
        self._set = arrhenius_parameters("liver")
        self.omega = np.zeros(len(x))

    def survival(self, t: float) -> Array:
        """exp(-Omega) (n,) at a time not before that asked for last."""
        if not self._terms.stops:
            return np.ones(len(self._x))
        points, weights = np.polynomial.legendre.leggauss(4)
        half = 0.5 * (t - self._time)
        for point, weight in zip(points, weights, strict=True):
            kelvin = self._terms.temperature(self._x, self._time + half * (1.0 + point))
            rate = np.exp(self._set.ln_a - self._set.ea_over_r / (kelvin + ZERO_CELSIUS))
            self.omega += half * weight * rate
        self._time = t
        return np.exp(-self.omega)


def faces_of(b: Block, axis: int, side: float) -> NDArray[np.int64]:
    """Outer faces (f, 3) of the cube on one side."""
    on = np.all(np.abs(b.nodes[b.faces][:, :, axis] - side * SIDE / 2.0) < 1e-9, axis=1)
    return b.faces[on]
