"""Pedicles found in the level functions: axis, isthmus, width and height.

No part of the vertebra needs a name. Beside the canal a coronal section of the bone shows one patch
on each side, which is large at the body, smallest in the pedicle and large again at the articular
processes. From there the plane is shifted and turned until its section is smallest: its normal is
the axis. (A line through centroids would not do: real pedicles are shorter than they are wide.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.pedicle_sections import (
    COARSE,
    FINE,
    HALF,
    Bools,
    Sections,
    across_of,
    coronal_sections,
    normals_of,
    oblique_sections,
    patch_near,
    upwards_of,
)
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, canal_extent
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Steps of the search for the smallest section: shift [m], convergence and pitch [rad].
_STEPS = np.array([1.6 * _MM, np.deg2rad(12.0), np.deg2rad(12.0)])
_PATTERN = np.array(sorted(product((0.0, 1.0, -1.0), repeat=3), key=lambda p: sum(map(abs, p))))
_LAST_SHIFT = 0.08 * _MM
#: Convergences reach from -10 degrees at T12 to 40 degrees at T1, with room for others.
_LEAST_ANGLES, _MOST_ANGLES = np.deg2rad([-20.0, -30.0]), np.deg2rad([60.0, 30.0])
#: The section stays this near to where the search began.
_STRAY = 4.0 * _MM
#: The short axis of the section is at most this far from horizontal.
_TILT = np.deg2rad(30.0)
#: The pedicle ends in front of this share of the depth of the canal.
_BACK = 0.55
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
        Chords through the centre along the axes of the oval section, from surface to surface of
        the bone; the width is the one within 30 degrees of sideways.
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


class _MissingError(Exception):
    """Why there is no pedicle; stays in this module."""


def _find(
    space: AccessSpace, frame: VertebraFrame, side: str, sign: float, wall: float, depth: float
) -> Pedicle:
    bone = frame.seen(space.bone)
    axes = np.array([[0.0, sign, 0.0], [0.0, 0.0, 1.0]])
    # From just inside the body to where the laminae begin.
    stations = np.arange(wall + 3.0 * _MM, wall - _BACK * depth, -COARSE)
    centre = np.stack([stations, np.zeros_like(stations), np.zeros_like(stations)], axis=1)
    sections = coronal_sections(bone, centre, axes)
    if np.isnan(sections.areas).any():
        gap = stations[np.isnan(sections.areas)][0]
        raise _MissingError(
            f"the bone is interrupted beside the canal {1e3 * (wall - gap):.0f} mm behind the "
            "posterior wall (destroyed, or cut off by the scan or the surface)"
        )
    narrow = int(np.argmin(sections.areas))
    if narrow == len(stations) - 1:
        middle, axis, area = _without_waist(bone, sections, stations < wall, sign)
    else:
        middle, axis, area = _smallest(bone, sections.centres[narrow], sign)
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


def _smallest(bone: Level, start: Floats, sign: float) -> tuple[Floats, Floats, float]:
    """Centroid, normal and area of the smallest section about a place.

    A pattern search over shift, convergence and pitch of the plane, which always goes through the
    centroid of the best section so far: all neighbours at once, half the steps when none is
    smaller.
    """
    steps, middle, angles, area = _STEPS, start, np.zeros(2), np.inf
    while steps[0] > _LAST_SHIFT:
        tried = _PATTERN * steps
        turned = np.clip(angles + tried[:, 1:], _LEAST_ANGLES, _MOST_ANGLES)
        normals = normals_of(turned, sign)
        centres = middle + tried[:, :1] * normals_of(angles[None, :], sign)
        found = oblique_sections(bone, centres, normals, sign)
        found.areas[np.linalg.norm(found.centres - start, axis=1) > _STRAY] = np.nan
        if np.isnan(found.areas).all():
            break
        best = int(np.nanargmin(found.areas))
        if found.areas[best] < area * (1.0 - 2e-4):
            area, middle, angles = found.areas[best], found.centres[best], turned[best]
        else:
            steps = steps / 2.0
    if not np.isfinite(area):
        raise _MissingError("no closed section of bone was found beside the canal")
    return middle, normals_of(angles[None, :], sign)[0], float(area)


def _without_waist(
    bone: Level, sections: Sections, behind: Bools, sign: float
) -> tuple[Floats, Floats, float]:
    """Middle, direction and section of a pedicle that only narrows backwards, as L5 often does."""
    centres = sections.centres[behind]
    middle = centres.mean(axis=0)
    _, _, rows = np.linalg.svd(centres - middle)
    axis = rows[0] * np.sign(rows[0, 0])
    found = oblique_sections(bone, middle[None, :], axis[None, :], sign)
    if np.isnan(found.areas[0]):
        raise _MissingError("no closed section of bone was found beside the canal")
    return found.centres[0], np.asarray(axis), float(found.areas[0])


def _chords(
    bone: Level, middle: Floats, axis: Floats, sign: float
) -> tuple[Floats, Floats, Floats]:
    """Directions and half chords (lateral, medial, cranial, caudal) of the narrow section."""
    across = across_of(axis[None, :], sign)[0]
    upwards = upwards_of(axis, across, sign)
    half = np.arange(-HALF, HALF + FINE / 2.0, FINE)
    u, v = np.meshgrid(half, half, indexing="ij")
    points = middle + u[..., None] * across + v[..., None] * upwards
    picture = bone(points.reshape(-1, 3)).reshape(u.shape)
    patch = patch_near(picture, half, half, np.zeros(2), reach=3.0 * _MM)
    tilt = 0.0
    if patch is not None:
        # Second moments: the axes of an oval section, which noise does not turn.
        a, b = u[patch] - u[patch].mean(), v[patch] - v[patch].mean()
        tilt = 0.5 * np.arctan2(-2.0 * (a @ b), b @ b - a @ a)
    tilt = float(np.clip(tilt, -_TILT, _TILT))
    best = np.cos(tilt) * across + np.sin(tilt) * upwards
    up = np.cross(axis, best) * sign
    return best, up, _reach(bone, middle, np.stack([best, -best, up, -up]))


def _reach(bone: Level, start: Floats, directions: Floats) -> Floats:
    """Distance from an inner point to the surface along unit vectors (k, 3) [m]."""
    steps = np.arange(0.0, 20.0 * _MM, 0.1 * _MM)
    points = start + steps[None, :, None] * directions[:, None, :]
    values = bone(points.reshape(-1, 3)).reshape(len(directions), len(steps))
    outside = values > 0.0
    out = np.maximum(np.argmax(outside, axis=1), 1)
    rows = np.arange(len(directions))
    before, after = values[rows, out - 1], values[rows, out]
    share = np.clip(before / np.where(before == after, 1.0, before - after), 0.0, 1.0)
    found = np.where(outside.any(axis=1), steps[out - 1] + 0.1 * _MM * share, steps[-1])
    return np.asarray(found)
