"""The antenna library: numbers with range, source and standing, read from TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from mwa_sim.errors import DataError, InputError
from mwa_sim.quantities import Quantity, quantity
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.properties import STANDINGS, Value

SCHEMA = "mwa-sim/antenna/1"

_LENGTH = quantity("length", at_least=0)
_DIAMETER = quantity("length", above=0)
_PERMITTIVITY = quantity("number", at_least=1)

# Dotted names in the file. The geometry is what a field solver needs; the closed form needs the
# rest only.
_REQUIRED = {
    "frequency": quantity("frequency", above=0),
    "outer_diameter": _DIAMETER,
    "efficiency": quantity("fraction", above=0, at_most=1),
    "radiator.start": quantity("length"),
    "radiator.end": _LENGTH,
    "radiator.exponent": quantity("number", at_least=1, at_most=2),
}
_OPTIONAL = {
    "cooling.heat_transfer_coefficient": quantity("heat_transfer_coefficient", at_least=0),
    "cooling.coolant_temperature": quantity("temperature"),
    "cooling.shaft_start": _LENGTH,
    "cooling.shaft_length": _LENGTH,
    "geometry.inner_conductor_radius": _DIAMETER,
    "geometry.dielectric_radius": _DIAMETER,
    "geometry.outer_conductor_radius": _DIAMETER,
    "geometry.sheath_radius": _DIAMETER,
    "geometry.tip_thickness": _LENGTH,
    "geometry.slot_start": _LENGTH,
    "geometry.slot_end": _LENGTH,
    "geometry.monopole_length": _LENGTH,
    "geometry.dielectric_permittivity": _PERMITTIVITY,
    "geometry.sheath_permittivity": _PERMITTIVITY,
}
_KNOWN = {**_REQUIRED, **_OPTIONAL}
_KEYS = ("value", "range", "source", "standing", "note", "range_source")


@dataclass(frozen=True, eq=False)
class LibraryEntry:
    """What the library knows about one antenna.

    Attributes
    ----------
    name : str
        Name of the file, as used in plans.
    title : str
        One line for people.
    values : mapping of str to Value
        SI (degC) numbers by dotted name: ``frequency``, ``outer_diameter``, ``efficiency``,
        ``radiator.start``, ``cooling.shaft_start``, ``geometry.slot_start`` ...
    """

    name: str
    title: str
    values: Mapping[str, Value]

    def number(self, name: str) -> float:
        """The value of one dotted name.

        Raises
        ------
        DataError
            When the antenna has no such number.
        """
        if name not in self.values:
            raise DataError(f"antenna {self.name!r} has no {name!r} in its file")
        return self.values[name].value


def list_antennas() -> list[str]:
    """Names of the antennas in the library, sorted.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "slot-1.6mm" in list_antennas()
    True
    """
    folder = files("mwa_sim") / "data" / "antennas"
    return sorted(
        item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")
    )


def library_entry(name: str) -> LibraryEntry:
    """Read one antenna of the library.

    Parameters
    ----------
    name : str

    Returns
    -------
    LibraryEntry

    Raises
    ------
    InputError
        When there is no antenna of this name.
    DataError
        Listing everything wrong with its file.
    """
    known = list_antennas()
    if name not in known:
        hint = did_you_mean(str(name), known)
        if str(name).lower().endswith(".csv"):
            hint = f'; for an imported map write antenna = {{ map = "{name}" }}'
        raise InputError(f"antenna: {name!r} is not in the library{hint}")
    text = (files("mwa_sim") / "data" / "antennas" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_entry(name, text)


def parse_entry(name: str, text: str) -> LibraryEntry:
    """Read the text of an antenna file.

    Parameters
    ----------
    name : str
        Name of the antenna.
    text : str
        TOML: ``schema``, ``title``, and for each number a table with the keys ``value``,
        ``range`` (low and high), ``source``, ``standing``, ``note`` and ``range_source``;
        quantities are quoted.

    Returns
    -------
    LibraryEntry

    Raises
    ------
    DataError
        Listing everything wrong with the text.
    """
    where = f"antenna file {name!r}"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{where}: not a TOML file ({error})") from None
    if data.get("schema") != SCHEMA:
        raise DataError(f"{where}: schema must be {SCHEMA!r}, got {data.get('schema')!r}")
    problems: list[str] = []
    values: dict[str, Value] = {}
    tables = _flat({k: v for k, v in data.items() if k not in ("schema", "title")})
    for key, table in tables:
        if key not in _KNOWN:
            problems.append(f"{key}: unknown key{did_you_mean(key, _KNOWN)}")
            continue
        value = _value(key, table, problems)
        if value is not None:
            values[key] = value
    present = {key for key, _ in tables}
    problems += [f"{key}: is missing" for key in _REQUIRED if key not in present]
    if problems:
        raise DataError([f"{where}: {problem}" for problem in problems])
    return LibraryEntry(name, str(data.get("title", name)), values)


def _flat(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Tables of numbers by dotted name; a table with a ``value`` is a leaf."""
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        if isinstance(value, Mapping) and "value" not in value:
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found


def _value(key: str, table: Any, problems: list[str]) -> Value | None:
    if not isinstance(table, Mapping):
        problems.append(f"{key}: expected a table with value, source and standing")
        return None
    problems += [f"{key}.{name}: unknown key" for name in table if name not in _KEYS]
    if not table.get("source"):
        problems.append(f"{key}.source: is missing")
    standing = table.get("standing")
    if standing not in STANDINGS:
        problems.append(f"{key}.standing: expected one of {', '.join(STANDINGS)}")
    kind = _KNOWN[key]
    value = _number(f"{key}.value", table.get("value"), kind, problems)
    limits = table.get("range", [table.get("value")] * 2)
    if not isinstance(limits, list) or len(limits) != 2:
        problems.append(f"{key}.range: expected the lowest and the highest value")
        return None
    low, high = (_number(f"{key}.range", limit, kind, problems) for limit in limits)
    if value is None or low is None or high is None:
        return None
    if not low <= value <= high:
        problems.append(f"{key}.value: must lie in its range")
    return Value(
        value=value,
        low=low,
        high=high,
        source=str(table.get("source", "")),
        standing=str(standing),
        note=str(table.get("note", "")),
        range_source=str(table.get("range_source", "")),
    )


def _number(where: str, given: Any, kind: Quantity, problems: list[str]) -> float | None:
    try:
        return kind.read(given, "file")
    except InputError as error:
        problems += [f"{where}: {problem}" for problem in error.problems]
        return None
