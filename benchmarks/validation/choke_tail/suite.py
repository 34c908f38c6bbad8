"""What a choke takes off the shaft: power, zone and aspect ratio, with the choke and without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.validation.choke_tail.__main__ import (
    CHOKED,
    POWER,
    SETTING,
    TAIL,
    antennas,
    feed,
    field,
    tail,
    without_choke,
)
from benchmarks.validation.homogeneous import block, plan_in_block
from benchmarks.validation.report import read_references
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.in_tissue import AntennaInTissue
from mwa_sim.bench.bands import band_of, uncertain_inputs
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.simulation import simulate
from mwa_sim.study.sweep import sweep

CRITERION = "damage>=1"
DURATION = 60.0
FIRST = 2.0
"""Time of the frame whose stored heat shows where power is absorbed: heat has moved 1 mm [s]."""
REFERENCES = read_references(__file__)
BIN = 1e-3
"""Of the picture [m]."""

Measure = Callable[[Result], float]


def treatment(mesh: TetMesh, antenna: Antenna, tolerance: float) -> Plan:
    """40 W at the generator for a minute."""
    solver = {"save_every": FIRST, "field_tolerance": tolerance}
    return plan_in_block(mesh, SETTING, antenna, POWER, DURATION, solver=solver)


def stored_above(result: Result, height: float) -> float:
    """Share [%] of the heat stored after 2 s that lies above a height z [m].

    Nothing is perfused and the outer surface is far away, so this is the share of the absorbed
    power. Taken from nodal volumes, a quarter of each tetrahedron.
    """
    mesh = result.mesh
    quarter = np.repeat(mesh.volumes / 4.0, 4)
    volume = np.bincount(mesh.tets.ravel(), quarter, minlength=mesh.n_nodes)
    frame = int(np.flatnonzero(np.abs(np.asarray(result.frames_t) - FIRST) < 1e-6)[0])
    heat = volume * (np.asarray(result.frames[frame], dtype=float) - SETTING.temperature)
    tip = np.asarray(result.antennas[0]["tip"])[2]
    return float(100.0 * heat[mesh.nodes[:, 2] > tip + height].sum() / heat.sum())


def reach(result: Result, height: float) -> float:
    """How far [mm] the zone reaches above a height of the antenna [m]."""
    top = result.zone(CRITERION).surface.points[:, 2].max()
    return float(1e3 * (top - np.asarray(result.antennas[0]["tip"])[2] - height))


def aspect_ratio(result: Result) -> float:
    """Width over length along the shaft of the zone."""
    extent = np.ptp(result.zone(CRITERION).surface.points, axis=0)
    return float(extent[:2].mean() / extent[2])


def measures(height: float) -> dict[str, Measure]:
    """What is compared, for an antenna whose line opens at a height above the tip [m]."""
    return {
        "power": lambda result: stored_above(result, height + TAIL),
        "reach": lambda result: reach(result, height),
        "ratio": aspect_ratio,
    }


QUANTITIES: dict[str, tuple[str, str, Between]] = {
    "power": (
        f"share of the power more than {1e3 * TAIL:.0f} mm above the feed", "%", Between(high=0.0)
    ),
    "reach": (f"reach of the zone above the feed after {DURATION:.0f} s", "mm", Between(high=0.0)),
    "ratio": (f"aspect ratio of the zone after {DURATION:.0f} s", "", Between(low=0.0)),
}  # fmt: skip
"""By measure: words, unit, and on which side the choke must make the difference."""


def uncertain(plan: Plan) -> Mapping[str, Any]:
    """Ranges of the uncertain inputs; none of the tissue is perfused."""
    return uncertain_inputs(plan, {region.name for region in plan.case.regions.values()})


def rows_of(name: str, nominal: TetMesh, coarse: TetMesh, effort: Effort) -> list[Row]:
    """Differences that the choke of an antenna makes, with their bands."""
    antenna = Antenna.from_library(name)
    pair = (antenna, without_choke(antenna))
    wanted = measures(feed(antenna))
    n = 2 if effort.quick else 8
    values: list[dict[str, float]] = []
    samples: list[dict[str, np.ndarray]] = []
    over: Mapping[str, Any] = {}
    for one in pair:
        result = simulate(treatment(nominal, one, 0.3 if effort.quick else 0.1))
        values.append({key: measure(result) for key, measure in wanted.items()})
        plan = treatment(coarse, one, 0.3)
        # The same Sobol' points for both: scenario k differs by the choke alone.
        over = uncertain(plan)
        study = sweep(plan, dict(over), measure=wanted, sample="sobol", n=n, observe=_nothing)
        samples.append({key: np.asarray(study.column(key), dtype=float) for key in wanted})
    reference = REFERENCES[f"{name}, choke against filled choke"]
    inputs = {key: f"{v.low:.4g} to {v.high:.4g}" for key, v in over.items()}
    text = f"Sobol', {n} scenarios, seed 0, percentiles 5 and 95"
    rows = []
    for key, (words, unit, side) in QUANTITIES.items():
        band = band_of(samples[0][key] - samples[1][key], sampling=text, inputs=inputs)
        row = Row(
            f"{name}: {words}, choke minus filled choke",
            values[0][key] - values[1][key], side, unit=unit, source=reference.source, band=band,
        )  # fmt: skip
        why = "Drying changes the length of the wave in the tissue, for which the choke is made."
        rows.append(replace(row, cause="" if row.passed else why))
    return rows


def field_table(found: Sequence[tuple[Antenna, AntennaInTissue]]) -> Table:
    """Reflection, tail and heated shaft in liver at 37 degC."""
    rows = tuple(
        (
            antenna.name, f"{one.s11_dB:.1f}", f"{100 * tail(one, feed(antenna) + TAIL):.1f}",
            f"{1e3 * one.penetration.half_length:.1f} / {1e3 * one.penetration.tenth_length:.1f}",
        )
        for antenna, one in found
    )  # fmt: skip
    return Table(
        "Field in liver at 37 °C",
        (
            "antenna", "S11 [dB]", f"power more than {1e3 * TAIL:.0f} mm above the feed [%]",
            "shaft between half / a tenth of the heating [mm]",
        ),
        rows,
        "The unchoked slot is another antenna: it shows what a sheathed shaft carries.",
    )  # fmt: skip


def picture(found: Sequence[tuple[Antenna, AntennaInTissue]]) -> str:
    """Absorbed power along the shaft, with and without choke, as SVG."""
    drawing = new_picture(7.2, 3.4)
    names = [name for name in CHOKED if any(a.name == name for a, _ in found)]
    axes = drawing.subplots(1, len(names), sharey=True, squeeze=False)[0]
    slot = found[0]
    for ax, name in zip(axes, names, strict=True):
        shown = [pair for pair in found if pair[0].name.startswith(name)]
        for k, (antenna, one) in enumerate((*shown, slot)):
            power = one.solution.density * one.solver.volume
            above = one.solver.z - feed(antenna)
            edges = np.arange(-0.02, 0.0601, BIN)
            share, _ = np.histogram(above, edges, weights=power)
            ax.plot(
                1e3 * (edges[:-1] + 0.5 * BIN), 100.0 * share / power.sum(), ("-", "--", ":")[k],
                color=COLOURS[k], linewidth=1.6, label=antenna.name.replace(f"{name}, ", ""),
            )  # fmt: skip
        ax.axvspan(1e3 * TAIL, 60.0, color="0.9", zorder=0)
        ax.set_yscale("log")
        ax.set_ylim(1e-3, 20.0)
        ax.set_xlim(-20.0, 60.0)
        ax.set_xlabel("height above the feed [mm]")
        ax.grid(alpha=0.3)
        ax.legend(fontsize=8, loc="upper right")
    axes[0].set_ylabel("absorbed power per mm [% of all]")
    return as_svg(drawing)


def run(effort: Effort) -> Findings:
    """Compare both choked antennas with and without their choke; quick: the thinner one."""
    coarse, nominal = (
        block(3e-3 if effort.quick else finest, centre=25e-3, reach=25e-3, coarsening=0.4)
        for finest in (1.5e-3, 0.75e-3)
    )
    rows: list[Row] = []
    for name in CHOKED[: 1 if effort.quick else None]:
        effort.say(name)
        rows += rows_of(name, nominal, coarse, effort)
    effort.say("fields")
    shown = antennas()[: 3 if effort.quick else None]
    found = [(antenna, field(antenna)) for antenna in shown]
    figure = Figure(
        "Absorbed power along the shaft",
        "Field in liver at 37 degC, logarithmic. The grey strip is the tail of the rows below. "
        "With its choke open (solid) an antenna leaves less power along the shaft than with metal "
        "in its choke (dashed); dotted: the slot antenna, which has none.",
        picture(found),
    )
    return Findings(rows, (figure,), (field_table(found),))


def _nothing(row: Any) -> None:
    """The benchmark says itself how far it is."""


BENCHMARK = Benchmark(
    name="choke_tail",
    kind="validation",
    title="A choke keeps the heat off the shaft",
    question="Does a choke take power and heated tissue off the shaft, as it is built to do?",
    run=run,
    evidence_for="form",
    assumes=(
        "Published dimensions as another open code repeats them; no shaft is cooled.",
        "Ex vivo liver from 22 degC, 40 W at the generator.",
        "No published number was readable: only the direction is compared.",
    ),
    sources=("longo2003", "cavagnaro2011", "mita"),
    cost=45.0,
)
