"""What is laid over a section: antennas, thermocouples, scale bar, anatomical directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot import style
from mwa_sim.plot.planes import Plane, side
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]

#: A thermocouple farther from the plane than this is drawn hollow, with its distance.
NEAR_MM = 5.0
#: Farther than this it is left out: its place on the screen would mislead.
FAR_MM = 15.0


#: Several antennas are told apart by these, in sections, curves and the 3-D view.
ANTENNAS = (style.ANTENNA, "#cdb0ff", "#7fe3c0", "#ffd97a", "#ffa8a0", "#9fc4ff")


def antenna_colours(run: Recording) -> list[str]:
    """Colour of each antenna."""
    return [ANTENNAS[k % len(ANTENNAS)] for k in range(len(run.antennas))]


def antenna_words(run: Recording) -> list[str]:
    """What each antenna is called in pictures."""
    names = [str(antenna["name"]) for antenna in run.antennas]
    if len(names) == 1:
        return [f"antenna ({names[0]})"]
    return [
        f"{label if label.startswith('antenna') else f'antenna {label}'} ({name})"
        for label, name in zip(run.antenna_labels, names, strict=True)
    ]


def antenna_line(run: Recording, antenna: Mapping[str, Any] | None = None) -> Floats:
    """Tip and far end of an antenna inside the mesh's bounding box, (2, 3) [m].

    Parameters
    ----------
    run : Result
    antenna : dict, optional
        One of the antennas of the result; by default the first.
    """
    antenna = run.antenna if antenna is None else antenna
    tip = np.asarray(antenna["tip"], dtype=np.float64)
    axis = np.asarray(antenna["axis"], dtype=np.float64)
    walls = np.where(axis > 0.0, run.mesh.bounds[1], run.mesh.bounds[0]) - tip
    steps = np.divide(walls, axis, out=np.full(3, np.inf), where=np.abs(axis) > 1e-12)
    length = min(float(steps.min()), float(antenna.get("length") or np.inf))
    return np.stack([tip, tip + axis * max(0.0, length)])


def draw_antennas(axes: Any, run: Recording, plane: Plane) -> list[Any]:
    """Every antenna at its true width where it lies in the plane, else its dashed projection."""
    handles: list[Any] = []
    looks = zip(run.antennas, antenna_words(run), antenna_colours(run), strict=True)
    for antenna, words, colour in looks:
        handles += _draw_antenna(axes, run, plane, antenna, words, colour)
    # One entry of the legend for all crossings, which look alike but for their colour.
    crossings = [handle for handle in handles if handle.get_label() == _CROSSING]
    return [handle for handle in handles if handle not in crossings[1:]]


_CROSSING = "antenna crosses the plane"


def _draw_antenna(
    axes: Any,
    run: Recording,
    plane: Plane,
    antenna: Mapping[str, Any],
    words: str,
    colour: str,
) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    line = antenna_line(run, antenna)
    flat = plane.flat(line)
    away = plane.distance_mm(line)
    if np.abs(away).max() < 0.5:
        along = (flat[1] - flat[0]) / np.linalg.norm(flat[1] - flat[0])
        half = 0.5e3 * float(antenna.get("outer_diameter") or 1.6e-3)
        across = half * np.array([-along[1], along[0]])
        # a short point at the tip shows which end is which
        shoulder = flat[0] + 2.0 * half * along
        left, right = shoulder + across, shoulder - across
        corners = [flat[0], left, flat[1] + across, flat[1] - across, right]
        look: dict[str, Any] = {"facecolor": colour, "edgecolor": "black", "linewidth": 0.8}
        axes.add_patch(Polygon(corners, **look, zorder=4))
        return [Polygon([[0, 0]], **look, label=words)]
    dashes: dict[str, Any] = {"color": colour, "linestyle": (0, (4, 2)), "linewidth": 1.4}
    axes.plot(*flat.T, **dashes, zorder=4)
    axes.plot(*flat[0], marker="o", markersize=4, color=colour, zorder=4)
    label = words.replace(" (", ", projected (", 1)
    handles = [Line2D([], [], **dashes, marker="o", markersize=4, label=label)]
    if away[0] * away[1] < 0.0:
        crossing = flat[0] + (flat[1] - flat[0]) * away[0] / (away[0] - away[1])
        mark: dict[str, Any] = {"marker": "X", "markersize": 8, "linestyle": "none"}
        mark |= {"markerfacecolor": colour, "markeredgecolor": "black"}
        axes.plot(*crossing, **mark, zorder=5)
        handles.append(Line2D([], [], **mark, label=_CROSSING))
    return handles


def draw_thermocouples(axes: Any, run: Recording, plane: Plane, window: Floats) -> list[Any]:
    """Thermocouples in the window: filled in the plane, hollow with their distance off it."""
    from matplotlib.lines import Line2D

    handles = []
    above: list[tuple[float, float]] = []
    width, height = window[:, 1] - window[:, 0]
    for name, colour in style.thermocouple_colours(run).items():
        position = run.traces[name].position[None]
        x, y = plane.flat(position)[0]
        off = abs(float(plane.distance_mm(position)[0]))
        if off > FAR_MM:
            continue
        if not (window[0, 0] <= x <= window[0, 1] and window[1, 0] <= y <= window[1, 1]):
            continue
        near = off <= NEAR_MM
        look: dict[str, Any] = {
            "marker": "D",
            "markersize": 6,
            "linestyle": "none",
            "markerfacecolor": colour if near else "none",
            "markeredgecolor": "white" if near else colour,
        }
        axes.plot([x], [y], **look, zorder=6)
        text = name.replace("_", " ") + ("" if near else f" ({off:.0f} mm off plane)")
        crowded = x > window[0] @ (0.3, 0.7)  # no room to the right
        # The label of a neighbour at the same height would be written over this one.
        below = any(abs(x - u) < 0.4 * width and abs(y - v) < 0.05 * height for u, v in above)
        if not below:
            above.append((x, y))
        axes.annotate(
            text,
            (x, y),
            xytext=(-7 if crowded else 7, -6 if below else 6),
            ha="right" if crowded else "left",
            va="top" if below else "bottom",
            textcoords="offset points",
            fontsize=8,
            color="white",
            path_effects=style.halo(2.2),
            zorder=7,
        )
        handles.append(Line2D([], [], **look, label=f"thermocouple {name.replace('_', ' ')}"))
    return handles


def occupied(run: Recording, plane: Plane) -> Floats:
    """Screen points [mm] that labels should keep away from: antennas, thermocouples, tumour."""
    points = [plane.flat(trace.position[None]) for trace in run.traces.values()]
    for antenna in run.antennas:
        tip, end = antenna_line(run, antenna)
        points.append(plane.flat(tip + np.linspace(0.0, 1.0, 40)[:, None] * (end - tip)))
    points.append(plane.flat(plane.origin[None]))
    return np.concatenate(points)


def draw_scale(axes: Any, window: Floats) -> None:
    """A bar of 10 mm in the lower left corner."""

    width, height = window[:, 1] - window[:, 0]
    x, y = window[0, 0] + 0.04 * width, window[1, 0] + 0.05 * height
    bar: dict[str, Any] = {"color": "white", "linewidth": 3, "path_effects": style.halo(5.0)}
    axes.plot([x, x + 10.0], [y, y], **bar, zorder=7)
    axes.text(
        x + 5.0,
        y + 0.015 * height,
        "10 mm",
        color="white",
        fontsize=8,
        ha="center",
        va="bottom",
        path_effects=style.halo(2.2),
        zorder=7,
    )


def draw_directions(axes: Any, plane: Plane, window: Floats, *, anatomical: bool) -> None:
    """Axis labels in patient coordinates and, for anatomy, the direction at each edge."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    base = plane.flat(plane.origin[None])[0]
    for axis, direction, start in (
        (axes.xaxis, plane.right, base[0]),
        (axes.yaxis, plane.up, base[1]),
    ):
        named = plane.coordinate(direction)
        if named is None:
            # no patient axis runs along an oblique direction: count from the tip of the antenna
            axis.set_major_formatter(FuncFormatter(lambda v, _, s=start: f"{v - s:.0f}"))
            axis.set_major_locator(MultipleLocator(10.0, offset=start % 10.0))
            words = f"{side(-direction)} to {side(direction)}, from the antenna tip [mm]"
            axis.set_label_text(words, fontsize=9)
        else:
            sign = named[1]
            axis.set_major_formatter(FuncFormatter(lambda v, _, s=sign: f"{s * v + 0.0:.0f}"))
            axis.set_label_text(f"{named[0]} [mm]", fontsize=9)
    axes.tick_params(labelsize=8)
    if not anatomical:
        return
    edges = (
        (0.985, 0.5, plane.right, "right", "center", 90),
        (0.015, 0.5, -plane.right, "left", "center", 90),
        (0.5, 0.985, plane.up, "center", "top", 0),
        (0.5, 0.015, -plane.up, "center", "bottom", 0),
    )
    for x, y, direction, across, along, turn in edges:
        axes.text(
            x,
            y,
            side(direction),
            transform=axes.transAxes,
            ha=across,
            va=along,
            rotation=turn,
            fontsize=9,
            fontweight="bold",
            color="white",
            path_effects=style.halo(2.4),
            zorder=8,
        )
