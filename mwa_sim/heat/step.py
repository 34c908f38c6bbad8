"""March the bioheat equation in time with error-controlled steps, and keep the books of energy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mwa_sim.errors import SolverError
from mwa_sim.heat.books import Books, Energy
from mwa_sim.heat.exposure import Exposure
from mwa_sim.heat.kernels import REFERENCE
from mwa_sim.heat.nodal import accept_step, add_heat
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE, HeatModel
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.heat.source import Source
from mwa_sim.heat.superstep import SuperStep, single, stages_for
from mwa_sim.heat.team import Team, default_threads
from mwa_sim.tissue.enthalpy import enthalpy_array
from mwa_sim.typing import FloatArray

DEFAULT_TOLERANCE = 1.0
"""Default bound of the estimated temperature error of a step at any node [K].  The estimate is
governed by boiling fronts beside the antenna and is cautious: over whole treatments the error was
0.25 to 0.4 K at the worst boiling node and 0.0004 to 0.012 K at thermocouples."""
DEFAULT_MAX_STEP = 2.0
"""Default largest step [s]; samples of thermocouples usually ask for shorter ones.  The error
estimate sees diffusion and boiling; the coupling to damage and to the drying source is second order
in the step and stays below 0.06 K at 2 s."""
DEFAULT_FIRST_STEP = 0.05
"""Default first step after a change of power [s]."""
_MAX_STAGES = 151
_MAX_EXTRAPOLATION = 3.0
_SAFETY = 0.8


@dataclass
class StepCounts:
    """Work done: accepted and rejected steps, matrix-vector products, largest stage count."""

    steps: int = 0
    rejected: int = 0
    products: int = 0
    max_stages: int = 0


class HeatStepper:
    """Temperature, damage and energy of a tissue block, advanced step by step.

    Parameters
    ----------
    model : HeatModel
    sources : sequence of Source
        One per antenna.
    initial_temperature : float or (n,) float array [degC]
    tolerance : float [K]
        Largest estimated temperature error that one step may make at any node.
    max_step : float [s]
    first_step : float [s]
        First step after every change of power, where the temperature has a kink in time.
    rewetting : bool
        Whether tissue that cools absorbs again as before it was hot; if not, the sources see the
        highest temperature that each node has had.
    threads : int, optional
        That share the work; `default_threads` of them if not given. The results do not depend on
        their number.

    Attributes
    ----------
    time : float [s]
    temperature : (n,) float array [degC]
    exposure : Exposure
    energy : Energy
    counts : StepCounts

    Raises
    ------
    SolverError
        When the step size collapses or the temperature stops being finite.
    """

    def __init__(
        self,
        model: HeatModel,
        sources: list[Source],
        initial_temperature: float | FloatArray = BLOOD_TEMPERATURE,
        tolerance: float = DEFAULT_TOLERANCE,
        max_step: float = DEFAULT_MAX_STEP,
        first_step: float = DEFAULT_FIRST_STEP,
        rewetting: bool = True,
        threads: int | None = None,
    ) -> None:
        self.model = model
        self.sources = sources
        self.tolerance = float(tolerance)
        self.max_step = float(max_step)
        self.first_step = float(first_step)
        self.rewetting = bool(rewetting)
        self.time = 0.0
        self.counts = StepCounts()
        self.temperature = np.full(model.n_nodes, 0.0) + initial_temperature
        self.temperature[model.fixed] = model.outer_temperature
        self.exposure = Exposure.start(self.temperature)
        self._enthalpy = enthalpy_array(self.temperature, model.latent) - REFERENCE
        self._start = self._enthalpy.copy()
        self._fixed = np.flatnonzero(model.fixed)
        inverse = np.where(model.fixed, 0.0, 1.0 / model.capacity)
        baths = model.perfusion + model.shaft + model.outer
        warmth = model.shaft * (model.shaft_temperature - REFERENCE)
        warmth += model.outer * (model.outer_temperature - REFERENCE) + model.metabolic
        self._inverse_capacity = inverse
        self._constant_sink, self._constant_heat = single(baths * inverse), single(warmth * inverse)
        self._part = single(model.stoppable * inverse)
        self._perfusion_changes = bool(np.any(model.stoppable > 0.0))
        self._team = Team(default_threads() if threads is None else threads)
        self._super = SuperStep(model, self._enthalpy, self.temperature - REFERENCE, self._team)
        self._super.sink[:] = self._constant_sink
        self._before = self._super.theta.copy()
        self._stored = np.zeros(self._before.size // CHUNK)
        self._before_dt = 0.0
        self._rate = model.fastest_rate()
        self._pending = 0.0
        self._next_dt = self.first_step
        self._powers: tuple[float, ...] = (math.nan,)
        self._books = Books(model, self._super.theta)

    @property
    def energy(self) -> Energy:
        """Heat put in, stored and lost since the start."""
        return self._books.energy

    def absorbing(self) -> FloatArray:
        """Temperature (n,) [degC] by which the tissue absorbs: its own, or its highest so far."""
        if self.rewetting:
            return self.temperature
        return np.maximum(self.temperature, self.exposure.highest)

    def settle(self) -> Exposure:
        """The exposure with every node brought up to date."""
        self.exposure.settle(self._pending, self.temperature)
        self._pending = 0.0
        return self.exposure

    def _stages(self, dt: float) -> int:
        growth = self.model.conductivity_growth(self.exposure.hottest + 20.0)
        return stages_for(dt * self._rate * growth)

    def _largest_stable(self) -> float:
        growth = self.model.conductivity_growth(self.exposure.hottest + 20.0)
        s = _MAX_STAGES
        rate = self._rate * growth
        return math.inf if rate == 0.0 else (s * s + s - 2.0) / (2.0 * rate)

    def _heat_in(self, dt: float, powers: tuple[float, ...]) -> tuple[float, float]:
        """Fill the sources of a step; heat [W] of the antennas, and of it on fixed nodes."""
        ratio = 0.5 * dt / self._before_dt if self._before_dt > 0.0 else 0.0
        highest = None if self.rewetting else self.exposure.highest
        heat, theta = self._super.heat, self._super.theta
        heat[:] = self._constant_heat
        total = on_fixed = 0.0
        for source, power in zip(self.sources, powers, strict=True):
            if power > 0.0:
                each, scale = source.expected(
                    theta, self._before, ratio, _MAX_EXTRAPOLATION, highest, self._team
                )
                add_heat(power * scale, each, self._inverse_capacity, heat)
                total += power * source.total(scale)
                on_fixed += power * scale * float(each[self._fixed].sum())
        return total, on_fixed

    def step(self, until: float, powers: tuple[float, ...]) -> float:
        """Take one accepted step that ends at or before ``until``.

        The rest of the way is divided into equal steps, so the last one is never a sliver.

        Parameters
        ----------
        until : float [s]
            Next instant that a step must end on.
        powers : tuple of float [W]
            Generator power of each antenna, constant in the step.

        Returns
        -------
        float [s]
            The new time; exactly ``until`` when it was reached.
        """
        if powers != self._powers:
            # A switch is a kink in time: start small, and do not extrapolate across it.
            self._powers = powers
            self._next_dt = min(self._next_dt, self.first_step)
            self._before_dt = 0.0
        gap = until - self.time
        wanted = min(self._next_dt, self.max_step, self._largest_stable())
        while True:
            pieces = max(1, math.ceil(gap / wanted - 1e-9))
            dt = gap / pieces
            if dt < 1e-7:
                raise SolverError(
                    f"the time step fell to {dt:.1e} s at t = {self.time:.2f} s; "
                    "raise the temperature tolerance or check the mesh and the power density"
                )
            heat = self._heat_in(dt, powers)
            if self._perfusion_changes:
                self.exposure.fill_sinks(
                    self._pending + 0.5 * dt, self._part, self._constant_sink, self._super.sink,
                    self._team,
                )  # fmt: skip
            stages = self._stages(dt)
            error, lost = self._super.attempt(dt, stages)
            self.counts.products += stages
            self.counts.max_stages = max(self.counts.max_stages, stages)
            if not math.isfinite(error) and dt < 1e-3:
                raise SolverError(f"the temperature is not finite at t = {self.time:.2f} s")
            factor = _SAFETY * (self.tolerance / max(error, 1e-12)) ** (1.0 / 3.0)
            if error <= self.tolerance:
                break
            self.counts.rejected += 1
            wanted = dt * max(0.1, min(factor, 0.7)) if math.isfinite(error) else 0.1 * dt
        # A step that an instant cut short must not hold back the next one.
        self._next_dt = dt * min(max(factor, 0.3), max(2.0, wanted / dt))
        self._accept(dt, heat, lost, pieces == 1)
        self.time = until if pieces == 1 else self.time + dt
        return self.time

    def _accept(self, dt: float, heat: tuple[float, float], lost: float, reached: bool) -> None:
        new = self._super
        self._team.run(
            new.v.size, accept_step, new.increment, new.theta_new, self.model.capacity, self._start,
            self._enthalpy, new.v, self.temperature, self._stored,
        )  # fmt: skip
        stored = float(self._stored.sum())
        self._books.step(
            dt, new.theta, new.theta_new, lost, stored, *heat, self.exposure.survival(self._fixed)
        )
        # The temperatures rotate: that at the start is kept for the extrapolation.
        self._before = new.accept(self._before)
        self._before_dt = dt
        # Short steps on the way to an instant are for the heat; damage needs them not.
        self._pending += dt
        if reached or self._pending >= 0.5 * self.max_step:
            self.exposure.advance(self._pending, self.temperature, team=self._team)
            self._pending = 0.0
        self.counts.steps += 1
