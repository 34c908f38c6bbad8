"""Polygons to triangles, for the readers of surface files."""

from __future__ import annotations

import numpy as np

from mwa_sim.mesh.tetmesh import Floats, Ints

#: Vertices (n, 3) and triangles (m, 3) as a file has them.
Soup = tuple[Floats, Ints]
#: Surfaces with more triangles are refused: no vertebra needs them.
MOST_TRIANGLES = 5_000_000


def triangulated(corners: Ints, counts: Ints) -> Ints:
    """Polygons as fans of triangles.

    Parameters
    ----------
    corners : (sum(counts),) int array
        Vertex numbers of all polygons, one after another.
    counts : (p,) int array
        Corners of each polygon; those with fewer than three are left out.

    Returns
    -------
    (m, 3) int array

    Raises
    ------
    ValueError
        If there are too many.
    """
    start = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    fans = np.maximum(counts - 2, 0)
    total = int(fans.sum())
    if total > MOST_TRIANGLES:
        raise ValueError(f"it has {total} triangles; decimate it below {MOST_TRIANGLES}")
    polygon = np.repeat(np.arange(len(counts)), fans)
    first = np.concatenate([[0], np.cumsum(fans)[:-1]]).astype(np.int64)
    place = np.arange(total) - first[polygon]
    base = start[polygon]
    return np.stack(
        [corners[base], corners[base + place + 1], corners[base + place + 2]], axis=1
    ).astype(np.int64)
