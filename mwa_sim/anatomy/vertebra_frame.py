"""The vertebra's own axes, found in the level functions: bones in scans are tilted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_STEP = 2.0 * _MM
#: Half the cube in which the body is looked for; the largest lumbar body is 60 mm wide.
_REACH = 44.0 * _MM

#: Canal depth assumed where the canal is not given: published means are 15 to 20 mm.
_CANAL_DEPTH = 15.0 * _MM


@dataclass(frozen=True)
class VertebraFrame:
    """Origin and axes of a vertebra.

    Attributes
    ----------
    origin : (3,) float array [m]
        Centroid of the body.
    axes : (3, 3) float array
        Rows: anterior, left, cranial; a right-handed rotation.
    upper, lower : (3,) float array [m]
        Centres of the endplates.
    radius : float [m]
        Of the circle with the area of the body's cross-section.
    notes : tuple of str
        What had to be assumed.
    """

    origin: Floats
    axes: Floats
    upper: Floats
    lower: Floats
    radius: float
    notes: tuple[str, ...] = ()

    def world(self, local: Floats) -> Floats:
        """Points (n, 3) of the vertebra's axes [m] in those of the scene [m]."""
        return np.asarray(self.origin + local @ self.axes)

    def local(self, points: Floats) -> Floats:
        """Points (n, 3) of the scene [m] in the vertebra's axes [m]."""
        return np.asarray((points - self.origin) @ self.axes.T)

    def seen(self, level: Level) -> Level:
        """A level function of points in the vertebra's axes."""
        return lambda local: level(self.world(local))


def vertebra_frame(space: AccessSpace) -> VertebraFrame:
    """Find centre, endplates and axes of the treated vertebra.

    The cranial axis is the mean of the two endplate normals, each the best plane through where
    rays along the axis leave the body; the anterior axis points from the canal to the body.

    Parameters
    ----------
    space : AccessSpace

    Returns
    -------
    VertebraFrame

    Raises
    ------
    InputError
        If there is no body about the origin, it does not end, or neither canal nor arch tells
        front from back.
    """
    grid = _grid(_REACH, _STEP)
    inside = _largest(space.body(grid), grid)
    if len(inside) < 100:
        raise InputError(
            "anatomy: no vertebral body lies about the origin; the origin of the frame must be the "
            "centre of the treated body (x anterior, y left, z cranial)"
        )
    origin = inside.mean(axis=0)
    up = np.array([0.0, 0.0, 1.0])
    radius = _radius(inside, origin, up)
    upper = lower = origin
    for _ in range(4):
        top = _endplate(space.body, origin, up, radius)
        bottom = _endplate(space.body, origin, -up, radius)
        upper, lower = top[0], bottom[0]
        up = _unit(top[1] - bottom[1])
        radius = _radius(inside, origin, up)
    forward, notes = _forward(space, grid, origin, up, inside)
    left = np.cross(up, forward)
    return VertebraFrame(origin, np.stack([forward, left, up]), upper, lower, radius, notes)


def canal_extent(space: AccessSpace, frame: VertebraFrame) -> tuple[float, float]:
    """Where the canal begins behind the body in the midline, and its depth.

    Returns
    -------
    wall, depth : float [m]
        Anterior coordinate of the posterior wall in the vertebra's axes; depth of the canal there,
        an assumed one where there is no canal.
    """
    back = np.arange(0.0, -70.0 * _MM, -0.25 * _MM)
    line = frame.world(np.stack([back, np.zeros_like(back), np.zeros_like(back)], axis=1))
    out = np.flatnonzero(space.body(line) > 0.0)
    wall = back[out[0]] if len(out) else -frame.radius
    canal = np.flatnonzero((space.free_canal(line) < 0.0) & (back < wall + 1.0 * _MM))
    depth = float(len(canal)) * 0.25 * _MM
    return float(wall), depth if 6.0 * _MM < depth < 35.0 * _MM else _CANAL_DEPTH


