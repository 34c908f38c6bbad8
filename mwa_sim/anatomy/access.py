"""Straight ways into a vertebral body: proposed, ranked and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.anatomy.access_space import AccessSpace, needle_diameter
from mwa_sim.anatomy.breach import (
    BODY_DEPTH,
    ENTRY_ALLOWANCE,
    HARMLESS,
    STEP,
    BreachReport,
    check_trajectory,
)
from mwa_sim.anatomy.pedicles import Pedicle, find_pedicles
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Bone about the needle that needs no improving (assumption: the accuracy of CT guidance).
ENOUGH = 1.0 * _MM
#: How far behind the target entries are looked for; the deepest skin lies about 120 mm behind.
_REACH = 90.0 * _MM
_SKIN_REACH = 220.0 * _MM
#: Half the fan of a costovertebral way: it passes this far lateral of the pedicle's outer wall.
_BESIDE = 12.0 * _MM
#: A way through the pedicle enters the bone at least this far behind the smallest section.
_BEHIND = 6.0 * _MM
#: A radian away from the pedicle's axis counts like this much room [m].
_TURN = 0.5 * _MM
_APPROACHES = ("transpedicular", "costovertebral")


@dataclass(frozen=True)
class Trajectory:
    """A straight way to a target.

    Attributes
    ----------
    name : str
        Such as ``"left transpedicular"``.
    side : {"left", "right"}
    approach : {"transpedicular", "costovertebral"}
    entry : (3,) float array [m]
        Where it meets the bone.
    target : (3,) float array [m]
    direction : (3,) float array
        Unit vector from the entry to the target.
    skin : (3,) float array or None [m]
        Where it meets the skin, if the anatomy has one.
    pedicle_width : float [m]
    report : BreachReport
        Rooms and breaches of the needle that was asked for.
    """

    name: str
    side: str
    approach: str
    entry: Floats
    target: Floats
    direction: Floats
    skin: Floats | None
    pedicle_width: float
    report: BreachReport

    @property
    def length(self) -> float:
        """From the entry into the bone to the target [m]."""
        return float(np.linalg.norm(self.target - self.entry))

    @property
    def verdict(self) -> str:
        """One sentence: whether the needle fits, with numbers."""
        needle = f"{1e3 * self.report.diameter:.2f} mm needle"
        text = f"{self.name}, {needle}: {self.report}"
        spare = self.pedicle_width - self.report.diameter
        if self.approach == "transpedicular" and spare < 2.0 * ENOUGH:
            text += (
                f" (the pedicle is {1e3 * self.pedicle_width:.1f} mm wide: "
                f"{1e3 * max(spare, 0.0) / 2.0:.1f} mm of bone on either side of a centred needle)"
            )
        return text


def propose(
    space: AccessSpace,
    target: ArrayLike,
    needle: str | float = "13 G",
    *,
    approaches: Sequence[str] | None = None,
    frame: VertebraFrame | None = None,
    pedicles: dict[str, Pedicle] | None = None,
) -> list[Trajectory]:
    """Propose the best straight way of each approach and side, best first.

    Parameters
    ----------
    space : AccessSpace
    target : (3,) array [m]
    needle : str or float, optional [m]
        13 gauge as in the cohort of Chen 2022.
    approaches : sequence of str, optional
        ``"transpedicular"`` through the pedicle, ``"costovertebral"`` lateral of it between rib
        and transverse process. By default the second only where there are ribs, or where a pedicle
        leaves the needle less than :data:`ENOUGH` on either side.
    frame, pedicles : optional
        If they are known already.

    Returns
    -------
    list of Trajectory
        Ways that breach nothing first, those with more room (up to :data:`ENOUGH`) before others,
        through the pedicle before beside it, then the shorter ones. A way that breaches is listed
        too: its verdict says what.

    Raises
    ------
    InputError
        If an approach is unknown, the target is outside the bone, or no pedicle was found.
    """
    diameter = needle_diameter(needle)
    tip = _target(space, target)
    frame = frame or vertebra_frame(space)
    notes: tuple[str, ...] = ()
    if pedicles is None:
        pedicles, notes = find_pedicles(space, frame)
    if not pedicles:
        raise InputError(["access: no way in can be proposed", *notes])
    if approaches is None:
        narrow = min(p.width for p in pedicles.values()) < diameter + 2.0 * ENOUGH
        approaches = _APPROACHES if narrow or "ribs" in space.others else _APPROACHES[:1]
    unknown = sorted(set(approaches) - set(_APPROACHES))
    if unknown:
        raise InputError(f"approaches: expected {' or '.join(_APPROACHES)}, got {unknown}")
    ways = []
    for pedicle in pedicles.values():
        for approach in approaches:
            fan = _through(pedicle) if approach == "transpedicular" else _beside(pedicle, diameter)
            ways += _best(space, frame, pedicle, approach, tip, fan, diameter)
    return sorted(ways, key=_rank)


def _target(space: AccessSpace, target: ArrayLike) -> Floats:
    tip = np.asarray(target, dtype=np.float64)
    if tip.shape != (3,) or not np.isfinite(tip).all():
        raise InputError(f"target: expected three coordinates, got {target!r}")
    if space.bone(tip[None, :])[0] >= 0.0:
        given = ", ".join(f"{1e3 * c:.3g} mm" for c in tip)
        raise InputError(f"target: ({given}) is outside the bone of the treated vertebra")
    return tip


def _rank(way: Trajectory) -> tuple[bool, float, int, float]:
    room = min(way.report.room, ENOUGH)
    return (not way.report.safe, -round(room, 4), _APPROACHES.index(way.approach), way.length)


def _through(pedicle: Pedicle) -> Floats:
    """Points of the smallest section of a pedicle, (k, 3)."""
    wide = np.linspace(-0.36, 0.36, 13) * pedicle.width
    high = np.linspace(-0.3, 0.3, 9) * pedicle.height
    plane = wide[:, None, None] * pedicle.across + high[None, :, None] * pedicle.upwards
    return np.asarray((pedicle.isthmus + plane).reshape(-1, 3))


def _beside(pedicle: Pedicle, diameter: float) -> Floats:
    """Points lateral of the smallest section of a pedicle, (k, 3)."""
    wide = np.linspace(0.0, _BESIDE, 13) - diameter / 2.0
    high = np.linspace(-0.5, 0.5, 9) * pedicle.height
    plane = wide[:, None, None] * pedicle.across + high[None, :, None] * pedicle.upwards
    return np.asarray((pedicle.lateral + plane).reshape(-1, 3))


def _best(
    space: AccessSpace,
    frame: VertebraFrame,
    pedicle: Pedicle,
    approach: str,
    tip: Floats,
    fan: Floats,
    diameter: float,
) -> list[Trajectory]:
    """The best line from the tip through a point of the fan, checked."""
    along = fan - tip
    reach = np.linalg.norm(along, axis=1)
    fan, along = fan[reach > 5.0 * _MM], along[reach > 5.0 * _MM]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    # Ways from the front are none.
    backwards = along @ frame.axes[0] < -0.3
    fan, along = fan[backwards], along[backwards]
    if len(fan) == 0:
        return []
    steps = np.arange(0.0, _REACH, STEP)
    points = tip + steps[None, :, None] * along[:, None, :]
    shape = points.shape[:2]
    flat = points.reshape(-1, 3)
    bone = space.bone_surface.distance(flat, within=8.0 * _MM).reshape(shape)
    canal = space.canal_surface.distance(flat, within=8.0 * _MM).reshape(shape)
    body = space.body(flat).reshape(shape)
    others = _others(space, flat).reshape(shape)
    angle = np.arccos(np.clip(-along @ pedicle.axis, -1.0, 1.0))
    middle = (np.linalg.norm(fan - tip, axis=1) / STEP).astype(int)
    score = np.full(len(fan), -np.inf)
    entry = np.zeros(len(fan))
    for k in range(len(fan)):
        # Through the pedicle the bone ends behind it; beside it, where the body or its root does.
        begin = middle[k] if approach == "transpedicular" else 0
        out = np.flatnonzero(bone[k, begin:] > 0.0)
        stop = begin + int(out[0]) if len(out) else shape[1]
        if stop >= shape[1] or stop < 2:
            continue
        inner, outer = bone[k, stop - 1], bone[k, stop]
        entry[k] = steps[stop - 1] + STEP * min(max(inner / (inner - outer), 0.0), 1.0)
        room = float(min(canal[k].min(), others[k].min()))
        if approach == "transpedicular":
            deep = np.flatnonzero(body[k, :stop] < -BODY_DEPTH)
            first = int(deep[-1]) + 1 if len(deep) else 0
            last = max(stop - int(ENTRY_ALLOWANCE / STEP), first + 1)
            room = min(room, float(-bone[k, first:last].max()))
            behind = (pedicle.isthmus - tip - entry[k] * along[k]) @ pedicle.axis
            room -= max(_BEHIND - float(behind), 0.0)
        room -= diameter / 2.0
        # With enough room, what follows the pedicle best; a little more room is worth little.
        score[k] = min(room, ENOUGH) + 0.1 * max(room - ENOUGH, 0.0) - _TURN * angle[k]
    chosen = int(np.argmax(score))
    if not np.isfinite(score[chosen]):
        return []
    start = tip + entry[chosen] * along[chosen]
    skin = _skin(space, tip, along[chosen])
    report = check_trajectory(
        space, start + 1.0 * _MM * along[chosen], tip, diameter, approach=approach, frame=frame
    )
    return [
        Trajectory(
            name=f"{pedicle.side} {approach}",
            side=pedicle.side,
            approach=approach,
            entry=start,
            target=tip,
            direction=-along[chosen],
            skin=skin,
            pedicle_width=pedicle.width,
            report=report,
        )
    ]


def _others(space: AccessSpace, points: Floats) -> Floats:
    """Least value of the levels of what a needle should not meet, (n,) [m]."""
    levels = [level for name, level in space.others.items() if name not in HARMLESS]
    if not levels:
        return np.full(len(points), np.inf)
    return np.asarray(np.min([level(points) for level in levels], axis=0))


def _skin(space: AccessSpace, tip: Floats, along: Floats) -> Floats | None:
    """Last point of the way that is still in skin or fat below it."""
    levels = [space.others[name] for name in ("skin", "subcutaneous_fat") if name in space.others]
    if not levels:
        return None
    line = tip + np.arange(0.0, _SKIN_REACH, STEP)[:, None] * along
    inside = np.flatnonzero(np.min([level(line) for level in levels], axis=0) < 0.0)
    return np.asarray(line[inside[-1]]) if len(inside) else None
