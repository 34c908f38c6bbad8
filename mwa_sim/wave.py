"""The computed field of an antenna as a heat source that follows the tissue.

The dielectric properties of the tetrahedra, averaged around the antenna's axis, give the medium of
an axisymmetric field problem; its |E|^2 heats the tetrahedra by their own conductivity. The field
is solved again when the tissue has changed so much that the absorbed power density has changed by
more than a tolerance (half its L1 distance, as a fraction of the power).

Between two solutions the density follows the tissue by the field's local behaviour: the tissue
changes from layer to layer around the antenna, so that E is continuous along the axis and the
displacement eps E nearly so across it (b close to 1),

    q = sigma(T)/2 (|E_z|^2 + |E_r|^2 |eps_c(T_0) / eps_c(T)|^(2 b)),   T_0: at the last solution,

and the total follows the first-order shift of the reflection. Drying tissue beside the antenna
may thus heat more, not less, as it loses its water.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import Any

import numpy as np
import scipy.sparse as sp

from mwa_sim.antenna.coupling.history import FieldHistory
from mwa_sim.antenna.coupling.rings import Rings
from mwa_sim.antenna.coupling.transfer import Transfer
from mwa_sim.antenna.coupling.watch import FieldWatch
from mwa_sim.antenna.deposit import Deposition, power_notes
from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.kept import kept_solution, kept_solver
from mwa_sim.antenna.field.polynomials import TissueTriangles
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY, ComplexArray
from mwa_sim.case import Case
from mwa_sim.dielectrics import across_factor, dielectrics
from mwa_sim.errors import InputError
from mwa_sim.heat.source import Drying, Source
from mwa_sim.mesh.probe import Locator
from mwa_sim.one_thread import one_thread
from mwa_sim.placement import PlacedAntenna
from mwa_sim.typing import FloatArray, IntArray

# A shift of S11 calls for a solution when it is this many times the tolerance.
_SHIFTS = 2.0
# Whatever the tolerance, first order does not foresee larger shifts, or the loss of half the power.
_FARTHEST = 0.4
_LEAST = 0.5
# The tissue is looked at when it may have spent this part of the tolerance, or after a time [s].
_PART = 0.08
_LONGEST = 5.0
# How much more, or less, than the tissue itself the density may change; learned on the way.
_GAINS = (0.3, 5.0)
# Radii around the antenna whose tissue decides about the size and fineness of the domain [m].
_NEIGHBOURHOOD = (1e-3, 5e-3, 10e-3, 20e-3)


class WaveField:
    """The field of one antenna in the tissue of a run.

    Parameters
    ----------
    case : Case
        With the tissues of the run.
    locator : Locator
        Point location on the mesh of the case.
    placed : PlacedAntenna
        Its antenna has a section.
    drying : {"redistribute", "attenuate"} or None
        How the source follows the tissue if the field is not solved again; None for a field that
        is.
    order : (n_nodes,) int array
        Node of the mesh at each place of the solver.
    tolerance : float, optional
        Change of the absorbed power density that calls for a new solution [-].

    Attributes
    ----------
    source : Source
        Heat per watt at the generator, nodes as the solver numbers them.
    deposition : Deposition
        Of the first solution, nodes in the order of the mesh.
    history : FieldHistory
    first : FieldSolution
        In the tissue as it was before the run.
    points : (r, z) of (m_t, k) float arrays [m]
        Where its densities are.
    inside : (m_t, k) float array [-]
        Share of the ring through each of these points that lies in the mesh.

    Raises
    ------
    InputError
        When the tip lies outside the mesh, a tissue has no electrical properties, or no power
        reaches the mesh.
    """

    @one_thread
    def __init__(
        self,
        case: Case,
        locator: Locator,
        placed: PlacedAntenna,
        drying: Drying | None,
        order: IntArray,
        tolerance: float = 0.1,
    ) -> None:
        mesh, antenna, pose = case.mesh, placed.antenna, placed.pose
        section = antenna.section
        if section is None:
            raise InputError(
                f"antenna: the conductors and dielectrics of {antenna.name!r} are not known, so "
                'its field cannot be computed; choose the model "line" or a map'
            )
        coupled = drying is None
        self._transmission = antenna.transmission
        self._tolerance, self._gain = tolerance, 1.0
        # Power into the mesh per watt at the generator, and S11, of the last solution.
        self._base, self._reflection = 0.0, 0j
        # When to look at the tissue next, and when and how far gone it was at the last look.
        self._look, self._last = -np.inf, (0.0, 0.0)
        self._place = np.empty_like(order)
        self._place[order] = np.arange(order.size)
        self._dielectrics = dielectrics(case, antenna.frequency)
        self._sigma = self._dielectrics.conductivity
        temperature = np.full(mesh.n_nodes, 0.0) + case.initial_temperature

        around = Rings(mesh, locator, pose, *_neighbourhood(section.highest_corner))
        self._solver = kept_solver(
            section, antenna.frequency, around.permittivity(self._dielectrics, temperature)
        )
        self._triangles = TissueTriangles(self._solver)
        self._rings = Rings(mesh, locator, pose, self._triangles.r, self._triangles.z)
        ring = self._rings.inside.astype(np.complex128)
        self.inside = np.real(self._triangles.at_points(ring))

        samples = self._rings.permittivity(self._dielectrics, temperature)
        permittivity = self._triangles.at_points(samples)
        solution = kept_solution(self._solver, permittivity)
        self.first, self.points = solution, (self._solver.r, self._solver.z)
        e_field = self._triangles.field(solution)
        number = np.full(len(self._solver.mesh.triangles), -1, dtype=np.int64)
        number[self._solver.tissue] = np.arange(len(self._solver.tissue))
        self._transfer = Transfer(
            mesh, self._place[mesh.tets], pose,
            Finder(self._solver.mesh.points, self._solver.mesh.triangles), number,
            _edge_length(self._solver.mesh.points, self._solver.mesh.triangles), e_field,
            0.5 * self._loss(permittivity), section.radius,
        )  # fmt: skip
        node, column, labels = self._transfer.node, self._transfer.column, len(mesh.labels)
        loads = self._transfer.loads(e_field, self._sigma)
        follows = self._dielectrics.conductivity_factor
        self._stiffness = across_factor(self._dielectrics) if coupled else np.ones_like(follows)
        # Two entries for each node and label: by the field across the axis, and along it.
        place = np.concatenate([column, column + labels])
        shape = (mesh.n_nodes, 2 * labels)
        self._merged = np.argsort(np.tile(node, 2) * (2 * labels) + place, kind="stable")
        self.source = Source(
            _entries(np.concatenate(loads), np.tile(node, 2), place, shape),
            [*(follows / self._stiffness), *follows],
            drying or "redistribute",
        )
        self._watch = FieldWatch(self._rings, self._dielectrics)
        self.history = FieldHistory()
        raw = self._adopt(solution, samples, loads, temperature[order])
        share = self._share_inside(solution)
        outside = 1.0 - share / (solution.absorbed + solution.radiated)
        self.history.note(0.0, solution, np.nan)
        powers = (loads[0] + loads[1]) * (self.source.delivered / (loads[0] + loads[1]).sum())
        self.deposition = Deposition(
            weights=_entries(powers, order[node], column, (mesh.n_nodes, labels)),
            labels=tuple(int(label) for label in mesh.labels),
            delivered=self.source.delivered,
            outside_fraction=outside,
            quadrature_factor=raw / share,
            notes=power_notes(outside, raw / share, self.source.delivered),
        )

    def fresh(self) -> WaveField:
        """The field of another run that begins like this one; for a field not yet renewed.

        Returns
        -------
        WaveField
            With its own source, watch and history; what never changes is shared.
        """
        other = copy(self)
        other.source, other.history = deepcopy(self.source), deepcopy(self.history)
        other._watch = copy(self._watch)
        return other

    def _loss(self, permittivity: ComplexArray) -> FloatArray:
        """Mean conductivity (m_t,) [S/m] of the tissue triangles."""
        omega = 2.0 * np.pi * self._dielectrics.frequency * VACUUM_PERMITTIVITY
        return np.asarray(-permittivity.imag.mean(axis=1) * omega)

    def _share_inside(self, solution: FieldSolution) -> float:
        """Power absorbed inside the mesh per watt at the feed."""
        return float(np.sum(solution.density * solution.volume * self.inside))

    def _adopt(
        self,
        solution: FieldSolution,
        samples: ComplexArray,
        loads: tuple[FloatArray, FloatArray],
        temperature: FloatArray,
    ) -> float:
        """Let the source give what the solution delivers into the mesh; returns the raw sum.

        ``loads`` are those of the conductivity at 37 degC; the source multiplies them by what
        follows the temperature, which for the field across the axis is 1 at this solution.
        """
        node, column = self._transfer.node, self._transfer.column
        share = self._share_inside(solution)
        delivered = self._transmission * share
        across = loads[0] * self._dielectrics.at(self._stiffness, column, temperature[node])
        weights = np.concatenate([across, loads[1]])[self._merged]
        self.source.replace(weights, delivered)
        raw = float(self.source.entries(temperature).sum())
        if not (raw > 0.0 and delivered > 0.0):
            raise InputError(
                "antenna: no power reaches the mesh; check the pose and the conductivities"
            )
        self.source.replace(weights * (delivered / raw), delivered)
        self._base, self._reflection = delivered, solution.reflection
        self._watch.mark(solution, samples)
        return raw

    @one_thread
    def renew(self, time: float, temperature: FloatArray, power: float) -> Source | None:
        """Solve again if the tissue has changed enough; called after every time step.

        Parameters
        ----------
        time : float [s]
        temperature : (n_nodes,) float array [degC]
            In the order of the solver.
        power : float [W]
            Of this antenna from now on; without power nothing is solved.

        Returns
        -------
        Source or None
            The source from now on, None if it stays as it is.
        """
        if power <= 0.0:
            # The tissue cools: look at once when the power is back.
            self._look = -np.inf
            return None
        if time < self._look:
            return None
        local = temperature[self._place]
        found, shift = self._watch.since_mark(local)
        then, now = (abs(s11) ** 2 for s11 in (self._reflection, self._reflection + shift))
        spent = max(
            self._gain * found / self._tolerance,
            abs(shift) / min(_SHIFTS * self._tolerance, _FARTHEST),
        )
        if spent < 1.0 and 1.0 - now > _LEAST * (1.0 - then):
            self.source.delivered = self._base * (1.0 - now) / (1.0 - then)
            self.history.look(time, now)
            self._look = time + self._pause(time, spent)
            return None
        samples = self._rings.permittivity(self._dielectrics, local)
        solution = self._solver.solve(self._triangles.at_points(samples))
        before = self.source.entries(temperature)
        before *= self.source.delivered / max(float(before.sum()), 1e-300)
        loads = self._transfer.loads(self._triangles.field(solution), self._sigma)
        self._adopt(solution, samples, loads, temperature)
        after = self.source.entries(temperature)
        moved = 0.5 * float(np.abs(after / after.sum() - before / before.sum()).sum())
        change = max(moved, abs(float(before.sum() / after.sum()) - 1.0))
        # The density answers more or less than the tissue has changed: trigger accordingly.
        gain = float(np.clip(change / found, *_GAINS))
        self._gain = max(gain, 0.5 * (self._gain + gain))
        self.history.note(time, solution, change)
        self._look, self._last = -np.inf, (time, 0.0)
        return self.source

    def _pause(self, time: float, spent: float) -> float:
        """Time [s] in which the tissue will spend another part of what the tolerance allows."""
        since, before = self._last
        self._last = (time, spent)
        rate = abs(spent - before) / max(time - since, 1e-9)
        return min(_PART / max(rate, 1e-9), _LONGEST)

    def described(self) -> dict[str, Any]:
        """The history as plain lists, as a result keeps it."""
        return {**self.history.described(), "unknowns": self._solver.unknowns}


def _neighbourhood(top: float) -> tuple[FloatArray, FloatArray]:
    r, z = np.meshgrid(_NEIGHBOURHOOD, np.linspace(-5e-3, top + 5e-3, 12))
    return r.ravel(), z.ravel()


def _edge_length(points: FloatArray, triangles: IntArray) -> FloatArray:
    """Edge length (m,) [m] of the equilateral triangles of equal area."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = 0.5 * ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    return np.asarray(np.sqrt(4.0 / np.sqrt(3.0) * area))


def _entries(
    values: FloatArray, rows: IntArray, columns: IntArray, shape: tuple[int, int]
) -> sp.csr_matrix:
    return sp.coo_matrix((values, (rows, columns)), shape=shape).tocsr()
