"""Reading the TOML files that people write, with their schema and version."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import DataError, InputError

_SCHEMA = re.compile(r"mwa-sim/([a-z-]+)/(\d+)")


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, or is no TOML; with the line and column.
    """
    file = Path(path)
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise DataError(f"file '{file}' does not exist") from None
    except OSError as error:
        raise DataError(f"file '{file}' cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"file '{file}' is not a text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"file '{file}' is not valid TOML: {error}") from None


def check_schema(data: dict[str, Any], kind: str, version: int, where: str = "") -> int:
    """Check the ``schema`` key of a file.

    Parameters
    ----------
    data : dict
        Content of the file.
    kind : str
        ``"case"``, ``"plan"``, ...
    version : int
        Latest version that can be read.
    where : str, optional
        Name of the file for messages.

    Returns
    -------
    int
        The version of the file.

    Raises
    ------
    InputError
        If the key is missing or names another kind of file.
    DataError
        If the version is later than `version`.
    """
    prefix = f"{where}: " if where else ""
    wanted = f'schema = "mwa-sim/{kind}/{version}"'
    if "schema" not in data:
        raise InputError(f"{prefix}schema: missing; write {wanted}")
    given = data["schema"]
    match = _SCHEMA.fullmatch(given) if isinstance(given, str) else None
    if match is None or match[1] != kind:
        raise InputError(f"{prefix}schema: expected {wanted}, got {given!r}")
    found = int(match[2])
    if found > version:
        raise DataError(
            f"{prefix}schema: version {found} is later than this mwa_sim can read ({version}); "
            "update mwa_sim"
        )
    if found < 1:
        raise InputError(f"{prefix}schema: expected {wanted}, got {given!r}")
    return found
