"""What a three-dimensional view shows, independent of who draws it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mwa_sim.plot import style
from mwa_sim.plot.overlay import antenna_colours, antenna_line, antenna_words
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
class Rod:
    """An antenna: tip and far end (2, 3) [mm], radius [mm], colour."""

    name: str
    ends: Floats
    radius: float
    colour: str


@dataclass(frozen=True)
class Scene:
    """Surfaces, antennas and thermocouples in millimetres, and where they are seen from.

    Attributes
    ----------
    bodies : list of Body
        From the most transparent outer ones to the opaque inner ones.
    antennas : list of Rod
    markers : dict of str to (position (3,), colour)
    view : (3,) float array
        Direction from the scene towards the eye.
    """

    bodies: list[Body]
    antennas: list[Rod]
    markers: dict[str, tuple[Floats, str]]
    view: Floats

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the scene as ``.npz`` (arrays and one JSON text)."""
        arrays: dict[str, NDArray[np.generic]] = {"view": self.view}
        for i, body in enumerate(self.bodies):
            arrays[f"points{i}"], arrays[f"triangles{i}"] = body.points, body.triangles
        for i, rod in enumerate(self.antennas):
            arrays[f"antenna{i}"] = rod.ends
        rest = {
            "bodies": [
                {k: v for k, v in asdict(b).items() if k in ("name", "colour", "opacity")}
                for b in self.bodies
            ],
            "antennas": [
                {k: v for k, v in asdict(r).items() if k in ("name", "radius", "colour")}
                for r in self.antennas
            ],
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
            rods = [
                Rod(ends=data[f"antenna{i}"], **look) for i, look in enumerate(rest["antennas"])
            ]
            markers = {name: (np.array(p), colour) for name, p, colour in rest["markers"]}
            return cls(bodies, rods, markers, data["view"])


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
        (("cord",), style.cord_words(run), style.CORD, 1.0),
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
        _rods(run),
        {name: (trace.position * 1e3, colours[name]) for name, trace in run.traces.items()},
        _view(run),
    )


def _rods(run: Recording) -> list[Rod]:
    """The antennas, dark enough to stand out from a white ground."""
    several = len(run.antennas) > 1
    rods = []
    for antenna, words, colour in zip(
        run.antennas, antenna_words(run), antenna_colours(run), strict=True
    ):
        radius = 0.5e3 * float(antenna.get("outer_diameter") or 1.6e-3)
        shade = _darker(colour) if several else "#5b6470"
        rods.append(Rod(words, antenna_line(run, antenna) * 1e3, radius, shade))
    return rods


def _darker(colour: str) -> str:
    """A hexadecimal colour with half of its light."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{int(0.55 * part):02x}" for part in parts)


def _view(run: Recording) -> Floats:
    """From behind and above, on the side the first antenna comes from: the surgeon's view."""
    sideways = 1.0
    if run.antenna and abs(float(run.antenna["axis"][1])) > 1e-6:
        sideways = float(np.sign(run.antenna["axis"][1]))
    direction = np.array([-0.62, 0.75 * sideways, 0.55])
    return np.asarray(direction / np.linalg.norm(direction))
