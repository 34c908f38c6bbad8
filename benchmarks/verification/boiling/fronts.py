"""Boiling fronts driven by a hot wall and by a line source, beside their similarity solutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import (
    Block,
    bar,
    held,
    material,
    model,
    quadrant,
    source,
    stretched,
)
from benchmarks.verification.convergence import Curve, imbalance
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.exact.similarity import Profile
from benchmarks.verification.exact.stefan import StefanLine, StefanWall
from benchmarks.verification.snapshots import along_x, rms
from mwa_sim.heat.pennes import ThermalMaterials
from mwa_sim.heat.step import HeatStepper
from mwa_sim.tissue.enthalpy import (
    BOILING_POINT,
    LATENT_HEAT,
    WINDOW_END,
    WINDOW_START,
    vapour_slope,
)

Array = NDArray[np.float64]

DENSITY, SPECIFIC_HEAT, CONDUCTIVITY, WATER = 1050.0, 3600.0, 0.5, 0.75
"""Of soft tissue [kg/m3], [J/kg/K], [W/m/K], [-]."""
START, WALL = 60.0, 180.0
"""Temperatures at the start and of the wall [degC]."""
LINE_POWER = 2500.0
"""Of the line source [W/m]."""
TIMES = (40.0, 60.0, 80.0, 100.0, 120.0)
"""When fields are compared [s]."""
AHEAD = 0.008
"""Where the temperature ahead of the front is compared [m]."""
SHOWN = (60.0, 120.0)
"""When profiles are kept [s]."""
_KINKS = (WINDOW_START, WINDOW_END)


def capacity(temperature: float) -> float:
    """dH/dT [J/m3/K] at a temperature [degC], with the latent heat in it."""
    ratio = WATER * LATENT_HEAT / SPECIFIC_HEAT
    return DENSITY * SPECIFIC_HEAT * (1.0 + ratio * vapour_slope(temperature))


@cache
def wall_profile() -> Profile:
    """Similarity solution of the wall, with the window of the solver."""
    return Profile(START, capacity, lambda _: CONDUCTIVITY, wall=WALL, kinks=_KINKS)


@cache
def line_profile() -> Profile:
    """Similarity solution of the line source, with the window of the solver."""
    return Profile(
        START, capacity, lambda _: CONDUCTIVITY, power_per_length=LINE_POWER, kinks=_KINKS
    )


def sharp_fronts() -> tuple[StefanWall, StefanLine]:
    """The same problems with all the latent heat at 100 degC, in closed form."""
    medium = Medium(CONDUCTIVITY, DENSITY * SPECIFIC_HEAT)
    latent = DENSITY * WATER * LATENT_HEAT
    return (
        StefanWall(WALL, BOILING_POINT, START, latent, medium, medium),
        StefanLine(LINE_POWER, BOILING_POINT, START, latent, medium, medium),
    )


@dataclass(frozen=True)
class Front:
    """A boiling problem solved on one mesh.

    Attributes
    ----------
    size : float [mm]
    fronts, exact : (5,) float arrays [mm]
        Where 100 degC is reached at `TIMES`.
    ahead : (computed, exact) [degC]
        Temperature `AHEAD` from the wall or line at the last of `TIMES`.
    error : float [-]
        Root mean square error of the rise over the tissue, of the exact one, and over `TIMES`: a
        front that passes nodes one by one is now ahead and now behind.
    balance : float [-]
    curves : tuple of Curve
    """

    size: float
    fronts: Array
    exact: Array
    ahead: tuple[float, float]
    error: float
    balance: float
    curves: tuple[Curve, ...]


def at_wall(cells: int) -> Front:
    """Bar whose one end is held above the boiling point."""
    b = bar(np.linspace(0.0, 0.024, cells + 1))
    run = HeatStepper(
        model(b, _tissue(), held(b.nodes[:, 0] == 0.0, WALL)), [], START, tolerance=0.01,
        max_step=0.5, first_step=0.01,
    )  # fmt: skip
    return _compare(b, run, (), wall_profile(), b.nodes[:, 0], 0.0)


def at_line(cells: int) -> Front:
    """Quadrant of a cylinder with a line source on its axis."""
    thickness = 0.0005
    b = quadrant(stretched(cells, 0.05, 1.5), np.array([0.0, thickness]))
    radius = np.hypot(b.nodes[:, 0], b.nodes[:, 1])
    here = radius == 0.0
    load = np.where(here, LINE_POWER * thickness / 4.0 / here.sum(), 0.0)
    far = held(radius > 0.05 * (1.0 - 1e-9), START)
    run = HeatStepper(
        model(b, _tissue(), far), [source(load)], START, tolerance=0.01, max_step=0.5,
        first_step=0.01,
    )  # fmt: skip
    return _compare(b, run, (1.0,), line_profile(), radius, 0.002)


def _tissue() -> ThermalMaterials:
    return material(
        density=DENSITY, specific_heat=SPECIFIC_HEAT, conductivity=CONDUCTIVITY,
        water_fraction=WATER,
    )  # fmt: skip


def _compare(
    b: Block,
    run: HeatStepper,
    powers: tuple[float, ...],
    profile: Profile,
    distance: Array,
    beyond: float,
) -> Front:
    x = np.unique(b.nodes[np.all(b.nodes[:, 1:] == 0.0, axis=1), 0])
    shown = x[x >= beyond - 1e-9]
    fine = np.linspace(shown[0], shown[-1], 301)
    counted = distance >= beyond - 1e-9
    fronts, curves, errors = [], [], []
    for t in TIMES:
        while run.time < t:
            run.step(t, powers)
        now = along_x(b, run.temperature, x)
        fronts.append(1e3 * float(np.interp(-BOILING_POINT, -now, x)))
        expected = np.full(len(distance), START)
        expected[counted] = profile.temperature(distance[counted], t)
        errors.append(rms(b, run.temperature - START, expected - START, counted))
        if t in SHOWN:
            exact = profile.temperature(fine, t)
            curves.append(
                Curve(f"{t:g} s", 1e3 * shown, now[x >= beyond - 1e-9], 1e3 * fine, exact)
            )
    return Front(
        size=1e3 * float(np.diff(x).min()),
        fronts=np.array(fronts),
        exact=np.array([1e3 * profile.front(BOILING_POINT, t) for t in TIMES]),
        ahead=(
            float(along_x(b, run.temperature, np.array([AHEAD]))[0]),
            float(profile.temperature(np.array([AHEAD]), TIMES[-1])[0]),
        ),
        error=math.sqrt(np.mean(np.square(errors))),
        balance=imbalance(run.energy),
        curves=tuple(curves),
    )


PROBLEMS: Sequence[tuple[str, str, Callable[[int], Front], int]] = (
    ("hot wall", "depth [mm]", at_wall, 240),
    ("line source", "distance [mm]", at_line, 128),
)
"""Title, axis, solution on a number of cells, cells of the finest mesh."""
