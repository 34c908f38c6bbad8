"""How polygons in the (r, z) half-plane lie to each other: overlaps, contacts, enclosed regions.

The plane is cut at every height at which an outline has a corner or two outlines cross. Within
such a slab the edges do not cross, so that they part it into trapezoids, and each trapezoid lies
inside or outside every polygon as a whole. What overlaps, what touches and what encloses what can
then be read from the trapezoids and their contacts, for rectangles, cones and any other polygon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mwa_sim.typing import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

TOLERANCE = 1e-9
"""Coordinates closer than this are the same [m]."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Trapezoids with two sides at constant z, that tile the frame around some polygons.

    Attributes
    ----------
    z : (n, 2) array [m]
        Heights of the lower and the upper side.
    left, right : (n, 2) arrays [m]
        r of the two other sides, at the lower and at the upper height.
    inside : (n, k) bool array
        Whether a trapezoid lies inside a polygon.
    contacts : (m, 2) int array
        Pairs of trapezoids that share a piece of side, not just a point.
    """

    z: FloatArray
    left: FloatArray
    right: FloatArray
    inside: BoolArray
    contacts: IntArray

    def regions(self, cells: BoolArray) -> IntArray:
        """Connected regions among some trapezoids.

        Parameters
        ----------
        cells : (n,) bool array

        Returns
        -------
        (n,) int array
            Number of the region, from 0; -1 outside ``cells``.
        """
        labels = np.full(len(cells), -1)
        chosen = np.flatnonzero(cells)
        if not len(chosen):
            return labels
        number = np.cumsum(cells) - 1
        both = self.contacts[cells[self.contacts].all(axis=1)]
        first, second = number[both].T
        graph = coo_array((np.ones(len(both)), (first, second)), shape=(len(chosen),) * 2)
        labels[chosen] = connected_components(graph, directed=False)[1]
        return labels

    def touching(self, cells: BoolArray, others: BoolArray) -> BoolArray:
        """Which of ``others`` share a piece of side with any of ``cells``: (n,) bool array."""
        found = np.zeros(len(cells), dtype=bool)
        for first, second in (self.contacts.T, self.contacts.T[::-1]):
            found[second[cells[first] & others[second]]] = True
        return found

    def extent(self, cells: BoolArray) -> tuple[float, float, float, float]:
        """Smallest and largest r, smallest and largest z [m] of some trapezoids."""
        left, right, z = self.left[cells], self.right[cells], self.z[cells]
        return float(left.min()), float(right.max()), float(z.min()), float(z.max())


def arrange(
    outlines: Sequence[FloatArray], r_max: float, z_min: float, z_max: float
) -> Arrangement:
    """Cut the frame 0 < r < r_max, z_min < z < z_max along all outlines.

    Parameters
    ----------
    outlines : sequence of (k, 2) arrays [m]
        Corners (r, z) of simple polygons within the frame.
    r_max, z_min, z_max : float [m]

    Returns
    -------
    Arrangement
    """
    frame = [[0.0, z_min, 0.0, z_max, -1.0], [r_max, z_min, r_max, z_max, -1.0]]
    edges = np.array(frame + [e for i, outline in enumerate(outlines) for e in _edges(outline, i)])
    heights = np.concatenate([edges[:, 1], edges[:, 3], _crossings(edges)])
    heights = np.unique(np.clip(heights, z_min, z_max))
    # Of heights that are the same one stays.
    heights = heights[np.concatenate([[True], np.diff(heights) > TOLERANCE])]
    z, left, right, inside, contacts = [], [], [], [], []
    below: list[int] = []
    for low, high in pairwise(heights):
        middle = 0.5 * (low + high)
        here = edges[(edges[:, 1] < middle) & (edges[:, 3] > middle)]
        r = np.stack([_at(here, low), _at(here, high)], axis=1)
        order = np.argsort(r.sum(axis=1), kind="stable")
        state = np.zeros(len(outlines), dtype=bool)
        slab: list[int] = []
        for one, other in pairwise(order):
            owner = int(here[one, 4])
            if owner >= 0:
                state[owner] ^= True
            if np.max(r[other] - r[one]) <= TOLERANCE:
                continue
            z.append((low, high))
            left.append(r[one])
            right.append(r[other])
            inside.append(state.copy())
            slab.append(len(z) - 1)
        contacts += list(pairwise(slab))
        contacts += [
            (i, j)
            for i in below
            for j in slab
            if min(right[i][1], right[j][0]) - max(left[i][1], left[j][0]) > TOLERANCE
        ]
        below = slab
    return Arrangement(
        np.array(z), np.array(left), np.array(right), np.array(inside), np.array(contacts)
    )


def crosses_itself(outline: FloatArray) -> bool:
    """Whether edges of a polygon that are no neighbours meet."""
    corners = np.asarray(outline)
    count = len(corners)
    ends = np.roll(corners, -1, axis=0)
    for i in range(count):
        for j in range(i + 2, count):
            if (i, j) == (0, count - 1):
                continue
            if _meet(corners[i], ends[i], corners[j], ends[j]):
                return True
    return False


def _meet(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> bool:
    """Whether the closed segments ab and cd have a point in common."""

    def side(p: FloatArray, q: FloatArray, x: FloatArray) -> float:
        """Signed distance of x from the line through p and q, 0 within the tolerance."""
        cross = (q[0] - p[0]) * (x[1] - p[1]) - (q[1] - p[1]) * (x[0] - p[0])
        distance = cross / float(np.hypot(*(q - p)))
        return 0.0 if abs(distance) <= TOLERANCE else float(distance)

    if side(a, b, c) * side(a, b, d) > 0.0 or side(c, d, a) * side(c, d, b) > 0.0:
        return False
    # Segments on one line meet only where their boxes do.
    return bool(
        np.all(np.minimum(a, b) <= np.maximum(c, d) + TOLERANCE)
        and np.all(np.minimum(c, d) <= np.maximum(a, b) + TOLERANCE)
    )


def _edges(outline: FloatArray, owner: int) -> list[list[float]]:
    """Edges (r, z below, r, z above, owner) that are not level."""
    found = []
    for (r0, z0), (r1, z1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if abs(z1 - z0) > TOLERANCE:
            low, high = sorted([(z0, r0), (z1, r1)])
            found.append([low[1], low[0], high[1], high[0], float(owner)])
    return found


def _at(edges: FloatArray, z: float) -> FloatArray:
    """r of edges at one height."""
    share = np.clip((z - edges[:, 1]) / (edges[:, 3] - edges[:, 1]), 0.0, 1.0)
    return edges[:, 0] + share * (edges[:, 2] - edges[:, 0])


def _crossings(edges: FloatArray) -> FloatArray:
    """Heights at which two edges cross."""
    i, j = np.triu_indices(len(edges), 1)
    one, other = edges[i], edges[j]
    low = np.maximum(one[:, 1], other[:, 1])
    high = np.minimum(one[:, 3], other[:, 3])
    both = high - low > TOLERANCE
    one, other, low, high = one[both], other[both], low[both], high[both]

    def gap(z: FloatArray) -> FloatArray:
        at = [
            e[:, 0] + (z - e[:, 1]) / (e[:, 3] - e[:, 1]) * (e[:, 2] - e[:, 0])
            for e in (one, other)
        ]
        return np.asarray(at[0] - at[1])

    before, after = gap(low), gap(high)
    cross = (before * after < 0.0) & (np.minimum(abs(before), abs(after)) > TOLERANCE)
    share = before[cross] / (before[cross] - after[cross])
    return np.asarray(low[cross] + share * (high[cross] - low[cross]))
