"""The Pennes bioheat equation on a tetrahedral mesh, assembled once.

    rho c dT/dt + rho phi L dG(T)/dt
        = div(k(T) grad T) + omega S rho_b c_b (T_b - T) + rho HGR + q        (key ``pennes1948``)

with the perfusion rate omega [1/s], the fraction S of vessels still open, the metabolic heat HGR
[W/kg] and the antenna's power density q.  Nodes shared by tissues carry the volume-weighted sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from mwa_sim.heat.boundary import NodalBoundary
from mwa_sim.heat.element import lumped, stiffness
from mwa_sim.heat.kernels import CONDUCTIVITY_END, CONDUCTIVITY_START, spectral_bound
from mwa_sim.heat.sliced import SlicedMatrix, padded
from mwa_sim.tissue.enthalpy import LATENT_HEAT
from mwa_sim.typing import BoolArray, FloatArray, IntArray

BLOOD_DENSITY = 1050.0
"""Density of blood [kg/m3] (key ``itis``)."""
BLOOD_SPECIFIC_HEAT = 3617.0
"""Specific heat of blood [J/kg/K] (key ``itis``)."""
BLOOD_TEMPERATURE = 37.0
"""Arterial temperature [degC]."""


@dataclass(frozen=True)
class ThermalMaterials:
    """Thermal properties by material index; every array has shape (n_materials,).

    Attributes
    ----------
    density [kg/m3], specific_heat [J/kg/K], conductivity [W/m/K] at 37 degC
    conductivity_slope : [1/K]
        k(T) = k37 (1 + slope (clip(T, 37, 100) - 37)).
    perfusion : [1/s]
    perfusion_stops : bool
        Whether the perfusion falls with exp(-Omega).
    metabolic_heat : [W/kg]
    water_fraction : [-]
        Mass fraction of the water that can boil.
    """

    density: FloatArray
    specific_heat: FloatArray
    conductivity: FloatArray
    conductivity_slope: FloatArray
    perfusion: FloatArray
    perfusion_stops: BoolArray
    metabolic_heat: FloatArray
    water_fraction: FloatArray


@dataclass(frozen=True)
class HeatModel:
    """The semi-discrete bioheat equation: matrices and nodal coefficients.

    Attributes
    ----------
    capacity : (n,) float array [J/K]
    latent : (n,) float array [K]
        Latent ratio lambda of the scaled enthalpy.
    indptr, columns, values, slope_values : CSR arrays of -K/C and -K_slope/C, zero on fixed rows
        The second is empty where one slope holds for all tissues.
    slope : float [1/K]
        Relative slope of the conductivity if it is the same in all tissues.
    perfusion, stoppable : (n,) float array [W/K]
        Perfusion that stays, and that which stops with damage.
    metabolic : (n,) float array [W]
    shaft, outer : (n,) float array [W/K]
        Exchange with the cooled antenna shaft and with the ambient.
    shaft_temperature : (n,) float array [degC]
        Of the coolant that each node exchanges heat with.
    outer_temperature : float [degC]
    fixed : (n,) bool array
    reaction : scipy.sparse.csr_matrix
        Rows of K and of K_slope that belong to fixed nodes, for the heat through the boundary.
    slope_limit : float [1/K]
        Largest relative slope of the conductivity, for the stability bound.
    """

    capacity: FloatArray
    latent: FloatArray
    indptr: IntArray
    columns: IntArray
    values: FloatArray
    slope_values: FloatArray
    slope: float
    perfusion: FloatArray
    stoppable: FloatArray
    metabolic: FloatArray
    shaft: FloatArray
    shaft_temperature: FloatArray
    outer: FloatArray
    outer_temperature: float
    fixed: BoolArray
    reaction: sp.csr_matrix
    reaction_slope: sp.csr_matrix | None
    slope_limit: float

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.capacity.size)

    @cached_property
    def matrix(self) -> SlicedMatrix:
        """The matrices as the time stepper reads them."""
        return SlicedMatrix.from_csr(self.indptr, self.columns, self.values, self.slope_values)

    def fastest_rate(self) -> float:
        """Largest eigenvalue [1/s] of the linear operator at 37 degC; computed once."""
        return self._fastest_rate

    @cached_property
    def _fastest_rate(self) -> float:
        """By power iteration.

        The estimate from below is widened by 5 % and cut at the Gershgorin bound, which is
        rigorous: the scheme is stable for every matrix, and needs fewer stages for most.
        """
        d = (self.perfusion + self.stoppable + self.shaft + self.outer) / self.capacity
        d[self.fixed] = 0.0
        bound = spectral_bound(self.indptr, self.values, d, ~self.fixed)
        if bound == 0.0:
            return 0.0
        matrix, n = self.matrix, self.n_nodes
        x = np.zeros(padded(n), dtype=np.float32)
        x[:n] = np.random.default_rng(0).standard_normal(n)
        sink = np.zeros_like(x)
        sink[:n] = d
        product = np.empty_like(x)
        estimate = previous = 0.0
        for k in range(200):
            x /= np.float32(math.sqrt(float(np.square(x, dtype=np.float64).sum())))
            matrix.multiply(x, product)
            x = sink * x - product
            estimate = math.sqrt(float(np.square(x, dtype=np.float64).sum()))
            if k > 30 and estimate - previous < 2e-4 * estimate:
                break
            previous = estimate
        return min(1.05 * estimate, bound)

    def conductivity_growth(self, hottest: float) -> float:
        """Largest factor k(T)/k(37) up to a temperature [degC]."""
        span = min(max(hottest, CONDUCTIVITY_START), CONDUCTIVITY_END) - CONDUCTIVITY_START
        return 1.0 + max(self.slope_limit, 0.0) * span


def assemble(
    nodes: FloatArray,
    tets: IntArray,
    volumes: FloatArray,
    material: IntArray,
    materials: ThermalMaterials,
    boundary: NodalBoundary,
    shaft: FloatArray | None = None,
    shaft_temperature: float | FloatArray = 25.0,
) -> HeatModel:
    """Assemble the bioheat equation.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    volumes : (m,) float array [m3]
    material : (m,) int array
        Index of each element's material in ``materials``.
    materials : ThermalMaterials
    boundary : NodalBoundary
    shaft : (n,) float array [W/K], optional
        Exchange with the coolant of the antenna, or of all antennas.
    shaft_temperature : float or (n,) float array [degC]
        Several coolants act like one of their mean, weighted with their exchange at each node.

    Returns
    -------
    HeatModel
    """
    n = nodes.shape[0]
    heat_capacity = materials.density * materials.specific_heat
    water = materials.density * materials.water_fraction * LATENT_HEAT
    sink = materials.perfusion * BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT
    stops = materials.perfusion_stops

    def on_nodes(density: FloatArray) -> FloatArray:
        return lumped(tets, volumes, density[material], n)

    capacity = on_nodes(heat_capacity)
    fixed = boundary.fixed
    scale = np.where(fixed, 0.0, -1.0 / capacity)
    k = stiffness(nodes, tets, materials.conductivity[material])
    slopes = materials.conductivity_slope
    reaction_slope = None
    slope_values = np.zeros(0)
    used = np.unique(slopes[np.unique(material)])
    shared = float(used[0]) if used.size == 1 else 0.0
    if used.size > 1:
        ks = stiffness(nodes, tets, (materials.conductivity * slopes)[material])
        slope_values = ks.data * np.repeat(scale, np.diff(ks.indptr))
        reaction_slope = ks[fixed]
    return HeatModel(
        capacity=capacity,
        latent=on_nodes(water) / capacity,
        indptr=k.indptr.astype(np.uint32),
        columns=k.indices.astype(np.uint32),
        values=k.data * np.repeat(scale, np.diff(k.indptr)),
        slope_values=slope_values,
        slope=shared,
        perfusion=on_nodes(np.where(stops, 0.0, sink)),
        stoppable=on_nodes(np.where(stops, sink, 0.0)),
        metabolic=on_nodes(materials.density * materials.metabolic_heat),
        # A node of fixed temperature would feed the coolant without end: not the tissue's heat.
        shaft=np.zeros(n) if shaft is None else np.where(fixed, 0.0, shaft),
        shaft_temperature=np.zeros(n) + shaft_temperature,
        outer=boundary.exchange,
        outer_temperature=boundary.temperature,
        fixed=fixed,
        reaction=k[fixed],
        reaction_slope=reaction_slope,
        slope_limit=float(slopes.max(initial=0.0)),
    )
