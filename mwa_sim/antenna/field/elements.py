"""Cubic elements of the field solver: basis functions at quadrature points, matrices of triangles.

The plane's integrals have a weight 1/r. One triangle may span the gap of a coaxial line, over which
1/r changes several fold: the parts of the antenna, which are assembled once, and the edges get
more quadrature points than the tissue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skfem import Basis, ElementTriP3, FacetBasis, MeshTri

from mwa_sim.antenna.sar import ComplexArray
from mwa_sim.typing import FloatArray, IntArray

TISSUE_ORDER = 6
"""Order of quadrature in the tissue, where every solution assembles anew."""
_PARTS_ORDER = 12
_EDGE_ORDER = 14


@dataclass(frozen=True, eq=False)
class Cells:
    """Cubic elements of some triangles, at their quadrature points.

    Attributes
    ----------
    dofs : (m, 10) int array
        Unknowns of each triangle.
    grads : (10, 2, m, q) float array [1/m]
        Gradients (r, z) of the basis functions.
    r, z : (m, q) float arrays [m]
    weight : (m, q) float array [m2]
    mass : (m, 10, 10) float array [m]
        ``int v_i v_j / r dr dz``.
    """

    dofs: IntArray
    grads: FloatArray
    r: FloatArray
    z: FloatArray
    weight: FloatArray
    mass: FloatArray

    @property
    def volume(self) -> FloatArray:
        """Volume of revolution (m, q) [m3] that each point stands for."""
        return 2.0 * np.pi * self.r * self.weight

    def stiffness(self) -> FloatArray:
        """``grad v_i . grad v_j / r`` times the weight of each point, (m, q, 10, 10) [1/m]."""
        return np.asarray(
            np.einsum(
                "idmq,jdmq,mq->mqij", self.grads, self.grads, self.weight / self.r, optimize=True
            )
        )

    def curl(self, psi: ComplexArray) -> ComplexArray:
        """``(-dpsi/dz, dpsi/dr) / r`` of unknowns (n,), (2, m, q)."""
        slope = np.einsum("mi,idmq->dmq", psi[self.dofs], self.grads, optimize=True)
        return np.asarray(np.stack([-slope[1], slope[0]]) / self.r, dtype=np.complex128)


@dataclass(frozen=True, eq=False)
class Edges:
    """Cubic elements on some edges, at their quadrature points.

    Attributes
    ----------
    dofs : (f, 10) int array
        Unknowns of the triangle at each edge.
    values : (f, 10, q) float array
        Basis functions.
    r : (f, q) float array [m]
    weight : (f, q) float array [m]
    """

    dofs: IntArray
    values: FloatArray
    r: FloatArray
    weight: FloatArray

    def mass(self, factor: NDArray[Any]) -> ComplexArray:
        """``int factor v_i v_j / r ds`` of each edge for a factor (f, q), (f, 10, 10)."""
        scaled = factor * self.weight / self.r
        return np.asarray(
            np.einsum("fiq,fjq,fq->fij", self.values, self.values, scaled), dtype=np.complex128
        )

    def mode(self, size: int) -> FloatArray:
        """``int v_i / r ds`` over all edges, (size,)."""
        found = np.zeros(size)
        np.add.at(found, self.dofs, np.einsum("fiq,fq->fi", self.values, self.weight / self.r))
        return found


class Elements:
    """The cubic elements of a triangulation.

    Parameters
    ----------
    points : (n, 2) float array [m]
        Corners (r, z), all of them used.
    triangles : (m, 3) int array

    Attributes
    ----------
    size : int
        Number of unknowns.
    boundary : (f,) int array
        Edges of one triangle only.
    middle : (f, 2) float array [m]
        Their midpoints.
    behind : (f,) int array
        Their triangles.
    """

    def __init__(self, points: FloatArray, triangles: IntArray) -> None:
        self._mesh = MeshTri(points.T.copy(), triangles.T.copy())
        self._element = ElementTriP3()
        self.boundary: IntArray = np.asarray(self._mesh.boundary_facets())
        ends = np.asarray(self._mesh.facets)[:, self.boundary]
        self.middle: FloatArray = points[ends].mean(axis=0)
        self.behind: IntArray = np.asarray(self._mesh.f2t)[0, self.boundary]
        self._number = np.asarray(Basis(self._mesh, self._element, intorder=1).element_dofs).T
        self.size = int(self._number.max()) + 1

    def cells(self, which: IntArray, order: int = _PARTS_ORDER) -> Cells:
        """Elements of the triangles ``which`` at the points of a quadrature of some order."""
        basis = Basis(self._mesh, self._element, intorder=order, elements=which)
        r, z = np.asarray(basis.global_coordinates())
        weight = np.asarray(basis.dx)
        values = np.stack([np.broadcast_to(np.asarray(b[0]), weight.shape) for b in basis.basis])
        return Cells(
            dofs=self._number[which],
            grads=np.stack([np.asarray(b[0].grad) for b in basis.basis]),
            r=r,
            z=z,
            weight=weight,
            mass=np.einsum("imq,jmq,mq->mij", values, values, weight / r, optimize=True),
        )

    def edges(self, which: IntArray) -> Edges:
        """Elements of the edges ``which``."""
        basis = FacetBasis(self._mesh, self._element, facets=which, intorder=_EDGE_ORDER)
        weight = np.asarray(basis.dx)
        values = [np.broadcast_to(np.asarray(b[0]), weight.shape) for b in basis.basis]
        return Edges(
            dofs=np.asarray(basis.element_dofs).T,
            values=np.stack(values, axis=1),
            r=np.asarray(basis.global_coordinates())[0],
            weight=weight,
        )

    def on_axis(self) -> IntArray:
        """Unknowns on the axis."""
        basis = Basis(self._mesh, self._element, intorder=1)
        found = basis.get_dofs(lambda x: x[0] < 1e-9)
        return np.asarray([] if found is None else found.all(), dtype=np.int64)
