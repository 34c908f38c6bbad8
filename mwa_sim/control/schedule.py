"""The power schedule: phases on a protocol clock that a pause can stop.

Phase boundaries are computed from the start of their pulse, not accumulated, so that many cycles
do not drift.  The schedule knows nothing of thermocouples; the controller tells it when to pause,
resume and stop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mwa_sim.control.event import Event
from mwa_sim.control.protocol import Protocol

TIME_TOLERANCE = 1e-9
"""Instants closer than this are one instant [s]."""


@dataclass(frozen=True)
class Phase:
    """A stretch of constant power.

    Attributes
    ----------
    start, end : float [s]
        On the protocol clock, which stands still during a pause.
    power : float [W]
        At the generator; 0 between pulses.
    label : str
        Which pulse and cycle, for the causes of events.
    """

    start: float
    end: float
    power: float
    label: str


def phases(protocol: Protocol) -> tuple[Phase, ...]:
    """Lay the pulses of a protocol out in time, without the cooldown.

    Parameters
    ----------
    protocol : Protocol

    Returns
    -------
    tuple of Phase
        Without gaps, the first starting at 0.  A pulse without off time is one phase.
    """
    found: list[Phase] = []
    base = 0.0
    for number, pulse in enumerate(protocol.pulses, start=1):
        name = f"pulse {number}"
        if pulse.off <= 0.0:
            found.append(Phase(base, base + pulse.cycles * pulse.on, pulse.power, name))
        else:
            period = pulse.on + pulse.off
            for cycle in range(pulse.cycles):
                start = base + cycle * period
                label = f"{name}, cycle {cycle + 1} of {pulse.cycles}"
                found.append(Phase(start, start + pulse.on, pulse.power, label))
                end = base + (cycle + 1) * period
                found.append(Phase(start + pulse.on, end, 0.0, label))
        base = found[-1].end
    return tuple(found)


class Schedule:
    """Plays the phases of a protocol, then its cooldown.

    Parameters
    ----------
    protocol : Protocol
    """

    def __init__(self, protocol: Protocol) -> None:
        self._phases = phases(protocol)
        self._last_power = max(phase.end for phase in self._phases if phase.power > 0.0)
        self._cooldown = protocol.cooldown.duration
        self._index = -1
        self._shift = 0.0
        self._paused_at: float | None = None
        self._cooldown_end: float | None = None
        self._ended = False

    @property
    def power(self) -> float:
        """Power at the generator now [W]."""
        treating = 0 <= self._index < len(self._phases) and self._cooldown_end is None
        return self._phases[self._index].power if treating and not self.paused else 0.0

    @property
    def paused(self) -> bool:
        """Whether the protocol clock stands still."""
        return self._paused_at is not None

    @property
    def ended(self) -> bool:
        """Whether the cooldown is over."""
        return self._ended

    def power_remains(self, t: float) -> bool:
        """Whether planned power is still to be delivered after an instant [s]."""
        if self._cooldown_end is not None:
            return False
        frozen = t if self._paused_at is None else self._paused_at
        return frozen - self._shift < self._last_power - TIME_TOLERANCE

    def next_instant(self) -> float:
        """Next instant at which the schedule changes [s]; infinite during a pause."""
        if self._ended or self.paused:
            return math.inf
        if self._cooldown_end is not None:
            return self._cooldown_end
        if self._index + 1 < len(self._phases):
            return self._phases[self._index + 1].start + self._shift
        return self._phases[-1].end + self._shift

    def switch(self, t: float) -> list[Event]:
        """Enter every phase that begins at an instant.

        Parameters
        ----------
        t : float [s]

        Returns
        -------
        list of Event
            One for every change of power, and "end" after the cooldown.
        """
        events: list[Event] = []
        while self.next_instant() <= t + TIME_TOLERANCE:
            if self._cooldown_end is not None:
                self._ended = True
                cause = f"cooldown of {self._cooldown:g} s complete"
                events.append(Event(t, "end", cause, "protocol"))
                break
            before, left = self.power, self._phases[max(self._index, 0)]
            self._index += 1
            if self._index == len(self._phases):
                self._cooldown_end = t + self._cooldown
                cause = f"{left.label}: all power delivered"
            elif self._phases[self._index].power > 0.0:
                entered = self._phases[self._index]
                cause = f"{entered.label}: {entered.power:g} W"
            else:
                pause = self._phases[self._index]
                cause = f"{pause.label}: off for {pause.end - pause.start:g} s"
            if self.power != before:
                kind = "power_on" if self.power > 0.0 else "power_off"
                events.append(Event(t, kind, cause, "protocol"))
        return events

    def pause(self, t: float) -> None:
        """Switch the power off and stop the protocol clock."""
        if self._paused_at is None:
            self._paused_at = t

    def resume(self, t: float) -> None:
        """Let the protocol clock run again, with what was left of the interrupted phase."""
        if self._paused_at is not None:
            self._shift += t - self._paused_at
            self._paused_at = None

    def stop(self, t: float) -> None:
        """End all power; the cooldown starts."""
        self._paused_at = None
        self._cooldown_end = t + self._cooldown

    def break_off(self) -> None:
        """End at once, without cooldown."""
        self._paused_at = None
        self._ended = True
        self._cooldown_end = -math.inf
