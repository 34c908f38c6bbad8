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
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from mwa_sim.control.checks import kept, name_problems
from mwa_sim.spec import (
    Length,
    NonNegativeTemperatureDifference,
    PositivePower,
    PositiveTime,
    Spec,
    Temperature,
    Time,
    problems,
    quantity,
    validate,
)

LANDMARK = "landmark:"
"""Prefix of a position that names a landmark of the case."""

# Every pulse edge and every sample ends a solver step: below a millisecond a run would not end.
_Interval = Annotated[float, quantity("time", at_least=1e-3)]


def _position(value: object) -> object:
    """Accept an array of coordinates, such as a landmark of a case, for three lengths."""
    return value.tolist() if hasattr(value, "tolist") else value


class Pulse(Spec):
    """Repeated application of one power: ``cycles`` times (on, then off)."""

    power: PositivePower
    """Power at the generator [W]."""
    on: _Interval
    """Time with power in each cycle [s]."""
    off: Time = 0.0
    """Time without power after each on-phase, also after the last [s]."""
    cycles: int = Field(1, ge=1, le=10_000)
    """Number of repetitions."""

    @property
    def duration(self) -> float:
        """Planned time of all cycles [s]."""
        return self.cycles * (self.on + self.off)


class Thermocouple(Spec):
    """A temperature sensor: reads the tissue with a first-order lag at regular instants."""

    name: str = Field(min_length=1)
    at: Annotated[str | tuple[Length, Length, Length], BeforeValidator(_position)]
    """"landmark:NAME", or three lengths [m] in the coordinates of the case."""
    sample_every: _Interval = 1.0
    """Time between samples [s]; the first is taken at t = 0."""
    time_constant: Time = 0.4
    """Lag of the sensor [s]; 0 reads the tissue temperature itself."""
    noise: NonNegativeTemperatureDifference = 0.0
    """Standard deviation of the reading [K]."""

    @field_validator("at")
    @classmethod
    def _check_landmark(
        cls, value: str | tuple[float, float, float]
    ) -> str | tuple[float, float, float]:
        if isinstance(value, str) and not value.removeprefix(LANDMARK).strip():
            raise problems(f'expected a name after "{LANDMARK}", got {value!r}')
        if isinstance(value, str) and not value.startswith(LANDMARK):
            raise problems(
                f'expected "{LANDMARK}NAME" or three lengths such as '
                f'["12 mm", "-3 mm", "20 mm"], got {value!r}'
            )
        return value

    @property
    def landmark(self) -> str | None:
        """Name of the landmark, or None where coordinates were given."""
        return self.at.removeprefix(LANDMARK) if isinstance(self.at, str) else None


class Rule(Spec):
    """What to do when a thermocouple reads above a limit."""

    thermocouple: str
    above: Temperature
    """Limit [degC]; the rule fires when a reading is strictly above it."""
    action: Literal["stop", "pause"] = "stop"
    resume_below: Temperature | None = None
    """Reading [degC] below which a pause ends; only for, and required by, "pause"."""
    delay: Time = 0.0
    """Reaction time of the operator between the reading and the action [s]."""
    give_up_after: PositiveTime = 600.0
    """Longest pause [s]; after it the protocol is stopped."""

    @model_validator(mode="after")
    def _check_hysteresis(self) -> Self:
        resume = self.resume_below
        if self.action == "stop" and resume is not None:
            raise problems(
                'resume_below is for action = "pause": a stop is final; remove it or write '
                'action = "pause"'
            )
        if self.action == "pause" and resume is None:
            raise problems(
                'action "pause" needs resume_below, a temperature under the limit: write '
                f'resume_below = "{self.above - 2.0:g} degC"'
            )
        if resume is not None and not resume < self.above:
            raise problems(
                f"resume_below must be under the limit of {self.above:g} degC, got {resume:g} degC"
            )
        return self


class Cooldown(Spec):
    """Observation without power after the last pulse or after a stop."""

    duration: Time = 180.0
    """How long [s].  Not 0 by default: a centimetre from the antenna the temperature goes on rising
    for one to two minutes after the power stops, and a run without cooldown would hide that."""


class Protocol(Spec):
    """Pulses, thermocouples, rules and cooldown; see the module for what they mean together.

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

    pulses: tuple[Pulse, ...] = Field(min_length=1)
    thermocouples: tuple[Thermocouple, ...] = ()
    rules: tuple[Rule, ...] = ()
    cooldown: Cooldown = Cooldown()

    @model_validator(mode="wrap")
    @classmethod
    def _check_names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # On the raw input, so that names are checked even where other values are wrong.
        found = name_problems(data)
        extra = [InitErrorDetails(type=problems(*found), input=data)] if found else []
        try:
            protocol = handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                cls.__name__, [*kept(error), *extra]
            ) from None
        if found:
            raise problems(*found)
        return protocol

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
    def total_on_time(self) -> float:
        """Planned time with power [s]."""
        return math.fsum(pulse.cycles * pulse.on for pulse in self.pulses)

    @property
    def treatment_duration(self) -> float:
        """Planned time of all pulses, on and off, without the cooldown [s]."""
        return math.fsum(pulse.duration for pulse in self.pulses)

    @property
    def planned_duration(self) -> float:
        """Planned time of all pulses and the cooldown, if no rule fires [s]."""
        return self.treatment_duration + self.cooldown.duration

    @property
    def planned_energy(self) -> float:
        """Energy the generator delivers if no rule fires [J]."""
        return math.fsum(pulse.power * pulse.cycles * pulse.on for pulse in self.pulses)
