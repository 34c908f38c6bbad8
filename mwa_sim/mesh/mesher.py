"""The mesher: level functions and a sizing function to a labelled tetrahedral mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import MeshError
from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import Sizing, build_octree
from mwa_sim.mesh.stuffing import Level, carve
from mwa_sim.mesh.tetmesh import Ints, TetMesh


@dataclass(frozen=True)
class Layer:
    """A skin of a region, one element thick: what is too thin to be meshed as a region.

    Attributes
    ----------
    label : int
        Label of the skin.
    of : int
        Region whose elements become skin where they touch its surface.
    thickness : float [m]
        Depth to which the inner side of the skin is drawn.
    """

    label: int
    of: int
    thickness: float


@dataclass(frozen=True)
class Domain:
    """What is to be meshed.

    Attributes
    ----------
    levels : sequence of (label, level function)
        In order of priority: a point belongs to the first region whose function is negative.
    background : int
        Label of what no region claims.
    low, high : (3,) float array [m]
        Corners of the outer box; the high corner moves out to a whole number of coarsest cubes.
    sizing : callable
        Wanted edge length at points [m]; see :func:`mwa_sim.mesh.octree.build_octree`.
    finest : float [m]
        Edge length of the smallest cubes.
    depth : int
        Number of halvings from the coarsest to the finest cube.
    layers : sequence of Layer
        Skins made after the regions.
    """

    levels: Sequence[tuple[int, Level]]
    background: int
    low: ArrayLike
    high: ArrayLike
    sizing: Sizing
    finest: float
    depth: int
    layers: Sequence[Layer] = field(default=())


def generate(domain: Domain, improve: bool = True) -> TetMesh:
    """Mesh a domain: graded BCC lattice, isosurface stuffing, local improvement, renumbering.

    The result depends on nothing but the arguments: two runs give the same bits.

    Parameters
    ----------
    domain : Domain
    improve : bool
        Whether to fit the interfaces and improve the worst elements.

    Returns
    -------
    TetMesh
        Conforming; nodes in reverse Cuthill-McKee order.

    Raises
    ------
    MeshError
        If a label is used twice, or a region has no element because it is thinner than the
        lattice there.
    """
    labels = [label for label, _ in domain.levels] + [domain.background]
    labels += [layer.label for layer in domain.layers]
    if len(set(labels)) < len(labels):
        raise MeshError(f"every region needs a label of its own, got {labels}")
    tree = build_octree(domain.sizing, domain.low, domain.high, domain.finest, domain.depth)
    lattice = lattice_tets(tree)
    nodes, tets, regions = carve(*lattice, domain.levels, domain.background)
    for layer in domain.layers:
        regions = _skin(tets, regions, layer, domain)
    if improve:
        from mwa_sim.mesh.improve import improve_mesh

        order = interface_order(domain)
        nodes, tets, regions = improve_mesh(nodes, tets, regions, order, lattice)
    missing = sorted(set(labels) - {int(k) for k in np.unique(regions)})
    if missing:
        raise MeshError(
            f"regions {missing} got no element: they are thinner than the elements there, or "
            "hidden by regions of higher priority; ask for smaller elements"
        )
    return TetMesh(nodes, tets, regions).renumbered()


def _skin(tets: Ints, regions: Ints, layer: Layer, domain: Domain) -> Ints:
    """Give the label of the skin to the elements that touch the surface of their region."""
    order = [label for label, _ in domain.levels]
    above = set(order[: order.index(layer.of)]) | {layer.of, layer.label}
    outside: NDArray[np.bool_] = ~np.isin(regions, list(above))
    surface = np.zeros(int(tets.max()) + 1, dtype=bool)
    surface[tets[outside]] = True
    skin = (regions == layer.of) & surface[tets].any(axis=1)
    return np.where(skin, layer.label, regions)


def interface_order(domain: Domain) -> list[tuple[int, Level, float]]:
    """Surfaces of a domain as (label, level function, value of the function on the surface).

    A face between two regions lies on the surface of the one that comes first.
    """
    found: list[tuple[int, Level, float]] = []
    for label, level in domain.levels:
        for layer in domain.layers:
            if layer.of == label:
                found.append((label, level, -layer.thickness))
                found.append((layer.label, level, 0.0))
                break
        else:
            found.append((label, level, 0.0))
    return found
