"""Open space around an antenna: what the absorbing boundary sends back, and the guided wave.

A current element inside a block of metal radiates into lossy tissue; its exact field is imposed on
the block and nothing on the outer boundary.  And the wave that a monopole's shaft guides is taken
out of its computed field by the orthogonality of guided and radiated waves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.verification.exact.maxwell import VACUUM_IMPEDANCE, lossy, vacuum_wavenumber
from benchmarks.verification.exact.maxwell_sphere import current_element
from benchmarks.verification.exact.maxwell_wire import InsulatedWire
from benchmarks.verification.field.driven import Driven, ExactField, grid_mesh, rectangle
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.problem import field_solver
from mwa_sim.antenna.field.section import Part, Section

FREQUENCY = 2.45e9
LIVER = lossy(43.0, 1.69, FREQUENCY)
CANCELLOUS = lossy(18.5, 0.81, FREQUENCY)


@dataclass(frozen=True)
class Absorbing:
    """The element's field in a domain that ends at a distance.

    Attributes
    ----------
    distance : float [m]
        From the block to the boundary on all sides.
    back : float
        What the boundary sends back: the change of E where the exact field is imposed on it too,
        relative L2.
    mesh : float
        Relative L2 error of E of that solution, which is the mesh's.
    absorbed, radiated : float
        Errors of the power absorbed inside and of that which leaves, over the power that leaves
        the block.
    left : float
        Exact fraction of that power that leaves the domain.
    """

    distance: float
    back: float
    mesh: float
    absorbed: float
    radiated: float
    left: float


def absorbing(distance: float, permittivity: complex = LIVER, size: float = 1e-3) -> Absorbing:
    """Field of a current element with nothing imposed on the outer boundary."""
    half, radius = 4e-3, 4e-3
    # The solver wants a port: the bottom of a pit in the block.
    pit = half - 1e-3
    parts = (
        Part("below", rectangle(0.0, radius, -half, pit), None),
        Part("inner", rectangle(0.0, 1e-3, pit, half), None),
        Part("outer", rectangle(2e-3, radius, pit, half), None),
    )
    section = Section(parts, (1e-3, 2e-3), 2.0)
    box = (radius + distance, -half - distance, half + distance)
    mesh = grid_mesh(section, box, pit, size, closed=pit)
    solver = FieldSolver(section, mesh, FREQUENCY)
    wave = current_element(permittivity, FREQUENCY)
    driven = Driven(solver)
    whole = driven.solve(wave.field, permittivity)
    found = driven.solve(wave.field, permittivity, outside=False)
    back = np.abs(found.e_r - whole.e_r) ** 2 + np.abs(found.e_z - whole.e_z) ** 2
    exact = wave.field(solver.r, solver.z)
    inside = float((exact.density * solver.volume).sum())
    leaving = _outflow(wave.field, box)
    sent = inside + leaving
    return Absorbing(
        distance,
        float(np.sqrt((back * solver.volume).sum() / (exact.e_squared * solver.volume).sum())),
        driven.errors(wave.field, whole)["E"],
        abs(found.absorbed - inside) / sent,
        abs(found.radiated - leaving) / sent,
        leaving / sent,
    )


def _outflow(field: ExactField, box: tuple[float, float, float]) -> float:
    """Exact power through the cylinder of a box [W]."""
    r_max, low, high = box
    x, w = np.polynomial.legendre.leggauss(200)

    def integral(start: float, end: float, along_r: bool, at: float, sign: float) -> float:
        s = 0.5 * (end - start) * x + 0.5 * (end + start)
        r, z = (s, np.full_like(s, at)) if along_r else (np.full_like(s, at), s)
        flow = field(r, z).power_flow[1 if along_r else 0]
        return float(sign * np.pi * (end - start) * (w @ flow))

    return (
        integral(low, high, False, r_max, 1.0)
        + integral(0.0, r_max, True, high, 1.0)
        + integral(0.0, r_max, True, low, -1.0)
    )


@dataclass(frozen=True)
class Guided:
    """The wave along the shaft of an antenna.

    Attributes
    ----------
    exact : complex [1/m]
        gamma of the insulated wire.
    found : complex [1/m]
        From the guided part of the computed field, over heights on the shaft.
    scatter : float
        Largest departure of that part from one exponential, relative.
    """

    exact: complex
    found: complex
    scatter: float


def guided(
    permittivity: complex = LIVER, radii: tuple[float, float] = (0.595e-3, 0.8e-3),
    insulation: complex = 2.1, extent: float = 80e-3,
) -> Guided:  # fmt: skip
    """A monopole at the end of an insulated shaft; its guided wave between 25 and 55 mm."""
    metal, sheath = radii
    parts = (
        Part("sheath", rectangle(0.0, sheath, 10e-3, np.inf), insulation),
        Part("outer conductor", rectangle(0.0, metal, 10e-3, np.inf), None),
        Part("line", rectangle(0.135e-3, 0.47e-3, 10e-3, np.inf), 2.03),
        Part("inner conductor", rectangle(0.0, 0.135e-3, 0.0, np.inf), None),
    )
    section = Section(parts, (0.135e-3, 0.47e-3), 2.03)
    solver = field_solver(section, FREQUENCY, permittivity, extent=extent)
    found = solver.solve(permittivity)
    basis = Driven(solver).basis
    r, z = np.asarray(basis.global_coordinates())
    here = (r > metal) & (z > 10e-3)
    unknown = basis.interpolate(found.psi)
    psi, slope = np.asarray(unknown)[here], np.asarray(unknown.grad)[1][here]
    wire = InsulatedWire([metal, sheath], [insulation], permittivity, FREQUENCY)
    # Fields of the two at z = 0; r E is taken, so that the integral is over dr.
    r, z, weight = r[here], z[here], np.asarray(basis.dx)[here]
    mode = wire.field(r, np.zeros_like(r))
    factor = 1j * VACUUM_IMPEDANCE / vacuum_wavenumber(FREQUENCY)
    e_r = factor * slope / (mode.permittivity * r)
    overlap = (e_r * mode.psi + mode.e_r * psi) * weight
    heights = np.linspace(25e-3, 55e-3, 13)
    amplitude = np.array([
        (overlap * np.exp(-(((z - height) / 4e-3) ** 2))).sum() for height in heights
    ])  # fmt: skip
    logarithm = np.log(np.abs(amplitude)) + 1j * np.unwrap(np.angle(amplitude))
    slope_, offset = np.polyfit(heights, logarithm, 1)
    scatter = float(np.abs(logarithm - offset - slope_ * heights).max())
    return Guided(wire.gamma, complex(-slope_), scatter)
