"""Antenna files: numbers with range, source and standing, and the parts of the antenna.

::

    schema = "mwa-sim/antenna/1"
    title = "One line for people"
    note = "What to know before relying on it"

    [frequency]
    value = "2.45 GHz"
    source = "comsol_mwa"                  # a key of the bibliography
    standing = "source"                    # source, calculated, assumption or unverified

    [cable.transmission]                   # generator to feed of the antenna
    value = "72 %"
    range = ["60 %", "84 %"]
    source = "mwa_sim_assumption"
    standing = "assumption"

and so on for the names of :data:`REQUIRED` and :data:`OPTIONAL`, then the parts, see
:mod:`mwa_sim.antenna.parts`. In a file of one's own a number may be written in short,
``outer_diameter = "1.6 mm"`` or ``cable.transmission = "72 %"``, and sources may be left out; the
file itself is the source then.

The field of the antenna is computed from the parts. The closed form needs ``radiator.start``,
``radiator.end`` and ``radiator.exponent``; a file has one of the two or both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.part_checks import build_section
from mwa_sim.antenna.parts import PartEntry, read_parts
from mwa_sim.antenna.shapes import read_number
from mwa_sim.errors import DataError
from mwa_sim.quantities import quantity
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.properties import STANDINGS, Value, source_keys

SCHEMA = "mwa-sim/antenna/1"

_LENGTH = quantity("length", at_least=0)

REQUIRED = {
    "frequency": quantity("frequency", above=0),
    "outer_diameter": quantity("length", above=0),
    "cable.transmission": quantity("fraction", above=0, at_most=1),
}
"""Numbers that every file has, by dotted name."""

_RADIATOR = {
    "radiator.start": quantity("length"),
    "radiator.end": _LENGTH,
    "radiator.exponent": quantity("number", at_least=1, at_most=2),
}
_COOLING = {
    "cooling.heat_transfer_coefficient": quantity("heat_transfer_coefficient", at_least=0),
    "cooling.coolant_temperature": quantity("temperature"),
    "cooling.shaft_start": _LENGTH,
    "cooling.shaft_length": _LENGTH,
}

OPTIONAL = {
    "radiator.matched": quantity("fraction", above=0, at_most=1),
    **_RADIATOR,
    **_COOLING,
}
"""Numbers that a file may have: the share of the power at the feed that tissue absorbs (1 if not
given), the radiating segment of the closed form, and the cooling of the shaft."""

_KNOWN = {**REQUIRED, **OPTIONAL}
_KEYS = ("value", "range", "source", "standing", "note", "range_source")
_OTHERS = ("schema", "title", "note", "part", "port")
_PORT = ("inner_conductor", "outer_conductor")


@dataclass(frozen=True, eq=False)
class LibraryEntry:
    """What a file says about one antenna.

    Attributes
    ----------
    name : str
        Name of the file, as used in plans.
    title : str
        One line for people.
    values : mapping of str to Value
        SI (degC) numbers by dotted name: ``frequency``, ``outer_diameter``,
        ``cable.transmission``, ``radiator.start``, ``cooling.shaft_start`` ..., and
        ``efficiency``, the product of ``cable.transmission`` and ``radiator.matched``.
    section : Section or None
        Its conductors and dielectrics; None in a file without parts.
    parts : tuple of PartEntry
        The same in the order of the file, with their sources.
    note : str
        What to know before relying on it.
    """

    name: str
    title: str
    values: Mapping[str, Value]
    section: Section | None = None
    parts: tuple[PartEntry, ...] = ()
    note: str = ""

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

    @property
    def sources(self) -> list[str]:
        """Keys of the references behind the numbers and the parts, sorted, each once."""
        keys = [key for value in self.values.values() for key in value.keys]
        return sorted({*keys, *(key for part in self.parts for key in source_keys(part.source))})


def parse_entry(name: str, text: str, *, provenance: str | None = None) -> LibraryEntry:
    """Read the text of an antenna file.

    Parameters
    ----------
    name : str
        Name of the antenna.
    text : str
        TOML as described in this module.
    provenance : str, optional
        Source of what states none, and with which numbers may be written in short; without it
        every number and part must state its source and standing, as in the library.

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
        # Editors on Windows put a byte order mark in front.
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{where}: not a TOML file ({error})") from None
    if data.get("schema") != SCHEMA:
        raise DataError(f"{where}: schema must be {SCHEMA!r}, got {data.get('schema')!r}")
    problems: list[str] = []
    values = _values(data, problems, provenance)
    parts: list[PartEntry] = []
    section = None
    if "part" in data or "port" in data:
        frequency = values["frequency"].value if "frequency" in values else 1.0
        before = len(problems)
        parts = read_parts(data.get("part"), frequency, problems, provenance=provenance)
        port = _port(data.get("port"), problems)
        if len(problems) == before and port is not None:
            diameter = values["outer_diameter"].value if "outer_diameter" in values else None
            section = build_section(parts, *port, diameter, problems)
    if problems:
        raise DataError([f"{where}: {problem}" for problem in problems])
    values["efficiency"] = _efficiency(values)
    note, title = str(data.get("note", "")), str(data.get("title", name))
    return LibraryEntry(name, title, values, section, tuple(parts), note)


