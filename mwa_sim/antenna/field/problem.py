"""The field problem of an antenna: domain, mesh and solver from its section."""

from __future__ import annotations

import numpy as np

from mwa_sim.antenna.field.guided import guided_constant
from mwa_sim.antenna.field.maxwell import FieldMesh, FieldSolver
from mwa_sim.antenna.field.passive import EXPECTED, passive
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.field.sizing import Sizing, size_function
from mwa_sim.antenna.field.triangulate import triangulate
from mwa_sim.antenna.line import attenuation_constant
from mwa_sim.antenna.sar import SPEED_OF_LIGHT
from mwa_sim.errors import InputError

SHORTEST_REACH = 40e-3
LONGEST_REACH = 400e-3
_ATTENUATION_LENGTHS = 3.5
# Higher modes of the coaxial line have died out this many gaps away from a change in it.
_GAPS = 5.0


def reach(permittivity: complex, frequency: float, section: Section) -> float:
    """Distance [m] from the antenna to the outer boundary.

    Three and a half attenuation lengths, where 0.1 % of the power is left, of a plane wave in the
    tissue or of the wave along the shaft, whichever falls more slowly, within 40 to 400 mm: twice
    that distance changes the absorbed power by less than 0.5 %.

    Parameters
    ----------
    permittivity : complex [-]
        Relative complex permittivity of the tissue.
    frequency : float [Hz]
    section : Section

    Raises
    ------
    InputError
        When the permittivity is none that a medium can have.
    """
    if not passive(permittivity):
        raise InputError(f"permittivity of the tissue: {permittivity:.6g}; {EXPECTED}")
    attenuation = min(
        attenuation_constant(permittivity, frequency),
        guided_constant(section, permittivity, frequency).real,
    )
    wanted = _ATTENUATION_LENGTHS / max(attenuation, 1e-9)
    return float(np.clip(wanted, SHORTEST_REACH, LONGEST_REACH))


def field_mesh(
    section: Section, extent: float, wavelength: float, refinement: float = 1.0
) -> FieldMesh:
    """Mesh the meridian plane of an antenna in tissue.

    The coaxial line is cut off a few gap widths above the last change in it, where only the TEM
    wave is left; the outside of the shaft goes on to the end of the domain.

    Parameters
    ----------
    section : Section
    extent : float [m]
        Distance from the antenna to the outer boundary, see :func:`reach`.
    wavelength : float [m]
        Shortest in the tissue.
    refinement : float, optional
        Elements are smaller by this factor.

    Returns
    -------
    FieldMesh
    """
    a, b = section.port
    port = section.highest_corner + _GAPS * (b - a)
    top = port + extent
    low = min(0.0, min(float(part.outline[:, 1].min()) for part in section.parts)) - extent
    box = (section.radius + extent, low, top)
    sizing = Sizing.for_wavelength(wavelength, refinement)
    plug = np.array([[a, port], [b, port], [b, top], [a, top]])
    plane = triangulate([*section.outlines(top), plug], box, size_function(section, top, sizing))
    return FieldMesh(plane.points, plane.triangles, plane.part, box, port)


def field_solver(
    section: Section, frequency: float, permittivity: complex, *,
    extent: float | None = None, refinement: float = 1.0,
) -> FieldSolver:  # fmt: skip
    """Mesh and assemble for one homogeneous tissue.

    Parameters
    ----------
    section : Section
    frequency : float [Hz]
    permittivity : complex [-]
        Of the tissue; it sets the wavelength.
    extent : float [m], optional
        :func:`reach` by default.
    refinement : float, optional
        Elements are smaller by this factor.

    Returns
    -------
    FieldSolver
    """
    if extent is None:
        extent = reach(permittivity, frequency, section)
    wavelength = SPEED_OF_LIGHT / frequency / float(np.sqrt(permittivity).real)
    mesh = field_mesh(section, extent, wavelength, refinement)
    return FieldSolver(section, mesh, frequency)
