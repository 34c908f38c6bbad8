"""The mesher: level functions and a sizing function to a labelled tetrahedral mesh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.errors import MeshError
from mwa_sim.mesh.domain import Domain, Layer, Progress, checked_sizing
from mwa_sim.mesh.islands import drop_islands
from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import build_octree
from mwa_sim.mesh.stuffing import Level, carve
from mwa_sim.mesh.tetmesh import Floats, Ints, TetMesh
from mwa_sim.mesh.volumes import TOLERANCE, Target

__all__ = ["Domain", "Layer", "Meshed", "Progress", "generate", "mesh_domain"]


@dataclass(frozen=True)
class Meshed:
    """A mesh and what was done to the regions on the way.

    Attributes
    ----------
    mesh : TetMesh
    shifts : mapping of int to float [m]
        How far the surface of each region with a wanted volume was moved outwards.
    notes : tuple of str
        Sentences for the user: pieces dropped, volumes that were not met.
    """

    mesh: TetMesh
    shifts: Mapping[int, float]
    notes: tuple[str, ...]


def generate(domain: Domain, improve: bool = True, progress: Progress | None = None) -> TetMesh:
    """Mesh a domain: graded BCC lattice, isosurface stuffing, local improvement, renumbering.

    The result depends on nothing but the arguments: two runs give the same bits.

    Parameters
    ----------
    domain : Domain
    improve : bool
        Whether to fit the interfaces and improve the worst elements.
    progress : callable, optional
        Called between the stages with what is being done and the fraction done; what it raises
        ends the meshing.

    Returns
    -------
    TetMesh
        Conforming; nodes in reverse Cuthill-McKee order.

    Raises
    ------
    MeshError
        If the domain contradicts itself, a function gives no finite numbers, or a region has no
        element because it is thinner than the lattice there.
    """
    return mesh_domain(domain, improve, progress).mesh


def mesh_domain(domain: Domain, improve: bool = True, progress: Progress | None = None) -> Meshed:
    """Mesh a domain as :func:`generate` does, and say what was done on the way.

    Parameters and errors are those of :func:`generate`.

    Returns
    -------
    Meshed
    """
    tell = progress or (lambda stage, fraction: None)
    domain.check()
    plan = _Plan(domain)
    tell("sizes", 0.0)
    tree = build_octree(
        checked_sizing(domain.sizing), domain.low, domain.high, domain.finest, domain.depth
    )
    tell("lattice", 0.1)
    lattice = lattice_tets(tree)
    tell("interfaces", 0.15)
    numbered = [(k, level) for k, (_, level) in enumerate(plan.pieces)]
    nodes, tets, regions = carve(*lattice, numbered, plan.background)
    notes: list[str] = []
    if domain.islands > 0.0:
        regions, dropped = drop_islands(nodes, tets, regions, domain.islands)
        notes += [
            f"{one.pieces} pieces of region {domain.named(plan.labels[one.region])} smaller than "
            f"{1e9 * domain.islands:.3g} mm3 each became what surrounds them "
            f"({1e9 * one.volume:.3g} mm3 in all)"
            for one in dropped
        ]
    for layer, place in zip(domain.layers, plan.layers, strict=True):
        regions = plan.skinned(tets, regions, layer, place)
    shifts: Floats = np.zeros(len(plan.order))
    targets = plan.targets()
    if improve:
        from mwa_sim.mesh.improve import improve_mesh

        nodes, tets, regions, shifts = improve_mesh(
            nodes,
            tets,
            regions,
            plan.order,
            lattice,
            targets,
            lambda fraction: tell("improvement", 0.4 + 0.5 * fraction),
        )
    tell("numbering", 0.95)
    _nothing_missing(domain, plan.labels[np.unique(regions)])
    for target in targets:
        got = target.measured(nodes, tets, regions)
        if abs(got / target.volume - 1.0) > TOLERANCE:
            notes.append(
                f"region {domain.named(target.label)} has {1e6 * got:.4g} ml instead of the wanted "
                f"{1e6 * target.volume:.4g} ml ({got / target.volume - 1.0:+.1%}): more than an "
                "even shift by a quarter of an element; ask for smaller elements there"
            )
    mesh = TetMesh(nodes, tets, plan.labels[regions]).renumbered()
    tell("done", 1.0)
    moved = {target.label: float(shifts[target.outer[0]]) for target in targets}
    return Meshed(mesh, moved, tuple(notes))


class _Plan:
    """A domain with its regions numbered by priority: pieces, background, skins."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.pieces = _merged(domain.checked_levels())
        self.background = len(self.pieces)
        self.layers = [self.background + 1 + k for k in range(len(domain.layers))]
        labels = [label for label, _ in self.pieces] + [domain.background]
        self.labels: Ints = np.array(labels + [layer.label for layer in domain.layers], np.int64)
        self.order: list[tuple[int, Level, float]] = []
        #: For each piece: places of the surfaces that follow its level function, outermost last.
        self.places: list[tuple[int, ...]] = []
        for number, (label, level) in enumerate(self.pieces):
            first = len(self.order)
            skin = next((k for k, one in enumerate(domain.layers) if one.of == label), None)
            if skin is None:
                self.order.append((number, level, 0.0))
            else:
                self.order.append((number, level, -domain.layers[skin].thickness))
                self.order.append((self.layers[skin], level, 0.0))
            self.places.append(tuple(range(first, len(self.order))))

    def skinned(self, tets: Ints, regions: Ints, layer: Layer, place: int) -> Ints:
        """Give the number of the skin to the elements that touch the surface of their region."""
        own = np.flatnonzero(self.labels[: self.background] == layer.of)
        inner = set(range(int(own[-1]) + 1)) | {place}
        outside: NDArray[np.bool_] = ~np.isin(regions, list(inner))
        surface = np.zeros(int(tets.max()) + 1, dtype=bool)
        surface[tets[outside]] = True
        skin = np.isin(regions, own) & surface[tets].any(axis=1)
        return np.where(skin, place, regions)

    def targets(self) -> list[Target]:
        """The wanted volumes, in order of priority."""
        found = []
        for label in dict.fromkeys(label for label, _ in self.pieces):
            if label not in self.domain.volumes:
                continue
            own = [k for k, (one, _) in enumerate(self.pieces) if one == label]
            skins = [
                place
                for layer, place in zip(self.domain.layers, self.layers, strict=True)
                if layer.of == label
            ]
            places = tuple(place for k in own for place in self.places[k])
            outer = tuple(self.places[k][-1] for k in own)
            found.append(Target(label, (*own, *skins), places, outer, self.domain.volumes[label]))
        return found


def _merged(levels: list[tuple[int, Level]]) -> list[tuple[int, Level]]:
    """Neighbours of one label in the order of priority become one level function."""
    found: list[tuple[int, Level]] = []
    for label, level in levels:
        if found and found[-1][0] == label:
            found[-1] = (label, _union(found[-1][1], level))
        else:
            found.append((label, level))
    return found


def _union(first: Level, second: Level) -> Level:
    return lambda points: np.minimum(first(points), second(points))


def _nothing_missing(domain: Domain, present: Ints) -> None:
    missing = [domain.named(k) for k in sorted(set(domain.labels) - set(present.tolist()))]
    if missing:
        raise MeshError(
            f"regions [{', '.join(missing)}] got no element: they are thinner than the elements "
            "there, or hidden by regions of higher priority; ask for smaller elements"
        )