def _grid(reach: float, step: float) -> Floats:
    axis = np.arange(-reach, reach + step / 2.0, step)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def _largest(values: Floats, grid: Floats) -> Floats:
    """Points of the largest connected part that is inside."""
    edge = round(len(grid) ** (1.0 / 3.0))
    parts, count = ndimage.label((values < 0.0).reshape(edge, edge, edge))
    if count == 0:
        return grid[:0]
    biggest = 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.asarray(grid[parts.ravel() == biggest])


def _radius(inside: Floats, origin: Floats, up: Floats) -> float:
    slab = np.abs((inside - origin) @ up) < 1.5 * _STEP
    return float(np.sqrt(slab.sum() * _STEP**3 / (3.0 * _STEP) / np.pi))


def _endplate(body: Level, origin: Floats, up: Floats, radius: float) -> tuple[Floats, Floats]:
    """Where the axis leaves the body, and the normal of the plate there."""
    sideways = _unit(np.cross(up, [1.0, 0.0, 0.0]))
    other = np.cross(up, sideways)
    across = np.linspace(-0.62, 0.62, 11) * radius
    u, v = (a.ravel() for a in np.meshgrid(across, across))
    # The centre first: the square of rays is symmetrical, so that a concave plate has no slope.
    start = origin + u[:, None] * sideways + v[:, None] * other
    heights = np.arange(0.0, 40.0 * _MM, 0.5 * _MM)
    points = start[:, None, :] + heights[None, :, None] * up
    values = body(points.reshape(-1, 3)).reshape(len(u), len(heights))
    out = np.argmax(values > 0.0, axis=1)
    ok = (out > 0) & (values[:, 0] < 0.0)
    rows = np.flatnonzero(ok)
    if len(rows) < 3:
        side = "above" if up[2] > 0.0 else "below"
        raise InputError(
            f"anatomy: the body has no end within 40 mm {side} its centre; a vertebra that is cut "
            "off by the end of a scan cannot be treated: choose another level"
        )
    last, next_one = values[rows, out[rows] - 1], values[rows, out[rows]]
    crossing = heights[out[rows] - 1] + 0.5 * _MM * last / (last - next_one)
    matrix = np.stack([np.ones(len(rows)), u[rows], v[rows]], axis=1)
    keep = np.ones(len(rows), dtype=bool)
    fit = np.array([np.median(crossing), 0.0, 0.0])
    for _ in range(3):
        fit = np.linalg.lstsq(matrix[keep], crossing[keep], rcond=None)[0]
        off = np.abs(crossing - matrix @ fit)
        keep = off <= max(2.5 * float(np.median(off)), 0.2 * _MM)
    normal = _unit(up - fit[1] * sideways - fit[2] * other)
    middle = crossing[np.argmin(u[rows] ** 2 + v[rows] ** 2)]
    return origin + middle * up, normal


def _forward(
    space: AccessSpace, grid: Floats, origin: Floats, up: Floats, inside: Floats
) -> tuple[Floats, tuple[str, ...]]:
    """The direction from the canal (or the arch) to the body, perpendicular to the axis."""
    offset = grid - origin
    near = np.abs(offset @ up) < 9.0 * _MM
    slab = grid[near]
    bone = space.bone(slab)
    # Points at the wall count by how much of their cell is inside: no side is favoured.
    share = np.clip(0.5 - np.maximum(space.canal(slab), -bone) / _STEP, 0.0, 1.0)
    notes: tuple[str, ...] = ()
    behind = slab[share > 0.0]
    if share.sum() < 20.0:
        behind = grid[(space.bone(grid) < 0.0) & (space.body(grid) > 2.0 * _MM)]
        share = np.ones(len(behind))
        notes = ("no spinal canal was found; the arch told front from back",)
    if len(behind) < 20:
        raise InputError(
            "anatomy: neither a spinal canal nor an arch was found behind the body, so front and "
            "back cannot be told apart; give the whole vertebra, or a canal"
        )
    weight = share[share > 0.0]
    forward = inside.mean(axis=0) - weight @ behind / weight.sum()
    return _unit(forward - (forward @ up) * up), notes


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))
