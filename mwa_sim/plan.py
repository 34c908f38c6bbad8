"""The plan: which case, which antenna, where, and what is to be done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, PlainValidator

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.choice import antenna_from_plan
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case, load_case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError, MwaError
from mwa_sim.quantities import quantity
from mwa_sim.spec import Spec, problems
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray

ParameterSet = Literal["smaller-zone", "nominal", "larger-zone"]
DryingLimit = Literal["redistribute", "attenuate"]


def _case(value: object) -> Case:
    if isinstance(value, Case):
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise problems(f"expected a Case, or the name or path of one, got {value!r}")
    try:
        return load_case(value)
    except MwaError as error:
        raise problems(*error.problems) from None


def _antenna(value: Any) -> Antenna:
    try:
        return antenna_from_plan(value)
    except MwaError as error:
        raise problems(*(text.removeprefix("antenna: ") for text in error.problems)) from None


def _pose(value: object) -> Pose:
    if not isinstance(value, Pose):
        raise problems(f"expected a Pose, such as Pose.between(entry=..., tip=...), got {value!r}")
    return value


class SolverSettings(Spec):
    """Accuracy and cadence of a run; the defaults suit every plan.

    Attributes
    ----------
    temperature_tolerance : float [K]
        Largest estimated temperature error that one time step may make at any node; the errors of
        a whole run stay below it (about 0.1 K at boiling fronts, 0.001 K at thermocouples).
    max_step : float [s]
        Largest time step.
    save_every : float [s]
        Time between the temperature fields kept in the result.
    """

    temperature_tolerance: Annotated[
        float, quantity("temperature_difference", at_least=1e-5, at_most=5.0)
    ] = 0.5
    max_step: Annotated[float, quantity("time", at_least=1e-3)] = 1.0
    save_every: Annotated[float, quantity("time", at_least=1e-2)] = 5.0


class Plan(Spec):
    """Everything that determines a run; frozen.

    Attributes
    ----------
    case : Case
        A name or path is loaded.
    antenna : Antenna
        A name is looked up in the library.
    pose : Pose
    protocol : Protocol
    tissues : {"nominal", "smaller-zone", "larger-zone"}
        Bounding set of tissue parameters.
    drying : {"redistribute", "attenuate"}
        Where the power goes that hot, dry tissue no longer absorbs: further out, so that the
        total is kept (cautious for nerves), or back to the generator (cautious for coverage).
        No effect on an imported map.
    seed : int
        Of the noise of the thermocouples.
    solver : SolverSettings

    Examples
    --------
    >>> plan.changed({"protocol.pulses.0.power": 30})  # doctest: +SKIP
    """

    case: Annotated[Case, PlainValidator(_case)]
    antenna: Annotated[Antenna, PlainValidator(_antenna)]
    pose: Annotated[Pose, PlainValidator(_pose)]
    protocol: Protocol
    tissues: ParameterSet = "nominal"
    drying: DryingLimit = "redistribute"
    seed: int = Field(0, ge=0)
    solver: SolverSettings = SolverSettings()

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
        """Copy with some values replaced, validated again.

        Parameters
        ----------
        changes : mapping of str to object, optional
            Dotted paths: ``protocol.pulses.0.power`` (or ``pulses.0.power``, as in a plan file),
            ``antenna.efficiency``, ``pose.tip``, ``pose.entry``, ``tissues``, ``solver.max_step``.
        **more : object
            Top-level values by name.

        Raises
        ------
        InputError
            A path that does not exist or a value that does not fit.
        """
        rest: dict[str, Any] = {}
        antenna, pose = self.antenna, self.pose
        for path, value in {**(changes or {}), **more}.items():
            head, _, tail = path.partition(".")
            if head == "antenna" and tail:
                antenna = antenna.changed({tail: value})
            elif path == "pose.entry":
                pose = Pose.between(entry=self._point(value), tip=pose.tip)
            elif path == "pose.tip":
                pose = pose.moved(tip=self._point(value))
            elif head.partition("[")[0] in Protocol.model_fields:
                rest[f"protocol.{path}"] = value
            else:
                rest[path] = value
        base = (
            self
            if antenna is self.antenna and pose is self.pose
            else self.model_copy(update={"antenna": antenna, "pose": pose})
        )
        return super(Plan, base).changed(rest) if rest else base

    def _point(self, value: object) -> FloatArray:
        return resolve_point(value, self.case.landmarks)

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
                "efficiency": self.antenna.efficiency,
                "frequency_Hz": self.antenna.frequency,
            },
            "pose": {"tip_m": self.pose.tip.tolist(), "axis": self.pose.axis.tolist()},
            "tissues": self.tissues,
            "drying": self.drying,
            "seed": self.seed,
            "protocol": self.protocol.model_dump(mode="json"),
            "solver": self.solver.model_dump(mode="json"),
        }


def resolve_point(value: object, landmarks: Mapping[str, FloatArray]) -> FloatArray:
    """Position [m] of ``"landmark:NAME"`` or of three coordinates [m].

    Parameters
    ----------
    value : str or (3,) array [m]
    landmarks : mapping of str to (3,) array [m]

    Returns
    -------
    (3,) float array [m]

    Raises
    ------
    InputError
        An unknown landmark, or something that is no point.
    """
    if isinstance(value, str):
        name = value.removeprefix("landmark:").strip()
        if name not in landmarks:
            raise InputError(
                f"{value!r} is not a landmark of this case{did_you_mean(name, landmarks)}"
            )
        return np.asarray(landmarks[name], dtype=np.float64)
    point = np.asarray(value, dtype=np.float64)
    if point.shape != (3,) or not np.all(np.isfinite(point)):
        raise InputError(f"expected 'landmark:NAME' or three coordinates, got {value!r}")
    return point
