"""Implicit time integration of the semi-discrete problem: TR-BDF2, Newton, conjugate gradients.

Bank, Coughran, Fichtner, Grosse, Rose & Smith (1985): with gamma = 2 - sqrt(2) a trapezoidal stage
to t + gamma dt and one of BDF2 to t + dt; second order, one step, and what is stiff is damped
(L-stable). Both stages are

    H(T) - d dt F(T, Omega) = known,        d = 1 - sqrt(1/2),

solved to `SETTLED` with Newton's method in T; the source follows by iteration. It uses NumPy and
SciPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import reverse_cuthill_mckee

from benchmarks.verification.code_to_code.assembly import System
from benchmarks.verification.code_to_code.problem import (
    ACTIVATION,
    BODY,
    FREQUENCY_FACTOR,
    Floats,
    Problem,
)

GAMMA = 2.0 - math.sqrt(2.0)
DIAGONAL = 0.5 * GAMMA
SETTLED = 1e-4
"""Largest change [K] of a last iteration."""
MOST_ITERATIONS = 40
FIRST = 16
"""The first step after a switch is this much shorter; they double from there."""
AMPLIFIED = 10.0
"""Most that the field is raised to keep its total."""


class UnsettledError(ArithmeticError):
    """Newton's method did not converge."""


@dataclass
class March:
    """What a march gives.

    Attributes
    ----------
    frames : (k, n) array [degC]
        At the times asked for.
    traces : (k, thermocouples) array [degC]
    damage : (n,) array [-]
        Omega at the end.
    steps, iterations : int
        Time steps; iterations of the linear solver.
    """

    frames: Floats
    traces: Floats
    damage: Floats
    steps: int = 0
    iterations: int = 0


class Integrator:
    """One time step of the semi-discrete problem.

    Parameters
    ----------
    problem : Problem
        For its antenna.
    system : System
    """

    def __init__(self, problem: Problem, system: System) -> None:
        free = np.flatnonzero(system.free)
        # Neighbours beside each other: products with the matrix are twice as fast.
        free = free[reverse_cuthill_mckee(system.stiffness[free][:, free].tocsr(), True)]
        self.free = free
        self.kirchhoff, self.stops = system.growth.nnz > 0, bool(system.stoppable.any())
        self.k, self.growth = same_pattern(
            system.stiffness[free][:, free], system.growth[free][:, free]
        )
        self._row = np.repeat(np.arange(len(free)), np.diff(self.k.indptr))
        self._step_matrix = self.k.copy()
        self.capacity, self.latent = system.capacity[free], system.latent[free]
        self.sink, self.stoppable = system.sink[free], system.stoppable[free]
        self.heat = system.heat[free]
        entries = problem.load.tocoo()
        self._nodes, self._power = entries.row, entries.data
        self._sigmoid = np.array([s or (0.0, 0.0, 1.0) for s in problem.sigmoids])[entries.col]
        self._follows = np.array([s is not None for s in problem.sigmoids])[entries.col]
        self._total, self._n = float(entries.data.sum()), len(system.free)
        self._cold = self._drying(np.full(entries.nnz, BODY))
        self.iterations = 0
        self.temperature = np.full(self._n, BODY)
        self.theta, self.omega = np.zeros(len(free)), np.zeros(len(free))
        self._moved = np.zeros(len(free))

    def _drying(self, temperature: Floats) -> Floats:
        s2, s3, _ = self._sigmoid.T
        return 1.0 - 1.0 / (1.0 + np.exp(s2 - s3 * temperature))

    def antenna(self, theta: Floats) -> Floats:
        """Heat [W/W] of the antenna in the free nodes: its total is kept as tissue dries."""
        self.temperature[self.free] = BODY + theta
        factor = self._drying(self.temperature[self._nodes]) / self._cold
        factor = np.where(self._follows, np.maximum(factor, self._sigmoid[:, 2]), 1.0)
        power = self._power * factor
        scale = min(self._total / power.sum(), AMPLIFIED)
        return scale * np.bincount(self._nodes, power, self._n)[self.free]

    def rate(self, theta: Floats, omega: Floats, power: float) -> Floats:
        """F [W]."""
        found = self.heat - self.k @ theta
        found -= (self.sink + self.stoppable * np.exp(-omega)) * theta
        if self.kirchhoff:
            x = np.clip(theta, 0.0, 63.0)
            found -= self.growth @ (x * (theta - 0.5 * x))
        if power > 0.0:
            found += power * self.antenna(theta)
        return found

    def enthalpy(self, theta: Floats) -> tuple[Floats, Floats]:
        """H [J] and dH/dT [J/K]."""
        h, heat = self.capacity * theta, self.capacity.copy()
        hot = np.flatnonzero(theta > 57.0)
        x = np.minimum(theta[hot] - 63.0, 6.0)
        angle = np.pi / 6.0 * x
        vapour = (x + 6.0) / 12.0 + np.sin(angle) / (2.0 * np.pi)
        h[hot] += self.latent[hot] * vapour
        heat[hot] += self.latent[hot] * (1.0 + np.cos(angle)) / 12.0
        return h, heat

    def damage(self, theta: Floats) -> Floats:
        """dOmega/dt [1/s]; it has no effect where nothing stops."""
        if not self.stops:
            return np.zeros_like(theta)
        return FREQUENCY_FACTOR * np.exp(-ACTIVATION / (theta + BODY + 273.15))

    def step(self, dt: float, power: float) -> None:
        """Advance theta and Omega by a step."""
        h = self.enthalpy(self.theta)[0]
        f, w = self.rate(self.theta, self.omega, power), self.damage(self.theta)
        d = DIAGONAL * dt
        self._linearise(d)
        half = self._stage(h + d * f, self.omega + d * w, d, power, self.theta)
        a = 1.0 / (GAMMA * (2.0 - GAMMA))
        known = a * self.enthalpy(half)[0] + (1.0 - a) * h
        omega_half = self.omega + d * (w + self.damage(half))
        known_omega = a * omega_half + (1.0 - a) * self.omega
        guess = self.theta + (half - self.theta) / GAMMA
        self.theta = self._stage(known, known_omega, d, power, guess)
        self.omega = known_omega + d * self.damage(self.theta)

    def _linearise(self, d: float) -> None:
        """Conduction in Newton's matrix, d K(T): its symmetric part at the start of the step."""
        data = self.k.data
        if self.kirchhoff:
            root = np.sqrt(np.clip(self.theta, 0.0, 63.0))
            data = data + self.growth.data * root[self._row] * root[self.k.indices]
        self._step_matrix.data = d * data
        self._step_diagonal = self._step_matrix.diagonal()

    def _stage(
        self, known: Floats, known_omega: Floats, d: float, power: float, guess: Floats
    ) -> Floats:
        """Solve H - d F = known with Omega - d dOmega/dt = known_omega."""
        theta = guess
        for _ in range(MOST_ITERATIONS):
            omega = known_omega + d * self.damage(theta)
            h, heat = self.enthalpy(theta)
            residual = known + d * self.rate(theta, omega, power) - h
            sink = d * (self.sink + self.stoppable * np.exp(-omega))
            change = self._solve(residual, heat + sink)
            # In the window a full step may leave it on the other side.
            new = theta + change
            low, high = np.minimum(theta, new), np.maximum(theta, new)
            boiling = np.flatnonzero((high > 57.0) & (low < 69.0))
            change[boiling] = np.clip(change[boiling], -1.5, 1.5)
            theta = theta + change
            if np.abs(change).max() < SETTLED:
                return theta
        raise UnsettledError(
            f"no solution within {MOST_ITERATIONS} iterations, step {d / DIAGONAL:g} s"
        )

    def _solve(self, residual: Floats, diagonal: Floats) -> Floats:
        """Conjugate gradients with Jacobi's preconditioner for (diagonal + d K) x = residual."""
        inverse = 1.0 / (diagonal + self._step_diagonal)
        x, r = np.zeros_like(residual), residual
        z = inverse * r
        p, rz = z, float(r @ z)
        # The error of x in kelvin is about the preconditioned residual.
        goal = max(0.1 * SETTLED, 0.01 * float(np.abs(z).max()))
        for _ in range(400):
            if np.abs(z).max() < goal:
                break
            ap = diagonal * p + self._step_matrix @ p
            alpha = rz / float(p @ ap)
            x = x + alpha * p
            r = r - alpha * ap
            z = inverse * r
            new = float(r @ z)
            p = z + (new / rz) * p
            rz = new
            self.iterations += 1
        return x


