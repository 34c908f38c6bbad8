"""Bodies and canals of the vertebrae of a label map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mwa_sim.anatomy.canal import Canal, level_at, place_along
from mwa_sim.anatomy.completion import BodyAndCanal, find_body_and_canal, settled
from mwa_sim.anatomy.images.volume import Volume
from mwa_sim.anatomy.measures import measures
from mwa_sim.errors import DataError, InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: A neighbour with less than this share of the volume of the treated vertebra is cut off: it does
#: not tell where the canal is.
_WHOLE = 0.5


def vertebrae_of(
    labels: Volume, masks: Mapping[str, NDArray[np.bool_]], treated: str
) -> dict[str, BodyAndCanal]:
    """Body and canal of each vertebra, by level.

    Parameters
    ----------
    labels : Volume
        For the place of the voxels.
    masks : mapping of str to bool array
        Voxels of each level.
    treated : str

    Returns
    -------
    dict of str to BodyAndCanal
        The treated one and its neighbours; those that are cut off are not ``closed`` and have the
        canal of the others. What does not look like a vertebra at all is left out.

    Raises
    ------
    DataError
        If the treated vertebra does not lie as one does.
    """
    found: dict[str, BodyAndCanal] = {}
    whole = np.count_nonzero(masks[treated])
    for level, mask in masks.items():
        try:
            found[level] = _found(labels, level, mask)
        except InputError as error:
            if level == treated:
                raise DataError(
                    [
                        f"labels: {level} in '{labels.name}': {problem}; does the file say the "
                        "right orientation?"
                        for problem in error.problems
                    ]
                ) from None
            found[level] = _rest(labels, level, mask)
        if np.count_nonzero(mask) < _WHOLE * whole:
            found[level] = replace(found[level], closed=False)
    order = list(found)
    line = settled([found[level] for level in order])
    return {
        level: one if one.closed else _recentred(one, _voxels(labels, masks[level]))
        for level, one in zip(order, line, strict=True)
        if one.closed or level == treated or any(other.closed for other in line)
    }


def _voxels(labels: Volume, mask: NDArray[np.bool_]) -> Floats:
    return labels.points(np.argwhere(mask).astype(np.float64))


def _recentred(found: BodyAndCanal, voxels: Floats) -> BodyAndCanal:
    """With the centre of what lies in front of the canal that a vertebra got from others."""
    front = voxels[found.behind(voxels, 0.0) < 0.0]
    return replace(found, centre=front.mean(axis=0)) if len(front) else found


def _rest(labels: Volume, level: str, mask: NDArray[np.bool_]) -> BodyAndCanal:
    """What is left of a vertebra at the end of a scan; its canal is not known."""
    usual = measures(level_at(place_along(level)))
    middle = _voxels(labels, mask).mean(axis=0)
    half = np.array([[usual.canal_depth, usual.canal_width]]) / 2.0
    canal = Canal(middle[2:], middle[None, :2], np.zeros((2, 2)), half)
    wall, bone = float(middle[0]), level_of_voxels(labels, mask)
    return BodyAndCanal(middle, bone, wall, canal, 0.0, float(middle[2]), False)


def _found(labels: Volume, level: str, mask: NDArray[np.bool_]) -> BodyAndCanal:
    usual = measures(level_at(place_along(level)))
    voxels = _voxels(labels, mask)
    margin = float(labels.spacing.max()) + 1.0 * _MM
    return find_body_and_canal(
        level_of_voxels(labels, mask),
        voxels.min(axis=0) - margin,
        voxels.max(axis=0) + margin,
        (usual.canal_depth, usual.canal_width),
    )


def level_of_voxels(labels: Volume, mask: NDArray[np.bool_]) -> Level:
    """-1 mm inside a set of voxels to 1 mm outside, linear between their centres."""
    voxels = np.argwhere(mask)
    low, high = voxels.min(axis=0) - 1, voxels.max(axis=0) + 2
    image = np.pad(mask[tuple(slice(a + 1, b - 1) for a, b in zip(low, high, strict=True))], 1)
    values = np.where(image, -1.0 * _MM, 1.0 * _MM).astype(np.float32)

    def level(points: Floats) -> Floats:
        from scipy.ndimage import map_coordinates

        at = (labels.indices(points) - low).T
        return np.asarray(map_coordinates(values, at, order=1, mode="nearest"), dtype=np.float64)

    return level
