"""What holds of any source: adiabatic start, stored heat; and the order of the steps in time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.bioheat_transient.sources import (
    DRY,
    PEAK,
    PERFUSED,
    WIDTH,
    march,
    stepper,
)
from benchmarks.verification.blocks import (
    consistent_load,
    held,
    materials_of,
    model,
    octant,
    source,
    stretched,
)
from benchmarks.verification.convergence import BALANCE
from benchmarks.verification.convergence_figures import plain_ticks
from benchmarks.verification.exact import energy, gaussian
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.snapshots import along_x
from mwa_sim.bench.benchmark import Effort, Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

BRIEF = 0.5
"""Time of the adiabatic start [s]: heat moves 0.4 mm, the source is 6 mm wide."""
LONG = 120.0
"""Time after which the stored heat is compared [s]."""


def moments(effort: Effort) -> list[Row]:
    """Adiabatic rise of a Gaussian, stored heat with and without perfusion, a lumped body."""
    effort.say("stored heat")
    b = octant(stretched(24 if effort.quick else 40, 0.03, 1.5))
    load = consistent_load(b, gaussian.density(b.nodes, PEAK, (WIDTH,) * 3))
    rows = []
    for medium, kind in ((DRY, "without perfusion"), (PERFUSED, "with perfusion")):
        run = stepper(model(b, materials_of([medium])), load)
        if medium is DRY:
            found = along_x(b, march(run, BRIEF) - BLOOD_TEMPERATURE, np.zeros(1))[0]
            exact = float(energy.adiabatic_rise(PEAK, BRIEF, medium))
            rows.append(Row(f"adiabatic start: rise at the centre after {BRIEF:g} s", float(found),
                            exact, 0.01 * exact, "K"))  # fmt: skip
        march(run, LONG)
        exact = energy.stored_heat(float(load.sum()), LONG, medium)
        rows.append(Row(f"insulated ball: heat stored in {LONG:g} s, {kind}", run.energy.stored,
                        exact, BALANCE * exact, "J"))  # fmt: skip
    run = stepper(
        model(b, materials_of([PERFUSED])), consistent_load(b, np.full(len(b.nodes), PEAK / 10.0))
    )
    rises = march(run, LONG) - BLOOD_TEMPERATURE
    exact = 0.1 * PEAK / PERFUSED.sink * -math.expm1(-PERFUSED.sink_rate * LONG)
    worst = float(rises[np.argmax(np.abs(rises - exact))])
    rows.append(Row(f"lumped body: rise of the worst node after {LONG:g} s", worst, exact,
                    1e-3 * exact, "K"))  # fmt: skip
    return rows


@dataclass(frozen=True)
class Steps:
    """Errors of marches with constant steps.

    Attributes
    ----------
    dt : (n,) float array [s]
    error : (n,) float array [K]
        Of the worst node.
    """

    dt: Array
    error: Array

    @property
    def order(self) -> float:
        """Between the shortest two steps."""
        return float(
            math.log(self.error[-2] / self.error[-1]) / math.log(self.dt[-2] / self.dt[-1])
        )


def constant_steps(effort: Effort) -> Steps:
    """Gaussian source for 60 s with steps of constant length, against ones of a sixteenth.

    The mesh is the same: what differs is the error in time alone.
    """
    effort.say("order in time")
    b = octant(stretched(16, 0.04, 1.5))
    load = consistent_load(b, gaussian.density(b.nodes, PEAK, (WIDTH,) * 3))
    far = (b.nodes**2).sum(axis=1) > 0.04**2 * (1.0 - 1e-9)
    medium = Medium(PERFUSED.conductivity, PERFUSED.capacity, PERFUSED.sink)
    m = model(b, materials_of([medium]), held(far))

    def after(dt: float) -> Array:
        run = HeatStepper(m, [source(load)], tolerance=math.inf, max_step=dt, first_step=dt)
        return march(run, 60.0).copy()

    steps = np.array([8.0, 4.0, 2.0, 1.0])
    fine = after(1.0 / 16.0)
    return Steps(steps, np.array([np.abs(after(dt) - fine).max() for dt in steps]))


def order_row(steps: Steps) -> Row:
    """The observed order of the steps."""
    return Row("Gaussian, perfused: order of convergence in the step", steps.order,
               Between(low=1.8))  # fmt: skip


def steps_figure(steps: Steps) -> Figure:
    """Errors over the length of the steps."""
    picture = new_picture(5.4, 3.4)
    axes = picture.subplots()
    axes.loglog(steps.dt, steps.error, marker="o", color=COLOURS[0], label="Gaussian, perfused")
    slope = 0.6 * steps.error[-1] * (steps.dt / steps.dt[-1]) ** 2
    axes.loglog(steps.dt, slope, ":", color="0.4", label="second order")
    axes.set_xlabel("step [s]")
    axes.set_ylabel("error of the worst node [K]")
    plain_ticks(axes)
    axes.grid(True, which="both", alpha=0.25)
    axes.legend(frameon=False)
    return Figure(
        "Error over the length of the step",
        "Steps of constant length on one mesh, against steps a sixteenth of the shortest. Half the "
        "step, a quarter of the error. Runs choose their steps by an error estimate and stay far "
        "below these.",
        as_svg(picture),
    )
