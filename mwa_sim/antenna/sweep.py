"""Reflection of an antenna over frequency, all solutions on one mesh."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.problem import field_mesh, reach
from mwa_sim.antenna.sar import SPEED_OF_LIGHT, ComplexArray
from mwa_sim.typing import FloatArray


def reflections(
    solver: FieldSolver,
    made_for: tuple[complex, float],
    at: Sequence[tuple[complex, float]],
    observe: Callable[[int, int], None] | None = None,
) -> ComplexArray:
    """S11 in homogeneous tissue at several frequencies.

    Parameters
    ----------
    solver : FieldSolver
        Its mesh serves all frequencies if it is fine enough for the shortest wavelength and wide
        enough for the least attenuation among them; else they share a new one.
    made_for : (complex, float)
        Permittivity [-] of the tissue and frequency [Hz] that its mesh was made for.
    at : sequence of (complex, float)
        The same for every point.
    observe : callable, optional
        ``observe(done, total)`` after each.

    Returns
    -------
    (n,) complex array [-]
    """
    section, mesh = solver.section, solver.mesh
    extent = max((reach(*point, section) for point in at), default=0.0)
    shortest = min((wavelength(*point) for point in at), default=np.inf)
    wide = mesh.box[0] - section.radius > extent - 1e-9
    if not wide or shortest < wavelength(*made_for) * (1.0 - 1e-9):
        mesh = field_mesh(section, extent, shortest)
    found = np.zeros(len(at), dtype=np.complex128)
    for k, (permittivity, frequency) in enumerate(at):
        found[k] = FieldSolver(section, mesh, frequency).solve(permittivity).reflection
        if observe is not None:
            observe(k + 1, len(at))
    return found


def wavelength(permittivity: complex, frequency: float) -> float:
    """Wavelength [m] in a medium of a relative complex permittivity, at a frequency [Hz]."""
    return SPEED_OF_LIGHT / frequency / float(np.sqrt(permittivity).real)


def in_decibels(reflection: ComplexArray) -> FloatArray:
    """Magnitude of reflection coefficients [dB]."""
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(reflection), 1e-15)))
