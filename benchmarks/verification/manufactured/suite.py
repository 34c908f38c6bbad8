"""Benchmark: manufactured solutions with all terms of the bioheat equation at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.convergence import BALANCE, SECOND_ORDER
from benchmarks.verification.convergence_figures import plain_ticks
from benchmarks.verification.manufactured.march import CASES, UNTIL, Outcome, march
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

RESOLVED = 0.05
"""Largest error on the finest mesh [K]: half of what a thermocouple shows."""


@dataclass(frozen=True)
class Orders:
    """Marches of one case.

    Attributes
    ----------
    space : list of Outcome
        On finer and finer meshes, with steps too short to matter.
    steps, late : list of float
        Lengths of steps [s], and the largest nodal difference [K] from much shorter ones on one
        mesh.
    """

    space: list[Outcome]
    steps: list[float]
    late: list[float]


def study(name: str, effort: Effort) -> Orders:
    """March one case on several meshes and with several steps."""
    effort.say(name)
    terms = CASES[name]
    meshes, short = ((4, 8, 16), 40) if effort.quick else ((6, 12, 24), 160)
    space = [march(terms, cells, short) for cells in meshes]
    counts, finest = ((10, 20, 40), 320) if effort.quick else ((10, 20, 40, 80), 640)
    cells = 6 if effort.quick else 8
    best = march(terms, cells, finest).temperature
    late = [float(np.abs(march(terms, cells, n).temperature - best).max()) for n in counts]
    return Orders(space, [UNTIL / n for n in counts], late)


def rows_of(name: str, found: Orders) -> list[Row]:
    """Temperatures in the middle, in a corner and at worst, orders, energy residual."""
    coarse, best = found.space[-2:]
    n = len(best.exact)
    worst = int(np.argmax(np.abs(best.temperature - best.exact)))
    rows = [
        Row(f"{name}: temperature {where}", float(best.temperature[i]), float(best.exact[i]),
            RESOLVED, "degC")
        for where, i in (("in the middle", n // 2), ("in a corner", n - 1),
                         ("at the worst node", worst))
    ]  # fmt: skip
    return [
        *rows,
        Row(f"{name}: error (RMS)", best.error, Between(high=RESOLVED), unit="K"),
        Row(f"{name}: order of convergence in h", order(coarse.error, best.error),
            Between(low=SECOND_ORDER)),
        Row(f"{name}: order of convergence in the step", order(*found.late[-2:]),
            Between(low=SECOND_ORDER)),
        Row(f"{name}: energy residual", max(o.balance for o in found.space),
            Between(high=BALANCE)),
    ]  # fmt: skip


def order(before: float, after: float) -> float:
    """Observed order, from the errors before and after a halving."""
    return math.log2(before / after)


def figure(found: Sequence[tuple[str, Orders]]) -> Figure:
    """Errors over element size and over the length of the step."""
    picture = new_picture(7.6, 3.6)
    space, time = picture.subplots(1, 2)
    for i, (name, orders) in enumerate(found):
        style = {"marker": "os^"[i], "color": COLOURS[i], "label": name}
        space.loglog([o.size for o in orders.space], [o.error for o in orders.space], **style)
        time.loglog(orders.steps, orders.late, **style)
    for axes, x, y in (
        (space, "element size [mm]", "RMS error [K]"),
        (time, "step [s]", "error of the worst node [K]"),
    ):
        lines = axes.get_lines()
        sizes = np.sort(np.asarray(lines[0].get_xdata(), dtype=float))
        least = min(np.min(np.asarray(line.get_ydata(), dtype=float)) for line in lines)
        axes.loglog(
            sizes, 0.6 * least * (sizes / sizes[0]) ** 2, ":", color="0.4", label="second order"
        )
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(True, which="both", alpha=0.25)
        plain_ticks(axes)
    space.legend(frameon=False, fontsize="small")
    return Figure(
        "Orders of the nonlinear equation",
        "Left: error against the manufactured field as elements shrink. Right: error of the time "
        "stepper on one mesh as its steps shrink. Both fall to a quarter with every halving, also "
        "where the heat stops the perfusion and where water boils.",
        as_svg(picture),
    )


def run(effort: Effort) -> Findings:
    """Observe the orders of every case."""
    found = [(name, study(name, effort)) for name in CASES]
    rows = [row for name, orders in found for row in rows_of(name, orders)]
    return Findings(rows, (figure(found),))


BENCHMARK = Benchmark(
    name="manufactured",
    kind="verification",
    title="The whole nonlinear equation",
    question="With conductivity, perfusion that the heat stops, metabolism, coolant, air and "
    "boiling at once, does the solver converge at second order in space and time?",
    run=run,
    evidence_for="code: heat",
    assumes=(
        "The field is chosen and the heat that it needs is put in; it is no treatment.",
        "Steps are of constant length, so that their order can be seen; runs choose theirs.",
    ),
    sources=("pennes1948", "meyer2014", "mita"),
    cost=10.0,
)
