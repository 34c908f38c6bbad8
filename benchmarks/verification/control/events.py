"""Runs of plans in a block that is heated evenly, beside their exact course, as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.control.exact import Block, Played, Watched, play
from benchmarks.verification.control.plans import HALF, capacity, even_plan, sink, tissue
from mwa_sim.bench.rows import Between, Row
from mwa_sim.control.protocol import Protocol
from mwa_sim.result import Result

PULSES = ((7.3, 3.1, 3), (0.137, 0.263, 40), (11.0 / 3.0, np.pi, 5))
"""On and off time [s] and cycles: none is a multiple of a step, a sample or a saved frame."""
CENTRE = [0.0, 0.0, 0.0]
Simulate = Callable[[mwa.Plan], Result]


def heating(result: Result) -> float:
    """g [K/s per W at the generator] of a run in the block without perfusion."""
    return result.antenna["delivered"] / ((2.0 * HALF) ** 3 * capacity(tissue(False)))


def pulse_rows(simulate: Simulate = mwa.simulate) -> list[Row]:
    """Switching times, energies and the temperature that they give."""
    rows = []
    for on, off, cycles in PULSES:
        protocol = Protocol.pulsed(power=1.0, on=on, off=off, cycles=cycles, cooldown=1.0)
        result = simulate(even_plan(protocol.watching("t", at=CENTRE, sample_every=0.7)))
        starts = np.arange(cycles) * (on + off)
        exact = np.sort(np.concatenate([starts, starts + on]))
        joules = cycles * on
        late = float(np.abs(result.power_t - exact).max())
        title = f"{cycles} pulses of {on:.4g} s"
        delivered = result.antenna["delivered"]
        rows += [
            Row(f"{title}: largest error of a switching time", late, 0.0, 1e-9, "s"),
            Row(f"{title}: energy at the generator at 1 W", result.energy["generator_J"], joules,
                1e-6 * joules, "J"),
            Row(f"{title}: energy into tissue", result.energy["tissue_J"], joules * delivered,
                1e-6 * joules, "J"),
            Row(f"{title}: temperature afterwards", float(result.frames[-1].max()),
                37.0 + heating(result) * joules, 1e-4, "degC"),
        ]  # fmt: skip
    return rows


@dataclass(frozen=True)
class Case:
    """A rule in a block.

    Attributes
    ----------
    title : str
    watched : Watched
    lag : float [s]
    perfused : bool
    """

    title: str
    watched: Watched
    lag: float
    perfused: bool = False


CASES = (
    Case("stop, default thermocouple", Watched(1.5, 61.3, 1.0, 42.0), 0.4),
    Case("stop, no lag, samples every 0.1 s", Watched(1.5, 61.3, 0.1, 42.0), 0.0),
    Case("stop, lag 5 s, samples every 0.1 s", Watched(1.5, 61.3, 0.1, 42.0), 5.0),
    Case("stop, lag 2 s, operator 2.3 s late", Watched(1.5, 61.3, 0.25, 42.0, None, 2.3), 2.0),
    Case("pause 42/40.5 degC, default thermocouple", Watched(1.5, 61.3, 1.0, 42.0, 40.5), 0.4,
         perfused=True),
    Case("pause 41/40 degC, lag 2 s", Watched(1.5, 40.0, 0.5, 41.0, 40.0), 2.0, perfused=True),
)  # fmt: skip


def carried_out(case: Case, simulate: Simulate = mwa.simulate, **solver: float) -> Result:
    """Run a case with settings of the solver."""
    w = case.watched
    more = {} if w.below is None else {"resume_below": w.below}
    protocol = Protocol.pulsed(power=w.power, on=w.on, cooldown=30.0).watching(
        "t", at=CENTRE, above=w.above, action="stop" if w.below is None else "pause",
        sample_every=w.every, time_constant=case.lag, delay=w.delay, **more,
    )  # fmt: skip
    return simulate(even_plan(protocol, case.perfused, **solver))


def expected(case: Case, result: Result) -> Played:
    """The exact course of a case at the heating of a run."""
    block = Block(heating_of(case, result), sink(tissue(case.perfused)), case.lag)
    return play(block, case.watched)


def heating_of(case: Case, result: Result) -> float:
    """g [K/s per W at the generator] in the tissue of a case."""
    volume = (2.0 * HALF) ** 3
    return result.antenna["delivered"] / (volume * capacity(tissue(case.perfused)))


def rule_rows(case: Case, simulate: Simulate = mwa.simulate) -> list[Row]:
    """Switching times, readings and energy of a case."""
    result = carried_out(case, simulate)
    exact = expected(case, result)
    trace, n = result.traces["t"], len(exact.samples)
    times = np.array([t for t, _ in exact.switches])
    late = np.inf
    if len(times) == len(result.power_t):
        late = float(np.abs(result.power_t - times).max())
    reading = trace.reading[:n] - np.array([s.reading for s in exact.samples])
    joules = case.watched.power * exact.on_time
    # The tissue is linear in time from step to step for the sensor; under perfusion it is not.
    tolerance = 2e-3 if case.perfused else 1e-5
    rows = [
        Row(f"{case.title}: largest error of a switching time", late, 0.0, 1e-6, "s"),
        Row(f"{case.title}: energy at the generator", result.energy["generator_J"], joules,
            1e-6 * joules, "J"),
        Row(f"{case.title}: largest error of a reading", float(np.abs(reading).max()), 0.0,
            tolerance, "K"),
    ]  # fmt: skip
    if case.watched.below is not None:
        rows.append(
            Row(f"{case.title}: number of pauses", result_pauses(result),
                (len(exact.switches) - 2) / 2)
        )  # fmt: skip
    else:
        block = Block(heating_of(case, result), 0.0, case.lag)
        last = times[-1]
        peak = block.after(exact.samples[0], last, case.watched.power).tissue
        rows += [
            Row(f"{case.title}: time of the stop", float(result.power_t[-1]), float(last), 1e-6,
                "s"),
            Row(f"{case.title}: tissue above the limit", trace.overshoot, peak - 42.0, 1e-4, "K"),
        ]  # fmt: skip
    return rows


def result_pauses(result: Result) -> float:
    """How often a rule paused the power."""
    return float(sum(event.kind == "pause" for event in result.events))


LAGGING = Case("", Watched(1.5, 40.0, 8.0, 1e3), 5.0, perfused=True)
"""Few samples, so that the steps between them are the solver's own."""


