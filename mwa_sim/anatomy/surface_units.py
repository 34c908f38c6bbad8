"""Unit and axes of the coordinates in a surface file."""

from __future__ import annotations

import numpy as np

from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import Floats, Ints

#: Metres in one unit that a surface may be written in.
UNITS = {"mm": 1e-3, "m": 1.0, "um": 1e-6, "cm": 1e-2, "inch": 25.4e-3}
#: Longest extent of a vertebra from T1 to L5, whole or its body alone, children and giants
#: included [m] (assumption: mean lumbar vertebrae are 80-100 mm wide, thoracic bodies 25-35 mm).
SMALLEST, LARGEST = 20e-3, 160e-3
#: The same without rare ones: decides between units that lie close to each other.
USUAL = (45e-3, 120e-3)
#: Direction and sign of each letter in this package's frame (x anterior, y left, z cranial).
_LETTERS = {"A": (0, 1), "P": (0, -1), "L": (1, 1), "R": (1, -1), "S": (2, 1), "I": (2, -1)}


def unit_of(extent: float, asked: str) -> tuple[str, str | None]:
    """The unit of a file in which a vertebra has a certain extent.

    Parameters
    ----------
    extent : float
        Longest side of the box around the vertebra, in the unit of the file.
    asked : str
        A key of :data:`UNITS`, or ``"auto"``.

    Returns
    -------
    unit : str
    note : str or None
        What was taken, if that was left open.

    Raises
    ------
    InputError
        If no unit, or several, or not the one asked for, make a vertebra of it.
    """
    size = f"{extent:.4g} units"
    if asked != "auto":
        if not SMALLEST <= extent * UNITS[asked] <= LARGEST:
            fits = [unit for unit, scale in UNITS.items() if SMALLEST <= extent * scale <= LARGEST]
            advice = f'; write length_unit = "{fits[0]}"' if fits else "; is it one vertebra?"
            raise InputError(
                f"length_unit: the vertebra is {size} long, which is "
                f"{extent * UNITS[asked] * 1e3:.4g} mm in '{asked}'; expected "
                f"{SMALLEST * 1e3:g} mm to {LARGEST * 1e3:g} mm{advice}"
            )
        return asked, None
    fits = [unit for unit, scale in UNITS.items() if USUAL[0] <= extent * scale <= USUAL[1]]
    if not fits:
        fits = [unit for unit, scale in UNITS.items() if SMALLEST <= extent * scale <= LARGEST]
    if len(fits) == 1:
        found = extent * UNITS[fits[0]] * 1e3
        return fits[0], f"length unit taken as {fits[0]}: the vertebra is {found:.1f} mm long in it"
    if not fits:
        raise InputError(
            f"length_unit: the vertebra is {size} long, which is no vertebra in any of "
            f"{', '.join(UNITS)} (expected {SMALLEST * 1e3:g} mm to {LARGEST * 1e3:g} mm); give "
            "the surface of one vertebra, in one of these units"
        )
    choices = ", ".join(f'"{unit}" ({extent * UNITS[unit] * 1e3:.0f} mm)' for unit in fits)
    raise InputError(f"length_unit: the vertebra is {size} long; write which it is: {choices}")


def turned(vertices: Floats, triangles: Ints, axes: str) -> tuple[Floats, Ints]:
    """Vertices and triangles in the frame x anterior, y left, z cranial.

    Parameters
    ----------
    vertices : (n, 3) float array
    triangles : (m, 3) int array
    axes : str
        Where x, y and z of the file point to, such as ``"LPS"``; see :func:`checked_axes`.

    Returns
    -------
    vertices : (n, 3) float array
    triangles : (m, 3) int array
        Turned round if the file has left-handed axes.
    """
    result = np.empty_like(vertices)
    matrix = np.zeros((3, 3))
    for column, letter in enumerate(axes):
        target, sign = _LETTERS[letter]
        result[:, target] = sign * vertices[:, column]
        matrix[target, column] = sign
    return result, triangles if np.linalg.det(matrix) > 0 else triangles[:, ::-1]


def checked_axes(text: str) -> str:
    """Three letters in upper case.

    Raises
    ------
    InputError
        If they are not one of A/P, one of L/R and one of S/I, in any order.
    """
    axes = text.strip().upper()
    if len(axes) != 3 or {_LETTERS.get(letter, (9, 0))[0] for letter in axes} != {0, 1, 2}:
        raise InputError(
            f"axes: expected where x, y and z of the file point to, one letter each of "
            f'A(nterior)/P(osterior), L(eft)/R(ight), S(uperior)/I(nferior), such as "ALS" or '
            f"\"LPS\", got '{text}'"
        )
    return axes
