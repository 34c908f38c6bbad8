"""Straight ways into a vertebral body: proposed, ranked and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.anatomy.access_search import ENOUGH, REACH, best_line
from mwa_sim.anatomy.access_space import AccessSpace, needle_diameter
from mwa_sim.anatomy.breach import STEP, BreachReport, check_trajectory
from mwa_sim.anatomy.pedicles import Pedicle, find_pedicles
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_SKIN_REACH = 220.0 * _MM
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
            ways += _way(space, frame, pedicle, approach, tip, diameter)
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


def _way(
    space: AccessSpace,
    frame: VertebraFrame,
    pedicle: Pedicle,
    approach: str,
    tip: Floats,
    diameter: float,
) -> list[Trajectory]:
    """The best line of one approach and side, checked; none if there is no line."""
    line = best_line(space, frame, pedicle, approach, tip, diameter / 2.0)
    if line is None:
        return []
    skin = _skin(space, tip, line.outward)
    start = tip + REACH * line.outward if skin is None else skin
    return [
        Trajectory(
            name=f"{pedicle.side} {approach}",
            side=pedicle.side,
            approach=approach,
            entry=line.entry,
            target=tip,
            direction=-line.outward,
            skin=skin,
            pedicle_width=pedicle.width,
            report=check_trajectory(space, start, tip, diameter, approach=approach, frame=frame),
        )
    ]


def _skin(space: AccessSpace, tip: Floats, along: Floats) -> Floats | None:
    """Last point of the way that is still in skin or fat below it."""
    levels = [space.others[name] for name in ("skin", "subcutaneous_fat") if name in space.others]
    if not levels:
        return None
    line = tip + np.arange(0.0, _SKIN_REACH, STEP)[:, None] * along
    inside = np.flatnonzero(np.min([level(line) for level in levels], axis=0) < 0.0)
    return np.asarray(line[inside[-1]]) if len(inside) else None


def bilateral(
    space: AccessSpace,
    tumour: Level,
    centre: ArrayLike,
    needle: str | float = "13 G",
    *,
    separation: float | None = None,
) -> tuple[Trajectory, Trajectory]:
    """Two ways, one through each pedicle, to targets spread across a tumour.

    Chen 2022 used two needles for lesions over two thirds of the body.

    Parameters
    ----------
    space : AccessSpace
    tumour : level function
    centre : (3,) array [m]
        Of the tumour.
    needle : str or float, optional [m]
    separation : float, optional [m]
        Between the targets, from left to right. By default each is in the middle of its half of the
        tumour.

    Returns
    -------
    left, right : Trajectory

    Raises
    ------
    InputError
        If a target would be outside the tumour or the bone, or a side has no way in.
    """
    frame = vertebra_frame(space)
    middle = np.asarray(centre, dtype=np.float64)
    steps = np.arange(-40.0 * _MM, 40.0 * _MM, 0.25 * _MM)
    line = middle + steps[:, None] * frame.axes[1]
    inside = steps[tumour(line) < 0.0]
    if len(inside) == 0:
        raise InputError("bilateral: the tumour's centre is not inside the tumour")
    extent = float(inside[-1] - inside[0])
    centre_line = float(inside[-1] + inside[0]) / 2.0
    apart = extent / 2.0 if separation is None else float(separation)
    if not 0.0 < apart < extent:
        raise InputError(
            f"separation: {1e3 * apart:.1f} mm does not fit the tumour, which is "
            f"{1e3 * extent:.1f} mm wide at its centre"
        )
    pedicles, notes = find_pedicles(space, frame)
    lines, chosen = list(notes), {}
    for side, sign in (("left", 0.5), ("right", -0.5)):
        if side not in pedicles:
            continue
        target = middle + (centre_line + sign * apart) * frame.axes[1]
        ways = propose(space, target, needle, frame=frame, pedicles={side: pedicles[side]})
        if ways:
            chosen[side] = ways[0]
        else:
            lines.append(f"{side}: no straight way in was found")
    if len(chosen) < 2:
        raise InputError(["bilateral: two ways in are needed", *lines])
    return chosen["left"], chosen["right"]
