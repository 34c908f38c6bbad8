"""Checks of a protocol across its parts, made on the raw input.

A value of the wrong kind must not hide a misspelt name elsewhere: users mend files in one go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from mwa_sim.spec_paths import did_you_mean


def _names(data: Any, key: str, field: str) -> list[tuple[int, str]]:
    """The texts under `field` in the entries of a list of the raw input, with their positions."""
    entries = data.get(key) if isinstance(data, Mapping) else getattr(data, key, None)
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return []
    values = (e.get(field) if isinstance(e, Mapping) else getattr(e, field, None) for e in entries)
    return [(i, value) for i, value in enumerate(values) if isinstance(value, str)]


def name_problems(data: Any) -> list[str]:
    """List names given twice and rules that watch no thermocouple.

    Parameters
    ----------
    data : object
        Input of a protocol: nested dictionaries and lists, specs, or a mixture.

    Returns
    -------
    list of str
        One line a mistake; entries that are no names are left to the validation of their own.
    """
    found = []
    first: dict[str, int] = {}
    for i, name in _names(data, "thermocouples", "name"):
        if name in first:
            found.append(
                f"thermocouples[{i}].name: '{name}' is already the name of "
                f"thermocouples[{first[name]}]"
            )
        first.setdefault(name, i)
    for i, name in _names(data, "rules", "thermocouple"):
        if name not in first:
            hint = did_you_mean(name, first) or "; there is no thermocouple at all"
            found.append(f"rules[{i}] watches '{name}', which is not a thermocouple here{hint}")
    return found


def kept(error: ValidationError) -> list[InitErrorDetails]:
    """Turn the findings of an error into the form in which a new error can carry them.

    Parameters
    ----------
    error : ValidationError

    Returns
    -------
    list of InitErrorDetails
        With the kinds, places and contexts of the original findings.
    """
    return [
        InitErrorDetails(
            type=PydanticCustomError(
                line["type"],
                "{message}",
                {**line.get("ctx", {}), "message": line["msg"]},
            ),
            loc=line["loc"],
            input=line["input"],
        )
        for line in error.errors(include_url=False)
    ]
