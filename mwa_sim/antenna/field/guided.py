"""The wave that an antenna's insulated shaft guides back towards the hub.

A metal shaft under an insulation in lossy tissue guides a wave with the propagation constant

    gamma = j k_i sqrt((L + F) / (L + F k_i^2 / k^2)),
    L = ln(b / a),      F = H0(k b) / (k b H1(k b)),

where k_i belongs to the insulation between the radii a and b, k to the tissue around it, and the
Hankel functions are of the second kind (king1983).  It is the model of a transmission line and
good to a few per cent.  In liver at 2.45 GHz the wave along a thin sheath falls about as fast as a
plane wave, at 915 MHz a third more slowly.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import hankel2e

from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.sar import SPEED_OF_LIGHT


def guided_constant(section: Section, permittivity: complex, frequency: float) -> complex:
    """Propagation constant along the shaft of an antenna.

    Parameters
    ----------
    section : Section
    permittivity : complex [-]
        Relative complex permittivity of the tissue.
    frequency : float [Hz]

    Returns
    -------
    complex [1/m]
        Fields go as exp(-gamma z). That of a plane wave for a shaft without insulation.
    """
    k0 = 2.0 * np.pi * frequency / SPEED_OF_LIGHT
    k = k0 * np.sqrt(complex(permittivity))
    radii, fillings = _insulation(section)
    logs = np.diff(np.log(radii))
    if logs.size == 0:
        return complex(1j * k)
    total = float(logs.sum())
    inside = k0 * np.sqrt(total / np.sum(logs / np.array(fillings, dtype=np.complex128)))
    x = k * radii[-1]
    around = hankel2e(0, x) / (x * hankel2e(1, x))
    shunt = total + around * (inside / k) ** 2
    return complex(1j * inside * np.sqrt((total + around) / shunt))


def _insulation(section: Section) -> tuple[list[float], list[complex]]:
    """Radii [m] of the shaft's metal and of each layer around it, and what fills the layers."""
    rings = []
    for part in section.parts:
        r = part.outline[np.isinf(part.outline[:, 1]), 0]
        if r.size:
            rings.append((float(r.min()), float(r.max()), part.permittivity))
    edges = sorted({radius for low, high, _ in rings for radius in (low, high)})
    radii: list[float] = []
    fillings: list[complex] = []
    for low, high in pairwise(edges):
        middle = 0.5 * (low + high)
        covering = [filling for a, b, filling in rings if a < middle < b]
        if not covering or covering[-1] is None:
            # Only what lies outside the outermost metal insulates it.
            radii, fillings = ([high] if covering else []), []
        elif radii:
            radii.append(high)
            fillings.append(covering[-1])
    return radii, fillings
