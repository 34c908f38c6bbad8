"""What watches over a run, whichever antennas it has: thermocouples, rules, cooldown."""

from __future__ import annotations

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
from mwa_sim.control.pulse import Interval
from mwa_sim.spec import (
    Length,
    NonNegativeTemperatureDifference,
    PositiveTime,
    Spec,
    Temperature,
    Time,
    problems,
)

LANDMARK = "landmark:"
"""Prefix of a position that names a landmark of the case."""


def _position(value: object) -> object:
    """Accept an array of coordinates, such as a landmark of a case, for three lengths."""
    return value.tolist() if hasattr(value, "tolist") else value


class Thermocouple(Spec):
    """A temperature sensor: reads the tissue with a first-order lag at regular instants."""

    name: str = Field(min_length=1)
    at: Annotated[str | tuple[Length, Length, Length], BeforeValidator(_position)]
    """"landmark:NAME", or three lengths [m] in the coordinates of the case."""
    sample_every: Interval = 1.0
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


class Watch(Spec):
    """Thermocouples, rules and cooldown: common to all antennas of a plan.

    Raises
    ------
    InputError
        With every mistake at once, rules that watch no thermocouple and names given twice included.
    """

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
            watch = handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                cls.__name__, [*kept(error), *extra]
            ) from None
        if found:
            raise problems(*found)
        return watch
