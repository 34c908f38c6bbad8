"""Temperatures at the thermocouples over time, with the power and what happened."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot import style
from mwa_sim.plot.overlay import antenna_colours, antenna_words
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]

_LIMIT = "#d62728"
_POWER = "#f5a742"
_EVENTS = {
    "stop": "power stopped",
    "pause": "paused",
    "resume": "resumed",
    "interrupted": "interrupted",
}


def traces(result: Recording) -> Any:
    """Readings and tissue temperature of all thermocouples, power and events, over time.

    The thin line is what the sensor showed, the thick one the temperature of the tissue; the
    band marks the time with power on, the dashed line 42 degC.

    Parameters
    ----------
    result : Result

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.patches import Patch

    figure = style.new_figure(8.6, 5.8)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    edges, power = _steps(result)
    for start, stop, watts in zip(edges[:-1], edges[1:], power, strict=True):
        if watts > 0.0:
            top.axvspan(start, stop, color=_POWER, alpha=0.16, linewidth=0)
    colours = style.thermocouple_colours(result)
    for name, trace in result.traces.items():
        if len(trace.t) == 0:
            continue
        words = name.replace("_", " ")
        look: dict[str, Any] = {"color": colours[name], "zorder": 3}
        top.plot(trace.t, trace.tissue, linewidth=2.2, label=f"{words}, tissue", **look)
        look |= {"color": _darker(colours[name]), "zorder": 4}
        top.plot(trace.t, trace.reading, linewidth=0.9, label=f"{words}, reading", **look)
        highest = int(np.argmax(trace.tissue))
        top.annotate(
            f"{trace.peak:.1f} °C",
            (trace.t[highest], trace.tissue[highest]),
            annotation_clip=True,
            xytext=(6, 4),
            textcoords="offset points",
            fontsize=9,
            fontweight="bold",
            color=_darker(colours[name]),
            path_effects=style.halo(2.5, "white"),
            zorder=5,
        )
    _draw_limits(top, result)
    _draw_events(top, bottom, result)
    _fit(top, result)
    top.set_ylabel("temperature [°C]")
    top.set_title("Temperature at the thermocouples", fontsize=11)
    _draw_power(bottom, result, edges, power)
    parts, _ = bottom.get_legend_handles_labels()
    handles, _ = top.get_legend_handles_labels()
    if handles:
        band = Patch(color=_POWER, alpha=0.16, label="power on")
        columns = min(4, (len(handles) + len(parts)) // 2 + 1)
        style.add_legend(figure, [*handles, band, *parts], columns=columns)
    else:
        top.text(
            0.5,
            0.6,
            "no thermocouple in this plan",
            transform=top.transAxes,
            ha="center",
            fontsize=11,
            color="0.4",
        )
    bottom.set_ylabel("power [W]")
    bottom.set_xlabel("time [s]")
    bottom.set_ylim(0.0, 1.25 * max(1.0, float(power.max(initial=0.0))))
    bottom.set_xlim(edges[0], edges[-1])
    for axes in (top, bottom):
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure


def _draw_power(axes: Any, run: Recording, edges: Floats, power: Floats) -> None:
    """Power over time; of several antennas one upon the other, so that the sum is seen as well."""
    if len(run.antennas) < 2:
        axes.stairs(power, edges, fill=True, color=_POWER)
        return
    below = np.zeros(len(power))
    for k, (words, colour) in enumerate(zip(antenna_words(run), antenna_colours(run), strict=True)):
        each = _steps(run, run.antenna_power_W[k])[1]
        look: dict[str, Any] = {"facecolor": colour, "edgecolor": _darker(colour)}
        axes.stairs(below + each, edges, baseline=below, fill=True, **look, label=words)
        below = below + each


def _steps(run: Recording, power_W: Floats | None = None) -> tuple[Floats, Floats]:
    """Edges (k + 1,) and levels (k,) of a power from start to end; zero before the first.

    By default the power of all antennas.
    """
    levels = run.power_W if power_W is None else power_W
    start, end = float(run.frames_t[0]), max(float(run.frames_t[-1]), float(run.frames_t[0]) + 1.0)
    kept = np.asarray(run.power_t) < end
    edges, power = np.asarray(run.power_t)[kept], np.asarray(levels)[kept]
    if len(edges) == 0 or edges[0] > start:
        edges, power = np.append(start, edges), np.append(0.0, power)
    return np.append(edges, end), np.asarray(power, dtype=np.float64)


def _draw_limits(axes: Any, run: Recording) -> None:
    """The 42 degC line, and limits of rules that differ from it."""
    acted: dict[float, list[str]] = {style.SAFETY_DEGC: []}
    for trace in run.traces.values():
        if trace.limit is not None:
            words = f"{trace.action or 'rule'} above, {trace.name.replace('_', ' ')}"
            acted.setdefault(trace.limit, []).append(words)
    for limit, rules in acted.items():
        axes.axhline(limit, color=_LIMIT, linestyle="dashed", linewidth=1.2, zorder=2)
        axes.annotate(
            "; ".join([f"{limit:g} °C", *rules]),
            (0.0, limit),
            xycoords=("axes fraction", "data"),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=8,
            color=_LIMIT,
        )


def _draw_events(top: Any, bottom: Any, run: Recording) -> None:
    shown = [event for event in run.events if str(event.kind) in _EVENTS]
    span = float(run.frames_t[-1])
    last, row = -np.inf, 0
    for event in shown:
        for axes in (top, bottom):
            axes.axvline(event.t, color="black", linewidth=1.0, linestyle="dotted", zorder=2)
        # words that would run into each other go one row down, in turn
        row = (row + 1) % 4 if event.t - last < 0.22 * span else 0
        last = event.t
        late = event.t > 0.8 * span
        top.annotate(
            annotation_clip=True,
            text=f"{_EVENTS[str(event.kind)]}, {event.t:.4g} s",
            xy=(event.t, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if late else 4, -3 - 11 * row),
            textcoords="offset points",
            ha="right" if late else "left",
            va="top",
            fontsize=8,
            path_effects=style.halo(2.5, "white"),
        )


def _darker(colour: str) -> Any:
    from matplotlib.colors import to_rgb

    return tuple(0.55 * part for part in to_rgb(colour))


def _fit(axes: Any, run: Recording) -> None:
    """Room for the curves, the 42 degC line and the words above them."""
    values = [style.SAFETY_DEGC]
    for trace in run.traces.values():
        values += [float(v) for part in (trace.tissue, trace.reading) for v in part[:]]
        values += [] if trace.limit is None else [trace.limit]
    low, high = min([*values, 37.0]), max(values)
    axes.set_ylim(low - 0.05 * (high - low) - 0.3, high + 0.28 * (high - low) + 0.5)
