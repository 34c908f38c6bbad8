"""Tumour, lost posterior wall and clinical target volume, put into any anatomy."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.disease_spec import TISSUES, Disease, Tumour, extent
from mwa_sim.anatomy.posterior_wall import fitted, hole, sac_levels, wall_mistakes
from mwa_sim.anatomy.scene import Paint, Piece, Scene
from mwa_sim.anatomy.shapes import smooth_min
from mwa_sim.anatomy.tumour_shapes import clipped, joined, lobe_level, margin, rotation, without
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Grid on which volumes and places are looked at before anything is meshed.
_GRID = 1.0 * _MM
#: Points of a finer grid about a point of that one.
_FINER = np.stack(np.meshgrid(*[np.linspace(-0.9, 0.9, 7) * _GRID] * 3), axis=-1).reshape(-1, 3)
#: A tumour with less than this is too small to be meshed (a cube of two millimetres).
_LEAST_VOLUME = 8.0e-9
#: Fillet between the tumour and what fills a hole in the wall.
_FILLET = 1.5 * _MM
#: A hole in the wall reaches at most this far beyond the tumour.
_AROUND = 16.0 * _MM


def with_disease(scene: Scene, disease: Disease) -> Scene:
    """Put a tumour, and what goes with it, into an anatomy.

    The tumour becomes the first piece, the margin the second, so that they take their place from
    whatever was there. ``landmarks`` gets the tumour's centre.

    Parameters
    ----------
    scene : Scene
    disease : Disease

    Returns
    -------
    Scene
        A new one, with notes on what was cut off or limited.

    Raises
    ------
    InputError
        Listing every mistake: a centre outside the bone, a tumour in the cord, a lost wall too far
        from the tumour or larger than the wall.

    Examples
    --------
    >>> from mwa_sim.anatomy.disease_spec import Disease
    >>> disease = Disease(tumour={"centre": ["1 mm", "4 mm", "0 mm"], "radii": "9 mm"},
    ...                   ctv_margin="5 mm")
    >>> with_disease(scene, disease).pieces[0].name  # doctest: +SKIP
    'tumour'
    """
    tumour = disease.tumour
    if tumour is None:
        wanted = [k for k in ("wall_defect", "ctv_margin") if getattr(disease, k) is not None]
        if wanted:
            raise InputError(
                [f"{k}: there is no tumour; add a [recipe.tumour] table" for k in wanted]
            )
        return scene
    raw = tumour_level(tumour)
    box = extent(tumour, scene.low, scene.high)
    whole = _sample(raw, *box)
    mistakes = _outside(scene, tumour)
    if len(whole) == 0:
        mistakes.append("tumour: it is empty: its level function is nowhere negative in the box")
    elif tumour.breach:
        mistakes += _in_cord(scene, raw, whole)
    frame: VertebraFrame | None = None
    defect = disease.wall_defect
    if defect and len(whole):
        frame = vertebra_frame(AccessSpace.of(scene))
        defect = fitted(scene, frame, defect)
        mistakes += wall_mistakes(scene, frame, defect, raw, whole)
    if mistakes:
        raise InputError(mistakes)
    notes: list[str] = []
    sac = sac_levels(scene)
    level = without(raw, sac) if tumour.breach else clipped(raw, scene.bone, tumour.clearance)
    if defect and frame is not None:
        filling = hole(scene, frame, defect, raw, whole, notes)
        level = without(_filleted(level, filling), sac)
        box = (box[0] - _AROUND, box[1] + _AROUND)
    kept = _sample(level, *box)
    if len(kept) * _GRID**3 < _LEAST_VOLUME:
        raise InputError(
            f"tumour: less than {1e9 * _LEAST_VOLUME:.0f} mm3 of it lies inside the bone by the "
            f"clearance of {1e3 * tumour.clearance:.1f} mm; make it larger, move it, lower "
            "clearance, or write breach = true"
        )
    lost = 1.0 - float((level(whole) < 0.0).mean())
    if lost > 0.02:
        notes.append(
            f"tumour: {100.0 * lost:.0f} % of the shape that was asked for lies outside what the "
            f"{'bone leaves' if not tumour.breach else 'dural sac leaves'} free and was cut off"
        )
    pieces = [Piece("tumour", TISSUES[tumour.kind], level)]
    paints = scene.paints
    if disease.ctv_margin is not None:
        pieces.append(_margin(scene, level, kept, disease.ctv_margin))
        paints += _painted(scene)
    return scene.changed(
        pieces=(*pieces, *scene.pieces),
        paints=paints,
        landmarks={**scene.landmarks, "tumour_centre": _centre(tumour, kept)},
        notes=(*scene.notes, *notes),
    )


def tumour_level(tumour: Tumour) -> Level:
    """The tumour as it was asked for, before anything clips it."""
    if tumour.level is not None:
        return tumour.level
    lobes = [
        lobe_level(np.array(lobe.centre), np.array(lobe.radii), rotation(lobe.rotation))
        for lobe in tumour.all_lobes
    ]
    return joined(lobes, tumour.fillet)


def _sample(level: Level, low: Floats, high: Floats) -> Floats:
    """Inner points of a solid on a grid, looked for on a coarser one first."""
    for step in (2.0 * _GRID, _GRID):
        axes = [np.arange(a, b + step / 2.0, step) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        inside = points[level(points) < 0.0]
        if len(inside):
            low, high = inside.min(axis=0) - 2.0 * _GRID, inside.max(axis=0) + 2.0 * _GRID
    return np.asarray(inside)


def _outside(scene: Scene, tumour: Tumour) -> list[str]:
    """Centres that are not in the bone, or nearer to its surface than the clearance."""
    lines = []
    for k, lobe in enumerate(tumour.all_lobes):
        centre = np.array([lobe.centre])
        given = ", ".join(f"{1e3 * c:.3g} mm" for c in lobe.centre)
        depth = -float(scene.bone(centre)[0])
        if depth <= 0.0:
            lines.append(
                f"{tumour.path(k)}: ({given}) is {-1e3 * depth:.1f} mm outside the bone of "
                "the treated vertebra; coordinates are x anterior, y left, z cranial from the "
                "centre of its body"
            )
        elif not tumour.breach and depth < tumour.clearance:
            lines.append(
                f"{tumour.path(k)}: ({given}) is {1e3 * depth:.1f} mm from the surface of the "
                f"bone, less than clearance ({1e3 * tumour.clearance:.1f} mm); move it inwards, "
                "lower clearance, or write breach = true"
            )
    return lines


def _in_cord(scene: Scene, tumour: Level, points: Floats) -> list[str]:
    near = points[scene.cord(points) < 2.0 * _GRID]
    finer = (near[:, None, :] + _FINER).reshape(-1, 3)
    finer = finer[tumour(finer) < 0.0]
    depth = -float(scene.cord(finer).min(initial=0.0))
    if depth <= 0.0:
        return []
    return [
        f"tumour: with breach = true it would reach {1e3 * depth:.1f} mm into the cord; move it "
        "forwards, make it smaller, or write breach = false"
    ]


def _filleted(level: Level, filling: Level) -> Level:
    return lambda points: smooth_min(level(points), filling(points), _FILLET)


def _marrow(scene: Scene) -> tuple[str, Level]:
    """Tissue and level of what a margin may take: marrow inside the shell, in the bone."""
    if "cancellous" not in {piece.name for piece in scene.pieces}:
        return "bone_cancellous", scene.bone
    piece = scene.piece("cancellous")
    shell = max((s.thickness for s in scene.skins if s.of == piece.name), default=0.0)
    return piece.tissue, lambda p: np.maximum(piece.level(p) + shell, scene.bone(p))


def _margin(scene: Scene, tumour: Level, points: Floats, width: float) -> Piece:
    tissue, marrow = _marrow(scene)
    reach = 3.0 * _GRID
    near = margin(tumour, points.min(axis=0) - reach, points.max(axis=0) + reach, width)
    return Piece("ctv_margin", tissue, lambda p: np.maximum(near(p), marrow(p)), detail=width / 1.5)


def _painted(scene: Scene) -> tuple[Paint, ...]:
    """Densities of the marrow hold in the margin too."""
    return tuple(
        Paint(
            "ctv_margin",
            tuple(f"ctv_margin_{k}" if k else "ctv_margin" for k in range(len(paint.names))),
            paint.tissues,
            paint.classes,
        )
        for paint in scene.paints
        if paint.of == "cancellous"
    )


def _centre(tumour: Tumour, points: Floats) -> Floats:
    """Centre of a single ellipsoid; otherwise the inner point nearest to the centroid."""
    lobes = tumour.all_lobes
    if len(lobes) == 1:
        return np.array(lobes[0].centre)
    middle = points.mean(axis=0)
    return np.asarray(points[np.argmin(np.linalg.norm(points - middle, axis=1))])
