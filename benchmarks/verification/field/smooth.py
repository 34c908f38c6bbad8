"""Smooth exact fields imposed on the solver, and the order in which its errors fall."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.exact.maxwell import lossy
from benchmarks.verification.exact.maxwell_cylinders import Cylinders
from benchmarks.verification.exact.maxwell_manufactured import ManufacturedField
from benchmarks.verification.exact.maxwell_sphere import SphericalWave
from benchmarks.verification.exact.maxwell_wire import InsulatedWire
from benchmarks.verification.field.driven import (
    Driven,
    ExactField,
    Source,
    grid_mesh,
    rectangle,
)
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.sar import ComplexArray

FREQUENCY = 2.45e9
LIVER = lossy(43.0, 1.69, FREQUENCY)
_WIRE, _SHEATH = 0.6e-3, 1.2e-3


@dataclass(frozen=True)
class SmoothCase:
    """An exact field in the domain of a section.

    Attributes
    ----------
    section : Section
    box : (r_max, z_min, z_max) [m]
    port : float [m]
    exact : callable
        Field at points (r, z).
    permittivity : callable
        Of the tissue at points (r, z).
    source : callable or None
        Right side of the equation in the tissue at points (r, z).
    """

    section: Section
    box: tuple[float, float, float]
    port: float
    exact: ExactField
    permittivity: Callable[[np.ndarray, np.ndarray], ComplexArray]
    source: Source | None = None

    def errors(self, size: float, shaken: float = 0.15) -> tuple[int, dict[str, float]]:
        """Unknowns and errors (see :meth:`Driven.errors`) on a grid of a width [m]."""
        mesh = grid_mesh(self.section, self.box, self.port, size, shaken=shaken)
        solver = FieldSolver(self.section, mesh, FREQUENCY)
        driven = Driven(solver)
        epsilon = self.permittivity(solver.r, solver.z)
        # Twice: the second solution uses the order that the first has found.
        driven.solve(self.exact, epsilon, self.source)
        found = driven.solve(self.exact, epsilon, self.source)
        return solver.unknowns, driven.errors(self.exact, found)


def orders(
    case: SmoothCase, sizes: Sequence[float]
) -> list[tuple[float, int, dict[str, float], dict[str, float]]]:
    """Width, unknowns, errors and observed orders on finer and finer grids."""
    rows: list[tuple[float, int, dict[str, float], dict[str, float]]] = []
    for size in sizes:
        unknowns, errors = case.errors(size)
        order = {}
        if rows:
            ratio = math.log(rows[-1][0] / size)
            order = {k: math.log(rows[-1][2][k] / errors[k]) / ratio for k in errors}
        rows.append((size, unknowns, errors, order))
    return rows


def _coax(*more: Part) -> Section:
    """A coaxial line that ends at z = 0; tissue fills it and reaches the axis below it."""
    inner = Part("inner", rectangle(0.0, 1e-3, 0.0, np.inf), None)
    outer = Part("outer", rectangle(3e-3, 4e-3, 0.0, np.inf), None)
    return Section((inner, outer, *more), (1e-3, 3e-3), 2.0)


def _everywhere(value: complex) -> Callable[[np.ndarray, np.ndarray], ComplexArray]:
    return lambda r, z: np.full(np.shape(r), value, dtype=np.complex128)


def manufactured() -> SmoothCase:
    """A medium that is dry around the origin and wet far away, with a source."""
    field = ManufacturedField(
        near=12.0 - 3.0j, far=43.0 - 12.0j, medium_width=8e-3, width=9e-3, phase=120.0,
        frequency=FREQUENCY,
    )  # fmt: skip
    box = (16e-3, -12e-3, 12e-3)
    return SmoothCase(_coax(), box, 8e-3, field.field, field.permittivity, field.source)


def spherical() -> SmoothCase:
    """The third spherical wave, regular at its centre on the axis below the conductors."""
    wave = SphericalWave(LIVER, FREQUENCY, order=3, outwards=False)
    box = (16e-3, -20e-3, 12e-3)
    return SmoothCase(_coax(), box, 8e-3, lambda r, z: wave.field(r, z + 10e-3), _everywhere(LIVER))


def wire() -> SmoothCase:
    """The wave along an insulated wire: wire, sheath and tissue as concentric cylinders."""
    insulated = InsulatedWire([_WIRE, _SHEATH], [2.1 - 0.01j], LIVER, FREQUENCY)
    return _around_wire(insulated.field, 2.1 - 0.01j)


def bessel() -> SmoothCase:
    """A current that does not change along z in a sheath and in tissue: E_r = 0."""
    cylinders = Cylinders([_WIRE, _SHEATH, math.inf], [10.0 - 2.0j, LIVER], FREQUENCY, inner=1.0)
    return _around_wire(cylinders.field, 10.0 - 2.0j)


def _around_wire(exact: ExactField, insulation: complex) -> SmoothCase:
    parts = (
        Part("sheath", rectangle(0.0, _SHEATH, -np.inf, np.inf), insulation),
        Part("wire", rectangle(0.0, _WIRE, -np.inf, np.inf), None),
    )
    low, high = -6e-3, 8e-3
    parts = tuple(Part(p.name, np.maximum(p.outline, [0.0, low]), p.permittivity) for p in parts)
    # A solver needs a port: one across the sheath, above which the line is closed.
    section = Section(parts, (_WIRE, _SHEATH), 2.0)
    return SmoothCase(section, (13e-3, low, high), 6e-3, exact, _everywhere(LIVER))


SMOOTH: dict[str, Callable[[], SmoothCase]] = {
    "manufactured": manufactured,
    "spherical": spherical,
    "concentric cylinders": bessel,
    "wave on an insulated wire": wire,
}
