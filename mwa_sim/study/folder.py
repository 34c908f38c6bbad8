"""The folder of a sweep: what was asked, and a line for every scenario that ended."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mwa_sim.errors import DataError, InputError

SCHEMA = "mwa-sim/sweep-folder/1"
DESCRIPTION = "sweep.json"
ROWS = "rows.jsonl"

_NEEDED = {"key", "status", "measures", "error", "seconds"}


class StudyFolder:
    """Rows of a sweep on disk; a sweep that was interrupted goes on from them.

    Parameters
    ----------
    path : path
        Made if it does not exist.
    description : mapping
        JSON-able; ``base``, ``measures`` and ``mwa_sim`` must be those of the rows that are there.

    Raises
    ------
    InputError
        If the folder cannot be written or belongs to another sweep.
    DataError
        If what is in it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], description: Mapping[str, Any]) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            known = self._description()
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"folder '{self.path}' is a file; give another name") from None
        except OSError as error:
            raise InputError(f"folder '{self.path}' cannot be used: {error.strerror}") from None
        if known is not None:
            self._compare(known, description)
        try:
            self._write(description)
            with self.writing():
                pass
        except OSError as error:
            raise InputError(f"folder '{self.path}' cannot be written: {error.strerror}") from None

    def rows(self) -> dict[str, dict[str, Any]]:
        """The latest row of every key; a line that a crash cut off is as if it were not there."""
        found: dict[str, dict[str, Any]] = {}
        try:
            lines = (self.path / ROWS).read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DataError(f"'{self.path / ROWS}' cannot be read: {error.strerror}") from None
        for line in lines:
            try:
                row = json.loads(line)
                if row.keys() >= _NEEDED:
                    found[row["key"]] = row
            except (ValueError, AttributeError):
                continue
        return found

    @contextmanager
    def writing(self) -> Iterator[RowFile]:
        """Open the file of the rows for more of them."""
        file = self.path / ROWS
        how = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        number = os.open(file, how, 0o666)
        try:
            size = os.fstat(number).st_size
            if size:
                os.lseek(number, size - 1, os.SEEK_SET)
                if os.read(number, 1) != b"\n":
                    os.write(number, b"\n")
            yield RowFile(number)
        finally:
            os.close(number)

    def _description(self) -> dict[str, Any] | None:
        file = self.path / DESCRIPTION
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            if any(self.path.iterdir()):
                raise InputError(
                    f"folder '{self.path}' is not empty and holds no sweep; give another one"
                ) from None
            return None
        try:
            found = json.loads(text)
            if found["schema"] != SCHEMA:
                raise DataError(f"'{file}' is {found['schema']!r}, expected {SCHEMA!r}")
        except (ValueError, TypeError, KeyError):
            raise DataError(f"'{file}' is damaged; give another folder") from None
        return dict(found)

    def _compare(self, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        found = []
        if known.get("mwa_sim") != wanted["mwa_sim"]:
            found.append(f"version {known.get('mwa_sim')} of mwa_sim, not {wanted['mwa_sim']}")
        if known.get("measures") != wanted["measures"]:
            names = [", ".join(each.get("measures") or {}) for each in (known, wanted)]
            same = names[0] == names[1]
            found.append(f"other measures ({names[0]}{' of other functions' if same else ''})")
        elif known.get("base") != wanted["base"]:
            found.append("another plan, case or antenna")
        if found:
            raise InputError(
                f"folder '{self.path}' holds a sweep with {' and '.join(found)}; "
                "give another folder"
            )

    def _write(self, description: Mapping[str, Any]) -> None:
        file = self.path / DESCRIPTION
        text = json.dumps({"schema": SCHEMA, **description}, indent=1, default=str)
        # In one piece or not at all.
        draft = file.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(text + "\n", encoding="utf-8")
        os.replace(draft, file)


class RowFile:
    """The open file of the rows.

    Parameters
    ----------
    number : int
        File descriptor, opened for appending.
    """

    def __init__(self, number: int) -> None:
        self._number = number

    def append(self, row: Mapping[str, Any]) -> None:
        """Write a row and bring it to the disk, in one go.

        Raises
        ------
        DataError
            If the disk is full, for example.
        """
        try:
            os.write(self._number, json.dumps(row, default=str).encode() + b"\n")
            os.fsync(self._number)
        except OSError as error:
            raise DataError(f"a row of the sweep cannot be written: {error.strerror}") from None


def stored(number: float) -> float | str | None:
    """A number as JSON knows it: None for nan, a text for infinity."""
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else str(number)


def restored(value: float | str | None) -> float:
    """The number that :func:`stored` wrote."""
    return float("nan") if value is None else float(value)