def same_pattern(a: sp.spmatrix, b: sp.spmatrix) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Two CSR matrices with the places of both, so that their data can be combined."""
    both = (abs(a) + abs(b)).tocsr()
    both.sort_indices()
    n = both.shape[1]
    places = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr)) * n + both.indices
    found = []
    for matrix in (a.tocoo(), b.tocoo()):
        data = np.zeros(both.nnz)
        data[np.searchsorted(places, matrix.row.astype(np.int64) * n + matrix.col)] = matrix.data
        found.append(sp.csr_matrix((data, both.indices, both.indptr), shape=both.shape))
    return found[0], found[1]


def march(problem: Problem, system: System, times: Sequence[float], dt: float) -> March:
    """March from 37 degC.

    Parameters
    ----------
    problem : Problem
    system : System
    times : sequence of float [s]
        When temperatures are kept.
    dt : float [s]
        Longest step; after every switch of the power they begin `FIRST` times shorter.

    Returns
    -------
    March
    """
    integrator = Integrator(problem, system)
    field = np.full(len(system.free), BODY)
    frames = [field.copy()] if times[0] == 0.0 else []
    switches = problem.switches
    stops = sorted({*switches[1:], *(t for t in times if t > 0.0)})
    now, wanted, steps = 0.0, dt / FIRST, 0
    for stop in stops:
        power = problem.power(0.5 * (now + stop))
        while now < stop - 1e-9:
            pieces = math.ceil((stop - now) / wanted - 1e-9)
            length = (stop - now) / pieces
            integrator.step(length, power)
            now, steps = (stop, steps + 1) if pieces == 1 else (now + length, steps + 1)
            wanted = min(dt, 2.0 * wanted)
        if any(abs(stop - t) < 1e-9 for t in switches):
            wanted = dt / FIRST
        if any(abs(stop - t) < 1e-9 for t in times):
            field[integrator.free] = BODY + integrator.theta
            frames.append(field.copy())
    kept, damage = np.array(frames), np.zeros(len(field))
    damage[integrator.free] = integrator.omega
    return March(kept, kept @ system.reader.T, damage, steps, integrator.iterations)
