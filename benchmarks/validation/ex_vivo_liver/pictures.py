"""Pictures of the ex vivo series: growth in time, and computed against measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.validation.ex_vivo_liver.zones import TIERS
from benchmarks.validation.report import Reference
from mwa_sim.bench.benchmark import Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

_MINUTES = (6, 8, 10, 12, 14, 16)
_MARKERS = tuple(zip(TIERS.values(), "s^", strict=True))


def growth(rows: Sequence[Row], measured: Mapping[str, Reference], powers: Sequence[int]) -> Figure:
    """Short axis over time for each power, measured and computed.

    Parameters
    ----------
    rows : sequence of Row
        Named ``"short axis, 40 W, 6 min, field computed again"``.
    measured : mapping
        Named ``"short axis 40 W 6 min"``.
    powers : sequence of int [W]
    """
    picture = new_picture(7.2, 3.6)
    panels = picture.subplots(1, len(powers), sharey=True)
    for axes, power in zip(panels, powers, strict=True):
        given = [measured[f"short axis {power} W {time} min"] for time in _MINUTES]
        axes.errorbar(
            _MINUTES, [each.value for each in given], [each.error for each in given],
            fmt="o", color="black", markersize=4, capsize=2, label="measured, 1 SD",
        )  # fmt: skip
        for (title, marker), colour, aside in zip(_MARKERS, COLOURS, (-0.25, 0.25), strict=False):
            mine = [
                row
                for row in rows
                if row.quantity.startswith(f"short axis, {power} W") and title in row.quantity
            ]
            times = [int(row.quantity.split(", ")[2].removesuffix(" min")) + aside for row in mine]
            axes.plot(
                times, [row.value for row in mine], marker + "-", color=colour, markersize=5,
                label=title,
            )  # fmt: skip
            bands = [row.band for row in mine if row.band is not None]
            axes.vlines(
                times, [band.low for band in bands], [band.high for band in bands],
                color=colour, alpha=0.35, linewidth=6,
            )  # fmt: skip
        axes.set_title(f"{power} W")
        axes.set_xlabel("time [min]")
        axes.set_xlim(4.5, 17.5)
        axes.set_xticks(_MINUTES)
    panels[0].set_ylabel("short axis [mm]")
    panels[0].set_ylim(bottom=0.0)
    picture.legend(
        *panels[len(powers) // 2].get_legend_handles_labels(),
        loc="outside lower center", ncols=3, frameon=False,
    )  # fmt: skip
    return Figure(
        "Growth of the zone in ex vivo liver",
        "Short axis of the pale zone against time. Circles: measured with an internally cooled "
        "antenna, one ablation each. Squares: computed with the field computed again as the "
        "tissue dries. Triangles: computed with the field of wet tissue. Broad bars: bands of "
        "the computed values.",
        as_svg(picture),
    )


def against_measured(rows: Sequence[Row], unit: str = "mm") -> Figure:
    """Computed over measured for both axes and models, with the line on which they are equal."""
    picture = new_picture(5.0, 4.6)
    axes = picture.subplots()
    highest = 0.0
    for (title, marker), colour in zip(_MARKERS, COLOURS, strict=False):
        for axis, face in (("short", colour), ("long", "white")):
            mine = [row for row in rows if row.quantity.startswith(axis) and title in row.quantity]
            x = [float(row.reference) for row in mine if not isinstance(row.reference, Between)]
            y = [row.value for row in mine]
            bands = [row.band for row in mine if row.band is not None]
            axes.errorbar(
                x, y, xerr=[row.reference_error for row in mine], fmt=marker, color=colour,
                markerfacecolor=face, markersize=5, capsize=2, label=f"{axis} axis, {title}",
            )  # fmt: skip
            axes.vlines(
                x, [band.low for band in bands], [band.high for band in bands],
                color=colour, alpha=0.2, linewidth=5,
            )  # fmt: skip
            highest = max(highest, *x, *y, *(band.high for band in bands))
    end = 1.08 * highest
    axes.plot([0.0, end], [0.0, end], "k--", linewidth=0.8, label="equal")
    axes.set_xlim(0.0, end)
    axes.set_ylim(0.0, end)
    axes.set_aspect("equal")
    axes.set_xlabel(f"measured [{unit}]")
    axes.set_ylabel(f"computed [{unit}]")
    axes.legend(frameon=False, loc="upper left", fontsize=8)
    return Figure(
        "Computed against measured axes",
        "One point a setting, filled for the short axis and open for the long one; horizontal "
        "bars: standard deviation of one ablation, broad vertical bars: band of the computed "
        "value. Below the dashed line the computed zone is too small.",
        as_svg(picture),
    )
