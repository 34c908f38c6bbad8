"""Dotted paths into nested dictionaries and lists: ``pulses.0.power`` or ``pulses[0].power``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from .errors import InputError

_INDEX = re.compile(r"\[(\d+)\]")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End of a message that offers the closest known name.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
        What there is.

    Returns
    -------
    str
        ``"; did you mean 'x'?"``, the list of what there is, or nothing if there is nothing.

    Examples
    --------
    >>> did_you_mean("of", ["power", "on", "off"])
    "; did you mean 'off'?"
    """
    names = list(known)
    lower = {known.lower(): known for known in names}
    close = [lower[m] for m in difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)]
    longer = [known for known in names if name and known.startswith(name)]
    if not close and len(longer) == 1:
        close = longer
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; known: {', '.join(names)}" if names else ""


def join(parts: Iterable[str | int]) -> str:
    """Write the parts of a path as messages show them.

    Parameters
    ----------
    parts : iterable of str or int
        Keys and list indices.

    Returns
    -------
    str
        For example ``pulses[0].on``.
    """
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def set_path(data: dict[str, Any], path: str, value: object) -> None:
    """Replace one value inside nested dictionaries and lists, in place.

    Parameters
    ----------
    data : dict
        What to change.
    path : str
        ``pulses.0.power`` or ``pulses[0].power``. The last key of a dictionary may be new, so
        that an optional key can be given.
    value : object
        What to put there.

    Raises
    ------
    InputError
        If the path leads nowhere.
    """
    parts = [part for part in _INDEX.sub(r".\1", path).split(".") if part]
    if not parts:
        raise InputError(f"'{path}' is not the path of a value, such as pulses.0.power")
    target: Any = data
    for position, part in enumerate(parts[:-1]):
        target = _entered(target, part, path, join(parts[:position]))
    last = parts[-1]
    if isinstance(target, dict):
        target[last] = value
    elif isinstance(target, list):
        _entered(target, last, path, join(parts[:-1]))
        target[int(last)] = value
    else:
        raise InputError(f"{path}: {join(parts[:-1])} is a single value and has no '{last}'")


def _entered(target: Any, part: str, path: str, parent: str) -> Any:
    inside = f"in {parent}" if parent else "here"
    if isinstance(target, dict):
        # An integer key of a table (a region label) is written in a path like a list index.
        key: Any = int(part) if part not in target and part.isdecimal() else part
        if key in target:
            return target[key]
        raise InputError(
            f"{path}: there is no '{part}' {inside}{did_you_mean(part, map(str, target))}"
        )
    if isinstance(target, list):
        if part.isdecimal() and int(part) < len(target):
            return target[int(part)]
        raise InputError(
            f"{path}: {parent} has {len(target)} entries, numbered from 0; no '{part}'"
        )
    raise InputError(f"{path}: {parent} is a single value and has no '{part}'")
