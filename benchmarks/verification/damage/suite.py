"""Damage, thermal dose and cell death: `mwa-sim bench damage`."""

from __future__ import annotations

import numpy as np

from benchmarks.verification.damage import exact
from benchmarks.verification.damage.formulas import arrhenius_rows, cem43_rows, three_state_rows
from benchmarks.verification.damage.lumped import sink_rate
from benchmarks.verification.damage.marched import (
    HEATING,
    LIVER,
    PERFUSION,
    TIMES,
    Convergence,
    Shutdown,
    followed,
    followed_rows,
    ramp_rows,
    shutdown,
    shutdown_rows,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.heat.step import DEFAULT_MAX_STEP

INTERVALS = (8.0, 4.0, 2.0, 1.0)
STEPS = (8.0, 4.0, DEFAULT_MAX_STEP)


def run(effort: Effort) -> Findings:
    """Compare formulas and stepper with exact histories."""
    effort.say("formulas")
    states, table = three_state_rows(step=20.0 if effort.quick else 1.0)
    rows = [*arrhenius_rows(), *cem43_rows(), *states]
    effort.say("time stepper")
    intervals = INTERVALS if effort.quick else (*INTERVALS, 0.5)
    waiting, updated = followed(intervals), followed(intervals, everywhere=True)
    dying = shutdown(STEPS)
    rows += [*followed_rows(waiting, updated), *ramp_rows(), *shutdown_rows(dying)]
    return Findings(rows, [_errors(waiting, updated), _dying(dying)], [table])


def _errors(waiting: Convergence, updated: Convergence) -> Figure:
    picture = new_picture()
    axes = picture.subplots()
    x = np.array(updated.steps)
    for (name, errors), colour, marker in zip(updated.errors.items(), COLOURS, "os^", strict=False):
        axes.loglog(x, 100.0 * np.abs(errors), marker=marker, color=colour, label=name)
        axes.loglog(
            x, 100.0 * np.abs(waiting.errors[name]), marker=marker, color=colour,
            markerfacecolor="white", linestyle=":",
        )  # fmt: skip
    axes.loglog(x, 0.5 * (x / x[0]) ** 2, "k--", linewidth=0.8, label="order 2")
    axes.axvline(0.5 * DEFAULT_MAX_STEP, color="0.6", linewidth=0.8)
    axes.set_xlabel("interval at which damage is advanced [s]")
    axes.set_ylabel("error after 64 s [%]")
    axes.set_xticks(x, [f"{s:g}" for s in x])
    axes.minorticks_off()
    axes.legend(frameon=False)
    return Figure(
        "Error of damage along a heat-up",
        "Tissue heats up by 30 K with a time constant of 20 s, as a few millimetres from an "
        "antenna. Filled: damage is advanced at every node each time, and its error falls with the "
        "square of the interval. Open: nodes may wait while their temperature runs straight, as in "
        "a run. The thin vertical line is the default.",
        as_svg(picture),
    )


def _dying(found: Shutdown) -> Figure:
    picture = new_picture()
    axes = picture.subplots()
    t = np.linspace(0.0, TIMES[-1], 181)
    dying = exact.perfused(t, HEATING, sink_rate(PERFUSION), LIVER)[0]
    rate = sink_rate(PERFUSION)
    lasting = 37.0 + HEATING / rate * -np.expm1(-rate * t)
    axes.plot(t, dying, color=COLOURS[0], label="exact, perfusion stops with damage")
    axes.plot(t, lasting, "--", color=COLOURS[5], label="exact, perfusion goes on")
    default = found.steps.index(DEFAULT_MAX_STEP)
    axes.plot(TIMES, found.temperatures[default], "o", color=COLOURS[1], label="mwa_sim")
    axes.set_xlabel("time [s]")
    axes.set_ylabel("temperature [degC]")
    axes.legend(frameon=False)
    return Figure(
        "Perfusion that stops with damage",
        f"Liver heated evenly at {HEATING:g} K/s. Once it coagulates no blood cools it any more; "
        "the time stepper follows the exact solution of the coupled equations.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="damage",
    kind="verification",
    title="Tissue damage and thermal dose",
    question="Are damage, thermal dose and cell death integrated as their equations say, also by "
    "the time stepper?",
    run=run,
    evidence_for="code: damage",
    assumes=("Temperatures are known; whether the equations describe tissue is another question.",),
    sources=("comsol_bioheat", "wondergem1988", "henriques1947", "sapareto1984", "oneill2011"),
    cost=5.0,
)
