"""What a straight needle does to the bone and the canal on its way: rooms and breaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.anatomy.access_space import AccessSpace, needle_diameter
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, canal_extent, vertebra_frame
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
Bools = NDArray[np.bool_]
STEP = 0.5 * _MM
#: The first bone that the needle meets does not surround it yet: it enters at an angle.
ENTRY_ALLOWANCE = 4.0 * _MM
#: Depth in the body behind which the needle has left the pedicle.
BODY_DEPTH = 3.0 * _MM
#: The pedicle reaches at least this far behind the posterior wall (assumption).
PEDICLE_LENGTH = 8.0 * _MM
#: Penetrations below the accuracy of the sampled distances are not called breaches.
_TOLERANCE = 0.05 * _MM
_AROUND = 16
#: Breaches of neighbouring walls nearer to each other than this are one.
_SAME = 5.0 * _MM
_OPPOSITE = {"medial": "lateral", "lateral": "medial", "cranial": "caudal", "caudal": "cranial"}
#: Every needle goes through the skin, and the dura is inside the canal.
HARMLESS = ("skin", "subcutaneous_fat", "dura")


@dataclass(frozen=True)
class Breach:
    """One place where the needle is where it should not be.

    Attributes
    ----------
    what : str
        ``"canal"``, ``"cord"``, ``"the cortex of the pedicle"``, ``"the cortex of the body"``,
        ``"an endplate"`` or the name of another region.
    direction : str
        Side on which it lies: ``"medial"``, ``"lateral"``, ``"cranial"``, ``"caudal"``,
        ``"anterior"``, ``"posterior"`` or ``""``.
    depth : float [m]
        How far the needle's surface is beyond the border.
    place : (3,) float array [m]
        Where it is deepest, on the needle's axis.
    """

    what: str
    direction: str
    depth: float
    place: Floats

    def __str__(self) -> str:
        where = ", ".join(f"{1e3 * c:.1f}" for c in self.place)
        side = f"{self.direction} " if self.direction else ""
        return f"{side}breach of {self.what} by {1e3 * self.depth:.1f} mm at ({where}) mm"


@dataclass(frozen=True)
class BreachReport:
    """What a needle does on its way from entry to tip.

    Attributes
    ----------
    diameter : float [m]
    breaches : tuple of Breach
        Deepest first; empty if the needle is safe.
    room_canal : float [m]
        Least distance from the needle's surface to the canal; negative inside it.
    room_cortex : float [m]
        Least bone between the needle's surface and the surface of the bone in the pedicle;
        infinite if the needle is not meant to stay in the pedicle.
    cord_distance : float [m]
        Least distance from the needle's surface to the cord; infinite if there is none.
    tip_clearance : float [m]
        From the tip to the surface of the bone; negative outside.
    length_in_bone : float [m]
    entry : (3,) float array [m]
        Where the needle's axis first meets the bone (the given entry if it never does).
    """

    diameter: float
    breaches: tuple[Breach, ...]
    room_canal: float
    room_cortex: float
    cord_distance: float
    tip_clearance: float
    length_in_bone: float
    entry: Floats

    @property
    def room(self) -> float:
        """The lesser of the rooms to canal and cortex [m]."""
        return min(self.room_canal, self.room_cortex)

    @property
    def safe(self) -> bool:
        """Whether nothing is breached."""
        return not self.breaches

    def __str__(self) -> str:
        if self.safe:
            bone = f"{1e3 * self.room_cortex:.1f} mm to the cortex of the pedicle, "
            return (
                f"no breach: {bone if np.isfinite(self.room_cortex) else ''}"
                f"{1e3 * self.room_canal:.1f} mm to the canal"
            )
        return "; ".join(str(breach) for breach in self.breaches)


def check_trajectory(
    space: AccessSpace,
    entry: ArrayLike,
    tip: ArrayLike,
    diameter: str | float,
    *,
    approach: str = "transpedicular",
    frame: VertebraFrame | None = None,
) -> BreachReport:
    """Check a straight needle against bone, canal, cord and what else the anatomy names.

    Parameters
    ----------
    space : AccessSpace
    entry, tip : (3,) array [m]
        Start (skin or bone) and tip.
    diameter : str or float [m]
        A gauge, a length or metres; see :func:`needle_diameter`.
    approach : {"transpedicular", "costovertebral"}, optional
        A costovertebral needle may be outside the bone lateral to the pedicle.
    frame : VertebraFrame, optional
        If it is known already.

    Returns
    -------
    BreachReport

    Raises
    ------
    InputError
        If entry and tip are no two different points, or the needle is no needle.
    """
    start, end = np.asarray(entry, dtype=np.float64), np.asarray(tip, dtype=np.float64)
    if start.shape != (3,) or end.shape != (3,) or not np.isfinite([start, end]).all():
        raise InputError("needle: expected entry and tip as three coordinates each")
    length = float(np.linalg.norm(end - start))
    if length < 1.0 * _MM:
        raise InputError("needle: entry and tip are the same point; put the entry at the skin side")
    frame = frame or vertebra_frame(space)
    radius = needle_diameter(diameter) / 2.0
    along = (end - start) / length
    axis = start + np.linspace(0.0, length, max(round(length / STEP), 2) + 1)[:, None] * along
    step = length / (len(axis) - 1)
    bone_axis = space.bone_surface.distance(axis)
    within = bone_axis < 0.0
    first = _first_bone(space, frame, axis, within, approach)
    offsets, sides = _around(frame, along, axis, radius)
    rim = axis[:, None, :] + offsets
    bone = space.bone_surface.distance(rim.reshape(-1, 3)).reshape(rim.shape[:2])
    canal = space.canal_surface.distance(axis) - radius
    cord = space.cord_surface.distance(axis) - radius
    in_body = space.body(axis) < -BODY_DEPTH
    body_at = int(np.argmax(in_body)) if in_body.any() else len(axis)
    past_entry = np.arange(len(axis)) >= first + ENTRY_ALLOWANCE / step
    # The tip is inside the body as a rule; what lies before the body is the pedicle.
    pedicle = past_entry & (np.arange(len(axis)) < max(body_at, 1))
    inside_only = approach == "transpedicular"
    found = [_deepest("canal", "", -canal, axis), _deepest("cord", "", -cord, axis)]
    if inside_only:
        found += _from_pedicle(np.where(pedicle[:, None], bone, -np.inf), sides, axis)
    depth = np.where(past_entry & ~pedicle, bone.max(axis=1), -np.inf)
    found.append(_from_body(space, frame, depth, axis))
    for name, level in space.others.items():
        if name not in HARMLESS:
            # Bone has priority: what the level says inside it is not there.
            depth = radius - np.maximum(level(axis), -bone_axis)
            found.append(_deepest(f"the region {name}", "", depth, axis))
    breaches = sorted((b for b in found if b is not None), key=lambda b: -b.depth)
    return BreachReport(
        diameter=2.0 * radius,
        breaches=tuple(breaches),
        room_canal=float(canal.min()),
        room_cortex=float(-bone[pedicle].max()) if inside_only and pedicle.any() else float("inf"),
        cord_distance=float(cord.min()),
        tip_clearance=float(-space.bone_surface.distance(end[None, :])[0]),
        length_in_bone=float(within.sum()) * step,
        entry=axis[first],
    )


def _first_bone(
    space: AccessSpace, frame: VertebraFrame, axis: Floats, within: Bools, approach: str
) -> int:
    """Where the needle enters the bone that leads to its tip.

    Bone that it meets and leaves again behind the pedicle, such as a process, is not its entry;
    if it leaves the bone in the pedicle, that is a breach.
    """
    if not within.any():
        return 0
    wall, _ = canal_extent(space, frame)
    begins = np.flatnonzero(within & ~np.concatenate([[False], within[:-1]]))
    if approach == "costovertebral":
        return int(begins[-1])
    behind = frame.local(axis[begins])[:, 0] < wall - PEDICLE_LENGTH
    return int(begins[behind][-1]) if behind.any() else int(begins[0])


def _around(
    frame: VertebraFrame, along: Floats, axis: Floats, radius: float
) -> tuple[Floats, dict[str, Ints]]:
    """Offsets from the axis to the needle's surface, and which of them lie on which side of it."""
    upwards = frame.axes[2] - (frame.axes[2] @ along) * along
    upwards /= max(float(np.linalg.norm(upwards)), 1e-9)
    # The half in which most of the way lies tells medial from lateral.
    sign = 1.0 if float(np.median(frame.local(axis)[:, 1])) >= 0.0 else -1.0
    outwards = np.cross(along, upwards)
    outwards *= sign * np.sign(outwards @ frame.axes[1] or 1.0)
    angle = 2.0 * np.pi * np.arange(_AROUND) / _AROUND
    lateral, cranial = np.cos(angle), np.sin(angle)
    offsets = radius * (lateral[:, None] * outwards + cranial[:, None] * upwards)
    half = np.sqrt(0.5) - 1e-9
    sides = {
        "medial": lateral <= -half,
        "lateral": lateral >= half,
        "cranial": cranial >= half,
        "caudal": cranial <= -half,
    }
    return offsets, {name: np.flatnonzero(chosen) for name, chosen in sides.items()}


