"""Field problems of the library's antennas, from the dimensions in their files."""

from __future__ import annotations

from benchmarks.antenna.axisymmetric_maxwell import CONDUCTOR, Part, Problem
from mwa_sim.antenna.library import library_entry
from mwa_sim.antenna.sar import complex_permittivity

# Plate that closes the coax of the slot antennas; its thickness is not published.
_SHORT = 0.1e-3
_FAR = 1.0


def field_problem(name: str, relative_permittivity: float, conductivity: float) -> Problem:
    """An antenna of the library in homogeneous tissue.

    Parameters
    ----------
    name : str
        Name in the library: a slot antenna or a monopole.
    relative_permittivity : float [-]
    conductivity : float [S/m]

    Returns
    -------
    Problem
    """
    entry = library_entry(name)
    g = {
        key.removeprefix("geometry."): value.value
        for key, value in entry.values.items()
        if key.startswith("geometry.")
    }
    frequency = entry.number("frequency")
    inner, dielectric = g["inner_conductor_radius"], g["dielectric_radius"]
    outer, filling = g["outer_conductor_radius"], g["dielectric_permittivity"]
    if "slot_start" in g:
        # The slot lies 5 mm above the inner face of the short circuit.
        bottom = g["tip_thickness"]
        slot = (g["slot_start"], g["slot_end"])
        parts = (
            Part((0.0, g["sheath_radius"]), (0.0, _FAR), g["sheath_permittivity"]),
            Part((0.0, outer), (bottom - _SHORT, _FAR), CONDUCTOR),
            Part((inner, dielectric), (bottom, _FAR), filling),
            Part((dielectric, outer), slot, filling),
        )
    else:
        parts = (
            Part((0.0, dielectric), (0.0, _FAR), filling),
            Part((dielectric, outer), (g["monopole_length"], _FAR), CONDUCTOR),
            Part((0.0, inner), (0.0, _FAR), CONDUCTOR),
        )
    return Problem(
        parts=parts,
        port=(inner, dielectric),
        port_permittivity=filling,
        tissue=complex_permittivity(relative_permittivity, conductivity, frequency),
        frequency=frequency,
    )