@dataclass(frozen=True)
class Lagged:
    """Largest errors of tissue and reading [K] over the largest step [s]."""

    steps: tuple[float, ...]
    tissue: tuple[float, ...]
    reading: tuple[float, ...]


def lagged(steps: tuple[float, ...]) -> Lagged:
    """A thermocouple with a lag of 5 s in perfused tissue, for several largest steps."""
    errors = []
    for step in steps:
        result = carried_out(LAGGING, max_step=step)
        samples = expected(LAGGING, result).samples
        trace, n = result.traces["t"], len(samples)
        tissue_off = trace.tissue[:n] - np.array([s.tissue for s in samples])
        reading_off = trace.reading[:n] - np.array([s.reading for s in samples])
        errors.append((float(np.abs(tissue_off).max()), float(np.abs(reading_off).max())))
    first, second = zip(*errors, strict=True)
    return Lagged(steps, first, second)


def step_rows(found: Lagged) -> list[Row]:
    """Order in the step, and the stop time, which must not depend on it."""
    order = float(np.log2(found.reading[-2] / found.reading[-1]))
    case = CASES[3]
    stops = [float(carried_out(case, max_step=step).power_t[-1]) for step in (4.0, 1.0, 0.25)]
    default = found.steps.index(2.0)
    return [
        Row("thermocouple with a lag of 5 s, default steps: largest error of the reading",
            found.reading[default], 0.0, 0.01, "K"),
        Row("order of convergence in the step, reading with a lag of 5 s", order,
            Between(low=1.8)),
        Row("steps of 4, 1 and 0.25 s: spread of the time of the stop", float(np.ptp(stops)), 0.0,
            1e-9, "s"),
    ]  # fmt: skip
