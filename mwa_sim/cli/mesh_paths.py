"""Files that a recipe names: absolute while it is made, movable where a case folder keeps it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: Keys of a recipe that name a file, besides those in ``surfaces``.
_FILES = ("labels", "subregions", "body_mask", "tumour_mask", "ct")


def located(table: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """A recipe with absolute paths.

    Parameters
    ----------
    table : mapping
    base : Path
        Where relative paths start.
    """
    return _with_paths(table, lambda file: str((base / file.expanduser()).absolute()))


def kept(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The recipe as a case folder keeps it.

    Files in the folder that the case folder is in are named from the case folder, so that both
    can be moved together; others keep their absolute path.

    Parameters
    ----------
    table : mapping
        With absolute paths.
    folder : Path
        The case folder.
    """
    home = folder.resolve()

    def name(file: Path) -> str:
        real = file.resolve()
        beside = home.parent != Path(home.anchor) and real.is_relative_to(home.parent)
        return Path(os.path.relpath(real, home)).as_posix() if beside else str(file)

    return _with_paths(table, name)


def _with_paths(table: Mapping[str, Any], name: Callable[[Path], str]) -> dict[str, Any]:
    """A recipe with every path named anew; what is no text is left to the validation."""
    changed = dict(table)
    for key in _FILES:
        if isinstance(table.get(key), str):
            changed[key] = name(Path(table[key]))
    if isinstance(table.get("surfaces"), Mapping):
        changed["surfaces"] = {
            key: name(Path(file)) if isinstance(file, str) else file
            for key, file in table["surfaces"].items()
        }
    return changed
