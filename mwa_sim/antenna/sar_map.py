"""Imported power density: a table over (r, z) from another field solver or a measurement."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mwa_sim.antenna.sar import Medium
from mwa_sim.errors import DataError, InputError
from mwa_sim.typing import FloatArray

COLUMNS = ("r_mm", "z_mm", "q_W_per_m3")
"""Header of the CSV file."""

# A file with a systematic mistake has it on every line; the first few say it all.
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class SarMap:
    """A :class:`~mwa_sim.antenna.sar.SarModel` and pattern: bilinear table, 0 outside its grid.

    Parameters
    ----------
    r : (nr,) array [m]
        Increasing distances from the axis, none negative.
    z : (nz,) array [m]
        Increasing coordinates along the axis, 0 at the tip.
    q : (nr, nz) array [W/m3 per W at the generator]
        Absorbed power density, none negative.
    name : str
        What to call it in reports.

    Raises
    ------
    InputError
        When the shapes do not fit, the coordinates do not increase, or a value is negative
        or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> flat = SarMap(np.array([0.0, 1e-2]), np.array([0.0, 1e-2]), np.full((2, 2), 1e5))
    >>> round(flat.total, 6)
    0.314159
    """

    r: FloatArray
    z: FloatArray
    q: FloatArray
    name: str = "map"

    weighted_by_conductivity = False

    def __post_init__(self) -> None:
        r, z, q = (np.array(a, dtype=np.float64) for a in (self.r, self.z, self.q))
        problems: list[str] = []
        if r.ndim != 1 or z.ndim != 1 or r.size < 2 or z.size < 2:
            problems.append("SAR map: needs at least two values of r and two of z")
        elif q.shape != (r.size, z.size):
            problems.append(
                f"SAR map: density has shape {q.shape}, expected {(r.size, z.size)} (r by z)"
            )
        elif not (np.all(np.diff(r) > 0.0) and np.all(np.diff(z) > 0.0)):
            problems.append("SAR map: r and z must be finite and increase strictly")
        elif r[0] < 0.0:
            problems.append("SAR map: r is a distance from the axis and cannot be negative")
        elif not np.all(np.isfinite(q)) or np.any(q < 0.0):
            problems.append("SAR map: every density must be finite and not negative")
        if problems:
            raise InputError(problems)
        for key, value in (("r", r), ("z", z), ("q", q)):
            value.flags.writeable = False
            object.__setattr__(self, key, value)

    def pattern(self, medium: Medium) -> SarMap:
        """The map itself: it is used as given, whatever the tissue."""
        return self

    @property
    def total(self) -> float:
        """Exact integral of the bilinear table, ``int 2 pi r q dr dz`` [W/W]."""
        dr, dz = np.diff(self.r), np.diff(self.z)
        low, high = self.r[:-1], self.r[1:]
        # int r q dr over one cell for q linear in r; then the mean over the cell in z.
        strip = (
            dr[:, None]
            * (self.q[:-1] * (2.0 * low + high)[:, None] + self.q[1:] * (low + 2.0 * high)[:, None])
            / 6.0
        )
        return float(np.pi * np.sum((strip[:, :-1] + strip[:, 1:]) * dz))

    @property
    def extent(self) -> tuple[float, float, float]:
        """Cylinder ``(r_max, z_min, z_max)`` [m] that holds the grid."""
        return float(self.r[-1]), float(self.z[0]), float(self.z[-1])

    def density(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Power density [W/m3 per W at the generator] at coordinates r, z [m], bilinear."""
        i, s, inside_r = _cells(self.r, r)
        j, t, inside_z = _cells(self.z, z)
        flat = self.q.ravel()
        n = self.z.size
        k = i * n + j
        lower = flat[k] * (1.0 - t) + flat[k + 1] * t
        upper = flat[k + n] * (1.0 - t) + flat[k + n + 1] * t
        value = (lower * (1.0 - s) + upper * s) * (inside_r & inside_z)
        return np.asarray(value, dtype=np.float64)

    def length_scale(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Size of the local grid cell plus the distance from the grid [m]."""
        i, _, _ = _cells(self.r, r)
        j, _, _ = _cells(self.z, z)
        cell = np.maximum(np.diff(self.r)[i], np.diff(self.z)[j])
        beyond = np.hypot(
            r - np.clip(r, self.r[0], self.r[-1]), z - np.clip(z, self.z[0], self.z[-1])
        )
        return np.asarray(cell + beyond, dtype=np.float64)


def read_sar_map(path: str | Path) -> SarMap:
    """Read a map from a CSV file with the header ``r_mm,z_mm,q_W_per_m3``.

    The points form a full rectangular (r, z) grid in any order; ``q`` is the absorbed power
    density per watt at the generator; ``z`` runs along the antenna, 0 at the tip, positive
    towards the hub. Empty lines and lines that begin with ``#`` are skipped.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SarMap

    Raises
    ------
    DataError
        When the file is missing or not readable as text.
    InputError
        Listing every mistake in its content with the line number.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(enumerate(csv.reader(stream), start=1))
    except FileNotFoundError:
        raise DataError(f"SAR map {path}: no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"SAR map {path}: cannot be read as a CSV text file ({error})") from None
    rows = [
        (number, [cell.strip() for cell in row])
        for number, row in lines
        if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#")
    ]
    where = f"SAR map {path.name}"
    if not rows:
        raise InputError(f"{where}: is empty; expected the header {','.join(COLUMNS)}")
    order = _header(rows[0][1], where)
    values, numbers, problems = _numbers(rows[1:], order, where)
    if not problems and len(values) == 0:
        problems.append(f"{where}: has a header but no points")
    if problems:
        raise InputError(_shortened(problems, where))
    return _grid(values, numbers, where, path.name)


def _cells(
    grid: FloatArray, x: FloatArray
) -> tuple[NDArray[np.intp], FloatArray, NDArray[np.bool_]]:
    """Cell index, position within it in [0, 1], and whether the point is on the grid."""
    index = np.clip(np.searchsorted(grid, x, side="right") - 1, 0, grid.size - 2)
    low = grid[index]
    part = (x - low) / (grid[index + 1] - low)
    return index, part, (x >= grid[0]) & (x <= grid[-1])


def _header(names: Sequence[str], where: str) -> list[int]:
    """Positions of the three columns in the file."""
    problems = []
    for column in COLUMNS:
        if names.count(column) > 1:
            problems.append(f"{where}: column {column!r} appears more than once")
        elif column not in names:
            close = get_close_matches(column, [n for n in names if n not in COLUMNS], n=1)
            hint = f"; is {close[0]!r} meant?" if close else ""
            problems.append(
                f"{where}: column {column!r} is missing{hint} "
                f"(the header must be {','.join(COLUMNS)})"
            )
    extra = [n for n in names if n not in COLUMNS]
    if not problems and extra:
        problems.append(
            f"{where}: unknown column(s) {', '.join(map(repr, extra))}; "
            f"the header must be {','.join(COLUMNS)}"
        )
    if problems:
        raise InputError(problems)
    return [list(names).index(column) for column in COLUMNS]


def _numbers(
    rows: Sequence[tuple[int, list[str]]], order: Sequence[int], where: str
) -> tuple[FloatArray, list[int], list[str]]:
    """The table as numbers, their line numbers, and what is wrong with them."""
    checks: dict[str, tuple[Callable[[float], bool], str]] = {
        "r_mm": (lambda x: x < 0.0, "is a distance from the axis and cannot be negative"),
        "q_W_per_m3": (lambda x: x < 0.0, "is an absorbed power density and cannot be negative"),
    }
    problems: list[str] = []
    values = np.empty((len(rows), len(COLUMNS)))
    for row, (number, cells) in enumerate(rows):
        if len(cells) != len(COLUMNS):
            problems.append(
                f"{where}: line {number}: expected {len(COLUMNS)} values, got {len(cells)}"
            )
            continue
        for k, column in enumerate(COLUMNS):
            text = cells[order[k]]
            try:
                value = float(text)
            except ValueError:
                problems.append(f"{where}: line {number}: {column} is not a number: {text!r}")
                continue
            values[row, k] = value
            if not np.isfinite(value):
                problems.append(f"{where}: line {number}: {column} is {text}, not a finite number")
            elif column in checks and checks[column][0](value):
                problems.append(f"{where}: line {number}: {column} {checks[column][1]}: {text}")
    return values, [number for number, _ in rows], problems


def _grid(values: FloatArray, numbers: Sequence[int], where: str, name: str) -> SarMap:
    """Sort scattered points into the rectangular grid they must form."""
    r, i = np.unique(values[:, 0], return_inverse=True)
    z, j = np.unique(values[:, 1], return_inverse=True)
    problems = []
    if r.size < 2 or z.size < 2:
        problems.append(f"{where}: needs at least two values of r_mm and two of z_mm")
    key = i * z.size + j
    order = np.argsort(key, kind="stable")
    for a, b in pairwise(order):
        if key[a] == key[b]:
            problems.append(
                f"{where}: lines {numbers[a]} and {numbers[b]} give the same point "
                f"r = {values[a, 0]:g} mm, z = {values[a, 1]:g} mm"
            )
    missing = np.setdiff1d(np.arange(r.size * z.size), key)
    if missing.size:
        some = ", ".join(f"({r[m // z.size]:g}, {z[m % z.size]:g})" for m in missing[:5])
        problems.append(
            f"{where}: the points must fill a rectangular grid of {r.size} r by {z.size} z; "
            f"{missing.size} of {r.size * z.size} are missing, e.g. (r, z) mm = {some}"
        )
    if problems:
        raise InputError(_shortened(problems, where))
    q = np.empty(r.size * z.size)
    q[key] = values[:, 2]
    return SarMap(r * 1e-3, z * 1e-3, q.reshape(r.size, z.size), name=name)


def _shortened(problems: list[str], where: str) -> list[str]:
    if len(problems) <= _SHOWN:
        return problems
    return [*problems[:_SHOWN], f"{where}: and {len(problems) - _SHOWN} more"]
