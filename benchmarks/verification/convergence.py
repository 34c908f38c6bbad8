"""Computed beside exact solutions: values at points, orders of convergence, books, pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import Block
from mwa_sim.bench.benchmark import Effort, Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.heat.element import lumped
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

SECOND_ORDER = 1.8
"""Least observed order of what converges at second order."""
BALANCE = 1e-4
"""Largest share of the heat put in that may be missing from the books of energy."""
POINT_TOLERANCE = 0.01
"""Of values at points on the finest mesh, relative; on one twice as coarse, four times as much."""


@dataclass(frozen=True)
class Point:
    """A value at a point.

    Attributes
    ----------
    where : str
        As in ``"at 10 mm after 60 s"``.
    computed, exact : float [K] or [degC]
    """

    where: str
    computed: float
    exact: float


@dataclass(frozen=True)
class Curve:
    """A profile.

    Attributes
    ----------
    label : str
        As in ``"60 s"``; empty for the only one.
    x, computed : (n,) float arrays [mm], [K]
    fine, exact : (k,) float arrays [mm], [K]
    """

    label: str
    x: Array
    computed: Array
    fine: Array
    exact: Array


@dataclass(frozen=True)
class Solved:
    """A problem solved on one mesh.

    Attributes
    ----------
    size : float [mm]
        Of its elements where they are smallest.
    points : tuple of Point
    error : float [-]
        Root mean square error over the compared nodes, of the exact root mean square.
    balance : float [-]
        Share of the heat put in that is missing from the books.
    curves : tuple of Curve
    """

    size: float
    points: tuple[Point, ...]
    error: float
    balance: float
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Problem:
    """A problem with an exact solution.

    Attributes
    ----------
    title : str
    axis : str
        What the curves are drawn over, with its unit.
    cells : int
        Of the finest mesh along its side; a multiple of 4.
    solve : callable
        Takes a number of cells.
    source : str
        Key of the bibliography.
    order : float
        Least order that is to be observed.
    """

    title: str
    axis: str
    cells: int
    solve: Callable[[int], Solved]
    source: str = ""
    order: float = SECOND_ORDER

    def study(self, effort: Effort) -> list[Solved]:
        """Solutions on meshes of a quarter, half and (not quick) all of the cells."""
        effort.say(self.title)
        parts = (4, 2) if effort.quick else (4, 2, 1)
        return [self.solve(self.cells // part) for part in parts]

    def rows(self, solved: Sequence[Solved], effort: Effort) -> list[Row]:
        """Values at points and error on the finest mesh, observed order, energy residual."""
        best, relative = solved[-1], POINT_TOLERANCE * (4.0 if effort.quick else 1.0)
        found = [
            Row(f"{self.title}: rise {p.where}", p.computed, p.exact, relative * abs(p.exact), "K",
                source=self.source)
            for p in best.points
        ]  # fmt: skip
        return [
            *found,
            Row(f"{self.title}: error (RMS)", 100.0 * best.error, Between(high=100.0 * relative),
                unit="%"),
            Row(f"{self.title}: order of convergence in h", order_of(solved[-2:]),
                Between(low=self.order)),
            balance_row(self.title, solved),
        ]  # fmt: skip


def balance_row(title: str, solved: Sequence[Solved]) -> Row:
    """The largest energy residual of the solutions."""
    worst = max(s.balance for s in solved)
    return Row(f"{title}: energy residual", worst, Between(high=BALANCE))


def order_of(solved: Sequence[Solved]) -> float:
    """Observed order between the first and the last of some solutions."""
    first, last = solved[0], solved[-1]
    return math.log(first.error / last.error) / math.log(first.size / last.size)


def rms(b: Block, computed: Array, exact: Array, where: NDArray[np.bool_] | None = None) -> float:
    """Root mean square error over the volume of nodes, of the exact root mean square.

    Parameters
    ----------
    b : Block
    computed, exact : (n,) float arrays
        At its nodes.
    where : (n,) bool array, optional
        Nodes that are compared; all if not given.
    """
    weight = lumped(b.tets, b.volumes, np.ones(len(b.tets)), len(b.nodes))
    if where is not None:
        weight = np.where(where, weight, 0.0)
        computed, exact = np.where(where, computed, 0.0), np.where(where, exact, 0.0)
    return math.sqrt((weight * (computed - exact) ** 2).sum() / (weight * exact**2).sum())


def along_x(b: Block, values: Array, x: Array, at: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Values (k,) at points x (k,) [m] on a line of nodes y = at[0], z = at[1] [m]."""
    line = np.flatnonzero(np.all(np.abs(b.nodes[:, 1:] - at) < 1e-9, axis=1))
    line = line[np.argsort(b.nodes[line, 0])]
    return np.interp(x, b.nodes[line, 0], values[line])


@dataclass(frozen=True)
class Snapshot:
    """A computed field beside the exact one at one instant.

    Attributes
    ----------
    points : tuple of Point
    error : float [-]
        As in `Solved`.
    curve : Curve
    """

    points: tuple[Point, ...]
    error: float
    curve: Curve


