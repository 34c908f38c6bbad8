"""Level function of a vertebral body: kidney-shaped to heart-shaped section, waist, hollow ends.

Coordinates of the vertebra: x anterior, y left, z cranial, origin in the centre of its body.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.measures import Measures
from mwa_sim.anatomy.shapes import along_ray, gauge, smooth_max, smooth_step
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Rounding of the rims of the endplates.
RIM = 1.8 * _MM
#: The section is full within this fraction of the half height from the endplates.
FULL = 0.8
#: Superellipse exponent of the section.
SQUARENESS = 2.3


@dataclass(frozen=True)
class Style:
    """Shape of a body beyond its measured dimensions; assumptions after textbook drawings.

    Attributes
    ----------
    heart : float
        How much narrower the front is than the middle: 0 kidney-shaped, 0.3 heart-shaped.
    hollow : float
        Depth of the hollow of the posterior wall, as a fraction of the depth of the body.
    waist : tuple of three floats
        How much narrower the body is at mid-height: sideways, in front, behind.
    concavity : tuple of two floats
        Depth of the upper and the lower endplate below their rims, as a fraction of the height.
    """

    heart: float
    hollow: float
    waist: tuple[float, float, float]
    concavity: tuple[float, float]


def style(place: float) -> Style:
    """Style of the body at a place along the spine, 0 at T1 to 16 at L5; beyond, as at the ends."""

    def between(*values: float) -> float:
        return float(np.interp(place, (0.0, 3.0, 6.0, 10.0, 12.0, 14.0, 16.0), values))

    return Style(
        heart=between(0.10, 0.25, 0.30, 0.18, 0.08, 0.04, 0.04),
        hollow=between(0.05, 0.07, 0.08, 0.07, 0.07, 0.06, 0.02),
        waist=(
            between(0.08, 0.08, 0.08, 0.11, 0.13, 0.14, 0.12),
            between(0.06, 0.07, 0.07, 0.08, 0.09, 0.09, 0.07),
            between(0.02, 0.02, 0.02, 0.025, 0.025, 0.025, 0.02),
        ),
        concavity=(
            between(0.06, 0.05, 0.05, 0.06, 0.065, 0.065, 0.065),
            between(0.06, 0.06, 0.06, 0.07, 0.08, 0.085, 0.09),
        ),
    )


@dataclass(frozen=True)
class Body:
    """A vertebral body.

    Attributes
    ----------
    size : Measures
    style : Style
    sunk : float [m]
        How much deeper each endplate lies in its middle after a biconcave fracture.
    """

    size: Measures
    style: Style
    sunk: float = 0.0

    def __call__(self, points: Floats) -> Floats:
        """Level function, (n, 3) [m] -> (n,) [m]."""
        side, rho = self.side(points)
        half = self.half_height(points[:, 0])
        top, bottom = self._hollows(rho)
        body = smooth_max(side, points[:, 2] - half + top, RIM)
        return smooth_max(body, -points[:, 2] - half + bottom, RIM)

    def above(self, points: Floats) -> Floats:
        """Height above the upper endplate, (n,) [m]; its hollow included."""
        _, rho = self.side(points)
        return np.asarray(points[:, 2] - self.half_height(points[:, 0]) + self._hollows(rho)[0])

    def below(self, points: Floats) -> Floats:
        """Depth below the lower endplate, (n,) [m]; its hollow included."""
        _, rho = self.side(points)
        return np.asarray(-points[:, 2] - self.half_height(points[:, 0]) + self._hollows(rho)[1])

    def half_height(self, x: Floats) -> Floats:
        """Half the height between the rims, (n,) [m]."""
        s = self.size
        forward = np.clip(x / s.depth + 0.5, 0.0, 1.0)
        return np.asarray(
            (s.posterior_height + (s.anterior_height - s.posterior_height) * forward) / 2.0
        )

    def side(self, points: Floats) -> tuple[Floats, Floats]:
        """Distance to the side wall along rays from the axis, and the gauge (1 on the wall)."""
        s, form = self.size, self.style
        x, y, z = points.T
        t = np.clip(2.0 * z / s.height, -1.0, 1.0)
        waist = np.maximum(1.0 - (t / FULL) ** 2, 0.0)
        blend = smooth_step((t + 1.0) / 2.0)
        width = s.lower_width + (s.endplate_width - s.lower_width) * blend
        depth = s.lower_depth + (s.endplate_depth - s.lower_depth) * blend
        half_width = width / 2.0 * (1.0 - form.waist[0] * waist)
        hollow = form.hollow * s.depth
        # The posterior walls of both endplates are in line; the difference in depth is in front.
        front = (depth - s.depth / 2.0) * (1.0 - form.waist[1] * waist)
        back = s.depth / 2.0 * (1.0 - form.waist[2] * waist) + hollow
        # The hollow of the posterior wall: points behind the centre are measured further back.
        dent = hollow * np.exp(-((y / (0.42 * half_width)) ** 2))
        moved = x - dent * smooth_step(-2.0 * x / s.depth)
        half_depth = np.where(x > 0.0, front, back)
        narrow = 1.0 - form.heart * smooth_step(np.maximum(x, 0.0) / front)
        rho = gauge(moved / half_depth, y / (half_width * narrow), SQUARENESS)
        return along_ray(np.hypot(moved, y), rho, s.depth / 2.0), rho

    def _hollows(self, rho: Floats) -> tuple[Floats, Floats]:
        """Depth of both endplates below the plane of their rims."""
        s = self.size
        bowl = np.maximum(1.0 - (rho / 0.9) ** 2, 0.0)
        # A sunken endplate has a flatter floor and steeper edge than a healthy one.
        floor = np.maximum(1.0 - (rho / 0.92) ** 4, 0.0)
        up, down = (part * s.posterior_height * bowl + self.sunk * floor for part in
                    self.style.concavity)  # fmt: skip
        return np.asarray(up), np.asarray(down)
