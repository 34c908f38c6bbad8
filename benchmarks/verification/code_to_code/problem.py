"""What all programs solve: a vertebra with its plan, and its numbers region by region.

    rho c dT/dt + rho phi L dG(T)/dt
        = div(k(T) grad T) + omega exp(-Omega) rho_b c_b (37 - T) + rho HGR + P q(T),
    k(T) = k37 (1 + s (clip(T, 37, 100) - 37)),    dOmega/dt = A exp(-Ea / (R (T + 273.15))),
    q(T) = q37 f(T) W / int q37 f(T) dV            (the field keeps its total W)

with the surface of the block at 37 degC and h (T - T_coolant) on the antenna's shaft. The linear
variant has constant k, omega and q, and no water.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

import mwa_sim as mwa
from mwa_sim.build import build

Floats = NDArray[np.float64]

BLOOD = 1050.0 * 3617.0
"""Heat capacity of blood [J/m3/K]."""
BODY = 37.0
LATENT_HEAT = 2.26e6
FREQUENCY_FACTOR, ACTIVATION = 7.39e39, 2.577e5 / 8.31446261815324
"""A [1/s] and Ea / R [K] of liver (Jacques)."""
SLOPES = {"tumour": 0.0066, "muscle": 0.0066, "cancellous": 0.003}
"""Slope of the conductivity [1/K] in the nonlinear variant; 0 elsewhere."""
SIGMOIDS: dict[str | None, tuple[float, float, float] | None] = {
    None: None,
    "ji_brace_2011": (5.951, 0.0697, 0.0),
    "ji_brace_2011_bone": (5.951, 0.0697, 0.0625),
}
"""Electrical conductivity 1 - 1 / (1 + exp(s2 - s3 T)), relative to 37 degC, at least a floor."""
MM = 1e-3
_VERTEBRA: dict[str, Any] = {
    "kind": "parametric_spine",
    "level": "L2",
    "tumour": {"centre": ["0.5 mm", "4 mm", "0 mm"], "radii": ["11.5 mm", "12.5 mm", "9.5 mm"]},
    "tracks": ["left_pedicle"],
    "block": ["96 mm", "96 mm", "72 mm"],
    "skin": False,
    "vessels": False,
}
_SHAFT_RING, _SHAFT_SPACING = 16, 0.25 * MM


@dataclass(frozen=True)
class Problem:
    """A plan, and what other programs need of it; element arrays are (m,), nodal ones (n,).

    Attributes
    ----------
    plan : mwa_sim.Plan
    nodes : (n, 3) array [m]
    tets : (m, 4) array
    heat_capacity [J/m3/K], conductivity [W/m/K], slope [1/K], latent [J/m3], perfusion [W/m3/K],
    metabolic [W/m3] : (m,) arrays
    stops : (m,) bool array
        Where perfusion stops with damage.
    load : (n, labels) sparse array [W/W]
        Heat of the antenna at 37 degC into each node through each tissue: the antenna's own
        business, taken from it.
    sigmoids : list of (s2, s3, floor) or None
        Of the electrical conductivity of each tissue.
    shaft_points : (k, 3) array [m]
        On the cooled shaft, each with the exchange ``shaft_share`` [W/K].
    coolant : float [degC]
    thermocouples : dict of str to (3,) array [m]
    pulses : tuple of (start, end, power) [s], [s], [W]
    end : float [s]
    """

    plan: mwa.Plan
    nodes: Floats
    tets: NDArray[np.int64]
    heat_capacity: Floats
    conductivity: Floats
    slope: Floats
    latent: Floats
    perfusion: Floats
    stops: NDArray[np.bool_]
    metabolic: Floats
    load: sp.csr_matrix
    sigmoids: list[tuple[float, float, float] | None]
    shaft_points: Floats
    shaft_share: float
    coolant: float
    thermocouples: dict[str, Floats]
    pulses: tuple[tuple[float, float, float], ...]
    end: float

    def power(self, instant: float) -> float:
        """Power of the generator [W] at an instant [s] that is no switch."""
        return sum(p for start, end, p in self.pulses if start < instant < end)

    @property
    def switches(self) -> list[float]:
        """Instants [s] between which the power is constant, the end included."""
        found = {0.0, self.end}
        for start, end, _ in self.pulses:
            found |= {start, end}
        return sorted(t for t in found if t <= self.end)


def vertebra(factor: float) -> mwa.Case:
    """An L2 with a metastasis, its elements coarser by a factor than by default.

    11 280 nodes with 3, 22 812 with 1.5.
    """
    sizes = {"antenna": 0.6, "tumour": 1.2, "interface": 2.4}
    size = {name: f"{factor * value:g} mm" for name, value in sizes.items()}
    far = "12 mm" if factor > 1.5 else "9.6 mm"
    return mwa.make_case({**_VERTEBRA, "size": {**size, "far": far}}, "l2-coarse")


def make_plan(
    case: mwa.Case, *, linear: bool, power: float, on: float, off: float, cycles: int, rest: float
) -> mwa.Plan:
    """An antenna through the left pedicle, thermocouples in tumour, wall and canal.

    Parameters
    ----------
    case : mwa_sim.Case
        With a tumour and the landmarks of a recipe.
    linear : bool
        Nothing depends on temperature.
    power : float [W]
    on, off, rest : float [s]
        Of each pulse, between them, after the last.
    cycles : int
    """
    entry, centre = case.landmarks["left_pedicle"], case.landmarks["tumour_centre"]
    pose = mwa.Pose.between(entry=entry, tip=centre).moved(deeper=11.0 * MM)
    protocol = mwa.Protocol.pulsed(power=power, on=on, off=off, cycles=cycles, cooldown=rest)
    across = np.cross(pose.axis, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    for distance in (3.0, 6.0, 10.0):
        place = pose.tip + 6.0 * MM * pose.axis + distance * MM * across
        protocol = protocol.watching(f"{distance:g} mm from the axis", at=list(place))
    protocol = protocol.watching("posterior wall", at="landmark:posterior_wall")
    protocol = protocol.watching("cord", at="landmark:cord_anterior")
    antenna = mwa.Antenna.from_library("slot-1.6mm").changed(model="line")
    regions = {}
    for label, region in case.regions.items():
        slope = 0.0 if linear else SLOPES.get(region.name, 0.0)
        tissue = region.tissue.changed(thermal_conductivity_slope=slope)
        if linear:
            tissue = tissue.changed(
                water_fraction=0.0, perfusion_model=None, electrical_conductivity_model=None
            )
        regions[label] = replace(region, tissue=tissue)
    return mwa.Plan(
        case=replace(case, regions=regions), antenna=antenna, pose=pose, protocol=protocol
    )


def problem_of(plan: mwa.Plan) -> Problem:
    """What other programs need of a plan: from its case, and the load from its set-up."""
    case, mesh, setup = plan.case, plan.case.mesh, build(plan)
    tissues = {label: region.tissue for label, region in case.regions.items()}
    labels, index = np.unique(mesh.regions, return_inverse=True)

    def each(get: Callable[[Any], float]) -> Any:
        return np.array([get(tissues[label]) for label in labels])[index]

    load = sp.csr_matrix(setup.depositions[0].weights)
    cooling = plan.antenna.cooling
    points, share = np.zeros((0, 3)), 0.0
    if cooling is not None:
        points, share = _shaft(plan, mesh.nodes)
    return Problem(
        plan=plan,
        nodes=mesh.nodes,
        tets=np.asarray(mesh.tets, dtype=np.int64),
        heat_capacity=each(lambda t: t.density * t.specific_heat),
        conductivity=each(lambda t: t.thermal_conductivity),
        slope=each(lambda t: t.thermal_conductivity_slope),
        latent=each(lambda t: t.density * t.water_fraction * LATENT_HEAT),
        perfusion=each(lambda t: t.perfusion * BLOOD),
        stops=each(lambda t: t.perfusion_model is not None),
        metabolic=each(lambda t: t.density * t.metabolic_heat),
        load=load,
        sigmoids=[SIGMOIDS[tissues[label].electrical_conductivity_model] for label in labels],
        shaft_points=points,
        shaft_share=share,
        coolant=cooling.coolant_temperature if cooling is not None else BODY,
        thermocouples=dict(plan.thermocouple_positions()),
        pulses=_pulses(plan),
        end=plan.planned_duration,
    )


def _shaft(plan: mwa.Plan, nodes: Floats) -> tuple[Floats, float]:
    """Points of equal area on the cooled shaft and the exchange [W/K] of each."""
    cooling, pose = plan.antenna.cooling, plan.pose
    radius = 0.5 * plan.antenna.outer_diameter
    along = (nodes - pose.tip) @ pose.axis
    length = min(cooling.shaft_length, float(along.max()) - cooling.shaft_start)
    n = int(np.ceil(length / _SHAFT_SPACING))
    z = cooling.shaft_start + (np.arange(n) + 0.5) * (length / n)
    ring = pose.ring(radius, 0.0, _SHAFT_RING)
    points = (ring[None] + z[:, None, None] * pose.axis).reshape(-1, 3)
    area = 2.0 * np.pi * radius * length
    return points, float(cooling.heat_transfer_coefficient * area / len(points))


def _pulses(plan: mwa.Plan) -> tuple[tuple[float, float, float], ...]:
    found, now = [], 0.0
    for pulse in plan.protocol.pulses:
        for _ in range(pulse.cycles):
            found.append((now, now + pulse.on, pulse.power))
            now += pulse.on + pulse.off
    return tuple(found)
