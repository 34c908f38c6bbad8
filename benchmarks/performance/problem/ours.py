"""The problems solved by mwa_sim, on the interface that its own simulations use."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.performance.problem import definition as case
from mwa_sim.damage.parameters import arrhenius_parameters
from mwa_sim.heat.boundary import NodalBoundary
from mwa_sim.heat.ordering import solver_order
from mwa_sim.heat.pennes import ThermalMaterials, assemble
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper


@dataclass
class March:
    """One treatment.

    Attributes
    ----------
    seconds, setup : float [s]
        Wall clock of the time loop, and of assembly, numbering and stepper before it.
    fields : (3, n) float array [degC]
        Temperatures at the instants of ``definition.COMPARED``.
    notes : dict
        Steps, products and whatever else explains the cost.
    stepper : HeatStepper
    """

    seconds: float
    setup: float
    fields: NDArray
    notes: dict[str, Any] = field(default_factory=dict)
    stepper: HeatStepper | None = None


def stepper(problem: case.Problem, **settings: Any) -> tuple[HeatStepper, NDArray]:
    """A stepper at the start of the treatment, and its order of the nodes (n,).

    Parameters
    ----------
    problem : Problem
    **settings
        Keyword arguments of `mwa_sim.heat.step.HeatStepper`.
    """
    known = arrhenius_parameters("liver")
    if not (
        np.isclose(known.frequency_factor, case.FREQUENCY_FACTOR, rtol=1e-12)
        and np.isclose(known.ea_over_r, case.ACTIVATION, rtol=1e-12)
    ):
        raise ValueError("mwa_sim's damage parameters of liver are no longer those of problem N")
    n = len(problem.nodes)
    order = solver_order(problem.tets, n)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    zeros = np.zeros(3)
    materials = ThermalMaterials(
        density=case.DENSITY,
        specific_heat=case.SPECIFIC_HEAT,
        conductivity=case.CONDUCTIVITY,
        conductivity_slope=zeros + problem.slope,
        perfusion=case.PERFUSION,
        perfusion_stops=np.full(3, problem.nonlinear),
        metabolic_heat=zeros,
        water_fraction=problem.water,
    )
    boundary = NodalBoundary(problem.fixed[order], np.zeros(n), case.BODY)
    model = assemble(
        problem.nodes[order],
        place[problem.tets],
        problem.volume,
        problem.material,
        materials,
        boundary,
    )
    weights = sp.csr_matrix(problem.load[order][:, None])
    return HeatStepper(model, [Source(weights, [None], "constant")], case.BODY, **settings), order


def march(problem: case.Problem, until: float = case.END, **settings: Any) -> March:
    """Treat with mwa_sim; keyword arguments go to `mwa_sim.heat.step.HeatStepper`."""
    started = time.perf_counter()
    heat, order = stepper(problem, **settings)
    setup = time.perf_counter() - started
    stops = sorted(t for t in {*case.switches(), *case.COMPARED, until} if t <= until)
    kept: dict[float, NDArray] = {}
    started = time.perf_counter()
    for stop in stops:
        powers = (case.power(0.5 * (heat.time + stop)),)
        while heat.time < stop:
            heat.step(stop, powers)
        if stop in case.COMPARED:
            kept[stop] = heat.temperature.astype(np.float64)
    seconds = time.perf_counter() - started
    fields = np.full((len(case.COMPARED), len(order)), np.nan)
    for row, instant in enumerate(case.COMPARED):
        if instant in kept:
            fields[row, order] = kept[instant]
    counts = heat.counts
    notes = {
        "steps": counts.steps,
        "rejected": counts.rejected,
        "products": counts.products,
        "balance_error": heat.energy.balance_error,
    }
    return March(seconds, setup, fields, notes, heat)


def at_dt(dt: float) -> dict[str, float]:
    """Settings that make mwa_sim step by ``dt`` [s] throughout."""
    return {"max_step": dt, "first_step": dt, "tolerance": 1e9}


def errors(problem: case.Problem, fields: NDArray, exact: NDArray) -> tuple[float, float]:
    """Largest differences [K] at the probes and at any node, over the instants compared.

    Instants that were not reached (NaN) do not count; NaN where none was.
    """
    reached = np.isfinite(fields).all(axis=1)
    if not reached.any():
        return float("nan"), float("nan")
    off = fields[reached] - exact[reached]
    return float(np.abs(problem.at_probes(off)).max()), float(np.abs(off).max())
