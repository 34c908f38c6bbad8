"""What a three-dimensional view shows, independent of who draws it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot import style
from mwa_sim.plot.overlay import antenna_line
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """A closed surface: points [mm], triangles, colour and opacity."""

    name: str
    points: Floats
    triangles: NDArray[np.int64]
    colour: str
    opacity: float


@dataclass(frozen=True)
class Scene:
    """Surfaces, antenna and thermocouples in millimetres, and where they are seen from.

    Attributes
    ----------
    bodies : list of Body
        From the most transparent outer ones to the opaque inner ones.
    antenna : (2, 3) float array or None
        Tip and far end.
    antenna_radius : float
    markers : dict of str to (position (3,), colour)
    view : (3,) float array
        Direction from the scene towards the eye.
    """

    bodies: list[Body]
    antenna: Floats | None
    antenna_radius: float
    markers: dict[str, tuple[Floats, str]]
    view: Floats

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the scene as ``.npz`` (arrays and one JSON text)."""
        arrays: dict[str, NDArray[np.generic]] = {"view": self.view}
        for i, body in enumerate(self.bodies):
            arrays[f"points{i}"], arrays[f"triangles{i}"] = body.points, body.triangles
        if self.antenna is not None:
            arrays["antenna"] = self.antenna
        rest = {
            "bodies": [
                {k: v for k, v in asdict(b).items() if k in ("name", "colour", "opacity")}
                for b in self.bodies
            ],
            "radius": self.antenna_radius,
            "markers": [[name, list(p), colour] for name, (p, colour) in self.markers.items()],
        }
        np.savez(Path(path), allow_pickle=False, text=np.array(json.dumps(rest)), **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scene:
        """Read a scene written by `save`."""
        with np.load(Path(path), allow_pickle=False) as data:
            rest = json.loads(str(data["text"]))
            bodies = [
                Body(points=data[f"points{i}"], triangles=data[f"triangles{i}"], **look)
                for i, look in enumerate(rest["bodies"])
            ]
            antenna = data.get("antenna")
            markers = {name: (np.array(p), colour) for name, p, colour in rest["markers"]}
            return cls(bodies, antenna, float(rest["radius"]), markers, data["view"])


def scene_of(run: Recording, criterion: str) -> Scene:
    """Bone, canal, cord, tumour and ablation zone of a result.

    Raises
    ------
    InputError
        If the criterion is not understood.
    """
    bodies = []
    for kinds, name, colour, opacity in (
        (("bone",), "bone", "#dccfae", 0.33),
        (("canal",), "spinal canal", style.CANAL, 0.28),
        (("cord",), "cord", style.CORD, 1.0),
        (("tumour",), "tumour", "#1fa83a", 0.8),
    ):
        labels = style.labels_of(run, *kinds)
        if kinds == ("bone",) and labels:
            labels = labels + style.labels_of(run, "tumour")
        if kinds == ("canal",) and labels:
            labels = labels + style.labels_of(run, "cord")
        if labels:
            faces = run.mesh.surface_of(labels)
            nodes, triangles = np.unique(faces, return_inverse=True)
            points = run.mesh.nodes[nodes] * 1e3
            shape = triangles.reshape(-1, 3).astype(np.int64)
            bodies.append(Body(name, points, shape, colour, opacity))
    zone = run.zone(criterion)
    if not zone.is_empty:
        cut = zone.surface
        label = f"ablation zone, {style.zone_label(criterion)}"
        bodies.append(Body(label, cut.points * 1e3, cut.triangles, "#ff7433", 0.36))
    colours = style.thermocouple_colours(run)
    return Scene(
        bodies,
        antenna_line(run) * 1e3 if run.antenna else None,
        0.5e3 * float(run.antenna.get("outer_diameter") or 1.6e-3),
        {name: (trace.position * 1e3, colours[name]) for name, trace in run.traces.items()},
        _view(run),
    )


def _view(run: Recording) -> Floats:
    """From behind and above, on the side the antenna comes from: the surgeon's view."""
    sideways = 1.0
    if run.antenna and abs(float(run.antenna["axis"][1])) > 1e-6:
        sideways = float(np.sign(run.antenna["axis"][1]))
    direction = np.array([-0.62, 0.75 * sideways, 0.55])
    return np.asarray(direction / np.linalg.norm(direction))
