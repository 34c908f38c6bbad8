"""The rows of a study: inputs, measures and what became of each scenario."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.study.text import study_text

if TYPE_CHECKING:
    import pandas
    import xarray

STATUSES = ("done", "reused", "failed", "interrupted")
"""What can become of a scenario; ``"reused"`` has the numbers of an equal plan in the study."""


@dataclass(frozen=True, eq=False)
class Row(Mapping[str, Any]):
    """One scenario of a study; also a mapping of columns to values.

    Attributes
    ----------
    scenario : int
        From 0, in the order of the sweep.
    inputs : dict of str to object
        What was varied: numbers in the package's units, texts, points.
    measures : dict of str to float
        nan where there is no number.
    status : str
        One of :data:`STATUSES`.
    error : str
        Why it failed.
    seconds : float [s]
        Wall time.
    key : str
        Hash of the whole plan and of what is measured.
    total : int
        Scenarios of the study.
    kept : bool
        Whether the row comes from the folder of an earlier sweep.
    """

    scenario: int
    inputs: Mapping[str, Any]
    measures: Mapping[str, float]
    status: str
    error: str = ""
    seconds: float = 0.0
    key: str = ""
    total: int = 1
    kept: bool = False

    def _flat(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            **self.inputs,
            **self.measures,
            "status": self.status,
            "error": self.error,
            "seconds": self.seconds,
        }

    def __getitem__(self, column: str) -> Any:
        return self._flat()[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat())

    def __len__(self) -> int:
        return len(self._flat())


@dataclass(frozen=True, eq=False)
class Study:
    """What a sweep found; ``print(study)`` shows it as a table.

    Attributes
    ----------
    rows : tuple of Row
        In the order of the scenarios.
    inputs, measures : tuple of str
        Columns.
    units : dict of str to str
        Of the numbers in each column; empty for plain numbers and texts.
    axes : tuple of (tuple of str, tuple)
        Of a grid: keys that go together, and their values as they are in the rows.
    status : str
        ``"done"`` or ``"interrupted"``.
    notes : tuple of str
    folder : Path or None
    """

    rows: tuple[Row, ...]
    inputs: tuple[str, ...]
    measures: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    axes: tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...] = ()
    status: str = "done"
    notes: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def columns(self) -> list[str]:
        """Names of all columns."""
        return ["scenario", *self.inputs, *self.measures, "status", "error", "seconds"]

    @property
    def failed(self) -> list[Row]:
        """Rows of the scenarios that failed."""
        return [row for row in self.rows if row.status == "failed"]

    def column(self, name: str) -> NDArray[Any]:
        """Values of a column, one a row.

        Parameters
        ----------
        name : str
            One of :attr:`columns`.

        Returns
        -------
        (n,) array
            Of floats where all values are numbers, else of objects.

        Raises
        ------
        InputError
            If there is no such column.
        """
        if name not in self.columns:
            raise InputError(f"there is no column '{name}'{did_you_mean(name, self.columns)}")
        values = [row[name] for row in self.rows]
        if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
            return np.array(values, dtype=np.float64)
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return found

    def where(self, keep: Callable[[Row], Any]) -> Study:
        """Study of those rows for which a function holds.

        Examples
        --------
        >>> study.where(lambda row: row["peak(wall)"] <= 42)  # doctest: +SKIP
        """
        return replace(self, rows=tuple(row for row in self.rows if keep(row)))

    def best(self, measure: str, *, lowest: bool = False) -> Row:
        """Row with the highest value of a measure, or the lowest.

        Raises
        ------
        InputError
            If there is no such column, or no row has a value.
        """
        values = self.column(measure)
        usable = [(v, row) for v, row in zip(values, self.rows, strict=True) if _finite(v)]
        if not usable:
            raise InputError(f"no scenario has a value of '{measure}'")
        pick = min if lowest else max
        return pick(usable, key=lambda pair: float(pair[0]))[1]

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """The table as comma-separated text, with units in the header.

        Parameters
        ----------
        path : path, optional
            Where to write it as well.

        Returns
        -------
        str

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self.labelled(name) for name in self.columns])
        for row in self.rows:
            writer.writerow([_cell(row[name]) for name in self.columns])
        if path is not None:
            try:
                Path(path).write_text(text.getvalue(), encoding="utf-8", newline="")
            except OSError as error:
                raise InputError(f"'{path}' cannot be written: {error.strerror}") from None
        return text.getvalue()

    def labelled(self, column: str) -> str:
        """Name of a column with its unit, ``"pulses.0.power [W]"``."""
        unit = self.units.get(column)
        return f"{column} [{unit}]" if unit else column

    def as_data(self) -> dict[str, Any]:
        """JSON-able data, schema ``mwa-sim/study/1``."""
        from mwa_sim.summary import RESEARCH_NOTE, jsonable

        rows = [{**row, "key": row.key} for row in self.rows]
        data: dict[str, Any] = jsonable(
            {
                "schema": "mwa-sim/study/1",
                "status": self.status,
                "inputs": self.inputs,
                "measures": self.measures,
                "units": self.units,
                "rows": rows,
                "notes": self.notes,
                "note": RESEARCH_NOTE,
            }
        )
        return data

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a DataFrame; units are in its ``attrs["units"]``.

        Raises
        ------
        InputError
            Without pandas (extra ``tables``).
        """
        from mwa_sim.study.frames import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> xarray.Dataset:
        """A grid as a Dataset with one dimension for each key or keys that go together.

        Raises
        ------
        InputError
            Without xarray (extra ``tables``), or if the study is no grid.
        """
        from mwa_sim.study.frames import to_xarray

        return to_xarray(self)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __str__(self) -> str:
        return study_text(self.columns, self.units, self.rows, self.notes, self.status)

    def __repr__(self) -> str:
        return f"<Study: {len(self.rows)} scenarios, {self.status}, {len(self.failed)} failed>"


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(str(item) for item in value)
    return value
