"""An anatomy from closed surfaces; what they leave open is completed and said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mwa_sim.anatomy.canal import moved, moved_tubes, place_along
from mwa_sim.anatomy.measures import measures
from mwa_sim.anatomy.scene import Piece, Scene, Skin
from mwa_sim.anatomy.source_parts import bone_tissues, neural_limits, used, with_flowing_blood
from mwa_sim.anatomy.surface_column import Column
from mwa_sim.anatomy.surface_parts import Solid, read_solids
from mwa_sim.anatomy.surface_spec import SurfaceSpec
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Soft tissue around the tips of the treated vertebra.
MARGIN = 4.0 * _MM


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
    column = Column(spec, solids, size, notes)
    centre = column.treated.centre
    low, high = _block(spec, column.bone, centre, notes)
    pieces = column.pieces(low[2] + centre[2], high[2] + centre[2])
    pieces = _in_box(pieces, solids, centre, low, high, notes)
    place = place_along(spec.treated_level)
    pieces, blood = with_flowing_blood(pieces, place, low, high)
    tubes = moved_tubes(column.tubes, -centre)
    given_cord = next((solids[n].level for n in ("cord", "cauda_equina") if n in solids), None)
    return Scene(
        pieces=tuple(pieces),
        background=("muscle", "muscle"),
        low=low,
        high=high,
        body=column.treated.moved(-centre).body,
        bone=moved(column.bone.level, -centre),
        canal=moved(solids["canal"].level, -centre) if "canal" in solids else tubes.canal,
        cord=tubes.neural if given_cord is None else moved(given_cord, -centre),
        skins=(Skin("cortical_shell", "cortical_shell_mixture", "cancellous", spec.shell),),
        tissues=used({**bone_tissues(spec.cortex, spec.shell), **blood}, pieces),
        landmarks=_landmarks(solids, centre),
        organs_at_risk=neural_limits(pieces),
        notes=tuple(notes),
        origin=(
            f"{spec.treated_level} from closed surfaces: "
            + ", ".join(f"{name} ({path.name})" for name, path in spec.surfaces.items())
        ),
        offset=centre,
    )


def _block(
    spec: SurfaceSpec, bone: Solid, centre: Floats, notes: list[str]
) -> tuple[Floats, Floats]:
    """Corners of the block; it holds the whole treated vertebra."""
    block = np.array(spec.block)
    # The processes reach further back than the body forwards.
    low = np.array([-block[0] / 6.0, 0.0, 0.0]) - block / 2.0
    first, last = bone.level.low - centre - MARGIN, bone.level.high - centre + MARGIN
    high = np.maximum(low + block, last)
    low = np.minimum(low, first)
    if ((high - low) > block + 1e-9).any():
        size = " x ".join(f"{v / _MM:.0f}" for v in high - low)
        notes.append(f"the block was enlarged to {size} mm to hold the whole vertebra")
    return low, high


def _in_box(
    pieces: list[Piece],
    solids: dict[str, Solid],
    centre: Floats,
    low: Floats,
    high: Floats,
    notes: list[str],
) -> list[Piece]:
    """Pieces in the frame of the scene; those outside the box go."""
    found = []
    for piece in pieces:
        solid, volume = solids.get(piece.name), piece.volume
        if solid is not None and not _overlap(solid, centre, low, high):
            notes.append(f"{piece.name}: it lies outside the block and was left out")
            continue
        if solid is not None and not _within(solid, centre, low, high):
            volume = None
        found.append(replace(piece, level=moved(piece.level, -centre), volume=volume))
    return found


def _within(solid: Solid, centre: Floats, low: Floats, high: Floats) -> bool:
    return bool(((solid.level.low - centre > low) & (solid.level.high - centre < high)).all())


def _overlap(solid: Solid, centre: Floats, low: Floats, high: Floats) -> bool:
    return bool(((solid.level.high - centre > low) & (solid.level.low - centre < high)).all())


def _landmarks(solids: dict[str, Solid], centre: Floats) -> dict[str, Floats]:
    """The middle of a given tumour, if it is inside it."""
    if "tumour" not in solids:
        return {}
    tumour = solids["tumour"]
    middle = tumour.surface.vertices.mean(axis=0)
    return {"tumour_centre": middle - centre} if tumour.level(middle[None, :])[0] < 0.0 else {}
