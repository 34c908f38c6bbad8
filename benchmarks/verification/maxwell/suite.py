"""The field of the antenna: `mwa-sim bench maxwell`."""

from __future__ import annotations

import numpy as np

from benchmarks.verification.field.coax import INNER, OUTER, TISSUE, line_problem
from benchmarks.verification.field.driven import Driven
from benchmarks.verification.maxwell.antennas import INDEPENDENT, mesh_rows, published_rows
from benchmarks.verification.maxwell.exactly import (
    Refined,
    line_rows,
    open_rows,
    refined,
    smooth_rows,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture

SIZES = (2e-3, 1e-3, 0.5e-3)
ANTENNAS = (
    ("slot-1.6mm", "liver"),
    ("slot-1.6mm", "bone_cancellous"),
    ("monopole-1.6mm", "liver"),
    ("monopole-1.6mm", "bone_cancellous"),
)
_STANDING = "shorted, lossy end"


def run(effort: Effort) -> Findings:
    """Compare the field solver with exact fields and with itself."""
    effort.say("exact fields")
    smooth = refined(SIZES if effort.quick else (*SIZES, 0.25e-3))
    rows = [*line_rows(), *smooth_rows(smooth)]
    rows += published_rows(("liver",) if effort.quick else tuple(INDEPENDENT))
    effort.say("open space")
    rows += open_rows(effort.quick)
    for name, tissue in ANTENNAS[: 1 if effort.quick else None]:
        effort.say(f"{name} in {tissue}")
        rows += mesh_rows(name, tissue, 2.0 if effort.quick else 3.0)
    return Findings(rows, [_orders(smooth), _line()])


def _orders(found: dict[str, Refined]) -> Figure:
    picture = new_picture(7.2, 3.6)
    left, right = picture.subplots(1, 2)
    for (name, one), colour, marker in zip(found.items(), COLOURS, "os^D", strict=False):
        h = 1e3 * np.array(one.sizes)
        left.loglog(h, one.errors["psi"], marker=marker, color=colour, label=name)
        right.loglog(h, one.errors["density"], marker=marker, color=colour, label=name)
    for axes, key, order in ((left, "psi", 4), (right, "density", 3)):
        scale = min(one.errors[key][0] for one in found.values()) * 0.5
        axes.loglog(h, scale * (h / h[0]) ** order, "k--", linewidth=0.8, label=f"order {order}")
        axes.set_xlabel("width of the grid [mm]")
        axes.set_xticks(h, [f"{x:g}" for x in h])
        axes.minorticks_off()
    left.set_ylabel("relative L2 error of r H")
    right.set_ylabel("relative L1 error of the density")
    left.legend(frameon=False, fontsize="small")
    return Figure(
        "Errors of exact fields over the width of the grid",
        "A medium that is dry near the antenna (manufactured), spherical and cylindrical waves. "
        "The solver's cubic elements converge with order 4 in the field and 3 in what it heats.",
        as_svg(picture),
    )


def _line() -> Figure:
    exact, solver = line_problem(_STANDING, 2e-3)
    found = solver.solve(TISSUE)
    z = np.linspace(0.3e-3, exact.length - 0.3e-3, 60)
    r = np.full_like(z, 0.5 * (INNER + OUTER))
    computed = np.abs(Driven(solver).psi_at(found.psi, r, z))
    fine = np.linspace(0.0, exact.length, 400)
    wave = np.abs(exact.field(np.full_like(fine, r[0]), fine).psi)
    picture = new_picture()
    axes = picture.subplots()
    axes.plot(1e3 * fine, 1e3 * wave, color=COLOURS[0], label="transmission-line theory")
    axes.plot(1e3 * z, 1e3 * computed, "o", color=COLOURS[1], markersize=3.5, label="mwa_sim")
    axes.axvline(1e3 * exact.sections[0][0], color="0.6", linewidth=0.8)
    axes.set_xlabel("height above the short circuit [mm]")
    axes.set_ylabel("|r H| [mA] for 1 W")
    axes.legend(frameon=False)
    return Figure(
        "Standing wave in a shorted coaxial line",
        "Below the thin line the coaxial line is filled with a lossy medium, above it with PTFE. "
        "One triangle across the gap and 2 mm along the line suffice.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="maxwell",
    kind="verification",
    title="Field of the antenna",
    question="Does the axisymmetric field solver meet Maxwell's equations, with the order of its "
    "elements, and are the library's antennas resolved?",
    run=run,
    evidence_for="code: field",
    assumes=(
        "Axial symmetry: fields in three dimensions are not computed, so not verified.",
        "Antennas have no exact field; they are compared with finer meshes and other programs.",
    ),
    sources=("comsol_mwa", "stratton1941"),
    cost=25.0,
)
