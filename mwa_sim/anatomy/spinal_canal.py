"""Section of the spinal canal: round in the thorax, a rounded triangle in the lumbar spine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mwa_sim.anatomy.shapes import along_ray, gauge, smooth_step
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: The canal reaches this far into the bodies and discs, which have priority: it meets them
#: steeply, and no thin wedges are left.
INTO_BODY = 7.0 * _MM
#: Superellipse exponents of the section, in front (between the pedicles) and behind.
SQUARE_FRONT, SQUARE_BACK = 3.0, 2.2


def triangularity(place: float) -> float:
    """How much narrower the back of the canal is, 0 at T10 and above to 0.5 at L5 (assumption).

    Parameters
    ----------
    place : float
        Place along the spine, 0 at T1 to 16 at L5.
    """
    return float(np.interp(place, (9.0, 12.0, 16.0), (0.0, 0.3, 0.5)))


def canal_section(
    x: Floats, y: Floats, depth: Floats | float, width: Floats | float, triangle: Floats | float
) -> Floats:
    """Level function of the section, about the distance [m] near its border.

    Parameters
    ----------
    x, y : (n,) float array [m]
        From the centre of the section, forwards and to the left.
    depth, width : float or (n,) float array [m]
        Largest extents of the free canal; in front the section goes on by :data:`INTO_BODY`.
    triangle : float or (n,) float array
        From :func:`triangularity`.

    Returns
    -------
    (n,) float array [m]
    """
    back = np.asarray(depth) / 2.0
    reach = np.where(x > 0.0, back + INTO_BODY, back)
    u = x / reach
    half = np.asarray(width) / 2.0 / _widest(triangle)
    exponent = np.where(x > 0.0, SQUARE_FRONT, SQUARE_BACK)
    rho = gauge(u, y / (half * _taper(u, triangle)), exponent)
    return along_ray(np.hypot(x, y), rho, float(np.min(back, initial=1.0)))


def _taper(u: Floats, triangle: Floats | float) -> Floats:
    return np.asarray(1.0 - np.asarray(triangle) * smooth_step((0.15 - u) / 1.15))


def _widest(triangle: Floats | float) -> Floats:
    """Largest half width of the section over its nominal one."""
    places, values = _widths()
    return np.asarray(np.interp(np.asarray(triangle), places, values))


@lru_cache(maxsize=1)
def _widths() -> tuple[Floats, Floats]:
    places = np.linspace(0.0, 0.6, 13)
    u = np.linspace(-0.9, 0.9, 721)
    exponent = np.where(u > 0.0, SQUARE_FRONT, SQUARE_BACK)
    bow = (1.0 - np.abs(u) ** exponent) ** (1.0 / exponent)
    return places, np.array([float((_taper(u, t) * bow).max()) for t in places])
