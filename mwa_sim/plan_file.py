"""Read a plan from a TOML file, with every mistake in one message."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from mwa_sim.antenna.choice import antenna_from_plan
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case, load_case
from mwa_sim.control.protocol import LANDMARK, Protocol
from mwa_sim.errors import DataError, InputError, MeshError, MwaError
from mwa_sim.plan import DryingLimit, ParameterSet, Plan, SolverSettings, resolve_point
from mwa_sim.spec import Length, Spec, validate
from mwa_sim.spec_paths import set_path
from mwa_sim.toml_file import check_schema, read_toml

PLAN_VERSION = 1
_OPTIONAL_TABLES = ("cooldown", "solver")
_T = TypeVar("_T")


def _listed(value: object) -> object:
    if isinstance(value, str) and not value.startswith("landmark:"):
        raise ValueError(
            f'expected "landmark:NAME" or three lengths such as ["12 mm", "-3 mm", "20 mm"], '
            f"got {value!r}"
        )
    return value


Point = Annotated[str | tuple[Length, Length, Length], BeforeValidator(_listed)]


class PoseSpec(Spec):
    """Where the antenna goes: a point on its shaft, and its tip.

    Attributes
    ----------
    entry, tip : "landmark:NAME" or three lengths [m]
    deeper : float [m]
        How far the antenna is pushed on beyond ``tip`` along the line from ``entry``: an antenna
        radiates some way behind its tip, so ``tip`` may name the target.
    """

    entry: Point
    tip: Point
    deeper: Length = 0.0


class PlanSpec(Protocol):
    """Content of a plan file: the protocol's keys beside case, antenna and pose.

    Attributes
    ----------
    format : str
        The ``schema`` key.
    case : str
        Bundled name, or a path relative to the plan file.
    antenna : str or table
        Library name, or ``{ map = "FILE.csv" }``, or ``{ library = "NAME", efficiency = "0.6" }``.
    pose : PoseSpec
    tissues, drying : str
    seed : int
    solver : SolverSettings
    """

    format: str = Field(alias="schema")
    case: str = Field(min_length=1)
    antenna: Any
    pose: PoseSpec
    tissues: ParameterSet = "nominal"
    drying: DryingLimit = "redistribute"
    seed: int = Field(0, ge=0)
    solver: SolverSettings = SolverSettings()


def parse_override(text: str) -> tuple[str, Any]:
    """Split ``KEY=VALUE`` as given to ``--set``; the value is TOML, or else plain text.

    Raises
    ------
    InputError
        No equals sign, or no key.

    Examples
    --------
    >>> parse_override("pulses.0.cycles=2"), parse_override("pulses.0.power=30 W")
    (('pulses.0.cycles', 2), ('pulses.0.power', '30 W'))
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {text!r}: write KEY=VALUE, for example pulses.0.power='30 W'")
    try:
        parsed = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    return key.strip().removeprefix("protocol."), parsed


def load_plan(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Plan:
    """Read a plan file.

    Parameters
    ----------
    path : path
        TOML file with ``schema = "mwa-sim/plan/1"``.
    overrides : mapping of str to object, optional
        Dotted keys that replace values of the file, written as in the file.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Listing every mistake in the plan, its case and its antenna.
    DataError
        The plan cannot be read.

    Examples
    --------
    >>> plan = load_plan("examples/l2-metastasis.toml")  # doctest: +SKIP
    """
    file = Path(path)
    if file.is_dir():
        raise DataError(f"'{file}' is a folder; give the plan file inside it")
    data = read_toml(file)
    check_schema(data, "plan", PLAN_VERSION, str(file))
    for key, value in (overrides or {}).items():
        _make_room(data, key)
        set_path(data, key, value)
    return plan_from_data(data, file.parent)


def plan_from_data(data: dict[str, Any], folder: str | os.PathLike[str] = ".") -> Plan:
    """Make a plan of the content of a plan file.

    Parameters
    ----------
    data : dict
        As TOML gives it, quantities quoted.
    folder : path
        Folder against which relative paths in the plan are resolved.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Listing every mistake.
    """
    problems: list[str] = []
    spec = _collect(problems, lambda: validate(PlanSpec, data, source="file"))
    base = Path(folder)
    antenna = case = None
    if data.get("antenna") is not None:
        antenna = _collect(
            problems, lambda: antenna_from_plan(data["antenna"], base, source="file")
        )
    if isinstance(data.get("case"), str):
        case = _collect(problems, lambda: load_case(_case_path(data["case"], base)))
    pose = None
    if spec is not None and case is not None:
        landmarks = case.landmarks
        entry = _collect(problems, lambda: resolve_point(spec.pose.entry, landmarks), "pose.entry")
        tip = _collect(problems, lambda: resolve_point(spec.pose.tip, landmarks), "pose.tip")
        if entry is not None and tip is not None:
            deeper = spec.pose.deeper
            pose = _collect(
                problems, lambda: Pose.between(entry=entry, tip=tip).moved(deeper=deeper)
            )
    if case is not None:
        problems += _unknown_landmarks(data, case, with_pose=spec is None)
    if problems or spec is None or case is None or antenna is None or pose is None:
        raise InputError(problems)
    protocol = Protocol(**{name: getattr(spec, name) for name in Protocol.model_fields})
    return Plan(
        case=case,
        antenna=antenna,
        pose=pose,
        protocol=protocol,
        tissues=spec.tissues,
        drying=spec.drying,
        seed=spec.seed,
        solver=spec.solver,
    )


def _make_room(data: dict[str, Any], key: str) -> None:
    """Add the optional tables that an override reaches into and the file does without."""
    parts = key.split(".")
    if parts[0] in _OPTIONAL_TABLES and len(parts) > 1:
        data.setdefault(parts[0], {})
    if parts[0] == "antenna" and len(parts) > 1:
        if isinstance(data.get("antenna"), str):
            data["antenna"] = {"library": data["antenna"]}
        if parts[1] == "cooling" and len(parts) > 2 and isinstance(data.get("antenna"), dict):
            data["antenna"].setdefault("cooling", {})


def _unknown_landmarks(data: Mapping[str, Any], case: Case, with_pose: bool) -> list[str]:
    """Landmarks that the case does not have, read from the raw data.

    They are thus found beside mistakes elsewhere in the plan.
    """
    points: dict[str, object] = {}
    pose = data.get("pose")
    if with_pose and isinstance(pose, Mapping):
        points |= {f"pose.{key}": pose.get(key) for key in ("entry", "tip")}
    couples = data.get("thermocouples")
    for k, couple in enumerate(couples if isinstance(couples, list) else ()):
        if isinstance(couple, Mapping):
            points[f"thermocouples[{k}].at"] = couple.get("at")
    problems: list[str] = []
    for where, value in points.items():
        if isinstance(value, str) and value.startswith(LANDMARK):
            _collect(problems, partial(resolve_point, value, case.landmarks), where)
    return problems


def _collect(problems: list[str], make: Callable[[], _T], where: str = "") -> _T | None:
    """Call ``make``; on a mistake of the user note it and go on with None."""
    try:
        return make()
    except (InputError, DataError, MeshError) as error:
        problems += [f"{where}: {text}" if where else text for text in _texts(error)]
        return None


def _texts(error: MwaError) -> tuple[str, ...]:
    return error.problems


def _case_path(given: str, folder: Path) -> str | Path:
    """A path relative to the plan file where there is one, else the name as it is."""
    beside = folder / given
    return beside if beside.exists() else given
