"""Aspect ratios of the zones of a dual-slot antenna and of a monopole, beside published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.validation.dual_slot_aspect.__main__ import ANTENNAS, CASES
from benchmarks.validation.growth import fields_over_time
from benchmarks.validation.homogeneous import Setting, block, plan_in_block
from benchmarks.validation.report import read_references
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.bench.bands import band_of, uncertain_inputs
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Band, Between, Row
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.simulation import simulate
from mwa_sim.study.sweep import sweep
from mwa_sim.zone import Zone

CRITERION = "damage>=1"
TOLERANCE = 0.10
"""Of the published ratio; the README says why."""
SAMPLES = 4
"""Scenarios of a band: few, because ratios need the mesh and the field of the nominal runs."""
NAMES = {"dual slot": ANTENNAS[0], "monopole": ANTENNAS[1]}
REFERENCES = read_references(__file__)

DIMENSIONS = (
    "Slots, sheath and cooling of the published antennas are not readable: those of the library "
    "differ, and so does where they heat."
)
SHRINKAGE = (
    "Real tissue contracts as it dries, which shortens zones along the shaft and is not modelled; "
    "besides, the dimensions of the published antennas are not readable."
)
STEAM = (
    "Steam that runs along the shaft at high power draws real zones out and is not modelled; "
    "besides, the dimensions of the published antennas are not readable."
)
"""Of a ratio that is too small; of one that is too large."""


@dataclass(frozen=True)
class Heating:
    """One power in one tissue, and the times [s] at which its zones were published."""

    setting: Setting
    power: float
    times: tuple[int, ...]

    def title(self, time: int) -> str:
        """As in ``reference.csv``."""
        return f"{self.setting.title}, {self.power:.0f} W, {time // 60} min"


def heatings() -> list[Heating]:
    """The published cases; one run serves several times."""
    grouped: dict[tuple[str, float], Heating] = {}
    for setting, power, time, _, _ in CASES:
        key = (setting.title, power)
        known = grouped.get(key)
        grouped[key] = Heating(setting, power, (*(known.times if known else ()), time))
    return list(grouped.values())


def aspect_ratio(result: Result, time: float) -> float:
    """Width over length along the shaft (z) of the zone after a time [s]; nan without a zone."""
    fields = fields_over_time(result, [time])[0]
    zone = Zone.from_criterion(result.mesh, fields, CRITERION)
    if zone.is_empty:
        return float("nan")
    extent = np.ptp(zone.surface.points, axis=0)
    return float(extent[:2].mean() / extent[2])


def treatment(mesh: TetMesh, name: str, heating: Heating, tolerance: float) -> Plan:
    """Continuous power at the generator up to the last published time."""
    solver = {"save_every": 5.0, "field_tolerance": tolerance}
    antenna = Antenna.from_library(name)
    last = float(max(heating.times))
    return plan_in_block(mesh, heating.setting, antenna, heating.power, last, solver=solver)


def sampled(
    mesh: TetMesh, heating: Heating, n: int, tolerance: float
) -> dict[tuple[str, int], np.ndarray]:
    """Ratios by antenna and time in the same scenarios for both antennas; and their inputs.

    Both sweeps use the same Sobol' points, so that scenario k has the same tissue, the same
    shift and the same place in the range of the efficiency with either antenna.
    """
    found: dict[tuple[str, int], np.ndarray] = {}
    for title, name in NAMES.items():
        plan = treatment(mesh, name, heating, tolerance)
        measures = {
            f"{time} s": (lambda result, time=time: aspect_ratio(result, time))
            for time in heating.times
        }
        over = uncertain(plan)
        study = sweep(plan, dict(over), measure=measures, sample="sobol", n=n, observe=_nothing)
        for time in heating.times:
            found[title, time] = np.asarray(study.column(f"{time} s"), dtype=float)
    return found


def uncertain(plan: Plan) -> Mapping[str, Any]:
    """Ranges of the uncertain inputs of a plan."""
    return uncertain_inputs(plan, {region.name for region in plan.case.regions.values()})


def banded(values: np.ndarray, plan: Plan) -> Band:
    """The band of a sample."""
    inputs = {key: f"{v.low:.4g} to {v.high:.4g}" for key, v in uncertain(plan).items()}
    text = f"Sobol', {len(values)} scenarios, seed 0, percentiles 5 and 95"
    return band_of(values, sampling=text, inputs=inputs)


def rows_of(heating: Heating, mesh: TetMesh, effort: Effort) -> list[Row]:
    """Both ratios at each time, and which antenna has the rounder zone."""
    tolerance, n = (0.3, 2) if effort.quick else (0.15, SAMPLES)
    ratios: dict[tuple[str, int], float] = {}
    for title, name in NAMES.items():
        result = simulate(treatment(mesh, name, heating, tolerance))
        for time in heating.times:
            ratios[title, time] = aspect_ratio(result, time)
    samples = sampled(mesh, heating, n, tolerance)
    plans = {title: treatment(mesh, name, heating, tolerance) for title, name in NAMES.items()}
    rows = []
    for time in heating.times:
        for title in NAMES:
            published = REFERENCES[f"{title}, {heating.title(time)}"]
            row = Row(
                f"aspect ratio, {title}, {heating.title(time)}",
                ratios[title, time], published.value, tolerance=TOLERANCE * published.value,
                source=published.source, band=banded(samples[title, time], plans[title]),
            )  # fmt: skip
            why = SHRINKAGE if row.value < published.value else STEAM
            rows.append(replace(row, cause="" if row.passed else why))
        gap = samples["dual slot", time] - samples["monopole", time]
        rows.append(Row(
            f"dual slot minus monopole, {heating.title(time)}: rounder as published",
            ratios["dual slot", time] - ratios["monopole", time], Between(low=0.0),
            source="chiang2013", band=banded(gap, plans["dual slot"]),
            cause="" if ratios["dual slot", time] > ratios["monopole", time] else DIMENSIONS,
        ))  # fmt: skip
    return rows


def picture(rows: Sequence[Row]) -> str:
    """Computed ratios with bands beside the published ones, as SVG."""
    shown = [row for row in rows if row.quantity.startswith("aspect ratio")]
    cases = list(dict.fromkeys(row.quantity.split(", ", 2)[2] for row in shown))
    drawing = new_picture(6.6, 3.6)
    ax = drawing.subplots()
    for k, title in enumerate(NAMES):
        for row in (row for row in shown if f", {title}, " in row.quantity):
            x = cases.index(row.quantity.split(", ", 2)[2]) + 0.3 * (k - 0.5)
            label = row is next(r for r in shown if f", {title}, " in r.quantity)
            if row.band is not None:
                ax.plot([x, x], [row.band.low, row.band.high], color=COLOURS[k], linewidth=5,
                        alpha=0.35, solid_capstyle="butt")  # fmt: skip
            ax.plot(x, row.value, "os"[k], color=COLOURS[k], markersize=7,
                    label=f"{title}, computed" if label else None)  # fmt: skip
            ax.errorbar(
                x + 0.09, row.reference, yerr=row.tolerance, fmt="_x"[k], color="black",
                markersize=8, capsize=3, linewidth=1,
                label=f"{title}, published ± tolerance" if label else None,
            )  # fmt: skip
    ax.set_xticks(range(len(cases)), [case.replace(", ", "\n", 1) for case in cases], fontsize=9)
    ax.set_xlim(-0.5, len(cases) - 0.5)
    ax.set_ylim(0.3, 1.05)
    ax.set_ylabel("aspect ratio of the zone, width / length")
    ax.grid(axis="y", alpha=0.3)
    ax.legend(fontsize=8, ncols=2, loc="upper right")
    return as_svg(drawing)


def run(effort: Effort) -> Findings:
    """Compare both antennas in all published cases; quick: in the first."""
    finest = 3e-3 if effort.quick else 0.75e-3
    mesh = block(finest, centre=13e-3, reach=13e-3, coarsening=0.4)
    rows: list[Row] = []
    wanted = heatings()
    if effort.quick:
        wanted = [replace(wanted[0], times=wanted[0].times[:1])]
    for heating in wanted:
        effort.say(f"{heating.setting.title}, {heating.power:.0f} W")
        rows += rows_of(heating, mesh, effort)
    figure = Figure(
        "Aspect ratios beside the published ones",
        "Width over length of the zone of damage 1, with the band over efficiency, tissue "
        "properties and position; black: published means, with the tolerance of 10 %.",
        picture(rows),
    )
    return Findings(rows, (figure,))


def _nothing(row: Any) -> None:
    """The benchmark says itself how far it is."""


BENCHMARK = Benchmark(
    name="dual_slot_aspect",
    kind="validation",
    title="Aspect ratio of zones: two slots against a monopole",
    question="Are zones of two slots rounder than those of a monopole, by as much as measured?",
    run=run,
    evidence_for="soft tissue",
    assumes=(
        "The antennas of the library stand for the published ones, whose dimensions are unknown.",
        "Power at the generator; ex vivo liver starts at 20 degC, which is not stated.",
        "Gross pathology shows damage of 1; tissue does not contract.",
    ),
    sources=("chiang2013",),
    cost=90.0,
)
