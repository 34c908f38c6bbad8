"""Coaxial lines through the solver's own port, against transmission-line theory.

The line is shorted in a block of metal, or runs on to the end of the domain, where the absorbing
boundary is an exact match for its TEM wave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.exact.maxwell import VACUUM_IMPEDANCE, lossy, vacuum_wavenumber
from benchmarks.verification.exact.maxwell_coax import MATCHED, SHORT, CoaxialLine
from benchmarks.verification.field.driven import Driven, grid_mesh, rectangle
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.field.solution import FieldSolution

INNER, OUTER, FILLING, FREQUENCY = 0.135e-3, 0.47e-3, 2.03, 2.45e9
TISSUE = lossy(43.0, 1.69, FREQUENCY)
LINES: dict[str, tuple[complex, Sequence[tuple[float, complex]]]] = {
    "matched": (MATCHED, [(40e-3, FILLING)]),
    "shorted": (SHORT, [(40e-3, FILLING)]),
    "shorted, lossy end": (SHORT, [(15e-3, lossy(10.0, 1.0, FREQUENCY)), (25e-3, FILLING)]),
    "three fillings, matched": (
        MATCHED,
        [(9e-3, lossy(5.0, 0.2, FREQUENCY)), (11e-3, lossy(30.0, 0.6, FREQUENCY)),
         (20e-3, FILLING)],
    ),
}  # fmt: skip
"""Voltage reflection at the lower end, and length [m] and permittivity of the sections."""


@dataclass(frozen=True)
class LineErrors:
    """A computed line against the exact one.

    Attributes
    ----------
    reflection : float
        Of S11, absolute.
    psi, e_r : float
        Largest over all quadrature points of the line, over the largest value.
    lost, balance : float [W/W]
        Of the power in all fillings together, and of the sum of all powers.
    """

    reflection: float
    psi: float
    e_r: float
    lost: float
    balance: float


def line_problem(name: str, size: float) -> tuple[CoaxialLine, FieldSolver]:
    """One of :data:`LINES`, exact and on a grid of the given width [m]."""
    load, sections = LINES[name]
    exact = CoaxialLine(INNER, OUTER, sections, load, FREQUENCY)
    low = 0.0 if load == MATCHED else -4e-3
    parts = [Part("metal", rectangle(0.0, 0.8e-3, min(low, 0.0) / 2.0, np.inf), None)]
    bottom = 0.0
    for k, (extent, filling) in enumerate(sections):
        parts.append(Part(f"filling {k}", rectangle(INNER, OUTER, bottom, np.inf), filling))
        bottom += extent
    section = Section(tuple(parts), (INNER, OUTER), FILLING)
    mesh = grid_mesh(section, (3e-3, low, exact.length + 3e-3), exact.length, size)
    return exact, FieldSolver(section, mesh, FREQUENCY)


def line_errors(name: str, size: float = 2e-3) -> tuple[LineErrors, FieldSolution]:
    """Compute one of :data:`LINES` on a grid of the given width [m] and compare."""
    exact, solver = line_problem(name, size)
    found = solver.solve(TISSUE)
    basis = Driven(solver).basis
    r, z = np.asarray(basis.global_coordinates())
    line = (r > INNER) & (r < OUTER) & (z > 0.0) & (z < exact.length)
    field = exact.field(r[line], z[line])
    unknown = basis.interpolate(found.psi)
    slope = np.asarray(unknown.grad)[1][line]
    e_r = 1j * VACUUM_IMPEDANCE / vacuum_wavenumber(FREQUENCY) * slope
    e_r = e_r / (field.permittivity * field.r)
    errors = LineErrors(
        reflection=abs(found.reflection - exact.reflection),
        psi=_largest(np.asarray(unknown)[line], field.psi),
        e_r=_largest(e_r, field.e_r),
        lost=abs(sum(found.lost.values()) - sum(exact.absorbed)),
        balance=found.balance_error,
    )
    return errors, found


def _largest(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.abs(found - exact).max() / np.abs(exact).max())
