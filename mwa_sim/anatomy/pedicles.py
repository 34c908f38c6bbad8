"""Pedicles found in the level functions: axis, isthmus, width and height.

No part of the vertebra needs a name. Beside the canal a coronal section of the bone shows one patch
on each side, which is large at the body, smallest in the pedicle and large again at the articular
processes; the line through the centroids of the patches is the axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.vertebra_frame import VertebraFrame
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Sections of the search: distance from each other, pixels, and how far they reach.
_COARSE, _FINE = 1.0 * _MM, 0.5 * _MM
_WIDE, _HIGH = 30.0 * _MM, 22.0 * _MM
#: A patch smaller than this is no pedicle: the narrowest published means are about 4 x 9 mm.
_LEAST_AREA = 8.0 * _MM**2
#: Canal depth assumed where the canal is not given: published means are 15 to 20 mm.
_CANAL_DEPTH = 15.0 * _MM
_LEFT = {"left": 1.0, "right": -1.0}


@dataclass(frozen=True)
class Pedicle:
    """One pedicle.

    Attributes
    ----------
    side : {"left", "right"}
    isthmus : (3,) float array [m]
        Centre of the smallest section.
    axis : (3,) float array
        Unit vector forwards, into the body.
    across, upwards : (3,) float array
        Unit vectors in the section, away from the midline and cranial.
    width, height : float [m]
        Shortest chord through the centre within 30 degrees of sideways, and the chord at right
        angles to it, from surface to surface of the bone.
    area : float [m2]
        Of the smallest section.
    medial, lateral, cranial, caudal : (3,) float array [m]
        Where these chords end.
    convergence : float [rad]
        Angle of the axis with the sagittal plane, positive where pedicles come nearer forwards.
    """

    side: str
    isthmus: Floats
    axis: Floats
    across: Floats
    upwards: Floats
    width: float
    height: float
    area: float
    medial: Floats
    lateral: Floats
    cranial: Floats
    caudal: Floats
    convergence: float


@dataclass(frozen=True)
class _Sections:
    """Patches in a stack of parallel sections: centroid and area of each, NaN where none is."""

    centres: Floats
    areas: Floats


def find_pedicles(
    space: AccessSpace, frame: VertebraFrame
) -> tuple[dict[str, Pedicle], tuple[str, ...]]:
    """Find both pedicles.

    Parameters
    ----------
    space : AccessSpace
    frame : VertebraFrame

    Returns
    -------
    pedicles : dict of str to Pedicle
        ``"left"`` and ``"right"``, as far as they were found.
    notes : tuple of str
        Why one was not.
    """
    found: dict[str, Pedicle] = {}
    notes: list[str] = []
    wall, depth = canal_extent(space, frame)
    for side, sign in _LEFT.items():
        try:
            found[side] = _find(space, frame, side, sign, wall, depth)
        except _MissingError as reason:
            notes.append(f"{side} pedicle not found: {reason}")
    return found, tuple(notes)


def canal_extent(space: AccessSpace, frame: VertebraFrame) -> tuple[float, float]:
    """Where the canal begins behind the body in the midline, and its depth.

    Returns
    -------
    wall, depth : float [m]
        Anterior coordinate of the posterior wall in the vertebra's axes; depth of the canal there,
        an assumed one where there is no canal.
    """
    back = np.arange(0.0, -70.0 * _MM, -0.25 * _MM)
    line = frame.world(np.stack([back, np.zeros_like(back), np.zeros_like(back)], axis=1))
    out = np.flatnonzero(space.body(line) > 0.0)
    wall = back[out[0]] if len(out) else -frame.radius
    canal = np.flatnonzero((space.free_canal(line) < 0.0) & (back < wall + 1.0 * _MM))
    depth = float(len(canal)) * 0.25 * _MM
    return float(wall), depth if 6.0 * _MM < depth < 35.0 * _MM else _CANAL_DEPTH


class _MissingError(Exception):
    """Why there is no pedicle; stays in this module."""


def _find(
    space: AccessSpace, frame: VertebraFrame, side: str, sign: float, wall: float, depth: float
) -> Pedicle:
    bone = frame.seen(space.bone)
    axes = np.array([[0.0, sign, 0.0], [0.0, 0.0, 1.0]])
    # From just inside the body to where the laminae begin.
    stations = np.arange(wall + 3.0 * _MM, wall - 0.8 * depth, -_COARSE)
    centre = np.stack([stations, np.zeros_like(stations), np.zeros_like(stations)], axis=1)
    sections = _coronal(bone, centre, axes)
    if np.isnan(sections.areas).any():
        gap = stations[np.isnan(sections.areas)][0]
        raise _MissingError(
            f"the bone is interrupted beside the canal {1e3 * (wall - gap):.0f} mm behind the "
            "posterior wall (destroyed, or cut off by the scan or the surface)"
        )
    narrow = int(np.argmin(sections.areas))
    near = np.abs(stations - stations[narrow]) <= 3.5 * _MM
    middle, axis = _line(sections.centres[near], sections.areas[near])
    for _ in range(2):
        middle, axis, area = _refine(bone, middle, axis, sign)
    across, upwards, chords = _chords(bone, middle, axis, sign)
    ends = {
        "lateral": middle + chords[0] * across,
        "medial": middle - chords[1] * across,
        "cranial": middle + chords[2] * upwards,
        "caudal": middle - chords[3] * upwards,
    }
    world = {name: frame.world(point) for name, point in ends.items()}
    return Pedicle(
        side=side,
        isthmus=frame.world(middle),
        axis=axis @ frame.axes,
        across=across @ frame.axes,
        upwards=upwards @ frame.axes,
        width=float(chords[0] + chords[1]),
        height=float(chords[2] + chords[3]),
        area=area,
        convergence=float(np.arctan2(-sign * axis[1], axis[0])),
        **world,
    )


def _coronal(bone: Level, centres: Floats, axes: Floats) -> _Sections:
    """The patch beside the canal in sections whose lower left corner is in the midline."""
    wide = np.arange(0.5 * _COARSE, _WIDE, _COARSE)
    high = np.arange(-_HIGH, _HIGH + _COARSE / 2.0, _COARSE)
    values, points = _raster(bone, centres, axes, wide, high)
    found = _Sections(np.full((len(centres), 3), np.nan), np.full(len(centres), np.nan))
    guess = np.array([12.0, 2.0]) * _MM
    for k, picture in enumerate(values):
        patch = _patch(picture, wide, high, guess, reach=14.0 * _MM)
        if patch is not None:
            found.areas[k], found.centres[k] = _measure(picture, patch, points[k], _COARSE)
            guess = np.array([abs(found.centres[k][1]), found.centres[k][2]])
    return found


def _refine(bone: Level, middle: Floats, axis: Floats, sign: float) -> tuple[Floats, Floats, float]:
    """The smallest section at right angles to the axis, and the axis through those about it."""
    across, upwards = _section_axes(axis, sign)
    stations = np.arange(-4.0, 4.01, 0.5) * _MM
    half = np.arange(-13.0 * _MM, 13.0 * _MM + _FINE / 2.0, _FINE)
    centres = middle + stations[:, None] * axis
    values, points = _raster(bone, centres, np.stack([across, upwards]), half, half)
    found = _Sections(np.full((len(centres), 3), np.nan), np.full(len(centres), np.nan))
    for k, picture in enumerate(values):
        patch = _patch(picture, half, half, np.zeros(2), reach=5.0 * _MM)
        if patch is not None:
            found.areas[k], found.centres[k] = _measure(picture, patch, points[k], _FINE)
    if np.isnan(found.areas).all():
        raise _MissingError("no closed section of bone was found beside the canal")
    narrow = int(np.nanargmin(found.areas))
    near = np.abs(stations - stations[narrow]) <= 2.5 * _MM
    near &= found.areas < 1.3 * found.areas[narrow]
    if near.sum() < 3:
        return found.centres[narrow], axis, float(found.areas[narrow])
    _, line = _line(found.centres[near], found.areas[near])
    return found.centres[narrow], line, float(found.areas[narrow])


def _raster(
    bone: Level, centres: Floats, axes: Floats, first: Floats, second: Floats
) -> tuple[Floats, Floats]:
    """Values (k, n, m) and points (k, n, m, 3) of sections spanned by two axes."""
    plane = first[:, None, None] * axes[0] + second[None, :, None] * axes[1]
    points = centres[:, None, None, :] + plane
    return bone(points.reshape(-1, 3)).reshape(points.shape[:-1]), points


def _patch(
    picture: Floats, first: Floats, second: Floats, guess: Floats, reach: float
) -> np.ndarray | None:
    """The connected part of the section that is nearest to a place, if any is near."""
    parts, count = ndimage.label(picture < 0.0)
    best, chosen = reach, 0
    for part in range(1, count + 1):
        rows, columns = np.nonzero(parts == part)
        if len(rows) * (first[1] - first[0]) ** 2 < _LEAST_AREA:
            continue
        gap = float(np.hypot(first[rows] - guess[0], second[columns] - guess[1]).min())
        if gap < best:
            best, chosen = gap, part
    return parts == chosen if chosen else None


def _measure(
    picture: Floats, patch: np.ndarray, points: Floats, pixel: float
) -> tuple[float, Floats]:
    """Area [m2] and centroid of a patch; its rim pixels count by how much of them is inside."""
    rim = ndimage.binary_dilation(patch)
    share = np.where(rim, np.clip(0.5 - picture / pixel, 0.0, 1.0), 0.0)
    area = float(share.sum())
    return area * pixel**2, np.asarray(np.tensordot(share, points, axes=2) / area)


def _line(centres: Floats, areas: Floats) -> tuple[Floats, Floats]:
    """Mean and forward direction of the straight line through centroids, thin sections first."""
    weight = 1.0 / areas
    mean = (weight[:, None] * centres).sum(axis=0) / weight.sum()
    _, _, rows = np.linalg.svd((centres - mean) * np.sqrt(weight)[:, None])
    return mean, rows[0] * np.sign(rows[0, 0])


def _section_axes(axis: Floats, sign: float) -> tuple[Floats, Floats]:
    """Lateral and cranial unit vectors at right angles to the axis of a pedicle."""
    across = np.cross(np.array([0.0, 0.0, sign]), axis)
    across /= np.linalg.norm(across)
    return across, np.cross(axis, across) * sign


def _chords(
    bone: Level, middle: Floats, axis: Floats, sign: float
) -> tuple[Floats, Floats, Floats]:
    """Directions and half chords (lateral, medial, cranial, caudal) of the narrow section."""
    across, upwards = _section_axes(axis, sign)
    angles = np.deg2rad(np.arange(-30.0, 31.0, 5.0))
    flat = np.cos(angles)[:, None] * across + np.sin(angles)[:, None] * upwards
    widths = _reach(bone, middle, flat) + _reach(bone, middle, -flat)
    best = flat[int(np.argmin(widths))]
    up = np.cross(axis, best) * sign
    return best, up, _reach(bone, middle, np.stack([best, -best, up, -up]))


def _reach(bone: Level, start: Floats, directions: Floats) -> Floats:
    """Distance from an inner point to the surface along unit vectors (k, 3) [m]."""
    steps = np.arange(0.0, 20.0 * _MM, 0.1 * _MM)
    points = start + steps[None, :, None] * directions[:, None, :]
    values = bone(points.reshape(-1, 3)).reshape(len(directions), len(steps))
    out = np.maximum(np.argmax(values > 0.0, axis=1), 1)
    rows = np.arange(len(directions))
    before, after = values[rows, out - 1], values[rows, out]
    return np.asarray(steps[out - 1] + 0.1 * _MM * before / (before - after))
