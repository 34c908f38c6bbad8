"""Regions of the parametric spine: labels, names and level functions in order of priority."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.shapes import column, ellipsoid, smooth_max
from mwa_sim.anatomy.vertebra import Vertebra
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3

TUMOUR, CANCELLOUS, SHELL, POSTERIOR, DISC = 1, 2, 3, 4, 5
CORD, CSF, EPIDURAL, NEIGHBOURS, MUSCLE = 6, 7, 8, 9, 10

#: Name of the region behind each label.
REGION_NAMES = {
    TUMOUR: "tumour",
    CANCELLOUS: "cancellous",
    SHELL: "cortical_shell",
    POSTERIOR: "posterior_elements",
    DISC: "disc",
    CORD: "cord",
    CSF: "csf",
    EPIDURAL: "epidural_fat",
    NEIGHBOURS: "neighbour_vertebrae",
    MUSCLE: "muscle",
}
#: Gap kept between the vertebra and its neighbours: joint cartilage and capsule.
JOINT_SPACE = 2.0 * _MM
#: Posterior wall to dura, dura to posterior arch.
EPIDURAL_SPACE = (2.0 * _MM, 3.0 * _MM)
#: Width and depth of the conus and the roots around it.
CORD_SIZE = (9.0 * _MM, 7.0 * _MM)


@dataclass(frozen=True)
class Spine:
    """A vertebra with tumour, canal, discs and neighbours.

    Attributes
    ----------
    vertebra : Vertebra
    tumour_centre, tumour_radii : (3,) float array [m]
        Ellipsoid with axes along x, y, z.
    breach : bool
        Whether the tumour may grow out of the bone; otherwise it ends ``clearance`` inside it.
    clearance : float [m]
        Bone left between a clipped tumour and the surface.
    """

    vertebra: Vertebra
    tumour_centre: Floats
    tumour_radii: Floats
    breach: bool
    clearance: float

    def tumour(self, points: Floats) -> Floats:
        """The tumour, clipped to the bone unless it may breach it."""
        level = ellipsoid(points, self.tumour_centre, self.tumour_radii)
        if self.breach:
            return level
        return smooth_max(level, self.vertebra.column(points) + self.clearance, 2.0 * _MM)

    def canal(self, points: Floats) -> Floats:
        """Spinal canal; in front it ends at the bodies and discs, which have priority."""
        size = self.vertebra.size
        # Further forward than the wall, so that it meets the bone steeply: no thin wedges are left.
        depth = size.canal_depth + 4.0 * _MM
        centre = self.vertebra.posterior_wall + 4.0 * _MM - depth / 2.0
        return column(points, (centre, 0.0), (depth / 2.0, size.canal_width / 2.0), 2.3)

    def sac(self, points: Floats) -> Floats:
        """Dural sac: cerebrospinal fluid, roots and cord."""
        centre, half = self._sac()
        return column(points, (centre, 0.0), half, 2.0)

    def cord(self, points: Floats) -> Floats:
        """Conus of the spinal cord."""
        centre, _ = self._sac()
        return column(points, (centre, 0.0), (CORD_SIZE[1] / 2.0, CORD_SIZE[0] / 2.0), 2.0)

    def cord_front(self) -> float:
        """x of the front of the cord [m]."""
        return self._sac()[0] + CORD_SIZE[1] / 2.0

    def discs(self, points: Floats) -> Floats:
        """Discs above and below."""
        below = points + np.array([0.0, 0.0, self.vertebra.pitch])
        return np.minimum(self.vertebra.disc(points), self.vertebra.disc(below))

    def neighbours(self, points: Floats) -> Floats:
        """The two neighbouring vertebrae, with joint spaces towards this one."""
        shift = np.array([0.0, 0.0, self.vertebra.pitch])
        bone = self.vertebra.bone
        either = np.minimum(bone(points - shift), bone(points + shift))
        return np.maximum(either, JOINT_SPACE - bone(points))

    def neighbour_bodies(self, points: Floats) -> Floats:
        """Bodies of the two neighbouring vertebrae."""
        shift = np.array([0.0, 0.0, self.vertebra.pitch])
        body = self.vertebra.body
        return np.minimum(body(points - shift), body(points + shift))

    def levels(self) -> list[tuple[int, Level]]:
        """Labels with level functions in order of priority; the shell is made afterwards."""
        v = self.vertebra
        return [
            (TUMOUR, self.tumour),
            (CANCELLOUS, v.column),
            (DISC, self.discs),
            (CORD, self.cord),
            (CSF, self.sac),
            (EPIDURAL, _outside(self.canal, self.neighbour_bodies)),
            (POSTERIOR, v.arch),
            (NEIGHBOURS, self.neighbours),
        ]

    def _sac(self) -> tuple[float, tuple[float, float]]:
        size = self.vertebra.size
        front = self.vertebra.posterior_wall - EPIDURAL_SPACE[0]
        back = self.vertebra.posterior_wall - size.canal_depth + EPIDURAL_SPACE[1]
        return (front + back) / 2.0, ((front - back) / 2.0, size.canal_width * 0.37)


def _outside(level: Level, other: Callable[[Floats], Floats]) -> Level:
    """A level function without the inside of another one."""

    def difference(points: Floats) -> Floats:
        return np.maximum(level(points), -other(points))

    return difference
