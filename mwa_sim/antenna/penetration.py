"""How far the heat of an antenna reaches: distances, cylinders and contours that hold its power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from mwa_sim.antenna.field.section import Section
from mwa_sim.typing import BoolArray, FloatArray

TAIL = 20e-3
"""What is absorbed farther than this above the strongest heating is the tail [m]."""

WINDOW = 4e-3
"""Heating is averaged over this length of the shaft [m]: heat conduction evens it out within half
a minute, and the density itself is singular at the edges of bare metal."""

NEAR = 0.1e-3
"""Where the fall of the heating begins, from the surface of the antenna [m]."""

_STEP = 0.1e-3
# Above the surface of the antenna itself, where the triangles of the tissue begin.
_OFF = 1e-8
_RADII = 160

Density = Callable[[FloatArray, FloatArray], FloatArray]
"""Power density [W/m3 per W] at r, z [m] of one shape."""


@dataclass(frozen=True)
class Penetration:
    """Where the power of an antenna in homogeneous tissue goes, all lengths in metres.

    Attributes
    ----------
    plane_wave : float
        Distance ``1 / alpha`` at which the field of a plane wave in the tissue has fallen to 1/e,
        its power density to 1/e^2.
    level : float
        z of the strongest heating: middle of the 4 mm of shaft that give off the most power.
    surface : float
        Radius of the antenna at this level.
    to_e2, to_tenth : float
        Distance from the surface, at this level, at which the absorbed density (mean over 4 mm of
        shaft) has fallen to 1/e^2 and to a tenth of what it is 0.1 mm off the surface; nan if it
        does not in the domain.
    radius_50, radius_90 : float
        Of the cylinders around the axis in which half and nine tenths of the power in the tissue
        are absorbed.
    length_50, width_50, length_90, width_90 : float
        Length along the shaft and diameter of the contours of equal density in which half and
        nine tenths are absorbed.
    half_length, tenth_length : float
        Length of the shaft between the outermost places where the power absorbed per length is
        half (-3 dB) and a tenth of the largest, as means over 4 mm.
    tail : float [-]
        Share of the power in the tissue that is absorbed more than :data:`TAIL` above ``level``,
        towards the hub.
    """

    plane_wave: float
    level: float
    surface: float
    to_e2: float
    to_tenth: float
    radius_50: float
    radius_90: float
    length_50: float
    width_50: float
    length_90: float
    width_90: float
    half_length: float
    tenth_length: float
    tail: float

    def as_dict(self) -> dict[str, float | None]:
        """For files: lengths in mm with ``_mm`` after their names, None for nan."""
        found: dict[str, float | None] = {}
        for name, value in asdict(self).items():
            known = bool(np.isfinite(value))
            if name == "tail":
                found[name] = value if known else None
            else:
                found[f"{name}_mm"] = 1e3 * value if known else None
        return {**found, "tail_beyond_mm": 1e3 * TAIL}


@dataclass(frozen=True, eq=False)
class AbsorbedPower:
    """The power density around an antenna, sampled where its tissue is.

    Parameters
    ----------
    r, z : (n,) float arrays [m]
        Points in the tissue.
    at, volume : (n,) float arrays [W/m3 per W], [m3]
        Power density at these points, and the volume of revolution that each stands for.
    density : callable
        The same anywhere, see :data:`Density`.
    box : (r_max, z_min, z_max) [m]
        Of the domain.
    """

    r: FloatArray
    z: FloatArray
    at: FloatArray
    volume: FloatArray
    density: Density
    box: tuple[float, float, float]

    def cylinder(self, share: float) -> float:
        """Radius [m] of the cylinder around the axis that holds a share of the power."""
        return _quantile(self.r, self.at * self.volume, share)

    def above(self, z: float) -> float:
        """Share of the power above z [m]."""
        power = self.at * self.volume
        return float(power[self.z > z].sum() / power.sum())

    def threshold(self, share: float) -> float:
        """Density [W/m3 per W] above which a share of the power is absorbed."""
        return -_quantile(-self.at, self.at * self.volume, share)


def surface_radius(section: Section, z: FloatArray, top: float) -> FloatArray:
    """Outer radius [m] of an antenna along its shaft; 0 ahead of its tip.

    Parameters
    ----------
    section : Section
    z : (n,) float array [m]
    top : float [m]
        Where parts end that go on to the hub.

    Returns
    -------
    (n,) float array [m]
    """
    radius = np.zeros(z.shape)
    for outline in section.outlines(top):
        for (r0, z0), (r1, z1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            between = (z >= min(z0, z1)) & (z <= max(z0, z1))
            t = (z - z0) / (z1 - z0) if z1 != z0 else np.full(z.shape, float(r1 > r0))
            radius = np.where(between, np.maximum(radius, r0 + t * (r1 - r0)), radius)
    return radius


def radial_profile(
    density: Density, section: Section, top: float, level: float, distance: FloatArray
) -> FloatArray:
    """Power density over the distance from the antenna, averaged over 4 mm of its shaft.

    Parameters
    ----------
    density : Density
    section : Section
    top : float [m]
        End of the domain.
    level : float [m]
        Middle of those 4 mm.
    distance : (n,) float array [m]
        From the surface of the antenna, not negative.

    Returns
    -------
    (n,) float array [W/m3 per W]
    """
    count = round(WINDOW / _STEP)
    z = level + WINDOW * ((np.arange(count) + 0.5) / count - 0.5)
    r = surface_radius(section, z, top)[:, None] + np.maximum(distance, _OFF)
    profile: FloatArray = density(r, np.broadcast_to(z[:, None], r.shape)).mean(axis=0)
    return profile


def penetration(power: AbsorbedPower, section: Section, plane_wave: float) -> Penetration:
    """How far the heat reaches.

    Parameters
    ----------
    power : AbsorbedPower
    section : Section
    plane_wave : float [m]
        Penetration depth of the tissue.

    Returns
    -------
    Penetration
    """
    reach, low, top = power.box
    z = np.arange(low + 0.5 * _STEP, top, _STEP)
    surface = surface_radius(section, z, top)
    off = np.concatenate([[_OFF], np.geomspace(5e-6, 0.999 * (reach - section.radius), _RADII)])
    r = surface[:, None] + off
    q = power.density(r, np.broadcast_to(z[:, None], r.shape))
    rings = 2.0 * np.pi * r * q
    per_length = 0.5 * (rings[:, 1:] + rings[:, :-1]) @ np.diff(off)
    window = round(WINDOW / _STEP)
    smooth = np.convolve(per_length, np.full(window, 1.0 / window), mode="valid")
    middle = z[: smooth.size] + 0.5 * (window - 1) * _STEP
    # Not ahead of the tip, where there is no shaft to measure distances from.
    beside = np.flatnonzero(surface_radius(section, middle, top) > 0.0)
    strongest = int(beside[np.argmax(smooth[beside])])
    level = float(middle[strongest])
    away = np.geomspace(NEAR, off[-1], 2 * _RADII)
    profile = radial_profile(power.density, section, top, level, away)
    sizes = [_size(z, r, q, power.threshold(share)) for share in (0.5, 0.9)]
    return Penetration(
        plane_wave=plane_wave,
        level=level,
        surface=float(surface_radius(section, np.array([level]), top)[0]),
        to_e2=_fallen(away, profile, np.exp(-2.0)),
        to_tenth=_fallen(away, profile, 0.1),
        radius_50=power.cylinder(0.5),
        radius_90=power.cylinder(0.9),
        length_50=sizes[0][0],
        width_50=sizes[0][1],
        length_90=sizes[1][0],
        width_90=sizes[1][1],
        half_length=_span(middle, smooth >= 0.5 * smooth[strongest]),
        tenth_length=_span(middle, smooth >= 0.1 * smooth[strongest]),
        tail=power.above(level + TAIL),
    )


def _quantile(x: FloatArray, weight: FloatArray, share: float) -> float:
    """The x below which a share of the weight lies."""
    order = np.argsort(x)
    running = np.cumsum(weight[order]) - 0.5 * weight[order]
    return float(np.interp(share * weight.sum(), running, x[order]))


def _fallen(distance: FloatArray, profile: FloatArray, factor: float) -> float:
    """First distance at which the profile is down to this factor of its start."""
    low = np.flatnonzero(profile <= factor * profile[0])
    if low.size == 0:
        return float("nan")
    k = int(low[0])
    drop = (profile[k - 1] - factor * profile[0]) / (profile[k - 1] - profile[k])
    return float(distance[k - 1] + drop * (distance[k] - distance[k - 1]))


def _span(z: FloatArray, chosen: BoolArray) -> float:
    found = z[chosen]
    return float(found[-1] - found[0] + _STEP)


def _size(z: FloatArray, r: FloatArray, q: FloatArray, level: float) -> tuple[float, float]:
    """Length and diameter [m] of the contour of a level among samples (n_z, n_r)."""
    inside = q >= level
    row, column = np.nonzero(inside[:, :-1] & ~inside[:, 1:])
    here, next_ = q[row, column], q[row, column + 1]
    part = (here - level) / (here - next_)
    crossing = r[row, column] + part * (r[row, column + 1] - r[row, column])
    return _span(z, np.any(inside, axis=1)), 2.0 * float(crossing.max(initial=0.0))
