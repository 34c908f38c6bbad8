"""Steady problems in balls, cylinders and slabs, solved by marching until nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import (
    Block,
    bar,
    held,
    materials_of,
    model,
    octant,
    quadrant,
    source,
    stretched,
    uniform_load,
)
from benchmarks.verification.convergence import Problem, Solved
from benchmarks.verification.exact import layered, line_source, point_source, shells, sphere
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.snapshots import radial, solved
from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE, HeatModel
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

TISSUE = Medium(conductivity=0.5, capacity=3.8e6, sink=3e4)
"""Well perfused soft tissue; heat decays over 4.1 mm."""
POWER = 10.0
"""Of the point source [W]."""
LINE_POWER = 500.0
"""Of the line source [W/m]."""
SPHERE = (0.010, 2e6)
"""Radius [m] and power density [W/m3] of the heated sphere."""
REACH = 0.03
"""Radius [m] at which the temperature is held at the exact one of an unbounded medium."""

SHELLS = (
    shells.Shell(0.006, Medium(0.52, 3.8e6, 3.8e4), 2.0e6),
    shells.Shell(0.009, Medium(0.50, 3.6e6, 0.0), 5.0e5),
    shells.Shell(0.018, Medium(0.31, 2.2e6, 2.2e3), 1.0e4),
    shells.Shell(0.030, Medium(0.49, 3.8e6, 1.0e4)),
)
"""A heated tumour, an unperfused seam, cancellous bone and muscle, like a vertebra made round."""
BODY = shells.Shell(0.020, Medium(0.5, 3.8e6, 1.5e4), 1e3)
"""A small body with a point source, ..."""
BODY_POWER, EXCHANGE, AMBIENT = 4.0, 50.0, 25.0
"""... its power [W], and its cooling by air [W/m2/K], [degC]."""
SLAB = (
    layered.Layer(0.006, Medium(0.31, 2.2e6, 2.2e3), 1.0e5),
    layered.Layer(0.004, Medium(0.50, 3.6e6, 0.0), 4.0e5),
    layered.Layer(0.010, Medium(0.52, 3.8e6, 3.8e4), 2.0e5),
)
"""Bone, unperfused tissue and tumour side by side."""
FACES = 3.0
"""Rise on both faces of the slab [K]."""


def settle(m: HeatModel, load: Array, until: float) -> HeatStepper:
    """March from the temperature of the blood until nothing changes any more.

    Parameters
    ----------
    m : HeatModel
    load : (n,) float array [W]
    until : float [s]
        10 or more times the slowest time constant.
    """
    run = HeatStepper(m, [source(load)], BLOOD_TEMPERATURE, tolerance=0.01, max_step=10.0)
    while run.time < until:
        run.step(until, (1.0,))
    return run


def _within(b: Block, low: float, high: float) -> NDArray[np.bool_]:
    """Elements (m,) between two spheres or cylinders whose radii [m] are radii of the mesh."""
    radius = np.sqrt((b.nodes**2).sum(axis=1))[b.tets]
    slack = 1e-9
    return (radius.min(axis=1) >= low - slack) & (radius.max(axis=1) <= high + slack)


def point(cells: int) -> Solved:
    """Point source at the centre of a ball of perfused tissue."""
    b = octant(stretched(cells, REACH))

    def exact(r: Array) -> Array:
        return point_source.steady(r, POWER, TISSUE)

    run = settle(_tissue(b, exact, 3), _at_centre(b, POWER / 8.0), 1500.0)
    shot = radial(b, run.temperature, exact, (0.005, 0.01, 0.015, 0.02), dimensions=3, beyond=0.005)
    return solved(b, run, [shot])


def line(cells: int) -> Solved:
    """Line source on the axis of a cylinder of perfused tissue."""
    thickness = REACH / cells
    b = quadrant(stretched(cells, REACH), np.array([0.0, thickness]))

    def exact(r: Array) -> Array:
        return line_source.steady(r, LINE_POWER, TISSUE)

    run = settle(_tissue(b, exact, 2), _at_centre(b, LINE_POWER * thickness / 4.0, 2), 1500.0)
    shot = radial(b, run.temperature, exact, (0.005, 0.01, 0.015), dimensions=2, beyond=0.005)
    return solved(b, run, [shot])


def ball(cells: int) -> Solved:
    """Uniformly heated sphere in perfused tissue."""
    b = octant(stretched(cells, REACH))
    heat = np.where(_within(b, 0.0, SPHERE[0]), SPHERE[1], 0.0)

    def exact(r: Array) -> Array:
        return sphere.steady(r, *SPHERE, TISSUE)

    run = settle(_tissue(b, exact, 3), uniform_load(b, heat), 1500.0)
    shot = radial(b, run.temperature, exact, (0.0, 0.005, 0.010, 0.015), dimensions=3)
    return solved(b, run, [shot])


def regions(cells: int) -> Solved:
    """Concentric shells of different tissues, two of them heated."""
    b = octant(stretched(cells, SHELLS[-1].radius))
    edges = [0.0, *(s.radius for s in SHELLS)]
    of = sum(i * _within(b, edges[i], edges[i + 1]).astype(np.int64) for i in range(1, len(SHELLS)))
    heat = np.array([s.density for s in SHELLS])[of]
    materials = materials_of([s.medium for s in SHELLS])
    m = model(b, materials, held(_outside(b, edges[-1])), of=of)
    run = settle(m, uniform_load(b, heat), 3500.0)

    def exact(r: Array) -> Array:
        return shells.steady(r, SHELLS)

    at = (0.0, 0.006, 0.009, 0.012, 0.018)
    return solved(b, run, [radial(b, run.temperature, exact, at, dimensions=3)])


def body(cells: int) -> Solved:
    """Small body with a point source, metabolic heat and a surface that air cools."""
    b = octant(stretched(cells, BODY.radius))
    outer = b.faces[np.all(_outside(b, BODY.radius)[b.faces], axis=1)]
    boundary = nodal_boundary(b.nodes, outer, "convection", AMBIENT, EXCHANGE)
    m = model(b, materials_of([BODY.medium]), boundary)
    heat = uniform_load(b, np.full(len(b.tets), BODY.density))
    run = settle(m, heat + _at_centre(b, BODY_POWER / 8.0), 2800.0)

    def exact(r: Array) -> Array:
        return shells.steady(r, [BODY], BODY_POWER, EXCHANGE, AMBIENT - BLOOD_TEMPERATURE)

    shot = radial(b, run.temperature, exact, (0.005, 0.010, 0.020), dimensions=3, beyond=0.005)
    return solved(b, run, [shot])


def slab(cells: int) -> Solved:
    """Layers of bone, unperfused tissue and tumour with warm faces."""
    edges = np.concatenate([[0.0], np.cumsum([layer.thickness for layer in SLAB])])
    b = bar(np.linspace(0.0, edges[-1], cells + 1))
    of = np.searchsorted(edges[1:], b.nodes[b.tets, 0].mean(axis=1))
    ends = (b.nodes[:, 0] == 0.0) | (b.nodes[:, 0] > edges[-1] - 1e-9)
    materials = materials_of([layer.medium for layer in SLAB])
    m = model(b, materials, held(ends, BLOOD_TEMPERATURE + FACES), of=of)
    heat = np.array([layer.density for layer in SLAB])[of]
    run = settle(m, uniform_load(b, heat), 2500.0)

    def exact(x: Array) -> Array:
        return layered.steady(x, SLAB, FACES, FACES)

    at = (0.003, 0.006, 0.008, 0.010, 0.015)
    return solved(b, run, [radial(b, run.temperature, exact, at, dimensions=1)])


def _outside(b: Block, radius: float, dimensions: int = 3) -> NDArray[np.bool_]:
    """Nodes (n,) on the outer surface."""
    distance = np.sqrt((b.nodes[:, :dimensions] ** 2).sum(axis=1))
    return np.asarray(distance > radius * (1.0 - 1e-9))


def _tissue(b: Block, exact: Callable[[Array], Array], dimensions: int) -> HeatModel:
    end = BLOOD_TEMPERATURE + float(exact(np.array([REACH]))[0])
    return model(b, materials_of([TISSUE]), held(_outside(b, REACH, dimensions), end))


def _at_centre(b: Block, power: float, dimensions: int = 3) -> Array:
    """A power [W] shared by the nodes at the centre or on the axis."""
    here = np.all(b.nodes[:, :dimensions] == 0.0, axis=1)
    return np.where(here, power / here.sum(), 0.0)


PROBLEMS = (
    Problem("point source", "distance [mm]", 48, point, "nyborg1988"),
    Problem("line source", "distance [mm]", 96, line, "carslaw1959"),
    Problem("heated sphere", "distance [mm]", 48, ball),
    Problem("four shells", "distance [mm]", 40, regions, "durkee1990"),
    Problem("cooled body", "distance [mm]", 48, body, "kengne2015"),
    Problem("three layers", "depth [mm]", 80, slab),
)
