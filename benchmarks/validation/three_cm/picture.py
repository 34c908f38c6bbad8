"""Pictures of the 3 cm benchmark: growth of zones, and the times at which they have 3 cm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.validation.three_cm.case import TITLES
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture

if TYPE_CHECKING:
    from benchmarks.validation.three_cm.suite import Case

CRITERION = "damage>=1"
LINES = ("-", "--")
LAST = 340.0
"""Where arrows point that mean "not within 5 min" [s]."""


def growth_picture(
    cases: Sequence[Case], target: float, tolerance: float, times: Sequence[int]
) -> str:
    """Mean diameter over time by tissue, with bands, as SVG."""
    tissues = list(dict.fromkeys(case.setting.title for case in cases))
    antennas = list(dict.fromkeys(case.antenna for case in cases))
    columns = min(2, len(tissues))
    rows = math.ceil(len(tissues) / columns)
    picture = new_picture(3.6 * columns, 2.8 * rows + 0.5)
    axes = picture.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for case in cases:
        ax, which = axes[tissues.index(case.setting.title)], antennas.index(case.antenna)
        found = [case.bands[f"{CRITERION} at {t}"] for t in times]
        low, high = [band.low for band in found], [band.high for band in found]
        ax.fill_between(times, low, high, color=COLOURS[which], alpha=0.22, linewidth=0)
        ax.plot(
            case.times, case.sizes[CRITERION], LINES[which], color=COLOURS[which],
            linewidth=1.6, label=case.antenna,
        )  # fmt: skip
    for ax, title in zip(axes, tissues, strict=False):
        ax.axhspan(target * (1.0 - tolerance), target * (1.0 + tolerance), color="0.85", zorder=0)
        ax.axhline(target, color="black", linewidth=0.9)
        ax.set_title(title, fontsize=10)
        ax.set_xlim(0.0, times[-1])
        ax.set_ylim(0.0, None)
        ax.grid(alpha=0.3)
        ax.label_outer()
    picture.supxlabel("time with 40 W [s]", fontsize=10)
    picture.supylabel("mean diameter, Ω ≥ 1 [mm]", fontsize=10)
    axes[0].legend(loc="lower right", fontsize=8)
    return as_svg(picture)


def times_picture(cases: Sequence[Case], target: float, clinic: tuple[float, float]) -> str:
    """Times to the target by criterion, tissue and antenna, with bands, as SVG."""
    picture = new_picture(6.8, 0.28 * len(cases) * len(TITLES) + 1.2)
    ax = picture.subplots()
    ax.axvspan(*clinic, color="0.9", zorder=0)
    labels, antennas = [], list(dict.fromkeys(case.antenna for case in cases))
    ordered = sorted(cases, key=lambda case: [c.setting.title for c in cases].index(
        case.setting.title))  # fmt: skip
    for case in ordered:
        for text, title in TITLES.items():
            y = len(labels)
            labels.append(f"{case.setting.title}, {title}, {case.antenna}")
            band, time = case.bands[f"{text} time"], case.time(text, target)
            colour = COLOURS[antennas.index(case.antenna)]
            if math.isfinite(band.low):
                ax.plot([band.low, min(band.high, LAST)], [y, y], color=colour, linewidth=2.2)
            if not math.isfinite(band.high):
                ax.plot(LAST, y, ">", color=colour, markersize=5)
            if math.isfinite(time):
                marker = "os"[antennas.index(case.antenna)]
                ax.plot(time, y, marker, color=colour, markersize=6)
    ax.set_yticks(range(len(labels)), labels, fontsize=8)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlim(60.0, LAST + 8.0)
    ax.set_xlabel(f"time to a mean diameter of {target:.0f} mm [s]")
    ax.grid(axis="x", alpha=0.3)
    return as_svg(picture)
