"""Three-dimensional view of anatomy, ablation zone, antennas and thermocouples."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot import style
from mwa_sim.plot.render import render
from mwa_sim.plot.scene import Scene, scene_of
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]

#: Triangles of one surface in the plain picture: more take seconds and show no more.
_MOST_TRIANGLES = 12000


def zone3d(result: Recording, criterion: str = style.ZONE_CRITERION, *, vtk: bool = True) -> Any:
    """The ablation zone in the anatomy, seen from behind on the side of the first antenna.

    Rendered with VTK off screen; where no graphics driver is found, drawn plainly with
    matplotlib.

    Parameters
    ----------
    result : Result
    criterion : str
        Of the zone, such as ``"cem43>=240"``.
    vtk : bool
        False draws plainly without trying VTK.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If the criterion is not understood.
    """
    scene = scene_of(result, criterion)
    return _figure(result, criterion, scene, render(scene) if vtk else None)


def zone3d_later(result: Recording, beside: Executor) -> Callable[[], Any]:
    """Begin to render the view of :func:`zone3d` while other pictures are drawn.

    Parameters
    ----------
    result : Result
    beside : concurrent.futures.Executor
        Of threads: the rendering itself is a process of its own.

    Returns
    -------
    callable
        Waits for the rendering and gives the figure.
    """
    scene = scene_of(result, style.ZONE_CRITERION)
    image = beside.submit(render, scene)
    return lambda: _figure(result, style.ZONE_CRITERION, scene, image.result())


def _figure(
    result: Recording, criterion: str, scene: Scene, image: NDArray[np.float32] | None
) -> Any:
    figure = style.new_figure(8.0, 7.4)
    if image is None:
        axes = figure.add_subplot(projection="3d", proj_type="ortho")
        _draw_plain(axes, scene)
    else:
        axes = figure.add_subplot()
        axes.imshow(_trimmed(image))
        axes.set_axis_off()
    zone = result.zone(criterion)
    size = "no tissue reached it"
    if not zone.is_empty:
        size = f"{zone.volume_ml:.1f} ml, {zone.long_axis_mm:.0f} x {zone.short_axis_mm:.0f} mm"
    axes.set_title(f"Ablation zone, {style.zone_label(criterion)}: {size}", fontsize=11)
    style.add_legend(figure, _handles(scene))
    return figure


def _handles(scene: Scene) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(
            facecolor=body.colour,
            alpha=max(0.45, body.opacity),
            edgecolor="0.4",
            linewidth=0.5,
            label=body.name,
        )
        for body in scene.bodies
    ]
    handles += [
        Line2D([], [], color=rod.colour, linewidth=3, label=rod.name) for rod in scene.antennas
    ]
    for name, (_, colour) in scene.markers.items():
        label = f"thermocouple {name.replace('_', ' ')}"
        handles.append(
            Line2D([], [], marker="o", linestyle="none", color=colour, markersize=6, label=label)
        )
    return handles


def _trimmed(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture without its white border."""
    drawn = image[..., :3].min(axis=2) < 0.98
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _draw_plain(axes: Any, scene: Scene) -> None:
    from mpl_toolkits.mplot3d.art3d import (  # type: ignore[import-untyped,unused-ignore]
        Poly3DCollection,
    )

    for body in scene.bodies:
        corners = _facing(body.points, body.triangles, scene.view)
        axes.add_collection3d(
            Poly3DCollection(
                corners, facecolors=body.colour, alpha=0.8 * body.opacity, linewidths=0, shade=True
            )
        )
    for rod in scene.antennas:
        axes.plot(*rod.ends.T, color=rod.colour, linewidth=3, zorder=10)
    for position, colour in scene.markers.values():
        axes.scatter(*position, color=colour, s=30, zorder=11, depthshade=False)
    points = np.concatenate([body.points for body in scene.bodies] or [np.zeros((1, 3))])
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2.0, float(np.maximum(high - low, 10.0).max()) / 2.0
    axes.set_xlim(middle[0] - half, middle[0] + half)
    axes.set_ylim(middle[1] - half, middle[1] + half)
    axes.set_zlim(middle[2] - half, middle[2] + half)
    axes.set_box_aspect((1, 1, 1))
    axes.set_xlabel("x, to anterior [mm]", fontsize=8)
    axes.set_ylabel("y, to left [mm]", fontsize=8)
    axes.set_zlabel("z, to cranial [mm]", fontsize=8)
    axes.tick_params(labelsize=7)
    x, y, z = scene.view
    axes.view_init(elev=np.degrees(np.arcsin(z)), azim=np.degrees(np.arctan2(y, x)))


def _facing(points: Floats, triangles: NDArray[np.int64], view: Floats) -> Floats:
    """Corners (f, 3, 3) of the triangles that face the eye, coarsened while they are too many.

    Coarser means that points in the same cell of a grid become one.
    """
    cell = 0.5
    while True:
        corners = points[triangles]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        corners = corners[normal @ view > 0.0]
        if len(corners) <= _MOST_TRIANGLES:
            return np.asarray(corners)
        cell *= 1.5
        grid = np.round(points / cell).astype(np.int64)
        _, merged, count = np.unique(grid, axis=0, return_inverse=True, return_counts=True)
        merged = merged.ravel()
        total = [np.bincount(merged, points[:, axis]) for axis in range(3)]
        points = np.stack(total, axis=1) / count[:, None]
        triangles = merged[triangles]
        a, b, c = triangles.T
        triangles = triangles[(a != b) & (b != c) & (c != a)]
