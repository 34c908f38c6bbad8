"""Element sizes in the parametric spine: fine where heat is made, coarse far away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.regions import Spine
from mwa_sim.anatomy.shapes import segment_distance
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Fine elements reach this far from the axis of the antenna: its radius and a little more.
TRACK_RADIUS = 1.0 * _MM
#: Interfaces this close to the posterior wall behind the tumour are as fine as the tumour's.
FOCUS_RADIUS = 6.0 * _MM
#: Growth of the interface size with distance from the tumour (m per m), past REACH.
FADE = 0.08
REACH = 17.0 * _MM


@dataclass(frozen=True)
class SpineSizing:
    """Wanted edge length at points, (n, 3) [m] -> (n,) [m].

    Attributes
    ----------
    spine : Spine
    antenna, tumour, interface, far : float [m]
        Sizes at the radiating part of a track, on the tumour's surface, on other interfaces, and
        the largest one.
    growth : float
        Growth of the size with distance (m per m).
    entries : tuple of (3,) float array [m]
        Where tracks start; they end ``overshoot`` past the tumour centre.
    radiating_length, overshoot : float [m]
    focus : (3,) float array [m]
        Place that is watched closely (the posterior wall).
    """

    spine: Spine
    antenna: float
    tumour: float
    interface: float
    far: float
    growth: float
    entries: tuple[Floats, ...]
    radiating_length: float
    overshoot: float
    focus: Floats

    def __call__(self, points: Floats) -> Floats:
        """Wanted edge length [m]."""
        target = np.asarray(self.spine.tumour_centre)
        distance = np.linalg.norm(points - target, axis=1)
        surface = self._interface_distance(points)
        at_interface = self.interface + FADE * np.maximum(distance - REACH, 0.0)
        near_focus = np.linalg.norm(points - self.focus, axis=1) - FOCUS_RADIUS
        at_interface = np.minimum(
            at_interface, self.tumour + self.growth * np.maximum(near_focus, 0.0)
        )
        wanted = np.minimum(self.far, at_interface + self.growth * surface)
        # The cord is thin: coarse elements would leave a knobbly one.
        wanted = np.minimum(wanted, self.interface + self.growth * np.abs(self.spine.cord(points)))
        tumour = np.abs(self.spine.tumour(points))
        wanted = np.minimum(wanted, self.tumour + self.growth * tumour)
        for entry in self.entries:
            wanted = np.minimum(wanted, self._track(points, entry, target))
        # Cut elements are smaller than the lattice: where a track pierces the tumour's surface
        # the lattice stays coarser, or those few elements would set the step of the heat solver.
        coarser = np.maximum(wanted, self.tumour)
        return np.asarray(np.where(tumour < self.tumour, coarser, wanted))

    def _interface_distance(self, points: Floats) -> Floats:
        s, v = self.spine, self.spine.vertebra
        surfaces = (v.column, v.arch, s.discs, s.cord, s.sac, s.canal, s.neighbours)
        return np.asarray(np.min([np.abs(level(points)) for level in surfaces], axis=0))

    def _track(self, points: Floats, entry: Floats, target: Floats) -> Floats:
        along = (target - entry) / np.linalg.norm(target - entry)
        tip = target + self.overshoot * along
        back = tip - self.radiating_length * along
        active = np.maximum(segment_distance(points, back, tip) - TRACK_RADIUS, 0.0)
        shaft = np.maximum(segment_distance(points, entry, back) - TRACK_RADIUS, 0.0)
        fine, coarse = self.antenna + self.growth * active, 2.0 * self.antenna + self.growth * shaft
        return np.asarray(np.minimum(fine, coarse))
