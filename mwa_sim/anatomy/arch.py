"""Level functions of pedicles, laminae, articular, transverse and spinous processes.

Coordinates of the vertebra: x anterior, y left, z cranial, origin in the centre of its body.
Shapes beyond the measured dimensions are assumptions after textbook drawings; those of the lumbar
spine were compared with a statistical mean of L3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from mwa_sim.anatomy.measures import Measures
from mwa_sim.anatomy.shapes import (
    blade,
    disk,
    ellipsoid,
    folded,
    plate,
    rod,
    slab,
    smooth_max,
    smooth_min,
    tube,
)
from mwa_sim.anatomy.spinal_canal import canal_section, triangularity
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Width of a facet joint with its cartilage; the soft tissue of the background stands for it.
JOINT_GAP = 2.0 * _MM
#: Pedicles begin this far behind the posterior wall, where they are narrowest.
ISTHMUS = 4.0 * _MM
_FILLET = 3.0 * _MM
#: Place of L5, below which lies the sacrum.
LAST = 16.0


@dataclass(frozen=True)
class Joint:
    """The left one of a pair of facet joints.

    Attributes
    ----------
    centre : (3,) float array [m]
        Middle of the joint space.
    axes : (3, 3) float array
        Rows: from the lower vertebra's facet to the upper one's, sideways, upwards.
    half_width, half_height : float [m]
    """

    centre: Floats
    axes: Floats
    half_width: float
    half_height: float

    def moved(self, rotation: Floats, shift: Floats) -> Joint:
        """In other coordinates: ``x' = rotation x + shift``."""
        return Joint(
            rotation @ self.centre + shift,
            self.axes @ rotation.T,
            self.half_width,
            self.half_height,
        )


def superior_joint(size: Measures, lumbar: float, disc: float) -> Joint:
    """The joint of a vertebra with the one above it.

    Parameters
    ----------
    size : Measures
    lumbar : float
        0 for a thoracic, 1 for a lumbar vertebra.
    disc : float [m]
        Height of the disc above.
    """
    angle, tilt = size.facet_angle, size.facet_tilt
    normal = np.array([-np.sin(angle) * np.cos(tilt), -np.cos(angle) * np.cos(tilt), np.sin(tilt)])
    sideways = np.cross(normal, [0.0, 0.0, 1.0])
    sideways /= np.linalg.norm(sideways)
    axes = np.stack([normal, sideways, np.cross(sideways, normal)])
    back = size.posterior_wall - size.canal_depth
    thoracic_x = size.canal_centre - 0.22 * size.canal_depth - 1.5 * _MM
    x = thoracic_x + lumbar * (back - 2.0 * _MM - thoracic_x)
    z = size.posterior_height / 2.0 + (0.5 - 0.2 * lumbar) * disc
    centre = np.array([x, size.facet_distance / 2.0, z])
    return Joint(centre, axes, size.facet_width / 2.0, size.facet_height / 2.0)


