"""The plan: which case, which antennas, where, and what is to be done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.control.pulse import Pulse, PulseTrain
from mwa_sim.control.schedule import planned_on_time
from mwa_sim.errors import InputError
from mwa_sim.placement import (
    GivenAntenna,
    GivenPose,
    PlacedAntenna,
    default_name,
    name_problems,
    resolve_point,
)
from mwa_sim.plan_changes import as_antennas, given_case, resolved_changes
from mwa_sim.plan_regions import described_regions
from mwa_sim.quantities import quantity
from mwa_sim.spec import Spec, Time, problems
from mwa_sim.typing import FloatArray

ParameterSet = Literal["smaller-zone", "nominal", "larger-zone"]
DryingLimit = Literal["redistribute", "attenuate"]


class SolverSettings(Spec):
    """Accuracy and cadence of a run; the defaults suit every plan.

    Attributes
    ----------
    temperature_tolerance : float [K]
        Largest estimated temperature error that one time step may make at any node; the errors of
        a whole run stay below it (0.3 K at boiling fronts, 0.001 K at thermocouples).
    max_step : float [s]
        Largest time step; every sample of a thermocouple ends one.
    save_every : float [s]
        Time between the temperature fields kept in the result.
    field_tolerance : float [-]
        Of antennas with the model "wave-coupled": the field is computed again when the absorbed
        power density has changed by this fraction of the power (half its L1 distance).
    """

    temperature_tolerance: Annotated[
        float, quantity("temperature_difference", at_least=1e-5, at_most=5.0)
    ] = 1.0
    max_step: Annotated[float, quantity("time", at_least=1e-3)] = 2.0
    save_every: Annotated[float, quantity("time", at_least=1e-2)] = 5.0
    field_tolerance: Annotated[float, quantity("fraction", at_least=1e-3, at_most=1.0)] = 0.1


class Plan(Spec):
    """Everything that determines a run; frozen.

    Attributes
    ----------
    case : Case
        A name or path is loaded.
    antenna : Antenna
        A name is looked up in the library. Of several antennas the first.
    pose : Pose
        Of the first antenna.
    protocol : Protocol
        Pulses of the first antenna; thermocouples, rules and cooldown of all.
    further : tuple of PlacedAntenna
        The antennas beside the first, see :meth:`with_antenna`.
    antenna_name : str
        Of the first antenna.
    antenna_start : float [s]
        When its first pulse begins.
    tissues : {"nominal", "smaller-zone", "larger-zone"}
        Bounding set of tissue parameters.
    drying : {"redistribute", "attenuate"}
        Where the power goes that hot, dry tissue no longer absorbs: further out, so that the
        total is kept (cautious for nerves), or back to the generator (cautious for coverage).
        For the models "line" and "wave-static"; a field that is computed again knows, and a map
        prescribes it.
    rewetting : bool
        Whether hot, dried tissue absorbs again as it cools, as dielectric properties that depend
        on the temperature alone have it (the default); False keeps those of its highest
        temperature, as if no water came back. The truth lies between; it matters for pulses.
    seed : int
        Of the noise of the thermocouples.
    solver : SolverSettings

    Examples
    --------
    >>> plan.changed({"protocol.pulses.0.power": 30})  # doctest: +SKIP
    >>> plan.with_antenna("slot-1.6mm", right, power=30, on=60, start=240)  # doctest: +SKIP
    """

    case: Annotated[Case, PlainValidator(given_case)]
    antenna: GivenAntenna
    pose: GivenPose
    protocol: Protocol
    further: tuple[PlacedAntenna, ...] = ()
    antenna_name: str = Field(default_name(0), min_length=1)
    antenna_start: Time = 0.0
    tissues: ParameterSet = "nominal"
    drying: DryingLimit = "redistribute"
    rewetting: bool = True
    seed: int = Field(0, ge=0)
    solver: SolverSettings = SolverSettings()

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        found = name_problems([self.antenna_name, *(placed.name for placed in self.further)])
        if found:
            raise problems(*found)
        return self

    @property
    def antennas(self) -> tuple[PlacedAntenna, ...]:
        """All antennas, in the order in which they were given."""
        first = PlacedAntenna(
            name=self.antenna_name,
            antenna=self.antenna,
            pose=self.pose,
            pulses=self.protocol.pulses,
            start=self.antenna_start,
        )
        return (first, *self.further)

    @property
    def trains(self) -> tuple[PulseTrain, ...]:
        """The pulses of every antenna; the only antenna needs no name in the events."""
        if not self.further:
            return (PulseTrain(self.protocol.pulses, self.antenna_start),)
        return tuple(placed.train for placed in self.antennas)

    @property
    def planned_duration(self) -> float:
        """Planned time of all pulses and the cooldown, if no rule fires [s]."""
        return max(train.end for train in self.trains) + self.protocol.cooldown.duration

    @property
    def planned_on_time(self) -> float:
        """Planned time with power from at least one antenna [s]."""
        return planned_on_time(self.trains)

    @property
    def planned_energy(self) -> float:
        """Energy the generators of all antennas deliver if no rule fires [J]."""
        return math.fsum(train.energy for train in self.trains)

    def with_antenna(
        self,
        antenna: Antenna | str,
        pose: Pose,
        pulses: Sequence[Pulse | Mapping[str, Any]] | None = None,
        *,
        power: float | str | None = None,
        on: float | str | None = None,
        off: float | str = 0.0,
        cycles: int = 1,
        start: float | str = 0.0,
        name: str | None = None,
    ) -> Self:
        """Copy with one more antenna; the heat of all adds up (their fields are not in phase).

        All antennas are in place, and cooled, from the first to the last second: one that is
        withdrawn and used again in its own track is not modelled.

        Parameters
        ----------
        antenna : Antenna or str
            A name is looked up in the library.
        pose : Pose
        pulses : sequence of Pulse, optional
            Without them, and without `power`, the pulses of the first antenna.
        power : float [W] or str, optional
            Of a single pulse, with `on` [s], `off` [s] and `cycles`.
        start : float [s] or str
            When the first pulse begins; for use one after the other, when the first antenna ends.
        name : str, optional
            ``"antenna 2"``, ... by default.

        Raises
        ------
        InputError
            If a value does not fit or the name is taken.
        """
        given = {"power": power, "on": on}
        single = {key: value for key, value in given.items() if value is not None}
        if single and pulses is not None:
            raise InputError("with_antenna: give either pulses or power and on, not both")
        if single:
            pulses = [{**single, "off": off, "cycles": cycles}]
        placed = {
            "name": default_name(len(self.further) + 1) if name is None else name,
            "antenna": antenna,
            "pose": pose,
            "pulses": self.protocol.pulses if pulses is None else pulses,
            "start": start,
        }
        return self.changed(further=[*self.further, placed])

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
        """Copy with some values replaced, validated again.

        Parameters
        ----------
        changes : mapping of str to object, optional
            Dotted paths: ``protocol.pulses.0.power`` (or ``pulses.0.power``, as in a plan file),
            ``antenna.efficiency``, ``pose.tip``, ``pose.entry``, ``tissues``, ``solver.max_step``.
            Antennas are numbered from 0: ``antennas.1.pulses.0.power``, ``antennas.1.pose.tip``.
            ``pose.shift.deeper``, ``.anterior``, ``.left`` and ``.cranial`` move an antenna from
            where it is, without turning it. ``regions.tumour.perfusion`` is a value of the tissue
            of a region, which the bounding sets then keep, ``regions.tumour.tissue`` the name of
            another tissue.
        **more : object
            Top-level values by name.

        Raises
        ------
        InputError
            A path that does not exist or a value that does not fit.
        """
        given = {**(changes or {}), **more}
        rest = resolved_changes(given, self.antennas, self.case, type(self).model_fields)
        try:
            return super().changed(rest)
        except InputError as error:
            raise InputError([as_antennas(text) for text in error.problems]) from None

    def thermocouple_positions(self) -> dict[str, FloatArray]:
        """Positions (3,) [m] of the thermocouples by name.

        Raises
        ------
        InputError
            Landmarks that the case does not have, all at once.
        """
        found: dict[str, FloatArray] = {}
        wrong = []
        for k, thermocouple in enumerate(self.protocol.thermocouples):
            try:
                found[thermocouple.name] = resolve_point(thermocouple.at, self.case.landmarks)
            except InputError as error:
                wrong += [f"thermocouples[{k}].at: {p}" for p in error.problems]
        if wrong:
            raise InputError(wrong)
        return found

    def described(self) -> dict[str, Any]:
        """The plan as JSON-able data, SI units and degC."""
        return {
            "schema": "mwa-sim/plan/1",
            "case": self.case.name,
            "antenna": {
                "name": self.antenna.name,
                "model": self.antenna.model,
                "efficiency": self.antenna.efficiency,
                "frequency_Hz": self.antenna.frequency,
            },
            "pose": {"tip_m": self.pose.tip.tolist(), "axis": self.pose.axis.tolist()},
            "antennas": [placed.described() for placed in self.antennas],
            "tissues": self.tissues,
            "regions": described_regions(self.case),
            "drying": self.drying,
            "rewetting": self.rewetting,
            "seed": self.seed,
            "protocol": self.protocol.model_dump(mode="json"),
            "solver": self.solver.model_dump(mode="json"),
        }
