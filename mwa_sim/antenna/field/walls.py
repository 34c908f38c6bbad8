"""Where the edges of an arrangement are divided: by the wanted size, and in rows along a shaft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mwa_sim.antenna.field.planar import SNAP, Arrangement, rz, to_segments
from mwa_sim.errors import MeshError
from mwa_sim.typing import BoolArray, FloatArray, IntArray

Size = Callable[[FloatArray, FloatArray], FloatArray]

# Longest edge in units of the distance to an edge across a gap.
_ACROSS = 1.2
# Growth of the edge length per distance where edges across a gap make it shorter than wanted.
GRADING = 0.3
# Rows begin where the wanted height exceeds this part of the narrowest gap.
_ROW_START = 0.6
# Shortest stretch beside the rows that is divided on its own, in wanted lengths.
_SHORTEST = 0.7
# Stretches on which the size is sampled, in units of the wanted edge length.
_SAMPLE = 0.5
_MOST_SAMPLES = 1_000_000


@dataclass(frozen=True, eq=False)
class _Samples:
    """Stretches of edges: edge, position of the centre, length [m], wanted edge length [m]."""

    edge: IntArray
    centre: FloatArray
    length: FloatArray
    size: FloatArray


@dataclass(frozen=True, eq=False)
class _Band:
    """Heights between which all edges inside the antenna are parallel to the axis."""

    low: float
    high: float
    walls: IntArray
    width: float


def wanted(size: Size, points: FloatArray) -> FloatArray:
    """The wanted edge length at points (n, 2) [m], refused where it is not a length."""
    values = np.asarray(size(points[:, 0], points[:, 1]), dtype=float)
    bad = ~(np.isfinite(values) & (values > 0.0))
    if bad.any():
        raise MeshError(
            f"wanted size {values[bad][0]} m at {rz(points[bad][0])}; expected a length > 0"
        )
    return values


def divide(arrangement: Arrangement, size: Size) -> Arrangement:
    """Divide the edges of an arrangement into pieces of the wanted length.

    A piece is also no longer than about the distance to an edge across a gap, so that triangles
    in the gap are not flat; with one exception. Where an antenna is a long shaft, all its edges
    parallel to the axis, they are divided at the same heights ("rows"): the quadrilaterals
    between them make good triangles of any length.

    Parameters
    ----------
    arrangement : Arrangement
    size : callable
        ``size(r, z)`` is the wanted edge length [m].

    Returns
    -------
    Arrangement
        The points of the given one first, in the same order.

    Raises
    ------
    MeshError
        A wanted size that is not a positive length, or so small that a million pieces result.
    """
    points, edges = arrangement.points, arrangement.edges
    bands = _bands(arrangement)
    samples = _limited(_sample(arrangement, bands, size), arrangement, size)
    rows = [_rows(band, arrangement, samples) for band in bands]
    new_points, pieces = [points], []
    n = len(points)
    for k, (i, j) in enumerate(edges):
        t = _positions(k, points[i], points[j], bands, rows, samples)
        chain = np.concatenate([[i], n + np.arange(len(t)), [j]])
        new_points.append(points[i] + t[:, None] * (points[j] - points[i]))
        pieces.append(np.column_stack([chain[:-1], chain[1:]]))
        n += len(t)
    return Arrangement(np.concatenate(new_points), np.concatenate(pieces))


def _bands(arrangement: Arrangement) -> list[_Band]:
    """Bands with two walls or more, the axis among them, upwards."""
    points, edges = arrangement.points, arrangement.edges
    r_max = points[:, 0].max()
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    low, high = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    upright = np.abs(a[:, 0] - b[:, 0]) <= 2.0 * SNAP
    inner = np.maximum(a[:, 0], b[:, 0]) < r_max
    bands = []
    levels = np.unique(points[:, 1])
    for lower, upper in pairwise(levels):
        if upper - lower <= 2.0 * SNAP:
            continue
        here = np.flatnonzero(inner & (low < upper - SNAP) & (high > lower + SNAP))
        if len(here) > 1 and upright[here].all():
            here = here[np.argsort(a[here, 0], kind="stable")]
            width = float(np.diff(a[here, 0]).min())
            bands.append(_Band(float(lower), float(upper), here, width))
    return bands


def _across(arrangement: Arrangement, bands: list[_Band]) -> Callable[..., FloatArray]:
    """Function of points and their edges: distance to the nearest edge across a gap [m]."""
    points, edges = arrangement.points, arrangement.edges
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    flat = np.abs(a[:, 1] - b[:, 1]) <= 2.0 * SNAP
    upright = np.abs(a[:, 0] - b[:, 0]) <= 2.0 * SNAP
    low, high = points.min(axis=0), points.max(axis=0)
    sides = np.column_stack([a <= low, a >= high]) & np.column_stack([b <= low, b >= high])
    # Edges that touch are no gap, nor are pieces of the same side of the box, nor the end of a
    # strip and its walls.
    blind = (edges[:, None, :, None] == edges[None, :, None, :]).any(axis=(2, 3))
    blind |= (sides[:, None, :] & sides[None, :, :]).any(axis=2)
    blind |= (flat[:, None] & upright) | (upright[:, None] & flat)
    rowed = np.zeros((len(bands) + 1, len(edges)), dtype=bool)
    for k, band in enumerate(bands):
        rowed[k, band.walls] = True
    lower = np.array([band.low for band in bands])
    upper = np.array([band.high for band in bands] + [-np.inf])

    def distance(where: FloatArray, edge: IntArray) -> FloatArray:
        gap, _ = to_segments(where, a, b)
        band = np.searchsorted(lower, where[:, 1]) - 1
        # The last row of the table is for points in no band.
        band[where[:, 1] > upper[band]] = -1
        unseen: BoolArray = blind[edge] | (rowed[band] & rowed[band, edge][:, None])
        gap[unseen] = np.inf
        nearest: FloatArray = gap.min(axis=1)
        return nearest

    return distance


def _sample(arrangement: Arrangement, bands: list[_Band], size: Size) -> _Samples:
    """Halve the edges until every stretch is short against the size wanted at its centre."""
    points, edges = arrangement.points, arrangement.edges
    a, d = points[edges[:, 0]], points[edges[:, 1]] - points[edges[:, 0]]
    length = np.hypot(d[:, 0], d[:, 1])
    across = _across(arrangement, bands)
    edge, centre, width = np.arange(len(edges)), np.full(len(edges), 0.5), np.ones(len(edges))
    done = []
    while len(edge):
        if len(edge) > _MOST_SAMPLES:
            raise MeshError(
                f"the wanted size is {wanted(size, a[edge[:1]] + centre[:1] * d[edge[:1]])[0]:g} m "
                f"near {rz(a[edge[0]])}; expected one that needs less than a million pieces"
            )
        where = a[edge] + centre[:, None] * d[edge]
        want = np.minimum(wanted(size, where), _ACROSS * across(where, edge))
        fine = width * length[edge] <= _SAMPLE * want
        done.append((edge[fine], centre[fine], (width * length[edge])[fine], want[fine]))
        edge, centre, width = edge[~fine], centre[~fine], 0.5 * width[~fine]
        edge = np.repeat(edge, 2)
        centre = (centre[:, None] + 0.5 * width[:, None] * np.array([-1.0, 1.0])).ravel()
        width = np.repeat(width, 2)
    merged = [np.concatenate(column) for column in zip(*done, strict=True)]
    order = np.lexsort((merged[1], merged[0]))
    return _Samples(*(column[order] for column in merged))


def _limited(samples: _Samples, arrangement: Arrangement, size: Size) -> _Samples:
    """Let the size grow gradually from where a gap made it smaller than wanted."""
    points, edges = arrangement.points, arrangement.edges
    a, b = points[edges[samples.edge, 0]], points[edges[samples.edge, 1]]
    where = a + samples.centre[:, None] * (b - a)
    small = np.flatnonzero(samples.size < 0.999 * wanted(size, where))
    graded = samples.size.copy()
    for part in np.array_split(small, len(small) // 200 + 1):
        if len(part):
            distance = np.hypot(where[:, :1] - where[part, 0], where[:, 1:] - where[part, 1])
            graded = np.minimum(graded, (samples.size[part] + GRADING * distance).min(axis=1))
    return _Samples(samples.edge, samples.centre, samples.length, graded)


def _rows(band: _Band, arrangement: Arrangement, samples: _Samples) -> FloatArray:
    """Heights [m] at which all walls of a band are divided, both ends of the rows included."""
    heights, sizes = [], []
    for wall in band.walls:
        bottom, top = arrangement.points[arrangement.edges[wall], 1]
        mine = samples.edge == wall
        z, h = bottom + samples.centre[mine] * (top - bottom), samples.size[mine]
        order = np.argsort(z)
        heights.append(z[order])
        sizes.append(h[order])
    z = np.unique(np.concatenate(heights))
    z = z[(z > band.low) & (z < band.high)]
    height = np.min([np.interp(z, own, h) for own, h in zip(heights, sizes, strict=True)], axis=0)
    ends = np.concatenate([[band.low], 0.5 * (z[1:] + z[:-1]), [band.high]])
    count = np.concatenate([[0.0], np.cumsum(np.diff(ends) / height)])
    begin, end = _longest(height > _ROW_START * band.width)
    if end == begin:
        return np.empty(0)
    # No stretch shorter than a row between the rows and the ends of the band.
    begin = 0 if count[begin] < _SHORTEST else begin
    end = len(height) if count[-1] - count[end] < _SHORTEST else end
    ends, count = ends[begin : end + 1], count[begin : end + 1] - count[begin]
    n = int(np.ceil(count[-1] - 0.2))
    if n < 2:
        return np.empty(0)
    rows: FloatArray = np.interp(np.linspace(0.0, count[-1], n + 1), count, ends)
    return rows


def _longest(flags: BoolArray) -> tuple[int, int]:
    """Begin and end of the longest run of True."""
    change = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    if not len(change):
        return 0, 0
    begin, end = change[::2], change[1::2]
    longest = int(np.argmax(end - begin))
    return int(begin[longest]), int(end[longest])


def _positions(
    k: int,
    a: FloatArray,
    b: FloatArray,
    bands: list[_Band],
    rows: list[FloatArray],
    samples: _Samples,
) -> FloatArray:
    """Where (0 to 1, ascending) edge ``k`` from a to b is divided, its ends left out."""
    mine = samples.edge == k
    count = np.concatenate([[0.0], np.cumsum(samples.length[mine] / samples.size[mine])])
    length = np.concatenate([[0.0], np.cumsum(samples.length[mine])])
    length /= length[-1]
    stretches = []
    for band, heights in zip(bands, rows, strict=True):
        if len(heights) and k in band.walls:
            stretches.append(np.sort((heights - a[1]) / (b[1] - a[1])))
    stretches.sort(key=lambda t: float(t[0]))
    tiny = SNAP / float(np.hypot(*(b - a)))
    cuts, low = [], 0.0
    for t in [*stretches, np.array([1.0])]:
        if t[0] - low > 2.0 * tiny:
            first, last = np.interp([low, t[0]], length, count)
            n = max(int(np.ceil(last - first - 0.2)), 1)
            cuts.append(np.interp(np.linspace(first, last, n + 1)[1:-1], count, length))
        cuts.append(t)
        low = float(t[-1])
    merged: FloatArray = np.concatenate(cuts)
    merged = merged[(merged > tiny) & (merged < 1.0 - tiny)]
    return merged[np.concatenate([[True], np.diff(merged) > tiny])] if len(merged) else merged
