"""Protocol, thermocouples and rules: `mwa-sim bench control`."""

from __future__ import annotations

import numpy as np

from benchmarks.verification.control.events import (
    CASES,
    carried_out,
    expected,
    lagged,
    pulse_rows,
    rule_rows,
    step_rows,
)
from benchmarks.verification.control.spread import (
    LIMIT,
    Overshoot,
    exact_tissue,
    overshoot,
    overshoot_rows,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture

SIZES = (2.8e-3, 2.0e-3, 1.4e-3)


def run(effort: Effort) -> Findings:
    """Compare whole runs with their exact course."""
    effort.say("pulses and rules")
    rows = pulse_rows()
    for case in CASES:
        rows += rule_rows(case)
    rows += step_rows(lagged((4.0, 2.0, 1.0, 0.5)))
    found = []
    for size in SIZES if effort.quick else (*SIZES, 1.0e-3):
        effort.say(f"overshoot, elements of {1e3 * size:g} mm")
        found.append(overshoot(size))
    rows += overshoot_rows(found)
    return Findings(rows, [_paused(), _after_the_stop(found)])


def _paused() -> Figure:
    case = CASES[-1]
    result = carried_out(case)
    exact = expected(case, result).samples
    trace = result.traces["t"]
    shown = [s for s in exact if s.t <= 250.0]
    picture = new_picture()
    axes = picture.subplots()
    t = [s.t for s in shown]
    axes.plot(t, [s.tissue for s in shown], color=COLOURS[5], linestyle=":", label="tissue, exact")
    axes.plot(t, [s.reading for s in shown], color=COLOURS[0], label="reading, exact")
    some = slice(0, len(shown), 6)
    axes.plot(trace.t[some], trace.reading[some], "o", color=COLOURS[1], markersize=3.5,
              label="reading, mwa_sim")  # fmt: skip
    for limit in (case.watched.above, case.watched.below):
        axes.axhline(limit, color="0.6", linewidth=0.8)
    times = [*result.power_t, trace.t[-1]]
    for start, end, power in zip(times[:-1], times[1:], result.power_W, strict=True):
        if power > 0.0 and start < 250.0:
            axes.axvspan(start, min(end, 250.0), ymax=0.04, color="0.4")
    axes.set_xlim(0.0, 250.0)
    axes.set_ylim(36.5, 42.5)
    axes.set_xlabel("time [s]")
    axes.set_ylabel("temperature [degC]")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.06))
    return Figure(
        "A rule that pauses and resumes",
        "Perfused tissue heated evenly, a thermocouple with a lag of 2 s, power (grey, at the "
        "bottom) paused above 41 and resumed below 40 degC. Every switch is at the exact sample.",
        as_svg(picture),
    )


def _after_the_stop(found: list[Overshoot]) -> Figure:
    picture = new_picture()
    axes = picture.subplots()
    last = found[-1]
    t = np.linspace(0.0, last.t[-1], 150)
    exact = [exact_tissue(float(x), last.stop, last.power) for x in t]
    axes.plot(t, exact, color=COLOURS[0], label="exact")
    axes.plot(last.t[::8], last.found[::8], "o", color=COLOURS[1], markersize=3.5,
              label="mwa_sim")  # fmt: skip
    axes.axvline(last.stop, color="0.6", linewidth=0.8)
    axes.annotate("stop", (last.stop, 37.3), xytext=(4, 0), textcoords="offset points")
    axes.axhline(LIMIT, color="0.6", linewidth=0.8, linestyle="--")
    axes.annotate("limit", (last.t[-1], LIMIT), xytext=(-30, -12), textcoords="offset points")
    axes.set_xlabel("time [s]")
    axes.set_ylabel("temperature at the thermocouple [degC]")
    axes.legend(frameon=False, loc="lower right")
    return Figure(
        "What the temperature does after the stop",
        "A thermocouple 12 mm from a Gaussian source of 15 W, rule at 40 degC. The heat that is in "
        "the tissue goes on spreading for more than a minute and takes it 1 K above the limit.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="control",
    kind="verification",
    title="Protocol, thermocouples and stops",
    question="Does the power switch when the protocol says, do rules act on the right sample, and "
    "does the tissue go on as it must after a stop?",
    run=run,
    evidence_for="code: control",
    assumes=("A thermocouple is a point with a first-order lag; it conducts and absorbs nothing.",),
    cost=18.0,
)
