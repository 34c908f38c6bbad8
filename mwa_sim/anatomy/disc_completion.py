"""Discs between vertebral bodies that are given without them."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.bone_view import STEP
from mwa_sim.anatomy.completion import BodyAndCanal
from mwa_sim.anatomy.shapes import smooth_max
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: A disc overlaps the endplates by this much: bone has priority, and no gap is left.
_INTO_ENDPLATE = 1.2 * _MM
#: No disc is higher than this.
_DISC_LIMIT = 22.0 * _MM


def disc_between(lower: BodyAndCanal, upper: BodyAndCanal) -> Level | None:
    """The disc between two bodies: what lies between their endplates in their common outline.

    Parameters
    ----------
    lower, upper : BodyAndCanal

    Returns
    -------
    level function or None
        It overlaps both bodies a little, which must have priority. None if no disc fits between
        them: they touch, lie too far from each other or beside each other.
    """
    from scipy.ndimage import binary_opening, distance_transform_edt, gaussian_filter

    step = STEP
    bottom, top = lower.centre[2], upper.centre[2]
    if not bottom < top:
        return None
    middle = (lower.centre + upper.centre) / 2.0
    reach = np.arange(-45.0 * _MM, 45.0 * _MM, step)
    x, y = middle[0] + reach, middle[1] + reach
    z = np.arange(bottom, top, step / 2.0)
    grid = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    shape = (len(x), len(y), len(z))
    below = (lower.body(grid) < 0.0).reshape(shape)
    above = (upper.body(grid) < 0.0).reshape(shape)
    floor = np.where(below, z, -np.inf).max(axis=2) + step / 4.0
    ceiling = np.where(above, z, np.inf).min(axis=2) - step / 4.0
    gap = ceiling - floor
    mask = binary_opening((gap > -step) & (gap < _DISC_LIMIT), iterations=2)
    if mask.sum() * step**2 < 100e-6:
        return None
    outside, nearest = distance_transform_edt(~mask, return_indices=True)
    outline = gaussian_filter((outside - distance_transform_edt(mask)) * step, 1.5)
    maps = [gaussian_filter(np.asarray(height)[tuple(nearest)], 1.0) for height in (floor, ceiling)]
    origin = np.array([x[0], y[0]])

    def disc(points: Floats) -> Floats:
        from scipy.ndimage import map_coordinates

        at = ((points[:, :2] - origin) / step).T
        side, lowest, highest = (
            map_coordinates(image, at, order=1, mode="nearest") for image in (outline, *maps)
        )
        # Beyond the map only the distance from it is known.
        beyond = np.maximum(np.abs(points[:, :2] - middle[:2]).max(axis=1) + reach[0], 0.0)
        height = np.maximum(lowest - points[:, 2], points[:, 2] - highest) - _INTO_ENDPLATE
        return smooth_max(side + beyond, height, 1.0 * _MM)

    return disc
