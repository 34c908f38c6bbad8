"""The contents of the spinal canal: as labelled, or completed from the shape of the canal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.canal import canal_pieces, nerve_name, place_along, tubes_through
from mwa_sim.anatomy.completion import BodyAndCanal
from mwa_sim.anatomy.images.field import LabelField
from mwa_sim.anatomy.scene import Piece
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats


@dataclass(frozen=True)
class CanalContents:
    """Pieces in the canal, in order of priority, and level functions of canal and cord."""

    pieces: tuple[Piece, ...]
    canal: Level
    cord: Level


def canal_contents(
    fields: LabelField,
    vertebrae: Mapping[str, BodyAndCanal],
    level: str,
    box: tuple[Floats, Floats],
    notes: list[str],
) -> CanalContents:
    """Cord, cauda equina, nerve roots, cerebrospinal fluid and epidural fat.

    What is labelled is taken from the label map. The rest is that of the parametric spine in a
    tube through the holes of the vertebrae; where the canal or the sac is labelled it stays inside.

    Parameters
    ----------
    fields : LabelField
    vertebrae : mapping of str to BodyAndCanal
        By level.
    level : str
        Treated level.
    box : (low, high) [m]
    notes : list of str
        Sentences about what was completed are added.

    Returns
    -------
    CanalContents
    """
    has = {name for name, volume in fields.volumes.items() if volume > 0.0}
    line = [
        (place_along(name), found)
        for name, found in vertebrae.items()
        if found.closed or name == level
    ]
    tubes = tubes_through(line)
    # Conventions mean by canal what the dura encloses, as it is seen in T2-weighted images.
    fluid = [name for name in ("canal", "csf") if name in has]
    given = has & {"cord", "epidural_fat"} | ({"csf"} if fluid else set())
    sac = fields.level(*fluid, *({"cord"} & has)) if fluid else None
    pieces: list[Piece] = []
    if "cord" in has:
        inside, detail = fields.level("cord"), fields.thickness["cord"] / 1.5
        name = nerve_name(level)
        pieces.append(Piece(name, "spinal_cord", inside, fields.volumes["cord"], detail))
    if fluid:
        # An inserted cord takes its share: the labels no longer tell the volume of the fluid.
        volume = sum(fields.volumes[name] for name in fluid) if "cord" in has else None
        pieces.append(Piece("csf", "csf", fields.level(*fluid), volume))
    if "epidural_fat" in has:
        fat = fields.level("epidural_fat")
        pieces.append(Piece("epidural_fat", "epidural_fat", fat, fields.volumes["epidural_fat"]))
    completed, said = canal_pieces(tubes, float(box[0][2]), float(box[1][2]), given, fluid=sac)
    notes += said
    # What is labelled keeps its voxels: only a cord comes before it.
    nerves = [piece for piece in completed if piece.name in ("cord", "cauda_equina")]
    pieces = [*nerves, *pieces, *(piece for piece in completed if piece not in nerves)]
    cords = [p.level for p in pieces if p.name in ("cord", "cauda_equina")]
    names = [name for name in ("cord", "canal", "csf", "epidural_fat") if name in has]
    whole = [fields.level(*names)] if names else []
    return CanalContents(tuple(pieces), _least([*whole, tubes.canal]), _least(cords))


def _least(levels: list[Level]) -> Level:
    if len(levels) == 1:
        return levels[0]

    def level(points: Floats) -> Floats:
        return np.asarray(np.min([each(points) for each in levels], axis=0))

    return level
