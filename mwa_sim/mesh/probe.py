"""Point location and interpolation in a tetrahedral mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import MeshError
from mwa_sim.mesh.morton import morton_order
from mwa_sim.mesh.tetmesh import Floats, Ints, TetMesh

#: A point whose smallest barycentric coordinate is above minus this is inside: points on the
#: outer surface must not be lost to rounding.
TOLERANCE = 1e-7
_LEAF = 8


class Locator:
    """Finds the tetrahedron around a point, with a tree of bounding boxes.

    The tree is a complete binary tree over the elements sorted along a space-filling (Morton)
    curve; building it takes milliseconds, a query is logarithmic in the number of elements.

    Parameters
    ----------
    mesh : TetMesh

    Examples
    --------
    >>> mesh = TetMesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 2, 3]], [1])
    >>> tet, bary = Locator(mesh).locate([[0.25, 0.25, 0.25]])
    >>> int(tet[0])
    0
    """

    def __init__(self, mesh: TetMesh) -> None:
        self.mesh = mesh
        corners = mesh.nodes[mesh.tets]
        low, high = corners.min(axis=1), corners.max(axis=1)
        self._order = morton_order((low + high) / 2.0)
        self._boxes = _box_tree(low[self._order], high[self._order])

    def locate(self, points: ArrayLike) -> tuple[Ints, Floats]:
        """Element and barycentric coordinates of each point.

        Parameters
        ----------
        points : (k, 3) float array [m]

        Returns
        -------
        tet : (k,) int array
            Element around the point, -1 outside the mesh. On a face shared by several elements
            the one in which the point lies deepest, then the lowest number.
        bary : (k, 4) float array
            Barycentric coordinates (they sum to 1); zeros outside.
        """
        from mwa_sim.mesh.probe_kernels import locate_points

        x = _points(points)
        tet, bary = locate_points(
            x, self.mesh.nodes, self.mesh.tets, self._order, self._boxes, _LEAF, TOLERANCE
        )
        return tet, bary

    def matrix(self, points: ArrayLike) -> Any:
        """Sparse interpolation matrix: ``matrix @ nodal_values`` are the values at the points.

        Exact for fields that are linear in space.

        Parameters
        ----------
        points : (k, 3) float array [m]

        Returns
        -------
        scipy.sparse.csr_array of shape (k, n_nodes)

        Raises
        ------
        MeshError
            If points lie outside the mesh; the message names them.
        """
        from scipy.sparse import csr_array

        x = _points(points)
        tet, bary = self.locate(x)
        outside = np.flatnonzero(tet < 0)
        if len(outside):
            low, high = self.mesh.bounds * 1e3
            extent = ", ".join(
                f"{axis} {a:.4g} to {b:.4g}" for axis, a, b in zip("xyz", low, high, strict=True)
            )
            raise MeshError(
                [
                    f"point {k} at ({', '.join(f'{v * 1e3:.4g}' for v in x[k])}) mm lies outside "
                    f"the mesh, which spans {extent} mm"
                    for k in outside[:10]
                ]
            )
        indptr = np.arange(0, 4 * len(x) + 1, 4)
        shape = (len(x), self.mesh.n_nodes)
        return csr_array((bary.reshape(-1), self.mesh.tets[tet].reshape(-1), indptr), shape=shape)


def _points(points: ArrayLike) -> Floats:
    x = np.ascontiguousarray(points, dtype=np.float64)
    if x.shape == (3,):
        x = x[None, :]
    if x.ndim != 2 or x.shape[1] != 3:
        raise MeshError(f"points must be a (k, 3) array, got shape {x.shape}")
    return x


def _box_tree(low: Floats, high: Floats) -> Floats:
    """Boxes of a complete binary tree, (2 * leaves, 6); node 1 is the root, leaves come last."""
    groups = -(-len(low) // _LEAF)
    leaves = 1 << max(0, (groups - 1).bit_length())
    boxes = np.empty((2 * leaves, 6))
    boxes[:, :3], boxes[:, 3:] = np.inf, -np.inf
    starts = np.arange(0, len(low), _LEAF)
    boxes[leaves : leaves + groups, :3] = np.minimum.reduceat(low, starts)
    boxes[leaves : leaves + groups, 3:] = np.maximum.reduceat(high, starts)
    size = leaves
    while size > 1:
        half = size // 2
        pairs = boxes[size : 2 * size].reshape(half, 2, 6)
        boxes[half:size, :3] = pairs[:, :, :3].min(axis=1)
        boxes[half:size, 3:] = pairs[:, :, 3:].max(axis=1)
        size = half
    return boxes
