"""Named points of any vertebra, found in its level functions: targets, entries, what to watch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.anatomy.access import propose
from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.pedicles import Pedicle, find_pedicles
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_STEP = 0.1 * _MM
#: The root passes this far below the pedicle (assumption: half its thickness and some fat).
_BELOW = 3.0 * _MM
#: A landmark beside the bone is at least this far from it.
_FREE = 1.0 * _MM


@dataclass(frozen=True)
class Landmarks:
    """What was found.

    Attributes
    ----------
    points : dict of str to (3,) float array [m]
    pedicles : dict of str to Pedicle
        ``"left"`` and ``"right"``.
    frame : VertebraFrame
    notes : tuple of str
        Which landmark is missing, and why.
    """

    points: dict[str, Floats]
    pedicles: dict[str, Pedicle]
    frame: VertebraFrame
    notes: tuple[str, ...]


def find_landmarks(
    space: AccessSpace, tumour_centre: ArrayLike | None = None, needle: str | float = "13 G"
) -> Landmarks:
    """Find the landmarks of a vertebra.

    Parameters
    ----------
    space : AccessSpace
        ``AccessSpace.of(scene)`` for a scene.
    tumour_centre : (3,) array, optional [m]
        Without one, heights are those of the centre of the body, and the ways in lead there.
    needle : str or float, optional [m]
        For which the entries are chosen.

    Returns
    -------
    Landmarks
        ``tumour_centre`` (if given); ``body_centre``, ``upper_endplate``, ``lower_endplate``;
        ``posterior_wall``, the posterior surface of the body in the midline at the height of the
        tumour, and ``posterior_wall_middle`` at half height; ``cord_anterior`` and
        ``anterior_cord``, the front of the cord at the tumour's height; ``canal_posterior``, the
        back of the canal there; for each side ``left_pedicle``, the entry at the surface of the
        bone from which a straight line to the tumour centre stays in the pedicle,
        ``left_pedicle_isthmus``, ``left_canal_wall``, the medial wall of the pedicle there, and
        ``left_foramen``, where the nerve root passes below the pedicle.

    Raises
    ------
    InputError
        If there is no vertebra: see :func:`vertebra_frame`.
    """
    frame = vertebra_frame(space)
    pedicles, notes = find_pedicles(space, frame)
    said = [*frame.notes, *notes]
    points: dict[str, Floats] = {
        "body_centre": frame.origin,
        "upper_endplate": frame.upper,
        "lower_endplate": frame.lower,
    }
    target = frame.origin
    if tumour_centre is not None:
        target = np.asarray(tumour_centre, dtype=np.float64)
        points["tumour_centre"] = target.copy()
    height = _height(frame, target)
    points |= _midline(space, frame, height, said)
    for side, pedicle in pedicles.items():
        points[f"{side}_pedicle_isthmus"] = pedicle.isthmus
        points[f"{side}_canal_wall"] = pedicle.medial
        root = _foramen(space, frame, pedicle)
        if root is None:
            said.append(f"{side}_foramen not found: bone fills the space below the pedicle")
        else:
            points[f"{side}_foramen"] = root
    points |= _entries(space, frame, pedicles, target, needle, said)
    return Landmarks(points, pedicles, frame, tuple(said))


def _height(frame: VertebraFrame, target: Floats) -> float:
    """Height of the target, no nearer to an endplate than two millimetres."""
    low, high = frame.local(np.stack([frame.lower, frame.upper]))[:, 2]
    return float(np.clip(frame.local(target[None, :])[0, 2], low + 2 * _MM, high - 2 * _MM))


def _midline(
    space: AccessSpace, frame: VertebraFrame, height: float, said: list[str]
) -> dict[str, Floats]:
    """Posterior wall, front of the cord and back of the canal."""
    found = {}
    back = np.arange(0.0, -60.0 * _MM, -_STEP)
    for name, at in (("posterior_wall", height), ("posterior_wall_middle", 0.0)):
        line = _line(frame, back, 0.0, at)
        place = _first(space.body, line, inside=False)
        if place is None:
            said.append(f"{name} not found: the midline does not leave the body backwards")
        else:
            found[name] = line[max(place - 1, 0)]
    if "posterior_wall" not in found:
        return found
    # The cord may lie beside the midline of the bone.
    sideways = np.array([0.0, -2.0, 2.0, -4.0, 4.0, -6.0, 6.0]) * _MM
    for y in sideways:
        line = _line(frame, back, y, height)
        place = _first(space.cord, line, inside=True)
        if place:
            found["cord_anterior"] = line[place]
            found["anterior_cord"] = line[place].copy()
            break
    else:
        said.append("cord_anterior not found: there is no cord behind the body at this height")
    line = _line(frame, back, 0.0, height)
    canal = np.flatnonzero(space.free_canal(line) < 0.0)
    if len(canal):
        found["canal_posterior"] = line[canal[-1]]
    else:
        said.append("canal_posterior not found: there is no canal behind the body at this height")
    return found


def _line(frame: VertebraFrame, back: Floats, left: float, height: float) -> Floats:
    return frame.world(
        np.stack([back, np.full_like(back, left), np.full_like(back, height)], axis=1)
    )


def _first(level: Level, line: Floats, inside: bool) -> int | None:
    hit = np.flatnonzero((level(line) < 0.0) == inside)
    return int(hit[0]) if len(hit) else None


def _foramen(space: AccessSpace, frame: VertebraFrame, pedicle: Pedicle) -> Floats | None:
    """Below the lower edge of the pedicle, as near to it as the bone leaves room."""
    down = np.arange(0.0, 30.0 * _MM, _STEP)
    line = pedicle.isthmus - down[:, None] * frame.axes[2]
    bone = space.bone(line)
    edge = int(np.argmax(bone > 0.0))
    free = np.flatnonzero((bone > _FREE) & (down >= down[edge] + _BELOW) & (bone[edge] > 0.0))
    return np.asarray(line[free[0]]) if len(free) else None


def _entries(
    space: AccessSpace,
    frame: VertebraFrame,
    pedicles: dict[str, Pedicle],
    target: Floats,
    needle: str | float,
    said: list[str],
) -> dict[str, Floats]:
    """Entries of the transpedicular ways to the target."""
    if not pedicles:
        return {}
    try:
        ways = propose(
            space,
            target,
            needle,
            approaches=("transpedicular",),
            frame=frame,
            pedicles=pedicles,
        )
    except InputError as error:
        said.append(f"entries of the pedicles not found: {error.problems[0]}")
        return {}
    found = {}
    for side in pedicles:
        way = next((w for w in ways if w.side == side), None)
        if way is None or way.report.room <= -way.report.diameter / 2.0:
            said.append(
                f"{side}_pedicle not found: no straight line through the {side} pedicle reaches "
                "the target inside the bone"
            )
            continue
        found[f"{side}_pedicle"] = way.entry
        if not way.report.safe:
            said.append(way.verdict)
    return found
