"""What pydantic found wrong, in words a user of a plan or case file can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .dimensions import DIMENSIONS
from .quantities import Quantity
from .spec_paths import did_you_mean, join

_Model = type[BaseModel]

_PLAIN = {
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "string_type": "expected a text in quotes",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
    "dict_type": "expected a table",
    "mapping_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
    "none_required": "expected nothing",
}
_LIMITS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("of at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("of at most", "le"),
}


def messages(error: ValidationError, model: _Model, data: object) -> list[str]:
    """Translate pydantic's findings.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    model : type
        The model that was validated.
    data : object
        What was given to it.

    Returns
    -------
    list of str
        One line per mistake, ``path: what was expected``, without repetitions.
    """
    found = [(_path_in(data, details), details) for details in error.errors(include_url=False)]
    lines: list[str] = []
    for path, details in found:
        if _is_echo(details, path, [other for other, _ in found], model):
            continue
        prefix = f"{join(path)}: " if path else ""
        lines += [prefix + line for line in _lines(details, path, model)]
    return list(dict.fromkeys(lines)) or [str(error)]


def _is_echo(
    details: ErrorDetails, path: list[str | int], paths: list[list[str | int]], model: _Model
) -> bool:
    """Whether a finding only repeats another: a list "too short" because its items are wrong, or
    a member of a union that the input was not meant for."""
    deeper = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    if deeper and (details["type"].endswith("_type") or details["type"] == "too_short"):
        return True
    if details["type"] == "extra_forbidden":
        others = sum(other[:-1] == path[:-1] for other in paths) > 1
        return others and path[-1] in _known(model, path)
    return False


def _path_in(data: object, details: ErrorDetails) -> list[str | int]:
    """The keys of the location; pydantic mixes in names of union members, which are dropped."""
    path: list[str | int] = []
    named_last = details["type"] in ("missing", "extra_forbidden")
    for position, part in enumerate(details["loc"]):
        last = position == len(details["loc"]) - 1
        child = _child(data, part)
        if child is not _ABSENT:
            data = child
            path.append(part)
        elif last and named_last:
            path.append(part)
    return path


_ABSENT = object()


def _child(data: object, part: str | int) -> object:
    if isinstance(data, Mapping):
        # Integer keys (region labels) reach pydantic's location as text.
        number = int(part) if isinstance(part, str) and part.isdecimal() else part
        return data[part] if part in data else data.get(number, _ABSENT)
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return data[part]
    if isinstance(data, BaseModel) and isinstance(part, str):
        return getattr(data, part, _ABSENT)
    return _ABSENT


def _lines(details: ErrorDetails, path: list[str | int], model: _Model) -> list[str]:
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return ["unknown key" + did_you_mean(str(path[-1]), _known(model, path))]
    if kind == "missing":
        return ["missing" + _example(model, path)]
    if kind in ("problems", "quantity", "value_error"):
        return details["msg"].removeprefix("Value error, ").splitlines()
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        close = did_you_mean(str(given), known)
        offer = close if "did you mean" in close else ""
        quoted = " or ".join(f'"{word}"' for word in known) or context["expected"]
        return [f"expected {quoted}, got {_shown(given)}{offer}"]
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return [f"expected a number {words} {context[key]}, got {_shown(given)}"]
    if kind in ("too_short", "too_long"):
        limit = context["min_length" if kind == "too_short" else "max_length"]
        words = "at least" if kind == "too_short" else "at most"
        entries = "entry" if limit == 1 else "entries"
        return [f"expected {words} {limit} {entries}, got {context['actual_length']}"]
    single = kind in ("list_type", "tuple_type") and isinstance(given, Mapping)
    if single and path and _holds_tables(model, path):
        # One pair of brackets in TOML makes a single table.
        return [f"expected a list of tables; write [[{path[-1]}]], not [{path[-1]}]"]
    if kind in _PLAIN:
        return [f"{_PLAIN[kind]}, got {_shown(given)}"]
    return [f"{details['msg'][0].lower()}{details['msg'][1:]}, got {_shown(given)}"]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known(model: _Model, path: list[str | int]) -> list[str]:
    """Keys that could stand where the last one of the path stands."""
    owners = _models_at(model, path[:-1])
    names = [field.alias or name for own in owners for name, field in own.model_fields.items()]
    return list(dict.fromkeys(names))


def _models_at(model: _Model, path: list[str | int]) -> list[_Model]:
    """Models that may stand at a path below `model`; several where the type is a union."""
    models = [model]
    for part in path:
        annotations: list[Any] = []
        for owner in models:
            for name, field in owner.model_fields.items():
                if part in (name, field.alias):
                    annotations.append(field.annotation)
        if annotations:
            models = [found for annotation in annotations for found in _models_in(annotation)]
    return models


def _models_in(annotation: Any) -> list[_Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models_in(argument)]


def _holds_tables(model: _Model, path: list[str | int]) -> bool:
    return any(
        path[-1] in (name, field.alias) and bool(_models_in(field.annotation))
        for owner in _models_at(model, path[:-1])
        for name, field in owner.model_fields.items()
    )


def _example(model: _Model, path: list[str | int]) -> str:
    if isinstance(path[-1], int):
        return "; the list is too short"
    for owner in _models_at(model, path[:-1]):
        for name, field in owner.model_fields.items():
            if path[-1] not in (name, field.alias):
                continue
            for item in field.metadata:
                if isinstance(item, Quantity):
                    return f'; write {path[-1]} = "{DIMENSIONS[item.dimension].example}"'
            if _models_in(field.annotation):
                several = get_origin(field.annotation) in (list, tuple)
                return f"; write a table [[{path[-1]}]]" if several else f"; write [{path[-1]}]"
    return ""
