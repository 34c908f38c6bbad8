"""Field problems of the library's antennas, from the parts in their files."""

from __future__ import annotations

import numpy as np

from benchmarks.antenna.axisymmetric_maxwell import Part, Problem
from mwa_sim.antenna.field import section
from mwa_sim.antenna.library import library_entry
from mwa_sim.antenna.sar import complex_permittivity

_FAR = 1.0


def field_problem(name: str, relative_permittivity: float, conductivity: float) -> Problem:
    """An antenna of the library in homogeneous tissue.

    Parameters
    ----------
    name : str
        Name in the library, of an antenna that is made of rings and cylinders only.
    relative_permittivity : float [-]
    conductivity : float [S/m]

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        When a part is no ring and no cylinder.
    """
    entry = library_entry(name)
    frequency = entry.number("frequency")
    if entry.section is None:
        raise ValueError(f"antenna {name!r} has no parts in its file")
    return Problem(
        parts=tuple(_rectangle(part) for part in entry.section.parts),
        port=entry.section.port,
        port_permittivity=entry.section.port_permittivity,
        tissue=complex_permittivity(relative_permittivity, conductivity, frequency),
        frequency=frequency,
    )


def _rectangle(part: section.Part) -> Part:
    corners = np.minimum(part.outline, _FAR)
    r, z = np.unique(corners[:, 0]), np.unique(corners[:, 1])
    if (len(corners), len(r), len(z)) != (4, 2, 2):
        raise ValueError(f"part {part.name!r} is no ring and no cylinder")
    return Part((r[0], r[1]), (z[0], z[1]), part.permittivity)
