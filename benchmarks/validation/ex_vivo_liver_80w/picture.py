"""Temperatures over time beside the measured ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.validation.report import Reference
from mwa_sim.bench.benchmark import Figure
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.result import Result


def heating(
    results: Mapping[str, Result],
    given: Mapping[str, Reference],
    distances: Sequence[int],
    coagulated: float,
) -> Figure:
    """Temperature at each distance over time for each model.

    Parameters
    ----------
    results : mapping of str to Result
        By name of the model, with thermocouples ``"at_10"`` and so on.
    given : mapping of str to Reference
    distances : sequence of int [mm]
    coagulated : float [degC]
        Temperature whose time was measured at the first distance.
    """
    picture = new_picture(6.4, 4.0)
    axes = picture.subplots()
    end = 0.0
    for (title, result), colour in zip(results.items(), COLOURS, strict=False):
        for distance, style in zip(distances, ("-", "--"), strict=True):
            trace = result.traces[f"at_{distance}"]
            t = np.asarray(trace.t) / 60.0
            end = max(end, float(t[-1]))
            axes.plot(t, trace.tissue, style, color=colour, label=f"{distance} mm, {title}")
    for distance, marker, face, aside in zip(
        distances, "os", ("black", "white"), (0.3, 0.6), strict=True
    ):
        hottest = given[f"highest temperature at {distance} mm"]
        axes.errorbar(
            [end + aside], [hottest.value], [hottest.error], fmt=marker, color="black",
            markerfacecolor=face, capsize=3, label=f"{distance} mm, highest measured",
        )  # fmt: skip
    time = given[f"time to {coagulated:g} degC at {distances[0]} mm"]
    axes.errorbar(
        [time.value / 60.0], [coagulated], xerr=[time.error / 60.0], fmt="D", color="black",
        capsize=3, label=f"{distances[0]} mm, measured time to {coagulated:g} degC",
    )  # fmt: skip
    axes.set_xlabel("time [min]")
    axes.set_ylabel("temperature [degC]")
    axes.set_xlim(0.0, end + 0.9)
    axes.set_ylim(bottom=15.0, top=119.0)
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    return Figure(
        "Temperatures beside the antenna at 80 W",
        "Lines: computed 10 and 20 mm from the antenna, by the model of the field. Symbols: "
        "means of six ablations with their standard deviations; the highest temperatures are "
        "drawn behind the end of the heating.",
        as_svg(picture),
    )
