"""The spinal canal as a tube along a line, and what fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.scene import Piece
from mwa_sim.anatomy.shapes import along_ray, gauge
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Levels above the end of the cord; below them the canal holds the cauda equina.
CORD_LEVELS = (*(f"T{k}" for k in range(1, 13)), "L1")
#: The tube reaches this far into the bodies, which have priority, so that it meets them steeply.
INTO_BODY = 4.0 * _MM
#: Fat before and behind the sac, as parts of the depth of the canal: 1.5 mm and 3 mm in a canal of
#: 17.5 mm (assumption).
EPIDURAL_SPACE = (0.085, 0.17)
#: Width of the sac over the width of the canal (assumption).
SAC_WIDTH = 0.74
#: Depth and width of the cord, and the part of the sac that it takes at most (assumptions).
CORD_SIZE, CORD_IN_SAC = (7.0 * _MM, 9.0 * _MM), 0.75
#: Depth and width of the gathered roots of the cauda equina, as parts of the sac (assumption).
ROOTS_IN_SAC = (0.6, 0.7)
_ROUND, _SQUARE = 2.0, 2.3


@dataclass(frozen=True)
class Canal:
    """A tube with a section that changes along it.

    Attributes
    ----------
    heights : (k,) float array [m]
        Ascending z of the given sections; beyond them the end slopes go on and sizes stay.
    centres : (k, 2) float array [m]
        x and y of the middle of the canal.
    slopes : (2, 2) float array
        dx/dz and dy/dz below the first and above the last section.
    half : (k, 2) float array [m]
        Half depth (x) and half width (y).
    """

    heights: Floats
    centres: Floats
    slopes: Floats
    half: Floats

    def centre(self, z: Floats) -> Floats:
        """Middle of the canal at heights z (n,), as (n, 2) [m]."""
        below = np.minimum(z - self.heights[0], 0.0)
        above = np.maximum(z - self.heights[-1], 0.0)
        columns = [
            np.interp(z, self.heights, self.centres[:, k])
            + below * self.slopes[0, k]
            + above * self.slopes[1, k]
            for k in range(2)
        ]
        return np.stack(columns, axis=1)

    def half_axes(self, z: Floats) -> Floats:
        """Half depth and half width at heights z (n,), as (n, 2) [m]."""
        return np.stack([np.interp(z, self.heights, self.half[:, k]) for k in range(2)], axis=1)

    def moved(self, by: Floats) -> Canal:
        """A copy moved by a vector (3,) [m]."""
        return Canal(self.heights + by[2], self.centres + by[:2], self.slopes, self.half)

    def level(self, points: Floats) -> Floats:
        """The canal; in front it reaches into the bodies and discs, which have priority."""
        middle, half = self.centre(points[:, 2]), self.half_axes(points[:, 2])
        middle[:, 0] += INTO_BODY / 2.0
        half[:, 0] += INTO_BODY / 2.0
        return _ellipse(points[:, :2] - middle, half, _SQUARE)

    def sac(self, points: Floats) -> Floats:
        """Dural sac."""
        middle, half = self._sac(points[:, 2])
        return _ellipse(points[:, :2] - middle, half, _ROUND)

    def cord(self, points: Floats) -> Floats:
        """Spinal cord in the middle of the sac."""
        middle, half = self._sac(points[:, 2])
        half = np.minimum(half * CORD_IN_SAC, np.array(CORD_SIZE) / 2.0)
        return _ellipse(points[:, :2] - middle, half, _ROUND)

    def roots(self, points: Floats) -> Floats:
        """Roots of the cauda equina as one bundle in the middle of the sac."""
        middle, half = self._sac(points[:, 2])
        return _ellipse(points[:, :2] - middle, half * np.array(ROOTS_IN_SAC), _ROUND)

    def _sac(self, z: Floats) -> tuple[Floats, Floats]:
        """Centre and half axes of the sac."""
        half, middle = self.half_axes(z), self.centre(z)
        front, back = EPIDURAL_SPACE
        middle[:, 0] += half[:, 0] * (back - front)
        return middle, half * np.array([1.0 - front - back, SAC_WIDTH])


def joined(canals: Sequence[Canal]) -> Canal:
    """One canal through the sections of several, such as those of neighbouring vertebrae."""
    order = sorted(canals, key=lambda canal: float(canal.heights[0]))
    return Canal(
        np.concatenate([canal.heights for canal in order]),
        np.concatenate([canal.centres for canal in order]),
        np.stack([order[0].slopes[0], order[-1].slopes[1]]),
        np.concatenate([canal.half for canal in order]),
    )


def nervous_level(canal: Canal, level: str) -> Level:
    """The cord, or below its end the roots of the cauda equina."""
    return canal.cord if level in CORD_LEVELS else canal.roots


def canal_contents(
    canal: Canal, level: str, given: frozenset[str] = frozenset()
) -> tuple[list[Piece], list[str]]:
    """Cord or cauda equina, cerebrospinal fluid and epidural fat, in order of priority.

    Parameters
    ----------
    canal : Canal
    level : str
        Level of the treated vertebra, such as ``"L3"``: the cord ends at L1/L2.
    given : frozenset of str
        Regions that the source has already.

    Returns
    -------
    pieces : list of Piece
        Those not given.
    notes : list of str
    """
    cord = "cord" if level in CORD_LEVELS else "cauda_equina"
    thin = float(canal.half.min())
    pieces: list[Piece] = []
    if not {"cord", "cauda_equina"} & given:
        nerve = nervous_level(canal, level)
        pieces.append(Piece(cord, "spinal_cord", nerve, detail=2.4 * _MM))
    if "csf" not in given:
        pieces.append(Piece("csf", "csf", canal.sac, detail=2.4 * _MM))
    if "epidural_fat" not in given:
        pieces.append(Piece("epidural_fat", "epidural_fat", canal.level))
    depth, width = 2e3 * canal.half.mean(axis=0)
    notes = []
    if pieces:
        names = ", ".join(piece.name for piece in pieces)
        notes.append(
            f"{names}: completed in a canal {width:.1f} mm wide and {depth:.1f} mm deep; the sac "
            f"takes {SAC_WIDTH:.0%} of its width and {1 - sum(EPIDURAL_SPACE):.0%} of its depth "
            "(assumption)"
        )
    if thin < 4.0 * _MM:
        notes.append(f"the canal is only {2 * thin / _MM:.1f} mm across at its narrowest section")
    return pieces, notes


def moved(level: Level, by: Floats) -> Level:
    """A level function moved by a vector (3,) [m]."""
    by = np.asarray(by, dtype=np.float64)

    def shifted(points: Floats) -> Floats:
        return level(points - by)

    return shifted


def _ellipse(offset: Floats, half: Floats, exponent: float) -> Floats:
    u, v = offset.T
    rho = gauge(u / half[:, 0], v / half[:, 1], exponent)
    return along_ray(np.hypot(u, v), rho, float(half.min()))
