"""The antennas of the library on their own meshes: what another mesh or domain changes.

There is no exact field of an antenna.  A solution is compared with one on a mesh whose edges are a
third as long everywhere, in a domain that is twice as wide, and fed further up its line.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.polynomials import TissueTriangles, bernstein
from mwa_sim.antenna.field.problem import field_solver, reach
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.library import library_entry
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY, complex_permittivity
from mwa_sim.tissue.dispersion import dielectric_at
from mwa_sim.tissue.library import load_tissue

TISSUES = ("liver", "muscle", "bone_cancellous", "bone_cortical")
CLOSE = 0.5e-3
"""Distance [m] from the surface of the antenna within which the density is not compared."""


@dataclass(frozen=True)
class Problem:
    """An antenna in a homogeneous tissue.

    Attributes
    ----------
    section : Section
    frequency : float [Hz]
    permittivity : complex [-]
        Of the tissue.
    """

    section: Section
    frequency: float
    permittivity: complex

    def solver(self, refinement: float = 1.0, wider: float = 1.0) -> FieldSolver:
        """The solver on a finer mesh or in a wider domain."""
        extent = wider * reach(self.permittivity, self.frequency, self.section)
        return field_solver(
            self.section, self.frequency, self.permittivity, extent=extent, refinement=refinement
        )

    def longer(self, length: float) -> Problem:
        """The same with the port moved up its line [m]."""
        # A corner of nothing new: a piece of the outermost conductor that ends higher up.
        part = max((p for p in self.section.parts if np.isinf(p.outline).any()), key=_widest)
        outline = part.outline.copy()
        outline[np.isinf(outline)] = self.section.highest_corner + length
        same = Part(part.name, outline, part.permittivity)
        parts = [q for p in self.section.parts for q in ((p, same) if p is part else (p,))]
        return replace(self, section=replace(self.section, parts=tuple(parts)))


def _widest(part: Part) -> float:
    return float(part.outline[:, 0].max())


def library_problem(name: str, tissue: str) -> Problem:
    """An antenna of the library in a tissue of the library at 37 degC."""
    entry = library_entry(name)
    frequency = entry.number("frequency")
    relative_permittivity, conductivity = dielectric_at(load_tissue(tissue), frequency)
    if entry.section is None:
        raise ValueError(f"antenna {name!r} has no parts in its file")
    return Problem(
        entry.section,
        frequency,
        complex_permittivity(float(relative_permittivity), float(conductivity), frequency),
    )


def distance(section: Section, top: float, r: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Distance [m] of points outside an antenna from its surface."""
    nearest = np.full(r.shape, np.inf)
    for outline in section.outlines(top):
        for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            along = end - start
            length = max(float(along @ along), 1e-30)
            t = np.clip(((r - start[0]) * along[0] + (z - start[1]) * along[1]) / length, 0.0, 1.0)
            away = np.hypot(r - start[0] - t * along[0], z - start[1] - t * along[1])
            nearest = np.minimum(nearest, away)
    return nearest


def density_at(
    solver: FieldSolver, found: FieldSolution, permittivity: complex, r: np.ndarray, z: np.ndarray
) -> np.ndarray:
    """Absorbed power density [W/m3 per W] at points, the way that tetrahedra are given theirs."""
    field = TissueTriangles(solver).field(found)
    finder = Finder(solver.mesh.points, solver.mesh.triangles)
    triangle, bary = finder.locate(r.ravel(), z.ravel())
    tissue = np.full(len(solver.mesh.triangles), -1, dtype=np.int64)
    tissue[solver.tissue] = np.arange(len(solver.tissue))
    inside = np.where(triangle >= 0, tissue[triangle], -1)
    parts = np.einsum("pk,pkx->px", bernstein(bary), field[inside])
    squared = np.where(inside >= 0, (parts**2).sum(axis=1), 0.0)
    omega = 2.0 * np.pi * solver.frequency * VACUUM_PERMITTIVITY
    return np.asarray(-0.5 * omega * permittivity.imag * squared.reshape(r.shape))


def density_error(
    problem: Problem, coarse: tuple[FieldSolver, FieldSolution],
    fine: tuple[FieldSolver, FieldSolution], close: float = CLOSE,
) -> float:  # fmt: skip
    """Relative L1 difference of two densities farther than ``close`` from the antenna.

    It is taken over the quadrature points of the finer mesh that both domains share.
    """
    reference, found = fine
    r_max, low, high = coarse[0].mesh.box
    r, z, q, volume = reference.r, reference.z, found.density, reference.volume
    here = (r < r_max) & (z > low) & (z < high)
    here &= distance(problem.section, max(high, reference.mesh.box[2]), r, z) > close
    coarsely = density_at(*coarse, problem.permittivity, r[here], z[here])
    error = np.abs(coarsely - q[here]) * volume[here]
    return float(error.sum() / (q * volume)[here].sum())


def cpu_seconds(solver: FieldSolver, permittivity: complex, repeat: int = 3) -> float:
    """Least processor time [s] of a solution once the solver has found its order."""
    solver.solve(permittivity)
    times = []
    for _ in range(repeat):
        started = time.process_time()
        solver.solve(permittivity)
        times.append(time.process_time() - started)
    return min(times)


@dataclass(frozen=True)
class Measured:
    """An antenna in a tissue on its default mesh, and what better ones change.

    Attributes
    ----------
    unknowns : int
    s11_db : float [dB]
    absorbed, radiated, lost : float [W/W]
    balance : float
        Error of the sum of all powers. It measures the arithmetic, not the mesh: the sum is that
        of the discrete equations, whatever the elements.
    l1, l1_all : float
        :func:`density_error` farther than 0.5 mm from the antenna, and everywhere.
    s11_error : float
        ``|S11 - S11 of the finer mesh|``.
    absorbed_error : float [W/W]
    domain : float
        Relative change of the absorbed power in a domain twice as wide.
    port : float
        Change of |S11| with the port 7 mm further up.
    setup, solve : float [s]
        Processor time to mesh and assemble, and of one solution after the first.
    """

    unknowns: int
    s11_db: float
    absorbed: float
    radiated: float
    lost: float
    balance: float
    l1: float
    l1_all: float
    s11_error: float
    absorbed_error: float
    domain: float
    port: float
    setup: float
    solve: float


def measure(name: str, tissue: str, refinement: float = 3.0) -> Measured:
    """Compare an antenna of the library in a tissue with itself."""
    problem = library_problem(name, tissue)
    started = time.process_time()
    solver = problem.solver()
    setup = time.process_time() - started
    found = solver.solve(problem.permittivity)
    fine = problem.solver(refinement)
    reference = fine.solve(problem.permittivity)
    pair, other = (solver, found), (fine, reference)
    wide = problem.solver(wider=2.0).solve(problem.permittivity)
    moved = problem.longer(7e-3).solver().solve(problem.permittivity)
    return Measured(
        unknowns=solver.unknowns,
        s11_db=found.s11_db,
        absorbed=found.absorbed,
        radiated=found.radiated,
        lost=sum(found.lost.values()),
        balance=found.balance_error,
        l1=density_error(problem, pair, other),
        l1_all=density_error(problem, pair, other, 0.0),
        s11_error=abs(found.reflection - reference.reflection),
        absorbed_error=found.absorbed - reference.absorbed,
        domain=wide.absorbed / found.absorbed - 1.0,
        port=abs(moved.reflection) - abs(found.reflection),
        setup=setup,
        solve=cpu_seconds(solver, problem.permittivity),
    )
