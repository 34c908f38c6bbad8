"""Latent heat of tissue water in enthalpy form, pointwise and exact in energy.

The volumetric enthalpy of a tissue with density rho, specific heat c and water mass fraction
phi is ``H(T) = rho c T + rho phi L G(T)``, where ``G`` rises from 0 to 1 while the tissue water
evaporates.  Divided by ``rho c`` it reads

    u(T) = T + lambda G(T),      lambda = phi L / c  [K]

so the unknown ``u`` of the heat solver is a temperature below the window, and any step, however
large, books the latent heat in full: an apparent heat capacity would skip it.

The window is the cosine ``g(T) = (1 + cos(pi (T - 100) / 6)) / 12`` within 6 K of 100 degC
(integral 1), consistent with the plateau of 100-104 degC measured in liver (key ``yang2007``) and
with the 90-100 degC windows of earlier models.  Water that condenses on cooling gives its heat
back; vapour does not move.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from mwa_sim.typing import FloatArray

LATENT_HEAT = 2.26e6
"""Latent heat of evaporation of water at 100 degC [J/kg]."""
BOILING_POINT = 100.0
"""Centre of the evaporation window [degC]."""
HALF_WINDOW = 6.0
"""Half width of the evaporation window [K]."""
WINDOW_START = BOILING_POINT - HALF_WINDOW
WINDOW_END = BOILING_POINT + HALF_WINDOW

_MAX_NEWTON = 80
_SETTLED = 1e-4
# Coefficients of the power series of sine and cosine.
_S1, _S2, _S3, _S4 = -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0
_S5, _S6, _S7 = -1.0 / 39916800.0, 1.0 / 6227020800.0, -1.0 / 1307674368000.0
_C1, _C2, _C3, _C4 = -1.0 / 2.0, 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0
_C5, _C6, _C7 = -1.0 / 3628800.0, 1.0 / 479001600.0, -1.0 / 87178291200.0


@njit(cache=True, inline="always")
def _window(x: float) -> tuple[float, float]:
    """G and g at x kelvin from the boiling point, inside the window.

    With h = pi x / 12: G = (x + 6) / 12 + sin(h) cos(h) / pi and g = cos(h)^2 / 6.  Sine and cosine
    are power series to 1e-9, several times faster than the library's: nodes that boil need them in
    every stage of every step.
    """
    h = (0.5 * math.pi / HALF_WINDOW) * x
    z = h * h
    sine = h * (
        1.0 + z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * (_S6 + z * _S7))))))
    )
    cosine = 1.0 + z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * (_C6 + z * _C7))))))
    fraction = (x + HALF_WINDOW) / (2.0 * HALF_WINDOW) + sine * cosine / math.pi
    return fraction, cosine * cosine / HALF_WINDOW


@njit(cache=True)
def vapour_fraction(temperature: float) -> float:
    """Fraction G of the tissue water that has evaporated at a temperature [degC]."""
    x = temperature - BOILING_POINT
    if x <= -HALF_WINDOW:
        return 0.0
    if x >= HALF_WINDOW:
        return 1.0
    return _window(x)[0]


@njit(cache=True)
def vapour_slope(temperature: float) -> float:
    """Derivative g = dG/dT [1/K] of the vapour fraction at a temperature [degC]."""
    x = temperature - BOILING_POINT
    if x <= -HALF_WINDOW or x >= HALF_WINDOW:
        return 0.0
    return _window(x)[1]


@njit(cache=True)
def enthalpy_of(temperature: float, latent_ratio: float) -> float:
    """Scaled enthalpy u = T + lambda G(T) [degC] for lambda = phi L / c [K]."""
    return temperature + latent_ratio * vapour_fraction(temperature)


@njit(cache=True)
def temperature_near(enthalpy: float, latent_ratio: float, guess: float) -> float:
    """Temperature [degC] whose scaled enthalpy is ``enthalpy``, found from a nearby temperature.

    Newton's method inside a shrinking bracket: u(T) is strictly monotone, so the root is unique
    and any guess will do; a good one (the temperature of the last stage of a time step) saves
    most iterations.  The error is below 1e-6 K.
    """
    if enthalpy <= WINDOW_START:
        return enthalpy
    if enthalpy >= WINDOW_END + latent_ratio:
        return enthalpy - latent_ratio
    low = WINDOW_START
    high = WINDOW_END
    t = guess
    if t <= low or t >= high:
        # In the middle of the window u is close to linear in T with the mean slope.
        t = low + (enthalpy - low) * (high - low) / (high - low + latent_ratio)
    for _ in range(_MAX_NEWTON):
        fraction, slope = _window(t - BOILING_POINT)
        residual = t + latent_ratio * fraction - enthalpy
        if residual > 0.0:
            high = t
        else:
            low = t
        step = residual / (1.0 + latent_ratio * slope)
        t_new = t - step
        if t_new <= low or t_new >= high:
            t_new = 0.5 * (low + high)
        elif abs(step) < _SETTLED:
            # Newton squares the error: what is left is below 1e-6 K.
            return t_new
        t = t_new
    return t


@njit(cache=True)
def temperature_of(enthalpy: float, latent_ratio: float) -> float:
    """Temperature [degC] whose scaled enthalpy is ``enthalpy``; see `temperature_near`."""
    return temperature_near(enthalpy, latent_ratio, WINDOW_START)


@njit(cache=True)
def enthalpy_array(temperature: FloatArray, latent_ratio: FloatArray) -> FloatArray:
    """Scaled enthalpy u(T) [degC] of arrays of temperatures (n,) and ratios (n,)."""
    out = np.empty_like(temperature)
    for i in range(temperature.size):
        out[i] = enthalpy_of(temperature[i], latent_ratio[i])
    return out


@njit(cache=True)
def temperature_array(enthalpy: FloatArray, latent_ratio: FloatArray) -> FloatArray:
    """Temperatures (n,) [degC] of scaled enthalpies (n,) for ratios (n,) [K]."""
    out = np.empty_like(enthalpy)
    for i in range(enthalpy.size):
        out[i] = temperature_of(enthalpy[i], latent_ratio[i])
    return out