def radial(
    b: Block,
    temperature: Array,
    exact: Callable[[Array], Array],
    at: Sequence[float],
    *,
    dimensions: int,
    beyond: float = 0.0,
    when: str = "",
    around: float = BLOOD_TEMPERATURE,
) -> Snapshot:
    """Compare a field that depends on the distance from the origin, an axis or a plane only.

    Parameters
    ----------
    b : Block
    temperature : (n,) float array [degC]
    exact : callable
        Rises (k,) [K] at distances (k,) [m].
    at : sequence of float [m]
        Points of the x axis.
    dimensions : int
        3 in a ball, 2 in a cylinder, 1 in a bar.
    beyond : float [m]
        Nodes that are closer are not compared: there a concentrated source is singular.
    when : str
        As in ``"60 s"``.
    around : float [degC]
        What the rises are counted from.

    Returns
    -------
    Snapshot
    """
    rise = temperature - around
    distance = np.sqrt((b.nodes[:, :dimensions] ** 2).sum(axis=1))
    counted = distance >= beyond - 1e-9
    expected = np.zeros_like(rise)
    expected[counted] = exact(distance[counted])
    x = b.nodes[np.all(b.nodes[:, 1:] == 0.0, axis=1), 0]
    x = np.sort(x[x >= beyond - 1e-9])
    fine = np.linspace(x[0], x[-1], 301)
    where = np.asarray(at, dtype=np.float64)
    after = f" after {when}" if when else ""
    return Snapshot(
        points=tuple(
            Point(f"at {1e3 * r:g} mm{after}", float(v), float(e))
            for r, v, e in zip(at, along_x(b, rise, where), exact(where), strict=True)
        ),
        error=rms(b, rise, expected, counted),
        curve=Curve(when, 1e3 * x, along_x(b, rise, x), 1e3 * fine, exact(fine)),
    )


def solved(b: Block, run: HeatStepper, snapshots: Sequence[Snapshot]) -> Solved:
    """What was found on one mesh; the error is the largest one of all instants."""
    x = np.sort(b.nodes[np.all(b.nodes[:, 1:] == b.nodes[:, 1:].min(axis=0), axis=1), 0])
    return Solved(
        size=1e3 * float(np.diff(x).min()),
        points=tuple(p for s in snapshots for p in s.points),
        error=max(s.error for s in snapshots),
        balance=run.energy.balance_error,
        curves=tuple(s.curve for s in snapshots),
    )


def error_figure(problems: Sequence[tuple[str, Sequence[Solved]]], orders: str) -> Figure:
    """Errors over element sizes with a slope of 2 beside them.

    Parameters
    ----------
    problems : sequence of (title, solutions)
    orders : str
        What the caption says about the slopes.
    """
    picture = new_picture(7.4, 4.4)
    axes = picture.subplots()
    markers = "os^Dv<>Pp*hX"
    for i, (title, solved) in enumerate(problems):
        axes.loglog(
            [s.size for s in solved], [100.0 * s.error for s in solved],
            marker=markers[i % len(markers)], color=COLOURS[i % len(COLOURS)],
            linestyle="-" if i < len(COLOURS) else "--", label=title,
        )  # fmt: skip
    sizes = [s.size for _, solved in problems for s in solved]
    errors = [100.0 * s.error for _, solved in problems for s in solved]
    ends = np.array([min(sizes), max(sizes)])
    slope = 0.5 * min(errors) * (ends / ends[0]) ** 2
    axes.loglog(ends, slope, color="0.4", linestyle=":", label="second order")
    axes.set_xlabel("smallest element [mm]")
    axes.set_ylabel("RMS error [% of the RMS rise]")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.tick_params(axis="x", which="minor", labelsize="x-small")
    axes.grid(True, which="both", alpha=0.25)
    picture.legend(loc="outside right upper", fontsize="small", frameon=False)
    return Figure("Error over element size", orders, as_svg(picture))


def profile_figure(
    problems: Sequence[tuple[Problem, Sequence[Solved]]], title: str, caption: str
) -> Figure:
    """Computed values on the finest mesh over exact lines, a panel for each problem."""
    columns = 3 if len(problems) > 2 else len(problems)
    lines = math.ceil(len(problems) / columns)
    picture = new_picture(3.0 * columns, 2.5 * lines + 0.2)
    panels = np.atleast_1d(picture.subplots(lines, columns)).ravel()
    for panel, (problem, solved) in zip(panels, problems, strict=False):
        draw_curves(panel, solved[-1].curves)
        panel.set_title(problem.title, fontsize="small")
        panel.set_xlabel(problem.axis, fontsize="small")
        panel.set_ylabel("rise [K]", fontsize="small")
        panel.tick_params(labelsize="small")
    for panel in panels[len(problems) :]:
        panel.set_axis_off()
    return Figure(title, caption, as_svg(picture))


def draw_curves(axes: Any, curves: Sequence[Curve]) -> None:
    """Exact lines and computed points, at most about 25 of them a curve."""
    for i, curve in enumerate(curves):
        colour = COLOURS[i % len(COLOURS)]
        axes.plot(curve.fine, curve.exact, color=colour, linewidth=1.2)
        every = max(1, len(curve.x) // 25)
        axes.plot(
            curve.x[::every], curve.computed[::every], "os^Dv"[i % 5], color=colour,
            markersize=3.5, fillstyle="none", label=curve.label or None,
        )  # fmt: skip
    if any(curve.label for curve in curves):
        axes.legend(fontsize="x-small", frameon=False)
