"""Sweeps as people write them: ``pulses.0.power=20 W, 30 W``, and files of them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from mwa_sim.errors import InputError
from mwa_sim.plan import Plan
from mwa_sim.spec import Spec, validate
from mwa_sim.study.between import LAWS, Range, between
from mwa_sim.study.keys import key_quantity
from mwa_sim.toml_file import check_schema, read_toml

SWEEP_VERSION = 1

_RANGE = re.compile(rf"(.+?)\s*\.\.\s*(.+?)(?:\s+({'|'.join(LAWS)}))?")
_TOGETHER = "&"


class SweepSpec(Spec):
    """What a sweep file contains, schema ``mwa-sim/sweep/1``.

    Attributes
    ----------
    format : str
        The ``schema`` key.
    over : dict of str to list or str
        Values of each key, or a range as ``"20 W..40 W"``; keys that go together are joined by
        ``&``, and so are their values.
    scenarios : list of dict
        One by one, instead of `over`.
    measure : list of str, or dict of str to str
    sample : str, optional
    n : int, optional
    seed : int, optional
    """

    format: str = Field(alias="schema")
    over: dict[str, Any] = Field(default_factory=dict)
    scenarios: list[dict[str, Any]] = Field(default_factory=list)
    measure: list[str] | dict[str, str] = Field(default_factory=list)
    sample: str | None = None
    n: int | None = None
    seed: int | None = None


def read_sweep_file(path: str | os.PathLike[str]) -> SweepSpec:
    """Read a sweep file.

    Raises
    ------
    InputError
        Listing every mistake in its form; keys and values are checked with the plan.
    DataError
        If it cannot be read.
    """
    data = read_toml(path)
    check_schema(data, "sweep", SWEEP_VERSION, str(path))
    return validate(SweepSpec, data, source="file", where=str(path))


def split_over(text: str) -> tuple[str, str]:
    """Split ``KEY=VALUES`` as given to ``--over``.

    Raises
    ------
    InputError
        No equals sign, no key or no value.
    """
    key, _, values = text.partition("=")
    if not key.strip() or not values.strip():
        raise InputError(
            f"--over {text!r}: write KEY=VALUES, for example pulses.0.power='20 W, 30 W' or "
            "pulses.0.power='20 W..40 W'"
        )
    return key.strip(), values.strip()


def read_over(plan: Plan, given: Mapping[str, Any], problems: list[str]) -> dict[Any, Any]:
    """What :func:`mwa_sim.sweep` takes, from written keys and values.

    Parameters
    ----------
    plan : Plan
    given : mapping of str to str or list
        ``"20 W, 30 W"``, ``"20 W..40 W log-uniform"``, or a list of values; keys that go together
        as ``"pulses.0.on & pulses.0.off"``, with values such as ``"60 s & 20 s, 30 s & 10 s"``.
    problems : list of str
        Gets a line for every value that lacks its unit, and for what else cannot be read.

    Returns
    -------
    dict
        Keys, or tuples of them, to lists of values or ranges; only what could be read.
    """
    over: dict[Any, Any] = {}
    for text, values in given.items():
        keys = tuple(key.strip() for key in text.split(_TOGETHER))
        try:
            read = _read(plan, keys, values)
        except InputError as error:
            problems += [f"over {text}: {problem}" for problem in error.problems]
        else:
            over[keys if len(keys) > 1 else keys[0]] = read
    return over


def read_scenarios(
    plan: Plan, given: Sequence[Mapping[str, Any]], problems: list[str]
) -> list[dict[str, Any]]:
    """Scenarios of a file, their numbers in the package's units; only what could be read.

    Parameters
    ----------
    plan : Plan
    given : sequence of mappings
    problems : list of str
        Gets a line for every value that lacks its unit.
    """
    scenarios = []
    for number, changes in enumerate(given):
        scenario = {}
        for key, value in changes.items():
            try:
                scenario[key] = _value(plan, key, value)
            except InputError as error:
                where = f"scenarios[{number}].{key}"
                problems += [f"{where}: {problem}" for problem in error.problems]
        scenarios.append(scenario)
    return scenarios


def _read(plan: Plan, keys: tuple[str, ...], values: Any) -> list[Any] | Range:
    if isinstance(values, str):
        match = _RANGE.fullmatch(values)
        if match is not None and len(keys) == 1:
            low, high = _listed(plan, keys[0], [_literal(match[k]) for k in (1, 2)])
            return between(low, high, match[3] or "uniform")
        values = [_literal(part) for part in _parts(values)] if len(keys) == 1 else _parts(values)
    if not isinstance(values, list):
        raise InputError(f'expected a list of values or a range "LOW..HIGH", got {values!r}')
    if len(keys) == 1:
        return _listed(plan, keys[0], values)
    rows = []
    for value in values:
        parts = (
            [_literal(part) for part in value.split(_TOGETHER)] if isinstance(value, str) else value
        )
        if not isinstance(parts, list) or len(parts) != len(keys):
            raise InputError(f"expected {len(keys)} values joined by '&', got {value!r}")
        rows.append(parts)
    columns = [_listed(plan, key, [row[k] for row in rows]) for k, key in enumerate(keys)]
    return list(zip(*columns, strict=True))


def _listed(plan: Plan, key: str, values: list[Any]) -> list[Any]:
    found: list[str] = []
    read = []
    for value in values:
        try:
            read.append(_value(plan, key, value))
        except InputError as error:
            found += error.problems
    if found:
        raise InputError(found)
    return read


def _value(plan: Plan, key: str, value: Any) -> Any:
    """A value in the package's unit where the key has one; a bare number then is a mistake."""
    reader = key_quantity(plan, key.removeprefix("protocol."))
    if reader is None or not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return value
    return reader.read(value, source="file")


def _literal(text: str) -> Any:
    """A number, list or quoted text as in TOML, or else a list of texts, or the text as it is."""
    text = text.strip()
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if text.startswith("[") and text.endswith("]"):
            # [1 mm, 2 mm, 3 mm], as nobody quotes three times within the quotes of a shell.
            return [_literal(part) for part in _parts(text[1:-1])]
        return text


def _parts(text: str) -> list[str]:
    """Split at commas outside brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in "]})":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]
