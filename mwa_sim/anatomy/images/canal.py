"""The contents of the spinal canal: as labelled, or completed from the shape of the canal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.images.axes import CanalTube, VertebraAxes, canal_line
from mwa_sim.anatomy.images.conventions import LEVELS
from mwa_sim.anatomy.images.field import LabelField
from mwa_sim.anatomy.scene import Piece
from mwa_sim.errors import DataError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Epidural space in front of and behind the dura and on either side [m] (assumption: 1-2 mm in
#: front and 3 mm or more behind are usual; canals in label maps are narrower than real ones).
EPIDURAL = (1.0 * _MM, 2.5 * _MM, 1.5 * _MM)
#: Depth and width of the spinal cord [m]: about 7 by 9 mm (assumption).
CORD = (7.0 * _MM, 9.0 * _MM)
#: Depth and width of the bundle of roots in the sac, as fractions of the sac (assumption).
CAUDA = (0.6, 0.7)
#: The cord ends at the lower border of this level (usual in adults; assumption).
LAST_WITH_CORD = "L1"
#: The canal tube is this much larger than what bone bounds, so that bone cuts it steeply [m].
_OVERLAP = 1.0 * _MM


@dataclass(frozen=True)
class CanalContents:
    """Pieces in the canal, in order of priority, and level functions of canal and cord."""

    pieces: tuple[Piece, ...]
    canal: Level
    cord: Level


def canal_contents(
    fields: LabelField,
    axes: Mapping[str, VertebraAxes],
    level: str,
    box: tuple[Floats, Floats],
    notes: list[str],
) -> CanalContents:
    """Cord, cauda equina, cerebrospinal fluid and epidural fat.

    What is labelled is taken from the label map. Otherwise the canal is a tube through the holes
    of the vertebrae, the dural sac lies inside it, and in the sac the cord (down to the lower end
    of L1) and below it the cauda equina.

    Parameters
    ----------
    fields : LabelField
    axes : mapping of str to VertebraAxes
    level : str
        Treated level.
    box : (low, high) [m]
    notes : list of str
        Sentences about what was completed are added.

    Returns
    -------
    CanalContents

    Raises
    ------
    DataError
        If the canal is neither labelled nor to be found.
    """
    has = {name for name, volume in fields.volumes.items() if volume > 0.0}
    labelled = has & {"cord", "canal", "csf", "epidural_fat"}
    found = any(a.found for a in axes.values())
    if not found and not labelled:
        raise DataError(
            f"labels: no spinal canal: it is not labelled, and {level} and its neighbours show no "
            "closed ring of body and arch; label the canal, or segment the whole vertebra"
        )
    line = canal_line(axes) if found else None
    tube = None if line is None else _enclosing(line)
    sac = None if line is None else CanalTube(line, *EPIDURAL)
    pieces: list[Piece] = []
    cords: list[Level] = []
    _cord_pieces(fields, has, sac, axes, level, box, pieces, cords, notes)
    fluid = [name for name in ("canal", "csf") if name in has]
    if fluid:
        volume = sum(fields.volumes[name] for name in fluid)
        # An inserted cord takes its share: the labels no longer tell the volume of the fluid.
        pieces.append(Piece("csf", "csf", fields.level(*fluid), volume if "cord" in has else None))
    elif sac is not None:
        pieces.append(Piece("csf", "csf", sac))
        notes.append(
            "The dural sac is not labelled: it is drawn inside the canal, "
            f"{1e3 * EPIDURAL[0]:.3g} mm from its front and {1e3 * EPIDURAL[1]:.3g} mm from its "
            "back (assumption)."
        )
    if "epidural_fat" in has:
        pieces.append(
            Piece("epidural_fat", "epidural_fat", fields.level("epidural_fat"),
                  fields.volumes["epidural_fat"])
        )  # fmt: skip
    elif tube is not None:
        pieces.append(Piece("epidural_fat", "epidural_fat", tube))
        notes.append(
            "Epidural fat is not labelled: it fills the canal between the bone and the dural sac."
        )
    names = [name for name in ("cord", "canal", "csf", "epidural_fat") if name in has]
    whole = [fields.level(*names)] if names else []
    canal = _least([*whole, *([tube] if tube is not None else [])])
    return CanalContents(tuple(pieces), canal, _least(cords))


def _enclosing(line: Floats) -> CanalTube:
    """A tube a little larger than the canal, which bone cuts to its shape."""
    return CanalTube(line, -_OVERLAP, -_OVERLAP, -_OVERLAP, wide=True, exponent=3.0)


def _cord_pieces(
    fields: LabelField,
    has: set[str],
    sac: CanalTube | None,
    axes: Mapping[str, VertebraAxes],
    level: str,
    box: tuple[Floats, Floats],
    pieces: list[Piece],
    cords: list[Level],
    notes: list[str],
) -> None:
    low, high = float(box[0][2]), float(box[1][2])
    if "cord" in has:
        name = "cord" if LEVELS.index(level) <= LEVELS.index(LAST_WITH_CORD) else "cauda_equina"
        inside = fields.level("cord")
        detail = fields.thickness["cord"] / 1.5
        pieces.append(Piece(name, "spinal_cord", inside, fields.volumes["cord"], detail))
        cords.append(inside)
        return
    if sac is None:
        cords.append(fields.level(*(has & {"canal", "csf"})))
        notes.append("No cord is labelled: the labelled canal stands for it.")
        return
    end = _end_of_cord(axes, level)
    cord = CanalTube(sac.line, *EPIDURAL, size=(CORD[0] / 2.0, CORD[1] / 2.0))
    if end < high - 1.0 * _MM:
        above = _between(cord, end, np.inf)
        pieces.append(Piece("cord", "spinal_cord", above, detail=CORD[0] / 4.0))
        cords.append(above)
    if end > low + 1.0 * _MM:
        depth = CAUDA[0] * (np.mean(sac.line[:, 3]) - 0.5 * (EPIDURAL[0] + EPIDURAL[1]))
        width = CAUDA[1] * (np.mean(sac.line[:, 4]) - EPIDURAL[2])
        roots = CanalTube(sac.line, *EPIDURAL, size=(float(depth), float(width)))
        below = _between(roots, -np.inf, end)
        pieces.append(Piece("cauda_equina", "spinal_cord", below, detail=float(depth) / 2.0))
        cords.append(below)
    notes.append(
        f"No cord is labelled: a cord of {1e3 * CORD[0]:.3g} by {1e3 * CORD[1]:.3g} mm down to the "
        f"lower border of {LAST_WITH_CORD} and the cauda equina below are drawn in the dural sac "
        "(assumption)."
    )


def _end_of_cord(axes: Mapping[str, VertebraAxes], level: str) -> float:
    """Height z at which the cord ends [m], as far as the vertebrae in sight tell."""
    ordinary = [name for name in LEVELS if name not in ("T13", "L6")]
    last = ordinary.index(LAST_WITH_CORD)
    known = {ordinary.index(n): float(a.canal[2]) for n, a in axes.items() if n in ordinary}
    if last in known and last + 1 in known:
        return 0.5 * (known[last] + known[last + 1])
    place = ordinary.index(level) if level in ordinary else last
    pitch = 35.0 * _MM if place >= last else 28.0 * _MM
    here = known.get(place, 0.0)
    return here + (place - last - 0.5) * pitch


def _between(tube: CanalTube, low: float, high: float) -> Level:
    def level(points: Floats) -> Floats:
        z = points[:, 2]
        return np.maximum(tube(points), np.maximum(low - z, z - high))

    return level


def _least(levels: list[Level]) -> Level:
    if len(levels) == 1:
        return levels[0]

    def level(points: Floats) -> Floats:
        return np.asarray(np.min([each(points) for each in levels], axis=0))

    return level
