"""Pulses, and trains of them: the power of one antenna over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mwa_sim.spec import PositivePower, Spec, Time, quantity

# Every pulse edge and every sample ends a solver step: below a millisecond a run would not end.
Interval = Annotated[float, quantity("time", at_least=1e-3)]
"""A time of at least a millisecond [s]."""


class Pulse(Spec):
    """Repeated application of one power: ``cycles`` times (on, then off)."""

    power: PositivePower
    """Power at the generator [W]."""
    on: Interval
    """Time with power in each cycle [s]."""
    off: Time = 0.0
    """Time without power after each on-phase, also after the last [s]."""
    cycles: int = Field(1, ge=1, le=10_000)
    """Number of repetitions."""

    @property
    def duration(self) -> float:
        """Planned time of all cycles [s]."""
        return self.cycles * (self.on + self.off)


class Pulsed(Spec):
    """What has pulses, played in order."""

    pulses: tuple[Pulse, ...] = Field(min_length=1)


@dataclass(frozen=True)
class PulseTrain:
    """The pulses of one antenna, played in order from their start on.

    Attributes
    ----------
    pulses : sequence of Pulse
    start : float [s]
        When the first pulse begins on the clock of the protocol, which stands still during a pause.
    name : str
        Of the antenna, for the causes of events; empty where there is only one.
    """

    pulses: Sequence[Pulse]
    start: float = 0.0
    name: str = ""

    @property
    def on_time(self) -> float:
        """Planned time with power [s]."""
        return math.fsum(pulse.cycles * pulse.on for pulse in self.pulses)

    @property
    def end(self) -> float:
        """When the last pulse is over, with its off time [s]."""
        return self.start + math.fsum(pulse.duration for pulse in self.pulses)

    @property
    def energy(self) -> float:
        """Energy the generator delivers if no rule fires [J]."""
        return math.fsum(pulse.power * pulse.cycles * pulse.on for pulse in self.pulses)
