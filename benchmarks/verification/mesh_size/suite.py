"""Zone and wall temperature against the size of the elements, as rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.verification.mesh_size.__main__ import limit, together
from benchmarks.verification.mesh_size.block import mesh_of, refined
from benchmarks.verification.mesh_size.block import treat as treat_block
from benchmarks.verification.mesh_size.treatment import RECIPES, treat
from mwa_sim.anatomy.recipes import prepare
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

COARSEST = 8.0
"""Factor of the default sizes of the coarsest block; each refinement halves its elements."""
LEVELS = 4
LEAST_ORDER = 1.0
"""Linear elements have order 2 where the heat is smooth; the closed form of the antenna is cut off
at its radius of 0.8 mm, which these elements do not resolve."""
VERTEBRA = (2.0, 1.5, 1.0)
"""Factors of the default sizes for the vertebra."""
ZONE, WALL = 2.0, 0.3
"""Errors that the default sizes may leave: of the zone [%], at the posterior wall [K]."""


def run(effort: Effort) -> Findings:
    """Refine the block; in full also mesh a vertebra with three sizes."""
    mesh, levels = mesh_of(COARSEST), []
    for k in range(LEVELS):
        mesh = refined(mesh) if k else mesh
        effort.say(f"block of {mesh.n_nodes} nodes")
        levels.append(treat_block(mesh))
    rows = block_rows(levels)
    tables = [_table(levels)]
    skipped = "the vertebra is left out of the quick suite: its meshes take 10 s each"
    if not effort.quick:
        vertebra = _vertebra(effort)
        rows += vertebra_rows(vertebra)
        tables.append(_vertebra_table(vertebra))
        skipped = ""
    return Findings(rows=rows, figures=[picture(levels)], tables=tables, skipped=skipped)


def order(values: list[float]) -> float:
    """Observed order of the last three values, each with elements half as large."""
    a, b, c = values[-3:]
    return math.log2(abs(a - b) / abs(b - c))


def block_rows(levels: list[dict[str, float]]) -> list[Row]:
    """Observed orders, and what the finest block still changes.

    Parameters
    ----------
    levels : list of dict
        As :func:`benchmarks.verification.mesh_size.block.treat` gives them, coarsest first.
    """
    rows = []
    for key, name in (("tumour", "mean of the tumour"), ("wall", "mean of the wall")):
        values = [level[key] for level in levels]
        rows.append(Row(f"block, {name}: observed order", order(values), Between(low=LEAST_ORDER)))
    walls = [level["wall"] for level in levels[-2:]]
    return [
        *rows,
        Row("block, mean of the wall: change by the last refinement", abs(walls[1] - walls[0]),
            Between(high=WALL), 0.0, "K"),
        Row("block: energy balance, worst", max(level["balance_error"] for level in levels),
            Between(high=1e-3)),
    ]  # fmt: skip


def _table(levels: list[dict[str, float]]) -> Table:
    lines = tuple(
        (f"{COARSEST / 2**k:g}", f"{level['nodes']:.0f}", f"{level['tumour']:.2f}",
         f"{level['wall']:.3f}", f"{level['zone']:.3f}")
        for k, level in enumerate(levels)
    )  # fmt: skip
    return Table(
        "Block with a round tumour, 40 W for 40 s, elements halved",
        ("sizes / default", "nodes", "tumour, mean [degC]", "wall, mean [degC]", "zone [ml]"),
        lines,
        "The shape of the tumour is that of the coarsest mesh throughout.",
    )


def _vertebra(effort: Effort) -> list[dict[str, Any]]:
    prepared = prepare(RECIPES["parametric L2"])
    found = []
    for factor in VERTEBRA:
        effort.say(f"vertebra, sizes x {factor:g}")
        found.append(treat(prepared, together(factor), ("line",)))
    return found


def vertebra_rows(found: list[dict[str, Any]]) -> list[Row]:
    """What the default sizes leave, against the limit ``a + b h^2`` of three meshes.

    Parameters
    ----------
    found : list of dict
        By :func:`benchmarks.verification.mesh_size.treatment.treat`, as `VERTEBRA`.
    """
    factors = np.array(VERTEBRA)
    ends = {
        key: limit(factors, np.array([row["line"][key] for row in found]))
        for key in ("zone", "wall", "cord")
    }
    last = found[-1]["line"]
    return [
        Row("vertebra, default sizes: zone against the limit of small elements", last["zone"],
            ends["zone"], ZONE / 100.0 * ends["zone"], "ml"),
        Row("vertebra, default sizes: posterior wall against the limit", last["wall"],
            ends["wall"], WALL, "degC"),
        Row("vertebra, default sizes: front of the cord against the limit", last["cord"],
            ends["cord"], WALL, "degC"),
    ]  # fmt: skip


def _vertebra_table(found: list[dict[str, Any]]) -> Table:
    lines = tuple(
        (f"{factor:g}", str(row["tets"]), *(f"{row['line'][key]:.2f}" for key in
         ("zone", "wall", "cord")))
        for factor, row in zip(VERTEBRA, found, strict=True)
    )  # fmt: skip
    return Table(
        "Parametric L2, 40 W in four pulses of 60 s",
        ("sizes / default", "tetrahedra", "zone [ml]", "posterior wall [degC]", "cord [degC]"),
        lines,
        "Each mesh is another lattice: differences scatter, and three meshes make a limit that is "
        "too near. Against that of meshes down to half the default sizes (README) the zone is "
        "2.0 % too small and the wall 0.23 K too cool.",
    )


def picture(levels: list[dict[str, float]]) -> Figure:
    """Difference from the finest block over the element size."""
    figure = new_picture(5.6, 3.6)
    ax = figure.subplots()
    sizes = COARSEST / 2.0 ** np.arange(len(levels))
    for k, (key, name) in enumerate(
        (("tumour", "mean of the tumour"), ("wall", "mean of the wall"))
    ):
        apart = [abs(level[key] - levels[-1][key]) for level in levels[:-1]]
        ax.loglog(sizes[:-1], apart, ("o-", "s--")[k], color=COLOURS[k], label=name)
        if not k:
            ax.loglog(sizes[:-1], apart[0] * (sizes[:-1] / sizes[0]) ** 2, ":", color="black",
                      label="order 2")  # fmt: skip
    ax.set_xticks(sizes[:-1], [f"{size:g}" for size in sizes[:-1]])
    ax.minorticks_off()
    ax.set(xlabel="element size / default size", ylabel="difference from the finest mesh [K]")
    ax.grid(alpha=0.3)
    ax.legend(fontsize=8)
    return Figure(
        "Difference over element size",
        "A block with a round tumour in bone: mean temperatures of tumour and wall after 40 s at "
        "40 W, against the mesh with sizes as the cases have them.",
        as_svg(figure),
    )


BENCHMARK = Benchmark(
    name="mesh_size",
    kind="verification",
    title="Element sizes",
    question="How far are zone and wall temperature from the limit of small elements?",
    run=run,
    evidence_for="calculation",
    assumes=(
        "Closed form of the antenna, nominal tissues; the coupled field is in the table of the "
        "README.",
        "The limit of the vertebra is extrapolated with the square of the element size, from "
        "meshes no finer than the default.",
    ),
    cost=60.0,
)
