"""Point location and interpolation in a tetrahedral mesh."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import MeshError
from mwa_sim.mesh.tetmesh import Floats, Ints, TetMesh

#: A point whose smallest barycentric coordinate is above minus this is inside: points on the
#: outer surface must not be lost to rounding.
TOLERANCE = 1e-7
_LEAF = 8


def locator_of(mesh: TetMesh) -> Locator:
    """The locator of a mesh: made once for as long as the mesh lives.

    Parameters
    ----------
    mesh : TetMesh
    """
    # Kept by the mesh itself, as what it computes of its arrays is.
    known = mesh.__dict__.get("_locator")
    if known is None:
        known = Locator(mesh)
        object.__setattr__(mesh, "_locator", known)
    return cast(Locator, known)


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
        from mwa_sim.mesh.probe_kernels import leaf_boxes, morton_codes

        self.mesh = mesh
        low, high = mesh.bounds
        scale = (2**21 - 1) / (float((high - low).max()) or 1.0)
        codes = morton_codes(mesh.nodes, mesh.tets, low, scale)
        self._order = np.argsort(codes, kind="stable").astype(np.uint32)
        groups = -(-mesh.n_tets // _LEAF)
        leaves = 1 << max(0, (groups - 1).bit_length())
        self._boxes = leaf_boxes(mesh.nodes, mesh.tets, self._order, _LEAF, leaves)

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
