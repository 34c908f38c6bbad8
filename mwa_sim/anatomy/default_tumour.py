"""A tumour where none was given, for a posterior wall that is said to be lost."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.disease_spec import Disease, Tumour
from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.vertebra_frame import vertebra_frame
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Radii relative to half the depth, half the width and half the height of the body (assumption: a
#: tumour over the middle of the rear two thirds, that leaves the endplates and the sides).
_PART = (0.65, 0.5, 0.65)
#: Bone between the shape and the wall; the defect joins them.
_GAP = 0.5 * _MM
_REACH = 45.0 * _MM


def with_tumour_at_wall(scene: Scene, disease: Disease) -> tuple[Scene, Disease]:
    """Give a lost wall the tumour that it was lost to, if none was given.

    Parameters
    ----------
    scene : Scene
        Without a tumour.
    disease : Disease

    Returns
    -------
    Scene, Disease
        As they were where there is a tumour or no lost wall; else with a lytic ellipsoid in the
        midline in front of the wall, and a note that says so.

    Raises
    ------
    InputError
        If no vertebral body is found.
    """
    if disease.wall_defect is None or disease.tumour is not None:
        return scene, disease
    frame = vertebra_frame(AccessSpace.of(scene))
    front, back = (_inside(scene.body, frame.origin, way * frame.axes[0]) for way in (1.0, -1.0))
    depth = 0.5 * (front + back)
    height = 0.5 * float(np.linalg.norm(frame.upper - frame.lower))
    width = frame.radius**2 / depth
    radii = np.array(_PART) * (depth, width, height)
    centre = frame.origin - (back - radii[0] - _GAP) * frame.axes[0]
    where, size = (", ".join(f"{x / _MM:.1f}" for x in triple) for triple in (centre, radii))
    tumour = Tumour(centre=_plain(centre), radii=_plain(radii))
    note = (
        f"tumour: none was given for the lost wall, so a lytic ellipsoid with radii {size} mm was "
        f"put at ({where}) mm, which is an assumption; give the real one with [recipe.tumour], or "
        "--tumour on the command line"
    )
    return scene.changed(notes=(*scene.notes, note)), disease.model_copy(update={"tumour": tumour})


def _plain(triple: Floats) -> tuple[float, float, float]:
    """Three lengths as plain numbers, to a hundredth of a millimetre."""
    x, y, z = (round(float(value), 5) + 0.0 for value in triple)
    return x, y, z


def _inside(body: Level, origin: Floats, way: Floats) -> float:
    """How far the body reaches from a point along a direction [m]."""
    far = np.arange(0.0, _REACH, 0.25 * _MM)
    outside = np.flatnonzero(body(origin + far[:, None] * way) >= 0.0)
    return float(far[outside[0]]) if len(outside) else _REACH
