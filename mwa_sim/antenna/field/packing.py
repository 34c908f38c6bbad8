"""Points between divided edges, packed as densely as a wanted edge length allows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from mwa_sim.antenna.field.planar import Arrangement, Box
from mwa_sim.antenna.field.walls import GRADING, Size, wanted
from mwa_sim.typing import BoolArray, FloatArray, IntArray

# Nearest neighbours, in units of the wanted edge length.
_CLOSEST = 0.8
# Neighbouring pieces of edges whose length bounds the size of the triangles beside them.
_NEIGHBOURS = 6
_MOST_ROUNDS = 2000
# Rounds in which the largest holes are filled; a second one finds next to nothing.
_FILLS = 1

_TURN = np.exp(1j * np.pi / 3.0 * np.arange(6))


def local_size(walls: Arrangement, size: Size) -> Callable[[FloatArray], FloatArray]:
    """Wanted edge length between edges that may be shorter than wanted.

    Parameters
    ----------
    walls : Arrangement
        Divided edges.
    size : callable
        ``size(r, z)`` [m].

    Returns
    -------
    callable
        Of points (n, 2): the smaller of ``size`` and ``L + 0.3 d`` over the nearest points of
        the edges, with d the distance to the point and L the longest piece that ends there [m].
    """
    length = np.hypot(*(walls.points[walls.edges[:, 1]] - walls.points[walls.edges[:, 0]]).T)
    longest = np.zeros(len(walls.points))
    np.maximum.at(longest, walls.edges.ravel(), np.repeat(length, 2))
    tree = cKDTree(walls.points)
    k = min(_NEIGHBOURS, len(walls.points))

    def local(points: FloatArray) -> FloatArray:
        distance, index = tree.query(points, k=k)
        near = (longest[index] + GRADING * distance).min(axis=1)
        smaller: FloatArray = np.minimum(wanted(size, points), near)
        return smaller

    return local


def pack(walls: Arrangement, box: Box, local: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Points in a box beside its divided edges, from the edges inwards.

    Every piece of an edge proposes the tips of the equilateral triangles on both of its sides,
    every point accepted then proposes its six neighbours in a hexagonal packing, until no
    proposal is farther than 0.8 of the wanted length from all points.

    Parameters
    ----------
    walls : Arrangement
        Divided edges, those of the box among them.
    box : (r_max, z_min, z_max) [m]
    local : callable
        Wanted edge length at points (n, 2) [m].

    Returns
    -------
    (n, 2) array [m]
        The points of the edges not among them.
    """
    a, b = (walls.points[walls.edges[:, k]] @ np.array([1.0, 1j]) for k in (0, 1))
    along = (b - a) / np.abs(b - a)
    step = local(_plane(0.5 * (a + b)))
    # Proposals keep the direction in which they were made, to continue the same packing.
    height = 0.5 * np.sqrt(3.0) * step * 1j * along
    front = np.concatenate([0.5 * (a + b) + height, 0.5 * (a + b) - height])
    heading = np.concatenate([along, along])
    known = walls.points
    for _ in range(_MOST_ROUNDS):
        inside = _within(front, box)
        front, heading = front[inside], heading[inside]
        points = _plane(front)
        size = local(points)
        chosen = _spaced(points, size, known)
        if not len(chosen):
            break
        known = np.concatenate([known, points[chosen]])
        heading = np.repeat(heading[chosen], 6) * np.tile(_TURN, len(chosen))
        origin, step = np.repeat(front[chosen], 6), np.repeat(size[chosen], 6)
        front = origin + step * heading
        inside = _within(front, box)
        origin, step, front, heading = (x[inside] for x in (origin, step, front, heading))
        # The mean of the lengths wanted at both ends.
        front = origin + 0.5 * (step + local(_plane(front))) * heading
    for _ in range(_FILLS):
        points = _circumcentres(known)
        points = points[_within(points @ np.array([1.0, 1j]), box)]
        known = np.concatenate([known, points[_spaced(points, local(points), known)]])
    return known[len(walls.points) :]


def _circumcentres(points: FloatArray) -> FloatArray:
    """Centres (m, 2) of the circles through the corners of the Delaunay triangles."""
    a, b, c = points[Delaunay(points).simplices].transpose(1, 0, 2)
    u, v = b - a, c - a
    twice = 2.0 * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    u2, v2 = (u * u).sum(axis=1), (v * v).sum(axis=1)
    flat = twice**2 <= 1e-16 * u2 * v2
    u, v, a, u2, v2, twice = (x[~flat] for x in (u, v, a, u2, v2, twice))
    x = (v[:, 1] * u2 - u[:, 1] * v2) / twice
    y = (u[:, 0] * v2 - v[:, 0] * u2) / twice
    centres: FloatArray = a + np.column_stack([x, y])
    return centres


def _plane(points: np.ndarray) -> FloatArray:
    return np.column_stack([points.real, points.imag])


def _within(points: np.ndarray, box: Box) -> BoolArray:
    inside: BoolArray = (
        (points.real > 0.0) & (points.real < box[0])
        & (points.imag > box[1]) & (points.imag < box[2])
    )  # fmt: skip
    return inside


def _spaced(points: FloatArray, size: FloatArray, known: FloatArray) -> IntArray:
    """Indices of points that keep their distance to the known points and to each other."""
    distance: FloatArray = np.asarray(cKDTree(known).query(points)[0])
    free = np.flatnonzero(distance >= _CLOSEST * size)
    # The tightest fit first; it leaves the fewest holes.
    free = free[np.argsort(distance[free] / size[free], kind="stable")]
    if not len(free):
        return free
    i, j = cKDTree(points[free]).query_pairs(_CLOSEST * size[free].max(), output_type="ndarray").T
    gap = np.hypot(*(points[free[i]] - points[free[j]]).T)
    close = gap < _CLOSEST * np.minimum(size[free[i]], size[free[j]])
    i, j = i[close], j[close]
    open_, taken = np.ones(len(free), dtype=bool), np.zeros(len(free), dtype=bool)
    # Of every close pair the earlier one stays: take all that have no earlier rival, again.
    first, second = np.minimum(i, j), np.maximum(i, j)
    while open_.any():
        live = open_[first] & open_[second]
        first, second = first[live], second[live]
        beaten = np.zeros(len(free), dtype=bool)
        beaten[second] = True
        winners = open_ & ~beaten
        taken |= winners
        open_ &= ~winners
        open_[second[winners[first]]] = False
    return free[taken]
