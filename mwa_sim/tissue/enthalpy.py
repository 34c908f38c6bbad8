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
_SETTLED = 1e-5


@njit(cache=True)
def vapour_fraction(temperature: float) -> float:
    """Fraction G of the tissue water that has evaporated at a temperature [degC]."""
    x = temperature - BOILING_POINT
    if x <= -HALF_WINDOW:
        return 0.0
    if x >= HALF_WINDOW:
        return 1.0
    return (x + HALF_WINDOW) / (2.0 * HALF_WINDOW) + math.sin(math.pi * x / HALF_WINDOW) / (
        2.0 * math.pi
    )


@njit(cache=True)
def vapour_slope(temperature: float) -> float:
    """Derivative g = dG/dT [1/K] of the vapour fraction at a temperature [degC]."""
    x = temperature - BOILING_POINT
    if x <= -HALF_WINDOW or x >= HALF_WINDOW:
        return 0.0
    return (1.0 + math.cos(math.pi * x / HALF_WINDOW)) / (2.0 * HALF_WINDOW)


@njit(cache=True)
def enthalpy_of(temperature: float, latent_ratio: float) -> float:
    """Scaled enthalpy u = T + lambda G(T) [degC] for lambda = phi L / c [K]."""
    return temperature + latent_ratio * vapour_fraction(temperature)


@njit(cache=True)
def temperature_near(enthalpy: float, latent_ratio: float, guess: float) -> float:
    """Temperature [degC] whose scaled enthalpy is ``enthalpy``, found from a nearby temperature.

    Newton's method inside a shrinking bracket: u(T) is strictly monotone, so the root is unique
    and any guess will do; a good one (the temperature of the last stage of a time step) saves
    most iterations.  The error is below 1e-9 K.
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
        phase = math.pi * (t - BOILING_POINT) / HALF_WINDOW
        fraction = (t - WINDOW_START) / (2.0 * HALF_WINDOW) + math.sin(phase) / (2.0 * math.pi)
        slope = (1.0 + math.cos(phase)) / (2.0 * HALF_WINDOW)
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
            # Newton squares the error: what is left is far below 1e-9 K.
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
