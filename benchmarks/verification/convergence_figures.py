"""Pictures of convergence: profiles over exact lines, errors over element sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.verification.convergence import Curve, Problem, Solved
from mwa_sim.bench.benchmark import Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture


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
    plain_ticks(axes)
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
        panel.set_ylabel(f"{problem.quantity} [{problem.unit}]", fontsize="small")
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


def plain_ticks(axes: Any) -> None:
    """Plain numbers on logarithmic axes, at 1, 2 and 5."""
    from matplotlib.ticker import LogLocator, NullFormatter

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
