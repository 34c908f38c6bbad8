"""Tissue that is heated evenly: a block in which no heat flows, marched by the real stepper."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.pennes import (
    BLOOD_DENSITY,
    BLOOD_SPECIFIC_HEAT,
    ThermalMaterials,
    assemble,
)
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh

DENSITY, SPECIFIC_HEAT = 1079.0, 3540.0
CAPACITY = DENSITY * SPECIFIC_HEAT


def box(half: float, size: float) -> TetMesh:
    """An even, unstructured mesh of the cube |x|, |y|, |z| <= half [m] with edges of a size [m]."""
    corner = np.full(3, half)

    def sizing(points: np.ndarray) -> np.ndarray:
        return np.full(len(points), size)

    return generate(Domain([], 1, -corner, corner, sizing, size, 1), improve=False)


def lumped(heating: float, perfusion: float = 0.0, **options: float) -> HeatStepper:
    """An insulated block of liver in which every point is heated alike.

    Parameters
    ----------
    heating : float [K/s]
        Power density over rho c, per watt of power.
    perfusion : float [1/s]
        Stops with damage.
    **options : float
        Of the stepper: ``tolerance``, ``max_step``, ``first_step``.
    """
    mesh = box(4e-3, 4e-3)
    values = {
        "density": DENSITY, "specific_heat": SPECIFIC_HEAT, "conductivity": 0.52,
        "conductivity_slope": 0.0, "perfusion": perfusion, "metabolic_heat": 0.0,
        "water_fraction": 0.74,
    }  # fmt: skip
    material = {name: np.array([value]) for name, value in values.items()}
    model = assemble(
        mesh.nodes, mesh.tets, mesh.volumes, np.zeros(mesh.n_tets, dtype=np.int64),
        ThermalMaterials(**material, perfusion_stops=np.array([True])),
        nodal_boundary(mesh.nodes, mesh.boundary_faces, "insulated"),
    )  # fmt: skip
    source = Source(sp.csr_matrix(heating * model.capacity[:, None]), [None])
    return HeatStepper(model, [source], 37.0, **options)


def sink_rate(perfusion: float) -> float:
    """``omega rho_b c_b / (rho c)`` [1/s] of that tissue."""
    return perfusion * BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT / CAPACITY


def march(stepper: HeatStepper, until: float, power: float = 1.0) -> None:
    """Advance to a time [s] and bring the damage of every node up to date."""
    while stepper.time < until:
        stepper.step(until, (power,))
    stepper.settle()
