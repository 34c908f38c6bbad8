"""What the dotted keys of ``plan.changed`` mean: antennas, poses, regions, protocol."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.choice import AntennaSpec, CoolingSpec, antenna_from_plan
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case, load_case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError, MwaError
from mwa_sim.placement import PlacedAntenna, antenna_path, resolve_point
from mwa_sim.plan_regions import split_region_path, with_region_changes
from mwa_sim.quantities import Quantity, quantity, quantity_of
from mwa_sim.spec import problems
from mwa_sim.spec_paths import did_you_mean, join
from mwa_sim.typing import FloatArray

SHIFTS: dict[str, tuple[float, float, float]] = {
    "anterior": (1.0, 0.0, 0.0),
    "left": (0.0, 1.0, 0.0),
    "cranial": (0.0, 0.0, 1.0),
}
"""Directions of ``pose.shift`` beside ``deeper``: x is anterior, y left, z cranial in a case."""

_LENGTH = quantity("length")

# Where the plan keeps what belongs to the first antenna.
_FIRST = {
    "name": "antenna_name",
    "antenna": "antenna",
    "pose": "pose",
    "pulses": "protocol.pulses",
    "start": "antenna_start",
}


def given_case(value: object) -> Case:
    """A Case as it is; the name or path of one is loaded.

    Raises
    ------
    PydanticCustomError
        As the validators of a :class:`~mwa_sim.spec.Spec` report mistakes.
    """
    if isinstance(value, Case):
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise problems(f"expected a Case, or the name or path of one, got {value!r}")
    try:
        return load_case(value)
    except MwaError as error:
        raise problems(*error.problems) from None


def shifted(pose: Pose, shifts: Mapping[str, float]) -> Pose:
    """A pose moved without turning it.

    Parameters
    ----------
    pose : Pose
    shifts : mapping of str to float [m]
        ``deeper`` along the shaft, ``anterior``, ``left`` and ``cranial`` in the axes of the case;
        negative the other way.
    """
    by = [
        sum(SHIFTS[key][axis] * length for key, length in shifts.items() if key in SHIFTS)
        for axis in range(3)
    ]
    return pose.moved(by, deeper=shifts.get("deeper", 0.0))


def resolved_changes(
    changes: Mapping[str, Any],
    antennas: Sequence[PlacedAntenna],
    case: Case,
    fields: Iterable[str],
) -> dict[str, Any]:
    """Turn dotted keys as users write them into paths of the fields of a plan.

    Parameters
    ----------
    changes : mapping of str to object
    antennas : sequence of PlacedAntenna
        Of the plan.
    case : Case
        Of the plan.
    fields : iterable of str
        Names of the values of a plan.

    Returns
    -------
    dict of str to object
        Paths to set on the plan, and their values.

    Raises
    ------
    InputError
        Listing every key that leads nowhere and every value that does not fit.
    """
    rest: dict[str, Any] = {}
    found: list[str] = []
    case, found = _changed_case(changes, case, rest)
    # Where a pose is replaced and shifted, the shift comes last.
    ordered = sorted(changes.items(), key=lambda item: ".shift." in f"{item[0]}.")
    known = [*fields, *Protocol.model_fields, "antennas", "regions"]
    for path, value in ordered:
        first = path.partition(".")[0].partition("[")[0]
        if first not in known:
            found.append(f"{path}: unknown key{did_you_mean(first, known)}")
        if path == "case" or first == "regions" or first not in known:
            continue
        try:
            _resolve(path, value, antennas, case.landmarks, rest)
        except InputError as error:
            found += [p if p.startswith(path) else f"{path}: {p}" for p in error.problems]
    if found:
        raise InputError(found)
    return rest


def as_antennas(text: str) -> str:
    """A message about ``further[0]`` as one about ``antennas[1]``."""
    return re.sub(r"^further\[(\d+)\]", lambda found: f"antennas[{int(found[1]) + 1}]", text)


def antenna_quantity(path: str) -> Quantity | None:
    """What reads a value of an antenna, such as ``"cooling.coolant_temperature"``.

    Returns
    -------
    Quantity or None
        None for what is no number with a unit.
    """
    first, _, inner = path.partition(".")
    spec, name = (CoolingSpec, inner) if first == "cooling" and inner else (AntennaSpec, path)
    field = spec.model_fields.get(name)
    if field is None:
        return None
    return quantity_of(field.annotation, field.metadata)


def _changed_case(
    changes: Mapping[str, Any], case: Case, rest: dict[str, Any]
) -> tuple[Case, list[str]]:
    found: list[str] = []
    regions: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        try:
            split = split_region_path(path)
        except InputError as error:
            found += error.problems
            continue
        if split is not None:
            regions.setdefault(split[0], {})[split[1]] = value
    if "case" in changes:
        value = changes["case"]
        if isinstance(value, (str, os.PathLike)):
            try:
                case = load_case(value)
            except MwaError as error:
                found += [f"case: {text}" for text in error.problems]
        elif isinstance(value, Case):
            case = value
        rest["case"] = case if isinstance(value, (str, os.PathLike, Case)) else value
    if regions:
        try:
            case = rest["case"] = with_region_changes(case, regions)
        except InputError as error:
            found += error.problems
    return case, found


def _resolve(
    path: str,
    value: Any,
    antennas: Sequence[PlacedAntenna],
    landmarks: Mapping[str, FloatArray],
    rest: dict[str, Any],
) -> None:
    """Put what one key means into ``rest``."""
    of_antenna = antenna_path(path, len(antennas))
    if of_antenna is None:
        own = path.partition(".")[0].partition("[")[0] in Protocol.model_fields
        rest[f"protocol.{path}" if own else path] = value
        return
    index, key, within = of_antenna
    place = f"further.{index - 1}.{key}" if index else _FIRST[key]
    present = rest.get(place, getattr(antennas[index], key))
    if key == "antenna" and within:
        rest[place] = _changed_antenna(antenna_from_plan(present), within, value)
    elif key == "pose" and within:
        rest[place] = _changed_pose(present, path, within, value, landmarks)
    else:
        rest[f"{place}.{within}" if within else place] = value


def _changed_antenna(antenna: Antenna, within: str, value: Any) -> Antenna:
    if within == "cooling" and value == "off":
        value = None
    reader = antenna_quantity(within)
    if reader is not None and isinstance(value, str):
        value = reader.read(value)
    return antenna.changed({within: value})


def _changed_pose(
    pose: Pose, path: str, within: str, value: Any, landmarks: Mapping[str, FloatArray]
) -> Pose:
    first, _, direction = within.partition(".")
    if first == "shift" and direction in (*SHIFTS, "deeper"):
        return shifted(pose, {direction: _LENGTH.read(value)})
    if first == "shift":
        raise InputError(f"{path}: unknown direction{did_you_mean(direction, _directions())}")
    if within == "deeper":
        raise InputError(
            f"{path}: a plan keeps where the antenna is, not how it got there; write "
            f"{path[: -len('deeper')]}shift.deeper to push it on from there (negative: withdraw)"
        )
    if within == "axis":
        return pose.moved(axis=value)
    if within == "tip":
        return pose.moved(tip=_point(value, landmarks))
    if within == "entry":
        return Pose.between(entry=_point(value, landmarks), tip=pose.tip)
    known = ["tip", "entry", "axis", *(f"shift.{name}" for name in _directions())]
    raise InputError(f"{path}: a pose has no '{within}'{did_you_mean(within, known)}")


def _directions() -> list[str]:
    return ["deeper", *SHIFTS]


def _point(value: Any, landmarks: Mapping[str, FloatArray]) -> FloatArray:
    """A landmark or three lengths, each a number [m] or a quoted quantity."""
    if isinstance(value, (list, tuple)):
        found: list[str] = []
        point: list[float] = []
        for k, length in enumerate(value):
            try:
                point.append(_LENGTH.read(length))
            except InputError as error:
                found += [f"{join(['', k])}: {text}" for text in error.problems]
        if found:
            raise InputError(found)
        value = point
    return resolve_point(value, landmarks)
