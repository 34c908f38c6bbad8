"""Where the heat of whole runs goes: `mwa-sim bench energy_balance`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.verification.energy_balance.books import (
    BLOCKS,
    PARTS,
    Books,
    book_rows,
    booked,
    readme_plan,
)
from benchmarks.verification.energy_balance.refinement import (
    SIZES,
    Refinement,
    refine,
    refinement_rows,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

QUICK = ("insulated", "coupled")
_WORDS = {
    "stored_J": "stored in tissue", "perfusion_J": "carried off by blood",
    "boundary_J": "through the surface", "shaft_J": "into the coolant",
}  # fmt: skip


def run(effort: Effort) -> Findings:
    """Run treatments, look at their books, and refine a mesh."""
    found = []
    for name in QUICK if effort.quick else BLOCKS:
        effort.say(f"block: {name}")
        found.append(BLOCKS[name](3e-3 if effort.quick else 1.5e-3))
    if not effort.quick:
        effort.say("README case")
        found.append(booked("README case, coupled field", readme_plan(), conserved=False))
    rows = [row for books in found for row in book_rows(books)]
    boiled = next(books for books in found if books.title.startswith("insulated"))
    rows.append(
        Row("insulated, no blood, boiling: highest temperature", boiled.hottest,
            Between(low=94.0), unit="degC")
    )  # fmt: skip
    effort.say("refinement")
    refined = refine(SIZES[:4] if effort.quick else SIZES)
    rows += refinement_rows(refined)
    skipped = "quick: two of the six blocks, without the README case" if effort.quick else ""
    return Findings(rows, [_where(found), _limits(refined)], [_table(found)], skipped)


def _table(found: Sequence[Books]) -> Table:
    columns = ("generator_J", "tissue_J", "metabolic_J", *PARTS)
    lines = tuple(
        (books.title, *[f"{books.energy[key]:.1f}" for key in columns],
         f"{books.balance_error:.1e}")
        for books in found
    )  # fmt: skip
    return Table(
        "Energy of whole runs [J]",
        ("run", "at the generator", "into tissue", "metabolism", "stored", "blood", "surface",
         "coolant", "residual over what was put in"),
        lines,
        "40 W for 60 s; blocks are looked at 30 s later, the README case after its cooldown. "
        "Metabolism is that of the whole block.",
    )  # fmt: skip


def _where(found: Sequence[Books]) -> Figure:
    picture = new_picture(6.8, 0.9 + 0.42 * len(found))
    axes = picture.subplots()
    places = np.arange(len(found))[::-1]
    left = np.zeros(len(found))
    hatches = ("", "///", "...", "xx")
    for part, colour, hatch in zip(PARTS, COLOURS, hatches, strict=False):
        # Heat that comes in, from warmer blood, is on the other side of the books.
        size = np.array([max(books.energy[part], 0.0) for books in found]) / 1e3
        axes.barh(places, size, left=left, color=colour, hatch=hatch, edgecolor="white",
                  height=0.62, label=_WORDS[part])  # fmt: skip
        left += size
    given = [
        books.energy["tissue_J"] + books.energy["metabolic_J"]
        + sum(max(-books.energy[part], 0.0) for part in PARTS)
        for books in found
    ]  # fmt: skip
    axes.plot(np.array(given) / 1e3, places, "|", color="black", markersize=22,
              label="put in")  # fmt: skip
    axes.set_yticks(places, [books.title for books in found])
    axes.set_xlabel("heat since the start [kJ]")
    axes.set_xlim(0.0, 1.04 * max(given) / 1e3)
    picture.legend(
        frameon=False, fontsize="small", loc="outside upper center", ncols=3, markerscale=0.4
    )
    return Figure(
        "Where the heat goes",
        "Bars: where the heat is at the end of a run. Black lines: what antenna and metabolism put "
        "in (and warmer blood). They coincide where the books balance.",
        as_svg(picture),
    )


def _limits(found: Refinement) -> Figure:
    picture = new_picture(7.2, 3.2)
    left, right = picture.subplots(1, 2)
    h = 1e3 * np.array(found.sizes)
    fine = np.linspace(0.0, h[0], 80)
    names = ("zone CEM43 >= 240, volume", "zone 60 degC, volume")
    for name, colour, marker in zip(names, COLOURS, "os", strict=False):
        limit, slope, _ = found.fit(name, 2.0)
        short = name.removeprefix("zone ").removesuffix(", volume")
        off = 100.0 * (np.array(found.values[name]) / limit - 1.0)
        left.plot(h, off, marker, color=colour, label=f"{short}: limit {limit:.2f} ml")
        left.plot(fine, 100.0 * slope / limit * (fine / h[0]) ** 2, color=colour, linewidth=0.9)
    left.axhline(0.0, color="0.6", linewidth=0.8)
    left.set_ylabel("volume of the zone, error [%]")
    left.legend(frameon=False, fontsize="small", loc="lower left")
    name = "peak 10 mm from the axis"
    limit, slope, _ = found.fit(name, 2.0)
    right.plot(h, np.array(found.values[name]) - limit, "^", color=COLOURS[2],
               label=f"limit {limit:.2f} degC")  # fmt: skip
    right.plot(fine, slope * (fine / h[0]) ** 2, color=COLOURS[2], linewidth=0.9)
    right.axhline(0.0, color="0.6", linewidth=0.8)
    right.set_ylabel("peak 10 mm from the axis, error [K]")
    right.legend(frameon=False, fontsize="small", loc="upper left")
    for axes in (left, right):
        axes.set_xlabel("elements at the antenna [mm]")
        axes.set_xlim(0.0, 1.08 * h[0])
    return Figure(
        "What the size of the elements changes",
        "Volume of the zone and highest temperature at 10 mm after 40 W for 60 s in a soft-tissue "
        "metastasis, beside the limit of infinitely small elements. Lines: fitted parabolas, which "
        "give this limit.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="energy_balance",
    kind="verification",
    title="Energy and mesh of whole treatments",
    question="Is all heat of a treatment accounted for, and how far are zone and temperatures from "
    "those of infinitely small elements?",
    run=run,
    evidence_for="calculation",
    assumes=("The limit of small elements is extrapolated: these treatments have no closed form.",),
    sources=("pennes1948",),
    cost=25.0,
)
