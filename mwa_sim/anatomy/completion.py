"""Where the body and the canal of a vertebra are, from its bone alone.

Everything is read from level functions of bone (x anterior, y left, z cranial, metres), so that
closed surfaces and label maps are completed in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mwa_sim.anatomy.canal import Canal, moved
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
Mask = NDArray[np.bool_]
#: Edge of the cells in which the bone is looked at.
STEP = 1.0 * _MM
#: A gap in the shadow of a vertebra along z counts as its canal from this area on [m2].
LEAST_HOLE = 50e-6
#: Directions of the canal that are tried, as dx/dz and dy/dz.
_TILTS_X = np.linspace(-0.6, 0.6, 13)
_TILTS_Y = np.linspace(-0.3, 0.3, 7)
#: Pedicles this far below the middle of the body belong to a vertebra that is upside down.
_LOW_PEDICLES = 2.0 * _MM
#: A ray from the middle of the canal meets its wall within this distance.
_WALL_REACH = 25.0 * _MM


@dataclass(frozen=True)
class BodyAndCanal:
    """Parts of one vertebra found in its level function.

    Attributes
    ----------
    centre : (3,) float array [m]
        Centre of volume of the body.
    body : level function
        Bone in front of ``wall``.
    wall : float [m]
        x at the middle of the canal of a plane just behind the posterior wall.
    canal : Canal
        One section, at the height of the centre, with the slopes of the canal.
    height : float [m]
        Height of the body around its centre, between the endplates.
    notes : tuple of str
    """

    centre: Floats
    body: Level
    wall: float
    canal: Canal
    height: float
    notes: tuple[str, ...] = ()

    @property
    def axis(self) -> Floats:
        """Direction of the canal with a z component of 1, (3,)."""
        return np.array([*self.canal.slopes[0], 1.0])

    def moved(self, by: Floats) -> BodyAndCanal:
        """A copy moved by a vector (3,) [m]."""
        by = np.asarray(by, dtype=np.float64)
        return replace(
            self,
            centre=self.centre + by,
            body=moved(self.body, by),
            wall=self.wall + float(by[0]),
            canal=self.canal.moved(by),
        )

    def behind(self, points: Floats, depth: float) -> Floats:
        """Distance behind a plane parallel to the canal, ``depth`` [m] behind the wall."""
        slope = self.canal.slopes[0, 0]
        place = points[:, 0] - self.wall - slope * (points[:, 2] - self.canal.heights[0])
        return np.asarray((-place - depth) / np.hypot(1.0, slope))


def find_body_and_canal(
    bone: Level, low: Floats, high: Floats, canal_size: tuple[float, float]
) -> BodyAndCanal:
    """Find the body and the canal of a vertebra.

    The shadow of a vertebra along its canal has a hole, whatever the laminae look like; the
    direction in which the hole is largest is the canal's. Rays from its middle meet the posterior
    wall, the pedicles and the arch. Without a hole (a body alone, an arch that was removed or cut
    off), the posterior wall is looked for behind the widest part of the bone, and the canal gets
    the usual size.

    Parameters
    ----------
    bone : level function
        One vertebra.
    low, high : (3,) float array [m]
        Corners of a box around it.
    canal_size : pair of float [m]
        Depth and width of the canal where the bone does not tell.

    Returns
    -------
    BodyAndCanal

    Raises
    ------
    InputError
        If there is hardly any bone, or it does not lie as a vertebra does: the body in front.
    """
    view = _View.of(bone, low, high)
    points = view.points(view.inside)
    if len(points) * view.step**3 < 1e-6:
        raise InputError(
            f"there is {len(points) * view.step**3 * 1e6:.2g} ml of bone, expected a vertebra of "
            "some 10 ml to 100 ml"
        )
    thick, deepest = _thickest(view)
    hole = _find_hole(points, view.step)
    notes: list[str] = []
    if hole is None:
        notes.append(
            "no canal found in the vertebra (its arch is open or missing): a canal of usual size "
            "was put behind the posterior wall"
        )
        slopes, middle, half, wall = _without_hole(view, deepest, canal_size)
    else:
        slopes, start = hole
        middle, half, wall = _measured(bone, view, slopes, start, canal_size)
        at_ball = middle + slopes * (deepest[2] - view.middle[2])
        if deepest[0] < at_ball[0]:
            raise InputError(
                "the thickest part of the vertebra lies behind its canal: x does not point "
                "forwards; turn the axes"
            )
    z = view.middle[2]
    canal = Canal(np.array([z]), middle[None, :], np.stack([slopes, slopes]), half[None, :])
    found = BodyAndCanal(deepest, bone, wall, canal, 0.0, tuple(notes))

    def body(p: Floats) -> Floats:
        return np.maximum(bone(p), found.behind(p, 0.0))

    if hole is not None:
        _check_upright(points, found, float(half[0]))
    mine = _part_with(view, found.behind(points, 0.0) < 0.0, deepest, thick)
    centre = mine.mean(axis=0)
    canal = replace(
        canal,
        heights=centre[2:3],
        centres=canal.centre(centre[2:3]),
    )
    shift = float(slopes[0] * (centre[2] - z))
    return BodyAndCanal(centre, body, wall + shift, canal, _height(body, centre), tuple(notes))


def _check_upright(points: Floats, found: BodyAndCanal, depth: float) -> None:
    """Pedicles leave the upper half of a body: an error where they leave the lower one."""
    behind = found.behind(points, 0.0)
    height = points[:, 2] + found.canal.slopes[0, 0] * (points[:, 0] - found.wall)
    body, pedicles = height[behind < 0.0], height[(behind > 0.0) & (behind < depth)]
    if len(pedicles) and pedicles.mean() < body.mean() - _LOW_PEDICLES:
        raise InputError(
            "the pedicles lie in the lower half of the body: z does not point cranially; turn the "
            "axes"
        )


@dataclass(frozen=True)
class _View:
    """Bone on a grid of cells."""

    inside: Mask
    low: Floats
    step: float

    @classmethod
    def of(cls, bone: Level, low: Floats, high: Floats) -> _View:
        counts = np.maximum(1, np.ceil((high - low) / STEP)).astype(np.int64)
        axes = [low[k] + STEP * (np.arange(counts[k]) + 0.5) for k in range(3)]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        return cls((bone(grid) < 0.0).reshape(tuple(counts)), np.asarray(low), STEP)

    @property
    def middle(self) -> Floats:
        return self.low + self.step * np.array(self.inside.shape) / 2.0

    def points(self, mask: Mask) -> Floats:
        return self.low + self.step * (np.argwhere(mask) + 0.5)


def _thickest(view: _View) -> tuple[Floats, Floats]:
    """Depth of each cell below the surface of the bone, and the deepest point."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(np.pad(view.inside, 1))[1:-1, 1:-1, 1:-1] * view.step
    # The deepest cells form a ridge: their middle is steadier than one of them.
    ridge = view.points(depth > 0.95 * depth.max())
    return np.asarray(depth), ridge[np.argmin(np.linalg.norm(ridge - ridge.mean(axis=0), axis=1))]


