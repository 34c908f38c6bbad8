"""Signed distance from a closed surface, exact where it matters and cheap elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import MeshError
from mwa_sim.mesh.bvh_kernels import nearest, on_grid, winding_numbers
from mwa_sim.mesh.surface_topology import open_edges
from mwa_sim.mesh.tetmesh import Floats, Ints, unique_rows
from mwa_sim.mesh.triangle_tree import TriangleTree

#: Values closer to the surface than this are exact [m].
BAND = 3e-3
#: Nodes of the coarse grid along the longest side, and its smallest step [m].
GRID_NODES, GRID_STEP = 40, 1e-3
#: A sheet is looked at this far in front of it, as a fraction of the size of the surface.
_IN_FRONT = 1e-6
#: How often triangles that may be cut by another sheet are quartered to find the part within.
_QUARTERS = 2


class SignedDistance:
    """Level function of the solid that a triangulated surface encloses.

    A point is inside where the generalised winding number exceeds one half. Solids that overlap
    count as their union, and small holes are closed. Sheets that lie inside the union do not count
    in the distance. Points further from the surface than ``band`` get values interpolated on a
    coarse grid, which have the right sign and about the right size.

    Two points have the same sign when the balls around them that touch the surface overlap, for no
    surface lies between them; the winding number is only computed where that does not tell, or
    everywhere near a surface with open edges.

    Parameters
    ----------
    vertices : (n, 3) float array [m]
    triangles : (m, 3) int array
        Normals pointing out.
    band : float [m]
        Values below this are exact distances.

    Raises
    ------
    MeshError
        If there is no triangle, or a coordinate is not finite.

    Examples
    --------
    >>> corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    >>> level = SignedDistance(corner, [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
    >>> [round(float(v), 9) for v in level(np.array([[0.1, 0.1, 0.1], [0.3, 0.3, -0.5]]))]
    [-0.1, 0.5]
    """

    def __init__(self, vertices: ArrayLike, triangles: ArrayLike, band: float = BAND) -> None:
        x = np.ascontiguousarray(vertices, dtype=np.float64)
        t = np.asarray(triangles, dtype=np.int64)
        if t.ndim != 2 or t.shape[1] != 3 or len(t) == 0:
            raise MeshError(f"a closed surface needs triangles (m, 3), got shape {t.shape}")
        if not np.isfinite(x[np.unique(t)]).all():
            raise MeshError("a closed surface needs finite coordinates")
        self._sign = TriangleTree(x[t])
        self._closed = not open_edges(t).size
        outer, self._gap = _outer_sheets(x[t], self._sign)
        self._near = TriangleTree(outer) if len(outer) else self._sign
        self.band = band
        self.low, self.high = x[np.unique(t)].min(axis=0), x[np.unique(t)].max(axis=0)
        self._make_grid()

    def __call__(self, points: Floats) -> Floats:
        """Signed distance of points (n, 3) [m], negative inside, (n,) [m]."""
        p = np.ascontiguousarray(points, dtype=np.float64)
        value, least, sign = on_grid(p, self._grid, self._low, self._step)
        close = np.flatnonzero((least < self.band) & (np.abs(value) < self._far + self.band))
        if len(close):
            distance, _ = nearest(p[close], self._near.corners, self._near.boxes)
            side = sign[close]
            # Ball of the point and ball of a grid node overlap: both lie on the same side.
            known = distance + least[close] > 2.0 * self._gap + 1e-9 * self._size
            known &= self._closed
            doubt = np.flatnonzero(~known)
            if len(doubt):
                side[doubt] = np.where(self.winding(p[close[doubt]]) > 0.5, -1.0, 1.0)
            value[close] = side * distance
        return np.asarray(value)

    def winding(self, points: Floats) -> Floats:
        """Generalised winding number of points (n, 3) [m], (n,)."""
        tree = self._sign
        p = np.ascontiguousarray(points, dtype=np.float64)
        return np.asarray(
            winding_numbers(p, tree.corners, tree.boxes, tree.centres, tree.dipoles, tree.radii)
        )

    def distance(self, points: Floats) -> Floats:
        """Exact distance from the surface without sign, (n,) [m]."""
        p = np.ascontiguousarray(points, dtype=np.float64)
        return np.asarray(nearest(p, self._near.corners, self._near.boxes)[0])

    def _make_grid(self) -> None:
        """Signed distances on a coarse grid; nodes whose empty balls overlap share one sign."""
        extent = float((self.high - self.low).max())
        self._size = extent
        self._step = max(extent / GRID_NODES, GRID_STEP)
        # One cell around the surface, so that what lies beyond the grid is outside.
        shape = np.ceil((self.high - self.low) / self._step).astype(np.int64) + 3
        spare = (shape - 1) * self._step - (self.high - self.low)
        self._low = self.low - spare / 2.0
        self._far = 2.0 * self._step
        axes = [self._low[k] + self._step * np.arange(shape[k]) for k in range(3)]
        nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        distance = self.distance(nodes)
        group = np.arange(len(nodes))
        if self._closed:
            reach = self._step * (1.0 + 1e-9) + 2.0 * self._gap
            group = _groups(distance.reshape(tuple(shape)), reach)
        _, first, of = np.unique(group, return_index=True, return_inverse=True)
        side = np.where(self.winding(nodes[first]) > 0.5, -1.0, 1.0)
        self._grid = (side[of] * distance).reshape(tuple(shape))


def _groups(distance: Floats, reach: float) -> Ints:
    """Number of the group of each grid node; neighbours whose balls reach far enough are in one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    number = np.arange(distance.size).reshape(distance.shape)
    rows, columns = [], []
    for axis in range(3):
        a = number.take(np.arange(distance.shape[axis] - 1), axis).reshape(-1)
        b = number.take(np.arange(1, distance.shape[axis]), axis).reshape(-1)
        joined = distance.reshape(-1)[a] + distance.reshape(-1)[b] > reach
        rows.append(a[joined])
        columns.append(b[joined])
    i, j = np.concatenate(rows), np.concatenate(columns)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(number.size,) * 2)
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1], dtype=np.int64)


