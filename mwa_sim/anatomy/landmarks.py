"""Named points of the parametric spine: targets, entries and places to watch."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.regions import Spine
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_STEP = 0.25 * _MM
#: Bone around the axis of an antenna that needs no improving: its radius and a millimetre more.
ENOUGH = 1.8 * _MM


def landmarks(spine: Spine) -> dict[str, Floats]:
    """Points of interest.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    dict of str to (3,) float array [m]
        ``tumour_centre``; ``left_pedicle`` and ``right_pedicle``, entries at the posterior surface
        of the bone from which a straight line to the tumour centre stays in the pedicle;
        ``posterior_wall``, the posterior surface of the body in the midline at the height of the
        tumour; ``cord_anterior`` and ``anterior_cord``, the front of the cord at that height;
        ``left_foramen`` and ``right_foramen``, where the nerve roots pass below the pedicles.

    Raises
    ------
    InputError
        If no straight line through a pedicle reaches the tumour centre inside the bone.
    """
    v = spine.vertebra
    centre = np.asarray(spine.tumour_centre, dtype=np.float64)
    height = centre[2]
    cord = np.array([spine.cord_front(), 0.0, height])
    found = {
        "tumour_centre": centre.copy(),
        "left_pedicle": pedicle_entry(spine, 1),
        "right_pedicle": pedicle_entry(spine, -1),
        "posterior_wall": _posterior_wall(v.body, height),
        "cord_anterior": cord,
        "anterior_cord": cord.copy(),
    }
    for side, name in ((1, "left_foramen"), (-1, "right_foramen")):
        front, back = v.pedicle_axis(side)
        below = v.size.pedicle_height / 2.0 + 3.0 * _MM
        found[name] = (front + back) / 2.0 - [0.0, 0.0, below]
    return found


def clearance(spine: Spine, points: Floats) -> Floats:
    """Distance from points in the bone to its surface and to the canal, (n,) [m].

    Negative outside the bone or inside the canal.
    """
    v = spine.vertebra
    solid = np.minimum(v.bone(points), spine.tumour(points))
    canal = np.maximum(spine.canal(points), -v.body(points))
    return np.minimum(-solid, canal)


def pedicle_entry(spine: Spine, side: int) -> Floats:
    """Entry point of the straight line through a pedicle to the tumour centre that is safest.

    Lines go through a grid of points of the pedicle's middle section. Their room is the least
    distance to the bone's surface and to the canal on the way through the pedicle; of the lines
    with enough room (or the most, if none has enough) the shortest is taken.

    Parameters
    ----------
    spine : Spine
    side : int
        +1 left, -1 right.

    Returns
    -------
    (3,) float array [m]
        On the posterior surface of the bone.

    Raises
    ------
    InputError
        If every line leaves the bone or meets the canal.
    """
    v = spine.vertebra
    front, back = v.pedicle_axis(side)
    middle = (front + back) / 2.0
    target = np.asarray(spine.tumour_centre, dtype=np.float64)
    best, entry = (-np.inf, 0.0), middle
    for sideways in np.linspace(-0.35, 0.35, 15) * v.size.pedicle_width:
        for upwards in np.linspace(-0.25, 0.25, 9) * v.size.pedicle_height:
            through = middle + np.array([0.0, sideways, upwards])
            along = through - target
            along /= np.linalg.norm(along)
            steps = np.arange(0.0, 75.0 * _MM, _STEP)
            line = target + steps[:, None] * along
            inside = clearance(spine, line)
            isthmus = int(np.argmin(np.abs(line[:, 0] - middle[0])))
            out = np.flatnonzero(inside[isthmus:] <= 0)
            if len(out) == 0:
                continue
            # The last millimetres before the surface are close to it by nature.
            stop = isthmus + int(out[0])
            check = np.flatnonzero(line[:, 0] < v.posterior_wall + 4.0 * _MM)
            check = check[check < max(stop - int(4.0 * _MM / _STEP), isthmus + 1)]
            if len(check) == 0 or line[stop - 1, 0] > back[0]:
                continue
            room = float(inside[check].min())
            # Among lines with enough room the shortest way through the bone.
            score = (min(room, ENOUGH), -float(steps[stop - 1]))
            if score > best:
                best, entry = score, line[stop - 1]
    if best[0] <= 0.0:
        name = "left" if side > 0 else "right"
        raise InputError(
            f"tumour.centre: no straight line through the {name} pedicle reaches it inside the "
            "bone; move the tumour towards the middle of the body"
        )
    return np.asarray(entry)


def _posterior_wall(body: Level, height: float) -> Floats:
    """Where the midline leaves the body backwards at a height."""
    x = np.arange(0.0, -40.0 * _MM, -0.05 * _MM)
    line = np.stack([x, np.zeros_like(x), np.full_like(x, height)], axis=1)
    outside = np.flatnonzero(body(line) > 0)
    return np.asarray(line[outside[0] - 1])
