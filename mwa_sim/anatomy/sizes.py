"""Element sizes in a scene: fine where heat is made or watched, coarse far away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.shapes import segment_distance
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats
from mwa_sim.spec import PositiveLength, Spec, problems

_MM = 1e-3
#: Fine elements reach this far from the axis of the antenna: its radius and a little more.
TRACK_RADIUS = 1.0 * _MM
#: Interfaces this close to the posterior wall behind the tumour are as fine as the tumour's.
FOCUS_RADIUS = 6.0 * _MM
#: Growth of the interface size with distance from the target (m per m), past REACH.
FADE = 0.3
REACH = 17.0 * _MM
#: How fast the size that shows the shape of a thin region may fade with the same distance.
DETAIL_FADE = 0.02
#: Away from the target, a surface that bends with this radius or a smaller one keeps the interface
#: size. Flatter ones get edges that grow with the square root of their radius, so that the faces
#: stay within the same distance of the surface: interface**2 / (8 * BEND), 0.4 mm by default.
BEND = 1.7 * _MM
#: The interface size grows to no more than this multiple of itself.
FLATTEST = 2.0
#: Bending is looked up no further than this from a surface, by differences over _STEP; beyond it
#: the surface counts as bent so that UNSEEN times the interface size suits it.
SEEN = 4.5 * _MM
UNSEEN = 1.5
_STEP = 2.0 * _MM
#: Larger elements than this show no vertebra, and cubes of them would leave the block.
COARSEST = 40.0 * _MM


class Sizes(Spec):
    """Wanted edge lengths of the elements [m].

    The defaults leave 2 % or less of the volume of an ablation zone and less than 0.3 K at the
    posterior wall, against the limit of small elements: ``benchmarks/verification/mesh_size``.

    Attributes
    ----------
    antenna : float
        Near the radiating end of the antenna; also the size of the smallest cubes.
    tumour : float
        Surface of the tumour, and interfaces near it.
    interface : float
        Surfaces of bone, discs and canal away from the tumour.
    far : float
        Largest size.
    growth : float
        Growth of the size with distance (m per m).
    """

    antenna: PositiveLength = 0.6 * _MM
    tumour: PositiveLength = 1.2 * _MM
    interface: PositiveLength = 2.4 * _MM
    far: PositiveLength = 9.6 * _MM
    growth: Annotated[float, Field(gt=0.0, le=0.6)] = 0.6

    @model_validator(mode="after")
    def _ordered(self) -> Sizes:
        if not self.antenna <= self.tumour <= self.interface <= self.far:
            raise problems("expected antenna <= tumour <= interface <= far")
        if self.far > COARSEST:
            raise problems(f"far: expected at most {1e3 * COARSEST:g} mm, a vertebra's height")
        return self

    def scaled(self, antenna: float) -> Sizes:
        """The same proportions with another smallest size [m]."""
        factor = antenna / self.antenna
        return Sizes(
            antenna=antenna,
            tumour=self.tumour * factor,
            interface=self.interface * factor,
            far=self.far * factor,
            growth=self.growth,
        )

    @property
    def depth(self) -> int:
        """Halvings from the largest to the smallest cube."""
        return max(0, round(float(np.log2(self.far / self.antenna))))


@dataclass(frozen=True)
class Track:
    """Way of an antenna that is meshed finely.

    Attributes
    ----------
    entry, tip : (3,) float array [m]
    radiating_length : float [m]
        Length of the last part, which gets the smallest elements.
    """

    entry: Floats
    tip: Floats
    radiating_length: float


@dataclass(frozen=True)
class SceneSizing:
    """Wanted edge length at points, (n, 3) [m] -> (n,) [m].

    Attributes
    ----------
    scene : Scene
    sizes : Sizes
    target : (3,) float array [m]
        Centre of what is treated; sizes grow with the distance from it.
    tracks : tuple of Track
    focus : (3,) float array or None [m]
        Place that is watched closely (the posterior wall).
    """

    scene: Scene
    sizes: Sizes
    target: Floats
    tracks: tuple[Track, ...]
    focus: Floats | None

    def __call__(self, points: Floats) -> Floats:
        """Wanted edge length [m]."""
        s = self.sizes
        away = np.maximum(np.linalg.norm(points - self.target, axis=1) - REACH, 0.0)
        grown = np.minimum(s.interface + FADE * away, FLATTEST * s.interface)
        watched = np.full(len(points), np.inf)
        if self.focus is not None:
            near = np.linalg.norm(points - self.focus, axis=1) - FOCUS_RADIUS
            watched = s.tumour + s.growth * np.maximum(near, 0.0)
        wanted = np.full(len(points), s.far)
        tumour = np.full(len(points), np.inf)
        covered = np.full(len(points), -np.inf)
        for piece in self.scene.pieces:
            level = piece.level(points)
            surface = np.abs(level)
            size = np.minimum(self._showing(piece.level, points, level, grown), watched)
            if piece.detail is not None:
                size = np.minimum(size, np.maximum(piece.detail, s.antenna) + DETAIL_FADE * away)
            if piece.name == "tumour":
                tumour = surface
                size = np.minimum(size, s.tumour)
            # Where the nearest surface of this piece is inside an earlier one, there is none.
            size = np.where(surface > covered, size, np.inf)
            wanted = np.minimum(wanted, size + s.growth * surface)
            covered = np.maximum(covered, -level)
        for track in self.tracks:
            wanted = np.minimum(wanted, self._track(points, track))
        # Cut elements are smaller than the lattice: where a track pierces the tumour's surface
        # the lattice stays coarser, or those few elements would set the step of the heat solver.
        coarser = np.maximum(wanted, s.tumour)
        return np.asarray(np.where(tumour < s.tumour, coarser, wanted))

    def _showing(self, level: Level, points: Floats, values: Floats, grown: Floats) -> Floats:
        """Edge length that shows how a surface bends, between the interface size and ``grown``."""
        s = self.sizes
        seen = np.abs(values) < SEEN
        size = np.where(seen, grown, np.minimum(UNSEEN * s.interface, grown))
        asked = np.flatnonzero(seen & (grown > s.interface))
        if len(asked):
            radius = _radius(level, points[asked], values[asked])
            shown = s.interface * np.sqrt(np.maximum(radius / BEND, 1.0))
            size[asked] = np.minimum(shown, grown[asked])
        return size

    def _track(self, points: Floats, track: Track) -> Floats:
        s = self.sizes
        way = track.tip - track.entry
        length = float(np.linalg.norm(way))
        back = track.tip - min(track.radiating_length, length) / length * way
        active = np.maximum(segment_distance(points, back, track.tip) - TRACK_RADIUS, 0.0)
        fine = s.antenna + s.growth * active
        if track.radiating_length >= length:
            return np.asarray(fine)
        shaft = np.maximum(segment_distance(points, track.entry, back) - TRACK_RADIUS, 0.0)
        return np.asarray(np.minimum(fine, 2.0 * s.antenna + s.growth * shaft))


def _radius(level: Level, points: Floats, values: Floats) -> Floats:
    """Radius with which the surface nearest to points bends [m], from the second differences.

    For a distance function ``1 / sum |d2 phi / dx_i2|`` is the radius of a cylinder through the
    point, and at least half that of a sphere; the surface is ``values`` further in.
    """
    bend = np.zeros(len(points))
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = _STEP
        bend += np.abs(level(points + step) + level(points - step) - 2.0 * values) / _STEP**2
    return np.asarray(np.maximum(1.0 / np.maximum(bend, 1.0) - values, 0.0))
