"""Zones of known shape on unstructured meshes: `mwa-sim bench zone_geometry`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.zone_geometry.exact import Ellipsoid, share_of_lens
from benchmarks.verification.zone_geometry.measure import (
    AROUND,
    BALL,
    QUANTITIES,
    SHAPES,
    Moved,
    Shape,
    moved,
    shapes,
    turned_together,
)
from benchmarks.verification.zone_geometry.meshes import (
    TUMOUR_RADIUS,
    temperature_zone,
    tumour_in_tissue,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.mesh.tetmesh import TetMesh

QUICK = (2.8e-3, 2.0e-3, 1.4e-3, 1.0e-3)
FULL = (*QUICK, 0.7e-3)
"""Sizes of the elements [m]."""
AS_IN_A_CASE = 1.2e-3
"""Size of the elements of the mesh with fitted surfaces [m]."""
FITTED = 2.0
"""Times the tolerance there: edges on fitted surfaces are up to 1.5 times as long as wanted."""


@dataclass(frozen=True)
class Found:
    """Zones on one mesh; size of its elements [m]."""

    size: float
    mesh: TetMesh
    shapes: dict[str, Shape]
    moved: Moved


def look(size: float, improve: bool = False) -> Found:
    """Make a mesh with elements of a size [m] and measure all zones on it."""
    mesh = tumour_in_tissue(size, improve)
    return Found(size, mesh, shapes(mesh), moved(mesh))


def run(effort: Effort) -> Findings:
    """Compare zones on finer and finer meshes with exact bodies."""
    found = []
    for size in QUICK if effort.quick else FULL:
        effort.say(f"elements of {1e3 * size:g} mm")
        found.append(look(size))
    rows = [*order_rows(found), *size_rows(found[-1]), *tumour_rows(found[-1])]
    rows.append(
        Row("mesh and field rotated together: largest relative change of any size",
            turned_together(found[0].mesh), 0.0, 1e-9)
    )  # fmt: skip
    rows.append(invariance(found[-1]))
    if not effort.quick:
        effort.say("fitted surfaces")
        fitted = look(AS_IN_A_CASE, improve=True)
        rows += size_rows(fitted, FITTED, "fitted surfaces: ")
        rows += tumour_rows(fitted, FITTED, "fitted surfaces: ")
    return Findings(rows, [_orders(found), _coverage(found[0].mesh, found[-1].mesh)])


def displaced(size: float, least_radius: float) -> float:
    """How far the surface of a linear interpolant may lie from the true one [m].

    The error of interpolation over an edge h is h^2/8 of the curvature of the field, which over
    its gradient is 1/radius; twice that, as the field is curved along its gradient too.
    """
    return size**2 / (4.0 * least_radius)


def size_rows(found: Found, factor: float = 1.0, title: str = "") -> list[Row]:
    """Sizes of each shape, at its worst rotation and field."""
    rows = []
    for name, shape in found.shapes.items():
        radii = SHAPES[name]
        off = factor * displaced(found.size, min(radii))
        # The ends of the long axis are where the surface is most curved, by a / c^2.
        tips = factor * displaced(found.size, min(radii) ** 2 / max(radii))
        body = Ellipsoid(radii, np.eye(3))
        allowed = {
            "volume": 1e6 * body.area * off,
            "long axis": 2e3 * tips, "short axis": 2e3 * off, "mean diameter": 2e3 * off,
            "sphericity": 0.5 * off / min(radii),
            "coverage": off / TUMOUR_RADIUS,
        }  # fmt: skip
        units = {"volume": "ml", "sphericity": "", "coverage": ""}
        for quantity in QUANTITIES:
            exact, values = shape.exact[quantity], shape.found[quantity]
            worst = float(values[np.argmax(np.abs(values - exact))])
            rows.append(
                Row(f"{title}{name}, {1e3 * found.size:g} mm: {quantity}, worst", worst, exact,
                    allowed[quantity], units.get(quantity, "mm"))
            )  # fmt: skip
    return rows


def tumour_rows(found: Found, factor: float = 1.0, title: str = "") -> list[Row]:
    """Coverage of a tumour by a spherical zone beside it, and margins."""
    chord = found.size**2 / (8.0 * TUMOUR_RADIUS)
    off = factor * (displaced(found.size, BALL) + chord)
    rows = []
    one = found.moved
    for (coverage, exact), (least, margin) in zip(one.coverage, one.least, strict=True):
        apart = 1e3 * (BALL - TUMOUR_RADIUS) - margin
        rows += [
            Row(f"{title}sphere {apart:.1f} mm off the tumour: coverage", float(coverage),
                float(exact), off / TUMOUR_RADIUS),
            Row(f"{title}sphere {apart:.1f} mm off the tumour: least margin", float(least),
                float(margin), 1e3 * off, "mm"),
        ]  # fmt: skip
    wide = factor * (displaced(found.size, AROUND) + chord)
    least, mean, margin = (float(x) for x in one.concentric)
    rows += [
        Row(f"{title}concentric sphere: least margin", least, margin, 1e3 * off, "mm"),
        Row(f"{title}concentric sphere: mean margin", mean, margin, 1e3 * off, "mm"),
        Row(f"{title}sphere 3 mm off that holds the tumour: mean margin", float(one.mean[0]),
            float(one.mean[1]), 1e3 * wide, "mm"),
    ]  # fmt: skip
    return rows


def errors(found: Sequence[Found]) -> dict[str, np.ndarray]:
    """Root mean square error over shapes, rotations and fields, by quantity, for each mesh."""
    table = {
        quantity: np.array([
            np.sqrt(np.mean([shape.error(quantity) ** 2 for shape in one.shapes.values()]))
            for one in found
        ])
        for quantity in QUANTITIES
    }  # fmt: skip
    table["mean margin"] = np.array([
        abs(one.moved.concentric[1] / one.moved.concentric[2] - 1.0) for one in found
    ])  # fmt: skip
    return table


def slope(sizes: Sequence[float], error: np.ndarray) -> float:
    """Order: slope of a straight line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(error), 1)[0])


