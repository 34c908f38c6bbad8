"""The protocol: power over time, thermocouples, and rules that act on their readings.

    (pulses, played in order: cycles x (on at power, then off))  then  cooldown

The off time of the last cycle belongs to the protocol: four cycles of 60 s on and 20 s off take
320 s, and the cooldown starts after them.  A rule acts on sensor readings at sampling instants, as
long as planned power is still to be delivered:

- "stop" ends all power; the cooldown then runs its full duration, so that the heat which goes on
  spreading is seen.
- "pause" switches the power off and freezes the protocol; it resumes, with what was left of the
  interrupted phase, at the first sample below `resume_below`.  A pause that lasts `give_up_after`
  becomes a stop.
- `delay` is the reaction time of an operator between the reading and a stop or pause; resuming is
  not delayed.

Where a plan has several antennas, each plays pulses of its own from its own start on, all on one
clock.  A stop ends the power of all of them; a pause switches all of them off and freezes the clock
of all, for whatever heated the sensor; the cooldown starts when the last pulse of all is over.
"""

from __future__ import annotations

from typing import Any, Self

from mwa_sim.control.pulse import Pulse, Pulsed, PulseTrain
from mwa_sim.control.watch import LANDMARK, Cooldown, Rule, Thermocouple, Watch
from mwa_sim.spec import validate

__all__ = ["LANDMARK", "Cooldown", "Protocol", "Pulse", "Rule", "Thermocouple"]


class Protocol(Watch, Pulsed):
    """Pulses, thermocouples, rules and cooldown; see the module for what they mean together.

    Of several antennas these are the pulses of the first.

    Raises
    ------
    InputError
        With every mistake at once: values of the wrong kind, rules that watch no thermocouple,
        names given twice.

    Examples
    --------
    >>> protocol = Protocol.pulsed(power=40, on=60, off=20, cycles=4).watching(
    ...     "posterior_wall", at="landmark:posterior_wall", above=42
    ... )
    >>> protocol.total_on_time, protocol.planned_duration
    (240.0, 500.0)
    """

    @classmethod
    def pulsed(
        cls,
        power: float | str,
        on: float | str,
        off: float | str = 0.0,
        cycles: int = 1,
        cooldown: float | str = 180.0,
    ) -> Self:
        """Make a protocol of one pulse, without thermocouples.

        Parameters
        ----------
        power : float [W] or str
            At the generator.
        on, off : float [s] or str
        cycles : int
        cooldown : float [s] or str

        Raises
        ------
        InputError
            If a value does not fit.
        """
        pulse = {"power": power, "on": on, "off": off, "cycles": cycles}
        return validate(cls, {"pulses": [pulse], "cooldown": {"duration": cooldown}})

    def watching(
        self,
        name: str,
        at: object,
        above: float | str | None = None,
        action: str = "stop",
        *,
        sample_every: float | str = 1.0,
        time_constant: float | str = 0.4,
        noise: float | str = 0.0,
        **rule: Any,
    ) -> Self:
        """Copy with a thermocouple and, if a limit is given, a rule on it.

        Parameters
        ----------
        name : str
            Of the thermocouple.
        at : str or three lengths
            "landmark:NAME" or a position [m].
        above : float [degC] or str, optional
            Limit; without it the thermocouple is only recorded.
        action : {"stop", "pause"}
        sample_every, time_constant, noise : float [s, s, K] or str
        **rule : object
            Further values of `Rule`: ``resume_below``, ``delay``, ``give_up_after``.

        Raises
        ------
        InputError
            If a value does not fit or the name is taken.
        """
        thermocouple = {
            "name": name,
            "at": at,
            "sample_every": sample_every,
            "time_constant": time_constant,
            "noise": noise,
        }
        rules: list[object] = [*self.rules]
        if above is not None or rule:
            limit = {} if above is None else {"above": above}
            rules.append({"thermocouple": name, "action": action, **limit, **rule})
        return self.changed(thermocouples=[*self.thermocouples, thermocouple], rules=rules)

    def limiting(self, name: str, above: float | str, action: str = "stop", **rule: Any) -> Self:
        """Copy with one more rule on a thermocouple that is already there.

        Parameters
        ----------
        name : str
            Of the thermocouple.
        above : float [degC] or str
        action : {"stop", "pause"}
        **rule : object
            Further values of `Rule`.

        Raises
        ------
        InputError
            If a value does not fit or there is no such thermocouple.
        """
        new = {"thermocouple": name, "above": above, "action": action, **rule}
        return self.changed(rules=[*self.rules, new])

    def then(
        self, power: float | str, on: float | str, off: float | str = 0.0, cycles: int = 1
    ) -> Self:
        """Copy with one more pulse at the end; parameters as in `pulsed`."""
        pulse = {"power": power, "on": on, "off": off, "cycles": cycles}
        return self.changed(pulses=[*self.pulses, pulse])

    @property
    def train(self) -> PulseTrain:
        """The pulses as those of the only antenna."""
        return PulseTrain(self.pulses)

    @property
    def total_on_time(self) -> float:
        """Planned time with power [s]."""
        return self.train.on_time

    @property
    def treatment_duration(self) -> float:
        """Planned time of all pulses, on and off, without the cooldown [s]."""
        return self.train.end

    @property
    def planned_duration(self) -> float:
        """Planned time of all pulses and the cooldown, if no rule fires [s]."""
        return self.treatment_duration + self.cooldown.duration

    @property
    def planned_energy(self) -> float:
        """Energy the generator delivers if no rule fires [J]."""
        return self.train.energy
