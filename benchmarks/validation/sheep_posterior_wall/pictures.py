"""Picture of the sheep benchmark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row
from mwa_sim.result import Result

_STYLES = ("-", "--", "-.", ":")


def wall_picture(results: Mapping[float, Result], rows: Sequence[Row]) -> str:
    """Wall temperature over time at each power, and the bands beside the published bounds.

    Parameters
    ----------
    results : mapping of float to Result
        By power [W], with a thermocouple ``wall``.
    rows : sequence of Row

    Returns
    -------
    str
        SVG.
    """
    picture = new_picture(8.6, 3.8)
    curves, left, right = picture.subplots(1, 3, width_ratios=(2.2, 1, 1))
    for (power, result), colour, style in zip(results.items(), COLOURS, _STYLES, strict=False):
        trace = result.traces["wall"]
        curves.plot(trace.t, trace.tissue, color=colour, ls=style, label=f"{power:g} W")
    curves.axhline(60.0, color="0.3", lw=0.8)
    curves.axvspan(0.0, 30.0, color="0.9")
    curves.set(xlabel="time [s]", ylabel="posterior wall [°C]", xlim=(0, 240))
    curves.legend(loc="lower right")
    for axes, unit, title in (
        (left, "degC", "highest in\n240 s [°C]"),
        (right, "s", "time to\n60 °C [s]"),
    ):
        _bounds(axes, [row for row in rows if row.unit == unit], title)
    return as_svg(picture)


def _bounds(axes: Any, rows: Sequence[Row], title: str) -> None:
    never = 280.0
    for place, row in enumerate(rows):
        assert row.band is not None
        assert isinstance(row.reference, Between)
        low, high, value = (
            min(float(x), never) if row.unit == "s" else float(x)
            for x in (row.band.low, row.band.high, row.value)
        )
        axes.plot([place, place], [low, high], color="0.6", lw=6, solid_capstyle="butt")
        axes.plot(place, value, "o", color=COLOURS[0])
        bound = row.reference.high
        axes.plot([place - 0.35, place + 0.35], [bound, bound], color=COLOURS[1], lw=2)
        axes.annotate("", (place, 2.0 if row.unit == "s" else bound - 4.0), (place, bound),
                      arrowprops={"arrowstyle": "->", "color": COLOURS[1]})  # fmt: skip
    powers = [re.findall(r"(\d+) W", row.quantity)[0] for row in rows]
    axes.set(title=title, xlim=(-0.6, len(rows) - 0.4))
    axes.set_xticks(np.arange(len(rows)), [f"{power} W" for power in powers])
    if rows and rows[0].unit == "s":
        axes.set(ylim=(0, 300))
        axes.set_yticks([0, 30, 60, 120, 180, 240, never], [0, 30, 60, 120, 180, 240, "never"])
