"""The picture of the study: time to the limit, zone by then and overshoot, over the distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.studies.cutoff.select import chosen, envelope, value
from benchmarks.studies.cutoff.setting import CONTINUOUS, ON_TIME
from mwa_sim.bench.figures import COLOURS, new_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOK: dict[float, dict[str, Any]] = {
    30.0: {"color": COLOURS[0], "linestyle": "-", "marker": "o", "markersize": 4.0},
    60.0: {"color": COLOURS[1], "linestyle": "--", "marker": "s", "markersize": 5.5},
    90.0: {"color": COLOURS[2], "linestyle": "-.", "marker": "^", "markersize": 7.5},
    CONTINUOUS: {"color": "0.55", "linestyle": ":", "marker": "D", "markersize": 8.0},
}
ROWS = (
    ("reached_s", "time to 42 °C at the wall [s]\n(pauses included)"),
    ("cem43_mean_mm", "mean diameter of the zone\nwhen power ends [mm]"),
    ("overshoot_K", "overshoot at the wall\nabove 42 °C [K]"),
)
NEVER = 900.0
"""Where a time stands that was not reached [s]."""
TICKS = (10, 20, 30, 60, 120, 240, 480)


def picture(records: Sequence[dict[str, Any]]) -> Figure:
    """Three rows of panels, one column for each power.

    Lines are cycles of one length; the band is that of the tissues and the cable for one of them;
    an open marker stands for a wall that did not read the limit within the planned energy.

    Parameters
    ----------
    records : sequence of dict
        Views "rule" and "band" of the study.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    rule = [r for r in records if r["view"] == "rule"]
    band = [r for r in records if r["view"] == "band"]
    powers = sorted({r["power_W"] for r in rule})
    cycles = [c for c in LOOK if any(r["cycle_s"] == c for r in rule)]
    figure = new_picture(3.1 * len(powers) + 1.0, 8.6)
    axes = figure.subplots(len(ROWS), len(powers), sharex=True, sharey="row", squeeze=False)
    for column, power in enumerate(powers):
        for (key, label), row in zip(ROWS, axes, strict=True):
            axis = row[column]
            _band(axis, rule, band, key, power)
            # The largest markers first: where cycles agree all are seen.
            for cycle in reversed(cycles):
                _line(axis, chosen(rule, power_W=power, cycle_s=cycle), key, LOOK[cycle])
            axis.grid(True, which="major", color="0.88", linewidth=0.6)
            if column == 0:
                axis.set_ylabel(label)
        axes[0][column].set_title(f"{power:g} W at the generator")
        axes[-1][column].set_xlabel("antenna to posterior wall [mm]")
    _times(axes[0])
    axes[1][0].set_ylim(bottom=0.0)
    axes[2][0].set_ylim(bottom=0.0)
    names = {c: "no pauses" if c == CONTINUOUS else f"{c:g} s cycles" for c in cycles}
    handles: list[Any] = [Line2D([], [], label=names[c], **LOOK[c]) for c in cycles]
    which = f"{band[0]['cycle_s']:g} s cycles" if band else ""
    handles += [
        Patch(color="0.85", label=f"range of tissues and cable, {which}"),
        Line2D([], [], color="0.3", linestyle="", marker="o", markerfacecolor="white",
               label=f"42 °C not read within {ON_TIME:g} s of power"),
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _line(axis: Axes, records: list[dict[str, Any]], key: str, look: dict[str, Any]) -> None:
    ordered = sorted(records, key=lambda r: r["distance_mm"])
    x = np.array([r["distance_mm"] for r in ordered])
    y = np.array([value(r, key) for r in ordered])
    read = np.array([np.isfinite(value(r, "stopped_s")) for r in ordered])
    if key == "reached_s":
        y = np.where(np.isfinite(y), y, NEVER)
    style = {k: look[k] for k in ("color", "linestyle")}
    joined = np.isfinite(y) if key == "cem43_mean_mm" else read
    axis.plot(x[joined], y[joined], linewidth=1.4, **style)
    point = {k: look[k] for k in ("color", "marker", "markersize")} | {"linestyle": ""}
    axis.plot(x[read], y[read], **point)
    if key != "overshoot_K":  # without a stop there is none
        axis.plot(x[~read], y[~read], **point, markerfacecolor="white")


def _band(
    axis: Axes, rule: list[dict[str, Any]], band: list[dict[str, Any]], key: str, power: float
) -> None:
    """Fill between the least and the greatest value at each distance."""
    if not band:
        return
    some = chosen([*rule, *band], power_W=power, cycle_s=band[0]["cycle_s"])
    places = sorted({r["distance_mm"] for r in some if r["view"] == "band"})
    fill: Callable[[float], float] = (
        (lambda v: v if np.isfinite(v) else NEVER) if key == "reached_s" else float
    )
    limits = [envelope(chosen(some, distance_mm=d), key, fill) for d in places]
    if limits:
        low, high = np.array(limits).T
        axis.fill_between(places, low, high, color="0.85", linewidth=0.0)


def _times(row: Sequence[Axes]) -> None:
    """A logarithmic axis of seconds, with a place for what is never reached."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    row[0].set_yscale("log")
    row[0].set_ylim(5.0, 1.3 * NEVER)
    for axis in row:
        axis.yaxis.set_major_locator(FixedLocator([*TICKS, NEVER]))
        axis.yaxis.set_major_formatter(FixedFormatter([*(str(t) for t in TICKS), "not read"]))
        axis.yaxis.set_minor_locator(NullLocator())
