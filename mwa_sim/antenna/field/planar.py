"""Outlines in a meridian plane: their checks, and the edges into which they cut each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from mwa_sim.errors import MeshError
from mwa_sim.typing import BoolArray, FloatArray, IntArray

# Points closer than this are one point [m].
SNAP = 1e-9
# Cutting moves points by up to SNAP, which can bring forth another crossing; two or three rounds
# are what happens.
_ROUNDS = 12

Box = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Straight edges that meet in common end points only.

    Parameters
    ----------
    points : (n, 2) array [m]
    edges : (e, 2) int array
        Pairs of points.
    """

    points: FloatArray
    edges: IntArray


def rz(point: FloatArray) -> str:
    """A point as it is written in messages."""
    return f"(r, z) = ({point[0] * 1e3:.6g}, {point[1] * 1e3:.6g}) mm"


def inside(points: FloatArray, outline: FloatArray) -> BoolArray:
    """Whether points lie inside a polygon, by the parity of the edges to their right.

    Parameters
    ----------
    points : (n, 2) array [m]
    outline : (k, 2) array [m]

    Returns
    -------
    (n,) bool array
        Undefined for points on the outline.
    """
    a, b = outline, np.roll(outline, -1, axis=0)
    r, z = points[:, :1], points[:, 1:]
    spans = (a[:, 1] > z) != (b[:, 1] > z)
    rise = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
    crossing = a[:, 0] + (z - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    odd: BoolArray = np.count_nonzero(spans & (crossing > r), axis=1) % 2 == 1
    return odd


def to_segments(points: FloatArray, a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distances (n, e) [m] of points (n, 2) to segments a-b (e, 2), and where along (0 to 1)."""
    d = b - a
    length = np.maximum(d[:, 0] ** 2 + d[:, 1] ** 2, 1e-300)
    x = points[:, :1] - a[:, 0]
    y = points[:, 1:] - a[:, 1]
    t = np.clip((x * d[:, 0] + y * d[:, 1]) / length, 0.0, 1.0)
    return np.hypot(x - t * d[:, 0], y - t * d[:, 1]), t


def _crossings(a: FloatArray, b: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs i < j of segments that cross inside both, and the crossing points."""
    d = b - a

    def side(p: FloatArray) -> FloatArray:
        # Twice the area of the triangle of segment i (rows) and point j (columns).
        return d[:, :1] * (p[:, 1] - a[:, 1:]) - d[:, 1:] * (p[:, 0] - a[:, :1])

    of_a, of_b = side(a), side(b)
    apart = (of_a > 0) != (of_b > 0)
    i, j = np.nonzero(np.triu(apart & apart.T, 1))
    first, second = of_a[i, j], of_b[i, j]
    # Parallel within rounding: overlaps are cut at their end points, not here.
    keep = np.abs(first - second) > 1e-300
    i, j, first, second = i[keep], j[keep], first[keep], second[keep]
    point = a[j] + (first / (first - second))[:, None] * d[j]
    # Of segments on one line, rounding may put the ends on different sides.
    along = np.clip(((point - a[i]) * d[i]).sum(axis=1) / (d[i] ** 2).sum(axis=1), 0.0, 1.0)
    on = np.hypot(*(a[i] + along[:, None] * d[i] - point).T) <= SNAP
    return i[on], j[on], point[on]


def check_outlines(outlines: Sequence[FloatArray], box: Box) -> None:
    """Refuse outlines that bound nothing, with every problem of every outline.

    Parameters
    ----------
    outlines : sequence of (k, 2) arrays [m]
    box : (r_max, z_min, z_max) [m]

    Raises
    ------
    MeshError
        Not finite, r < 0, fewer than three corners, no area, crossing or touching itself, or
        outside the box; each named by its index.
    """
    r_max, z_min, z_max = box
    if not (np.all(np.isfinite(box)) and r_max > SNAP and z_max - z_min > SNAP):
        raise MeshError(f"box {box}: expected finite r_max > 0 and z_min < z_max [m]")
    problems = []
    for index, given in enumerate(outlines):
        if fault := _fault(np.asarray(given, dtype=float), box):
            problems.append(f"outline {index}: {fault}")
    if problems:
        raise MeshError(problems)


def _fault(outline: FloatArray, box: Box) -> str | None:
    """What is wrong with an outline, or None."""
    if outline.ndim != 2 or outline.shape[1] != 2:
        return f"has the shape {outline.shape}; expected rows of (r, z)"
    if not np.all(np.isfinite(outline)):
        return "is not finite; cut it at the top of the box"
    if outline[:, 0].min() < -SNAP:
        return f"reaches r < 0, at {rz(outline[outline[:, 0].argmin()])}; expected r >= 0"
    outline = outline[np.hypot(*(outline - np.roll(outline, 1, axis=0)).T) > SNAP]
    if len(outline) < 3:
        return f"has {len(outline)} different corners; expected 3 or more"
    low, high = outline.min(axis=0), outline.max(axis=0)
    if low[0] >= box[0] - SNAP or high[1] <= box[1] + SNAP or low[1] >= box[2] - SNAP:
        return (
            f"lies outside the box (r <= {box[0] * 1e3:g} mm, z from {box[1] * 1e3:g} to "
            f"{box[2] * 1e3:g} mm)"
        )
    spokes = outline - outline[0]
    longest = spokes[np.argmax((spokes**2).sum(axis=1))]
    off = spokes[:, 0] * longest[1] - spokes[:, 1] * longest[0]
    if np.abs(off).max() <= SNAP * np.hypot(*longest):
        return "has no area"
    return _self_contact(outline, np.roll(outline, -1, axis=0), box)


def _self_contact(a: FloatArray, b: FloatArray, box: Box) -> str | None:
    """Where a closed polyline of edges a-b meets itself beside its corners, or None."""
    n = len(a)
    i, j, crossing = _crossings(a, b)
    # At their common corner rounding may show a crossing of neighbours.
    apart = (j - i > 1) & (j - i < n - 1)
    if apart.any():
        return f"crosses or touches itself at {rz(crossing[apart][0])}"
    distance, _ = to_segments(a, a, b)
    corner = np.arange(n)
    distance[corner, corner] = distance[corner, corner - 1] = np.inf
    # Corners above the hub lie on the top side, where edges may run back over each other.
    distance[np.abs(a[:, 1] - box[2]) <= SNAP] = np.inf
    if distance.min() <= SNAP:
        return f"crosses or touches itself at {rz(a[np.argmin(distance.min(axis=1))])}"
    return None


def arrange(outlines: Sequence[FloatArray], box: Box) -> Arrangement:
    """Cut the edges of outlines and of a box at all points where they meet or overlap.

    Parameters
    ----------
    outlines : sequence of (k, 2) arrays [m]
        Clipped to the box.
    box : (r_max, z_min, z_max) [m]
        r_min is 0.

    Returns
    -------
    Arrangement
        No edge twice, none with a point inside it; points on a side of the box lie on it exactly.

    Raises
    ------
    MeshError
        If the cutting does not come to an end.
    """
    r_max, z_min, z_max = box
    frame = np.array([[0.0, z_min], [r_max, z_min], [r_max, z_max], [0.0, z_max]])
    rings = [frame, *(np.asarray(outline, dtype=float) for outline in outlines)]
    a = np.concatenate(rings)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    a, b = _clipped(a, b, box)
    points = np.concatenate([a, b])
    edges: IntArray = np.arange(len(points)).reshape(2, -1).T
    for _ in range(_ROUNDS):
        points, edges = _merged(points, edges, box)
        cut = _cut(points, edges)
        if cut is None:
            return Arrangement(points, edges)
        points, edges = cut
    raise MeshError(
        f"the outlines cannot be cut at their crossings; expected corners {SNAP:g} m apart or more"
    )


def _clipped(a: FloatArray, b: FloatArray, box: Box) -> tuple[FloatArray, FloatArray]:
    """The parts of segments a-b inside the box (Liang and Barsky)."""
    r_max, z_min, z_max = box
    d = b - a
    low, high = np.zeros(len(a)), np.ones(len(a))
    for axis, bound, sign in ((0, 0.0, 1), (0, r_max, -1), (1, z_min, 1), (1, z_max, -1)):
        room, speed = sign * (a[:, axis] - bound) + SNAP, sign * d[:, axis]
        with np.errstate(divide="ignore", invalid="ignore"):
            # Snapped to the side afterwards, so that SNAP of room does no harm.
            t = -room / speed
        low = np.where(speed > 0, np.maximum(low, t), low)
        high = np.where(speed < 0, np.minimum(high, t), high)
        high = np.where((speed == 0) & (room < 0), -1.0, high)
    keep = high > low
    a, b, d, low, high = a[keep], b[keep], d[keep], low[keep, None], high[keep, None]
    return np.where(low > 0, a + low * d, a), np.where(high < 1, a + high * d, b)


def _merged(points: FloatArray, edges: IntArray, box: Box) -> tuple[FloatArray, IntArray]:
    """Points on the sides of the box moved onto them, close points made one, edges unique."""
    r_max, z_min, z_max = box
    points = points.copy()
    on_side = np.zeros(len(points), dtype=bool)
    for axis, bound in ((0, 0.0), (0, r_max), (1, z_min), (1, z_max)):
        # Clipping leaves up to SNAP beyond the side.
        near = np.abs(points[:, axis] - bound) <= 2.0 * SNAP
        points[near, axis] = bound
        on_side |= near
    pairs = cKDTree(points).query_pairs(SNAP, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(points),) * 2)
    count, group = connected_components(graph, directed=False)
    # A point on a side stands for its group, else the first one.
    order = np.lexsort((np.arange(len(points)), ~on_side))
    chosen = np.full(count, -1)
    chosen[group[order[::-1]]] = order[::-1]
    edges = np.sort(group[edges], axis=1)
    edges = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)
    used, edges = np.unique(edges, return_inverse=True)
    return points[chosen[used]], edges.reshape(-1, 2)


def _cut(points: FloatArray, edges: IntArray) -> tuple[FloatArray, IntArray] | None:
    """Edges cut at points inside them and at their crossings; None if there are none."""
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    i, j, crossing = _crossings(a, b)
    # At a common end point rounding may show a crossing.
    apart = np.array([not set(edges[k]) & set(edges[m]) for k, m in zip(i, j, strict=True)], bool)
    everything = np.concatenate([points, crossing[apart]]) if len(i) else points
    distance, along = to_segments(everything, a, b)
    hit = distance <= SNAP
    hit[edges[:, 0], np.arange(len(edges))] = hit[edges[:, 1], np.arange(len(edges))] = False
    if not hit.any():
        return None
    pieces = []
    for k, (start, end) in enumerate(edges):
        on = np.flatnonzero(hit[:, k])
        chain = np.array([start, *on[np.argsort(along[on, k], kind="stable")], end])
        pieces.append(np.column_stack([chain[:-1], chain[1:]]))
    return everything, np.concatenate(pieces)
