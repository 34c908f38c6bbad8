"""Whole runs and the books of their energy, with what can be summed up again from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import mwa_sim as mwa
from benchmarks.validation.homogeneous import block
from mwa_sim.antenna.antenna import Antenna, Cooling
from mwa_sim.antenna.pose import Pose
from mwa_sim.bench.rows import Between, Row
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.heat.step import HeatStepper
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.simulation import Simulation
from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.enthalpy import enthalpy_array

README_PLAN = Path(__file__).parents[3] / "examples" / "l2-metastasis.toml"
RESIDUAL = 1e-4
"""Largest share of the heat that may be missing: temperatures have seven digits, and a step's
heat is the difference of two of them in every node."""
APART = 0.01
"""Largest difference of a loss from the trapezoidal rule over the temperatures at the ends of the
steps, which is as good as these are short; of that loss, or of a tenth of all heat."""
PARTS = ("stored_J", "perfusion_J", "boundary_J", "shaft_J")
"""Where heat can go, in the words of a result."""
COOLANT = Cooling(1000.0, 25.0, 0.02, 0.2)


@dataclass(frozen=True)
class Books:
    """The energy of a run [J], and the same summed up apart from its books.

    Attributes
    ----------
    title : str
    energy : dict of str to float
        As in a result.
    balance_error : float
        Relative residual of the books.
    enthalpy : float [J]
        Heat stored, from the first and the last temperature field.
    generator : float [J]
        Integral of the power curve.
    losses : dict of str to float
        Heat to blood, coolant and air, from the temperatures at the ends of the steps.
    delivered : float
        Share of the generator's energy that should be in the tissue; nan where drying or a
        computed field changes it.
    hottest : float [degC]
    """

    title: str
    energy: dict[str, float]
    balance_error: float
    enthalpy: float
    generator: float
    losses: dict[str, float]
    delivered: float
    hottest: float


def booked(title: str, plan: mwa.Plan, conserved: bool = True) -> Books:
    """Run a plan and look at its energy.

    Parameters
    ----------
    title : str
    plan : Plan
    conserved : bool
        Whether all that the antenna delivers at 37 degC must arrive, whatever gets hot.
    """
    run = Simulation(plan)
    stepper = run.setup.stepper
    model = stepper.model
    before = enthalpy_array(stepper.temperature, model.latent)
    flows, time = _flows(stepper), 0.0
    losses = dict.fromkeys(flows, 0.0)
    for progress in run.steps():
        now = _flows(stepper)
        for name in losses:
            losses[name] += 0.5 * (progress.time - time) * (flows[name] + now[name])
        flows, time = now, progress.time
    after = enthalpy_array(stepper.temperature, model.latent)
    free = ~model.fixed
    result = run.result()
    ends = np.append(result.power_t[1:], result.frames_t[-1])
    return Books(
        title,
        {key: value for key, value in result.energy.items() if key.endswith("_J")},
        result.energy["balance_error"],
        float(model.capacity[free] @ (after - before)[free]),
        float((ends - result.power_t) @ result.power_W),
        losses,
        result.antenna["delivered"] if conserved else float("nan"),
        float(result.fields["max_temperature"].max()),
    )


def _flows(stepper: HeatStepper) -> dict[str, float]:
    """Heat flow [W] to blood, coolant and air at the present temperatures."""
    model, t = stepper.model, stepper.temperature
    blood = model.perfusion + model.stoppable * np.exp(-stepper.exposure.omega)
    return {
        "perfusion_J": float(blood @ (t - 37.0)),
        "shaft_J": float(model.shaft @ (t - model.shaft_temperature)),
        "boundary_J": float(model.outer @ (t - model.outer_temperature)),
    }


def readme_plan() -> mwa.Plan:
    """The treatment of the README: an L2 vertebra with a metastasis, a rule that stops."""
    return mwa.load_plan(README_PLAN)


def block_plan(
    tissue: str, mesh: TetMesh, outer: Boundary | None = None, **changes: object
) -> mwa.Plan:
    """40 W for a minute into a block of a tissue, then half a minute without.

    Parameters
    ----------
    tissue : str
        Of the library.
    mesh : TetMesh
        Around an antenna whose tip is at the origin, its shaft along +z.
    outer : Boundary, optional
        At 37 degC by default.
    **changes : object
        Of the antenna, such as ``model`` or ``cooling``.
    """
    case = Case.from_mesh(
        mesh, {1: load_tissue(tissue)}, name=tissue, boundary=outer or Boundary("temperature"),
        initial_temperature=37.0,
    )  # fmt: skip
    antenna = Antenna.from_library("slot-1.6mm").changed(**changes)
    protocol = Protocol.pulsed(power=40, on=60.0, cooldown=30.0)
    for k, (x, y) in enumerate(((1.0, 0.0), (0.6, -0.8), (-0.96, 0.28), (-0.28, 0.96))):
        protocol = protocol.watching(f"beside {k}", at=[0.01 * x, 0.01 * y, 0.011])
    pose = Pose(tip=np.zeros(3), axis=np.array([0.0, 0.0, 1.0]))
    return mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)


def _runs() -> dict[str, Callable[[float], Books]]:
    insulated = Boundary("insulated")
    air = Boundary("convection", 25.0, 50.0)
    line = {"model": "line", "cooling": None}

    def attenuated(h: float) -> Books:
        plan = block_plan("liver_ex_vivo", block(h), insulated, **line).changed(drying="attenuate")
        return booked("power of dry tissue is lost", plan, conserved=False)

    return {
        "insulated": lambda h: booked(
            "insulated, no blood, boiling", block_plan("liver_ex_vivo", block(h), insulated, **line)
        ),
        "attenuated": attenuated,
        "perfused": lambda h: booked(
            "perfusion that stops with damage", block_plan("liver", block(h), **line)
        ),
        "air": lambda h: booked("surface in air", block_plan("liver", block(h), air, **line)),
        "cooled": lambda h: booked(
            "cooled shaft",
            block_plan("metastasis_lytic", block(h), model="line", cooling=COOLANT),
        ),
        "coupled": lambda h: booked(
            "coupled field, drying",
            block_plan("metastasis_lytic", block(h), model="wave-coupled"), conserved=False,
        ),
    }  # fmt: skip


BLOCKS = _runs()
"""Runs in a block by name; the argument is the size of the elements at the antenna [m]."""


def book_rows(found: Books) -> list[Row]:
    """Residual, and what the books say beside what is summed up apart from them."""
    put_in = found.energy["tissue_J"] + found.energy["metabolic_J"]
    rows = [
        Row(f"{found.title}: residual of the books over the heat put in", found.balance_error,
            Between(high=RESIDUAL)),
        Row(f"{found.title}: heat stored, beside the enthalpy of the last field",
            found.energy["stored_J"], found.enthalpy, RESIDUAL * put_in, "J"),
        Row(f"{found.title}: energy at the generator, beside its power over time",
            found.energy["generator_J"], found.generator, 1e-6 * found.generator, "J"),
    ]  # fmt: skip
    for name, what in (("perfusion_J", "blood"), ("shaft_J", "coolant"), ("boundary_J", "air")):
        loss = found.losses[name]
        if abs(loss) > 0.001 * put_in:
            rows.append(
                Row(f"{found.title}: heat to the {what}, beside the sum over the steps",
                    found.energy[name], loss, APART * max(abs(loss), 0.1 * put_in), "J")
            )  # fmt: skip
    if not np.isnan(found.delivered):
        expected = found.delivered * found.generator
        rows.append(
            Row(f"{found.title}: heat into tissue, beside what the antenna delivers",
                found.energy["tissue_J"], expected, 1e-4 * expected, "J")
        )  # fmt: skip
    return rows
