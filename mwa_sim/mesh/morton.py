"""Order of points along a space-filling curve: neighbours in space become neighbours in memory."""

from __future__ import annotations

import numpy as np

from mwa_sim.mesh.tetmesh import Floats, Ints


def morton_order(centre: Floats) -> Ints:
    """Places of points in the order of a Morton curve (21 bits an axis).

    Parameters
    ----------
    centre : (n, 3) float array [m]

    Returns
    -------
    (n,) int array
        Points in the same cell of the curve keep their order.
    """
    low = centre.min(axis=0)
    extent = float((centre.max(axis=0) - low).max()) or 1.0
    grid = ((centre - low) * ((2**21 - 1) / extent)).astype(np.uint64)
    code = np.zeros(len(centre), dtype=np.uint64)
    for axis in range(3):
        v = grid[:, axis]
        for shift, mask in (
            (32, 0x1F00000000FFFF),
            (16, 0x1F0000FF0000FF),
            (8, 0x100F00F00F00F00F),
            (4, 0x10C30C30C30C30C3),
            (2, 0x1249249249249249),
        ):
            v = (v | (v << np.uint64(shift))) & np.uint64(mask)
        code |= v << np.uint64(axis)
    return np.argsort(code, kind="stable").astype(np.int64)
