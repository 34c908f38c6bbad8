"""Read a plan from a TOML file, with every mistake in one message."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.choice import antenna_from_plan
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case, load_case
from mwa_sim.control.protocol import Protocol
from mwa_sim.control.watch import LANDMARK, Watch
from mwa_sim.errors import DataError, InputError, MeshError, MwaError
from mwa_sim.placement import PlacedAntenna, default_name, name_problems, resolve_point
from mwa_sim.plan import Plan
from mwa_sim.plan_changes import shifted
from mwa_sim.plan_regions import with_region_changes
from mwa_sim.plan_spec import AntennaTable, PlanSpec, PoseSpec, SeveralSpec
from mwa_sim.spec import validate
from mwa_sim.spec_paths import set_path
from mwa_sim.toml_file import check_schema, read_toml
from mwa_sim.typing import FloatArray

PLAN_VERSION = 1
_OPTIONAL_TABLES = ("cooldown", "solver", "regions")
_OF_ANTENNA = ("antenna", "pose", "pulses")
_T = TypeVar("_T")


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
    several = "antennas" in data
    mixed = [key for key in _OF_ANTENNA if key in data] if several else []
    if mixed:
        problems.append(
            f"{' and '.join(mixed)} beside [[antennas]]: a plan has either antenna, [pose] and "
            "[[pulses]], or [[antennas]] with all of them inside; move them into [[antennas]]"
        )
        data = {key: value for key, value in data.items() if key not in mixed}
    kind: type[PlanSpec | SeveralSpec] = SeveralSpec if several else PlanSpec
    spec = _collect(problems, lambda: validate(kind, data, source="file"))
    base = Path(folder)
    case = None
    if isinstance(data.get("case"), str):
        case = _collect(problems, lambda: load_case(_case_path(data["case"], base)))
        case = _with_regions(problems, case, data.get("regions"))
    tables = _listed_tables(data) if several else [data]
    prefixes = [f"antennas[{k}]." for k in range(len(tables))] if several else [""]
    antennas = [
        _antenna(problems, table, base, prefix)
        for table, prefix in zip(tables, prefixes, strict=True)
    ]
    placed = _tables(spec)
    problems += name_problems([table.name or default_name(k) for k, table in enumerate(placed)])
    poses = []
    if case is not None:
        landmarks = case.landmarks
        poses = [
            _pose(problems, table.pose, landmarks, prefix)
            for table, prefix in zip(placed, prefixes, strict=False)
        ]
        problems += _unknown_landmarks(data, case, with_pose=spec is None)
    if problems or spec is None or case is None:
        raise InputError(problems)
    first, *others = [
        PlacedAntenna(
            name=table.name or default_name(k),
            antenna=antenna,
            pose=pose,
            pulses=table.pulses,
            start=table.start,
        )
        for k, (table, antenna, pose) in enumerate(zip(placed, antennas, poses, strict=True))
        if antenna is not None and pose is not None  # else there were problems
    ]
    watched = {name: getattr(spec, name) for name in Watch.model_fields}
    return Plan(
        case=case,
        antenna=first.antenna,
        pose=first.pose,
        protocol=Protocol(pulses=first.pulses, **watched),
        further=tuple(others),
        antenna_name=first.name,
        antenna_start=first.start,
        tissues=spec.tissues,
        drying=spec.drying,
        rewetting=spec.rewetting,
        seed=spec.seed,
        solver=spec.solver,
    )


def _listed_tables(data: Mapping[str, Any]) -> list[Any]:
    """The raw tables ``[[antennas]]``; what is no list is refused by the validation."""
    tables = data.get("antennas")
    return tables if isinstance(tables, list) else []


def _tables(spec: PlanSpec | SeveralSpec | None) -> tuple[AntennaTable, ...]:
    """The antennas of a plan file in either style."""
    if isinstance(spec, PlanSpec):
        return (AntennaTable(antenna=spec.antenna, pose=spec.pose, pulses=spec.pulses),)
    return () if spec is None else spec.antennas


def _antenna(problems: list[str], table: object, base: Path, prefix: str) -> Antenna | None:
    """The antenna of a table of the raw data, so that its mistakes stand beside all others."""
    if not isinstance(table, Mapping) or table.get("antenna") is None:
        return None
    found: list[str] = []
    antenna = _collect(found, lambda: antenna_from_plan(table["antenna"], base, source="file"))
    inside = f"{prefix}antenna: " if prefix else ""
    problems += [prefix + text if text.startswith("antenna") else inside + text for text in found]
    return antenna


def _pose(
    problems: list[str], spec: PoseSpec, landmarks: Mapping[str, FloatArray], prefix: str
) -> Pose | None:
    where = f"{prefix}pose"
    entry = _collect(problems, lambda: resolve_point(spec.entry, landmarks), f"{where}.entry")
    tip = _collect(problems, lambda: resolve_point(spec.tip, landmarks), f"{where}.tip")
    if entry is None or tip is None:
        return None
    found: list[str] = []
    pose = _collect(found, lambda: Pose.between(entry=entry, tip=tip).moved(deeper=spec.deeper))
    if pose is not None:
        pose = shifted(pose, spec.shift.model_dump())
    problems += [prefix + text for text in found]
    return pose


def _with_regions(problems: list[str], case: Case | None, tables: object) -> Case | None:
    """The case with the tables ``[regions.NAME]`` of the raw data."""
    if case is None or not isinstance(tables, Mapping):
        return case
    given = {name: table for name, table in tables.items() if isinstance(table, Mapping)}
    found: list[str] = []
    changed = _collect(found, lambda: with_region_changes(case, given, source="file"))
    # What is wrong with a table by itself has been found with the rest of the plan.
    problems += [text for text in found if text not in problems]
    return case if changed is None else changed


def _make_room(data: dict[str, Any], key: str) -> None:
    """Add the optional tables that an override reaches into and the file does without."""
    parts = key.replace("[", ".").replace("]", "").split(".")
    if parts[0] in _OPTIONAL_TABLES and len(parts) > 1:
        data.setdefault(parts[0], {})
    if parts[0] == "regions" and len(parts) > 2:
        data.setdefault("regions", {}).setdefault(parts[1], {})
    tables, holder = _listed_tables(data), data
    if tables and parts[0] in _OF_ANTENNA:
        raise InputError(
            f"{key}: this plan has [[antennas]], numbered from 0; write antennas.0.{key}"
        )
    if tables and parts[0] == "antennas" and len(parts) > 1:
        number = int(parts[1]) if parts[1].isdecimal() else len(tables)
        if number >= len(tables) or not isinstance(tables[number], dict):
            return
        holder, parts = tables[number], parts[2:]
    if parts[:2] == ["pose", "shift"] and isinstance(holder.get("pose"), dict):
        holder["pose"].setdefault("shift", {})
    if parts[:1] == ["antenna"] and len(parts) > 1:
        if isinstance(holder.get("antenna"), str):
            holder["antenna"] = {"library": holder["antenna"]}
        table = holder.get("antenna")
        if parts[1] in ("cooling", "cable") and len(parts) > 2 and isinstance(table, dict):
            table.setdefault(parts[1], {})


def _unknown_landmarks(data: Mapping[str, Any], case: Case, with_pose: bool) -> list[str]:
    """Landmarks that the case does not have, read from the raw data.

    They are thus found beside mistakes elsewhere in the plan.
    """
    points: dict[str, object] = {}
    numbered = enumerate(_listed_tables(data))
    holders = {"": data} | {f"antennas[{k}].": table for k, table in numbered}
    for prefix, holder in holders.items() if with_pose else ():
        pose = holder.get("pose") if isinstance(holder, Mapping) else None
        if isinstance(pose, Mapping):
            points |= {f"{prefix}pose.{key}": pose.get(key) for key in ("entry", "tip")}
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