def _outer_sheets(corners: Floats, tree: TriangleTree) -> tuple[Floats, float]:
    """Triangles that bound the union: those with its outside in front of them.

    Parameters
    ----------
    corners : (m, 3, 3) float array [m]
    tree : TriangleTree
        Of all the triangles.

    Returns
    -------
    outer : (k, 3, 3) float array [m]
        Triangles cut by another sheet are quartered until the rest is small.
    gap : float [m]
        How wide the gaps are that this leaves where sheets cut each other.
    """
    size = float((corners.max(axis=(0, 1)) - corners.min(axis=(0, 1))).max())
    bounds = _bounds(corners, tree, size)
    if bounds.all():
        return corners, 0.0
    mixed = _beside_others(corners, bounds)
    kept, part = [corners[bounds & ~mixed]], corners[mixed]
    for _ in range(_QUARTERS):
        part = _quartered(part)
        bounds = _bounds(part, tree, size)
        mixed = _beside_others(part, bounds)
        kept.append(part[bounds & ~mixed])
        part, bounds = part[mixed], bounds[mixed]
    sides = np.linalg.norm(part - np.roll(part, 1, axis=1), axis=2)
    return np.concatenate([*kept, part[bounds]]), float(sides.max(initial=0.0))


def _bounds(corners: Floats, tree: TriangleTree, size: float) -> NDArray[np.bool_]:
    """Whether the union ends at the middle of each triangle: no solid in front, one behind."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.maximum(np.linalg.norm(normal, axis=1), 1e-300)
    front = corners.mean(axis=1) + _IN_FRONT * size * normal / length[:, None]
    turns = winding_numbers(front, tree.corners, tree.boxes, tree.centres, tree.dipoles, tree.radii)
    return np.asarray((turns < 0.5) & (turns > -0.5))


def _beside_others(corners: Floats, bounds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Triangles that share a corner with one of the other kind."""
    flat = corners.reshape(-1, 3)
    # Numbers of the distinct values along each axis: sorting whole numbers is much faster.
    numbers = [np.unique(flat[:, k], return_inverse=True)[1].reshape(-1) for k in range(3)]
    of: Ints = unique_rows(np.stack(numbers, axis=1))[0].reshape(-1, 3)
    yes = np.zeros(int(of.max()) + 1, dtype=bool)
    no = yes.copy()
    yes[of[bounds]] = True
    no[of[~bounds]] = True
    return np.asarray((yes & no)[of].any(axis=1))


def _quartered(corners: Floats) -> Floats:
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, bc, ca = (a + b) / 2.0, (b + c) / 2.0, (c + a) / 2.0
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(part, axis=1) for part in quarters])
