"""Boxes, plates and half spaces: walls that are insulated, held, heated or cooled."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.bioheat_transient.sources import (
    DRY,
    PERFUSED,
    TIMES,
    march,
    stepper,
)
from benchmarks.verification.blocks import (
    bar,
    consistent_load,
    held,
    materials_of,
    model,
    source,
    stretched,
    tensor,
)
from benchmarks.verification.convergence import Problem, Solved
from benchmarks.verification.exact import box, nafems, surface
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.snapshots import line_snapshot, radial, solved
from mwa_sim.heat.element import lumped_surface
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

FLUX = 5000.0
"""Through the surface of the half space [W/m2]."""
ATTENUATION = 200.0
"""Of what is absorbed below it [1/m]: half of it within 3.5 mm."""

ROOM = (0.020, 0.024, 0.016)
"""Insulated box [m]."""
INSULATED = box.Box(
    ROOM, PERFUSED, "insulated",
    source=tuple(
        scale * box.blob(centre * length, 0.003, length, 48)
        for scale, centre, length in zip((2e6, 1.0, 1.0), (0.25, 0.7, 0.15), ROOM, strict=True)
    ),
    start=tuple(scale * box.one(m, 4) for scale, m in zip((4.0, 1.0, 1.0), (1, 2, 1), strict=True)),
)  # fmt: skip
"""With heat in a corner and an uneven start."""
PLATE = box.Box((0.020, 0.030), PERFUSED, "held", source=(1e6 * box.uniform(301), box.uniform(301)))
"""Plate of uniform heating between four walls at the temperature of the blood."""
BLOCK = box.Box(
    (0.020, 0.016, 0.024), PERFUSED, "held",
    source=(1e6 * box.one(0, 2), box.one(0, 2), box.one(0, 2)),
    start=(20.0 * box.one(0, 2), box.one(0, 2), box.one(0, 2)),
)  # fmt: skip
"""Block that starts warm in the middle and is heated there, between six such walls."""


def heated_surface(cells: int) -> Solved:
    """Half space with a constant flux, perfused."""
    return _half_space(cells, lambda x, t: surface.rise(x, t, FLUX, PERFUSED), math.inf, PERFUSED)


def heated_dry_surface(cells: int) -> Solved:
    """Half space with a constant flux, without perfusion."""
    return _half_space(cells, lambda x, t: surface.rise(x, t, FLUX, DRY), math.inf, DRY)


def absorbed_below(cells: int) -> Solved:
    """Half space that absorbs radiation below an insulated surface."""
    return _half_space(
        cells, lambda x, t: surface.absorbed(x, t, FLUX, ATTENUATION, PERFUSED),
        ATTENUATION, PERFUSED,
    )  # fmt: skip


def _half_space(
    cells: int, exact: Callable[[Array, float], Array], attenuation: float, medium: Medium
) -> Solved:
    b = bar(stretched(cells, 0.06, 2.0))
    x = b.nodes[:, 0]
    if math.isinf(attenuation):
        face = b.faces[np.all(x[b.faces] == 0.0, axis=1)]
        load = FLUX * lumped_surface(b.nodes, face, len(b.nodes))
    else:
        load = consistent_load(b, FLUX * attenuation * np.exp(-attenuation * x))
    run = stepper(model(b, materials_of([medium]), held(x > 0.06 - 1e-9)), load)
    shots = []
    for t in TIMES:
        temperature = march(run, t).copy()
        shots.append(
            radial(b, temperature, lambda x, t=t: exact(x, t), (0.0, 0.005), dimensions=1,
                   when=f"{t:g} s")
        )  # fmt: skip
    return solved(b, run, shots)


def insulated_box(cells: int) -> Solved:
    """Box without a way out but the blood; heat in one corner."""
    return _box(INSULATED, cells, (60.0, 120.0), (0.0, 0.005, 0.010), (0.018, 0.004))


def held_plate(cells: int) -> Solved:
    """Uniformly heated plate between held walls, in two dimensions."""
    return _box(PLATE, cells, (20.0, 300.0), (0.0025, 0.010), (0.015, 0.0))


def held_block(cells: int) -> Solved:
    """Block between held walls, in one mode."""
    return _box(BLOCK, cells, (20.0, 120.0), (0.005, 0.010), (0.008, 0.012))


def _box(
    problem: box.Box, cells: int, times: tuple[float, ...], x: tuple[float, ...],
    line: tuple[float, float],
) -> Solved:  # fmt: skip
    axes = [np.linspace(0.0, length, cells + 1) for length in problem.lengths]
    flat = len(axes) == 2
    b = tensor(*axes, *([np.array([0.0, problem.lengths[0] / cells])] if flat else []))

    def everywhere(values: Array) -> Array:
        return np.repeat(values[..., None], 2, axis=-1).ravel() if flat else values.ravel()

    boundary = None
    if problem.walls == "held":
        d = len(axes)
        inner = (b.nodes[:, :d] > 1e-9) & (b.nodes[:, :d] < np.array(problem.lengths) - 1e-9)
        boundary = held(~np.all(inner, axis=1))
    load = everywhere(problem.density(*axes))
    if flat:
        # The series of 1 rings where it jumps; the heating itself is uniform.
        load = np.full(len(b.nodes), 1e6)
    start = everywhere(problem.rise(0.0, *axes))
    run = stepper(
        model(b, materials_of([problem.medium]), boundary), consistent_load(b, load),
        BLOOD_TEMPERATURE + start,
    )  # fmt: skip
    shots = []
    for t in times:
        temperature = march(run, t).copy()
        field = everywhere(problem.rise(t, *axes))

        def exact(points: Array, t: float = t, field: Array = field) -> Array:
            if len(points) == len(b.nodes):
                return field
            rest = [np.array([c]) for c in points[0, 1 : len(axes)]]
            return problem.rise(t, points[:, 0], *rest).reshape(len(points))

        shots.append(line_snapshot(b, temperature, exact, x, when=f"{t:g} s", at=line))
    return solved(b, run, shots)


def driven_bar(cells: int) -> Solved:
    """NAFEMS T3: a bar of steel whose one end follows a sine.

    The stepper holds surfaces at constant temperatures only; the moving end is a coolant of 0 degC
    with so large a coefficient that the end is where a heater puts it: P = H T_end(t).  The power
    is constant in a step, an error of first order; the steps are quartered with the elements.
    """
    b = bar(np.linspace(0.0, nafems.BAR_LENGTH, cells + 1))
    x, steps = b.nodes[:, 0], cells**2 // 2
    end = b.faces[np.all(x[b.faces] > nafems.BAR_LENGTH - 1e-9, axis=1)]
    grip = _GRIP * lumped_surface(b.nodes, end, len(b.nodes))
    m = model(b, materials_of([nafems.BAR]), held(x == 0.0, 0.0), grip, shaft_temperature=0.0)
    until = 32.0
    dt = until / steps
    run = HeatStepper(m, [source(grip)], 0.0, tolerance=math.inf, max_step=dt, first_step=dt)
    for n in range(steps):
        run.step((n + 1) * dt, (nafems.bar_end((n + 0.5) * dt),))
    shot = radial(
        b, run.temperature, lambda x: nafems.bar(x, until), (0.08,), dimensions=1, around=0.0,
        when="32 s",
    )  # fmt: skip
    return solved(b, run, [shot])


_GRIP = 1e7
"""Coefficient by which the end of the bar is moved [W/m2/K]: it follows within 0.02 K."""


def cooled_plate(cells: int) -> Solved:
    """NAFEMS T4: a plate at 100 degC below, cooled by air on two sides."""
    width, height = nafems.PLATE_SIZE
    thickness = width / cells
    # y is along x here, so that the profile up the cooled side is one along the first axis.
    b = tensor(
        np.linspace(0.0, height, 5 * cells // 3 + 1), np.linspace(0.0, width, cells + 1),
        np.array([0.0, thickness]),
    )  # fmt: skip
    face = b.nodes[b.faces]
    cooled = np.all(face[:, :, 0] > height - 1e-9, axis=1) | np.all(
        face[:, :, 1] > width - 1e-9, axis=1
    )
    exchange = nafems.EXCHANGE * lumped_surface(b.nodes, b.faces[cooled], len(b.nodes))
    below = b.nodes[:, 0] == 0.0
    # Any capacity will do for a steady state: one that settles within some hundred seconds.
    medium = Medium(nafems.PLATE.conductivity, 1e5)
    m = model(b, materials_of([medium]), held(below, 100.0), exchange, shaft_temperature=0.0)
    run = HeatStepper(m, [], 100.0, tolerance=0.002, max_step=20.0)
    while run.time < 2500.0:
        run.step(2500.0, ())
    where = b.nodes[:, 0] > 0.02

    def exact(points: Array) -> Array:
        found = np.full(len(points), np.nan)
        near = points[:, 0] > 0.02
        found[near] = nafems.plate(points[near, 1], points[near, 0])
        return found

    shot = line_snapshot(
        b, run.temperature, exact, (0.2,), at=(width, 0.0), around=0.0, where=where, name="height"
    )
    return solved(b, run, [shot])


PROBLEMS = (
    Problem("surface flux", "depth [mm]", 128, heated_dry_surface, "carslaw1959"),
    Problem("surface flux, perfused", "depth [mm]", 128, heated_surface, "carslaw1959"),
    Problem("absorption with depth", "depth [mm]", 128, absorbed_below, "wang2020"),
    Problem("insulated box", "x [mm]", 48, insulated_box, "gao1995"),
    Problem("plate, held", "x [mm]", 64, held_plate),
    Problem("block, held", "x [mm]", 32, held_block),
    Problem("NAFEMS T3", "x [mm]", 80, driven_bar, "nafems1990", books=False, absolute=True),
    Problem("NAFEMS T4", "height [mm]", 64, cooled_plate, "nafems1990", absolute=True),
)