def _find_hole(points: Floats, step: float) -> tuple[Floats, Floats] | None:
    """Slopes of the canal and its middle (x, y) at mid-height, or None."""
    z = (points[:, 2].min() + points[:, 2].max()) / 2.0
    best: tuple[float, Floats, Floats] = (LEAST_HOLE, np.zeros(2), np.zeros(2))
    found = False
    for tilt_x in _TILTS_X:
        for tilt_y in _TILTS_Y:
            slopes = np.array([tilt_x, tilt_y])
            area, middle = _shadow_hole(points[:, :2] - slopes * (points[:, 2:] - z), step)
            # Of equal holes the straight one.
            area *= 1.0 - 0.05 * float(np.hypot(tilt_x, tilt_y))
            if area > best[0]:
                best, found = (area, slopes, middle), True
    return (best[1], best[2]) if found else None


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


def _measured(
    bone: Level, view: _View, slopes: Floats, start: Floats, usual: tuple[float, float]
) -> tuple[Floats, Floats, float]:
    """Middle and half axes of the canal at mid-height, and x of the posterior wall there."""
    z = np.arange(view.low[2], view.low[2] + view.step * view.inside.shape[2], view.step / 2.0)
    line = np.empty((len(z), 3))
    line[:, :2] = start + slopes * (z - view.middle[2])[:, None]
    line[:, 2] = z
    front, back = (_reach(bone, line, np.array([s, 0.0, 0.0])) for s in (1.0, -1.0))
    # The middle of the canal sideways first: a ray off the midline meets the walls elsewhere.
    left, right = (_reach(bone, line, np.array([0.0, s, 0.0])) for s in (1.0, -1.0))
    both = np.isfinite(left) & np.isfinite(right)
    width = usual[1]
    sideways = 0.0
    if both.sum() >= 3:
        width = float(np.median((left + right)[both]))
        sideways = float(np.median(left[both] - right[both])) / 2.0
    line[:, 1] += sideways
    front, back = (_reach(bone, line, np.array([s, 0.0, 0.0])) for s in (1.0, -1.0))
    ahead = float(front.min()) if np.isfinite(front).any() else usual[0] / 2.0
    behind = float(back.min()) if np.isfinite(back).any() else usual[0] - ahead
    half = np.array([(ahead + behind) / 2.0, width / 2.0])
    middle = start + np.array([(ahead - behind) / 2.0, sideways])
    return middle, half, float(middle[0] + half[0])


