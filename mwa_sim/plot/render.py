"""Off-screen rendering of a scene with VTK, in a process of its own.

A VTK that finds no graphics driver does not raise, it crashes; in a child process that costs a
picture and not the results of a run. ``python -m mwa_sim.plot.render SCENE.npz PICTURE.png``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot.scene import Scene

SIZE = (1500, 1200)
_PATIENCE_S = 120.0


def render(scene: Scene) -> NDArray[np.float32] | None:
    """Picture of a scene, (height, width, 3 or 4), or None where VTK cannot render."""
    if getattr(sys, "frozen", False):  # the executable is then not Python
        return None
    from matplotlib.image import imread

    with tempfile.TemporaryDirectory(prefix="mwa_sim-") as folder:
        data, picture = Path(folder, "scene.npz"), Path(folder, "scene.png")
        scene.save(data)
        command = [sys.executable, "-m", "mwa_sim.plot.render", str(data), str(picture)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode != 0 or not picture.is_file():
            return None
        image: NDArray[np.float32] = imread(picture)
    # a driver that is there but does not work leaves an even picture
    return image if float(image[..., :3].std()) > 0.0 else None


def draw(scene: Scene, picture: Path) -> None:
    """Render with pyvista into a file; needs a graphics driver (software ones will do)."""
    import pyvista

    plotter: Any = pyvista.Plotter(off_screen=True, window_size=list(SIZE))
    plotter.set_background("white")
    for body in scene.bodies:
        faces = np.column_stack([np.full(len(body.triangles), 3), body.triangles])
        surface = pyvista.PolyData(body.points, faces.ravel())
        # the triangles are wound outward already; reordering them would flip some
        surface = surface.compute_normals(
            consistent_normals=False, split_vertices=True, feature_angle=50.0
        )
        plotter.add_mesh(
            surface,
            color=body.colour,
            opacity=body.opacity,
            smooth_shading=True,
            culling="back",
            ambient=0.35,
            diffuse=0.75,
            specular=0.1,
        )
    for rod in scene.antennas:
        tip, end = rod.ends
        tube = pyvista.Tube(pointa=tip, pointb=end, radius=rod.radius, n_sides=24)
        plotter.add_mesh(tube, color=rod.colour, specular=0.6, smooth_shading=True)
    for position, colour in scene.markers.values():
        ball = pyvista.Sphere(radius=1.3, center=position)
        plotter.add_mesh(ball, color=colour, smooth_shading=True)
    for i, way in enumerate(("anterior", "left", "cranial")):
        _add_arrow(plotter, scene, np.eye(3)[i], way)
    plotter.enable_depth_peeling(40)
    plotter.enable_anti_aliasing("ssaa")
    centre = _focus(scene)
    plotter.camera_position = [centre + 300.0 * scene.view, centre, (0.0, 0.0, 1.0)]
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    plotter.camera.zoom(1.25)
    plotter.screenshot(picture)
    plotter.close()


def _focus(scene: Scene) -> NDArray[np.float64]:
    points = np.concatenate([body.points for body in scene.bodies] or [np.zeros((1, 3))])
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2.0)


def _add_arrow(plotter: Any, scene: Scene, direction: NDArray[np.float64], words: str) -> None:
    """One arm of a cross of directions in a corner below the scene."""
    import pyvista

    points = np.concatenate([body.points for body in scene.bodies] or [np.zeros((1, 3))])
    low, high = points.min(axis=0), points.max(axis=0)
    start = np.array([low[0], high[1] if scene.view[1] < 0.0 else low[1], low[2]])
    arrow = pyvista.Arrow(
        start=start, direction=direction, scale=12.0, tip_radius=0.08, shaft_radius=0.03
    )
    plotter.add_mesh(arrow, color="#333333")
    plotter.add_point_labels(
        [start + 15.0 * direction],
        [words],
        font_size=26,
        text_color="black",
        shape=None,
        show_points=False,
        always_visible=True,
    )


if __name__ == "__main__":
    draw(Scene.load(sys.argv[1]), Path(sys.argv[2]))
