"""The antenna library, and antennas from files of one's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from mwa_sim.antenna.antenna_file import SCHEMA, LibraryEntry, parse_entry
from mwa_sim.errors import DataError, InputError
from mwa_sim.spec_paths import did_you_mean

__all__ = ["SCHEMA", "LibraryEntry", "file_entry", "library_entry", "list_antennas", "parse_entry"]


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
        if str(name).lower().endswith(".toml"):
            hint = f'; for an antenna file write antenna = {{ file = "{name}" }}'
        raise InputError(f"antenna: {name!r} is not in the library{hint}")
    text = (files("mwa_sim") / "data" / "antennas" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_entry(name, text)


def file_entry(path: str | Path) -> LibraryEntry:
    """Read an antenna from a file of one's own.

    Parameters
    ----------
    path : str or Path
        TOML, see :mod:`mwa_sim.antenna.antenna_file`. What states no source has the file as such.

    Returns
    -------
    LibraryEntry

    Raises
    ------
    DataError
        When the file cannot be read, or listing everything wrong with it.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"antenna file {str(path)!r}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"antenna file {str(path)!r}: cannot be read ({error})") from None
    return parse_entry(path.stem, text, provenance=f"antenna file {path.name}")
