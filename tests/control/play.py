"""Plays a protocol against a temperature curve, in steps of any size."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mwa_sim.control.controller import Controller
from mwa_sim.control.protocol import Protocol

Curve = Callable[[float], float]


@dataclass
class Run:
    """A finished run and what a solver would have seen of it."""

    controller: Controller
    ends: list[float] = field(default_factory=list)
    joules: float = 0.0
    on_time: float = 0.0

    def events(self, *kinds: str) -> list[float]:
        """Times of the events of some kinds."""
        return [event.t for event in self.controller.events if event.kind in kinds]


def play(
    protocol: Protocol, curves: Mapping[str, Curve], cuts: tuple[float, ...] = (), seed: int = 0
) -> Run:
    """Run to the end; `cuts` are fractions at which every stretch is subdivided."""
    names = [spec.name for spec in protocol.thermocouples]
    run = Run(Controller(protocol, {name: curves[name](0.0) for name in names}, seed))
    joules, seconds = [], []
    while not run.controller.finished:
        start, instant = run.controller.time, run.controller.next_instant()
        stops = [start + cut * (instant - start) for cut in sorted(cuts) if 0.0 < cut < 1.0]
        for t in [*stops, instant]:
            power, before = run.controller.power, run.controller.time
            run.controller.advance(t, {name: curves[name](t) for name in names})
            joules.append(power * (run.controller.time - before))
            seconds.append((run.controller.time - before) if power > 0.0 else 0.0)
            run.ends.append(run.controller.time)
    run.joules, run.on_time = math.fsum(joules), math.fsum(seconds)
    return run
