"""An antenna that heats one tissue, computed in the (r, z) plane throughout.

No tetrahedra, no rings, no prediction between field solutions: the field is solved again at every
step, with the permittivity of the temperature at every point of quadrature. With cubic elements
r eps E is a quadratic on each triangle; it is evaluated as such at the centres of the cells of the
heat equation and divided by the permittivity there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.tri import Triangulation

from benchmarks.verification.coupled.heat import Cooled, Floats, Plane, spaced
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.problem import field_solver
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY
from mwa_sim.tissue.dispersion import dielectric_at
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import conductivity_factor, permittivity_factor


@dataclass(frozen=True)
class Fineness:
    """How fine the reference is: cells near the antenna [m], field steps [s], field mesh."""

    cell: float = 0.1e-3
    step: float = 0.5
    refinement: float = 1.0


@dataclass
class History:
    """What is compared, over time."""

    t: list[float] = field(default_factory=list)
    heat: list[float] = field(default_factory=list)
    """Power [W] into the domain of the heat at these times [s]."""
    solved: list[float] = field(default_factory=list)
    """Times [s] of the solutions of the field."""
    s11_dB: list[float] = field(default_factory=list)  # noqa: N815  unit
    absorbed: list[float] = field(default_factory=list)
    """Share of the power at the feed into the tissue, in the domain of the heat and beyond."""
    energy: float = 0.0
    """Put into it [J]."""
    temperatures: dict[float, dict[float, float]] = field(default_factory=dict)
    """Time [s] -> radius [m] -> temperature [degC]."""
    volumes: dict[float, dict[float, float]] = field(default_factory=dict)
    """Time [s] -> temperature [degC] -> volume hotter than that [m3]."""


class Medium:
    """A tissue's complex permittivity over temperature, from the formulas and not from tables."""

    def __init__(self, tissue: Tissue, frequency: float) -> None:
        self._tissue = tissue
        self._omega = 2.0 * np.pi * frequency * VACUUM_PERMITTIVITY
        epsilon, sigma = dielectric_at(tissue, frequency)
        self._epsilon, self._sigma = float(epsilon), float(sigma)

    def sigma(self, temperature: Floats) -> Floats:
        """Conductivity [S/m]."""
        model = self._tissue.electrical_conductivity_model
        return np.asarray(self._sigma * conductivity_factor(model, temperature))

    def epsilon(self, temperature: Floats) -> np.ndarray:
        """Relative complex permittivity."""
        model = self._tissue.relative_permittivity_model
        real = np.maximum(self._epsilon * permittivity_factor(model, temperature), 1.0)
        return real - 1j * self.sigma(temperature) / self._omega


class Displacement:
    """r eps E as quadratics on the triangles of the solver, at given places."""

    def __init__(self, solver: FieldSolver, r: Floats, z: Floats) -> None:
        mesh = solver.mesh
        finder = Triangulation(*mesh.points.T, mesh.triangles).get_trifinder()
        number = np.full(len(mesh.triangles), -1)
        number[solver.tissue] = np.arange(len(solver.tissue))
        found = finder(r, z)
        self.triangle = np.where(found >= 0, number[found], -1)
        self.inside = self.triangle >= 0
        t = self.triangle[self.inside]
        r0, z0 = solver.r.mean(axis=1), solver.z.mean(axis=1)
        size = np.sqrt(solver.r.var(axis=1) + solver.z.var(axis=1))
        at_points = _quadratic((solver.r - r0[:, None]) / size[:, None],
                               (solver.z - z0[:, None]) / size[:, None])  # fmt: skip
        here = _quadratic((r[self.inside] - r0[t]) / size[t], (z[self.inside] - z0[t]) / size[t])
        # Each row takes the values at a triangle's points to the value at the place.
        self._rows = np.einsum("pc,pck->pk", here, np.linalg.pinv(at_points)[t])
        self._t, self._r, self._solver = t, r[self.inside], solver

    def squared(self, solution: FieldSolution, then: np.ndarray, now: np.ndarray) -> Floats:
        """|E|^2 at the places; permittivities at the solver's points and at the places."""
        total = np.zeros(len(self._t))
        for e in (solution.e_r, solution.e_z):
            quadratic = self._solver.r * then * e
            value = np.einsum("pk,pk->p", self._rows, quadratic[self._t])
            total += np.abs(value / (self._r * now)) ** 2
        return total


