"""Concentrated and spread sources in unbounded tissue, switched on at the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import (
    Block,
    consistent_load,
    held,
    materials_of,
    model,
    octant,
    quadrant,
    source,
    stretched,
    tensor,
)
from benchmarks.verification.convergence import Problem, Solved
from benchmarks.verification.exact import beam, gaussian, line_source, point_source
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.snapshots import Snapshot, line_snapshot, radial, solved
from mwa_sim.heat.pennes import HeatModel
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

PERFUSED = Medium(conductivity=0.5, capacity=3.8e6, sink=3e4)
DRY = Medium(conductivity=0.5, capacity=3.8e6)
TIMES = (60.0, 300.0)
"""At which fields around spread sources are compared [s]."""
LATER = (120.0, 300.0)
"""Around concentrated ones, whose heat reaches 10 mm later."""
PEAK, WIDTH = 5e6, 6e-3
"""Of the Gaussian source [W/m3], [m]."""
WIDTHS = (3e-3, 6e-3, 12e-3)
"""Of the one with three widths [m]."""
VYAS = beam.Beam(energy=21.0, duration=0.3, radius=4.5e-3, attenuation=60.0)
"""Pulse of the published example."""
# mu E0 / (pi t0 rho c) = 350 K mm2/s of the example fixes rho c.
_CAPACITY = 60.0 * 21.0 / (np.pi * 0.3 * 350e-6)
VYAS_MEDIUM = Medium(0.12e-6 * _CAPACITY, _CAPACITY, 0.0013 * _CAPACITY)
"""Its tissue: 0.12 mm2/s, 0.0013 /s."""


def stepper(m: HeatModel, load: Array, start: float | Array = 37.0) -> HeatStepper:
    """A march with steps so small that the error in space is what is seen."""
    return HeatStepper(m, [source(load)], start, tolerance=0.01, max_step=2.0, first_step=0.02)


def march(run: HeatStepper, until: float, power: float = 1.0) -> Array:
    """The temperature (n,) [degC] at a time [s]."""
    while run.time < until:
        run.step(until, (power,))
    return run.temperature


def point(cells: int) -> Solved:
    """Point source of 5 W in perfused tissue."""
    b = octant(stretched(cells, 0.04, 1.5))
    here = np.all(b.nodes == 0.0, axis=1)
    run = stepper(_unbounded(b, PERFUSED, 3), np.where(here, 5.0 / 8.0, 0.0))
    return _radial(
        b, run, lambda r, t: point_source.transient(r, t, 5.0, PERFUSED), (0.01,), 3, 0.005
    )


def line(cells: int) -> Solved:
    """Line source of 500 W/m in tissue without perfusion."""
    thickness = 0.0005
    b = quadrant(stretched(cells, 0.06, 2.0), np.array([0.0, thickness]))
    here = np.all(b.nodes[:, :2] == 0.0, axis=1)
    run = stepper(_unbounded(b, DRY, 2), np.where(here, 500.0 * thickness / 4.0 / here.sum(), 0.0))
    return _radial(
        b, run, lambda r, t: line_source.transient_unperfused(r, t, 500.0, DRY), (0.005, 0.010),
        2, 0.005,
    )  # fmt: skip


def gaussian_dry(cells: int) -> Solved:
    """Gaussian source without perfusion."""
    return _gaussian(cells, DRY)


def gaussian_perfused(cells: int) -> Solved:
    """Gaussian source with perfusion."""
    return _gaussian(cells, PERFUSED)


def _gaussian(cells: int, medium: Medium) -> Solved:
    b = octant(stretched(cells, 0.055, 1.8))
    run = stepper(_unbounded(b, medium, 3), _gaussian_load(b, (WIDTH,) * 3))

    def exact(r: Array, t: float) -> Array:
        unique, back = np.unique(np.round(r, 12), return_inverse=True)
        points = np.stack([unique, 0 * unique, 0 * unique], axis=1)
        return gaussian.rise(points, t, PEAK, (WIDTH,) * 3, medium)[back]

    return _radial(b, run, exact, (0.0, 0.010), 3)


def _gaussian_load(b: Block, widths: Sequence[float]) -> Array:
    return consistent_load(b, gaussian.density(b.nodes, PEAK, widths))


def three_widths(cells: int) -> Solved:
    """Gaussian source with a width for each axis, as the heat of an antenna is longer than wide."""
    b = tensor(*(stretched(cells, end, 1.5) for end in (0.035, 0.040, 0.060)))
    run = stepper(_unbounded(b, PERFUSED, 1), _gaussian_load(b, WIDTHS))
    t = 120.0
    temperature = march(run, t)

    def exact(points: Array) -> Array:
        return gaussian.rise(points, t, PEAK, WIDTHS, PERFUSED)

    shot = line_snapshot(b, temperature, exact, (0.0, 0.005, 0.010), when="120 s")
    return solved(b, run, [shot])


def beam_pulse(cells: int) -> Solved:
    """Pulse of a Gaussian beam that is absorbed with depth; seen 1 mm deep."""
    deep = np.linspace(-4e-3, 6e-3, 30 * cells // 16 + 1)
    b = quadrant(stretched(3 * cells // 4, 0.015, 1.5), deep)
    below = b.nodes[b.tets, 2].min(axis=1) > -1e-9
    heated = Block(b.nodes, b.tets[below], b.volumes[below], b.faces)
    r = np.sqrt(b.nodes[:, 0] ** 2 + b.nodes[:, 1] ** 2)
    density = VYAS.density(r, np.maximum(b.nodes[:, 2], 1e-12))
    m = model(b, materials_of([VYAS_MEDIUM]))
    run = HeatStepper(
        m, [source(consistent_load(heated, density))], tolerance=0.002, max_step=0.2,
        first_step=0.01,
    )  # fmt: skip
    march(run, VYAS.duration)
    shots = []
    for t in (1.0, 5.0):
        temperature = march(run, t, 0.0)

        def exact(points: Array, t: float = t) -> Array:
            radii = np.hypot(points[:, 0], points[:, 1])
            unique, back = np.unique(np.round(radii, 12), return_inverse=True)
            rises = [beam.rise(float(r), 1e-3, t, VYAS, VYAS_MEDIUM) for r in unique]
            return np.array(rises)[back]

        shots.append(
            line_snapshot(b, temperature, exact, (0.0, 0.002, 0.004), when=f"{t:g} s",
                          at=(0.0, 1e-3), only_line=True)
        )  # fmt: skip
    return solved(b, run, shots)


def _unbounded(b: Block, medium: Medium, dimensions: int) -> HeatModel:
    """A model whose far faces, spheres, cylinders or planes, are held at the start's value."""
    if dimensions == 1:
        outer = np.any(b.nodes > b.nodes.max(axis=0) - 1e-9, axis=1)
    else:
        distance = np.sqrt((b.nodes[:, :dimensions] ** 2).sum(axis=1))
        outer = distance > b.nodes[:, 0].max() * (1.0 - 1e-9)
    return model(b, materials_of([medium]), held(outer))


def _radial(
    b: Block,
    run: HeatStepper,
    exact: Callable[[Array, float], Array],
    at: Sequence[float],
    dimensions: int,
    beyond: float = 0.0,
) -> Solved:
    shots: list[Snapshot] = []
    for t in LATER if beyond else TIMES:
        temperature = march(run, t).copy()
        shots.append(
            radial(
                b, temperature, lambda r, t=t: exact(r, t), at, dimensions=dimensions,
                beyond=beyond, when=f"{t:g} s",
            )
        )  # fmt: skip
    return solved(b, run, shots)


PROBLEMS = (
    Problem("point source", "distance [mm]", 64, point, "nyborg1988"),
    Problem("line source", "distance [mm]", 128, line, "carslaw1959"),
    Problem("Gaussian", "distance [mm]", 48, gaussian_dry, "carslaw1959"),
    Problem("Gaussian, perfused", "distance [mm]", 48, gaussian_perfused, "carslaw1959"),
    Problem("Gaussian of three widths", "x [mm]", 48, three_widths, "carslaw1959"),
    Problem("beam pulse", "distance from axis [mm]", 64, beam_pulse, "vyas1992"),
)
