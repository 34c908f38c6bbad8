"""Level functions of disease: lobes that join, a lost posterior wall, a margin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from mwa_sim.anatomy.shapes import along_ray, ellipsoid, gauge, smooth_max, smooth_min
from mwa_sim.anatomy.surface_cloud import SurfaceCloud
from mwa_sim.anatomy.vertebra_frame import VertebraFrame
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Edge of the rim that is left where a tumour is clipped.
_EDGE = 2.0 * _MM
#: Beyond this past the margin the level is a lower bound of the distance, which is quicker.
_PAST = 4.0 * _MM
#: Distances from the tumour are interpolated between samples this far apart.
_SPACING = 0.6 * _MM


def rotation(angles: Sequence[float]) -> Floats:
    """Rotation about x, then y, then z (fixed axes, right-handed).

    Parameters
    ----------
    angles : three floats [rad]

    Returns
    -------
    (3, 3) float array
        Columns are the turned axes.
    """
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[i, i], turn[i, j], turn[j, i], turn[j, j] = c, -s, s, c
        matrix = turn @ matrix
    return matrix


def lobe_level(centre: Floats, radii: Floats, turned: Floats) -> Level:
    """Ellipsoid whose axes are the columns of ``turned``."""

    def level(points: Floats) -> Floats:
        return ellipsoid((points - centre) @ turned, np.zeros(3), radii)

    return level


def joined(levels: Sequence[Level], fillet: float) -> Level:
    """Union of lobes with a fillet [m]."""

    def level(points: Floats) -> Floats:
        values = [one(points) for one in levels]
        return reduce(lambda a, b: smooth_min(a, b, fillet), values)

    return level


def clipped(level: Level, bone: Level, clearance: float) -> Level:
    """The part of a solid that lies inside the bone by ``clearance`` [m]."""
    return lambda points: smooth_max(level(points), bone(points) + clearance, _EDGE)


def without(level: Level, others: Sequence[Level]) -> Level:
    """A solid less the inside of others."""

    def difference(points: Floats) -> Floats:
        return np.asarray(np.max([level(points), *[-other(points) for other in others]], axis=0))

    return difference


def wall_defect(
    body: Level,
    frame: VertebraFrame,
    place: tuple[float, float],
    size: tuple[float, float],
    front: float,
    bulge: float,
) -> Level:
    """What fills a hole in the posterior wall, from inside the tumour to the epidural space.

    Parameters
    ----------
    body : level function
    frame : VertebraFrame
    place : pair of float [m]
        Left and cranial coordinate of its centre in the vertebra's axes.
    size : pair of float [m]
        Width and height.
    front : float [m]
        Anterior coordinate in the vertebra's axes up to which it reaches.
    bulge : float [m]
        Height of the dome behind the wall; it falls to nothing at the rim of the hole.

    Returns
    -------
    level function
    """
    half = np.array(size) / 2.0

    def level(points: Floats) -> Floats:
        local = frame.local(points)
        u, v = local[:, 1] - place[0], local[:, 2] - place[1]
        rho = gauge(u / half[0], v / half[1], 2.3)
        hole = along_ray(np.hypot(u, v), rho, float(half.min()))
        dome = body(points) - bulge * np.maximum(1.0 - rho**2, 0.0)
        return np.maximum(np.maximum(hole, local[:, 0] - front), dome)

    return level


def margin(tumour: Level, low: Floats, high: Floats, width: float) -> Level:
    """What lies within a distance of a tumour, as a level function.

    The level is the distance to the tumour's sampled surface less ``width``: the formula for an
    ellipsoid alone is too far from a distance to set a margin with.

    Parameters
    ----------
    tumour : level function
    low, high : (3,) float array [m]
        Box that holds the tumour.
    width : float [m]

    Returns
    -------
    level function
    """
    surface = SurfaceCloud(tumour, low, high, _SPACING)
    within = width + _PAST
    return lambda points: surface.distance(points, within=within) - width
