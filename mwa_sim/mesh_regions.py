"""What measures of zones need of the regions of a mesh, worked out once for each mesh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mwa_sim.contour import triangle_areas
from mwa_sim.mesh.morton import morton_order
from mwa_sim.mesh.tetmesh import TetMesh, outer_faces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RegionSurface:
    """Points that stand for the surface of a region, with weights of a quadrature.

    Corners and centres of the triangles; the weights are exact for quadratics.

    Attributes
    ----------
    nodes : (n,) int array
        The corners.
    faces : (f, 3) int array
        Node numbers.
    points : (n + f, 3) float array [m]
        Corners, then centres.
    weights : (n + f,) float array [m2]
    order : (n + f,) int array
        The points along a space-filling curve.
    """

    nodes: Ints
    faces: Ints
    points: Floats
    weights: Floats
    order: Ints


class MeshRegions:
    """Volumes, nodes and surfaces of the regions of one mesh.

    Parameters
    ----------
    mesh : TetMesh

    Attributes
    ----------
    labels : (r,) int array
        Ascending.
    index : (m,) int array
        Place in ``labels`` of the region of each element.
    volumes : (r,) float array [m3]
    """

    def __init__(self, mesh: TetMesh) -> None:
        # No reference to the mesh, which is to vanish with its last user: only its arrays.
        self._nodes, self._tets = mesh.nodes, mesh.tets
        self._element_volumes = mesh.volumes
        self.labels: Ints = np.asarray(mesh.labels, dtype=np.int64)
        self.index: NDArray[np.int32] = np.searchsorted(
            self.labels.astype(np.int32), mesh.regions
        ).astype(np.int32)
        self._node_sets: dict[tuple[int, ...], Ints] = {}
        self._surfaces: dict[tuple[int, ...], RegionSurface] = {}

    @cached_property
    def volumes(self) -> Floats:
        """Volume of each region, added up element by element in their order, (r,) [m3]."""
        return self.sums(self._element_volumes, self.index)

    def sums(self, amounts: Floats, index: Ints | NDArray[np.int32]) -> Floats:
        """Sums by region of amounts that belong to elements with these indices, (r,)."""
        found = np.bincount(index, weights=amounts, minlength=len(self.labels))
        return np.asarray(found, dtype=np.float64)

    def places(self, labels: Iterable[int]) -> Ints:
        """Places in ``labels`` of those of some labels that the mesh has."""
        return np.flatnonzero(np.isin(self.labels, list(labels)))

    def volume(self, labels: Iterable[int]) -> float:
        """Volume [m3] of the union of some regions; labels that the mesh has not are nothing."""
        return float(self.volumes[self.places(labels)].sum())

    def nodes(self, labels: Iterable[int]) -> Ints:
        """Nodes of the elements of some regions, ascending, those they share included."""
        key = tuple(labels)
        if key not in self._node_sets:
            found = np.zeros(len(self._nodes), dtype=bool)
            found[self._tets[self._having(key)]] = True
            self._node_sets[key] = np.flatnonzero(found)
        return self._node_sets[key]

    def surface(self, labels: Iterable[int]) -> RegionSurface:
        """Surface of the union of some regions, at least one of which the mesh has."""
        key = tuple(labels)
        if key not in self._surfaces:
            self._surfaces[key] = self._surface(key)
        return self._surfaces[key]

    def _surface(self, labels: tuple[int, ...]) -> RegionSurface:
        faces = outer_faces(self._tets[self._having(labels)])
        nodes, inverse = np.unique(faces, return_inverse=True)
        areas = triangle_areas(self._nodes, faces)
        shares = np.bincount(inverse.ravel(), weights=np.repeat(areas / 12.0, 3))
        points = np.concatenate([self._nodes[nodes], self._nodes[faces].mean(axis=1)])
        weights = np.concatenate([shares, 0.75 * areas])
        return RegionSurface(nodes, faces, points, weights, morton_order(points))

    def _having(self, labels: tuple[int, ...]) -> NDArray[np.bool_]:
        wanted = np.zeros(len(self.labels), dtype=bool)
        wanted[self.places(labels)] = True
        return wanted[self.index]


# One entry a mesh, gone with the mesh.
_KNOWN: WeakKeyDictionary[TetMesh, MeshRegions] = WeakKeyDictionary()


def regions_of(mesh: TetMesh) -> MeshRegions:
    """The regions of a mesh; the same object for every result on it.

    Parameters
    ----------
    mesh : TetMesh

    Returns
    -------
    MeshRegions
    """
    found = _KNOWN.get(mesh)
    if found is None:
        found = _KNOWN[mesh] = MeshRegions(mesh)
    return found
