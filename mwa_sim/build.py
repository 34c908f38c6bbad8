"""Turn a plan into a solver ready to march: mesh, materials, antenna, boundary, probes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from mwa_sim.antenna.deposit import Deposition
from mwa_sim.applied import (
    AppliedAntenna,
    apply_antenna,
    combined_shafts,
    in_antenna,
    intersections,
)
from mwa_sim.case import Case
from mwa_sim.errors import InputError
from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.ordering import solver_order
from mwa_sim.heat.pennes import HeatModel, ThermalMaterials, assemble
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper
from mwa_sim.mesh.probe import Locator, locator_of
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.preparation import Preparation
from mwa_sim.provenance import content_hash, versions
from mwa_sim.tissue.properties import Tissue
from mwa_sim.typing import FloatArray, IntArray

METHOD_CITATIONS = ("pennes1948", "meyer2014", "sapareto1984", "oneill2011")


@dataclass(frozen=True, eq=False)
class Setup:
    """A plan made ready to run.

    Attributes
    ----------
    case : Case
        With the tissues of the plan's parameter set.
    mesh : TetMesh
    stepper : HeatStepper
    antennas : list of AppliedAntenna
        In the order of the plan, which is that of the sources of the stepper.
    thermocouples : dict of str to (3,) float array [m]
    probe : scipy sparse (n_thermocouples, n_nodes)
        Interpolation from the nodes of the solver to the thermocouples.
    place : (n_nodes,) int array
        Place of each node of the mesh in the solver: ``values[place]`` brings a field of the
        solver into the order of the mesh.
    organs : list of dict
        Organs at risk as the result keeps them.
    citations : list of str
        Reference keys of everything the run uses.
    versions : dict of str to str
    seconds, antenna_seconds : float [s]
        Time spent here, and on the part of the antennas in it.
    """

    case: Case
    mesh: TetMesh
    stepper: HeatStepper
    antennas: list[AppliedAntenna]
    thermocouples: dict[str, FloatArray]
    probe: sp.csr_matrix
    place: IntArray
    organs: list[dict[str, Any]]
    citations: list[str]
    versions: dict[str, str]
    seconds: float
    antenna_seconds: float

    @property
    def depositions(self) -> list[Deposition]:
        """Where the power of each antenna goes at 37 degC."""
        return [one.deposition for one in self.antennas]

    @property
    def sources(self) -> list[Source]:
        """Heat source of each antenna as the stepper has it now."""
        return self.stepper.sources


def build(plan: Plan, reuse: Preparation | None = None) -> Setup:
    """Assemble everything that a plan needs.

    Parameters
    ----------
    plan : Plan
    reuse : Preparation, optional
        Takes from it what other plans have in common with this one, and leaves there what is new.

    Returns
    -------
    Setup

    Raises
    ------
    InputError
        Listing all points that lie outside the mesh, antennas that are in each other's way, and
        what else keeps the plan from running.
    """
    started = time.perf_counter()
    reuse = Preparation() if reuse is None else reuse
    case = plan.case.with_tissues(plan.tissues)
    mesh = case.mesh
    known = reuse.mesh(mesh)
    locator = reuse.take("points", known, lambda: locator_of(mesh))
    positions = plan.thermocouple_positions()
    check_points(plan, locator)
    names = list(positions)
    points = np.array([positions[name] for name in names]).reshape(-1, 3)
    probe = locator.matrix(points)

    order, place = reuse.take("numbering", known, lambda: _numbering(mesh))
    antenna_started = time.perf_counter()
    antennas = _applied(plan, case, locator, order, reuse)
    antenna_seconds = time.perf_counter() - antenna_started

    stepper = HeatStepper(
        _model(case, antennas, order, place, reuse),
        [one.source for one in antennas],
        case.initial_temperature,
        plan.solver.temperature_tolerance,
        plan.solver.max_step,
        rewetting=plan.rewetting,
    )
    return Setup(
        case=case,
        mesh=mesh,
        stepper=stepper,
        antennas=antennas,
        thermocouples=positions,
        probe=probe[:, order],
        place=place,
        organs=[organ.described() for organ in case.organs_at_risk],
        citations=citations(plan, case),
        versions=versions(),
        seconds=time.perf_counter() - started,
        antenna_seconds=antenna_seconds,
    )


def check_points(plan: Plan, locator: Locator) -> None:
    """Refuse antenna tips or thermocouples outside the mesh, and antennas that intersect.

    Raises
    ------
    InputError
        Naming every such point and pair.
    """
    low, high = plan.case.mesh.bounds * 1e3
    extent = " x ".join(f"{a:.0f}..{b:.0f}" for a, b in zip(low, high, strict=True))
    points = {"pose: the antenna tip": plan.pose.tip}
    if plan.further:
        points = {
            f"antennas[{k}].pose: the antenna tip of {placed.name!r}": placed.pose.tip
            for k, placed in enumerate(plan.antennas)
        }
    for k, (name, position) in enumerate(plan.thermocouple_positions().items()):
        points[f"thermocouples[{k}] {name!r}:"] = position
    found, _ = locator.locate(np.array(list(points.values())))
    problems = [
        f"{name} at ({', '.join(f'{x * 1e3:.1f}' for x in position)}) mm lies outside the mesh "
        f"of case {plan.case.name!r}, which spans {extent} mm"
        for (name, position), tet in zip(points.items(), found, strict=True)
        if tet < 0
    ]
    problems += intersections(plan.antennas, locator)
    if problems:
        raise InputError(problems)


def _numbering(mesh: TetMesh) -> tuple[IntArray, IntArray]:
    """Node of the mesh at each place of the solver, and place of each node."""
    order = solver_order(mesh.tets, mesh.n_nodes)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return order, place


def _model(
    case: Case,
    antennas: list[AppliedAntenna],
    order: IntArray,
    place: IntArray,
    reuse: Preparation,
) -> HeatModel:
    """The heat equation of a case with its antennas, nodes as the solver numbers them."""
    mesh, boundary = case.mesh, case.boundary
    materials = thermal_materials([case.regions[label].tissue for label in mesh.labels])

    def make() -> HeatModel:
        nodes = mesh.nodes[order]
        return assemble(
            nodes,
            place[mesh.tets],
            mesh.volumes,
            np.searchsorted(np.array(mesh.labels), mesh.regions),
            materials,
            nodal_boundary(
                nodes,
                place[mesh.boundary_faces],
                boundary.kind,
                boundary.temperature,
                boundary.heat_transfer_coefficient,
            ),
            *combined_shafts(antennas),
        )

    shafts = [
        (cooling, one.placed.antenna.outer_diameter, one.placed.pose)
        for one in antennas
        if (cooling := one.placed.antenna.cooling) is not None
    ]
    key = (reuse.mesh(mesh), content_hash([materials, boundary, shafts]))
    return reuse.take("stiffness", key, make)


def _applied(
    plan: Plan, case: Case, locator: Locator, order: IntArray, reuse: Preparation
) -> list[AppliedAntenna]:
    """Every antenna of the plan, or what is wrong with each of them."""
    applied: list[AppliedAntenna] = []
    problems: list[str] = []
    for placed in plan.antennas:
        try:
            applied.append(
                apply_antenna(
                    case, locator, placed, plan.drying, order, plan.solver.field_tolerance, reuse
                )
            )
        except InputError as error:
            problems += in_antenna(placed.name, error) if plan.further else error.problems
    if problems:
        raise InputError(problems)
    return applied


def thermal_materials(tissues: Sequence[Tissue]) -> ThermalMaterials:
    """Thermal property arrays (n_tissues,) of tissues, in their order."""

    def values(name: str) -> FloatArray:
        return np.array([getattr(tissue, name) for tissue in tissues], dtype=np.float64)

    return ThermalMaterials(
        density=values("density"),
        specific_heat=values("specific_heat"),
        conductivity=values("thermal_conductivity"),
        conductivity_slope=values("thermal_conductivity_slope"),
        perfusion=values("perfusion"),
        perfusion_stops=np.array([tissue.perfusion_model is not None for tissue in tissues]),
        metabolic_heat=values("metabolic_heat"),
        water_fraction=values("water_fraction"),
    )


def citations(plan: Plan, case: Case) -> list[str]:
    """Reference keys of everything that a run of a plan uses, sorted, each once.

    Parameters
    ----------
    plan : Plan
    case : Case
        That of the plan, with the tissues of its parameter set.
    """
    keys = [*METHOD_CITATIONS, *case.sources]
    for placed in plan.antennas:
        keys += placed.antenna.sources
    return sorted(set(keys))