def _deepest(what: str, direction: str, depth: Floats, axis: Floats) -> Breach | None:
    """The deepest of the penetrations (n,) along the axis, if there is one."""
    worst = int(np.argmax(depth))
    if depth[worst] <= _TOLERANCE:
        return None
    return Breach(what, direction, float(depth[worst]), axis[worst])


def _from_pedicle(bone: Floats, sides: dict[str, Ints], axis: Floats) -> list[Breach]:
    """Breaches of each wall of the pedicle, from depths (n, around)."""
    found = []
    for name, chosen in sides.items():
        breach = _deepest("the cortex of the pedicle", name, bone[:, chosen].max(axis=1), axis)
        if breach is not None:
            found.append(breach)
    found.sort(key=lambda breach: -breach.depth)
    kept: list[Breach] = []
    for breach in found:
        # The flanks of a deep breach reach into the neighbouring quarters; the opposite wall and
        # another place are breaches of their own.
        near = [b for b in kept if np.linalg.norm(b.place - breach.place) < _SAME]
        if all(_OPPOSITE[b.direction] == breach.direction for b in near):
            kept.append(breach)
    return kept


def _from_body(
    space: AccessSpace, frame: VertebraFrame, depth: Floats, axis: Floats
) -> Breach | None:
    """Where the needle leaves the body, and on which side."""
    found = _deepest("the cortex of the body", "", depth, axis)
    if found is None:
        return None
    normal = frame.axes @ space.bone_surface.outward(found.place[None, :])[0]
    part = int(np.argmax(np.abs(normal)))
    if part == 2:
        return Breach(
            "an endplate", "cranial" if normal[2] > 0 else "caudal", found.depth, found.place
        )
    side = "lateral" if part == 1 else ("anterior" if normal[0] > 0.0 else "posterior")
    return Breach(found.what, side, found.depth, found.place)
