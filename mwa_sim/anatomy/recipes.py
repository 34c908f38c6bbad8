"""Recipes: a table of a case file to a meshed anatomy with tissues and landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from mwa_sim.anatomy.access import Trajectory, bilateral, propose
from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.anatomy.assemble import Report, assemble, cheap, whole_box
from mwa_sim.anatomy.default_tumour import with_tumour_at_wall
from mwa_sim.anatomy.disease import with_disease
from mwa_sim.anatomy.disease_spec import Disease, Tumour
from mwa_sim.anatomy.landmark_finding import find_landmarks
from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.sizes import Sizes, Track
from mwa_sim.anatomy.spine import SpineSpec, parametric_scene
from mwa_sim.anatomy.volumes import with_taken_volumes
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import Floats
from mwa_sim.spec import PositiveLength, Spec, validate
from mwa_sim.spec_paths import did_you_mean

_MM = 1e-3
Side = Literal["left_pedicle", "right_pedicle"]


class Treatment(Spec):
    """What the elements are made small for.

    Attributes
    ----------
    size : Sizes
        Edge lengths of the elements.
    tracks : tuple of {"left_pedicle", "right_pedicle"} or None
        Entries from which an antenna may go to the tumour centre; refined along these lines. None
        takes the best of the ways that were found.
    bilateral : bool
        Two antennas, one through each pedicle, to targets in the two halves of the tumour: both
        ways become tracks, with the landmarks ``left_entry``, ``left_target``, ``right_entry`` and
        ``right_target``.
    needle : str
        Gauge or diameter for which ways in are proposed.
    radiating_length : float [m]
        Length of the finely meshed last part of a track, which ends ``overshoot`` past the centre.
    overshoot : float [m]
    """

    size: Sizes = Sizes()
    tracks: tuple[Side, ...] | None = None
    bilateral: bool = False
    needle: str = "13 G"
    radiating_length: PositiveLength = 25.0 * _MM
    overshoot: PositiveLength = 6.0 * _MM


class ParametricRecipe(SpineSpec, Disease, Treatment):
    """A parametric spine with disease; keys of all three tables."""

    kind: Literal["parametric_spine"] = Field(default="parametric_spine")


@dataclass(frozen=True)
class Prepared:
    """Everything about an anatomy short of its mesh.

    Attributes
    ----------
    scene : Scene
        With disease and landmarks.
    sizes : Sizes
    target : (3,) float array [m]
        Centre of the tumour, or else of the body.
    tracks : tuple of Track
    ways : list of Trajectory
        Ways in, best first.
    description : str
        One line about the anatomy.
    """

    scene: Scene
    sizes: Sizes
    target: Floats
    tracks: tuple[Track, ...]
    ways: list[Trajectory]
    description: str


def build(
    recipe: Mapping[str, Any], folder: Path | None = None, progress: Report | None = None
) -> Anatomy:
    """Generate the anatomy that a recipe describes.

    Parameters
    ----------
    recipe : mapping
        The ``[recipe]`` table of a case file: ``kind``, and lengths as quoted quantities.
    folder : Path, optional
        Where relative paths in the recipe start.
    progress : callable, optional
        Told what is being done and how much of it is done, 0 to 1.

    Returns
    -------
    Anatomy

    Raises
    ------
    InputError
        Listing every mistake in the recipe.
    DataError
        If a file that it names cannot be read.
    MeshError
        If a region is too thin for the sizes asked for.

    Examples
    --------
    >>> anatomy = build({
    ...     "kind": "parametric_spine",
    ...     "level": "L2",
    ...     "tumour": {"centre": ["0 mm", "4 mm", "0 mm"], "radii": ["11 mm", "12 mm", "9 mm"]},
    ... })  # doctest: +SKIP
    """
    return mesh_prepared(prepare(recipe, folder), progress)


def mesh_prepared(prepared: Prepared, progress: Report | None = None) -> Anatomy:
    """Mesh what :func:`prepare` made; arguments and errors as those of :func:`build`."""
    return assemble(prepared.scene, prepared.sizes, prepared.target, prepared.tracks, progress)


def prepare(recipe: Mapping[str, Any], folder: Path | None = None) -> Prepared:
    """The anatomy that a recipe describes as level functions, with landmarks and ways in.

    Parameters
    ----------
    recipe : mapping
    folder : Path, optional
        Where relative paths in the recipe start.

    Returns
    -------
    Prepared

    Raises
    ------
    InputError
        Listing every mistake in the recipe.
    DataError
        If a file that it names cannot be read.
    """
    spec, healthy, description = healthy_scene(recipe, folder or Path())
    scene = whole_box(_diseased(healthy, spec), spec.size)
    space = AccessSpace.of(scene)
    centre = scene.landmarks.get("tumour_centre")
    found = find_landmarks(space, centre, spec.needle)
    points = {**found.points, **scene.landmarks}
    target = points["tumour_centre"] if centre is not None else points["body_centre"]
    ways: list[Trajectory] = []
    notes = [*scene.notes, *found.notes]
    try:
        ways = propose(space, target, spec.needle, frame=found.frame, pedicles=dict(found.pedicles))
    except InputError as error:
        notes += error.problems
    if spec.bilateral:
        tracks = _both_sides(scene, space, target, spec, points)
    else:
        tracks = tuple(_track(points[name], target, spec) for name in _entries(spec, points, ways))
    scene = cheap(scene.changed(landmarks=points, notes=tuple(dict.fromkeys(notes))))
    return Prepared(scene, spec.size, target, tracks, ways, description)


def region_tissues(recipe: Mapping[str, Any], folder: Path | None = None) -> dict[str, str]:
    """Regions that a recipe leads to, with their tissues, without meshing anything.

    Parameters
    ----------
    recipe : mapping
    folder : Path, optional
        Where relative paths in the recipe start.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError, DataError
        As :func:`prepare`.
    """
    spec, healthy, _ = healthy_scene(recipe, folder or Path())
    scene = _diseased(healthy, spec)
    found = {piece.name: piece.tissue for piece in scene.pieces}
    found |= {skin.name: skin.tissue for skin in scene.skins}
    for paint in scene.paints:
        found |= dict(zip(paint.names, paint.tissues, strict=True))
    return {**found, scene.background[0]: scene.background[1]}


class _Whole(Disease, Treatment):
    """The keys that every kind of recipe has, for the type checker."""


def healthy_scene(recipe: Mapping[str, Any], folder: Path) -> tuple[_Whole, Scene, str]:
    """The recipe as validated, its anatomy without disease, and one line about it.

    Raises
    ------
    InputError, DataError
        As :func:`prepare`.
    """
    kinds = {"parametric_spine": _parametric, "surfaces": _surfaces, "labels": _labels}
    kind = str(recipe.get("kind"))
    if kind not in kinds:
        raise InputError(f"kind: there is no recipe '{kind}'{did_you_mean(kind, kinds)}")
    return kinds[kind](dict(recipe), folder)


def _diseased(scene: Scene, spec: Disease) -> Scene:
    """The scene with the disease of the recipe, or with what goes with a tumour that it has."""
    own = next((piece for piece in scene.pieces if piece.name == "tumour"), None)
    if own is None:
        return with_taken_volumes(scene, with_disease(*with_tumour_at_wall(scene, spec)))
    if spec.tumour is not None:
        raise InputError("tumour: the source brings one of its own; leave out one of the two")
    rest = scene.changed(pieces=tuple(piece for piece in scene.pieces if piece is not own))
    # A segmented tumour is where it is: nothing of it is clipped.
    given = Disease(
        tumour=Tumour(level=own.level, breach=True),
        wall_defect=spec.wall_defect,
        ctv_margin=spec.ctv_margin,
    )
    found = with_disease(rest, given)
    piece = replace(found.piece("tumour"), tissue=own.tissue, detail=own.detail)
    if spec.wall_defect is None:
        piece = replace(piece, level=own.level, volume=own.volume)
    pieces = tuple(piece if one.name == "tumour" else one for one in found.pieces)
    return with_taken_volumes(scene, found.changed(pieces=pieces))


def _parametric(recipe: dict[str, Any], folder: Path) -> tuple[Any, Scene, str]:
    spec = validate(ParametricRecipe, recipe, source="file")
    return spec, parametric_scene(spec), f"parametric {spec.level}"


def _surfaces(recipe: dict[str, Any], folder: Path) -> tuple[Any, Scene, str]:
    from mwa_sim.anatomy.from_surfaces import surface_scene
    from mwa_sim.anatomy.surface_spec import SurfaceSpec

    class SurfaceRecipe(SurfaceSpec, Disease, Treatment):
        kind: Literal["surfaces"] = "surfaces"

    spec = validate(SurfaceRecipe, recipe, source="file")
    return spec, surface_scene(spec, folder), "from closed surfaces"


def _labels(recipe: dict[str, Any], folder: Path) -> tuple[Any, Scene, str]:
    from mwa_sim.anatomy.images.label_scene import label_scene
    from mwa_sim.anatomy.images.spec import LabelSpec

    class LabelRecipe(LabelSpec, Disease, Treatment):
        kind: Literal["labels"] = "labels"

    spec = validate(LabelRecipe, recipe, source="file")
    # A block of whole coarsest cubes: it must not reach beyond what the volumes are measured in.
    cell = {"cell": spec.size.antenna * 2**spec.size.depth}
    files = {
        key: folder / path
        for key in ("labels", "subregions", "body_mask", "tumour_mask", "ct")
        if (path := getattr(spec, key)) is not None
    }
    return (
        spec,
        label_scene(spec.model_copy(update=files | cell)),
        f"{spec.level} from a segmented scan",
    )


def _entries(spec: _Whole, points: Mapping[str, Floats], ways: list[Trajectory]) -> list[str]:
    """Landmarks from which tracks start: as asked for, or the best way that was found."""
    if spec.tracks is not None:
        missing = [name for name in spec.tracks if name not in points]
        if missing:
            raise InputError(
                [f"tracks: no straight way in was found at {name}" for name in missing]
            )
        return list(spec.tracks)
    sides = [way.side for way in ways] + ["left", "right"]
    return [f"{side}_pedicle" for side in sides if f"{side}_pedicle" in points][:1]


def _both_sides(
    scene: Scene,
    space: AccessSpace,
    target: Floats,
    spec: _Whole,
    points: dict[str, Floats],
) -> tuple[Track, ...]:
    """Tracks of two antennas; their ends become landmarks."""
    tumour = next((piece for piece in scene.pieces if piece.name == "tumour"), None)
    if tumour is None:
        raise InputError("bilateral: there is no tumour; add a [recipe.tumour] table")
    if spec.tracks is not None:
        raise InputError("bilateral: gives both tracks; leave out tracks")
    tracks = []
    for way in bilateral(space, tumour.level, target, spec.needle):
        points[f"{way.side}_entry"], points[f"{way.side}_target"] = way.entry, way.target
        tracks.append(_track(way.entry, way.target, spec))
    return tuple(tracks)


def _track(entry: Floats, target: Floats, spec: Treatment) -> Track:
    along = (target - entry) / np.linalg.norm(target - entry)
    return Track(entry, target + spec.overshoot * along, spec.radiating_length)
