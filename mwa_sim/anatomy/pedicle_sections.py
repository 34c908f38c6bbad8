"""Plane sections of bone beside the canal: the patch that belongs to a pedicle, and its size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
Bools = NDArray[np.bool_]
#: Sections of the search: distance from each other, pixels, and how far they reach.
COARSE, FINE = 1.0 * _MM, 0.75 * _MM
_WIDE, _HIGH, HALF = 34.0 * _MM, 22.0 * _MM, 13.0 * _MM
#: A patch smaller than this is no pedicle: the narrowest published means are about 4 x 9 mm.
_LEAST_AREA = 8.0 * _MM**2


@dataclass(frozen=True)
class Sections:
    """Patches in a stack of parallel sections: centroid and area of each, NaN where none is."""

    centres: Floats
    areas: Floats


def coronal_sections(bone: Level, centres: Floats, axes: Floats) -> Sections:
    """The patch beside the canal in sections whose lower left corner is in the midline."""
    wide = np.arange(0.5 * COARSE, _WIDE, COARSE)
    high = np.arange(-_HIGH, _HIGH + COARSE / 2.0, COARSE)
    values, points = _raster(bone, centres, axes, wide, high)
    found = Sections(np.full((len(centres), 3), np.nan), np.full(len(centres), np.nan))
    for k, picture in enumerate(values):
        # The largest: behind a hollow wall the rims of the body show as small patches of their own.
        patch = _largest(picture)
        if patch is not None:
            found.areas[k], found.centres[k] = _measure(picture, patch, points[k], COARSE)
    return found


def _largest(picture: Floats) -> Bools | None:
    """The largest connected part of a coarse section, if it is large enough."""
    parts, count = ndimage.label(picture < 0.0)
    if count == 0:
        return None
    sizes = np.bincount(parts.ravel())[1:]
    best = int(np.argmax(sizes))
    return parts == best + 1 if sizes[best] * COARSE**2 >= _LEAST_AREA else None


def oblique_sections(bone: Level, centres: Floats, normals: Floats, sign: float) -> Sections:
    """The patch nearest to the middle (k, 3) of each of the sections with normals (k, 3)."""
    half = np.arange(-HALF, HALF + FINE / 2.0, FINE)
    across = across_of(normals, sign)
    upwards = upwards_of(normals, across, sign)
    plane = (
        half[:, None, None] * across[:, None, None, :]
        + half[None, :, None] * upwards[:, None, None, :]
    )
    points = centres[:, None, None, :] + plane
    values = bone(points.reshape(-1, 3)).reshape(points.shape[:-1])
    found = Sections(np.full((len(centres), 3), np.nan), np.full(len(centres), np.nan))
    for k, picture in enumerate(values):
        patch = patch_near(picture, half, half, np.zeros(2), reach=3.0 * _MM)
        if patch is not None:
            found.areas[k], found.centres[k] = _measure(picture, patch, points[k], FINE)
    return found


def normals_of(angles: Floats, sign: float) -> Floats:
    """Forward unit vectors (k, 3) of convergences and pitches (k, 2) [rad]."""
    yaw, pitch = angles.T
    return np.stack(
        [np.cos(yaw) * np.cos(pitch), -sign * np.sin(yaw) * np.cos(pitch), np.sin(pitch)], axis=1
    )


def across_of(normals: Floats, sign: float) -> Floats:
    """Lateral unit vectors in the sections with these normals, (k, 3)."""
    across = np.cross(np.array([0.0, 0.0, sign]), normals)
    return np.asarray(across / np.linalg.norm(across, axis=1, keepdims=True))


def upwards_of(normals: Floats, across: Floats, sign: float) -> Floats:
    """Cranial unit vectors in the sections, at right angles to the lateral ones."""
    return np.asarray(np.cross(normals, across) * sign)


def _raster(
    bone: Level, centres: Floats, axes: Floats, first: Floats, second: Floats
) -> tuple[Floats, Floats]:
    """Values (k, n, m) and points (k, n, m, 3) of sections spanned by two axes."""
    plane = first[:, None, None] * axes[0] + second[None, :, None] * axes[1]
    points = centres[:, None, None, :] + plane
    return bone(points.reshape(-1, 3)).reshape(points.shape[:-1]), points


def patch_near(
    picture: Floats, first: Floats, second: Floats, guess: Floats, reach: float
) -> Bools | None:
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


def _measure(picture: Floats, patch: Bools, points: Floats, pixel: float) -> tuple[float, Floats]:
    """Area [m2] and centroid of a patch; its rim pixels count by how much of them is inside."""
    rim = ndimage.binary_dilation(patch)
    share = np.where(rim, np.clip(0.5 - picture / pixel, 0.0, 1.0), 0.0)
    area = float(share.sum())
    return area * pixel**2, np.asarray(np.tensordot(share, points, axes=2) / area)
