"""What every peer shares: the problem from a file, the time steps, the answer.  NumPy alone.

A peer gives its matrix and its linear solver; both variants of the time step use nothing else:

``linear``
    Crank-Nicolson, constant matrix: one linear solve a step.
``lagged``
    Backward Euler, coefficients at the start of the step: one assembly and one solve a step.  The
    solved change of the enthalpy is kept and the temperature found from it, so that no latent heat
    is lost.
``newton``
    Backward Euler in enthalpy form, one assembly and one solve an iteration, until no temperature
    changes by more than `SETTLED`: Newton's method for the enthalpy, with the symmetric part of
    the derivative of the conduction, so that conjugate gradients can be used.

Perfusion follows exp(-Omega), extrapolated to the middle of the step; Omega itself is advanced at
the nodes with the trapezoidal rule.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np

SETTLED = 0.01
"""Largest change [K] of the last iteration."""
MOST_ITERATIONS = 30
SOLVED = 1e-5
"""Relative residual at which the linear solvers stop (of the change in a step or iteration)."""
COMPARED = (60.0, 150.0, 300.0)


class Case:
    """The problem as its file holds it; nodal sums of the element coefficients besides."""

    def __init__(self, file: str) -> None:
        with np.load(file) as held:
            for key in held.files:
                value = held[key]
                setattr(self, key, value if value.ndim else value.item())
        tets, nodes = self.tets, self.nodes
        edges = nodes[tets[:, 1:]] - nodes[tets[:, :1]]
        self.volume = np.linalg.det(edges) / 6.0
        self.capacity = self.lumped(self.heat_capacity)
        self.latent_sum = self.lumped(self.latent)
        self.sink = self.lumped(self.perfusion)
        own = self.source[tets]
        share = self.volume[:, None] / 20.0 * (own + own.sum(axis=1, keepdims=True))
        self.load = np.bincount(tets.ravel(), share.ravel(), len(nodes))
        self.nonlinear = self.name == "N"

    def lumped(self, density: np.ndarray) -> np.ndarray:
        """Sum over elements of density V / 4, at the nodes."""
        return np.bincount(
            self.tets.ravel(), np.repeat(0.25 * self.volume * density, 4), len(self.nodes)
        )

    def power_at(self, instant: float) -> float:
        """Power [W]."""
        return self.power if instant % self.period < self.on else 0.0

    def conductivity_at(self, temperature: np.ndarray) -> np.ndarray:
        """Conductivity (m,) [W/m/K] at the mean temperature of each element."""
        mean = temperature[self.tets].mean(axis=1)
        return self.conductivity * (1.0 + self.slope * (np.clip(mean, 37.0, 100.0) - 37.0))


class Program(Protocol):
    """What a peer provides; nodal arrays are in the order of the file."""

    name: str
    version: str
    settings: str

    def assemble(self, conductivity: Any, rate: float, vapour: Any, vessels: Any) -> None:
        """Matrix of div(k grad) and of the lumped rate (c + latent vapour) + sink vessels.

        Parameters
        ----------
        conductivity : (m,) array
        rate : float
            1/dt, or 2/dt for Crank-Nicolson.
        vapour, vessels : (n,) arrays
            Slope of the vapour fraction [1/K], fraction of open vessels.
        """

    def multiply(self, x: np.ndarray) -> np.ndarray:
        """The matrix times nodal values that are zero at the fixed nodes (rows of those: any)."""

    def solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        """Solve with zero at the fixed nodes to `SOLVED`; also the iterations."""


def vapour(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vapour fraction G(T) and its slope [1/K]: cosine window within 6 K of 100 degC."""
    x = np.clip(t - 100.0, -6.0, 6.0)
    fraction = (x + 6.0) / 12.0 + np.sin(np.pi * x / 6.0) / (2.0 * np.pi)
    return fraction, (1.0 + np.cos(np.pi * x / 6.0)) / 12.0


