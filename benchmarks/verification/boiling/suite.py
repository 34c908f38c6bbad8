"""Benchmark: boiling fronts of the enthalpy form against similarity solutions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.verification.boiling.fronts import AHEAD, PROBLEMS, TIMES, Front, sharp_fronts
from benchmarks.verification.convergence import BALANCE
from benchmarks.verification.convergence_figures import draw_curves, plain_ticks
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

FIRST_ORDER = 0.9
"""Least observed order: a front between two nodes is known to an element."""
THERMOCOUPLE = 1.0
"""Largest error of temperatures ahead of the front [K]: that of a thermocouple."""

Found = Sequence[tuple[str, str, list[Front]]]


def slope(fronts: Sequence[Front]) -> float:
    """Observed order: slope of the logarithms, by least squares over all meshes."""
    size, error = ([np.log(getattr(f, name)) for f in fronts] for name in ("size", "error"))
    return float(np.polyfit(size, error, 1)[0])


def exponent(front: Front) -> float:
    """Power of time with which the front moves; 1/2 by similarity."""
    return float(np.polyfit(np.log(TIMES), np.log(front.fronts), 1)[0])


def rows_of(title: str, fronts: Sequence[Front]) -> list[Row]:
    """Positions of the front, its law, error, order, energy residual."""
    best = fronts[-1]
    positions = [
        Row(f"{title}: front after {t:g} s", float(found), float(exact), 0.5 * best.size, "mm",
            source="hahn2012")
        for t, found, exact in zip(TIMES, best.fronts, best.exact, strict=True)
    ]  # fmt: skip
    return [
        *positions,
        Row(
            f"{title}: temperature at {1e3 * AHEAD:g} mm after {TIMES[-1]:g} s",
            *best.ahead,
            THERMOCOUPLE,
            "degC",
        ),
        Row(f"{title}: power of time with which the front moves", exponent(best), 0.5, 0.05),
        Row(f"{title}: order of convergence in h", slope(fronts), Between(low=FIRST_ORDER)),
        Row(f"{title}: energy residual", max(f.balance for f in fronts), Between(high=BALANCE)),
    ]


def profiles(found: Found) -> Figure:
    """Temperatures beside the similarity solutions."""
    picture = new_picture(7.6, 3.4)
    for axes, (title, axis, fronts) in zip(picture.subplots(1, 2), found, strict=True):
        draw_curves(axes, fronts[-1].curves)
        axes.axhline(100.0, color="0.6", linewidth=0.8, linestyle="--")
        axes.set_xlim(0.0, 12.0)
        axes.set_title(title, fontsize="small")
        axes.set_xlabel(axis)
        axes.set_ylabel("temperature [degC]")
    return Figure(
        "Profiles while water boils",
        "Lines: similarity solutions with the latent heat between 94 and 106 degC, as in the "
        "solver. Symbols: nodes of the finest mesh. The kink at 100 degC (dashed) is the boiling "
        "front.",
        as_svg(picture),
    )


def convergence(found: Found) -> Figure:
    """Fronts over time and errors over element size."""
    picture = new_picture(7.6, 3.4)
    left, right = picture.subplots(1, 2)
    for i, (title, _, fronts) in enumerate(found):
        best = fronts[-1]
        late = np.linspace(0.0, TIMES[-1], 100)
        left.plot(late, best.exact[-1] * np.sqrt(late / TIMES[-1]), color=COLOURS[i])
        left.plot(TIMES, best.fronts, "os"[i], color=COLOURS[i], fillstyle="none", label=title)
        right.loglog(
            [f.size for f in fronts], [100.0 * f.error for f in fronts], marker="os"[i],
            color=COLOURS[i], label=title,
        )  # fmt: skip
    sizes = np.array([min(f.size for _, _, fs in found for f in fs),
                      max(f.size for _, _, fs in found for f in fs)])  # fmt: skip
    least = 100.0 * min(f.error for _, _, fs in found for f in fs)
    right.loglog(sizes, 0.6 * least * sizes / sizes[0], ":", color="0.4", label="first order")
    left.set_xlabel("time [s]")
    left.set_ylabel("boiling front [mm]")
    left.legend(frameon=False, fontsize="small")
    right.set_xlabel("smallest element [mm]")
    right.set_ylabel("RMS error [% of the RMS rise]")
    right.grid(True, which="both", alpha=0.25)
    right.legend(frameon=False, fontsize="small")
    plain_ticks(right)
    return Figure(
        "Boiling fronts and their error",
        "Left: computed fronts (symbols) on the exact square roots of time (lines). Right: errors "
        "over element size, between second and, at last, first order: the front is thinner than an "
        "element.",
        as_svg(picture),
    )


def window(found: Found) -> Table:
    """What it changes that the latent heat is spread over 12 K."""
    rows = [
        (title, f"{fronts[-1].exact[-1]:.3f}", f"{1e3 * float(sharp.front(TIMES[-1])):.3f}")
        for (title, _, fronts), sharp in zip(found, sharp_fronts(), strict=True)
    ]
    return Table(
        "Boiling over a window instead of at 100 degC",
        ("problem", f"front after {TIMES[-1]:g} s, window [mm]", "front, sharp [mm]"),
        tuple(rows),
        "Both columns are exact. The sharp fronts are the closed forms of Neumann and of the line "
        "source; that the solver lets water boil from 94 to 106 degC moves them by half a per cent "
        "or less.",
    )


def run(effort: Effort) -> Findings:
    """March both problems on meshes of doubled fineness and compare."""
    rows: list[Row] = []
    found = []
    for title, axis, solve, cells in PROBLEMS:
        effort.say(title)
        parts = (8, 4, 2) if effort.quick else (8, 4, 2, 1)
        fronts = [solve(cells // part) for part in parts]
        rows += rows_of(title, fronts)
        found.append((title, axis, fronts))
    return Findings(rows, (profiles(found), convergence(found)), (window(found),))


BENCHMARK = Benchmark(
    name="boiling",
    kind="verification",
    title="Boiling fronts",
    question="Does the enthalpy form take up the latent heat of water in full, so that boiling "
    "fronts are where they should be?",
    run=run,
    evidence_for="code: heat",
    assumes=(
        "Constant conductivity and heat capacity; vapour stays where it is, as in the model.",
        "The similarity solutions have the same window of 12 K as the solver; the table says what "
        "the window changes.",
    ),
    sources=("carslaw1959", "hahn2012", "yang2007"),
    cost=10.0,
)
