"""Two figures: differences over temperature, and traces on top of each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.verification.code_to_code.compare import Ours
from benchmarks.verification.code_to_code.march import March
from benchmarks.verification.code_to_code.problem import Problem
from mwa_sim.bench.benchmark import Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture

Shown = Sequence[tuple[str, Problem, Ours, March]]
ALLOWED = 0.05
_BINS = 24


def difference(shown: Shown) -> Figure:
    """Difference at the nodes over their temperature: median, 99 % and largest of each bin."""
    picture = new_picture(7.2, 3.2)
    axes = picture.subplots(1, len(shown), sharey=True)
    for ax, (kind, _, one, other) in zip(np.atleast_1d(axes), shown, strict=True):
        t, d = other.frames[1:].ravel(), np.abs(one.frames - other.frames)[1:].ravel()
        edges = np.linspace(t.min(), t.max(), _BINS + 1)
        place = np.clip(np.digitize(t, edges) - 1, 0, _BINS - 1)
        middle, spread = [], []
        for k in range(_BINS):
            if (place == k).any():
                middle.append(0.5 * (edges[k] + edges[k + 1]))
                spread.append(np.quantile(d[place == k], (0.5, 0.99, 1.0)))
        low, high, top = np.maximum(np.array(spread).T, 1e-7)
        ax.semilogy(middle, top, "-o", ms=3, color=COLOURS[1], label="largest")
        ax.semilogy(middle, high, "--", color=COLOURS[0], label="99 % of nodes below")
        ax.semilogy(middle, low, ":", color=COLOURS[5], label="half of nodes below")
        ax.axhline(ALLOWED, color="black", lw=0.8)
        ax.text(edges[0], 1.15 * ALLOWED, f"allowed {ALLOWED:g} K", fontsize=8)
        ax.set(title=kind, xlabel="temperature of the node [degC]", ylim=(1e-7, 0.3))
        ax.grid(alpha=0.3)
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("difference [K]")
    first.legend(fontsize=7, loc="lower right")
    return Figure(
        "Difference from scikit-fem over temperature",
        "Absolute difference between mwa_sim and the scikit-fem solution at all nodes and all "
        "instants that are compared (every 5 s), sorted by the temperature of the node.",
        as_svg(picture),
    )


def traces(shown: Shown) -> Figure:
    """Thermocouples by both programs."""
    picture = new_picture(7.2, 3.6)
    axes = picture.subplots(1, len(shown))
    for ax, (kind, problem, one, other) in zip(np.atleast_1d(axes), shown, strict=True):
        for k, name in enumerate(problem.thermocouples):
            colour = COLOURS[k % len(COLOURS)]
            ax.plot(one.times, one.traces[:, k], color=colour, lw=1.2, label=name)
            ax.plot(one.times, other.traces[:, k], "o", ms=3, mfc="none", color=colour)
        ax.set(title=kind, xlabel="time [s]")
        ax.grid(alpha=0.3)
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("temperature [degC]")
    picture.legend(*first.get_legend_handles_labels(), fontsize=7, loc="outside lower center",
                   ncols=5)  # fmt: skip
    return Figure(
        "Thermocouples by two programs",
        "Temperature at five places: lines are mwa_sim, circles the scikit-fem solution.",
        as_svg(picture),
    )
