"""Volumes of thin regions from their level functions, by sampling the lattice around them.

Where a region is hardly thicker than the elements, no choice of nodes on its surface gives it the
right volume; what the volume should be has to be measured apart from the mesh.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import TET_EDGES, Floats, Ints, signed_volumes

#: Points sampled for one region; an element is cut by the surface with an error of about a third
#: of its volume over the root of the points in it, so this leaves well below half a percent.
SAMPLES = 300_000
#: Elements farther from a region than this many of their longest edges are not sampled: room for
#: level functions that grow faster than distance.
REACH = 2.0


def sampled_volume(nodes: Floats, tets: Ints, levels: Sequence[Level], place: int) -> float:
    """Volume of what one level function claims and none before it, stratified by elements.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Elements that fill the box.
    levels : sequence of level functions
        In order of priority.
    place : int
        Which one is measured.

    Returns
    -------
    float [m3]
    """
    value = levels[place](nodes)[tets]
    corner = nodes[tets]
    ends = corner[:, TET_EDGES]
    edge = np.sqrt(np.square(ends[:, :, 1] - ends[:, :, 0]).sum(axis=2).max(axis=1))
    chosen = np.flatnonzero(value.min(axis=1) < REACH * edge)
    if len(chosen) == 0:
        return 0.0
    volume = signed_volumes(nodes, tets[chosen])
    each = int(np.clip(SAMPLES // len(chosen), 4, 64))
    # A fixed seed: the same domain gives the same mesh. The stream of PCG64 is stable.
    random = np.random.Generator(np.random.PCG64(0))
    total = 0.0
    block = max(1, SAMPLES // each)
    for first in range(0, len(chosen), block):
        rows = chosen[first : first + block]
        weight = _barycentric(random.random((len(rows), each, 3)))
        points = np.einsum("mec,mcx->mex", weight, corner[rows]).reshape(-1, 3)
        inside = np.flatnonzero(levels[place](points) < 0.0)
        for level in levels[:place]:
            inside = inside[level(points[inside]) >= 0.0]
        share = np.bincount(inside // each, minlength=len(rows)) / each
        total += float(share @ volume[first : first + block])
    return total


def _barycentric(cube: Floats) -> Floats:
    """Points of the unit cube to points spread evenly over a tetrahedron, (..., 4)."""
    ordered = np.sort(cube, axis=-1)
    low, middle, high = ordered[..., 0], ordered[..., 1], ordered[..., 2]
    return np.stack([low, middle - low, high - middle, 1.0 - high], axis=-1)
