"""A segmented scan as a scene: regions, what is missing completed, and densities from a CT."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.canal import place_along
from mwa_sim.anatomy.images.canal import CanalContents, canal_contents
from mwa_sim.anatomy.images.field import LabelField, label_field
from mwa_sim.anatomy.images.parts import NAMES, Parts, divide
from mwa_sim.anatomy.images.reading import Files, extent, read_files
from mwa_sim.anatomy.images.spec import LabelSpec
from mwa_sim.anatomy.images.volume import Volume
from mwa_sim.anatomy.scene import Piece, Scene, Skin
from mwa_sim.anatomy.source_parts import bone_tissues, neural_limits, used, with_flowing_blood
from mwa_sim.errors import DataError, InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Edges that a region should have across its thickness.
DETAIL = 1.5
#: Pieces made of fields of the label map, in order of priority: name, tissue, fields.
_LABELLED = (
    ("posterior_elements", "posterior_elements_mixture", ("posterior",)),
    ("cancellous", "bone_cancellous", ("body", "pedicles")),
    ("neighbour_vertebrae", "bone_cancellous", ("neighbours",)),
    ("disc", "intervertebral_disc", ("disc",)),
    ("ribs", "rib_mixture", ("ribs",)),
    ("aorta", "blood", ("aorta",)),
    ("vena_cava", "blood", ("vena_cava",)),
    ("skin", "skin", ("skin",)),
    ("subcutaneous_fat", "fat", ("subcutaneous_fat",)),
)


def label_scene(spec: LabelSpec) -> Scene:
    """Anatomy from a segmented scan.

    Parameters
    ----------
    spec : LabelSpec

    Returns
    -------
    Scene
        Origin in the centre of the treated body, axes of the scan. :attr:`Piece.volume` is the
        volume of the voxels; parts that the labels lack are completed and said so in the notes.

    Raises
    ------
    InputError
        If the level does not occur, the convention does not fit, or the files do not belong
        together.
    DataError
        If files are missing, damaged or cannot be used.

    Examples
    --------
    >>> scene = label_scene(LabelSpec(labels="spine.nii.gz", level="L3"))  # doctest: +SKIP
    """
    files = read_files(spec)
    parts = divide(files.labels, files.levels, files.roles, files.details, spec.level)
    notes = [*files.notes, *parts.notes]
    centre = _body_centre(parts)
    parts.regions = _moved(parts.regions, centre)
    vertebrae = {name: found.moved(-centre) for name, found in parts.vertebrae.items()}
    low, high = _box(spec, parts.regions, notes)
    tumour = None if files.tumour is None else _tumour(spec, files.tumour, centre, low, high)
    covered = None if tumour is None else tumour[0]
    fields = label_field(parts.regions, NAMES, low, high, spec.smoothing, covered)
    contents = canal_contents(fields, vertebrae, spec.level, (low, high), notes)
    pieces = _pieces(spec, fields, contents, tumour)
    pieces, blood = with_flowing_blood(pieces, place_along(spec.level), low, high)
    body = fields.level("body")
    scene = Scene(
        pieces=tuple(pieces),
        background=("muscle", "muscle"),
        low=low,
        high=high,
        body=body,
        bone=fields.level("body", "pedicles", "posterior"),
        canal=contents.canal,
        cord=contents.cord,
        skins=(Skin("cortical_shell", "cortical_shell_mixture", "cancellous", spec.shell),),
        tissues=used({**bone_tissues(spec.cortex, spec.shell), **blood}, pieces),
        organs_at_risk=neural_limits(pieces),
        notes=tuple(notes),
        origin=f"{spec.level} from the label map {spec.labels.name} ({files.convention.title})",
        offset=centre,
    )
    return scene if files.ct is None else _with_densities(scene, files, centre)


def _with_densities(scene: Scene, files: Files, centre: Floats) -> Scene:
    from mwa_sim.anatomy.images.densities import with_densities

    ct = files.ct
    return scene if ct is None else with_densities(scene, _moved(ct, centre))


def _body_centre(parts: Parts) -> Floats:
    voxels = np.argwhere(parts.regions.data == NAMES.index("body"))
    if len(voxels) == 0:
        raise DataError(
            f"labels: no vertebral body was found in '{parts.regions.name}' for this level; only "
            "the posterior elements are in the scan, or the file of parts belongs elsewhere"
        )
    return np.asarray(parts.regions.points(voxels.mean(axis=0)[None])[0])


def _moved(volume: Volume, centre: Floats) -> Volume:
    return Volume(volume.data, volume.axes, volume.origin - centre, volume.name)


def _box(spec: LabelSpec, labels: Volume, notes: list[str]) -> tuple[Floats, Floats]:
    half = np.array(spec.block) / 2.0
    # The canal and the muscles of the back lie behind: the box is moved there by a sixth.
    middle = np.array([-spec.block[0] / 6.0, 0.0, 0.0])
    low, high = middle - half, middle + half
    first, last = extent(labels)
    cut = (low < first - 1e-9) | (high > last + 1e-9)
    low, high = np.maximum(low, first), np.minimum(high, last)
    cells = np.maximum(1.0, np.floor((high - low) / spec.cell + 1e-6))
    middle = 0.5 * (low + high)
    low, high = middle - 0.5 * cells * spec.cell, middle + 0.5 * cells * spec.cell
    if cut.any():
        size = " x ".join(f"{1e3 * n:.0f}" for n in high - low)
        notes.append(
            f"The scan ends inside the block along {', '.join(np.array(list('xyz'))[cut])}: the "
            f"model is {size} mm."
        )
    corners = np.array([np.where(bits, low, high) for bits in np.ndindex(2, 2, 2)])
    index = labels.indices(corners)
    beyond = ((index < -0.6) | (index > np.array(labels.data.shape) - 0.4)).any()
    if beyond:
        notes.append(
            "The scan lies obliquely: corners of the block beyond it repeat its outermost voxels."
        )
    return low, high


def _tumour(
    spec: LabelSpec, mask: Volume, centre: Floats, low: Floats, high: Floats
) -> tuple[Level, LabelField]:
    moved = _moved(mask, centre)
    voxels = moved.points(np.argwhere(moved.data > 0).astype(np.float64))
    if not ((voxels > low) & (voxels < high)).all(axis=1).any():
        away = voxels.mean(axis=0)
        where = ", ".join(f"{1e3 * c:.0f}" for c in away)
        raise InputError(
            f"tumour_mask: '{mask.name}' lies outside the block around {spec.level} (its middle is "
            f"at {where} mm from the centre of the body: x anterior, y left, z cranial); is it of "
            "the same scan and level?"
        )
    first = np.maximum(voxels.min(axis=0) - 5.0 * _MM, low)
    last = np.minimum(voxels.max(axis=0) + 5.0 * _MM, high)
    field = label_field(moved, ("rest", "tumour"), first, last, spec.smoothing, goes_on=False)
    return field.level("tumour"), field


def _pieces(
    spec: LabelSpec,
    fields: LabelField,
    contents: CanalContents,
    tumour: tuple[Level, LabelField] | None,
) -> list[Piece]:
    pieces = []
    if tumour is not None:
        level, field = tumour
        pieces.append(Piece("tumour", spec.tumour_tissue, level, field.volumes["tumour"]))
    for name, tissue, members in _LABELLED:
        there = [member for member in members if fields.volumes.get(member, 0.0) > 0.0]
        if there:
            volume = sum(fields.volumes[member] for member in there)
            detail = min(fields.thickness[member] for member in there) / DETAIL
            pieces.append(Piece(name, tissue, fields.level(*there), volume, detail))
    return [*pieces, *contents.pieces]