def order_rows(found: Sequence[Found]) -> list[Row]:
    """Orders of all quantities."""
    sizes = [one.size for one in found]
    rows = []
    for quantity, error in errors(found).items():
        # A length is a largest value over a few corners, a share counts cut elements: they
        # scatter, and volumes are means over thousands of them.
        low = 1.9 if quantity in ("volume", "sphericity", "mean diameter") else 1.7
        rows.append(
            Row(f"order of convergence in h, {quantity}", slope(sizes, error), Between(low=low))
        )  # fmt: skip
    return rows


def invariance(found: Found) -> Row:
    """Spread of the mean diameter of a zone that is rotated in a mesh that stays."""
    values = found.shapes["three axes"].found["mean diameter"].reshape(-1, 2)
    spread = float(np.ptp(values, axis=0).max())
    tolerance = 2e3 * displaced(found.size, min(SHAPES["three axes"]))
    return Row(
        "zone rotated in its mesh: spread of the mean diameter", spread, 0.0, tolerance, "mm"
    )


def _orders(found: Sequence[Found]) -> Figure:
    picture = new_picture()
    axes = picture.subplots()
    h = np.array([1e3 * one.size for one in found])
    for (quantity, error), colour, marker in zip(
        errors(found).items(), (*COLOURS, "black"), "os^vD*x", strict=True
    ):
        axes.loglog(h, 100.0 * error, marker=marker, color=colour, label=quantity)
    axes.loglog(h, 4.5 * (h / h[0]) ** 2, "k--", linewidth=0.8, label="order 2")
    axes.set_xlabel("size of the elements [mm]")
    axes.set_ylabel("error, root mean square [%]")
    axes.set_xticks(h, [f"{x:g}" for x in h])
    axes.minorticks_off()
    axes.set_xlim(h[-1] * 0.9, h[0] * 1.75)
    axes.legend(frameon=False, fontsize="small", loc="lower right")
    return Figure(
        "Errors of zones over the size of the elements",
        "Sphere, ellipsoids of three shapes, each unrotated and in three random rotations, from "
        "temperature and from damage. All errors fall with the square of the element size.",
        as_svg(picture),
    )


def _coverage(coarse: TetMesh, fine: TetMesh) -> Figure:
    picture = new_picture(7.2, 3.4)
    left, right = picture.subplots(1, 2)
    fine_shift = np.linspace(0.05e-3, 6e-3, 120)
    exact = [
        100.0 * (share_of_lens(BALL, TUMOUR_RADIUS, d) if d > BALL - TUMOUR_RADIUS else 1.0)
        for d in fine_shift
    ]
    left.plot(1e3 * fine_shift, exact, color=COLOURS[0], label="exact")
    right.plot(1e3 * fine_shift, 1e3 * (BALL - TUMOUR_RADIUS - fine_shift), color=COLOURS[0])
    direction = np.array([0.48, -0.6, 0.64])
    for mesh, label, marker in ((coarse, "coarsest mesh", "s"), (fine, "finest mesh", "o")):
        shifts = np.linspace(0.0, 6e-3, 7)
        found = []
        for d in shifts:
            centre = tuple(float(x) for x in d * direction)
            zone = temperature_zone(mesh, Ellipsoid((BALL, BALL, BALL), np.eye(3), centre))
            found.append((100.0 * zone.coverage("tumour"), zone.margin("tumour").min_mm))
        style = {"color": COLOURS[1], "linestyle": "", "marker": marker}
        fill = COLOURS[1] if marker == "o" else "white"
        for axes, column in ((left, 0), (right, 1)):
            axes.plot(
                1e3 * shifts, [row[column] for row in found], **style, markerfacecolor=fill,
                label=label,
            )  # fmt: skip
    for axes in (left, right):
        axes.set_xlabel("distance of zone and tumour [mm]")
    left.set_ylabel("coverage of the tumour [%]")
    right.set_ylabel("least margin [mm]")
    right.axhline(0.0, color="0.6", linewidth=0.8)
    left.legend(frameon=False)
    return Figure(
        "Coverage and margin of a tumour beside the zone",
        "A spherical zone of 20 mm is moved away from a tumour of 14 mm. The least margin is "
        "negative by as much as the tumour sticks out.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="zone_geometry",
    kind="verification",
    title="Geometry of the ablation zone",
    question="Are volume, axes, shape, coverage and margin of a zone those of the field that "
    "defines it, on any mesh and in any direction?",
    run=run,
    evidence_for="code: zone",
    assumes=("The field at the nodes is known exactly.",),
    cost=25.0,
)
