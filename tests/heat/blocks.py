"""Small structured blocks for the heat tests: cubes of tetrahedra, bars, nodal loads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.heat.boundary import NodalBoundary, nodal_boundary
from mwa_sim.heat.pennes import HeatModel, ThermalMaterials, assemble

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
    x = nodes[tets]
    det = np.linalg.det(x[:, 1:] - x[:, :1])
    tets[det < 0] = tets[det < 0][:, [0, 2, 1, 3]]
    faces = np.concatenate([tets[:, f] for f in ([1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1])])
    _, first, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True
    )
    return Block(nodes, tets, np.abs(det) / 6.0, faces[first[count == 1]])


def cube(n: int, half: float) -> Block:
    """The cube |x|, |y|, |z| <= half [m] of n cells a side."""
    return block((n, n, n), (-half,) * 3, (half,) * 3)


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


def model(
    b: Block,
    materials: ThermalMaterials | None = None,
    boundary: NodalBoundary | None = None,
    shaft: np.ndarray | None = None,
) -> HeatModel:
    """Assemble a block of one material, insulated unless a boundary is given."""
    return assemble(
        b.nodes,
        b.tets,
        b.volumes,
        np.zeros(len(b.tets), dtype=np.int64),
        material() if materials is None else materials,
        nodal_boundary(b.nodes, b.faces, "insulated") if boundary is None else boundary,
        shaft,
    )


def consistent_load(b: Block, density: np.ndarray) -> np.ndarray:
    """Nodal integrals of the P1 interpolant of a nodal density: sum_e V_e M_e q."""
    mass = np.full((4, 4), 0.05) + np.eye(4) * 0.05
    local = (density[b.tets] @ mass) * b.volumes[:, None]
    return np.bincount(b.tets.ravel(), weights=local.ravel(), minlength=len(b.nodes))
