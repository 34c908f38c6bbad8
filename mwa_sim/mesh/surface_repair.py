"""Making a closed, outward surface of what a file holds, or saying why that is not safe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.errors import MeshError
from mwa_sim.mesh.bvh_kernels import winding_numbers
from mwa_sim.mesh.crossing_kernels import crossings
from mwa_sim.mesh.surface_holes import Hole, close_hole
from mwa_sim.mesh.surface_topology import components, edges_of, open_loops, oriented
from mwa_sim.mesh.tetmesh import Floats, Ints, unique_rows
from mwa_sim.mesh.triangle_tree import TriangleTree

_MM = 1e-3
#: Holes up to this part of the surface's extent, and lids up to this part of its area, are closed.
HOLE_DIAMETER, HOLE_AREA = 0.25, 0.1
#: A surface of which more triangles than this cut through others is refused.
TANGLED = 0.3
#: A part smaller than this fraction of the largest one's extent is dropped as a stray.
STRAY = 0.05
#: A closed surface encloses at least this fraction of the cube of its extent.
LEAST_VOLUME = 1e-4


@dataclass(frozen=True)
class ClosedSurface:
    """A surface that encloses a solid.

    Attributes
    ----------
    vertices : (n, 3) float array [m]
    triangles : (m, 3) int array
        Normals pointing out; cavities have theirs pointing into the cavity.
    notes : tuple of str
        What was repaired, and what is odd.
    simple : bool
        Whether no part of the surface cuts or contains another, so that its enclosed volume is the
        volume of the solid.
    """

    vertices: Floats
    triangles: Ints
    notes: tuple[str, ...]
    simple: bool

    @property
    def enclosed(self) -> float:
        """Volume that the surface encloses [m3]; overlaps count twice."""
        return enclosed_volume(self.vertices, self.triangles)


def enclosed_volume(vertices: Floats, triangles: Ints) -> float:
    """Volume enclosed by triangles, by the divergence theorem [m3]."""
    x = vertices - vertices[triangles[:, 0]].mean(axis=0)
    a, b, c = x[triangles[:, 0]], x[triangles[:, 1]], x[triangles[:, 2]]
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6.0


def repaired(name: str, vertices: Floats, triangles: Ints) -> ClosedSurface:
    """Repair a surface where that is safe.

    Triangles without area and repeated ones go, neighbours are turned the same way round and
    closed parts outwards (a part inside another one that points inwards is a cavity), stray bits
    are dropped and small holes closed. Places are given in the coordinates of the surface.

    Parameters
    ----------
    name : str
        For the messages.
    vertices : (n, 3) float array [m]
    triangles : (m, 3) int array

    Returns
    -------
    ClosedSurface

    Raises
    ------
    MeshError
        If coordinates are not finite, too much of the surface is missing, or it encloses nothing;
        the message names the place.
    """
    x, t = np.asarray(vertices, dtype=np.float64), np.asarray(triangles, dtype=np.int64)
    if len(t) == 0:
        raise MeshError(f"{name}: the surface has no triangle")
    if not np.isfinite(x[t]).all():
        bad = np.flatnonzero(~np.isfinite(x[t]).all(axis=(1, 2)))
        raise MeshError(f"{name}: {len(bad)} triangles have coordinates that are not finite")
    notes: list[str] = []
    t = _without_repeats(name, t, notes)
    t = _without_strays(name, x, t, notes)
    t, patch, turned, twisted = oriented(t, _areas(x, t))
    if len(turned):
        notes.append(
            f"{name}: {len(turned)} triangles were the wrong way round and were turned, the first "
            f"at {_place(x[t[turned[0]]].mean(axis=0))}"
        )
    if twisted:
        notes.append(f"{name}: a part of the surface has only one side; the sign there is a guess")
    x, t, patch = _closed(name, x, t, patch, notes)
    t, nested = _outward(name, x, t, patch, notes)
    cut = _report_crossings(name, x, t, notes)
    extent = float((x[t].max(axis=(0, 1)) - x[t].min(axis=(0, 1))).max())
    volume = enclosed_volume(x, t)
    if volume < LEAST_VOLUME * extent**3:
        raise MeshError(
            f"{name}: the surface encloses {1e6 * volume:.3g} ml within {extent / _MM:.3g} mm: it "
            "is a sheet or a wire, expected the closed surface of a solid"
        )
    return ClosedSurface(x, t, tuple(notes), not cut and not nested and not twisted)


def _without_repeats(name: str, t: Ints, notes: list[str]) -> Ints:
    flat = (t[:, 0] == t[:, 1]) | (t[:, 1] == t[:, 2]) | (t[:, 2] == t[:, 0])
    if flat.any():
        notes.append(f"{name}: {int(flat.sum())} triangles without area were dropped")
        t = t[~flat]
    if len(t) == 0:
        raise MeshError(f"{name}: no triangle of the surface has an area")
    inverse, first, count = unique_rows(np.sort(t, axis=1))
    if len(first) < len(t):
        notes.append(f"{name}: {len(t) - len(first)} repeated triangles were dropped")
        # Two that face each other are a flap of no thickness; one of them would open the surface.
        way = np.sign(_parity(t))
        balance = np.abs(np.bincount(inverse, weights=way))
        keep = np.sort(first[(count == 1) | (balance > 0)])
        if len(keep) == 0:
            raise MeshError(f"{name}: the surface is a sheet seen from both sides")
        t = t[keep]
    return t


def _parity(t: Ints) -> Ints:
    """Positive where the corners come in cyclically ascending order."""
    steps = t[:, [1, 2, 0]] - t
    return np.asarray(-steps.prod(axis=1))


def _without_strays(name: str, x: Floats, t: Ints, notes: list[str]) -> Ints:
    part = components(t)
    count = int(part.max()) + 1
    if count == 1:
        return t
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, part, x[t].min(axis=1))
    np.maximum.at(high, part, x[t].max(axis=1))
    extent = (high - low).max(axis=1)
    small = extent < STRAY * extent.max()
    if small.any():
        first = int(np.flatnonzero(small)[0])
        notes.append(
            f"{name}: {int(small.sum())} stray bits smaller than {STRAY:.0%} of the surface were "
            f"dropped, one at {_place((low[first] + high[first]) / 2.0)}"
        )
    if (~small).sum() > 1:
        notes.append(f"{name}: the surface has {int((~small).sum())} separate parts; all are kept")
    return np.asarray(t[~small[part]])


def _closed(
    name: str, x: Floats, t: Ints, patch: Ints, notes: list[str]
) -> tuple[Floats, Ints, Ints]:
    """Close small holes; large ones are an error that names the place."""
    loops = open_loops(t)
    if not loops:
        return x, t, patch
    holes = [close_hole(x, loop) for loop in loops]
    extent = float((x[t].max(axis=(0, 1)) - x[t].min(axis=(0, 1))).max())
    limit = HOLE_DIAMETER * extent
    area = float(_areas(x, t).sum())
    lids = sum(hole.area for hole in holes)
    wide = [hole for hole in holes if hole.diameter > limit]
    problems = [
        f"{name}: hole of {hole.diameter / _MM:.1f} mm at {_place(hole.centre)}, {len(hole.rim)} "
        f"open edges; holes up to {limit / _MM:.1f} mm are closed here; close it in the program "
        "that made the surface"
        for hole in wide[:5]
    ]
    if lids > HOLE_AREA * area and not problems:
        widest = max(holes, key=lambda hole: hole.diameter)
        problems.append(
            f"{name}: {len(holes)} holes take {lids / (lids + area):.0%} of the surface, the "
            f"widest ({widest.diameter / _MM:.1f} mm) at {_place(widest.centre)}; at most "
            f"{HOLE_AREA:.0%} is closed here"
        )
    if problems:
        raise MeshError(problems)
    widest = max(holes, key=lambda hole: hole.diameter)
    notes.append(
        f"{name}: {len(holes)} holes with {sum(len(h.rim) for h in holes)} open edges were closed, "
        f"{lids / _MM**2:.1f} mm2 or {lids / area:.2%} of the surface, the widest "
        f"{widest.diameter / _MM:.1f} mm across at {_place(widest.centre)}"
    )
    return _with_lids(x, t, patch, holes)


def _with_lids(x: Floats, t: Ints, patch: Ints, holes: list[Hole]) -> tuple[Floats, Ints, Ints]:
    of_vertex = np.zeros(len(x), dtype=np.int64)
    of_vertex[t] = patch[:, None]
    centres: list[Floats] = []
    lids: list[Ints] = []
    patches: list[Ints] = []
    for hole in holes:
        lid = hole.lid
        if (lid < 0).any():
            lid = np.where(lid < 0, len(x) + len(centres), lid)
            centres.append(hole.centre)
        lids.append(lid)
        patches.append(np.full(len(lid), of_vertex[hole.rim[0]]))
    if centres:
        x = np.concatenate([x, centres])
    return x, np.concatenate([t, *lids]), np.concatenate([patch, *patches])


def _outward(name: str, x: Floats, t: Ints, patch: Ints, notes: list[str]) -> tuple[Ints, bool]:
    """Turn inside-out parts outwards; returns the triangles and whether parts are nested."""
    part = components(t)
    t = t.copy()
    volumes = [enclosed_volume(x, t[part == k]) for k in range(int(part.max()) + 1)]
    nested = False
    order = np.argsort([-abs(v) for v in volumes], kind="stable")
    for place, k in enumerate(order):
        mine = part == k
        around = np.isin(part, order[:place])
        # Parts that only overlap have corners outside each other.
        inside = bool(around.any()) and bool(_all_inside(x, t[around], x[np.unique(t[mine])]))
        nested |= inside
        where = _place(x[t[mine]].mean(axis=(0, 1)))
        if inside and volumes[k] < 0.0:
            notes.append(
                f"{name}: a part inside another one points inwards: a cavity of "
                f"{-1e6 * volumes[k]:.3g} ml at {where}"
            )
        elif inside:
            notes.append(f"{name}: a part at {where} lies inside another one and adds nothing")
        elif volumes[k] < 0.0:
            t[mine] = t[mine][:, ::-1]
            notes.append(f"{name}: the normals pointed inwards and were turned, at {where}")
    many = edges_of(t).count > 2
    if many.any():
        ends = edges_of(t).ends[many]
        notes.append(
            f"{name}: {int(many.sum())} edges have more than two triangles, the first at "
            f"{_place(x[ends[0]].mean(axis=0))}; they do no harm"
        )
    return t, nested


def _report_crossings(name: str, x: Floats, t: Ints, notes: list[str]) -> bool:
    tree = TriangleTree(x[t])
    cut = np.flatnonzero(crossings(tree.corners, t[tree.order], tree.boxes) >= 0)
    if len(cut) > TANGLED * len(t):
        raise MeshError(
            f"{name}: {len(cut) / len(t):.0%} of the triangles cut through others: the surface is "
            "tangled, its inside cannot be told; smooth it or make it again"
        )
    if len(cut):
        middle = tree.corners[cut].mean(axis=(0, 1))
        notes.append(
            f"{name}: {len(cut)} triangles cut through others, around {_place(middle)}; what "
            "overlaps counts once"
        )
    return len(cut) > 0


def _all_inside(x: Floats, t: Ints, points: Floats) -> bool:
    tree = TriangleTree(x[t])
    some = points[:: max(1, len(points) // 200)]
    turns = winding_numbers(some, tree.corners, tree.boxes, tree.centres, tree.dipoles, tree.radii)
    return bool((turns > 0.5).all())


def _areas(x: Floats, t: Ints) -> Floats:
    p = x[t]
    across = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    return np.asarray(np.linalg.norm(across, axis=1) / 2.0)


def _place(point: Floats) -> str:
    return f"({', '.join(f'{v / _MM:.1f}' for v in point)}) mm"
