"""Field problems of the library's antennas, from the parts in their files."""

from __future__ import annotations

import numpy as np

from benchmarks.antenna.axisymmetric_maxwell import Part, Problem
from mwa_sim.antenna.arrangement import TOLERANCE, arrange
from mwa_sim.antenna.field import section
from mwa_sim.antenna.library import library_entry
from mwa_sim.antenna.sar import complex_permittivity

_FAR = 1.0
_STEPS = 6


def field_problem(name: str, relative_permittivity: float, conductivity: float) -> Problem:
    """An antenna of the library in homogeneous tissue.

    Parameters
    ----------
    name : str
        Name in the library.
    relative_permittivity : float [-]
    conductivity : float [S/m]

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        When its file has no parts.
    """
    entry = library_entry(name)
    frequency = entry.number("frequency")
    if entry.section is None:
        raise ValueError(f"antenna {name!r} has no parts in its file")
    return Problem(
        parts=tuple(rectangle for part in entry.section.parts for rectangle in _rectangles(part)),
        port=entry.section.port,
        port_permittivity=entry.section.port_permittivity,
        tissue=complex_permittivity(relative_permittivity, conductivity, frequency),
        frequency=frequency,
    )


def _rectangles(part: section.Part) -> list[Part]:
    """A part as rectangles; slanted walls become steps."""
    outline = np.minimum(part.outline, _FAR)
    plan = arrange([outline], 1.1 * float(outline[:, 0].max()), float(outline[:, 1].min()), _FAR)
    found = []
    for i in np.flatnonzero(plan.inside[:, 0]):
        (low, high), left, right = plan.z[i], plan.left[i], plan.right[i]
        straight = np.allclose([left[0], right[0]], [left[1], right[1]], rtol=0.0, atol=TOLERANCE)
        steps = 1 if straight else _STEPS
        for k in range(steps):
            share = (k + 0.5) / steps
            r = tuple(float(a + share * (b - a)) for a, b in (left, right))
            z = (low + k / steps * (high - low), low + (k + 1) / steps * (high - low))
            found.append(Part((r[0], r[1]), z, part.permittivity))
    return found
