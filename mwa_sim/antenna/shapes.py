"""Outlines of parts of an antenna from the shapes of its file: cylinders, cones, polygons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mwa_sim.antenna.arrangement import TOLERANCE, crosses_itself
from mwa_sim.errors import InputError
from mwa_sim.quantities import Quantity, quantity
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray

HUB = "hub"
"""What a file writes for a z at the hub."""

SHAPES = {"cylinder": ("r", "z"), "cone": ("r", "inner_r", "z"), "polygon": ("points",)}
"""Keys of each shape."""

_LENGTH = quantity("length")
_RADIUS = quantity("length", at_least=0)


def read_outline(table: Mapping[str, Any], problems: list[str]) -> FloatArray | None:
    """The outline that the ``shape`` of a part describes.

    Parameters
    ----------
    table : mapping
        A ``[[part]]`` with the keys of its shape, see :mod:`mwa_sim.antenna.parts`.
    problems : list of str
        Where mistakes are added.

    Returns
    -------
    (k, 2) array [m] or None
        Corners (r, z), counter-clockwise; z is infinite at the hub. None after a mistake.
    """
    shape = table.get("shape")
    if shape not in SHAPES:
        known = ", ".join(SHAPES)
        problems.append(
            f"shape: is missing; write one of {known}"
            if shape is None
            else f"shape: expected one of {known}, got {shape!r}{did_you_mean(str(shape), SHAPES)}"
        )
        return None
    return _OUTLINES[shape](table, problems)


def read_number(where: str, given: Any, kind: Quantity, problems: list[str]) -> float | None:
    """A number of a file in the package's unit; None, with the problem noted, if it is none.

    Parameters
    ----------
    where : str
        Put before a problem.
    given : object
        A quoted quantity, or a number where the quantity has no unit.
    kind : Quantity
    problems : list of str
        Where a mistake is added.

    Returns
    -------
    float or None
    """
    try:
        return kind.read(given, "file")
    except InputError as error:
        problems += [f"{where}: {problem}" for problem in error.problems]
        return None


def _height(where: str, given: object, problems: list[str]) -> float | None:
    if isinstance(given, str) and given.strip().lower() == HUB:
        return np.inf
    return read_number(where, given, _LENGTH, problems)


def _pair(
    key: str, table: Mapping[str, Any], problems: list[str], *, example: str
) -> tuple[float, float] | None:
    """Two values under one key."""
    given = table.get(key)
    if not isinstance(given, list) or len(given) != 2:
        problems.append(f"{key}: expected two values like {example}, got {given!r}")
        return None
    if key == "z":
        first, second = (_height(key, value, problems) for value in given)
    else:
        first, second = (read_number(key, value, _RADIUS, problems) for value in given)
    return None if first is None or second is None else (first, second)


def _heights(table: Mapping[str, Any], problems: list[str]) -> tuple[float, float] | None:
    z = _pair("z", table, problems, example='["5.5 mm", "6.5 mm"]')
    if z is None:
        return None
    if z[0] == np.inf or z[1] - z[0] <= TOLERANCE:
        problems.append(
            f"z: the length must be positive, the end nearer to the tip first, got {table['z']}"
        )
        return None
    return z


def _cylinder(table: Mapping[str, Any], problems: list[str]) -> FloatArray | None:
    r = _pair("r", table, problems, example='["0.47 mm", "0.595 mm"]')
    z = _heights(table, problems)
    if r is not None and r[1] - r[0] <= TOLERANCE:
        problems.append(
            f"r: the thickness must be positive, the inner radius first, got {table['r']}"
        )
        return None
    if r is None or z is None:
        return None
    return np.array([(r[0], z[0]), (r[1], z[0]), (r[1], z[1]), (r[0], z[1])])


def _cone(table: Mapping[str, Any], problems: list[str]) -> FloatArray | None:
    outer = _pair("r", table, problems, example='["0 mm", "0.8 mm"]')
    inner: tuple[float, float] | None = (0.0, 0.0)
    if "inner_r" in table:
        inner = _pair("inner_r", table, problems, example='["0 mm", "0.5 mm"]')
    z = _heights(table, problems)
    if z is not None and z[1] == np.inf:
        problems.append('z: a cone ends before the hub; only a cylinder goes on to the "hub"')
        return None
    if outer is None or inner is None or z is None:
        return None
    thickness = [outer[0] - inner[0], outer[1] - inner[1]]
    if min(thickness) < -TOLERANCE or max(thickness) <= TOLERANCE:
        problems.append(
            "r: the thickness must be positive; outer radii at the two z are "
            f"{table['r']}, inner ones {table.get('inner_r', 'none')}"
        )
        return None
    corners = [(inner[0], z[0]), (outer[0], z[0]), (outer[1], z[1]), (inner[1], z[1])]
    if thickness[1] <= TOLERANCE:
        corners.pop(3)
    if thickness[0] <= TOLERANCE:
        corners.pop(1)
    return np.array(corners)


def _polygon(table: Mapping[str, Any], problems: list[str]) -> FloatArray | None:
    given = table.get("points")
    if (
        not isinstance(given, list)
        or len(given) < 3
        or not all(isinstance(point, list) and len(point) == 2 for point in given)
    ):
        problems.append('points: expected at least three corners like ["0.5 mm", "3 mm"]')
        return None
    r = [read_number(f"points[{i}]", p[0], _RADIUS, problems) for i, p in enumerate(given)]
    z = [_height(f"points[{i}]", p[1], problems) for i, p in enumerate(given)]
    if None in r or None in z:
        return None
    corners = np.array([r, z], dtype=float).T
    return _checked_polygon(corners, problems)


def _checked_polygon(corners: FloatArray, problems: list[str]) -> FloatArray | None:
    following = np.roll(corners, -1, axis=0)
    # The hub is far away, not infinitely far, for the tests of the shape.
    highest = np.max(corners[np.isfinite(corners[:, 1]), 1], initial=0.0)
    finite = np.column_stack([corners[:, 0], np.minimum(corners[:, 1], highest + 1.0)])
    one_at_hub = np.isinf(corners[:, 1]) != np.isinf(following[:, 1])
    if np.any(one_at_hub & (np.abs(following[:, 0] - corners[:, 0]) > TOLERANCE)):
        problems.append("points: an edge that goes on to the hub must be parallel to the axis")
        return None
    if np.any(np.hypot(*(np.roll(finite, -1, axis=0) - finite).T) <= TOLERANCE):
        problems.append("points: two corners in a row are the same")
        return None
    if crosses_itself(finite):
        problems.append("points: the outline crosses or touches itself; list the corners in order")
        return None
    ahead = np.roll(finite, -1, axis=0)
    area = 0.5 * np.sum(finite[:, 0] * ahead[:, 1] - ahead[:, 0] * finite[:, 1])
    if abs(area) <= TOLERANCE * np.ptp(finite, axis=0).max():
        problems.append("points: the outline has no area")
        return None
    return corners if area > 0.0 else np.ascontiguousarray(corners[::-1])


_OUTLINES = {"cylinder": _cylinder, "cone": _cone, "polygon": _polygon}
