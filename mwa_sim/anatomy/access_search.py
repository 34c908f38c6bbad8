"""The best straight line from a target through, or beside, a pedicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.breach import BODY_DEPTH, ENTRY_ALLOWANCE, HARMLESS, STEP
from mwa_sim.anatomy.pedicles import Pedicle
from mwa_sim.anatomy.vertebra_frame import VertebraFrame
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Bone about the needle that needs no improving (assumption: about the accuracy of CT guidance).
ENOUGH = 1.0 * _MM
#: How far from the target entries are looked for.
REACH = 90.0 * _MM
#: A way beside the pedicle passes at most this far lateral of its outer wall.
_BESIDE = 12.0 * _MM
#: A way through the pedicle enters the bone at least this far behind the smallest section.
_BEHIND = 6.0 * _MM
#: A radian away from the pedicle's axis counts like this much room [m].
_TURN = 0.2 * _MM
#: Beside the pedicle the pleura is near, and an oblique way is the worse one (assumption).
_TURN_BESIDE = 2.0 * _MM
#: Ways more oblique than this in the axial plane are none: they would cross lung or flank organs,
#: which the anatomy does not have (assumption).
_OBLIQUE = np.deg2rad(60.0)
#: Crossing ribs or neighbours counts at most like this much room [m]: entries move by that.
_CROSSING = 4.0 * _MM
#: Distances are not told apart beyond this.
_FAR = 8.0 * _MM
#: Points of the fan across and upwards, first over all of it, then about the best.
_PASSES = ((13, 9), (7, 5))


@dataclass(frozen=True)
class Line:
    """A straight way.

    Attributes
    ----------
    entry : (3,) float array [m]
        Where it comes into the bone that leads to the target.
    outward : (3,) float array
        Unit vector from the target to the entry.
    score : float [m]
        Room up to :data:`ENOUGH`, less what counts against the line.
    """

    entry: Floats
    outward: Floats
    score: float


def best_line(
    space: AccessSpace,
    frame: VertebraFrame,
    pedicle: Pedicle,
    approach: str,
    tip: Floats,
    radius: float,
) -> Line | None:
    """The best line from a tip through a fan of points in the plane of the smallest section.

    Room is the least distance of the needle's surface from the canal and, through the pedicle, from
    the surface of the bone. Among lines with enough room the one nearest to the direction of the
    pedicle is taken.

    Parameters
    ----------
    space : AccessSpace
    frame : VertebraFrame
    pedicle : Pedicle
    approach : {"transpedicular", "costovertebral"}
    tip : (3,) float array [m]
    radius : float [m]
        Of the needle.

    Returns
    -------
    Line or None
        None if no line from behind meets the bone there.
    """
    if approach == "transpedicular":
        middle = pedicle.isthmus
        low, high = np.array([-0.36 * pedicle.width, -0.3 * pedicle.height]), None
    else:
        middle = pedicle.lateral
        low = np.array([0.0, -0.5 * pedicle.height])
        high = np.array([_BESIDE, 0.5 * pedicle.height])
    high = -low if high is None else high
    best: Line | None = None
    for count in _PASSES:
        across, upwards = (np.linspace(low[i], high[i], count[i]) for i in range(2))
        plane = np.stack(np.meshgrid(across, upwards, indexing="ij"), axis=-1).reshape(-1, 2)
        fan = middle + plane @ np.stack([pedicle.across, pedicle.upwards])
        lines = _lines(space, frame, pedicle, approach, tip, fan, radius)
        scores = [-np.inf if line is None else line.score for line in lines]
        chosen = int(np.argmax(scores))
        line = lines[chosen]
        if line is None:
            return best
        if best is None or line.score > best.score:
            best = line
        # Next a fan as wide as the gap between the lines of this one.
        gap = (high - low) / (np.array(count) - 1.0)
        low, high = plane[chosen] - gap, plane[chosen] + gap
    return best


def _lines(
    space: AccessSpace,
    frame: VertebraFrame,
    pedicle: Pedicle,
    approach: str,
    tip: Floats,
    fan: Floats,
    radius: float,
) -> list[Line | None]:
    """The scored line through each point of a fan; None where there is none."""
    along = fan - tip
    far = np.linalg.norm(along, axis=1)
    along = along / np.maximum(far, 1e-9)[:, None]
    # Ways from the front, or through a point beside the tip, are none.
    through = approach == "transpedicular"
    level = np.hypot(along @ frame.axes[0], along @ frame.axes[1])
    steep = np.arccos(np.clip(-along @ frame.axes[0] / np.maximum(level, 1e-9), -1.0, 1.0))
    possible = (far > 5.0 * _MM) & (steep < _OBLIQUE)
    steps = np.arange(0.0, REACH, STEP)
    points = (tip + steps[None, :, None] * along[:, None, :]).reshape(-1, 3)
    shape = (len(fan), len(steps))
    bone = space.bone_surface.distance(points, within=_FAR).reshape(shape)
    canal = space.canal_surface.distance(points, within=_FAR).reshape(shape).min(axis=1)
    body = space.body(points).reshape(shape) < -BODY_DEPTH
    others = np.maximum(crossing(space, points).reshape(shape), -bone).min(axis=1)
    angle = np.arccos(np.clip(-along @ pedicle.axis, -1.0, 1.0))
    turn = _TURN if through else _TURN_BESIDE
    found: list[Line | None] = []
    for k in range(len(fan)):
        # Through the pedicle the bone ends behind it; beside it, where the body or its root does.
        begin = int(far[k] / STEP) if through else 0
        out = np.flatnonzero(bone[k, begin:] > 0.0)
        stop = begin + int(out[0]) if len(out) else 0
        if not possible[k] or stop < 2:
            found.append(None)
            continue
        inner, outer = bone[k, stop - 1], bone[k, stop]
        length = steps[stop - 1] + STEP * min(max(inner / (inner - outer), 0.0), 1.0)
        entry = tip + length * along[k]
        room = float(canal[k])
        if through:
            deep = np.flatnonzero(body[k, :stop])
            first = int(deep[-1]) + 1 if len(deep) else 0
            last = max(stop - int(ENTRY_ALLOWANCE / STEP), first + 1)
            room = min(room, float(-bone[k, first:last].max()))
            room -= max(_BEHIND - float((pedicle.isthmus - entry) @ pedicle.axis), 0.0)
        room -= radius
        # With enough room, what follows the pedicle best; a little more room is worth little.
        score = min(room, ENOUGH) + 0.1 * max(room - ENOUGH, 0.0) - turn * float(angle[k])
        score -= min(max(radius - float(others[k]), 0.0), _CROSSING)
        found.append(Line(entry, along[k], score))
    return found


def crossing(space: AccessSpace, points: Floats) -> Floats:
    """Least value of the levels of what a needle should not meet, (n, 3) [m] -> (n,) [m]."""
    levels = [level for name, level in space.others.items() if name not in HARMLESS]
    if not levels:
        return np.full(len(points), np.inf)
    return np.asarray(np.min([level(points) for level in levels], axis=0))
