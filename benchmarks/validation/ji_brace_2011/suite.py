"""How far static dielectric properties are from the sigmoid, beside what was published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.validation.homogeneous import Setting, block, plan_in_block
from benchmarks.validation.ji_brace_2011.__main__ import (
    DISTANCES,
    DURATION,
    LEVEL,
    POWER,
    antenna_at_feed,
    liver,
)
from benchmarks.validation.report import read_references
from mwa_sim.bench.bands import TISSUE_INPUTS, band_of, uncertain_inputs
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Band, Between, Row
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.simulation import simulate
from mwa_sim.study.between import Range, between
from mwa_sim.study.sweep import sweep
from mwa_sim.tissue import load_tissue

TIMES = tuple(range(15, DURATION, 30))
"""At which temperatures are compared: middles of ten intervals, for the mean over all times [s]."""
ANTENNAS = {"monopole-2.2mm": "bare", "monopole-1.6mm": "covered"}
LATENT = {0.0: "no latent heat", 0.74: "latent heat"}
SAMPLES = 4
"""Scenarios of a band: few, because temperatures at 5 mm need the mesh of the nominal runs."""
LOSS_BEFORE_FEED = 0.10
"""Greatest share of the stated input power that may be lost before the feed: 0.5 dB."""
REFERENCES = read_references(__file__)
_STATIC = REFERENCES["measured against static, mean over all times"]
_SIGMOID = REFERENCES["measured against sigmoid, mean over all times"]
EXPECTED = Between(_STATIC.value - _SIGMOID.value, _STATIC.value + _SIGMOID.value)
"""Of the mean absolute difference of both simulations, by the triangle inequality [%]."""
TOLERANCE = EXPECTED.high * _SIGMOID.value / 100.0
"""The sigmoid stands for the measured temperature as what 100 % is [percentage points]."""

CAUSES = {
    (True, True): (
        "Where the sensors were is not readable, and 5 mm counts most here: without latent heat "
        "static properties make temperatures there that no wet tissue has."
    ),
    (True, False): (
        "Bare metal reflects a quarter of the power from the start, more as the tissue dries, and "
        "boiling water holds the static temperatures near 100 degC."
    ),
    (False, True): (
        "Without latent heat nothing stops static tissue from passing 100 degC; where the sensors "
        "were is not readable."
    ),
    (False, False): "Where the sensors were is not readable; 5 to 20 mm are assumed.",
}
"""Of a miss, by whether the antenna is bare and whether there is no latent heat."""


@dataclass(frozen=True)
class Variant:
    """An antenna and the mass fraction of water that can boil."""

    antenna: str
    water: float

    @property
    def title(self) -> str:
        """In words."""
        return f"{ANTENNAS[self.antenna]} monopole, {LATENT[self.water]}"

    def treatment(self, mesh: TetMesh, sigmoid: bool, tolerance: float) -> Plan:
        """50 W at the feed for 5 min from 20 degC."""
        setting = Setting("ex vivo liver", liver(sigmoid, self.water), 20.0)
        solver = {"save_every": 15.0, "field_tolerance": tolerance}
        antenna = antenna_at_feed(self.antenna)
        return plan_in_block(mesh, setting, antenna, POWER, float(DURATION), solver=solver)

    def uncertain(self, plan: Plan) -> dict[str, Range]:
        """Ranges of what is uncertain in one of its plans.

        The stated power is that at the antenna: no cable is between, but up to 0.5 dB before the
        feed may be. Tissue: the relative ranges of the library's ex vivo liver.
        """
        (region,) = (region.name for region in plan.case.regions.values())
        over = uncertain_inputs(plan, [region], properties=())
        efficiency = plan.antennas[0].antenna.efficiency
        over["antenna.efficiency"] = between((1.0 - LOSS_BEFORE_FEED) * efficiency, efficiency)
        library, here = load_tissue("liver_ex_vivo"), plan.case.regions[1].tissue
        for name in TISSUE_INPUTS:
            value, used = library.values[name], getattr(here, name)
            if value.low < value.high and used > 0.0:
                ends = (used * value.low / value.value, used * value.high / value.value)
                over[f"regions.{region}.{name}"] = between(*ends)
        return over


def temperatures(result: Result, times: Sequence[int] = TIMES) -> np.ndarray:
    """Temperatures (n_times, n_distances) [degC], mean of +x and +y, at the middle of 13 mm."""
    points = [[r * (k == 0), r * (k == 1), LEVEL] for r in DISTANCES for k in (0, 1)]
    probe = result.locator.matrix(np.array(points))
    frames_t = np.asarray(result.frames_t)
    rows = [int(np.flatnonzero(np.abs(frames_t - t) < 1e-6)[0]) for t in times]
    read = [probe @ np.asarray(result.frames[k], dtype=float) for k in rows]
    return np.array(read).reshape(len(times), len(DISTANCES), 2).mean(axis=2)


def apart(static: np.ndarray, sigmoid: np.ndarray) -> float:
    """Mean of |static - sigmoid| / sigmoid over the last two axes [%], temperatures in degC."""
    return float(100.0 * np.mean(np.abs(static - sigmoid) / sigmoid))


def measures() -> dict[str, Callable[[Result], float]]:
    """Every temperature that is compared, as measures of a sweep."""
    return {
        f"{k} {t}": (lambda result, k=k, t=t: float(temperatures(result, [t])[0, k]))
        for k in range(len(DISTANCES))
        for t in TIMES
    }


def band(variant: Variant, mesh: TetMesh, n: int, tolerance: float) -> Band:
    """Band of the difference; both dielectrics in the same scenarios."""
    read: list[np.ndarray] = []
    over: dict[str, Range] = {}
    for sigmoid in (False, True):
        plan = variant.treatment(mesh, sigmoid, tolerance)
        over = variant.uncertain(plan)
        wanted = measures()
        study = sweep(plan, dict(over), measure=wanted, sample="sobol", n=n, observe=_nothing)
        read.append(np.array([study.column(name) for name in wanted], dtype=float).T)
    values = [apart(static, sigmoid) for static, sigmoid in zip(*read, strict=True)]
    inputs = {key: f"{value.low:.4g} to {value.high:.4g}" for key, value in over.items()}
    text = f"Sobol', {n} scenarios, seed 0, percentiles 5 and 95"
    return band_of(values, sampling=text, inputs=inputs)


def row_of(variant: Variant, static: np.ndarray, sigmoid: np.ndarray, found: Band) -> Row:
    """The difference of both simulations beside the one that was published."""
    row = Row(
        f"static against sigmoid, mean absolute difference at 5 to 20 mm, {variant.title}",
        apart(static, sigmoid), EXPECTED, tolerance=TOLERANCE, unit="%",
        source=_STATIC.source, band=found,
    )  # fmt: skip
    cause = CAUSES[ANTENNAS[variant.antenna] == "bare", variant.water == 0.0]
    return replace(row, cause="" if row.passed else cause)


Found = tuple[Variant, np.ndarray, np.ndarray]
"""A variant with its static and sigmoid temperatures."""


def distance_table(found: Sequence[Found]) -> Table:
    """Signed difference by distance."""
    rows = tuple(
        (
            variant.title,
            *(f"{x:+.0f}" for x in np.mean(100.0 * (static - sigmoid) / sigmoid, axis=0)),
        )
        for variant, static, sigmoid in found
    )
    return Table(
        "(static - sigmoid) / sigmoid by distance from the axis, mean over all times [%]",
        ("variant", *(f"{1e3 * r:g} mm" for r in DISTANCES)),
        rows,
        "The published mean is over sensors whose places are not known.",
    )


def published_table() -> Table:
    """What was published and cannot be compared."""
    rows = tuple(
        (key.removeprefix("measured against ").partition(",")[0], f"{each.value:.1f}", why)
        for (key, each), why in zip(
            REFERENCES.items(),
            (
                "no measured curve is readable",
                "this model of the dielectric properties is not implemented",
                "this model of the dielectric properties is not implemented",
                "only together with the sigmoid, as a difference of both",
            ),
            strict=True,
        )
    )
    return Table(
        "Published mean differences between simulated and measured temperatures, 50 W [%]",
        ("dielectric properties", "published", "compared here"),
        rows,
    )


def picture(found: Sequence[Found]) -> str:
    """Temperatures at 5 and 10 mm over time, static and sigmoid, as SVG."""
    drawing = new_picture(7.2, 2.6 * ((len(found) + 1) // 2) + 0.4)
    axes = drawing.subplots((len(found) + 1) // 2, min(2, len(found)), squeeze=False, sharex=True)
    for ax, (variant, static, sigmoid) in zip(axes.ravel(), found, strict=False):
        for k in (0, 1):
            label = f"{1e3 * DISTANCES[k]:g} mm"
            ax.plot(TIMES, sigmoid[:, k], "-", color=COLOURS[k], label=f"{label}, sigmoid")
            ax.plot(TIMES, static[:, k], "--", color=COLOURS[k], label=f"{label}, static")
        ax.set_title(variant.title, fontsize=10)
        ax.set_xlim(0.0, DURATION)
        ax.set_ylim(0.0, None)
        ax.grid(alpha=0.3)
    axes[0, 0].legend(fontsize=8)
    drawing.supxlabel("time with 50 W at the antenna [s]", fontsize=10)
    drawing.supylabel("temperature [degC]", fontsize=10)
    return as_svg(drawing)


def run(effort: Effort) -> Findings:
    """Compare static with sigmoid dielectrics; quick: the covered monopole with latent heat."""
    variants = [Variant(name, water) for name in ANTENNAS for water in LATENT]
    if effort.quick:
        variants = variants[-1:]
    tolerance, n = (0.3, 2) if effort.quick else (0.15, SAMPLES)
    mesh = block(3e-3 if effort.quick else 0.75e-3, coarsening=0.4)
    found: list[Found] = []
    rows = []
    for variant in variants:
        effort.say(variant.title)
        static, sigmoid = (
            temperatures(simulate(variant.treatment(mesh, which, tolerance)))
            for which in (False, True)
        )
        found.append((variant, static, sigmoid))
        spread = band(variant, mesh, n, tolerance)
        rows.append(row_of(variant, static, sigmoid, spread))
    figure = Figure(
        "Static and temperature-dependent dielectric properties",
        "Temperature beside the middle of the monopole. Static properties (dashed) go on to "
        "absorb beside the antenna when the tissue has dried, and overheat it.",
        picture(found),
    )
    return Findings(rows, (figure,), (published_table(), distance_table(found)))


def _nothing(row: Any) -> None:
    """The benchmark says itself how far it is."""


BENCHMARK = Benchmark(
    name="ji_brace_2011",
    kind="validation",
    title="Static against temperature-dependent dielectric properties",
    question=(
        "Do simulations with static and with temperature-dependent dielectric properties differ "
        "by as much as those that were published beside measured temperatures?"
    ),
    run=run,
    evidence_for="form",
    assumes=(
        "The field model is the one that another open code repeats; sensors at 5, 10, 15, 20 mm.",
        "Both published differences are means of absolute values, so that the difference of both "
        "simulations lies between their difference and their sum.",
        "Tissue does not contract.",
    ),
    sources=("ji2011", "mita"),
    cost=90.0,
)
