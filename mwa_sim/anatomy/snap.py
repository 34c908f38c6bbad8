"""The safe pose next to one that was placed by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.anatomy.access_space import AccessSpace, needle_diameter
from mwa_sim.anatomy.breach import Breach, BreachReport, check_trajectory
from mwa_sim.anatomy.vertebra_frame import vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_ROUNDS = 25
_HALVINGS = 6
#: A little more than what is needed, so that the corrections end.
_MORE = 1.1


@dataclass(frozen=True)
class Snapped:
    """A pose and how far it was moved.

    Attributes
    ----------
    entry, tip : (3,) float array [m]
    entry_moved, tip_moved : float [m]
    report : BreachReport
        Of the moved needle.
    """

    entry: Floats
    tip: Floats
    entry_moved: float
    tip_moved: float
    report: BreachReport

    def __str__(self) -> str:
        if self.entry_moved == 0.0 and self.tip_moved == 0.0:
            return f"not moved: {self.report}"
        return (
            f"entry moved by {1e3 * self.entry_moved:.1f} mm, "
            f"tip by {1e3 * self.tip_moved:.1f} mm: {self.report}"
        )


def snap(
    space: AccessSpace,
    entry: ArrayLike,
    tip: ArrayLike,
    diameter: str | float = "13 G",
    *,
    within: float = 8.0 * _MM,
    spare: float = 0.5 * _MM,
    approach: str = "transpedicular",
) -> Snapped:
    """Move a needle as little as is needed to make it safe.

    The deepest breach is undone by the smallest displacement of both ends that moves the needle
    there by its depth, again and again; then the moves are taken back as far as the needle stays
    safe.

    Parameters
    ----------
    space : AccessSpace
    entry, tip : (3,) array [m]
    diameter : str or float, optional [m]
    within : float, optional [m]
        How far an end may move.
    spare : float, optional [m]
        Room that a moved needle keeps to whatever it breached (assumption: half a millimetre).
    approach : {"transpedicular", "costovertebral"}, optional

    Returns
    -------
    Snapped

    Raises
    ------
    InputError
        If no safe pose was found within that distance; the message says what is in the way.
    """
    frame = vertebra_frame(space)
    thick = needle_diameter(diameter)

    def check(ends: Floats, width: float) -> BreachReport:
        return check_trajectory(space, ends[0], ends[1], width, approach=approach, frame=frame)

    given = np.array([entry, tip], dtype=np.float64)
    report = check(given, thick)
    if report.safe:
        return Snapped(given[0], given[1], 0.0, 0.0, report)
    ends, wide = given.copy(), thick + 2.0 * spare
    for _ in range(_ROUNDS):
        report = check(ends, wide)
        if report.safe or np.linalg.norm(ends - given, axis=1).max() > within:
            break
        ends = ends + _correction(space, ends, report.breaches[0])
    moved = np.linalg.norm(ends - given, axis=1)
    if not report.safe or moved.max() > within:
        raise InputError(
            f"pose: no safe one was found within {1e3 * within:.1f} mm of the one that was given; "
            f"in the way: {check(given, thick)}; choose another entry or a thinner needle"
        )
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        half = (low + high) / 2.0
        if check(given + half * (ends - given), wide).safe:
            high = half
        else:
            low = half
    ends = given + high * (ends - given)
    moved = np.linalg.norm(ends - given, axis=1)
    return Snapped(ends[0], ends[1], float(moved[0]), float(moved[1]), check(ends, thick))


def _correction(space: AccessSpace, ends: Floats, breach: Breach) -> Floats:
    """Least displacement (2, 3) of both ends that moves the needle out of a breach."""
    along = ends[1] - ends[0]
    share = float(np.clip((breach.place - ends[0]) @ along / (along @ along), 0.0, 1.0))
    move = _MORE * breach.depth * _way_out(space, breach)
    weight = np.array([1.0 - share, share])
    return np.asarray(weight[:, None] / (weight @ weight) * move)


def _way_out(space: AccessSpace, breach: Breach) -> Floats:
    """Unit vector in which a breached border is left."""
    place = breach.place[None, :]
    if breach.what == "canal":
        return np.asarray(space.canal_surface.outward(place)[0])
    if breach.what == "cord":
        return np.asarray(space.cord_surface.outward(place)[0])
    name = breach.what.removeprefix("the region ")
    if name in space.others:
        return _gradient(space.others[name], breach.place)
    # Out of bone: back into it.
    return np.asarray(-space.bone_surface.outward(place)[0])


def _gradient(level: Level, place: Floats) -> Floats:
    step = 0.5 * _MM
    slope = level(place + step * np.eye(3)) - level(place - step * np.eye(3))
    return np.asarray(slope / max(float(np.linalg.norm(slope)), 1e-12))
