"""Level functions of a lumbar vertebra.

Coordinates: x anterior, y left, z cranial, origin in the centre of the body. The body is a
kidney-shaped superellipse, waisted between the endplates, which are concave inside their rims.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from mwa_sim.anatomy.morphometry import Dimensions
from mwa_sim.anatomy.shapes import (
    along_ray,
    gauge,
    plate,
    rod,
    smooth_max,
    smooth_min,
    smooth_step,
    tube,
)
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Depth of the hollow of the posterior wall in the midline.
POSTERIOR_HOLLOW = 2.2 * _MM
#: Depth of the upper and lower endplate below their rims.
ENDPLATE_DEPTH = (1.6 * _MM, 2.0 * _MM)
#: The anterior wall is higher than the posterior one.
WEDGE = 1.2 * _MM
#: How much narrower the body is at mid-height: sideways, in front, behind.
WAIST = (0.11, 0.08, 0.02)
_RIM = 2.5 * _MM
_FILLET = 5.0 * _MM


@dataclass(frozen=True)
class Vertebra:
    """One vertebra as level functions (negative inside, about the distance [m]).

    Attributes
    ----------
    size : Dimensions
        Lengths in metres.
    """

    size: Dimensions

    @property
    def posterior_wall(self) -> float:
        """x of the posterior wall in the midline at the endplates [m]."""
        return -self.size.endplate_depth / 2.0

    @property
    def pitch(self) -> float:
        """Distance between the centres of neighbouring bodies [m]."""
        return self.size.posterior_height + WEDGE / 2.0 + self.size.disc_height

    def body(self, points: Floats) -> Floats:
        """Vertebral body, (n, 3) [m] -> (n,) [m]."""
        x, _, z = points.T
        side, rho = self._side(points)
        half = self._half_height(x)
        hollow = np.maximum(1.0 - (rho / 0.88) ** 2, 0.0)
        top = z - half + ENDPLATE_DEPTH[0] * hollow
        bottom = -z - half + ENDPLATE_DEPTH[1] * hollow
        return smooth_max(smooth_max(side, top, _RIM), bottom, _RIM)

    def pedicle_axis(self, side: int) -> tuple[Floats, Floats]:
        """Ends of a pedicle's axis, in the body and in the arch; side +1 is left [m]."""
        s = self.size
        middle = np.array([self.posterior_wall - 4.0 * _MM, 0.0, 4.5 * _MM])
        middle[1] = (s.canal_width + s.pedicle_width) / 2.0
        # Lumbar pedicles converge forwards by ten to fifteen degrees.
        along = np.array([1.0, -0.28, 0.03])
        front, back = middle + 7.5 * _MM * along, middle - 7.0 * _MM * along
        mirror = np.array([1.0, side, 1.0])
        return front * mirror, back * mirror

    def pedicle(self, points: Floats, side: int) -> Floats:
        """One pedicle; side +1 is left."""
        front, back = self.pedicle_axis(side)
        s = self.size
        return tube(points, front, back, s.pedicle_width / 2.0, s.pedicle_height / 2.0)

    def column(self, points: Floats) -> Floats:
        """Body with both pedicles, joined by fillets: the part with a cancellous core."""
        return smooth_min(self.body(points), self.pedicle(_folded(points), 1), _FILLET)

    def arch(self, points: Floats) -> Floats:
        """Articular processes, laminae, transverse and spinous processes."""
        parts = self._arch_parts(_folded(points))
        return reduce(lambda a, b: smooth_min(a, b, 3.5 * _MM), parts)

    def bone(self, points: Floats) -> Floats:
        """The whole vertebra (the canal is not subtracted)."""
        return smooth_min(self.column(points), self.arch(points), 3.0 * _MM)

    def disc(self, points: Floats) -> Floats:
        """Disc above this vertebra; also covers the rims of both bodies, which have priority."""
        side, rho = self._side(points)
        # The endplate of a vertebra's neighbour is its own, one pitch higher.
        half = self._half_height(points[:, 0])
        hollow = np.maximum(1.0 - (rho / 0.88) ** 2, 0.0)
        low = half - ENDPLATE_DEPTH[0] * hollow - 1.2 * _MM - points[:, 2]
        high = points[:, 2] - self.pitch + half - ENDPLATE_DEPTH[1] * hollow - 1.2 * _MM
        return smooth_max(side - 0.3 * _MM, np.maximum(low, high), 1.0 * _MM)

    def _half_height(self, x: Floats) -> Floats:
        forward = x / self.size.endplate_depth + 0.5
        return np.asarray((self.size.posterior_height + WEDGE * np.clip(forward, 0, 1)) / 2.0)

    def _side(self, points: Floats) -> tuple[Floats, Floats]:
        """Distance to the side wall along rays from the axis, and the gauge (1 on the wall)."""
        s = self.size
        x, y, z = points.T
        middle = np.maximum(1.0 - (2.0 * z / s.posterior_height) ** 2, 0.0)
        half_width = s.endplate_width / 2.0 * (1.0 - WAIST[0] * middle)
        front = s.endplate_depth / 2.0 * (1.0 - WAIST[1] * middle)
        back = s.endplate_depth / 2.0 * (1.0 - WAIST[2] * middle) + POSTERIOR_HOLLOW
        depth = np.where(x > 0, front, back)
        # The hollow of the posterior wall: points behind the centre are measured further back.
        hollow = POSTERIOR_HOLLOW * np.exp(-((y / (9.0 * _MM)) ** 2))
        moved = x - hollow * smooth_step(-2.0 * x / s.endplate_depth)
        rho = gauge(moved / depth, y / half_width, 2.35)
        return along_ray(np.hypot(moved, y), rho, s.endplate_depth / 2.0), rho

    def _arch_parts(self, p: Floats) -> list[Floats]:
        """Parts of the left half of the arch at points with y >= 0."""
        s = self.size
        lateral = (s.canal_width + s.pedicle_width) / 2.0
        behind = self.posterior_wall - s.canal_depth
        root = self.posterior_wall - 12.0 * _MM
        tip = s.transverse_span / 2.0 - 3.0 * _MM
        mm = _MM
        facet = (root - 1 * mm, lateral, 4 * mm)
        pars = (behind - 1.5 * mm, lateral - 4 * mm, -6 * mm)
        end = -s.spinous_reach + 4.0 * mm
        return [
            rod(p, facet, (root - 4.5 * mm, lateral + 0.5 * mm, 14.5 * mm), 5.2 * mm, 4.6 * mm),
            rod(p, facet, pars, 5.6 * mm, 5.0 * mm),
            rod(p, pars, (behind - 4.5 * mm, lateral - 5.5 * mm, -20 * mm), 4.6 * mm, 4.2 * mm),
            plate(
                p,
                (behind + 0.5 * mm, lateral - 3.5 * mm, -3 * mm),
                (behind - 5 * mm, 0.0, -6 * mm),
                (6.5 * mm, 6.0 * mm),
                (17 * mm, 19 * mm),
            ),
            plate(
                p,
                (behind - 4 * mm, 0.0, -6 * mm),
                (end, 0.0, -11 * mm),
                (6.5 * mm, 7.5 * mm),
                (17 * mm, 21 * mm),
            ),
            plate(
                p,
                (root + 1 * mm, lateral, 4.5 * mm),
                (root - 9 * mm, tip, 5.5 * mm),
                (9.0 * mm, 5.0 * mm),
                (12 * mm, 9 * mm),
            ),
        ]


def _folded(points: Floats) -> Floats:
    """Points mirrored to the left half: left and right are mirror images."""
    folded = points.copy()
    folded[:, 1] = np.abs(folded[:, 1])
    return folded