def _quadratic(x: Floats, y: Floats) -> Floats:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def run(
    antenna: Antenna,
    tissue: Tissue,
    power: float,
    times: Sequence[float],
    *,
    start: float = 37.0,
    half: float = 48e-3,
    centre: float = 11e-3,
    level: float = 5.9e-3,
    radii: Sequence[float] = (3e-3, 5e-3, 10e-3, 15e-3),
    limits: Sequence[float] = (50.0, 60.0, 94.0),
    fineness: Fineness | None = None,
    coupled: bool = True,
) -> History:
    """Heat a cylinder of one tissue with constant power at the generator.

    Parameters
    ----------
    antenna : Antenna
        Its tip is at z = 0, its hub towards +z.
    tissue : Tissue
    power : float [W]
        At the generator.
    times : sequence of float [s]
        When temperatures and volumes are noted; the last one ends the run.
    start : float [degC]
        At the beginning, and for all time at the outer faces.
    half, centre : float [m]
        The cylinder has this radius and reaches as far above and below this level.
    level, radii : float, floats [m]
        Where temperatures are noted.
    limits : floats [degC]
        For the volumes.
    fineness : Fineness, optional
    coupled : bool
        False keeps the field of the unheated tissue, |E|^2 and all.
    """
    fine = fineness or Fineness()
    cool, surface = antenna.cooling, 0.5 * antenna.outer_diameter
    cooled = cool and Cooled(surface, cool.shaft_start, cool.shaft_start + cool.shaft_length,
                             cool.heat_transfer_coefficient, cool.coolant_temperature)  # fmt: skip
    cell = surface / round(surface / fine.cell)
    plane = Plane(
        spaced(cell, 0.0, 5 * surface, 0.0, half, 1.06),
        spaced(2 * fine.cell, -3e-3, 20e-3, centre - half, centre + half, 1.06),
        tissue, start, start, cooled or None,
    )  # fmt: skip
    medium = Medium(tissue, antenna.frequency)
    cold = complex(medium.epsilon(np.array(start)))
    if antenna.section is None:
        raise ValueError(f"the inside of {antenna.name} is not known")
    solver = field_solver(antenna.section, antenna.frequency, cold, refinement=fine.refinement)
    r, z = np.meshgrid(plane.centre_r, plane.centre_z, indexing="ij")
    displacement = Displacement(solver, r.ravel(), z.ravel())
    history = History()
    first: FieldSolution | None = None
    for k in range(round(times[-1] / fine.step)):
        temperature = _interpolated(plane, solver.r, solver.z, start)
        epsilon = medium.epsilon(temperature)
        if first is None or coupled:
            first = solver.solve(epsilon)
            then = epsilon
        now = medium.epsilon(plane.temperature.ravel()[displacement.inside])
        heat = np.zeros(r.size)
        if not coupled:
            now = np.full(len(now), cold)
        squared = displacement.squared(first, then, now)
        sigma = medium.sigma(plane.temperature.ravel()[displacement.inside])
        heat[displacement.inside] = 0.5 * sigma * squared
        heat = heat.reshape(r.shape) * plane.volume * power * antenna.transmission
        history.t.append(plane.time)
        history.solved.append(plane.time)
        history.s11_dB.append(first.s11_db)
        history.absorbed.append(first.absorbed + first.radiated)
        history.heat.append(float(heat.sum()))
        plane.advance((k + 1) * fine.step, heat)
        for time in times:
            if abs(time - plane.time) < 1e-9:
                history.temperatures[time] = {a: plane.at(a, level) for a in radii}
                history.volumes[time] = {limit: plane.above(limit) for limit in limits}
    history.energy = plane.taken
    if plane.imbalance() > 1e-6:
        raise ArithmeticError(f"the reference loses energy: {plane.imbalance():.1e}")
    return history


def _interpolated(plane: Plane, r: Floats, z: Floats, beyond: float) -> Floats:
    """Temperature at places, bilinear between the centres of the cells."""
    i = np.clip(np.searchsorted(plane.centre_r, r) - 1, 0, len(plane.centre_r) - 2)
    j = np.clip(np.searchsorted(plane.centre_z, z) - 1, 0, len(plane.centre_z) - 2)
    x = np.clip((r - plane.centre_r[i]) / (plane.centre_r[i + 1] - plane.centre_r[i]), 0, 1)
    y = np.clip((z - plane.centre_z[j]) / (plane.centre_z[j + 1] - plane.centre_z[j]), 0, 1)
    t = plane.temperature
    found = ((1 - x) * ((1 - y) * t[i, j] + y * t[i, j + 1])
             + x * ((1 - y) * t[i + 1, j] + y * t[i + 1, j + 1]))  # fmt: skip
    outside = (r > plane.r[-1]) | (z < plane.z[0]) | (z > plane.z[-1])
    return np.asarray(np.where(outside, beyond, found))