def _reach(bone: Level, start: Floats, along: Floats) -> Floats:
    """Distance from points to the bone in one direction, infinite beyond the reach of a wall."""
    step = 0.25 * _MM
    steps = np.arange(0.0, _WALL_REACH, step)
    points = (start[:, None] + steps[:, None] * along).reshape(-1, 3)
    inside = (bone(points) < 0.0).reshape(len(start), len(steps))
    first = inside.argmax(axis=1)
    return np.where(inside.any(axis=1), steps[first] - step / 2.0, np.inf)


def _without_hole(
    view: _View, deepest: Floats, usual: tuple[float, float]
) -> tuple[Floats, Floats, Floats, float]:
    """Slopes, middle and half axes of the canal, and x of the wall, behind the thickest part."""
    place = np.floor((deepest - view.low) / view.step).astype(np.int64)
    y = slice(max(place[1] - 2, 0), place[1] + 3)
    behind = view.inside[: place[0] + 1, y]
    # From the middle backwards, the first cell without bone, at each height.
    gap = (~behind[::-1]).argmax(axis=0)
    gap = np.where(behind.all(axis=0), place[0] + 1, gap)
    real = view.inside[place[0], y]
    back = deepest[0] - view.step * float(np.median(gap[real]))
    half = np.array(usual) / 2.0
    return np.zeros(2), np.array([back - half[0], deepest[1]]), half, back


def _part_with(view: _View, mask: Mask, deepest: Floats, thick: Floats) -> Floats:
    """Points of the connected part of the bone in front of the wall that holds the thickest."""
    from scipy.ndimage import label

    inside = np.zeros(view.inside.shape, dtype=bool)
    inside[view.inside] = mask
    # Thin bridges to processes do not count.
    core, _ = label(inside & (thick > 1.5 * view.step))
    place = tuple(np.floor((deepest - view.low) / view.step).astype(np.int64))
    if core[place] == 0:
        return view.points(inside)
    return view.points(core == core[place])


def _height(body: Level, centre: Floats) -> float:
    """Median height of the body near its axis [m]."""
    angle = np.arange(12) * (np.pi / 6.0)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(12)], axis=1)
    start = centre + np.concatenate([np.zeros((1, 3)), 4.0 * _MM * ring, 7.0 * _MM * ring])
    up, down = (_reach(_outside(body), start, np.array([0.0, 0.0, s])) for s in (1.0, -1.0))
    return float(np.median(up + down))


def _outside(level: Level) -> Level:
    def other(points: Floats) -> Floats:
        return -level(points)

    return other
