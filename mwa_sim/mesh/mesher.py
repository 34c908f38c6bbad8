"""The mesher: level functions and a sizing function to a labelled tetrahedral mesh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mwa_sim.errors import MeshError
from mwa_sim.mesh.domain import Domain, Layer, Progress, checked_sizing
from mwa_sim.mesh.islands import drop_islands
from mwa_sim.mesh.lattice import lattice_tets
from mwa_sim.mesh.octree import build_octree
from mwa_sim.mesh.plan import Plan
from mwa_sim.mesh.tetmesh import Floats, Ints, TetMesh
from mwa_sim.mesh.volumes import TOLERANCE, head_start

__all__ = ["Domain", "Layer", "Meshed", "Progress", "generate", "mesh_domain"]


@dataclass(frozen=True)
class Meshed:
    """A mesh and what was done to the regions on the way.

    Attributes
    ----------
    mesh : TetMesh
    shifts : mapping of int to float [m]
        How far the surfaces of regions with a wanted volume, and of thin regions, were moved
        outwards to meet it.
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
    plan = Plan(domain)
    tell("sizes", 0.0)
    tree = build_octree(
        checked_sizing(domain.sizing), domain.low, domain.high, domain.finest, domain.depth
    )
    tell("lattice", 0.1)
    lattice = lattice_tets(tree)
    tell("interfaces", 0.15)
    shifts: Floats = np.zeros(len(plan.order))
    nodes, tets, regions = plan.carved(lattice, shifts)
    targets = plan.wanted(nodes, tets, regions, lattice)
    ahead = head_start(nodes, tets, regions, targets, shifts)
    if ahead.any():
        # A region that broke up or lost much is carved again, thicker: the fit can draw a surface
        # in, but cannot join what came apart.
        nodes, tets, regions = plan.carved(lattice, ahead)
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
                f"region {domain.named(target.label)} has {1e6 * got:.4g} ml, "
                f"{got / target.volume - 1.0:+.1%} from its {target.source} "
                f"{1e6 * target.volume:.4g} ml: it is thin or jagged there, and surfaces are "
                "shifted by a quarter of an element at most; ask for smaller elements"
            )
    mesh = TetMesh(nodes, tets, plan.labels[regions]).renumbered()
    tell("done", 1.0)
    moved = {target.label: float(shifts[target.outer[0]]) for target in targets if target.outer}
    return Meshed(mesh, moved, tuple(notes))


def _nothing_missing(domain: Domain, present: Ints) -> None:
    missing = [domain.named(k) for k in sorted(set(domain.labels) - set(present.tolist()))]
    if missing:
        raise MeshError(
            f"regions [{', '.join(missing)}] got no element: they are thinner than the elements "
            "there, or hidden by regions of higher priority; ask for smaller elements"
        )
