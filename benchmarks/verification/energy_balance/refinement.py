"""One treatment in a block on finer and finer meshes: what the size of the elements changes.

With errors that fall as h^p the values are ``f0 + c h^p``.  The limit is that of least squares with
p = 2, the order of the elements, and the observed order the p that fits best: single values
scatter, as the surface of the zone lies differently in every mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.energy_balance.books import block_plan
from mwa_sim.bench.rows import Between, Row
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh

SIZES = (2.4e-3, 1.7e-3, 1.2e-3, 0.85e-3, 0.6e-3)
"""Edges at the antenna [m]; the last is the default of a case."""
_MIDDLE, _GROWTH, _HALF = 11e-3, 8e-3, 42e-3
"""Middle of the radiating part, distance over which the elements double, half the block [m]."""
UNITS = {
    "zone CEM43 >= 240, volume": "ml", "zone CEM43 >= 240, mean diameter": "mm",
    "zone 60 degC, volume": "ml", "peak 10 mm from the axis": "degC",
}  # fmt: skip


@dataclass(frozen=True)
class Refinement:
    """Values on some meshes, coarsest first, by quantity."""

    sizes: tuple[float, ...]
    values: dict[str, tuple[float, ...]]

    def fit(self, quantity: str, order: float) -> tuple[float, float, float]:
        """Limit f0 and slope c of ``f0 + c (h / h1)^p``, h1 the coarsest size, and the misfit."""
        h = np.array(self.sizes) / self.sizes[0]
        values = np.array(self.values[quantity])
        basis = np.stack([np.ones_like(h), h**order], axis=1)
        (limit, slope), *_ = np.linalg.lstsq(basis, values, rcond=None)
        misfit = np.sum((limit + slope * h**order - values) ** 2)
        return float(limit), float(slope), float(misfit)

    def order(self, quantity: str) -> float:
        """The p that fits best, of 0.5 to 4."""
        return float(min(np.arange(0.5, 4.005, 0.01), key=lambda p: self.fit(quantity, p)[2]))


def mesh_of(size: float) -> TetMesh:
    """A block around an antenna whose elements grow away from it in proportion to a size [m]."""

    def sizing(points: np.ndarray) -> np.ndarray:
        along = np.maximum(np.abs(points[:, 2] - _MIDDLE) - _MIDDLE, 0.0)
        distance = np.hypot(np.hypot(points[:, 0], points[:, 1]), along)
        return size * (1.0 + distance / _GROWTH)

    half, middle = np.full(3, _HALF), np.array([0.0, 0.0, _MIDDLE])
    domain = Domain([], 1, middle - half, middle + half, sizing, size, 3)
    return generate(domain, improve=False)


def refine(sizes: tuple[float, ...] = SIZES) -> Refinement:
    """Treat a lytic metastasis for a minute on meshes with some sizes at the antenna [m]."""
    values: dict[str, list[float]] = {name: [] for name in UNITS}
    for size in sizes:
        plan = block_plan("metastasis_lytic", mesh_of(size), model="line", cooling=None)
        result = mwa.simulate(plan)
        zone, hot = result.zone("cem43>=240"), result.zone("temperature>=60")
        beside = float(np.mean([trace.peak for trace in result.traces.values()]))
        found = (zone.volume_ml, zone.mean_diameter_mm, hot.volume_ml, beside)
        for name, value in zip(UNITS, found, strict=True):
            values[name].append(value)
    return Refinement(sizes, {name: tuple(each) for name, each in values.items()})


def refinement_rows(found: Refinement) -> list[Row]:
    """How far the finest mesh is from the limit of small elements, and the orders of volumes."""
    rows = []
    finest = f"elements of {1e3 * found.sizes[-1]:g} mm"
    for name, unit in UNITS.items():
        limit = found.fit(name, 2.0)[0]
        # The temperature is that of a rise above 37 degC.
        allowed = 0.01 * (limit - 37.0 if unit == "degC" else limit)
        rows.append(
            Row(f"{name}, {finest}, beside the limit of small ones", found.values[name][-1],
                limit, allowed, unit)
        )  # fmt: skip
        if "volume" in name:
            rows.append(
                Row(f"order of convergence in h, {name}", found.order(name), Between(low=1.5))
            )
    return rows
