"""The power schedule: phases of every antenna on one protocol clock that a pause can stop.

Phase boundaries are computed from the start of their pulse, not accumulated, so that many cycles
do not drift.  The schedule knows nothing of thermocouples; the controller tells it when to pause,
resume and stop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mwa_sim.control.event import Event
from mwa_sim.control.pulse import PulseTrain

TIME_TOLERANCE = 1e-9
"""Instants closer than this are one instant [s]."""


@dataclass(frozen=True)
class Phase:
    """A stretch of constant power of one antenna.

    Attributes
    ----------
    start, end : float [s]
        On the protocol clock, which stands still during a pause.
    power : float [W]
        At the generator; 0 between pulses.
    label : str
        Which antenna, pulse and cycle, for the causes of events.
    """

    start: float
    end: float
    power: float
    label: str


def phases(train: PulseTrain) -> tuple[Phase, ...]:
    """Lay the pulses of an antenna out in time.

    Parameters
    ----------
    train : PulseTrain

    Returns
    -------
    tuple of Phase
        Without gaps, the first starting at 0: a train that starts later waits in its first phase.
        A pulse without off time is one phase.
    """
    whose = f"{train.name}, " if train.name else ""
    found: list[Phase] = []
    base = train.start
    if base > 0.0:
        found.append(Phase(0.0, base, 0.0, f"{whose}not started"))
    for number, pulse in enumerate(train.pulses, start=1):
        name = f"{whose}pulse {number}"
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


def planned_on_time(trains: Sequence[PulseTrain]) -> float:
    """Planned time with power from at least one antenna [s], if no rule fires."""
    if len(trains) == 1:
        return trains[0].on_time
    on = sorted((p.start, p.end) for train in trains for p in phases(train) if p.power > 0.0)
    pieces, reached = [], 0.0
    for start, end in on:
        pieces.append(max(0.0, end - max(start, reached)))
        reached = max(reached, end)
    return math.fsum(pieces)


class _Track:
    """One antenna's place in its phases."""

    def __init__(self, train: PulseTrain) -> None:
        self.phases = phases(train)
        self.last_power = max(phase.end for phase in self.phases if phase.power > 0.0)
        self._index = -1

    @property
    def over(self) -> bool:
        return self._index >= len(self.phases)

    @property
    def power(self) -> float:
        """Power of the present phase [W]; 0 before the first and after the last."""
        return self.phases[self._index].power if self._index >= 0 and not self.over else 0.0

    @property
    def next_boundary(self) -> float:
        """Next end of a phase on the protocol clock [s]."""
        if self.over:
            return math.inf
        if self._index + 1 < len(self.phases):
            return self.phases[self._index + 1].start
        return self.phases[-1].end

    def enter(self) -> str:
        """Go on to the next phase; returns what that means, in words."""
        left = self.phases[max(self._index, 0)]
        self._index += 1
        if self.over:
            return f"{left.label}: all power delivered"
        entered = self.phases[self._index]
        if entered.power > 0.0:
            return f"{entered.label}: {entered.power:g} W"
        return f"{entered.label}: off for {entered.end - entered.start:g} s"


class Schedule:
    """Plays the phases of all antennas on one clock, then the cooldown.

    Parameters
    ----------
    trains : sequence of PulseTrain
        One an antenna.
    cooldown : float [s]
        From the end of the last of them, or from a stop.
    """

    def __init__(self, trains: Sequence[PulseTrain], cooldown: float) -> None:
        self._tracks = [_Track(train) for train in trains]
        self._last_power = max(track.last_power for track in self._tracks)
        self._cooldown = cooldown
        self._shift = 0.0
        self._paused_at: float | None = None
        self._cooldown_end: float | None = None
        self._ended = False

    @property
    def powers(self) -> tuple[float, ...]:
        """Power of each antenna at the generator now [W]."""
        treating = self._cooldown_end is None and not self.paused
        return tuple(track.power if treating else 0.0 for track in self._tracks)

    @property
    def power(self) -> float:
        """Their sum [W]."""
        return math.fsum(self.powers)

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
        return min(track.next_boundary for track in self._tracks) + self._shift

    def switch(self, t: float) -> list[Event]:
        """Enter every phase that begins at an instant.

        Parameters
        ----------
        t : float [s]

        Returns
        -------
        list of Event
            One for every change of the power of an antenna, and "end" after the cooldown.
        """
        events: list[Event] = []
        while self.next_instant() <= t + TIME_TOLERANCE:
            if self._cooldown_end is not None:
                self._ended = True
                cause = f"cooldown of {self._cooldown:g} s complete"
                events.append(Event(t, "end", cause, "protocol"))
                break
            # The first of those that change now: what happens at one instant is told in the
            # order of the antennas.
            track = min(self._tracks, key=lambda track: track.next_boundary)
            before = track.power
            cause = track.enter()
            if track.power != before:
                kind = "power_on" if track.power > 0.0 else "power_off"
                events.append(Event(t, kind, cause, "protocol"))
            if all(track.over for track in self._tracks):
                self._cooldown_end = t + self._cooldown
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
