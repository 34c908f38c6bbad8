"""Level functions of simple solids: negative inside, close to the signed distance [m] near zero.

They are blended with polynomial smooth minima, so that parts join with a fillet as bones do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats


def smooth_max(a: Floats, b: Floats, radius: float) -> Floats:
    """Maximum of two level functions (intersection) with an edge rounded over ``radius`` [m]."""
    overlap = np.maximum(radius - np.abs(a - b), 0.0) / radius
    return np.asarray(np.maximum(a, b) + overlap**2 * (radius / 4.0))


def smooth_min(a: Floats, b: Floats, radius: float) -> Floats:
    """Minimum of two level functions (union) with a fillet over ``radius`` [m]."""
    return -smooth_max(-a, -b, radius)


def length(vectors: Floats) -> Floats:
    """Length of each row, (n, 3) -> (n,)."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def smooth_step(t: Floats) -> Floats:
    """``3 t^2 - 2 t^3`` with t clipped to [0, 1]."""
    u = np.clip(t, 0.0, 1.0)
    return np.asarray(u * u * (3.0 - 2.0 * u))


def ellipsoid(points: Floats, centre: ArrayLike, radii: ArrayLike) -> Floats:
    """Level function of an ellipsoid with axes along x, y, z.

    First-order distance ``k0 (k0 - 1) / k1`` with ``k0 = |p / r|`` and ``k1 = |p / r^2|``.

    Parameters
    ----------
    points : (n, 3) float array [m]
    centre, radii : (3,) float array [m]

    Returns
    -------
    (n,) float array [m]
    """
    r = np.asarray(radii, dtype=np.float64)
    p = points - np.asarray(centre, dtype=np.float64)
    k0 = np.linalg.norm(p / r, axis=1)
    k1 = np.linalg.norm(p / r**2, axis=1)
    # Near the centre both vanish; any value below minus the smallest radius will do there.
    small = k1 < 1e-9 / r.min()
    value = np.where(small, -r.min(), k0 * (k0 - 1.0) / np.where(small, 1.0, k1))
    return np.asarray(np.maximum(value, -r.min()))


def gauge(u: Floats, v: Floats, exponent: float | Floats) -> Floats:
    """Superellipse gauge ``(|u|^p + |v|^p)^(1/p)``: 1 on the curve, below 1 inside."""
    return np.asarray((np.abs(u) ** exponent + np.abs(v) ** exponent) ** (1.0 / exponent))


def along_ray(radius: Floats, gauge_value: Floats, depth: float) -> Floats:
    """Distance to a curve along the ray from its centre: ``radius (1 - 1 / gauge)``.

    On the axis, where the ray has no direction, the value is ``-depth`` [m].
    """
    axis = gauge_value < 1e-6
    value = radius * (1.0 - 1.0 / np.where(axis, 1.0, gauge_value))
    return np.asarray(np.where(axis, -depth, value))


def column(points: Floats, centre: ArrayLike, half: ArrayLike, exponent: float = 2.0) -> Floats:
    """Level function of an infinite superelliptic column along z.

    Parameters
    ----------
    points : (n, 3) float array [m]
    centre, half : (2,) float array [m]
        Centre and half axes in x and y.
    exponent : float
        2 is an ellipse, larger is closer to a rectangle.

    Returns
    -------
    (n,) float array [m]
    """
    u, v = (points[:, :2] - np.asarray(centre)).T
    a, b = np.asarray(half, dtype=np.float64)
    return along_ray(np.hypot(u, v), gauge(u / a, v / b, exponent), min(a, b))


def rod(points: Floats, a: ArrayLike, b: ArrayLike, radius_a: float, radius_b: float) -> Floats:
    """Level function of a rod with round ends whose radius changes linearly from a to b."""
    start, stop = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis = stop - start
    # A rod without length is a ball.
    t = np.clip((points - start) @ axis / max(float(axis @ axis), 1e-30), 0.0, 1.0)
    distance = length(points - start - t[:, None] * axis)
    return np.asarray(distance - (radius_a + (radius_b - radius_a) * t))


def plate(
    points: Floats,
    a: ArrayLike,
    b: ArrayLike,
    thickness: tuple[float, float],
    height: tuple[float, float],
) -> Floats:
    """Level function of an upright plate with rounded rim between two points.

    Parameters
    ----------
    points : (n, 3) float array [m]
    a, b : (3,) float array [m]
        Middle of the plate at its two ends.
    thickness, height : pair of float [m]
        At the two ends; the height is measured along z.

    Returns
    -------
    (n,) float array [m]
    """
    start, stop = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis = (stop - start)[:2]
    t = np.clip((points[:, :2] - start[:2]) @ axis / (axis @ axis), 0.0, 1.0)
    flat = np.linalg.norm(points[:, :2] - start[:2] - t[:, None] * axis, axis=1)
    up = np.abs(points[:, 2] - start[2] - t * (stop - start)[2])
    half_t = (thickness[0] + (thickness[1] - thickness[0]) * t) / 2.0
    half_h = (height[0] + (height[1] - height[0]) * t) / 2.0
    # Half thickness as rounding radius: the rim is a half circle.
    beyond = up - (half_h - half_t)
    outside = np.hypot(flat, np.maximum(beyond, 0.0)) - half_t
    return np.asarray(outside)


