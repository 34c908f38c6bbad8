"""Bone on a grid of cells: its thickest part, the hole in its shadow, and rays to its walls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
Mask = NDArray[np.bool_]
#: Edge of the cells in which the bone is looked at.
STEP = 1.0 * _MM
#: A gap in the shadow of a vertebra along z counts as its canal from this area on [m2].
LEAST_HOLE = 50e-6
#: Directions of the canal that are tried, as dx/dz and dy/dz: every second one at first.
_TILTS_X = np.linspace(-0.6, 0.6, 13)
_TILTS_Y = np.linspace(-0.3, 0.3, 7)
#: A ray from the middle of the canal meets its wall within this distance.
WALL_REACH = 25.0 * _MM


@dataclass(frozen=True)
class View:
    """Bone on a grid of cells."""

    inside: Mask
    low: Floats
    step: float

    @classmethod
    def of(cls, bone: Level, low: Floats, high: Floats) -> View:
        counts = np.maximum(1, np.ceil((high - low) / STEP)).astype(np.int64)
        axes = [low[k] + STEP * (np.arange(counts[k]) + 0.5) for k in range(3)]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        return cls((bone(grid) < 0.0).reshape(tuple(counts)), np.asarray(low), STEP)

    @property
    def middle(self) -> Floats:
        return self.low + self.step * np.array(self.inside.shape) / 2.0

    def points(self, mask: Mask) -> Floats:
        return self.low + self.step * (np.argwhere(mask) + 0.5)


def thickest(view: View) -> tuple[Floats, Floats]:
    """Depth of each cell below the surface of the bone, and the deepest point."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(np.pad(view.inside, 1))[1:-1, 1:-1, 1:-1] * view.step
    # The deepest cells form a ridge: their middle is steadier than one of them.
    ridge = view.points(depth > 0.95 * depth.max())
    return np.asarray(depth), ridge[np.argmin(np.linalg.norm(ridge - ridge.mean(axis=0), axis=1))]


def find_hole(points: Floats, step: float) -> tuple[Floats, Floats] | None:
    """The canal as a hole in the shadow of a vertebra.

    Parameters
    ----------
    points : (n, 3) float array [m]
        Cells of bone.
    step : float [m]
        Their edge.

    Returns
    -------
    slopes : (2,) float array
        dx/dz and dy/dz of the direction in which the hole is largest.
    middle : (2,) float array [m]
        x and y of the middle of the hole at half height.
    """
    z = (points[:, 2].min() + points[:, 2].max()) / 2.0
    known: dict[tuple[int, int], tuple[float, Floats]] = {}

    def area(i: int, j: int) -> float:
        if not (0 <= i < len(_TILTS_X) and 0 <= j < len(_TILTS_Y)):
            return 0.0
        if (i, j) not in known:
            slopes = np.array([_TILTS_X[i], _TILTS_Y[j]])
            size, middle = _shadow_hole(points[:, :2] - slopes * (points[:, 2:] - z), step)
            # Of equal holes the straight one.
            known[i, j] = size * (1.0 - 0.05 * float(np.hypot(*slopes))), middle
        return known[i, j][0]

    first = [(i, j) for i in range(0, len(_TILTS_X), 2) for j in range(1, len(_TILTS_Y), 2)]
    i, j = max(first, key=lambda place: area(*place))
    near = [(i + k, j + m) for k in (-1, 0, 1) for m in (-1, 0, 1)]
    i, j = max(near, key=lambda place: area(*place))
    if area(i, j) <= LEAST_HOLE:
        return None
    return np.array([_TILTS_X[i], _TILTS_Y[j]]), known[i, j][1]


def _shadow_hole(flat: Floats, step: float) -> tuple[float, Floats]:
    """Area and middle of the largest hole in a shadow."""
    from scipy.ndimage import label

    cells: Ints = np.floor(flat / step).astype(np.int64)
    start = cells.min(axis=0) - 1
    image = np.zeros(tuple(cells.max(axis=0) - start + 2), dtype=bool)
    image[tuple((cells - start).T)] = True
    parts, _ = label(~image)
    sizes = np.bincount(parts.reshape(-1))
    sizes[[0, parts[0, 0]]] = 0
    largest = int(sizes.argmax())
    if sizes[largest] == 0:
        return 0.0, np.zeros(2)
    middle = (np.argwhere(parts == largest).mean(axis=0) + start + 0.5) * step
    return float(sizes[largest]) * step**2, middle


def reach(bone: Level, start: Floats, along: Floats) -> Floats:
    """Distance from points to the bone in one direction, infinite beyond the reach of a wall."""
    step = 0.25 * _MM
    steps = np.arange(0.0, WALL_REACH, step)
    points = (start[:, None] + steps[:, None] * along).reshape(-1, 3)
    inside = (bone(points) < 0.0).reshape(len(start), len(steps))
    first = inside.argmax(axis=1)
    return np.where(inside.any(axis=1), steps[first] - step / 2.0, np.inf)