def _port(table: object, problems: list[str]) -> tuple[str, str] | None:
    if not isinstance(table, Mapping):
        problems.append(
            "port: is missing; write [port] with inner_conductor and outer_conductor, the names "
            "of the parts that make up the coaxial line at the hub"
        )
        return None
    problems += [
        f"port.{key}: unknown key{did_you_mean(key, _PORT)}" for key in table if key not in _PORT
    ]
    names = [table.get(key) for key in _PORT]
    if not all(isinstance(name, str) for name in names):
        problems += [
            f"port.{key}: expected the name of a part"
            for key, name in zip(_PORT, names, strict=True)
            if not isinstance(name, str)
        ]
        return None
    return str(names[0]), str(names[1])


def _values(
    data: Mapping[str, Any], problems: list[str], provenance: str | None
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    given = dict(_flat({k: v for k, v in data.items() if k not in _OTHERS}))
    for key, table in given.items():
        if key not in _KNOWN:
            hint = did_you_mean(key, [*_KNOWN, *_OTHERS])
            if key == "efficiency":
                hint = "; give cable.transmission and radiator.matched, whose product it is"
            problems.append(f"{key}: unknown key{hint}")
            continue
        value = _value(key, table, problems, provenance)
        if value is not None:
            values[key] = value
    problems += [f"{key}: is missing" for key in REQUIRED if key not in given]
    for group in (_RADIATOR, _COOLING):
        missing = [key for key in group if key not in given]
        if 0 < len(missing) < len(group):
            there = ", ".join(key for key in group if key in given)
            problems += [f"{key}: is missing, {there} being given" for key in missing]
    if not any(key in given for key in _RADIATOR) and "part" not in data:
        problems.append(
            "part: is missing; list the conductors and dielectrics as [[part]], or give the "
            "closed form by radiator.start, radiator.end and radiator.exponent"
        )
    return values


def _flat(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Tables of numbers by dotted name; a table with a ``value`` is a leaf."""
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        if isinstance(value, Mapping) and "value" not in value:
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found


def _value(key: str, table: Any, problems: list[str], provenance: str | None) -> Value | None:
    if not isinstance(table, Mapping):
        if provenance is None:
            problems.append(f"{key}: expected a table with value, source and standing")
            return None
        table = {"value": table}
    table = {"source": provenance, "standing": "source", **table} if provenance else table
    problems += [
        f"{key}.{name}: unknown key{did_you_mean(name, _KEYS)}"
        for name in table
        if name not in _KEYS
    ]
    if not table.get("source"):
        problems.append(f"{key}.source: is missing")
    standing = table.get("standing")
    if standing not in STANDINGS:
        problems.append(f"{key}.standing: expected one of {', '.join(STANDINGS)}")
    kind = _KNOWN[key]
    value = read_number(f"{key}.value", table.get("value"), kind, problems)
    if value is None:
        return None
    limits = table.get("range", [table.get("value")] * 2)
    if not isinstance(limits, list) or len(limits) != 2:
        problems.append(f"{key}.range: expected the lowest and the highest value")
        return None
    low, high = (read_number(f"{key}.range", limit, kind, problems) for limit in limits)
    if low is None or high is None:
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


def _efficiency(values: Mapping[str, Value]) -> Value:
    """Power into the tissue per generator watt: cable times radiator."""
    cable = values["cable.transmission"]
    matched = values.get("radiator.matched")
    if matched is None:
        return cable
    keys = dict.fromkeys([*source_keys(cable.source), *source_keys(matched.source)])
    worse = max(cable.standing, matched.standing, key=STANDINGS.index)
    return Value(
        value=cable.value * matched.value,
        low=cable.low * matched.low,
        high=cable.high * matched.high,
        source=", ".join(keys),
        standing=worse,
        note="cable.transmission times radiator.matched",
        range_source=cable.range_source,
    )