def tube(
    points: Floats,
    a: ArrayLike,
    b: ArrayLike,
    half_width: float,
    half_height: float,
    rounding: float = 1e-3,
) -> Floats:
    """Level function of a straight bar of superelliptic section (exponent 2.5) with flat ends.

    Parameters
    ----------
    points : (n, 3) float array [m]
    a, b : (3,) float array [m]
        Ends of the axis, which must not be parallel to z.
    half_width, half_height : float [m]
        Half axes of the section, sideways (horizontal) and upwards.
    rounding : float [m]
        Of the edges of the ends.

    Returns
    -------
    (n,) float array [m]
    """
    start, stop = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    length = float(np.linalg.norm(stop - start))
    axis = (stop - start) / length
    sideways = np.cross(axis, [0.0, 0.0, 1.0])
    sideways /= np.linalg.norm(sideways)
    upwards = np.cross(sideways, axis)
    p = points - start
    s, u, v = p @ axis, p @ sideways, p @ upwards
    rho = gauge(u / half_width, v / half_height, 2.5)
    section = along_ray(np.hypot(u, v), rho, min(half_width, half_height))
    return smooth_max(section, np.abs(s - length / 2.0) - length / 2.0, rounding)


def segment_distance(points: Floats, a: ArrayLike, b: ArrayLike) -> Floats:
    """Distance to the segment from a to b, (n,) [m]."""
    return rod(points, a, b, 0.0, 0.0)


def slab(points: Floats, centre: ArrayLike, axes: Floats, half: ArrayLike, radius: float) -> Floats:
    """Signed distance to a box with rounded edges and any orientation.

    Parameters
    ----------
    points : (n, 3) float array [m]
    centre : (3,) float array [m]
    axes : (3, 3) float array
        Rows are its unit axes.
    half : (3,) float array [m]
        Half extents along the axes, rounding included.
    radius : float [m]
        Rounding, at most the smallest half extent.

    Returns
    -------
    (n,) float array [m]
    """
    local = np.abs((points - np.asarray(centre, dtype=np.float64)) @ axes.T)
    q = local - (np.asarray(half, dtype=np.float64) - radius)
    outside = length(np.maximum(q, 0.0))
    deepest = np.maximum(np.maximum(q[:, 0], q[:, 1]), q[:, 2])
    return np.asarray(outside + np.minimum(deepest, 0.0) - radius)


def disk(points: Floats, centre: ArrayLike, axes: Floats, half: ArrayLike) -> Floats:
    """Level function of an oval plate with a round rim and any orientation.

    Parameters
    ----------
    points : (n, 3) float array [m]
    centre : (3,) float array [m]
    axes : (3, 3) float array
        Rows are its unit axes; the first is across the plate.
    half : (3,) float array [m]
        Half extents along the axes.

    Returns
    -------
    (n,) float array [m]
    """
    local = (points - np.asarray(centre, dtype=np.float64)) @ axes.T
    across, wide, tall = np.asarray(half, dtype=np.float64)
    rho = gauge(local[:, 1] / wide, local[:, 2] / tall, 2.6)
    outline = along_ray(np.hypot(local[:, 1], local[:, 2]), rho, min(wide, tall))
    return smooth_max(outline, np.abs(local[:, 0]) - across, 1.4 * across)


def bounded(level: Level, low: ArrayLike, high: ArrayLike, margin: float) -> Level:
    """A level function that is evaluated near a box only; the solid must lie inside the box.

    Further than ``margin`` [m] from the box the value is the distance to the box, a lower bound.
    """
    centre = (np.asarray(low, dtype=np.float64) + np.asarray(high, dtype=np.float64)) / 2.0
    half = np.asarray(high, dtype=np.float64) - centre

    def near(points: Floats) -> Floats:
        beyond = np.abs(points - centre)
        beyond -= half
        np.maximum(beyond, 0.0, out=beyond)
        value = length(beyond)
        close = np.flatnonzero(value < margin)
        value[close] = level(points[close])
        return np.asarray(value)

    return near


def folded(points: Floats) -> Floats:
    """Points mirrored to the left half, for solids whose right half mirrors the left one."""
    mirrored = points.copy()
    mirrored[:, 1] = np.abs(mirrored[:, 1])
    return mirrored


def blade(
    points: Floats,
    a: ArrayLike,
    b: ArrayLike,
    tall: tuple[float, float],
    thick: tuple[float, float],
) -> Floats:
    """Level function of an upright blade with rounded ends in a sagittal plane.

    Parameters
    ----------
    points : (n, 3) float array [m]
    a, b : (3,) float array [m]
        Ends of its middle line, with the same y.
    tall, thick : pair of float [m]
        Half extents at the two ends, across the middle line in the plane and along y.

    Returns
    -------
    (n,) float array [m]
    """
    start, stop = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis, from_start = stop - start, points - start
    t = np.clip(from_start @ axis / (axis @ axis), 0.0, 1.0)
    away = from_start - t[:, None] * axis
    half_tall = tall[0] + (tall[1] - tall[0]) * t
    half_thick = thick[0] + (thick[1] - thick[0]) * t
    outline = np.hypot(away[:, 0], away[:, 2]) - half_tall
    return smooth_max(outline, np.abs(away[:, 1]) - half_thick, min(thick))
