"""The books of energy: where the heat of every step came from and where it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numba import njit

from mwa_sim.heat.kernels import CONDUCTIVITY_END, CONDUCTIVITY_START, REFERENCE
from mwa_sim.heat.pennes import HeatModel
from mwa_sim.heat.sliced import Single
from mwa_sim.typing import FloatArray, IntArray


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


class Books:
    """Energy of a march, booked step by step.

    Parameters
    ----------
    model : HeatModel
    theta : (>= n,) float32 array [K]
        Temperature above 37 degC at the start.

    Attributes
    ----------
    energy : Energy
    """

    def __init__(self, model: HeatModel, theta: Single) -> None:
        self.energy = Energy()
        self._model = model
        self._metabolic = float(model.metabolic.sum())
        # Few nodes touch the coolant or the ambient: their heat is summed apart.
        self._cooled = _Bath(model.shaft, model.shaft_temperature)
        self._ambient = _Bath(model.outer, np.full(model.n_nodes, model.outer_temperature))
        self._perfused = bool(np.any(model.perfusion > 0.0) or np.any(model.stoppable > 0.0))
        self._fixed = np.flatnonzero(model.fixed)
        self._nodes, self._weights = _column_sums(model.reaction)
        self._slope_nodes, self._slope_weights = _column_sums(model.reaction_slope)
        self._flux = self._conducted_out(theta)

    def _conducted_out(self, theta: Single) -> float:
        """Heat flow [W] by conduction into the nodes of fixed temperature."""
        if not self._fixed.size:
            return 0.0
        flux = -_felt(self._nodes, self._weights, theta, 1.0, self._model.slope)
        if self._slope_nodes.size:
            flux -= _felt(self._slope_nodes, self._slope_weights, theta, 0.0, 1.0)
        return flux

    def step(
        self,
        dt: float,
        theta: Single,
        after: Single,
        lost: float,
        stored: float,
        source: float,
        on_fixed: float,
        open_vessels: FloatArray,
    ) -> None:
        """Book one accepted step.

        Parameters
        ----------
        dt : float [s]
        theta, after : (>= n,) float32 array [K]
            Temperature above 37 degC at its start and end.
        lost : float [W]
            Mean heat flow sum C d theta into all sinks of the nodes that are not fixed.
        stored : float [J]
            Heat in the tissue since the start of the march.
        source, on_fixed : float [W]
            Heat from the antennas, and the part of it on fixed nodes.
        open_vessels : (n_fixed,) float array [-]
            Fraction of the vessels that are open at the fixed nodes.
        """
        m, energy = self._model, self.energy
        energy.stored = stored
        energy.source += dt * source
        energy.metabolic += dt * self._metabolic
        cooled, shaft = self._cooled.flows(theta, after)
        aired, outer = self._ambient.flows(theta, after)
        energy.shaft += dt * shaft
        energy.outer += dt * outer
        if self._perfused:
            energy.perfusion += dt * (lost - cooled - aired)
        if self._fixed.size:
            # All that enters a node of fixed temperature leaves through the surface.
            fixed = self._fixed
            blood = m.perfusion[fixed] + m.stoppable[fixed] * open_vessels
            taken = float(blood.sum()) * (m.outer_temperature - REFERENCE)
            flux = self._conducted_out(after)
            given = on_fixed + float(m.metabolic[fixed].sum())
            energy.perfusion += dt * taken
            energy.boundary += dt * (0.5 * (self._flux + flux) + given - taken)
            self._flux = flux


class _Bath:
    """Nodes that exchange heat with a bath; flows of a step to it."""

    def __init__(self, exchange: FloatArray, temperature: FloatArray) -> None:
        self._nodes = np.flatnonzero(exchange)
        self._exchange = exchange[self._nodes]
        above = temperature[self._nodes] - REFERENCE
        self._offset = float((self._exchange * above).sum())

    def flows(self, theta: Single, after: Single) -> tuple[float, float]:
        """Mean of sum h theta, and of the heat sum h (theta - bath), in a step [W]."""
        if not self._nodes.size:
            return 0.0, 0.0
        flow = 0.5 * (
            _felt(self._nodes, self._exchange, theta, 1.0, 0.0)
            + _felt(self._nodes, self._exchange, after, 1.0, 0.0)
        )
        return flow, flow - self._offset


@njit(cache=True)
def _felt(nodes: IntArray, weights: FloatArray, theta: Any, linear: float, slope: float) -> float:
    """sum_i w_i (linear theta_i + slope D(theta_i)) over some nodes; see `kernels.conducted`."""
    total = 0.0
    span = CONDUCTIVITY_END - CONDUCTIVITY_START
    for k in range(nodes.size):
        at = np.float64(theta[nodes[k]])
        x = min(max(at, 0.0), span)
        total += weights[k] * (linear * at + slope * x * (at - 0.5 * x))
    return total


def _column_sums(rows: sp.csr_matrix | None) -> tuple[IntArray, FloatArray]:
    """Columns whose sum over some rows is not zero, and the sums [W/K]."""
    if rows is None or not rows.shape[0]:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    sums: FloatArray = np.asarray(rows.sum(axis=0), dtype=np.float64).ravel()
    columns: IntArray = np.flatnonzero(sums)
    return columns, sums[columns]
