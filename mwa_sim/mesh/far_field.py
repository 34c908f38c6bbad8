"""Level functions made cheap: exact near their surface, interpolated from a grid far from it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

#: Spacing of the grid [m].
SPACING = 2.5e-3
#: Beyond this interpolated value [m] the function is not asked. A surface that passes between the
#: points of the grid is at most 4.3 mm from each corner of its cell, so a level function that rises
#: by no more than 1.6 m per m cannot hide one behind a larger value.
FAR = 7.0e-3


class FarField:
    """A level function that is evaluated near its zero set only.

    Parameters
    ----------
    level : level function
        Points (n, 3) [m] to values (n,), about the distance [m], with a slope below 1.6.
    low, high : (3,) float array [m]
        Box of the grid; outside it the function itself is asked.
    """

    def __init__(self, level: Level, low: ArrayLike, high: ArrayLike) -> None:
        self.level = level
        self._low = np.asarray(low, dtype=np.float64)
        counts = np.ceil((np.asarray(high) - self._low) / SPACING).astype(np.int64) + 1
        axes = [self._low[k] + SPACING * np.arange(counts[k]) for k in range(3)]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        values = np.asarray(level(grid), dtype=np.float64)
        self._values = np.ascontiguousarray(values.reshape(tuple(counts)))

    def __call__(self, points: Floats) -> Floats:
        """Values (n,) [m] at points (n, 3) [m]."""
        found = _interpolated(self._values, self._low, SPACING, np.ascontiguousarray(points))
        # Not a number outside the grid, or where the function is none: the function is to say.
        near = np.flatnonzero(~(np.abs(found) > FAR))
        if len(near):
            found[near] = self.level(points[near])
        return found


@njit(cache=True)
def _interpolated(values: Floats, low: Floats, spacing: float, points: Floats) -> Floats:
    """Trilinear interpolation; not a number outside the grid."""
    found = np.empty(len(points))
    for n in range(len(points)):
        x = (points[n, 0] - low[0]) / spacing
        y = (points[n, 1] - low[1]) / spacing
        z = (points[n, 2] - low[2]) / spacing
        i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
        if (
            i < 0
            or j < 0
            or k < 0
            or i > values.shape[0] - 2
            or j > values.shape[1] - 2
            or k > values.shape[2] - 2
        ):
            found[n] = np.nan
            continue
        x, y, z = x - i, y - j, z - k
        total = 0.0
        for a in range(2):
            for b in range(2):
                for c in range(2):
                    weight = (x if a else 1.0 - x) * (y if b else 1.0 - y) * (z if c else 1.0 - z)
                    total += weight * values[i + a, j + b, k + c]
        found[n] = total
    return found
