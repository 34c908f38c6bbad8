"""Sections through a result: anatomy, heat, isotherms, zone, antennas and thermocouples."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.criterion import Criterion
from mwa_sim.errors import InputError
from mwa_sim.plot import style
from mwa_sim.plot.overlay import (
    draw_antennas,
    draw_directions,
    draw_scale,
    draw_thermocouples,
    occupied,
)
from mwa_sim.plot.planes import Plane, Section, choose_plane
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]

_PIXEL_MM = 0.12
_MOST_PIXELS = 900
_TITLES = {
    "max_temperature": ("Highest temperature reached", "highest temperature [°C]", "{:g} °C"),
    "temperature": ("Temperature at {t:.4g} s", "temperature [°C]", "{:g} °C"),
    "cem43": ("Thermal dose", "CEM43 [min]", "{:g} min"),
    "damage": ("Damage integral", "damage integral", "{:g}"),
    "dead_fraction": ("Dead cells", "fraction of dead cells", "{:g}"),
}
_EXPONENTIAL = ("cem43", "damage")  # drawn as their logarithm
_CONTOURS = {"cem43": (10.0, 240.0), "damage": (1.0,), "dead_fraction": (0.5, 0.99)}


def slice(
    result: Recording,
    plane: str = "sagittal",
    *,
    through: str | ArrayLike | None = None,
    field: str = "max_temperature",
    t: float | None = None,
    contours: Sequence[float] | None = None,
    zone: str | None = style.ZONE_CRITERION,
) -> Any:
    """Section of the anatomy with the heat over it.

    Parameters
    ----------
    result : Result
    plane : {"sagittal", "axial", "coronal", "antenna"}
        ``"antenna"`` contains the antenna and is as axial as that allows; of several the first,
        turned towards the others.
    through : landmark name or (3,) point [m], optional
        Default: the centre of the tumour, or else the hottest point. With ``"antenna"`` the name
        of the antenna instead of the first.
    field : {"max_temperature", "temperature", "cem43", "damage", "dead_fraction"}
        ``"temperature"`` is the one at time `t` (default: the end); giving `t` implies it.
    t : float, optional [s]
    contours : sequence of float, optional
        Levels of the labelled lines in the unit of the field; temperatures default to 43 and 60.
    zone : str or None
        Criterion of the zone that is outlined, such as ``"cem43>=240"``.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("slice.png")``.

    Raises
    ------
    InputError
        For an unknown plane, landmark, field or criterion, a plane that misses the mesh, or a time
        outside the run.
    """
    if t is not None and field == "max_temperature":
        field = "temperature"
    time = float(result.frames_t[-1]) if t is None else float(t)
    values, low, high, levels = _values(result, field, time, contours)
    chosen = choose_plane(result, plane, through)
    cut = Section(result, chosen)
    if len(cut.triangles) == 0:
        raise InputError(f"the {chosen.title} does not meet the mesh")
    window = _window(result, chosen, cut)

    figure = style.new_figure(7.6, 6.9)
    axes = figure.add_subplot()
    _draw_image(axes, figure, result, cut, window, values, low, high, field)
    axes.set_xlim(window[0])
    axes.set_ylim(window[1])
    handles = _draw_outlines(axes, result, cut)
    if zone is not None:
        outlined = Criterion.parse(zone)
        if outlined.field == field:  # its own outline says it: no second line
            scale = np.log10 if field in _EXPONENTIAL else float
            levels = [v for v in levels if abs(v - scale(outlined.level)) > 1e-9]
        handles += _draw_zone(axes, result, cut, zone, final=field == "temperature")
    handles += draw_antennas(axes, result, chosen)
    handles += draw_thermocouples(axes, result, chosen, window)
    draw_scale(axes, window)
    draw_directions(axes, chosen, window, anatomical=style.is_spine(result))
    _draw_contours(axes, cut, values, levels, field, occupied(result, chosen))
    axes.set_xlim(window[0])
    axes.set_ylim(window[1])
    axes.set_title(f"{_TITLES[field][0].format(t=time)}, {chosen.title}", fontsize=11)
    style.add_legend(figure, handles, dark=True)
    return figure


def _values(
    run: Recording, field: str, time: float, contours: Sequence[float] | None
) -> tuple[Floats, float, float, list[float]]:
    """Field to draw, range of its colours and levels of its lines."""
    if field not in _TITLES or (field != "temperature" and field not in run.fields):
        known = [name for name in _TITLES if name == "temperature" or name in run.fields]
        close = difflib.get_close_matches(field, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "fields: " + ", ".join(known)
        raise InputError(f"there is no field {field!r} to draw; {hint}")
    levels = [float(v) for v in sorted(_CONTOURS.get(field, (43.0, 60.0)))]
    if contours is not None:
        levels = [float(v) for v in sorted(contours)]
    if field in _EXPONENTIAL:
        floor = 0.1
        if any(level <= 0.0 for level in levels):
            raise InputError(f"contours of {field} must be above zero, got {levels}")
        values = np.log10(np.maximum(run.fields[field], floor))
        top = float(np.clip(np.ceil(values.max()), 1.0, 6.0))
        return values, float(np.log10(floor)), top, [float(np.log10(v)) for v in levels]
    if field == "dead_fraction":
        return np.asarray(run.fields[field]), 0.0, 1.0, levels
    values = run.frame(time) if field == "temperature" else np.asarray(run.fields[field])
    low = float(np.floor(min(run.frames[0].min(), 37.0)))
    # one colour scale for all times of a run, never stretched over a fraction of a kelvin
    high = float(max(np.ceil(run.fields["max_temperature"].max() / 10.0) * 10.0, low + 10.0))
    return values, low, high, levels


def _window(run: Recording, plane: Plane, cut: Section) -> Floats:
    """Limits of the picture [mm], (2, 2): what matters with a margin, within the mesh."""
    mesh = run.mesh
    wanted = [mesh.nodes[run.fields["max_temperature"] > style.SAFETY_DEGC]]
    wanted += [trace.position[None] for trace in run.traces.values()]
    wanted += [np.asarray(antenna["tip"])[None] for antenna in run.antennas]
    labels = style.labels_of(run, "tumour", "bone", "canal", "cord")
    anatomy = mesh.nodes[np.unique(mesh.tets[np.isin(mesh.regions, labels)])]
    near = np.abs(plane.flat(anatomy) - plane.flat(plane.origin[None])).max(axis=1) < 45.0
    wanted.append(anatomy[near])
    points = plane.flat(np.concatenate([*wanted, plane.origin[None]]))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    half = np.maximum((points.max(axis=0) - points.min(axis=0)) / 2.0 + 8.0, 25.0)
    edges = cut.points
    low = np.maximum(middle - half, edges.min(axis=0))
    high = np.minimum(middle + half, edges.max(axis=0))
    return np.stack([low, high], axis=1)


def _draw_image(
    axes: Any,
    figure: Any,
    run: Recording,
    cut: Section,
    window: Floats,
    values: Floats,
    low: float,
    high: float,
    field: str,
) -> None:
    """Grey anatomy under heat, exact at each pixel centre (P1 interpolation)."""
    from matplotlib.cm import ScalarMappable

    from mwa_sim.plot.raster_kernels import paint

    size = window[:, 1] - window[:, 0]
    step = max(_PIXEL_MM, float(size.max()) / _MOST_PIXELS)
    nx, ny = (int(n) for n in np.maximum(1, np.ceil(size / step)))
    painted, heat = paint(
        cut.points, cut.triangles, cut.interpolate(values), window[:, 0], size / (nx, ny), nx, ny
    )
    inside = painted >= 0
    colours, norm, opacity = style.heat_colours(low, high, low + 0.2 * (high - low))
    over = np.where(inside, opacity(heat), 0.0)[..., None]
    under = np.where(inside, style.greys(run, cut.regions)[painted], 1.0)[..., None]
    image = (1.0 - over) * under + over * colours(norm(heat))[..., :3]
    axes.imshow(
        image,
        origin="lower",
        extent=(*window[0], *window[1]),
        interpolation="antialiased",
    )
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes, shrink=0.85, pad=0.02)
    bar.set_label(_TITLES[field][1], fontsize=9)
    if field in _EXPONENTIAL:
        bar.set_ticks(np.arange(np.ceil(low), high + 0.5), minor=False)
        bar.ax.yaxis.set_major_formatter(lambda v, _: f"{10.0**v:,.6g}")
    bar.ax.tick_params(labelsize=8)


def _lines(
    axes: Any, cut: Section, values: Floats, levels: Sequence[float], **look: Any
) -> Any | None:
    """Contour lines of a nodal field, None if it reaches no level in the plane."""
    from matplotlib.tri import Triangulation

    at = cut.interpolate(values)
    reached = [level for level in levels if at.min() < level < at.max()]
    if not reached:
        return None
    mesh = Triangulation(cut.points[:, 0], cut.points[:, 1], cut.triangles)
    return axes.tricontour(mesh, at, levels=reached, **look)


def _draw_contours(
    axes: Any, cut: Section, values: Floats, levels: Sequence[float], field: str, avoid: Floats
) -> None:
    lines = _lines(axes, cut, values, levels, colors="white", linewidths=0.9)
    if lines is None:
        return
    lines.set_path_effects(style.halo(2.0))
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        x, y = path.vertices.T
        inset = 5.0
        shown = (x > x0 + inset) & (x < x1 - inset) & (y > y0 + inset) & (y < y1 - inset)
        if not shown.any():
            continue
        # the label goes where the line is farthest from everything that is drawn over it
        points = path.vertices[shown]
        apart = np.linalg.norm(points[:, None] - avoid[None], axis=2).min(axis=1)
        amount = 10.0**level if field in _EXPONENTIAL else level
        spot = points[int(np.argmax(apart))]
        avoid = np.concatenate([avoid, spot[None]])
        axes.annotate(
            _TITLES[field][2].format(float(f"{amount:.6g}")),
            spot,
            ha="center",
            va="center",
            fontsize=8,
            color="white",
            path_effects=style.halo(2.2),
            zorder=6,
        )


def _draw_outlines(axes: Any, run: Recording, cut: Section) -> list[Any]:
    """Outlines of bone, canal, cord and tumour; returns legend handles of those in the plane."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    handles = []
    for kinds, colour, width, name in (
        (("bone",), style.BONE, 0.7, "bone"),
        (("canal", "cord"), style.CANAL, 1.3, "spinal canal"),
        (("cord",), style.CORD, 1.3, style.cord_words(run)),
        (("tumour",), style.TUMOUR, 2.4, "tumour"),
    ):
        labels = style.labels_of(run, *kinds)
        # the tumour belongs to the bone it grows in: no bone outline around it
        union = labels + (style.labels_of(run, "tumour") if kinds == ("bone",) else [])
        segments = cut.outline(union if labels else [])
        if len(segments):
            look: dict[str, Any] = {"colors": colour, "linewidths": width, "capstyle": "round"}
            axes.add_collection(LineCollection(list(segments), **look))
            handles.append(Line2D([], [], color=colour, linewidth=width + 0.4, label=name))
    return handles


def _draw_zone(
    axes: Any, run: Recording, cut: Section, criterion: str, *, final: bool
) -> list[Any]:
    from matplotlib.lines import Line2D

    zone = run.zone(criterion)
    look: dict[str, Any] = {"linewidths": 2.2, "linestyles": "dashed", "colors": style.ZONE}
    lines = _lines(axes, cut, zone.field, [zone.level], **look)
    if lines is None:
        return []
    lines.set_path_effects(style.halo(3.6))
    label = f"{'final ' if final else ''}ablation zone, {style.zone_label(criterion)}"
    handle = Line2D([], [], color=style.ZONE, linestyle="dashed", linewidth=2.2, label=label)
    return [handle]