@dataclass(frozen=True)
class Arch:
    """Everything behind a vertebral body.

    Attributes
    ----------
    size : Measures
    place : float
        Place along the spine, 0 at T1 to 16 at L5.
    superior, inferior : Joint
        Joints with the vertebra above and below, in the coordinates of this one.
    """

    size: Measures
    place: float
    superior: Joint
    inferior: Joint

    @property
    def lumbar(self) -> float:
        """0 for a thoracic vertebra, 1 for a lumbar one, T12 between."""
        return float(np.interp(self.place, (10.0, 11.0, 12.0), (0.0, 0.3, 1.0)))

    def pedicle_axis(self, side: int) -> tuple[Floats, Floats]:
        """Ends of a pedicle's axis, in the body and in the arch; side +1 is left [m]."""
        s = self.size
        angle, fall = s.pedicle_transverse, s.pedicle_sagittal
        lateral = s.canal_width / 2.0 + s.pedicle_width / 2.0 / np.cos(angle)
        height = s.posterior_height / 2.0 - s.pedicle_height / 2.0 + 1.0 * _MM
        middle = np.array([s.posterior_wall - ISTHMUS, lateral, height])
        along = np.array([np.cos(angle), -np.sin(angle), -np.tan(fall)])
        mirror = np.array([1.0, side, 1.0])
        reach = 7.0 * _MM + 0.1 * s.pedicle_width
        front, back = middle + reach * along, middle - 7.0 * _MM * along
        return front * mirror, back * mirror

    def pedicle(self, points: Floats) -> Floats:
        """Both pedicles."""
        s = self.size
        front, back = self.pedicle_axis(1)
        return tube(
            folded(points),
            front,
            back,
            s.pedicle_width / 2.0,
            s.pedicle_height / 2.0,
            min(0.3 * s.pedicle_width, 3.0 * _MM),
        )

    def __call__(self, points: Floats) -> Floats:
        """Laminae and processes; the canal is not yet cut out of them."""
        p = folded(points)
        parts = [*self._articular(p), self._lamina(p), self._spinous(p)]
        # The wings of the sacrum belong to its body.
        parts.append(self._wing(p) if self.place > LAST else self._transverse(p))
        solid = reduce(lambda a, b: smooth_min(a, b, _FILLET), parts)
        return smooth_max(solid, -self._sockets(p), 1.0 * _MM)

    @property
    def spinous_axis(self) -> tuple[Floats, Floats]:
        """Root and end of the middle line of the spinous process [m]."""
        s, mm = self.size, _MM
        start = np.array([s.posterior_wall - s.canal_depth - 3.0 * mm, 0.0, 0.0])
        start[2] = self._lamina_top - s.lamina_height * (0.55 - 0.08 * self.lumbar)
        along = np.array([-np.cos(s.spinous_angle), 0.0, -np.sin(s.spinous_angle)])
        end = 4.0 * mm + 5.0 * mm * self.lumbar
        return start, start + (s.spinous_length - 3.0 * mm - end) * along

    @property
    def _lamina_top(self) -> float:
        return self.size.posterior_height / 2.0 - (3.0 + self.lumbar) * _MM

    def _lamina(self, p: Floats) -> Floats:
        s, lumbar = self.size, self.lumbar
        x, y, z = p.T
        top = self._lamina_top
        # Lower parts lie further back, like tiles.
        slope = 0.30
        shifted = x - s.canal_centre + slope * (top - 0.3 * s.lamina_height - z)
        section = canal_section(shifted, y, s.canal_depth, s.canal_width, triangularity(self.place))
        thick = s.lamina_thickness
        shell = np.maximum(section - thick, -section - 1.0 * _MM)
        upper = z - top - 0.25 * y
        # Between the inferior processes the lower border is notched in the lumbar spine.
        lower = top - s.lamina_height - (0.15 + 0.2 * lumbar) * y - z
        rounding = 0.6 * thick
        ends = smooth_max(smooth_max(shell, upper, rounding), lower, rounding)
        return smooth_max(ends, x - s.canal_centre + 0.12 * s.canal_depth, rounding)

    def _facets(self) -> tuple[Floats, Floats, float]:
        """Middles of the superior and of the inferior process at their joints, and thickness."""
        thick = (4.5 + 2.0 * self.lumbar) * _MM
        offset = (JOINT_GAP + thick) / 2.0
        up, down = self.superior, self.inferior
        return up.centre - offset * up.axes[0], down.centre + offset * down.axes[0], thick

    def _articular(self, p: Floats) -> list[Floats]:
        size, mm, lumbar = self.size, _MM, self.lumbar
        up, down = self.superior, self.inferior
        top, bottom, thick = self._facets()
        _, back = self.pedicle_axis(1)
        root = back + np.array([1.0 * mm, 0.0, -0.5 * mm])
        radius = min(size.pedicle_width / 2.0 + 0.8 * mm, (5.2 + 1.3 * lumbar) * mm)
        # The pillar stays behind and, in the lumbar spine, medial to the joint below.
        pillar = root + 0.45 * (bottom - root)
        pillar[0] = bottom[0] + lumbar * 0.4 * (root[0] - bottom[0])
        return [
            disk(p, top, up.axes, (thick / 2.0, up.half_width, up.half_height)),
            disk(p, bottom, down.axes, (thick / 2.0, down.half_width, down.half_height)),
            rod(p, root, top - 2.0 * mm * up.axes[2], radius, thick / 2.0 + 0.8 * mm),
            rod(p, root, pillar, radius, thick / 2.0 + 1.0 * mm),
            rod(p, pillar, bottom, thick / 2.0 + 1.0 * mm, thick / 2.0 - 0.3 * mm),
        ]  # fmt: skip

    def _sockets(self, p: Floats) -> Floats:
        """Where the processes of the neighbours lie, with the joint spaces around them."""
        _, _, thick = self._facets()
        offset = (JOINT_GAP + thick) / 2.0
        value = np.full(len(p), np.inf)
        for joint, sign in ((self.superior, 1.0), (self.inferior, -1.0)):
            half = (thick / 2.0 + JOINT_GAP, joint.half_width + JOINT_GAP,
                    joint.half_height + JOINT_GAP)  # fmt: skip
            middle = joint.centre + sign * offset * joint.axes[0]
            value = np.minimum(value, slab(p, middle, joint.axes, half, 0.45 * thick))
        return value

    @property
    def transverse_axis(self) -> tuple[Floats, Floats]:
        """Root and end of the middle line of the left transverse process [m]."""
        s, mm = self.size, _MM
        _, back = self.pedicle_axis(1)
        root = back + np.array([(-1.5 + 3.0 * self.lumbar) * mm, 0.0, 0.0])
        sideways = max(s.transverse_span / 2.0 - self._transverse_end - root[1], 1.0 * mm)
        rise = 0.12 if self.lumbar < 1.0 else 0.06
        return root, root + sideways * np.array([-np.tan(s.transverse_back), 1.0, rise])

    @property
    def _transverse_end(self) -> float:
        """Radius of the end of the transverse process: a club in the thorax, thin below it."""
        bulk = 5.2 - 1.2 * float(np.interp(self.place, (9.0, 11.0), (0.0, 1.0)))
        return (bulk + self.lumbar * (3.0 - bulk)) * _MM

    def _transverse(self, p: Floats) -> Floats:
        mm, end = _MM, self._transverse_end
        root, tip = self.transverse_axis
        if self.lumbar < 1.0:
            return rod(p, root, tip, end - 0.6 * mm, end)
        heavy = float(np.interp(self.place, (14.0, 16.0), (0.0, 1.0)))
        thickness = (9.0 * mm + 4.0 * mm * heavy, 5.5 * mm + 3.0 * mm * heavy)
        return plate(p, root, tip, thickness, (13.0 * mm, 9.5 * mm))

    def _wing(self, p: Floats) -> Floats:
        """Wing of the sacrum, roughly."""
        s = self.size
        centre = (s.posterior_wall + 8.0 * _MM, s.endplate_width / 2.0 + 8.0 * _MM, -6.0 * _MM)
        return ellipsoid(p, centre, np.array([15.0, 21.0, 18.0]) * _MM)

    def _spinous(self, p: Floats) -> Floats:
        start, end = self.spinous_axis
        mm, lumbar = _MM, self.lumbar
        # The last two are lower, where the lordosis brings them close together.
        low = float(np.interp(self.place, (14.0, 16.0), (1.0, 0.7)))
        tall = ((6.0 + 3.5 * lumbar) * low * mm, (4.0 + 6.5 * lumbar) * low * mm)
        thick = (3.8 * mm, (2.8 + 0.5 * lumbar) * mm)
        return blade(p, start, end, tall, thick)
