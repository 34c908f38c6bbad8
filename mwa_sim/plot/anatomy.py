"""Pictures of an anatomy: the spine from behind and from the side, and sections of its mesh."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.case_model import Case
from mwa_sim.plot import style
from mwa_sim.plot.planes import Plane, Section, side
from mwa_sim.plot.render import render
from mwa_sim.plot.scene import Body, Scene

Floats = NDArray[np.float64]

_X, _Y, _Z = np.eye(3)
#: First match in the name of a region: colour, and opacity in the 3-D views (0 is not drawn).
_LOOKS = (
    ("tumour", "#2fae4a", 1.0),
    ("ctv", "#9ad9a6", 0.35),
    ("cortical_shell", "#e6d3a3", 0.45),
    ("cancellous", "#d9b98a", 0.45),
    ("posterior", "#e9dcc0", 1.0),
    ("endplate", "#c9b079", 1.0),
    ("neighbour", "#d8cdb8", 1.0),
    ("rib", "#cfc4ae", 1.0),
    ("disc", "#8fb3c9", 1.0),
    ("cauda", "#e3c21c", 1.0),
    ("cord", "#e08a00", 1.0),
    ("root", "#f0dc82", 1.0),
    ("csf", "#7fc8e8", 0.5),
    ("dura", "#6fa8c0", 0.4),
    ("epidural", "#f3e6b0", 0.0),
    ("aorta", "#c8352e", 1.0),
    ("iliac_a", "#c8352e", 1.0),
    ("vena", "#3d5fa8", 1.0),
    ("iliac_v", "#3d5fa8", 1.0),
    ("azygos", "#3d5fa8", 1.0),
    ("subcutaneous", "#f4dfa0", 0.0),
    ("skin", "#e3b596", 0.0),
    ("muscle", "#c98b84", 0.0),
    ("soft", "#c98b84", 0.0),
)
_OTHER = ("#b8b0a8", 0.0)
#: From where the two 3-D views are seen.
_VIEWS = {"from behind, left": (-0.75, 0.55, 0.38), "from the front, left": (0.78, 0.6, 0.25)}


def anatomy(case: Case) -> Any:
    """Figure of an anatomy: two views of the spine and three sections of the mesh.

    The sections go through the landmark ``tumour_centre``, or else ``body_centre``, or the middle
    of the mesh; they show the elements.

    Parameters
    ----------
    case : Case

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new_figure(13.0, 12.0)
    grid = figure.add_gridspec(2, 6, height_ratios=(1.25, 1.0))
    present = [label for label in case.regions if label in case.mesh.labels]
    for place, (words, direction) in enumerate(_VIEWS.items()):
        axes = figure.add_subplot(grid[0, 3 * place : 3 * place + 3])
        axes.set_axis_off()
        axes.set_title(words, fontsize=10)
        image = render(_scene(case, np.array(direction)))
        if image is None:
            axes.text(0.5, 0.5, "no 3-D view: VTK finds no graphics driver", ha="center")
        else:
            axes.imshow(_trimmed(image))
    centre = _centre(case)
    for place, plane in enumerate(_planes(centre)):
        _draw_section(figure.add_subplot(grid[1, 2 * place : 2 * place + 2]), case, plane)
    from matplotlib.patches import Patch

    names = [case.regions[label].name for label in present]
    handles = [
        Patch(facecolor=look(name)[0], edgecolor="0.4", linewidth=0.5, label=name.replace("_", " "))
        for name in names
    ]
    style.add_legend(figure, handles)
    figure.suptitle(f"{case.name}: {case.mesh.n_tets} tetrahedra", fontsize=12)
    return figure


def save_anatomy(case: Case, file: str | os.PathLike[str]) -> Path:
    """Draw :func:`anatomy` into a file.

    Parameters
    ----------
    case : Case
    file : path
        Of a picture, such as ``anatomy.png``.

    Returns
    -------
    Path
    """
    path = Path(file)
    anatomy(case).savefig(path, dpi=110)
    return path


def look(name: str) -> tuple[str, float]:
    """Colour and opacity of a region by its name."""
    for word, colour, opacity in _LOOKS:
        if word in name.lower():
            return colour, opacity
    return _OTHER


def _scene(case: Case, direction: Floats) -> Scene:
    bodies = []
    mesh = case.mesh
    for label, region in case.regions.items():
        colour, opacity = look(region.name)
        if opacity == 0.0 or label not in mesh.labels:
            continue
        faces = mesh.surface_of([label])
        nodes, inverse = np.unique(faces, return_inverse=True)
        triangles = inverse.reshape(-1, 3).astype(np.int64)
        bodies.append(Body(region.name, mesh.nodes[nodes] * 1e3, triangles, colour, opacity))
    # Opaque bodies last: the others are blended over what lies behind them.
    bodies.sort(key=lambda body: body.opacity)
    view = direction / np.linalg.norm(direction)
    return Scene(bodies, [], {}, view)


def _centre(case: Case) -> Floats:
    for name in ("tumour_centre", "body_centre"):
        if name in case.landmarks:
            return np.asarray(case.landmarks[name], dtype=np.float64)
    low, high = case.mesh.bounds
    return np.asarray((low + high) / 2.0)


def _planes(centre: Floats) -> list[Plane]:
    # A hair off the given point: nodes of the lattice often lie exactly in such planes.
    origin = centre + 1.3e-5
    return [
        Plane("sagittal", "sagittal", origin, -_X, _Z),
        Plane("axial", "axial", origin, _Y, _X),
        Plane("coronal", "coronal", origin, _Y, _Z),
    ]


def _draw_section(axes: Any, case: Case, plane: Plane) -> None:
    from matplotlib.collections import PolyCollection

    section = Section(case, plane)
    corners = section.points[section.triangles]
    colours = {label: look(region.name)[0] for label, region in case.regions.items()}
    axes.add_collection(
        PolyCollection(
            list(corners),
            facecolors=[colours.get(int(label), _OTHER[0]) for label in section.regions],
            edgecolors=(0.0, 0.0, 0.0, 0.35),
            linewidths=0.15,
        )
    )
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.margins(0.0)
    axes.set_title(f"{plane.name} section", fontsize=10)
    axes.tick_params(labelsize=7)
    right, up = (side(direction) for direction in (plane.right, plane.up))
    axes.set_xlabel(f"mm to {right}", fontsize=8)
    axes.set_ylabel(f"mm to {up}", fontsize=8)


def _trimmed(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture without its white border."""
    drawn = image[..., :3].min(axis=2) < 0.98
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
