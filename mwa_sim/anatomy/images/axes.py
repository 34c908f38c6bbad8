"""Where the parts of a labelled vertebra are: its axes, posterior wall and canal.

Seen along the spine, a vertebra is a closed ring: body, pedicles and laminae. The hole in that view
is found first; then rays from its middle find the posterior wall, the laminae and the inner sides
of the pedicles, slice by slice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import CubicSpline

from mwa_sim.anatomy.images.conventions import LEVELS
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
#: Areas that the hole of a vertebra may have [m2]; canals are 14-30 mm across (assumption).
_HOLE = (40.0 * _MM**2, 1200.0 * _MM**2)
#: A vertebra with less than this share of the median volume does not tell where the spine goes.
_WHOLE = 0.6


@dataclass(frozen=True)
class VertebraAxes:
    """Axes and canal of one vertebra.

    Attributes
    ----------
    up, front, left : (3,) float array
        Unit vectors along the spine, to the front and to the left.
    canal : (3,) float array [m]
        Middle of the canal at half height of the vertebra.
    wall : float [m]
        From the middle of the canal forward to the posterior wall of the body.
    half_depth, half_width : float [m]
        Half axes of the canal, the width at half depth.
    half_front : float [m]
        Half width of the canal in front, where the pedicles are.
    found : bool
        Whether the hole was found; otherwise the canal is that of another vertebra, moved along
        the spine.
    """

    up: Floats
    front: Floats
    left: Floats
    canal: Floats
    wall: float
    half_depth: float
    half_width: float
    half_front: float
    found: bool = True

    def coordinates(self, points: Floats) -> Floats:
        """Coordinates along front, left and up from the middle of the canal, (n, 3) [m]."""
        return np.asarray(
            (points - self.canal) @ np.stack([self.front, self.left, self.up], axis=1)
        )


def vertebra_axes(clouds: Mapping[str, Floats], pixel: float) -> dict[str, VertebraAxes]:
    """Axes of all vertebrae of a scan.

    Parameters
    ----------
    clouds : mapping of str to (n, 3) float array [m]
        Points spread evenly over the voxels of each level.
    pixel : float [m]
        Distance of these points.

    Returns
    -------
    dict of str to VertebraAxes
        Empty if no vertebra shows a closed ring.
    """
    levels = sorted(clouds, key=LEVELS.index)
    found = {}
    for level in levels:
        axes = _ring(clouds[level], spine_direction(level, clouds), pixel)
        if axes is not None:
            found[level] = axes
    if not found:
        return {}
    result = {}
    for level in levels:
        if level in found:
            result[level] = found[level]
            continue
        nearest = min(found, key=lambda name: abs(LEVELS.index(name) - LEVELS.index(level)))
        known = found[nearest]
        height = float((clouds[level].mean(axis=0) - known.canal) @ known.up)
        result[level] = VertebraAxes(
            known.up, known.front, known.left, known.canal + height * known.up,
            known.wall, known.half_depth, known.half_width, known.half_front, False,
        )  # fmt: skip
    return result


def spine_direction(level: str, clouds: Mapping[str, Floats]) -> Floats:
    """Direction of the spine at a level: between the neighbours that are whole, else cranial."""
    order = sorted(clouds, key=LEVELS.index)
    median = float(np.median([len(cloud) for cloud in clouds.values()]))
    place = order.index(level)
    near = [order[k] for k in (place - 1, place, place + 1) if 0 <= k < len(order)]
    whole = [name for name in near if name == level or len(clouds[name]) > _WHOLE * median]
    if len(whole) < 2:
        return np.array([0.0, 0.0, 1.0])
    along = clouds[whole[0]].mean(axis=0) - clouds[whole[-1]].mean(axis=0)
    return np.asarray(along / np.linalg.norm(along))


def canal_line(axes: Mapping[str, VertebraAxes]) -> Floats:
    """Middle and half axes of the canal from bottom to top, (n, 6) [m].

    Columns are x, y, z, half depth, half width and half width in front.
    """
    rows = []
    found = [a for a in axes.values() if a.found]
    for a in found:
        # One vertebra alone still has a direction.
        steps = (-10.0 * _MM, 10.0 * _MM) if len(found) == 1 else (0.0,)
        size = [a.half_depth, a.half_width, a.half_front]
        rows += [[*(a.canal + s * a.up), *size] for s in steps]
    line = np.array(sorted(rows, key=lambda row: row[2]))
    return np.asarray(line[np.concatenate([[True], np.diff(line[:, 2]) > 2.0 * _MM])])


@dataclass(frozen=True)
class CanalTube:
    """A tube of superelliptic section along the canal.

    Attributes
    ----------
    line : (n, 6) float array [m]
        As from :func:`canal_line`.
    front, back, side : float [m]
        Distances by which the tube stays inside the canal.
    size : (depth, width) or None [m]
        Half axes, if they do not come from the canal.
    wide : bool
        As wide as the canal in front, where it is widest.
    exponent : float
        2 is an ellipse, larger is closer to a rectangle.
    """

    line: Floats
    front: float = 0.0
    back: float = 0.0
    side: float = 0.0
    size: tuple[float, float] | None = None
    wide: bool = False
    exponent: float = 2.0

    def __call__(self, points: Floats) -> Floats:
        """Values (n,) [m] at points (n, 3) [m]: negative inside, about the distance."""
        middle, slope, half = self._along(points[:, 2])
        # Sections are square to the line, points are compared at equal height.
        x = (points[:, 0] - middle[:, 0]) / np.hypot(1.0, slope[:, 0])
        y = (points[:, 1] - middle[:, 1]) / np.hypot(1.0, slope[:, 1])
        x = x - 0.5 * (self.back - self.front)
        if self.size is None:
            depth = half[:, 0] - 0.5 * (self.front + self.back)
            width = half[:, 1] - self.side
        else:
            depth, width = np.full(len(points), self.size[0]), np.full(len(points), self.size[1])
        p = self.exponent
        gauge = (np.abs(x / depth) ** p + np.abs(y / width) ** p) ** (1.0 / p)
        radius = np.hypot(x, y)
        axis = gauge < 1e-6
        value = radius * (1.0 - 1.0 / np.where(axis, 1.0, gauge))
        return np.asarray(np.where(axis, -np.minimum(depth, width), value))

    def centre(self, heights: Floats) -> Floats:
        """Middle of the tube at heights z (n,), (n, 3) [m]."""
        middle, _, _ = self._along(heights)
        shift = np.array([0.5 * (self.back - self.front), 0.0])
        return np.column_stack([middle + shift, heights])

    def _along(self, z: Floats) -> tuple[Floats, Floats, Floats]:
        heights, values = self.line[:, 2], self.line[:, [0, 1, 3, 5 if self.wide else 4]]
        inside = np.clip(z, heights[0], heights[-1])
        if len(heights) == 1:
            flat = np.repeat(values, len(z), axis=0)
            return flat[:, :2], np.zeros((len(z), 2)), flat[:, 2:]
        spline = CubicSpline(heights, values, bc_type="natural")
        at, slope = spline(inside), spline(inside, 1)[:, :2]
        middle = at[:, :2] + slope * (z - inside)[:, None]
        return middle, slope, np.maximum(at[:, 2:], 2.0 * _MM)


def _ring(cloud: Floats, up: Floats, pixel: float) -> VertebraAxes | None:
    """Axes of a vertebra from points in its bone, None without a closed ring."""
    front = np.array([1.0, 0.0, 0.0]) - up[0] * up
    front /= np.linalg.norm(front)
    left = np.cross(up, front)
    a, b, s = (cloud @ np.stack([front, left, up], axis=1)).T
    size = 1.2 * pixel
    low = np.array([a.min(), b.min()]) - 2.0 * size
    cells = np.floor((np.column_stack([a, b]) - low) / size).astype(np.int64)
    image = np.zeros(cells.max(axis=0) + 3, dtype=bool)
    image[tuple(cells.T)] = True
    image = ndimage.binary_closing(image)
    holes, count = ndimage.label(ndimage.binary_fill_holes(image) & ~image)
    if count == 0:
        return None
    areas = np.bincount(holes.reshape(-1))[1:] * size**2
    best = int(areas.argmax())
    if not _HOLE[0] <= areas[best] <= _HOLE[1]:
        return None
    ca, cb = (np.argwhere(holes == best + 1).mean(axis=0) + 0.5) * size + low
    slices = np.floor((s - s.min()) / (1.5 * pixel)).astype(np.int64)
    middle = np.abs(b - cb) < 2.0 * _MM + 0.5 * pixel
    wall = _first(a - ca, slices, middle & (a > ca), 0.5, pixel)
    back = _first(ca - a, slices, middle & (a < ca), 0.5, pixel)
    across = _half_width(a, b - cb, slices, ca, pixel)
    if wall is None or back is None or across is None:
        return None
    half_depth = 0.5 * (wall + back)
    ca += 0.5 * (wall - back)
    half_width, shift = across
    in_front = [_half_width(a, b - cb, slices, ca + f * half_depth, pixel, 0.6) for f in (0.3, 0.6)]
    widest = max([half_width, *(found[0] for found in in_front if found is not None)])
    canal = ca * front + (cb + shift) * left + float(s.mean()) * up
    widest = min(widest, 2.0 * half_width)
    return VertebraAxes(up, front, left, canal, half_depth, half_depth, half_width, widest)


def _half_width(
    a: Floats, b: Floats, slices: Ints, at: float, pixel: float, quantile: float = 0.2
) -> tuple[float, float] | None:
    """Half width of the canal at a depth, and its middle; a is forward and b to the left [m]."""
    level = np.abs(a - at) < 1.0 * _MM + 0.5 * pixel
    sides = [
        _first(sign * b, slices, level & (sign * b > 0.0), quantile, pixel) for sign in (1.0, -1.0)
    ]
    if sides[0] is None or sides[1] is None:
        return None
    return 0.5 * (sides[0] + sides[1]), 0.5 * (sides[0] - sides[1])


def _first(
    away: Floats, slices: Ints, chosen: NDArray[np.bool_], quantile: float, pixel: float
) -> float | None:
    """Typical distance from the middle to the first bone, over slices [m]."""
    if not chosen.any():
        return None
    nearest = np.full(int(slices.max()) + 1, np.inf)
    np.minimum.at(nearest, slices[chosen], away[chosen])
    nearest = nearest[np.isfinite(nearest)]
    # Points lie half a pixel inside the bone.
    return max(float(np.quantile(nearest, quantile)) - 0.5 * pixel, pixel)
