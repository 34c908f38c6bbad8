"""The coupled model beside the axisymmetric one, as rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.verification.coupled import package, reference
from benchmarks.verification.coupled.reference import Fineness, History
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.tissue import load_tissue

POWER = 40.0
SAME, SAME_RISE = 0.5, 0.03
"""Allowed difference of temperatures: this many kelvin, and this part of the rise and 0.05 K."""
SAME_VOLUME = 4.0
"""Allowed difference of the volume above a temperature [%]."""
SAME_SHARE = 1.5
"""Allowed difference of the absorbed share of the power [percentage points]."""
SAME_HEAT = 1.0
"""Allowed difference of the heat into the tissue, relative to the first instant [%]."""
SAME_S11 = 0.05
"""Allowed difference of S11 before anything is warm [dB]."""


@dataclass(frozen=True)
class Extent:
    """What is computed for one tissue.

    Attributes
    ----------
    tissue : str
    times : tuple of float [s]
        When temperatures are compared; the antenna radiates until the last.
    half : float [m]
        Half the width of the block.
    fineness : Fineness
        Of the axisymmetric model.
    finest, tolerance : float [m], [-]
        Edges of the tetrahedra at the antenna, tolerance of the field.
    """

    tissue: str
    times: tuple[float, ...]
    half: float
    fineness: Fineness
    finest: float
    tolerance: float


QUICK = (
    Extent("bone_cancellous", (10.0, 20.0), 24e-3, Fineness(0.2e-3, 1.0), 0.5e-3, 0.03),
)  # fmt: skip
FULL = (
    Extent("bone_cancellous", (10.0, 20.0, 40.0), 36e-3, Fineness(0.15e-3, 0.5), 0.25e-3, 0.01),
    Extent("liver_ex_vivo", (15.0, 30.0, 60.0), 36e-3, Fineness(0.15e-3, 0.5), 0.25e-3, 0.01),
)


def run(effort: Effort) -> Findings:
    """Heat blocks of one tissue with the slot antenna, by both models."""
    antenna = Antenna.from_library("slot-1.6mm").changed(model="wave-coupled", cooling=None)
    rows: list[Row] = []
    shown = []
    for extent in QUICK if effort.quick else FULL:
        effort.say(extent.tissue)
        tissue = load_tissue(extent.tissue)
        times = list(extent.times)
        exact = reference.run(
            antenna, tissue, POWER, times, half=extent.half, fineness=extent.fineness
        )
        effort.say(f"{extent.tissue}, tetrahedra")
        mesh = package.cube(extent.finest, half=extent.half)
        found, result = package.run(
            mesh, antenna, tissue, POWER, times, field_tolerance=extent.tolerance
        )
        rows += compared(extent.tissue, exact, found)
        rows.append(Row(f"{extent.tissue}: energy balance", result.energy["balance_error"],
                        Between(high=1e-4)))  # fmt: skip
        shown.append((extent.tissue, exact, found))
    return Findings(rows=rows, figures=[picture(shown)])


def compared(tissue: str, exact: History, found: History) -> list[Row]:
    """Rows of one tissue.

    Parameters
    ----------
    tissue : str
    exact, found : History
        Of the axisymmetric model and of the package.
    """
    rows = []
    last = max(exact.temperatures)
    for time, temperatures in exact.temperatures.items():
        for radius in (3e-3, 5e-3, 10e-3):
            here = temperatures[radius]
            rows.append(
                Row(f"{tissue}: {1e3 * radius:g} mm from the axis after {time:g} s",
                    found.temperatures[time][radius], here,
                    min(SAME, SAME_RISE * (here - 37.0) + 0.05), "degC")
            )  # fmt: skip
    for limit, volume in exact.volumes[last].items():
        # A few cells say nothing.
        if volume > 0.1e-6:
            rows.append(
                Row(f"{tissue}: volume above {limit:g} degC after {last:g} s",
                    1e6 * found.volumes[last][limit], 1e6 * volume,
                    SAME_VOLUME / 100.0 * 1e6 * volume, "ml")
            )  # fmt: skip
    now = np.interp(found.solved, exact.solved, exact.absorbed)
    share = float(np.abs(np.asarray(found.absorbed) - now).max())
    kept = [history.energy / history.heat[0] for history in (exact, found)]
    return [
        *rows,
        Row(f"{tissue}: absorbed share of the power, largest difference at any time",
            100.0 * share, Between(high=SAME_SHARE), 0.0, "% of the power"),
        Row(f"{tissue}: heat into the tissue over that of the first power", kept[1], kept[0],
            SAME_HEAT / 100.0 * kept[0], "s"),
        Row(f"{tissue}: S11 of the unheated tissue, same field solver", found.s11_dB[0],
            exact.s11_dB[0], SAME_S11, "dB"),
    ]  # fmt: skip


def picture(shown: list[tuple[str, History, History]]) -> Figure:
    """Temperature over distance, and absorbed share over time."""
    figure = new_picture(7.2, 3.0 * len(shown))
    axes = np.atleast_2d(figure.subplots(len(shown), 2, squeeze=False))
    for (left, right), (tissue, exact, found) in zip(axes, shown, strict=True):
        for k, time in enumerate(exact.temperatures):
            radii = [1e3 * radius for radius in exact.temperatures[time]]
            left.plot(radii, list(exact.temperatures[time].values()), color=COLOURS[k],
                      label=f"after {time:g} s")  # fmt: skip
            left.plot(radii, list(found.temperatures[time].values()), "o", mfc="none",
                      color=COLOURS[k])  # fmt: skip
        left.set(
            title=tissue.replace("_", " "),
            xlabel="distance from the axis [mm]",
            ylabel="temperature [degC]",
        )
        left.legend(fontsize=8)
        right.plot(exact.solved, 100.0 * np.asarray(exact.absorbed), color=COLOURS[0])
        right.plot(found.solved, 100.0 * np.asarray(found.absorbed), "o", mfc="none",
                   color=COLOURS[0])  # fmt: skip
        right.set(title=tissue.replace("_", " "), xlabel="time [s]", ylabel="absorbed share [%]")
        for ax in (left, right):
            ax.grid(alpha=0.3)
    return Figure(
        "Heating by both models",
        "Lines: the axisymmetric model, with the field solved at every step. Circles: mwa_sim on "
        "tetrahedra; on the right at the instants at which it solved the field. Drying tissue "
        "reflects more of the power.",
        as_svg(figure),
    )


BENCHMARK = Benchmark(
    name="coupled",
    kind="verification",
    title="Antenna and heat coupled, against an axisymmetric model",
    question=(
        "Does the antenna whose field follows the drying tissue heat as much as in an independent "
        "model without tetrahedra?"
    ),
    run=run,
    evidence_for="code: heat",
    assumes=(
        "The field solver, the formulas of the tissue and its data are common to both models; "
        "everything else is not.",
        "One homogeneous tissue around the antenna, no cooling of its shaft.",
    ),
    cost=60.0,
)
