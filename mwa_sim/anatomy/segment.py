"""A vertebra as a whole, and the chain of vertebrae around the treated one.

Each vertebra has its own coordinates (x anterior, y left, z cranial, origin in the centre of its
body); the chain places them by the wedges of bodies and discs, posterior walls in line, so that
thoracic kyphosis and lumbar lordosis follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.arch import Arch, superior_joint
from mwa_sim.anatomy.body import Body, style
from mwa_sim.anatomy.measures import CHAIN, Measures, place_of
from mwa_sim.anatomy.shapes import bounded, smooth_min
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Fillet between body and pedicles, least and largest; in between 0.35 of the pedicle's width.
PEDICLE_FILLET = (4.0 * _MM, 6.5 * _MM)
#: Fillet between them and the arch.
ARCH_FILLET = 3.0 * _MM
#: Level functions are evaluated this close to the box of their solid.
NEAR = 6.0 * _MM


@dataclass(frozen=True)
class Segment:
    """A vertebra at its place.

    Attributes
    ----------
    size : Measures
    lean : float [rad]
        Rotation about y; positive leans backwards.
    origin : (3,) float array [m]
        Centre of the body.
    body : Body
    arch : Arch
    disc_above, disc_below : float [m]
        Heights of the neighbouring discs.
    """

    size: Measures
    lean: float
    origin: Floats
    body: Body
    arch: Arch
    disc_above: float
    disc_below: float

    @property
    def place(self) -> float:
        """0 at T1 to 16 at L5."""
        return place_of(self.size.level)

    def local(self, points: Floats) -> Floats:
        """Points in the coordinates of this vertebra."""
        return np.asarray((points - self.origin) @ rotation(self.lean))

    def world(self, points: Floats) -> Floats:
        """Points of this vertebra in the coordinates of the treated one."""
        return np.asarray(points @ rotation(self.lean).T + self.origin)

    def at_place(self, level: Level) -> Level:
        """A level function of this vertebra, in the coordinates of the treated one."""
        return lambda points: level(self.local(points))

    def column(self, points: Floats) -> Floats:
        """Body with both pedicles, in own coordinates: the part with a cancellous core."""
        fillet = float(np.clip(0.35 * self.size.pedicle_width, *PEDICLE_FILLET))
        return smooth_min(self.body(points), self.arch.pedicle(points), fillet)

    def bone(self, points: Floats) -> Floats:
        """The whole vertebra, in own coordinates; the canal is not yet cut out of it."""
        return smooth_min(self.column(points), self.arch(points), ARCH_FILLET)

    def box(self) -> tuple[Floats, Floats]:
        """Corners of a box around the vertebra, in own coordinates [m]."""
        s, mm = self.size, _MM
        root, tip = self.arch.spinous_axis
        end = 13.0 * mm
        ends = [
            self.arch.inferior.centre[2] - s.facet_height,
            tip[2] - end,
            -s.height / 2.0 - 2 * mm,
        ]
        ends.append(root[2] - s.lamina_height)
        side = max(s.transverse_span, s.endplate_width, s.lower_width, s.canal_width) / 2.0 + 4 * mm
        low = np.array([tip[0] - end, -side, min(ends)])
        top = max(self.arch.superior.centre[2] + s.facet_height, s.anterior_height / 2.0 + 2 * mm)
        high = np.array([s.depth / 2.0 + 3 * mm, side, top])
        return low, high


def rotation(lean: float) -> Floats:
    """Rotation about y that leans the z axis backwards, (3, 3)."""
    c, s = np.cos(lean), np.sin(lean)
    return np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])


def build_chain(
    level: str, sizes: Callable[[str], Measures], sunk: float, low: float, high: float
) -> list[Segment]:
    """The treated vertebra and its neighbours until the block is full.

    Parameters
    ----------
    level : str
        The treated level.
    sizes : callable
        Dimensions of a level.
    sunk : float [m]
        Extra depth of the endplates of the treated body.
    low, high : float [m]
        Heights that must be covered.

    Returns
    -------
    list of Segment
        Downwards, at least one on either side of the treated one; what would lie beyond C6 or S1
        is left out.
    """
    start = CHAIN.index(level)
    frames: dict[int, tuple[Measures, float, Floats]] = {start: (sizes(level), 0.0, np.zeros(3))}
    for step, end in ((-1, high), (1, low)):
        place = start
        while 0 <= place + step < len(CHAIN):
            size, lean, origin = frames[place]
            reached = origin[2] - step * (size.height / 2.0)
            if place != start and (reached - end) * step < 0.0:
                break
            other = sizes(CHAIN[place + step])
            upper, lower = (other, size) if step < 0 else (size, other)
            frames[place + step] = (other, *_beside(upper, lower, lean, origin, up=step < 0))
            place += step
    order = sorted(frames)
    return [_segment(frames, place, sunk if place == start else 0.0) for place in order]


def _beside(
    upper: Measures, lower: Measures, lean: float, origin: Floats, up: bool
) -> tuple[float, Floats]:
    """Lean and origin of the upper vertebra from those of the lower one (``up``), or reversed."""
    turn = (upper.wedge + lower.wedge) / 2.0 + upper.disc_angle
    behind = upper.disc_height - upper.depth / 2.0 * np.tan(upper.disc_angle)
    behind = max(float(behind), 2.0 * _MM)
    known, new, sign = (lower, upper, 1.0) if up else (upper, lower, -1.0)
    other = lean + sign * turn
    edge = np.array([-known.depth / 2.0, 0.0, sign * known.posterior_height / 2.0])
    across = rotation(lean + sign * turn / 2.0) @ np.array([0.0, 0.0, sign * behind])
    corner = origin + rotation(lean) @ edge + across
    own = np.array([-new.depth / 2.0, 0.0, -sign * new.posterior_height / 2.0])
    return other, corner - rotation(other) @ own


def _segment(frames: dict[int, tuple[Measures, float, Floats]], place: int, sunk: float) -> Segment:
    size, lean, origin = frames[place]
    where = place_of(size.level)
    above, below = frames.get(place - 1), frames.get(place + 1)
    disc_above = above[0].disc_height if above else size.disc_height
    superior = superior_joint(size, _lumbar(where), disc_above)
    if below:
        other, its_lean, its_origin = below
        joint = superior_joint(other, _lumbar(where + 1.0), size.disc_height)
        turn = rotation(lean).T @ rotation(its_lean)
        inferior = joint.moved(turn, rotation(lean).T @ (its_origin - origin))
    else:
        # The last vertebra of the block: as if the next one were like itself.
        down = np.array([0.0, 0.0, -(size.height + size.disc_height)])
        inferior = superior.moved(np.eye(3), down)
    return Segment(
        size,
        lean,
        origin,
        Body(size, style(where), sunk),
        Arch(size, where, superior, inferior),
        disc_above,
        size.disc_height,
    )


def _lumbar(place: float) -> float:
    return float(np.interp(place, (11.0, 12.0), (0.0, 1.0)))


def near(segment: Segment, level: Level) -> Level:
    """A level function of a vertebra at its place, evaluated near the vertebra only."""
    box = segment.box()
    ways = np.stack(np.meshgrid(*np.transpose(box), indexing="ij"), axis=-1).reshape(-1, 3)
    corners = segment.world(ways)
    return bounded(segment.at_place(level), corners.min(axis=0), corners.max(axis=0), NEAR)
