"""Picture of the porcine benchmark."""

from __future__ import annotations

from collections.abc import Sequence

from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Row


def ratio_picture(rows: Sequence[Row]) -> str:
    """Ratio of zone sizes with its range, row by row, beside the published side of 1.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    str
        SVG.
    """
    picture = new_picture(6.8, 1.4 + 0.4 * len(rows))
    axes = picture.subplots()
    names = []
    for place, row in enumerate(rows):
        if row.band is not None:
            axes.plot([row.band.low, row.band.high], [place] * 2, color="0.6", lw=6,
                      solid_capstyle="butt")  # fmt: skip
        axes.plot(row.value, place, "o", color=COLOURS[0])
        _, criterion, antenna = row.quantity.split(", ")
        names.append(f"{criterion}, {antenna}")
    low = min(0.8, *(row.band.low - 0.03 for row in rows if row.band is not None))
    axes.axvspan(low, 1.0, color=COLOURS[1], alpha=0.15, lw=0)
    axes.axvline(1.0, color=COLOURS[1], lw=1.2)
    axes.set(xlabel="mean diameter in bone / in muscle", ylim=(len(rows) - 0.4, -0.6))
    axes.set_xlim(left=low)
    axes.set_yticks(range(len(rows)), names)
    return as_svg(picture)
