"""Where the body and the canal of a vertebra are, from its bone alone.

Everything is read from level functions of bone (x anterior, y left, z cranial, metres), so that
closed surfaces and label maps are completed in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mwa_sim.anatomy.bone_view import Mask, View, find_hole, reach, thickest
from mwa_sim.anatomy.canal import Canal, joined, moved
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Pedicles are seen from this number of cells on.
_PEDICLE_CELLS = 50
#: Pedicles this far below the middle of the body belong to a vertebra that is upside down.
_LOW_PEDICLES = 2.0 * _MM


@dataclass(frozen=True)
class BodyAndCanal:
    """Parts of one vertebra found in its level function.

    Attributes
    ----------
    centre : (3,) float array [m]
        Centre of volume of the body.
    bone : level function
        The vertebra.
    wall : float [m]
        x at the middle of the canal of a plane just behind the posterior wall.
    canal : Canal
        One section, at the height of the centre, with the slopes of the canal.
    height : float [m]
        Height of the body around its centre, between the endplates.
    underside : float [m]
        z of the lower border of the pedicles.
    closed : bool
        Whether the canal was found as a hole in the vertebra.
    notes : tuple of str
    """

    centre: Floats
    bone: Level
    wall: float
    canal: Canal
    height: float
    underside: float
    closed: bool
    notes: tuple[str, ...] = ()

    @property
    def axis(self) -> Floats:
        """Direction of the canal with a z component of 1, (3,)."""
        return np.array([*self.canal.slopes[0], 1.0])

    def body(self, points: Floats) -> Floats:
        """Level function of the bone in front of ``wall``."""
        return np.asarray(np.maximum(self.bone(points), self.behind(points, 0.0)))

    def moved(self, by: Floats) -> BodyAndCanal:
        """A copy moved by a vector (3,) [m]."""
        by = np.asarray(by, dtype=np.float64)
        return replace(
            self,
            centre=self.centre + by,
            bone=moved(self.bone, by),
            wall=self.wall + float(by[0]),
            canal=self.canal.moved(by),
            underside=self.underside + float(by[2]),
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
    view = View.of(bone, low, high)
    points = view.points(view.inside)
    if len(points) * view.step**3 < 1e-6:
        raise InputError(
            f"there is {len(points) * view.step**3 * 1e6:.2g} ml of bone, expected a vertebra of "
            "some 10 ml to 100 ml"
        )
    thick, deepest = thickest(view)
    hole = find_hole(points, view.step)
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
    closed = hole is not None
    found = BodyAndCanal(deepest, bone, wall, canal, 0.0, 0.0, closed, tuple(notes))
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
    height = _height(found.body, centre)
    under = _underside(points, found, centre[2] + 0.05 * height)
    return BodyAndCanal(centre, bone, wall + shift, canal, height, under, closed, tuple(notes))


def settled(line: Sequence[BodyAndCanal]) -> list[BodyAndCanal]:
    """Vertebrae whose canal was not found get the one that runs through the others.

    Parameters
    ----------
    line : sequence of BodyAndCanal

    Returns
    -------
    list of BodyAndCanal
        In the same order; as they are if no canal was found at all.
    """
    sure = [found.canal for found in line if found.closed]
    if not sure:
        return list(line)
    through = joined(sure)
    result = []
    for found in line:
        if not found.closed:
            z = found.centre[2:3]
            middle, half = through.centre(z), through.half_axes(z)
            canal = Canal(z, middle, through.slopes, half)
            wall = float(middle[0, 0] + half[0, 0])
            note = "no canal found in it: the canal is that of its neighbours"
            found = replace(found, canal=canal, wall=wall, notes=(note,))
        result.append(found)
    return result


def _underside(points: Floats, found: BodyAndCanal, usual: float) -> float:
    """z of the lower border of the pedicles, ``usual`` where none are seen [m]."""
    behind = found.behind(points, 0.0)
    depth, width = found.canal.half[0]
    beside = np.abs(points[:, 1] - found.canal.centre(points[:, 2])[:, 1]) - width
    chosen = (behind > 0.2 * depth) & (behind < 0.8 * depth) & (np.abs(beside) < 3.0 * _MM)
    if chosen.sum() < _PEDICLE_CELLS:
        return usual
    return float(np.quantile(points[chosen, 2], 0.02))


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


def _measured(
    bone: Level, view: View, slopes: Floats, start: Floats, usual: tuple[float, float]
) -> tuple[Floats, Floats, float]:
    """Middle and half axes of the canal at mid-height, and x of the posterior wall there."""
    z = np.arange(view.low[2], view.low[2] + view.step * view.inside.shape[2], view.step / 2.0)
    line = np.empty((len(z), 3))
    line[:, :2] = start + slopes * (z - view.middle[2])[:, None]
    line[:, 2] = z
    front, back = (reach(bone, line, np.array([s, 0.0, 0.0])) for s in (1.0, -1.0))
    # The middle of the canal sideways first: a ray off the midline meets the walls elsewhere.
    left, right = (reach(bone, line, np.array([0.0, s, 0.0])) for s in (1.0, -1.0))
    both = np.isfinite(left) & np.isfinite(right)
    width = usual[1]
    sideways = 0.0
    if both.sum() >= 3:
        # Above and below the pedicles the walls are further apart.
        width = float(np.quantile((left + right)[both], 0.3))
        sideways = float(np.median(left[both] - right[both])) / 2.0
    line[:, 1] += sideways
    front, back = (reach(bone, line, np.array([s, 0.0, 0.0])) for s in (1.0, -1.0))
    ahead = float(front.min()) if np.isfinite(front).any() else usual[0] / 2.0
    behind = float(back.min()) if np.isfinite(back).any() else usual[0] - ahead
    half = np.array([(ahead + behind) / 2.0, width / 2.0])
    middle = start + np.array([(ahead - behind) / 2.0, sideways])
    return middle, half, float(middle[0] + half[0])


def _without_hole(
    view: View, deepest: Floats, usual: tuple[float, float]
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


def _part_with(view: View, mask: Mask, deepest: Floats, thick: Floats) -> Floats:
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
    up, down = (reach(_outside(body), start, np.array([0.0, 0.0, s])) for s in (1.0, -1.0))
    return float(np.median(up + down))


def _outside(level: Level) -> Level:
    def other(points: Floats) -> Floats:
        return -level(points)

    return other
