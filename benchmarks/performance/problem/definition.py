"""Problems L and N: materials, source, schedule and points that are compared.

A block of 6 cm with a vertebra (cylinder of bone about the z axis at y = 4 mm, radius 16.5 mm,
27 mm high) and its canal (cylinder of fluid about the z axis at y = -20 mm, radius 7.5 mm, through
the whole block) in muscle; elements belong to the tissue of their centroid.  A Gaussian line
source of 40 W is on for 60 s of every 75 s; 300 s are treated, from 37 degC and with 37 degC on the
surface.

    rho c dT/dt + rho phi L dG(T)/dt = div(k(T) grad T) + omega S rho_b c_b (37 - T) + P q,
    dS/dt = -S A exp(-Ea / (R (T + 273.15))),     S(0) = 1.

N has k(T) = k37 (1 + 0.0025 (clip(T, 37, 100) - 37)), latent heat by the mass fraction of water phi
with G' the cosine window within 6 K of 100 degC, and A = 7.39e39 1/s, Ea = 257.7 kJ/mol; L has
k = k37, phi = 0 and S = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.performance.problem.mesh import block, outer_nodes, volumes

MUSCLE, BONE, CANAL = 0, 1, 2
DENSITY = np.array([1090.0, 1178.0, 1007.0])
SPECIFIC_HEAT = np.array([3421.0, 2274.0, 4096.0])
CONDUCTIVITY = np.array([0.49, 0.31, 0.57])
PERFUSION = np.array([0.0006, 0.0016, 0.0])
WATER = np.array([0.75, 0.15, 0.99])
BLOOD = 1050.0 * 3617.0
"""Heat capacity of blood [J/m3/K]."""
LATENT_HEAT = 2.26e6
SLOPE = 0.0025
FREQUENCY_FACTOR = 7.39e39
ACTIVATION = 2.577e5 / 8.31446261815324
"""Ea / R [K]."""
BODY = 37.0
POWER = 40.0
ON, PERIOD, END = 60.0, 75.0, 300.0
COMPARED = (60.0, 150.0, 300.0)
"""Instants [s] at which temperatures are compared."""
SHIFT = np.array([0.1, 0.13, 0.07])
PROBES = 1e-3 * (
    SHIFT
    + np.array(
        [
            [0.0, 4.0, 0.0],
            [5.0, 4.0, 0.0],
            [10.0, 4.0, 0.0],
            [15.0, 4.0, 0.0],
            [19.0, 4.0, 0.0],
            [0.0, 4.0, 10.0],
            [0.0, 4.0, 16.0],
            [0.0, -12.6, 0.0],
            [0.0, -20.0, 0.0],
        ]
    )
)
"""Points (9, 3) [m] at which temperatures are compared, off the planes of symmetry."""


@dataclass(frozen=True)
class Problem:
    """One problem on one mesh.

    Attributes
    ----------
    name : {"L", "N"}
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    volume : (m,) float array [m3]
    material : (m,) int array
    fixed : (n,) bool array
    source : (n,) float array [1/m3]
        Nodal values of the source's density; its P1 interpolant integrates to 1.
    load : (n,) float array [1]
        Integral of the source times each shape function; sums to 1.
    probe_nodes, probe_weights : (9, 4) arrays
        Corners of the element around each probe and their weights.
    """

    name: str
    nodes: NDArray
    tets: NDArray
    volume: NDArray
    material: NDArray
    fixed: NDArray
    source: NDArray
    load: NDArray
    probe_nodes: NDArray
    probe_weights: NDArray

    @property
    def nonlinear(self) -> bool:
        """Whether this is N."""
        return self.name == "N"

    @property
    def slope(self) -> float:
        """Growth of the conductivity [1/K]."""
        return SLOPE if self.nonlinear else 0.0

    @property
    def water(self) -> NDArray:
        """Mass fraction of water that boils, by material."""
        return WATER if self.nonlinear else np.zeros(3)

    def at_probes(self, temperature: NDArray) -> NDArray:
        """Temperatures (..., 9) of nodal ones (..., n) at the probes."""
        return (temperature[..., self.probe_nodes] * self.probe_weights).sum(axis=-1)

    def save(self, file: Path) -> None:
        """Write everything that another program needs to an .npz file."""
        np.savez(
            file,
            name=self.name, nodes=self.nodes, tets=self.tets, material=self.material,
            fixed=self.fixed, source=self.source,
            heat_capacity=(DENSITY * SPECIFIC_HEAT)[self.material],
            latent=(DENSITY * self.water * LATENT_HEAT)[self.material],
            conductivity=CONDUCTIVITY[self.material],
            perfusion=(PERFUSION * BLOOD)[self.material],
            slope=self.slope, frequency_factor=FREQUENCY_FACTOR if self.nonlinear else 0.0,
            activation=ACTIVATION, body=BODY, power=POWER, on=ON, period=PERIOD, end=END,
        )  # fmt: skip


def problem(name: str, size: str, cache: Path | None = None) -> Problem:
    """Problem "L" or "N" on a mesh of `benchmarks.performance.problem.mesh.CUBES`."""
    return on_mesh(name, *block(size, cache))


def on_mesh(name: str, nodes: NDArray, tets: NDArray) -> Problem:
    """Problem "L" or "N" on nodes (n, 3) [m] and tetrahedra (m, 4) of the block."""
    volume = volumes(nodes, tets)
    source = line_source(nodes)
    # Exact integral of the linear interpolant times a shape function: V/20 (sum of all + own).
    own = source[tets]
    share = volume[:, None] / 20.0 * (own + own.sum(axis=1, keepdims=True))
    load = np.bincount(tets.ravel(), weights=share.ravel(), minlength=len(nodes))
    total = load.sum()
    probe_nodes, probe_weights = locate(nodes, tets, PROBES)
    return Problem(
        name, nodes, tets, volume, tissue(nodes[tets].mean(axis=1)), outer_nodes(nodes),
        source / total, load / total, probe_nodes, probe_weights,
    )  # fmt: skip


def tissue(points: NDArray) -> NDArray:
    """Material index (n,) at points (n, 3) [m]."""
    x, y, z = 1e3 * points.T
    found = np.full(len(points), MUSCLE)
    found[(np.hypot(x, y - 4.0) < 16.5) & (np.abs(z) < 13.5)] = BONE
    found[np.hypot(x, y + 20.0) < 7.5] = CANAL
    return found


def line_source(points: NDArray) -> NDArray:
    """The Gaussian source (n,), not scaled, at points (n, 3) [m]."""
    x, y, z = 1e3 * points.T
    return np.exp(-(x**2 + (y - 4.0) ** 2) / 72.0 - z**2 / 288.0)


def power(time: float) -> float:
    """Power [W] of the source at a time [s]."""
    return POWER if time % PERIOD < ON else 0.0


def switches() -> list[float]:
    """Instants [s] at which the power changes, and the end."""
    starts = np.arange(0.0, END, PERIOD)
    instants = {float(t) for s in starts for t in (s, s + ON) if 0.0 < t < END}
    return sorted(instants | {END})


def locate(nodes: NDArray, tets: NDArray, points: NDArray) -> tuple[NDArray, NDArray]:
    """Corners (k, 4) of the elements around points (k, 3) [m], and their weights (k, 4)."""
    base = nodes[tets[:, 0]]
    edges = np.stack([nodes[tets[:, i]] - base for i in (1, 2, 3)], axis=-1)
    inverse = np.linalg.inv(edges)
    corners, weights = [], []
    for point in points:
        local = np.einsum("mij,mj->mi", inverse, point - base)
        all_four = np.concatenate([1.0 - local.sum(axis=1, keepdims=True), local], axis=1)
        best = int(np.argmax(all_four.min(axis=1)))
        corners.append(tets[best])
        weights.append(all_four[best])
    return np.array(corners), np.array(weights)
