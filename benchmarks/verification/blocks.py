"""Meshes with closed forms on them, and heat models of known media: boxes, balls, discs, bars.

Boxes are cells of six tetrahedra.  Balls and discs are boxes whose shells of equal maximum norm are
drawn onto spheres and circles, so that interfaces at a radius of the mesh are met by element faces;
symmetry planes stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.verification.exact.medium import Medium
from mwa_sim.heat.boundary import NodalBoundary, nodal_boundary
from mwa_sim.heat.pennes import (
    BLOOD_DENSITY,
    BLOOD_SPECIFIC_HEAT,
    HeatModel,
    ThermalMaterials,
    assemble,
)
from mwa_sim.heat.source import Source

Array = NDArray[np.float64]

# Kuhn's split of a cube into six tetrahedra: paths along the axes from corner 0 to corner 7.
_PATHS = ((1, 3), (1, 5), (2, 3), (2, 6), (4, 5), (4, 6))


@dataclass(frozen=True)
class Block:
    """Nodes (n, 3), positively oriented tets (m, 4), volumes (m,), outer faces (f, 3)."""

    nodes: np.ndarray
    tets: np.ndarray
    volumes: np.ndarray
    faces: np.ndarray


def block(cells: tuple[int, int, int], low: tuple[float, ...], high: tuple[float, ...]) -> Block:
    """A box of ``cells`` cubes, each split into six tetrahedra."""
    return tensor(*(np.linspace(low[d], high[d], cells[d] + 1) for d in range(3)))


def graded_axis(first: float, growth: float, end: float) -> np.ndarray:
    """Points from 0 to ``end`` whose spacing starts at ``first`` and grows by ``growth``."""
    points = [0.0]
    while points[-1] < end:
        points.append(points[-1] + first * growth ** (len(points) - 1))
    return np.array(points) * (end / points[-1])


def stretched(cells: int, end: float, stretch: float = 0.0) -> Array:
    """Points (cells + 1,) from 0 to ``end`` [m], ``end sinh(a i / n) / sinh(a)``.

    Twice the cells halve every cell, so orders of convergence can be observed on graded meshes.

    Parameters
    ----------
    cells : int
    end : float [m]
    stretch : float
        a: the last cell is cosh(a) times as wide as the first; 0 for equal ones.
    """
    s = np.linspace(0.0, 1.0, cells + 1)
    return end * (np.sinh(stretch * s) / np.sinh(stretch) if stretch else s)


def tensor(*axes: np.ndarray) -> Block:
    """A box with the given points along x, y and z, each cell split into six tetrahedra."""
    cells = tuple(len(axis) - 1 for axis in axes)
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    index = np.arange(len(nodes)).reshape([c + 1 for c in cells])
    corner = {
        k: index[
            (k & 1) : cells[0] + (k & 1),
            (k >> 1 & 1) : cells[1] + (k >> 1 & 1),
            (k >> 2) : cells[2] + (k >> 2),
        ].ravel()
        for k in range(8)
    }
    tets = np.concatenate(
        [np.stack([corner[0], corner[a], corner[b], corner[7]], axis=1) for a, b in _PATHS]
    )
    det = _determinants(nodes, tets)
    tets[det < 0] = tets[det < 0][:, [0, 2, 1, 3]]
    faces = np.concatenate([tets[:, f] for f in ([1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1])])
    # The three node numbers of a face in one integer: sorted far quicker than rows.
    low, middle, high = np.sort(faces, axis=1).T
    key = (low * len(nodes) + middle) * len(nodes) + high
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return Block(nodes, tets, np.abs(det) / 6.0, faces[first[count == 1]])


def cube(n: int, half: float) -> Block:
    """The cube |x|, |y|, |z| <= half [m] of n cells a side."""
    return block((n, n, n), (-half,) * 3, (half,) * 3)


def bar(axis: np.ndarray) -> Block:
    """A bar along x, one cell wide: a problem in one dimension.

    The other sides, as wide as the smallest cell, are insulated.

    Parameters
    ----------
    axis : (n,) float array [m]
        Points along x.
    """
    side = np.array([0.0, float(np.diff(axis).min())])
    return tensor(axis, side, side)


def octant(radii: np.ndarray) -> Block:
    """The octant x, y, z >= 0 of a ball, its nodes on spheres of the given radii.

    Parameters
    ----------
    radii : (n,) float array [m]
        From 0; that on the axes.
    """
    return _rounded(tensor(radii, radii, radii), 3)


def quadrant(radii: np.ndarray, heights: np.ndarray) -> Block:
    """The quadrant x, y >= 0 of a cylinder along z, its nodes on cylinders of the given radii.

    Parameters
    ----------
    radii, heights : (n,), (m,) float array [m]
        The radii from 0.
    """
    return _rounded(tensor(radii, radii, heights), 2)


def _rounded(b: Block, d: int) -> Block:
    """The maximum norm of the first d coordinates made their Euclidean one."""
    nodes = b.nodes.copy()
    length = np.sqrt((nodes[:, :d] ** 2).sum(axis=1))
    nodes[:, :d] *= (nodes[:, :d].max(axis=1) / np.where(length > 0.0, length, 1.0))[:, None]
    return Block(nodes, b.tets, _determinants(nodes, b.tets) / 6.0, b.faces)


def _determinants(nodes: np.ndarray, tets: np.ndarray) -> Array:
    a, b, c = (nodes[tets[:, i]] - nodes[tets[:, 0]] for i in (1, 2, 3))
    return np.einsum("ij,ij->i", a, np.cross(b, c))


def material(**changes: float) -> ThermalMaterials:
    """One material: rho c = 3.8e6, k = 0.5, no perfusion, no water, unless changed."""
    values: dict[str, float] = {
        "density": 950.0,
        "specific_heat": 4000.0,
        "conductivity": 0.5,
        "conductivity_slope": 0.0,
        "perfusion": 0.0,
        "perfusion_stops": False,
        "metabolic_heat": 0.0,
        "water_fraction": 0.0,
    }
    values.update(changes)
    return ThermalMaterials(**{k: np.array([v]) for k, v in values.items()})


def materials_of(media: list[Medium]) -> ThermalMaterials:
    """Materials with the conductivity, heat capacity and perfusion of some media."""
    zero = np.zeros(len(media))
    return ThermalMaterials(
        density=np.full(len(media), 1000.0),
        specific_heat=np.array([m.capacity for m in media]) / 1000.0,
        conductivity=np.array([m.conductivity for m in media]),
        conductivity_slope=zero,
        perfusion=np.array([m.sink for m in media]) / (BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT),
        perfusion_stops=zero > 0.0,
        metabolic_heat=zero,
        water_fraction=zero,
    )


def model(
    b: Block,
    materials: ThermalMaterials | None = None,
    boundary: NodalBoundary | None = None,
    shaft: np.ndarray | None = None,
    *,
    of: np.ndarray | None = None,
    shaft_temperature: float = 25.0,
) -> HeatModel:
    """Assemble a block, insulated unless a boundary is given, of one material unless ``of`` says.

    Parameters
    ----------
    b : Block
    materials : ThermalMaterials, optional
    boundary : NodalBoundary, optional
    shaft : (n,) float array [W/K], optional
    of : (m,) int array, optional
        Index of the material of each element.
    shaft_temperature : float [degC], optional
    """
    return assemble(
        b.nodes,
        b.tets,
        b.volumes,
        np.zeros(len(b.tets), dtype=np.int64) if of is None else of,
        material() if materials is None else materials,
        nodal_boundary(b.nodes, b.faces, "insulated") if boundary is None else boundary,
        shaft,
        shaft_temperature,
    )


def held(nodes: np.ndarray, temperature: float = 37.0) -> NodalBoundary:
    """A boundary condition: the nodes of a mask (n,) are held at a temperature [degC]."""
    return NodalBoundary(nodes, np.zeros(len(nodes)), temperature)


def consistent_load(b: Block, density: np.ndarray) -> np.ndarray:
    """Nodal integrals of the P1 interpolant of a nodal density: sum_e V_e M_e q."""
    mass = np.full((4, 4), 0.05) + np.eye(4) * 0.05
    local = (density[b.tets] @ mass) * b.volumes[:, None]
    return np.bincount(b.tets.ravel(), weights=local.ravel(), minlength=len(b.nodes))


def uniform_load(b: Block, density: np.ndarray) -> np.ndarray:
    """Nodal integrals of a density (m,) that is uniform in each element."""
    local = np.repeat(density * b.volumes / 4.0, 4)
    return np.bincount(b.tets.ravel(), weights=local, minlength=len(b.nodes))


def source(load: np.ndarray) -> Source:
    """The heat source of nodal powers (n,) [W] for a generator at 1 W."""
    return Source(sp.csr_matrix(load[:, None]), [None])
