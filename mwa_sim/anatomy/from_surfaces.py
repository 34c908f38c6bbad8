"""An anatomy from closed surfaces; what they leave open is completed and said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.anatomy.canal import Canal, canal_contents, joined, moved
from mwa_sim.anatomy.completion import BodyAndCanal, disc_between, find_body_and_canal
from mwa_sim.anatomy.measures import Measures, measures
from mwa_sim.anatomy.scene import Piece, Scene, Skin
from mwa_sim.anatomy.spine import POSTERIOR_CORTEX
from mwa_sim.anatomy.surface_parts import Solid, read_solids, volume_in_front
from mwa_sim.anatomy.surface_spec import REGIONS, VERTEBRAE, SurfaceSpec
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Gap kept between the vertebra and copies of it: joint cartilage and capsule (assumption).
JOINT_SPACE = 1.5 * _MM
#: A canal that leans more than this from z is worth a note [degrees].
_LEANING = 12.0


def surface_scene(spec: SurfaceSpec, folder: Path | None = None) -> Scene:
    """Anatomy from closed surfaces.

    The treated vertebra is divided by a plane along its canal: what lies in front of the middle of
    the canal is body and pedicles (``cancellous``, with the cortical shell), the rest
    ``posterior_elements``. The canal runs through the hole of the vertebra and of the neighbours
    that are given; missing neighbours are copies of the vertebra, one body and one disc further.

    Parameters
    ----------
    spec : SurfaceSpec
    folder : Path, optional
        Where relative paths start.

    Returns
    -------
    Scene
        Origin in the centre of the treated body. ``Piece.volume`` is what a closed surface
        encloses, where the region is whole, inside the box and alone there.

    Raises
    ------
    InputError
        If unit or axes do not fit, or regions contradict each other.
    DataError
        If a file cannot be read.
    MeshError
        If a surface cannot be repaired; the message names the place.

    Examples
    --------
    >>> spec = SurfaceSpec(surfaces={"L3": "L3.stl", "L2": "L2.stl"}, level="L3")
    >>> scene = surface_scene(spec)  # doctest: +SKIP
    """
    solids, notes = read_solids(spec, folder or Path())
    size = measures(spec.treated_level)
    column = _Column(spec, solids, size, notes)
    centre = column.treated.centre
    block = np.array(spec.block)
    # The processes reach further back than the body forwards.
    low = np.array([-block[0] / 6.0, 0.0, 0.0]) - block / 2.0
    high = low + block
    pieces = _in_box(column.pieces(), solids, centre, low, high, notes)
    share = min(1.0, spec.cortex / spec.shell)
    canal = column.canal.moved(-centre)
    given_cord = next((solids[n].level for n in ("cord", "cauda_equina") if n in solids), None)
    return Scene(
        pieces=tuple(pieces),
        background=("muscle", "muscle"),
        low=low,
        high=high,
        body=column.treated.moved(-centre).body,
        bone=moved(column.bone.level, -centre),
        canal=moved(solids["canal"].level, -centre) if "canal" in solids else canal.level,
        cord=canal.cord if given_cord is None else moved(given_cord, -centre),
        skins=(Skin("cortical_shell", "cortical_shell_mixture", "cancellous", spec.shell),),
        tissues={
            "cortical_shell_mixture": _mixture(share),
            "posterior_elements_mixture": _mixture(POSTERIOR_CORTEX),
        },
        landmarks=_landmarks(solids, centre),
        organs_at_risk={
            piece.name: {"region": piece.name, "max_temperature": "42 degC", "max_cem43": "10 min"}
            for piece in pieces
            if piece.name in ("cord", "cauda_equina")
        },
        notes=tuple(notes),
        origin=(
            f"{spec.treated_level} from closed surfaces: "
            + ", ".join(f"{name} ({path.name})" for name, path in spec.surfaces.items())
        ),
        offset=centre,
    )


@dataclass
class _Column:
    """Treated vertebra, neighbours, discs and canal, in the coordinates of the files."""

    spec: SurfaceSpec
    solids: dict[str, Solid]
    size: Measures
    notes: list[str]

    def __post_init__(self) -> None:
        self.bone = self.solids[self.spec.treated]
        usual = (self.size.canal_depth, self.size.canal_width)
        self.treated = self._found(self.bone, usual)
        self.notes += [f"{self.spec.treated}: {text}" for text in self.treated.notes]
        lean = np.degrees(np.arctan(np.abs(self.treated.canal.slopes[0])))
        if lean.max() > _LEANING:
            self.notes.append(
                f"{self.spec.treated}: its canal leans {lean.max():.0f} degrees from z; the "
                "vertebra stays as it is in the file"
            )
        self.above, self.below = self._neighbours(usual)
        self._complete()

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
            else:
                below.append(found)
        return above, below

    def _complete(self) -> None:
        """Copies of the treated vertebra where no neighbour is given."""
        self.copies: list[Floats] = []
        if "neighbour_vertebrae" in self.solids:
            return
        axis = self.treated.axis
        # Height is measured along z, and neighbours follow each other along the canal.
        tall = self.treated.height / np.linalg.norm(axis)
        for sign, there, gap in (
            (1.0, self.above, _disc_above(self.size)),
            (-1.0, self.below, self.size.disc_height),
        ):
            if there:
                continue
            shift = sign * (tall + gap) * axis / np.linalg.norm(axis)
            there.append(self.treated.moved(shift))
            self.copies.append(shift)
            self.notes.append(
                f"the vertebra {'above' if sign > 0 else 'below'} is not given: a copy of "
                f"{self.spec.treated_level} stands for it, {(tall + gap) / _MM:.1f} mm away (disc "
                f"of {gap / _MM:.1f} mm)"
            )

    @property
    def canal(self) -> Canal:
        """Through the treated vertebra and its neighbours."""
        line = [*self.above[::-1], self.treated, *self.below]
        return joined([found.canal for found in line])

    def pieces(self) -> list[Piece]:
        """In order of priority, in the coordinates of the files."""
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
        contents, notes = canal_contents(self.canal, self.spec.treated_level, frozenset(solids))
        self.notes += notes
        if "canal" in solids:
            contents = [self._within_canal(piece) for piece in contents]
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

    def _within_canal(self, piece: Piece) -> Piece:
        """What is completed in a given canal stays inside it; the fat is all the rest of it."""
        canal, level = self.solids["canal"].level, piece.level
        if piece.name == "epidural_fat":
            return replace(piece, level=canal)
        return replace(piece, level=lambda points: np.maximum(level(points), canal(points) + _MM))


def _piece(name: str, tissue: str, solid: Solid) -> Piece:
    # Only the first piece has nothing of a higher priority in it for certain.
    volume = solid.surface.enclosed if name == "tumour" and solid.surface.simple else None
    return Piece(name, tissue, solid.level, volume)


def _priority(piece: Piece) -> int:
    order = ("tumour", "cancellous", "posterior_elements", "neighbour_vertebrae", *REGIONS)
    return order.index(piece.name)


def _in_box(
    pieces: list[Piece],
    solids: dict[str, Solid],
    centre: Floats,
    low: Floats,
    high: Floats,
    notes: list[str],
) -> list[Piece]:
    """Pieces in the frame of the scene; those outside the box go, volumes of cut ones too."""
    found = []
    for piece in pieces:
        solid = solids.get(piece.name)
        if solid is not None and not _overlap(solid, centre, low, high):
            notes.append(f"{piece.name}: it lies outside the block and was left out")
            continue
        found.append(replace(piece, level=moved(piece.level, -centre)))
    whole = all(
        bool(((s.level.low - centre > low) & (s.level.high - centre < high)).all())
        for name, s in solids.items()
        if name not in REGIONS and name not in VERTEBRAE
    )
    if not whole:
        notes.append("the vertebra reaches beyond the block; its volume inside is not compared")
        found = [replace(piece, volume=None) for piece in found]
    return found


def _overlap(solid: Solid, centre: Floats, low: Floats, high: Floats) -> bool:
    return bool(((solid.level.high - centre > low) & (solid.level.low - centre < high)).all())


def _disc_above(size: Measures) -> float:
    place = VERTEBRAE.index(size.level)
    return measures(VERTEBRAE[place - 1]).disc_height


def _landmarks(solids: dict[str, Solid], centre: Floats) -> dict[str, Floats]:
    """The middle of a given tumour, if it is inside it."""
    if "tumour" not in solids:
        return {}
    tumour = solids["tumour"]
    middle = tumour.surface.vertices.mean(axis=0)
    return {"tumour_centre": middle - centre} if tumour.level(middle[None, :])[0] < 0.0 else {}


def _mixture(cortical: float) -> dict[str, Any]:
    share = round(cortical, 4)
    if share >= 1.0:
        return {"mixture": {"bone_cortical": 1.0}}
    return {"mixture": {"bone_cortical": share, "bone_cancellous": round(1.0 - share, 4)}}
