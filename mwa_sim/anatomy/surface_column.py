"""The spine around a vertebra that is given as a closed surface."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mwa_sim.anatomy.canal import canal_pieces, place_along, tubes_through
from mwa_sim.anatomy.canal_tubes import Tubes
from mwa_sim.anatomy.completion import BodyAndCanal, find_body_and_canal, settled
from mwa_sim.anatomy.disc_completion import disc_between
from mwa_sim.anatomy.measures import Measures, measures
from mwa_sim.anatomy.scene import Piece
from mwa_sim.anatomy.surface_parts import Solid, volume_in_front
from mwa_sim.anatomy.surface_spec import REGIONS, VERTEBRAE, SurfaceSpec
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Gap kept between the vertebra and copies of it: joint cartilage and capsule (assumption).
JOINT_SPACE = 1.5 * _MM
#: A canal that leans more than this from z is worth a note [degrees].
_LEANING = 12.0


@dataclass
class Column:
    """Treated vertebra, neighbours, discs and canal, in the coordinates of the files.

    Parameters
    ----------
    spec : SurfaceSpec
    solids : dict of str to Solid
    size : Measures
        Of the treated level, for what is completed.
    notes : list of str
        Sentences for the user are added.

    Attributes
    ----------
    bone : Solid
        The treated vertebra.
    treated : BodyAndCanal
    above, below : list of BodyAndCanal
        Neighbours, nearest first.
    upper_places, lower_places : list of float
        Places of the neighbours along the spine.
    tubes : Tubes
        Canal through all of them.
    copies : list of (3,) float array [m]
        Where copies of the treated vertebra stand for neighbours.

    Raises
    ------
    InputError
        If a vertebra does not lie as it should.
    """

    spec: SurfaceSpec
    solids: dict[str, Solid]
    size: Measures
    notes: list[str]

    def __post_init__(self) -> None:
        self.bone = self.solids[self.spec.treated]
        usual = (self.size.canal_depth, self.size.canal_width)
        self.treated = self._found(self.bone, usual)
        lean = np.degrees(np.arctan(np.abs(self.treated.canal.slopes[0])))
        if lean.max() > _LEANING:
            self.notes.append(
                f"{self.spec.treated}: its canal leans {lean.max():.0f} degrees from z; the "
                "vertebra stays as it is in the file"
            )
        self.upper_places: list[float] = []
        self.lower_places: list[float] = []
        self.above, self.below = self._neighbours(usual)
        self._complete()
        self._settle()
        self.notes += [f"{self.spec.treated}: {text}" for text in self.treated.notes]
        self.tubes = self._canal()

    def _found(self, solid: Solid, usual: tuple[float, float]) -> BodyAndCanal:
        margin = 2.0 * _MM
        level = solid.level
        try:
            return find_body_and_canal(level, level.low - margin, level.high + margin, usual)
        except InputError as error:
            raise InputError([f"{solid.name}: {problem}" for problem in error.problems]) from None

    def _neighbours(
        self, usual: tuple[float, float]
    ) -> tuple[list[BodyAndCanal], list[BodyAndCanal]]:
        """Vertebrae of the files above and below, nearest first."""
        above: list[BodyAndCanal] = []
        below: list[BodyAndCanal] = []
        treated = VERTEBRAE.index(self.spec.treated_level)
        for name in VERTEBRAE:
            if name not in self.solids or name == self.spec.treated:
                continue
            try:
                found = self._found(self.solids[name], usual)
            except InputError as error:
                self.notes += [f"{problem}; it is only taken as bone" for problem in error.problems]
                continue
            upper = VERTEBRAE.index(name) < treated
            if (found.centre[2] > self.treated.centre[2]) != upper:
                raise InputError(
                    f"surfaces.{name}: it lies {'below' if upper else 'above'} "
                    f"{self.spec.treated_level} in the files (z points cranially); check the axes "
                    "and the names"
                )
            if upper:
                above.insert(0, found)
                self.upper_places.insert(0, place_along(name))
            else:
                below.append(found)
                self.lower_places.append(place_along(name))
        return above, below

    def _complete(self) -> None:
        """Copies of the treated vertebra where no neighbour is given."""
        self.copies: list[Floats] = []
        if "neighbour_vertebrae" in self.solids:
            return
        axis = self.treated.axis
        # Height is measured along z, and neighbours follow each other along the canal.
        tall = self.treated.height / np.linalg.norm(axis)
        here = place_along(self.spec.treated_level)
        for sign, there, places, gap in (
            (1.0, self.above, self.upper_places, _disc_above(self.size)),
            (-1.0, self.below, self.lower_places, self.size.disc_height),
        ):
            if there:
                continue
            shift = sign * (tall + gap) * axis / np.linalg.norm(axis)
            there.append(self.treated.moved(shift))
            places.append(here - sign)
            self.copies.append(shift)
            self.notes.append(
                f"the vertebra {'above' if sign > 0 else 'below'} is not given: a copy of "
                f"{self.spec.treated_level} stands for it, {(tall + gap) / _MM:.1f} mm away (disc "
                f"of {gap / _MM:.1f} mm)"
            )

    def _settle(self) -> None:
        """Vertebrae without a canal of their own get that of the others."""
        line = settled([*self.above[::-1], self.treated, *self.below])
        count = len(self.above)
        self.above, self.treated, self.below = line[:count][::-1], line[count], line[count + 1 :]

    def _canal(self) -> Tubes:
        """Through the treated vertebra and its neighbours."""
        here = place_along(self.spec.treated_level)
        line = [
            *zip(self.upper_places, self.above, strict=True),
            (here, self.treated),
            *zip(self.lower_places, self.below, strict=True),
        ]
        return tubes_through(line)

    def pieces(self, low: float, high: float) -> list[Piece]:
        """In order of priority, in the coordinates of the files; low and high end the block [m]."""
        found: list[Piece] = []
        solids = self.solids
        if "tumour" in solids:
            found.append(_piece("tumour", "metastasis_lytic", solids["tumour"]))
        found += self._vertebra()
        if (neighbours := self._other_bone()) is not None:
            found.append(Piece("neighbour_vertebrae", "bone_cancellous", neighbours))
        names = [name for name in REGIONS if name in solids]
        for name in [n for n in names if n != "canal"]:
            found.append(_piece(name, REGIONS[name], solids[name]))
        if "disc" not in solids and (discs := self._discs()) is not None:
            found.append(Piece("disc", "intervertebral_disc", discs))
        around = solids["canal"].level if "canal" in solids else None
        fluid = solids["csf"].level if "csf" in solids else None
        contents, notes = canal_pieces(self.tubes, low, high, frozenset(solids), around, fluid)
        self.notes += notes
        return sorted(found + contents, key=_priority)

    def _vertebra(self) -> list[Piece]:
        bone, treated = self.bone, self.treated
        depth = float(treated.canal.half[0, 0])

        def cancellous(points: Floats) -> Floats:
            return np.maximum(bone.level(points), treated.behind(points, depth))

        front = whole = None
        if bone.surface.simple and "tumour" not in self.solids:
            normal = np.array([1.0, 0.0, -treated.canal.slopes[0, 0]])
            normal /= np.linalg.norm(normal)
            on_plane = np.array([treated.wall, 0.0, treated.canal.heights[0]]) - depth * normal
            whole = bone.surface.enclosed
            front = volume_in_front(bone.surface, on_plane, normal)
        self.notes.append(
            f"{self.spec.treated}: divided by a plane along the canal, {depth / _MM:.1f} mm behind "
            "the posterior wall: body and pedicles in front of it, posterior elements behind"
        )
        rest = None if front is None or whole is None else whole - front
        return [
            Piece("cancellous", "bone_cancellous", cancellous, front),
            Piece("posterior_elements", "posterior_elements_mixture", bone.level, rest),
        ]

    def _other_bone(self) -> Level | None:
        names = [n for n in (*VERTEBRAE, "neighbour_vertebrae") if n != self.spec.treated]
        given = [self.solids[name].level for name in names if name in self.solids]
        shifts, bone = self.copies, self.bone.level
        if not given and not shifts:
            return None

        def neighbours(points: Floats) -> Floats:
            parts = [level(points) for level in given]
            if shifts:
                copies = np.min([bone(points - shift) for shift in shifts], axis=0)
                parts.append(np.maximum(copies, JOINT_SPACE - bone(points)))
            return np.asarray(np.min(parts, axis=0))

        return neighbours

    def _discs(self) -> Level | None:
        line = [*self.below[::-1], self.treated, *self.above]
        levels = [disc_between(low, up) for low, up in pairwise(line)]
        found = [level for level in levels if level is not None]
        if len(found) < len(levels):
            self.notes.append(
                f"{len(levels) - len(found)} of {len(levels)} discs do not fit between the "
                "vertebrae and were left out"
            )
        if not found:
            return None
        self.notes.append(
            f"disc: {len(found)} completed between the endplates, within the common outline of "
            "both bodies"
        )
        return lambda points: np.asarray(np.min([level(points) for level in found], axis=0))


def _piece(name: str, tissue: str, solid: Solid) -> Piece:
    # Only the first piece has nothing of a higher priority in it for certain.
    volume = solid.surface.enclosed if name == "tumour" and solid.surface.simple else None
    return Piece(name, tissue, solid.level, volume)


def _priority(piece: Piece) -> int:
    order = ("tumour", "cancellous", "posterior_elements", "neighbour_vertebrae", *REGIONS)
    return order.index(piece.name)


def _disc_above(size: Measures) -> float:
    place = VERTEBRAE.index(size.level)
    return measures(VERTEBRAE[place - 1]).disc_height