def temperature_of(u: np.ndarray, ratio: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """Temperature of the scaled enthalpy u = T + ratio G(T), by bracketed Newton iterations."""
    t = u.copy()
    t[u >= 106.0 + ratio] -= ratio[u >= 106.0 + ratio]
    inside = np.flatnonzero((u > 94.0) & (u < 106.0 + ratio))
    if inside.size == 0:
        return t
    r, goal = ratio[inside], u[inside]
    low, high = np.full(inside.size, 94.0), np.full(inside.size, 106.0)
    x = np.clip(guess[inside], 94.5, 105.5)
    for _ in range(60):
        fraction, slope = vapour(x)
        off = x + r * fraction - goal
        high, low = np.where(off > 0.0, x, high), np.where(off > 0.0, low, x)
        new = x - off / (1.0 + r * slope)
        new = np.where((new <= low) | (new >= high), 0.5 * (low + high), new)
        if np.abs(new - x).max() < 1e-8:
            break
        x = new
    t[inside] = x
    return t


def march(case: Case, program: Program, variant: str, dt: float, steps: int) -> dict[str, Any]:
    """March ``steps`` steps of ``dt`` [s]; timings, work done and the fields compared."""
    t = np.full(len(case.nodes), case.body)
    ratio = case.latent_sum / case.capacity
    omega, rate_before = np.zeros(t.size), damage_rate(case, t)
    kept = np.full((len(COMPARED), t.size), np.nan)
    work = {"assemblies": 0, "solves": 0, "linear_iterations": 0, "assembly_s": 0.0, "solve_s": 0.0}
    ones, zeros = np.ones(t.size), np.zeros(t.size)
    rate = 2.0 / dt if variant == "linear" else 1.0 / dt

    def assemble(conductivity: np.ndarray, slope: np.ndarray, vessels: np.ndarray) -> None:
        begun = time.perf_counter()
        program.assemble(conductivity, rate, slope, vessels)
        work["assembly_s"] += time.perf_counter() - begun
        work["assemblies"] += 1

    def solve(residual: np.ndarray) -> np.ndarray:
        residual[case.fixed] = 0.0
        begun = time.perf_counter()
        change, iterations = program.solve(residual)
        work["solve_s"] += time.perf_counter() - begun
        work["solves"] += 1
        work["linear_iterations"] += iterations
        return change

    if variant == "linear":
        assemble(case.conductivity, zeros, ones)
        work["assembly_s"], work["assemblies"] = 0.0, 0
    marched = time.perf_counter()
    for step in range(1, steps + 1):
        load = case.power_at((step - 0.5) * dt) * case.load
        if variant == "linear":
            # With A = 2 C/dt + K: A (T' - T) = 2 (load - K T).
            lost = program.multiply(t - case.body) - rate * case.capacity * (t - case.body)
            t = t + solve(2.0 * (load - lost))
        else:
            open_ = np.exp(-(omega + 0.5 * dt * rate_before))
            before, fraction = t, vapour(t)[0]
            for _ in range(1 if variant == "lagged" else MOST_ITERATIONS):
                new_fraction, slope = vapour(t)
                assemble(case.conductivity_at(t), slope, open_)
                heat = case.capacity + case.latent_sum * slope
                lost = program.multiply(t - case.body) - rate * heat * (t - case.body)
                stored = case.capacity * (t - before) + case.latent_sum * (new_fraction - fraction)
                change = solve(load - lost - rate * stored)
                if variant == "lagged":
                    u = t + ratio * new_fraction + (1.0 + ratio * slope) * change
                    t = temperature_of(u, ratio, t)
                else:
                    t = t + change
                    if np.abs(change).max() < SETTLED:
                        break
            rate_after = damage_rate(case, t)
            omega += 0.5 * dt * (rate_before + rate_after)
            rate_before = rate_after
        for row, instant in enumerate(COMPARED):
            if abs(step * dt - instant) < 1e-9:
                kept[row] = t
    return {"seconds": time.perf_counter() - marched, "fields": kept, "final": t, **work}


def damage_rate(case: Case, t: np.ndarray) -> np.ndarray:
    """dOmega/dt [1/s]."""
    if case.frequency_factor == 0.0:
        return np.zeros(t.size)
    return case.frequency_factor * np.exp(-case.activation / (t + 273.15))


def main(make: Any) -> None:
    """Command line of a peer: read the problem, march, write the answer.

    Parameters
    ----------
    make : callable (Case, threads) -> Program
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("problem", help=".npz file of the problem")
    parser.add_argument("answer", help=".npz file to write")
    parser.add_argument("--variant", choices=("linear", "lagged", "newton"), required=True)
    parser.add_argument("--dt", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    begun = time.perf_counter()
    case = Case(options.problem)
    program = make(case, options.threads)
    setup = time.perf_counter() - begun
    done = march(case, program, options.variant, options.dt, options.steps)
    fields = done.pop("fields")
    final = done.pop("final")
    notes = {
        **done, "setup_s": setup, "version": program.version, "settings": program.settings,
    }  # fmt: skip
    np.savez(Path(options.answer), fields=fields, final=final, notes=json.dumps(notes))
