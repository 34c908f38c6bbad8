"""Tetrahedral meshes with one integer region label per element.

``TetMesh`` is a validated value: once it exists its elements are positively oriented, not
degenerate, and every node belongs to an element, so no solver has to check again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import MeshError
from mwa_sim.mesh.checked import (
    DEGENERATE,
    TET_EDGES,
    Floats,
    Ints,
    element_volumes,
    mesh_arrays,
    mesh_problems,
    signed_volumes,
)

__all__ = [
    "DEGENERATE",
    "TET_EDGES",
    "TET_FACES",
    "Floats",
    "Ints",
    "TetMesh",
    "outer_faces",
    "signed_volumes",
    "unique_rows",
]

#: Faces of a positively oriented tetrahedron, each seen counter-clockwise from outside.
TET_FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])


@dataclass(frozen=True, eq=False)
class TetMesh:
    """A conforming tetrahedral mesh whose elements carry region labels.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
        Node coordinates.
    tets : (m, 4) int array
        Node numbers of each element, positively oriented:
        ``det(x1 - x0, x2 - x0, x3 - x0) > 0``.
    regions : (m,) int array
        Region label of each element.

    Raises
    ------
    MeshError
        Listing every problem: wrong shapes, no elements, coordinates that are not finite, node
        numbers out of range, inverted or degenerate elements, nodes of no element.

    Examples
    --------
    >>> mesh = TetMesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 2, 3]], [1])
    >>> float(mesh.volumes[0])
    0.16666666666666666
    """

    nodes: Floats
    tets: Ints
    regions: NDArray[np.int32]

    def __init__(self, nodes: ArrayLike, tets: ArrayLike, regions: ArrayLike) -> None:
        x, t, r = mesh_arrays(nodes, tets, regions)
        problems = mesh_problems(x, t)
        if problems:
            raise MeshError(problems)
        for name, array in (("nodes", x), ("tets", t), ("regions", r)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __getstate__(self) -> dict[str, object]:
        # To another process go the arrays alone: the rest is made there if it is needed.
        return {name: getattr(self, name) for name in ("nodes", "tets", "regions")}

    def __repr__(self) -> str:
        return f"TetMesh({self.n_nodes} nodes, {self.n_tets} tets, regions {self.labels})"

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def n_tets(self) -> int:
        """Number of tetrahedra."""
        return len(self.tets)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """Region labels in use, ascending."""
        return tuple(int(label) for label in np.unique(self.regions))

    @cached_property
    def volumes(self) -> Floats:
        """Volume of each element, (m,) [m3]."""
        return element_volumes(self.nodes, self.tets)

    @cached_property
    def bounds(self) -> Floats:
        """Lowest and highest corner of the bounding box, (2, 3) [m]."""
        return np.stack([self.nodes.min(axis=0), self.nodes.max(axis=0)])

    @cached_property
    def boundary_faces(self) -> Ints:
        """Triangles of the outer surface, (f, 3) node numbers, normals pointing out."""
        return outer_faces(self.tets)

    def surface_of(self, labels: int | Iterable[int]) -> Ints:
        """Surface of the union of the elements with these labels.

        Parameters
        ----------
        labels : int or iterable of int
            One or several region labels.

        Returns
        -------
        (f, 3) int array
            Triangles (node numbers) with normals pointing out of the union. Faces between two
            of the named regions are not part of it.

        Raises
        ------
        MeshError
            If the mesh has none of these labels.
        """
        return outer_faces(self.tets[self._having(labels)])

    def region_volume(self, labels: int | Iterable[int]) -> float:
        """Volume of all elements with these labels [m3].

        Raises
        ------
        MeshError
            If the mesh has none of these labels.
        """
        return float(self.volumes[self._having(labels)].sum())

    def renumbered(self) -> TetMesh:
        """Copy with nodes in reverse Cuthill-McKee order and elements sorted by lowest node.

        Neighbouring nodes then lie close in memory, which is what limits the speed of a sparse
        matrix-vector product.

        Returns
        -------
        TetMesh
            The same mesh; node ``i`` of the copy is generally not node ``i`` of the original.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import reverse_cuthill_mckee

        pairs = self.tets[:, TET_EDGES].reshape(-1, 2)
        ones = np.ones(len(pairs), dtype=np.int8)
        shape = (self.n_nodes, self.n_nodes)
        graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=shape).tocsr()
        order = reverse_cuthill_mckee((graph + graph.T).tocsr(), symmetric_mode=True)
        rank = np.empty(self.n_nodes, dtype=np.int64)
        rank[order] = np.arange(self.n_nodes)
        tets = rank[self.tets]
        rows = np.lexsort((tets.max(axis=1), tets.min(axis=1)))
        return TetMesh(self.nodes[order], tets[rows], self.regions[rows])

    def _having(self, labels: int | Iterable[int]) -> NDArray[np.bool_]:
        wanted = [labels] if isinstance(labels, (int, np.integer)) else list(labels)
        chosen: NDArray[np.bool_] = np.isin(self.regions, wanted)
        if not chosen.any():
            raise MeshError(f"the mesh has no region labelled {wanted}; it has {self.labels}")
        return chosen


def outer_faces(tets: Ints) -> Ints:
    """Faces that belong to exactly one of the given tetrahedra.

    Parameters
    ----------
    tets : (m, 4) int array
        Positively oriented elements.

    Returns
    -------
    (f, 3) int array
        Outward triangles, in the order of the elements.

    Raises
    ------
    MeshError
        If a face belongs to more than two elements: some overlap or stand twice.
    """
    from mwa_sim.mesh.face_kernels import lone_faces

    lone, crowded = lone_faces(np.ascontiguousarray(tets, dtype=np.int64), TET_FACES)
    if crowded:
        raise MeshError(
            f"{crowded} faces belong to more than two tetrahedra: elements overlap or stand twice; "
            "remove the copies or mesh again"
        )
    return np.asarray(tets[lone[:, None] // 4, TET_FACES[lone % 4]], dtype=np.int64)


def unique_rows(rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct rows of a non-negative integer array, faster than ``np.unique(axis=0)``.

    Parameters
    ----------
    rows : (m, 2) or (m, 3) int array

    Returns
    -------
    inverse : (m,) int array
        Number of the distinct row that each row equals.
    first : (u,) int array
        One row number of each distinct row.
    count : (u,) int array
        How often each distinct row occurs.
    """
    if len(rows) == 0:
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    new = np.ones(len(rows), dtype=bool)
    base = int(rows.max()) + 1
    if base ** rows.shape[1] < 2**63:
        # One key per row: a single sort instead of one per column.
        keys = rows[:, 0].astype(np.int64)
        for k in range(1, rows.shape[1]):
            keys = keys * base + rows[:, k]
        order = np.argsort(keys, kind="stable")
        new[1:] = keys[order[1:]] != keys[order[:-1]]
    else:
        order = np.lexsort(tuple(rows[:, k] for k in range(rows.shape[1] - 1, -1, -1)))
        ordered = rows[order]
        new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    group = np.cumsum(new) - 1
    inverse = np.empty(len(rows), dtype=np.int64)
    inverse[order] = group
    return inverse, order[new].astype(np.int64), np.bincount(group).astype(np.int64)
