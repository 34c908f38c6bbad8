"""The spinal canal of a vertebra that is given: its line, and pieces for what fills it.

Measured on vertebrae of the parametric spine from T2 to L5, given as bone alone: depth within
0.2 mm of the truth at all levels, width within 1.3 mm but 2.5 mm too large at L4 and 5 mm at L5,
where the bone leaves recesses beside the canal; sac and cord or cauda equina within 8 % of their
volumes but 14 % at T2 and 21 % at L5. In voxels of 1.5 mm the depth is within 0.9 mm. In an MRI the
tube and the labelled canal have 4.7 and 4.6 ml around the treated body and overlap by a Dice
coefficient of 0.91.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mwa_sim.anatomy.canal_tubes import CONUS, STEP, Rod, Tubes, root_line, root_rods, sections
from mwa_sim.anatomy.measures import CHAIN, measures, place_of
from mwa_sim.anatomy.scene import Piece
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

if TYPE_CHECKING:
    from mwa_sim.anatomy.completion import BodyAndCanal

_MM = 1e-3
#: The tube is this much larger than the canal on each side, so that bone cuts it to its shape and
#: no film of muscle is left between them.
OVERLAP = 0.8 * _MM
#: The tabulated line goes on this far beyond the outermost vertebrae.
_BEYOND = 60.0 * _MM
#: A cord is no smaller or larger than this part of the usual one, however wide the canal.
_CORD = (0.8, 1.2)
#: What is completed stays this far inside a canal or sac that is given.
_INSIDE = 0.8 * _MM
#: A cord or a cauda equina with no more than this height in the block is left out.
_LEAST_HEIGHT = 2.0 * _MM
#: Levels that are no places of the table, with the place that stands for them.
_TRANSITIONAL = {"T13": 11.5, "L6": 16.5}


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
        from scipy.interpolate import CubicSpline

        inside = np.clip(z, self.heights[0], self.heights[-1])
        if len(self.heights) == 1:
            middle, ends = np.repeat(self.centres, len(z), axis=0), self.slopes
        else:
            curve = CubicSpline(self.heights, self.centres, bc_type="natural")
            middle, ends = curve(inside), curve(self.heights[[0, -1]], 1)
        below = np.minimum(z - self.heights[0], 0.0)[:, None]
        above = np.maximum(z - self.heights[-1], 0.0)[:, None]
        return np.asarray(middle + below * ends[0] + above * ends[1])

    def half_axes(self, z: Floats) -> Floats:
        """Half depth and half width at heights z (n,), as (n, 2) [m]."""
        return np.stack([np.interp(z, self.heights, self.half[:, k]) for k in range(2)], axis=1)

    def moved(self, by: Floats) -> Canal:
        """A copy moved by a vector (3,) [m]."""
        return Canal(self.heights + by[2], self.centres + by[:2], self.slopes, self.half)


def joined(canals: Sequence[Canal]) -> Canal:
    """One canal through the sections of several, such as those of neighbouring vertebrae."""
    order = sorted(canals, key=lambda canal: float(canal.heights[0]))
    return Canal(
        np.concatenate([canal.heights for canal in order]),
        np.concatenate([canal.centres for canal in order]),
        np.stack([order[0].slopes[0], order[-1].slopes[1]]),
        np.concatenate([canal.half for canal in order]),
    )


def place_along(level: str) -> float:
    """Place of a level along the spine, 0 at T1 to 16 at L5; levels of variants lie between."""
    if level in _TRANSITIONAL:
        return _TRANSITIONAL[level]
    if level in CHAIN:
        return place_of(level)
    return -2.0 - (6 - int(level[1:]))


def level_at(place: float) -> str:
    """The level of the table whose place is nearest."""
    return CHAIN[int(np.clip(round(place) + 2, 0, len(CHAIN) - 1))]


def tubes_through(line: Sequence[tuple[float, BodyAndCanal]]) -> Tubes:
    """The canal through vertebrae, with what the table of the parametric spine puts into it.

    Parameters
    ----------
    line : sequence of (place, BodyAndCanal)
        Places along the spine, from :func:`place_along`.

    Returns
    -------
    Tubes
    """
    line = sorted(line, key=lambda one: float(one[1].centre[2]))
    sure = [found for _, found in line if found.closed] or [found for _, found in line]
    canal = joined([found.canal for found in sure])
    at = np.array([found.centre[2] for _, found in line])
    places = np.array([place for place, _ in line])
    z = np.arange(at[0] - _BEYOND, at[-1] + _BEYOND, STEP)
    place = np.interp(z, at, places)
    place -= np.minimum(z - at[0], 0.0) / _pitch(places[0])
    place -= np.maximum(z - at[-1], 0.0) / _pitch(places[-1])
    middle, half = canal.centre(z), canal.half_axes(z)
    usual = float(np.median([measures(level_at(p)).canal_width for p in places]))
    factor = float(np.clip(2.0 * np.median(canal.half[:, 1]) / usual, *_CORD))
    table = sections(place, middle[:, 0], 2.0 * half[:, 0], 2.0 * half[:, 1], factor)
    table["middle"] = middle[:, 1]
    table["depth"] = table["depth"] + 2.0 * OVERLAP
    table["width"] = table["width"] + 2.0 * OVERLAP
    tubes = Tubes(z, table, [])
    for spot, found in line:
        if 0.0 <= spot <= 16.5:
            tubes.rods.append(_root(tubes, spot, found))
    return tubes


def canal_pieces(
    tubes: Tubes,
    low: float,
    high: float,
    given: Collection[str] = (),
    around: Level | None = None,
    fluid: Level | None = None,
) -> tuple[list[Piece], list[str]]:
    """Cord, cauda equina, nerve roots, cerebrospinal fluid and epidural fat, by priority.

    Parameters
    ----------
    tubes : Tubes
    low, high : float [m]
        Heights of the lower and the upper end of the block.
    given : collection of str
        Regions that the source has already.
    around, fluid : level function, optional
        Canal and sac, where the source has them: what is completed stays inside.

    Returns
    -------
    pieces : list of Piece
        Those not given.
    notes : list of str
    """
    lumbar = float(np.interp(tubes.at(("place",), np.array([(low + high) / 2.0]))[0][0],
                             (9.0, 13.0), (0.0, 1.0)))  # fmt: skip
    found: list[Piece] = []
    if not {"cord", "cauda_equina"} & set(given):
        # The cord is about 6 mm thick, the bundle of roots 6 to 8 mm.
        within = fluid or around
        if tubes.conus_end < high - _LEAST_HEIGHT:
            cord = _inside(tubes.cord, within)
            found.append(Piece("cord", "spinal_cord", cord, detail=2.4 * _MM))
        if tubes.cauda_top > low + _LEAST_HEIGHT:
            cauda = _inside(tubes.cauda, within)
            found.append(Piece("cauda_equina", "spinal_cord", cauda, detail=2.4 * _MM))
    if "nerve_roots" not in given:
        detail = (2.0 + 1.0 * lumbar) * _MM
        found.append(Piece("nerve_roots", "spinal_cord", tubes.roots, detail=detail))
    if "csf" not in given:
        found.append(Piece("csf", "csf", _inside(tubes.sac, around), detail=2.4 * _MM))
    if "epidural_fat" not in given:
        fat = tubes.fat if around is None else around
        found.append(Piece("epidural_fat", "epidural_fat", fat))
    notes = []
    if found:
        here = np.linspace(low, high, 25)
        depth, width = (1e3 * (v - 2.0 * OVERLAP) for v in tubes.at(("depth", "width"), here))
        names = ", ".join(piece.name for piece in found)
        notes.append(
            f"{names}: completed in a canal {np.median(width):.1f} mm wide and "
            f"{np.median(depth):.1f} mm deep, with the sizes of the parametric spine (assumption)"
        )
        if min(depth.min(), width.min()) < 8.0:
            least = min(depth.min(), width.min())
            notes.append(f"the canal is only {least:.1f} mm across at its narrowest section")
    return found, notes


def nerve_name(level: str) -> str:
    """``"cord"`` above the end of the cord at the disc L1/L2, ``"cauda_equina"`` below."""
    return "cord" if place_along(level) < CONUS else "cauda_equina"


def moved(level: Level, by: Floats) -> Level:
    """A level function moved by a vector (3,) [m]."""
    by = np.asarray(by, dtype=np.float64)

    def shifted(points: Floats) -> Floats:
        return level(points - by)

    return shifted


def moved_tubes(tubes: Tubes, by: Floats) -> Tubes:
    """Tubes moved by a vector (3,) [m]."""
    along_x = ("centre", "sac_x", "cord_x", "cauda_x")
    table = {name: v + by[0] if name in along_x else v for name, v in tubes.table.items()}
    table["middle"] = tubes.table["middle"] + by[1]
    # Roots are measured from the middle of the canal sideways.
    shift = np.array([by[0], 0.0, by[2]])
    rods = [[(a + shift, b + shift, ra, rb) for a, b, ra, rb in group] for group in tubes.rods]
    return replace(tubes, z=tubes.z + by[2], table=table, rods=rods)


def _pitch(place: float) -> float:
    """From one vertebra to the next [m]."""
    size = measures(level_at(place))
    return size.height + size.disc_height


def _root(tubes: Tubes, place: float, found: BodyAndCanal) -> list[Rod]:
    size, under = measures(level_at(place)), found.underside
    lumbar = float(np.interp(place, (10.0, 12.0), (0.0, 1.0)))
    wall = found.wall + found.canal.slopes[0, 0] * (under - found.canal.heights[0])
    width = 2.0 * float(found.canal.half[0, 1])
    line = root_line(wall, width, size.pedicle_width, under, lumbar)
    return root_rods(tubes.at_sac(line), lumbar)


def _inside(level: Level, around: Level | None) -> Level:
    """A level function kept inside another."""
    if around is None:
        return level

    def kept(points: Floats) -> Floats:
        return np.maximum(level(points), around(points) + _INSIDE)

    return kept
