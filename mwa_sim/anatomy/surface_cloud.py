"""True distances to the zero surface of any level function, from points on that surface.

Level functions are only roughly distances away from their surface: the usual first-order formula
for an ellipsoid of 4 : 1 is wrong by a fifth one radius away. Margins and rooms are distances, so
the surface is sampled once and the nearest sample decides.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

#: Nodes along the edge of a block of the coarse search.
_BLOCK = 4
#: Levels may be steeper than a distance by this factor before the surface is missed.
_STEEP = 2.5


class SurfaceCloud:
    """Points on the zero surface of a level function inside a box, with normals.

    Edges of a lattice that change sign give the points, one Newton step along the gradient moves
    them onto the surface. The distance of a point is that to the tangent plane of its nearest
    sample, or farther away to the sample itself; to about a tenth of the lattice.

    Parameters
    ----------
    level : level function
        Points (n, 3) [m] to values (n,), negative inside.
    low, high : (3,) float array [m]
        Corners of the box that is searched.
    spacing : float [m]
        Edge of the lattice.

    Attributes
    ----------
    points : (m, 3) float array [m]
    normals : (m, 3) float array
        Outward unit vectors.
    """

    def __init__(self, level: Level, low: ArrayLike, high: ArrayLike, spacing: float) -> None:
        self.level = level
        self.spacing = spacing
        start = np.asarray(low, dtype=np.float64)
        crossings = _crossings(level, start, np.asarray(high, dtype=np.float64), spacing)
        self.points, self.normals = _onto_surface(level, crossings, spacing)
        self._tree = cKDTree(self.points) if len(self.points) else None

    def distance(self, points: Floats, within: float = np.inf) -> Floats:
        """Signed distance to the surface, (n, 3) [m] -> (n,) [m], negative inside.

        Parameters
        ----------
        points : (n, 3) float array [m]
        within : float, optional [m]
            Farther points get a lower bound (at least this) instead, which is quicker.

        Returns
        -------
        (n,) float array [m]
            Infinite, with the sign of the level, if the box holds no surface.
        """
        sign = np.where(self.level(points) < 0.0, -1.0, 1.0)
        if self._tree is None:
            return np.asarray(sign * np.inf)
        box = np.maximum(self.points.min(axis=0) - points, points - self.points.max(axis=0))
        outside = np.linalg.norm(np.maximum(box, 0.0), axis=1)
        found = np.maximum(outside, within if np.isfinite(within) else 0.0)
        close = np.flatnonzero(outside <= within)
        near = self._tree.query(points[close], distance_upper_bound=within)
        gap, nearest = np.asarray(near[0]), np.asarray(near[1])
        hit = np.isfinite(gap)
        close, gap, nearest = close[hit], gap[hit], nearest[hit]
        offset = points[close] - self.points[nearest]
        plane = np.abs(np.einsum("ij,ij->i", offset, self.normals[nearest]))
        # Near the surface the plane is the better one, farther away the sample: at a distance d
        # its error is about t^2 / 2d with t half the lattice, and it does not mind sharp rims.
        far = np.clip((gap - self.spacing) / (2.0 * self.spacing), 0.0, 1.0)
        plane = np.maximum(plane, gap - 0.7 * self.spacing)
        found[close] = plane + far * (gap - plane)
        return np.asarray(sign * found)

    def outward(self, points: Floats) -> Floats:
        """Unit normal of the sample of the surface that is nearest to each point, (n, 3).

        Zeros if the box holds no surface.
        """
        if self._tree is None:
            return np.zeros_like(points)
        _, nearest = self._tree.query(points)
        return np.asarray(self.normals[np.asarray(nearest)])


def _crossings(level: Level, low: Floats, high: Floats, spacing: float) -> Floats:
    """Points on edges of a lattice where the sign changes, looked for near the surface only."""
    size = _BLOCK * spacing
    blocks = np.maximum(np.ceil((high - low) / size).astype(int), 1)
    places = np.stack(np.meshgrid(*[np.arange(n) for n in blocks], indexing="ij"), axis=-1)
    places = places.reshape(-1, 3)
    reach = _STEEP * np.sqrt(3.0) / 2.0 * size
    near = places[np.abs(level(low + (places + 0.5) * size)) < reach]
    shape = _BLOCK * blocks + 1
    wanted = np.zeros(shape, dtype=bool)
    for step in product(range(_BLOCK + 1), repeat=3):
        wanted[tuple((_BLOCK * near + step).T)] = True
    values = np.full(shape, np.nan)
    nodes = np.argwhere(wanted)
    values[wanted] = level(low + nodes * spacing)
    found = []
    for axis in range(3):
        first = np.take(values, np.arange(shape[axis] - 1), axis=axis)
        second = np.take(values, np.arange(1, shape[axis]), axis=axis)
        cut = (first < 0.0) != (second < 0.0)
        cut &= np.isfinite(first) & np.isfinite(second)
        index = np.argwhere(cut).astype(np.float64)
        index[:, axis] += first[cut] / (first[cut] - second[cut])
        found.append(low + index * spacing)
    return np.concatenate(found)


def _onto_surface(level: Level, points: Floats, spacing: float) -> tuple[Floats, Floats]:
    """One Newton step along the gradient, and the unit normals."""
    if len(points) == 0:
        return points, points
    step = 0.25 * spacing
    gradient = np.stack(
        [(level(points + step * e) - level(points - step * e)) / (2.0 * step) for e in np.eye(3)],
        axis=1,
    )
    slope = np.maximum(np.linalg.norm(gradient, axis=1, keepdims=True), 1e-3)
    normals = gradient / slope
    # Where two surfaces meet the gradient means little: the crossing itself is never far off.
    move = np.clip(level(points)[:, None] / slope, -0.25 * spacing, 0.25 * spacing)
    return points - move * normals, normals
