"""The controller: plays a protocol against the temperatures that a simulation reports.

The solver asks for `next_instant`, never steps beyond it, and calls `advance` at the end of every
step.  What happens at one instant happens in this order: actions an operator was delayed in, then
samples and rules (a stop before a pause), the end of a pause, switching of the power.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mwa_sim.control.event import Event
from mwa_sim.control.interlock import Firing, Interlock
from mwa_sim.control.protocol import Protocol
from mwa_sim.control.pulse import PulseTrain
from mwa_sim.control.schedule import TIME_TOLERANCE, Schedule
from mwa_sim.control.sensor import Sensor
from mwa_sim.errors import SolverError


@dataclass
class Samples:
    """What a thermocouple recorded, one entry a sample.

    Attributes
    ----------
    t : list of float [s]
    reading : list of float [degC]
        What the rules saw: with lag and noise.
    tissue : list of float [degC]
        Tissue temperature at the same place and instant.
    power : list of float [W]
        Power at the generator from this instant on, of all antennas.
    """

    t: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    tissue: list[float] = field(default_factory=list)
    power: list[float] = field(default_factory=list)


class Controller:
    """State of a protocol that is being carried out.

    The samples, rules and switching of t = 0 are done on construction.

    Parameters
    ----------
    protocol : Protocol
    initial : mapping of str to float [degC]
        Tissue temperature at every thermocouple at t = 0.
    seed : int
        Of the noise of the readings.
    trains : sequence of PulseTrain, optional
        The pulses of every antenna; by default those of the protocol, for one antenna.

    Attributes
    ----------
    traces : dict of str to Samples
        Recorded samples by thermocouple.
    peaks : dict of str to float [degC]
        Highest tissue temperature at every thermocouple over all steps.
    antenna_steps : list of (float, tuple of float) [s, W]
        The power of each antenna as a step function: the powers hold from their time on.

    Raises
    ------
    SolverError
        If a temperature is missing or not finite.

    Examples
    --------
    >>> from mwa_sim.control.protocol import Protocol
    >>> controller = Controller(Protocol.pulsed(power=40, on=60, cooldown=0), {})
    >>> while not controller.finished:
    ...     events = controller.advance(controller.next_instant(), {})
    >>> controller.time, controller.delivered_J, events[-1].kind
    (60.0, 2400.0, 'end')
    """

    def __init__(
        self,
        protocol: Protocol,
        initial: Mapping[str, float],
        seed: int = 0,
        trains: Sequence[PulseTrain] = (),
    ) -> None:
        self.protocol = protocol
        self._schedule = Schedule(trains or (protocol.train,), protocol.cooldown.duration)
        self._interlock = Interlock(protocol.rules)
        self._sensors = {
            spec.name: Sensor(spec, self._checked(initial, spec.name), seed)
            for spec in protocol.thermocouples
        }
        self.traces = {name: Samples() for name in self._sensors}
        self.peaks = {name: sensor.tissue for name, sensor in self._sensors.items()}
        off = (0.0,) * len(self._schedule.powers)
        self.antenna_steps: list[tuple[float, tuple[float, ...]]] = [(0.0, off)]
        self._time = 0.0
        self._energies = off
        self._events: list[Event] = []
        self._reported = 0
        self._act(0.0)

    @property
    def time(self) -> float:
        """Simulated time of the last call [s]."""
        return self._time

    @property
    def powers(self) -> tuple[float, ...]:
        """Power of each antenna at the generator from now until the next instant [W]."""
        return self._schedule.powers

    @property
    def power(self) -> float:
        """Their sum [W]."""
        return self._schedule.power

    @property
    def power_steps(self) -> list[tuple[float, float]]:
        """The sum over all antennas as a step function [s, W]."""
        return [(t, math.fsum(powers)) for t, powers in self.antenna_steps]

    @property
    def paused(self) -> bool:
        """Whether a rule holds the protocol."""
        return self._schedule.paused

    @property
    def finished(self) -> bool:
        """Whether the protocol is over, cooldown included."""
        return self._schedule.ended

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that has happened so far."""
        return tuple(self._events)

    @property
    def delivered_J(self) -> float:  # noqa: N802  joules, as in the summary of a run
        """Energy delivered by the generator so far [J]."""
        return math.fsum(self.antennas_delivered_J)

    @property
    def antennas_delivered_J(self) -> tuple[float, ...]:  # noqa: N802
        """The same for each antenna [J]."""
        since, powers = self.antenna_steps[-1]
        elapsed = self._time - since
        return tuple(e + p * elapsed for e, p in zip(self._energies, powers, strict=True))

    def next_instant(self) -> float:
        """Instant that the next step must not pass [s].

        The earliest of: a switch of the power, a sample, an operator's delayed action, the longest
        pause, the end.  The present time once finished.
        """
        if self.finished:
            return self._time
        samples = [sensor.next_sample for sensor in self._sensors.values()]
        first = min(self._schedule.next_instant(), self._interlock.next_instant(), *samples)
        # Of instants that differ by rounding only, the sample names the time: an event then bears
        # the very time of the sample that caused it.
        return min((t for t in samples if t <= first + TIME_TOLERANCE), default=first)

    def advance(self, t: float, temperatures: Mapping[str, float]) -> list[Event]:
        """Take note of a step and do what is due at its end.

        Parameters
        ----------
        t : float [s]
            End of the step, not beyond `next_instant`.  Within 1e-9 s of it counts as reaching it.
        temperatures : mapping of str to float [degC]
            Tissue temperature at every thermocouple at `t`, taken linear since the last call.

        Returns
        -------
        list of Event
            Events not returned before; the first call also returns those of t = 0.

        Raises
        ------
        SolverError
            If the step goes back in time or passes an instant, or if a temperature is missing or
            not finite.
        """
        instant = self.next_instant()
        if not self._time - TIME_TOLERANCE <= t <= instant + TIME_TOLERANCE:
            raise SolverError(
                f"a step from {self._time!r} s must end by {instant!r} s, the next instant of the "
                f"protocol, but ends at {t!r} s"
            )
        at_instant = t >= instant - TIME_TOLERANCE
        t = instant if at_instant else max(t, self._time)
        for name, sensor in self._sensors.items():
            tissue = self._checked(temperatures, name)
            sensor.advance(t, tissue)
            self.peaks[name] = max(self.peaks[name], tissue)
        self._time = t
        if at_instant and not self.finished:
            self._act(t)
        new = self._events[self._reported :]
        self._reported = len(self._events)
        return new

    def interrupt(self, cause: str = "interrupted by the user") -> Event:
        """Break the run off at the present time; the controller is then finished.

        Parameters
        ----------
        cause : str

        Returns
        -------
        Event
            Of kind "interrupted".
        """
        event = Event(self._time, "interrupted", cause, "user")
        if not self.finished:
            self._schedule.break_off()
            self._note_power(self._time)
        self._events.append(event)
        self._reported = len(self._events)
        return event

    def _act(self, t: float) -> None:
        """Do everything that is due at an instant."""
        armed = self._schedule.power_remains(t)
        firings = self._interlock.due(t)
        sampled = []
        for name, sensor in self._sensors.items():
            if sensor.next_sample <= t + TIME_TOLERANCE:
                trace = self.traces[name]
                trace.t.append(sensor.next_sample)
                reading = sensor.sample()
                trace.reading.append(reading)
                trace.tissue.append(sensor.tissue)
                sampled.append(trace)
                if armed:
                    firings += self._interlock.read(t, name, reading)
        if armed:
            self._fire(t, firings)
            self._end_pause(t)
        self._events += self._schedule.switch(t)
        if not self._schedule.power_remains(t):
            self._interlock.disarm()
        self._note_power(t)
        for trace in sampled:
            trace.power.append(self.power)

    def _fire(self, t: float, firings: list[Firing]) -> None:
        stop = next((firing for firing in firings if firing.rule.action == "stop"), None)
        if stop is not None:
            self._stop(t, stop.cause, stop.rule.thermocouple)
            return
        for firing in firings:
            self._interlock.hold(t, firing.index)
            if not self._schedule.paused:
                self._schedule.pause(t)
                self._events.append(Event(t, "pause", firing.cause, firing.rule.thermocouple))

    def _end_pause(self, t: float) -> None:
        if not self._schedule.paused:
            return
        given_up = self._interlock.given_up(t)
        if not self._interlock.holding:
            self._schedule.resume(t)
            cause, name = self._interlock.released
            self._events.append(Event(t, "resume", cause, name))
        elif given_up is not None:
            self._stop(t, *given_up)

    def _stop(self, t: float, cause: str, source: str) -> None:
        self._schedule.stop(t)
        self._interlock.disarm()
        self._events.append(Event(t, "stop", cause, source))

    def _note_power(self, t: float) -> None:
        """Close the energy account of the last powers when one of them changes."""
        since, before = self.antenna_steps[-1]
        powers = self.powers
        if powers == before:
            return
        account = zip(self._energies, before, strict=True)
        self._energies = tuple(energy + power * (t - since) for energy, power in account)
        if t <= since:
            self.antenna_steps.pop()
        self.antenna_steps.append((t, powers))

    @staticmethod
    def _checked(temperatures: Mapping[str, float], name: str) -> float:
        value = temperatures.get(name, math.nan)
        # A reading that is not a number is above no limit: it would switch the safety rule off.
        if not math.isfinite(value):
            raise SolverError(f"the temperature at thermocouple '{name}' is missing or not finite")
        return float(value)
