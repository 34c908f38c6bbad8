"""March the bioheat equation in time with error-controlled steps, and keep the books of energy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mwa_sim.errors import SolverError
from mwa_sim.heat.exposure import Exposure
from mwa_sim.heat.kernels import MIN_STAGES, diffuse, kirchhoff_array, rkl2_step
from mwa_sim.heat.nodal import balance, heat_lost, heat_lost_to, midpoint, stored_heat
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE, HeatModel
from mwa_sim.heat.source import Source
from mwa_sim.tissue.enthalpy import enthalpy_array
from mwa_sim.typing import FloatArray

DEFAULT_TOLERANCE = 0.5
"""Default bound of the estimated temperature error of a step at any node [K].  The estimate is
governed by boiling fronts beside the antenna and is cautious: over whole treatments the error stays
below 0.15 K at every node and below 0.001 K a centimetre away from the antenna."""
DEFAULT_MAX_STEP = 1.0
"""Default largest step [s].  The error estimate sees diffusion and boiling; the coupling to damage
and to the drying source is second order in the step and stays below 0.02 K at 1 s."""
DEFAULT_FIRST_STEP = 0.05
"""Default first step after a change of power [s]."""
_MAX_STAGES = 151
_MAX_EXTRAPOLATION = 3.0
_SAFETY = 0.8


@dataclass
class Energy:
    """Heat since the start [J]; losses count positive when heat leaves the tissue.

    Attributes
    ----------
    source, metabolic : heat put in by the antenna and by metabolism
    stored : change of the enthalpy of the tissue
    perfusion, shaft, outer, boundary : heat lost to blood, coolant, ambient (convection) and
        through surfaces of fixed temperature
    """

    source: float = 0.0
    metabolic: float = 0.0
    stored: float = 0.0
    perfusion: float = 0.0
    shaft: float = 0.0
    outer: float = 0.0
    boundary: float = 0.0

    @property
    def balance_error(self) -> float:
        """|stored + lost - put in| / put in; the absolute residual [J] where nothing went in."""
        put_in = self.source + self.metabolic
        lost = self.perfusion + self.shaft + self.outer + self.boundary
        residual = abs(self.stored + lost - put_in)
        return residual / put_in if put_in > 0.0 else residual


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
    ) -> None:
        n = model.n_nodes
        self.model = model
        self.sources = sources
        self.tolerance = float(tolerance)
        self.max_step = float(max_step)
        self.first_step = float(first_step)
        self.rewetting = bool(rewetting)
        self.time = 0.0
        self.energy = Energy()
        self.counts = StepCounts()
        self.temperature = np.full(n, 0.0) + initial_temperature
        self.temperature[model.fixed] = model.outer_temperature
        self.exposure = Exposure.start(self.temperature)
        self._enthalpy = enthalpy_array(self.temperature, model.latent)
        self._start_enthalpy = self._enthalpy.copy()
        self._metabolic = float(model.metabolic.sum())
        self._fixed = np.flatnonzero(model.fixed)
        self._rate = model.fastest_rate()
        self._has_slope = model.slope_values.size > 0
        self._slope_field = np.zeros(n if self._has_slope else 0)
        self._diffusive = np.zeros(n)
        self._previous = self.temperature.copy()
        self._previous_dt = 0.0
        self._pending = 0.0
        self._next_dt = self.first_step
        self._powers: tuple[float, ...] = (math.nan,)
        self._new_enthalpy = np.empty(n)
        self._new_temperature = np.empty(n)
        self._new_diffusive = np.empty(n)
        self._work = np.empty((7, n))
        self._open = np.ones(n)
        self._blood, self._linear, self._inflow = np.zeros(n), np.zeros(n), np.zeros(n)
        self._nodal = np.zeros(n)
        self._one = np.zeros(n)
        self._predicted = np.empty(n)
        self._perfusion_changes = bool(np.any(model.stoppable > 0.0))
        self._inverse_capacity = np.where(model.fixed, 0.0, 1.0 / model.capacity)
        self._refresh_diffusion()
        self._reaction = self._boundary_flux()

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

    def _refresh_diffusion(self) -> None:
        m = self.model
        if self._has_slope:
            kirchhoff_array(self.temperature, self._slope_field)
        diffuse(
            m.indptr, m.columns, m.values, m.slope_values,
            self.temperature, self._slope_field, self._diffusive,
        )  # fmt: skip

    def _boundary_flux(self) -> float:
        """Heat flow [W] by conduction into the nodes of fixed temperature."""
        m = self.model
        flux = -float((m.reaction @ self.temperature).sum())
        if m.reaction_slope is not None:
            kirchhoff_array(self.temperature, self._slope_field)
            flux -= float((m.reaction_slope @ self._slope_field).sum())
        return flux

    def _stages(self, dt: float) -> int:
        growth = self.model.conductivity_growth(self.exposure.hottest + 20.0)
        s = math.ceil(0.5 * (math.sqrt(9.0 + 8.0 * dt * self._rate * growth) - 1.0))
        # Odd counts damp the highest mode at the edge of stability; even ones let it ring.
        return max(MIN_STAGES, s + 1 - s % 2)

    def _largest_stable(self) -> float:
        growth = self.model.conductivity_growth(self.exposure.hottest + 20.0)
        s = _MAX_STAGES
        rate = self._rate * growth
        return math.inf if rate == 0.0 else (s * s + s - 2.0) / (2.0 * rate)

    def _heat_in(self, dt: float, powers: tuple[float, ...]) -> float:
        """Fill the nodal antenna heat [W] for a step of dt; returns its total [W]."""
        ratio = 0.5 * dt / self._previous_dt if self._previous_dt > 0.0 else 0.0
        midpoint(self.temperature, self._previous, ratio, _MAX_EXTRAPOLATION, self._predicted)
        if not self.rewetting:
            np.maximum(self._predicted, self.exposure.highest, out=self._predicted)
        self._nodal[:] = 0.0
        total = 0.0
        for source, power in zip(self.sources, powers, strict=True):
            if power > 0.0:
                total += power * source.nodal(self._predicted, self._one)
                self._nodal += power * self._one
        return total

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
        m = self.model
        if powers != self._powers:
            # A switch is a kink in time: start small, and do not extrapolate across it.
            self._powers = powers
            self._next_dt = min(self._next_dt, self.first_step)
            self._previous_dt = 0.0
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
                self.exposure.open_vessels(self._pending + 0.5 * dt, self._open)
            balance(
                m.perfusion, m.stoppable, self._open, BLOOD_TEMPERATURE,
                m.shaft, m.shaft_temperature, m.outer, m.outer_temperature,
                self._nodal, m.metabolic, self._inverse_capacity,
                self._blood, self._linear, self._inflow,
            )  # fmt: skip
            stages = self._stages(dt)
            error = rkl2_step(
                m.indptr, m.columns, m.values, m.slope_values, m.latent,
                self._linear, self._inflow, dt, stages,
                self._enthalpy, self.temperature, self._diffusive,
                self._work, self._new_enthalpy, self._new_temperature, self._new_diffusive,
            )  # fmt: skip
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
        self._accept(dt, heat, pieces == 1)
        self.time = until if pieces == 1 else self.time + dt
        return self.time

    def _accept(self, dt: float, heat: float, reached: bool) -> None:
        m, blood = self.model, self._blood
        self._enthalpy, self._new_enthalpy = self._new_enthalpy, self._enthalpy
        self._diffusive, self._new_diffusive = self._new_diffusive, self._diffusive
        # The temperatures rotate: the one before the last is kept for the extrapolation.
        old_t, spare = self.temperature, self._previous
        self.temperature, self._previous = self._new_temperature, old_t
        self._new_temperature = spare
        self._previous_dt = dt
        # Short steps on the way to an instant are for the heat; damage needs them not.
        self._pending += dt
        if reached or self._pending >= 0.5 * self.max_step:
            self.exposure.advance(self._pending, self.temperature)
            self._pending = 0.0
        energy = self.energy
        energy.source += dt * heat
        energy.metabolic += dt * self._metabolic
        energy.perfusion += dt * heat_lost(blood, old_t, self.temperature, BLOOD_TEMPERATURE)
        energy.shaft += dt * heat_lost_to(m.shaft, old_t, self.temperature, m.shaft_temperature)
        energy.outer += dt * heat_lost(m.outer, old_t, self.temperature, m.outer_temperature)
        if m.reaction.shape[0]:
            # All that enters a node of fixed temperature leaves through the surface.
            reaction = self._boundary_flux()
            fixed = self._fixed
            given = self._nodal[fixed] + m.metabolic[fixed]
            taken = blood[fixed] * (m.outer_temperature - BLOOD_TEMPERATURE)
            energy.boundary += dt * (
                0.5 * (self._reaction + reaction) + float((given - taken).sum())
            )
            self._reaction = reaction
        energy.stored = stored_heat(m.capacity, self._enthalpy, self._start_enthalpy)
        self.counts.steps += 1
