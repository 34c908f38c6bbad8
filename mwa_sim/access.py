"""Ways into the vertebra of a case: proposed, checked and made safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.antenna.pose import Pose
from mwa_sim.case_model import Case
from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.anatomy.access import Trajectory
    from mwa_sim.anatomy.access_space import AccessSpace
    from mwa_sim.anatomy.breach import BreachReport
    from mwa_sim.mesh.stuffing import Level

#: First words of the names of regions, by what they are to a needle. Classes of a region that was
#: divided by density, such as ``cancellous_dense``, count with it.
_COLUMN = ("cancellous", "cortical_shell", "endplate", "tumour", "ctv_margin")
_ARCH = ("posterior_elements",)
_CANAL = ("epidural_fat", "csf", "dura", "canal", "cord", "cauda_equina")
_CORD = ("cord", "cauda_equina")
_OTHERS = ("aorta", "vena_cava", "ribs", "nerve_roots", "neighbour_vertebrae", "skin")
#: Landmark at the back of the body.
_POSTERIOR = "posterior_wall_middle"
#: A needle that is made safe is looked at from this far before the bone [m].
_BEFORE = 35e-3


@dataclass(frozen=True)
class _Room:
    """A case as a needle sees it: level functions about the centre of the body."""

    space: AccessSpace
    centre: FloatArray


def ways_in(
    case: Case, target: str | ArrayLike = "tumour_centre", needle: str | float = "13 G"
) -> list[Trajectory]:
    """Straight ways through the pedicles, or beside them, to a target, best first.

    Parameters
    ----------
    case : Case
        With regions named as ``mwa-sim mesh`` names them.
    target : landmark or (3,) array [m], optional
    needle : str or float [m], optional
        Gauge such as ``"11 G"`` or outer diameter.

    Returns
    -------
    list of Trajectory
        With ``name``, ``entry`` and ``target`` [m], ``length`` [m] and ``verdict``. Ways that
        breach canal or cortex come last; ``way.report.safe`` tells.

    Raises
    ------
    InputError
        If the case does not name bone and canal, the target is outside the bone, or no pedicle was
        found.

    Examples
    --------
    >>> case = mwa.load_case("l2-metastasis")  # doctest: +SKIP
    >>> way = mwa.ways_in(case)[0]  # doctest: +SKIP
    >>> pose = mwa.Pose.between(entry=way.entry, tip=way.target)  # doctest: +SKIP
    """
    from mwa_sim.anatomy.access import propose

    room = _room(case)
    found = propose(room.space, _point(case, target) - room.centre, needle)
    return [_moved(way, room.centre) for way in found]


def two_ways_in(case: Case, needle: str | float = "13 G") -> tuple[Trajectory, Trajectory]:
    """One way through each pedicle, to the middles of the left and right half of the tumour.

    Parameters
    ----------
    case : Case
    needle : str or float [m], optional

    Returns
    -------
    left, right : Trajectory

    Raises
    ------
    InputError
        As :func:`ways_in`, or if the case has no tumour.
    """
    from mwa_sim.anatomy.access import bilateral

    room = _room(case)
    tumour = _level(case, ("tumour",), room.centre)
    if tumour is None:
        raise InputError(f"case '{case.name}' has no region named tumour")
    middle = _point(case, "tumour_centre") - room.centre
    left, right = bilateral(room.space, tumour, middle, needle)
    return _moved(left, room.centre), _moved(right, room.centre)


def check_pose(
    case: Case,
    pose: Pose,
    needle: str | float = "13 G",
    length: float = 0.12,
    *,
    approach: str = "transpedicular",
) -> BreachReport:
    """Check the way of a needle to the tip of a pose against bone, canal and cord.

    Parameters
    ----------
    case : Case
    pose : Pose
    needle : str or float [m], optional
        Gauge or outer diameter of what is pushed that far.
    length : float [m], optional
        How far behind the tip the needle is looked at.
    approach : {"transpedicular", "costovertebral"}, optional
        A costovertebral needle may leave the bone lateral to the pedicle.

    Returns
    -------
    BreachReport
        ``safe``, ``breaches``, ``room_canal``, ``room_cortex`` [m]; prints as one sentence.

    Raises
    ------
    InputError
        If the case does not name bone and canal.
    """
    from mwa_sim.anatomy.breach import check_trajectory

    room = _room(case)
    start, tip = _inside(case, pose, length) - room.centre, pose.tip - room.centre
    report = check_trajectory(room.space, start, tip, needle, approach=approach)
    return _moved_report(report, room.centre)


def snap_pose(
    case: Case,
    pose: Pose,
    needle: str | float = "13 G",
    *,
    within: float = 10e-3,
    approach: str = "transpedicular",
) -> Pose:
    """The safe pose next to one that was placed by hand.

    Parameters
    ----------
    case : Case
    pose : Pose
    needle : str or float [m], optional
    within : float [m], optional
        How far entry and tip may move.
    approach : {"transpedicular", "costovertebral"}, optional

    Returns
    -------
    Pose
        The given one if it is safe.

    Raises
    ------
    InputError
        If there is no safe one that near; the message says what is in the way.
    """
    from mwa_sim.anatomy.snap import snap

    room = _room(case)
    report = check_pose(case, pose, needle, approach=approach)
    if report.safe:
        return pose
    # From a little before the bone: what lies in front of it may be in the way as well.
    entry = report.entry + _BEFORE * pose.axis - room.centre
    tip = pose.tip - room.centre
    found = snap(room.space, entry, tip, needle, within=within, approach=approach)
    return Pose.between(entry=found.entry + room.centre, tip=found.tip + room.centre)


def names_bone(case: Case) -> bool:
    """Whether the regions of a case tell bone and canal apart, so that ways in can be checked."""
    names = [region.name for region in case.regions.values()]
    return all(any(_is(name, words) for name in names) for words in (_COLUMN[:1], _CANAL))


def _room(case: Case) -> _Room:
    from mwa_sim.anatomy.access_space import AccessSpace

    if not names_bone(case):
        raise InputError(
            f"case '{case.name}': ways in need a region named cancellous and one of "
            f"{', '.join(_CANAL)}; it has {', '.join(r.name for r in case.regions.values())}"
        )
    labels = _labels(case, _COLUMN)
    if "body_centre" in case.landmarks:
        centre = np.asarray(case.landmarks["body_centre"], dtype=np.float64)
    else:
        chosen = np.isin(case.mesh.regions, labels)
        weights = case.mesh.volumes[chosen]
        middles = case.mesh.nodes[case.mesh.tets[chosen]].mean(axis=1)
        centre = weights @ middles / weights.sum()
    column = _known(case, _COLUMN, centre)
    body = column
    if _POSTERIOR in case.landmarks:
        wall = float(case.landmarks[_POSTERIOR][0] - centre[0])

        # Pedicles belong to the column of a mesh; the body ends at its posterior wall.
        def body(points: FloatArray) -> FloatArray:
            return np.maximum(column(points), wall - points[:, 0])

    bone = _known(case, (*_COLUMN, *_ARCH), centre)
    canal = _known(case, _CANAL, centre)
    cord = _level(case, _CORD, centre) or (lambda points: np.full(len(points), 1.0))
    levels = {name: _level(case, (name,), centre) for name in _OTHERS}
    others = {name: level for name, level in levels.items() if level is not None}
    return _Room(AccessSpace(body, bone, canal, cord, others), centre)


def _known(case: Case, words: Sequence[str], centre: FloatArray) -> Level:
    level = _level(case, words, centre)
    if level is None:
        raise InputError(f"case '{case.name}' has no region named {' or '.join(words)}")
    return level


def _level(case: Case, words: Sequence[str], centre: FloatArray) -> Level | None:
    """Signed distance of some regions together, about a centre; None if there is none of them."""
    from mwa_sim.mesh.signed_distance import SignedDistance

    labels = _labels(case, words)
    if not labels:
        return None
    faces = case.mesh.surface_of(labels)
    nodes, inverse = np.unique(faces, return_inverse=True)
    return SignedDistance(case.mesh.nodes[nodes] - centre, inverse.reshape(-1, 3))


def _labels(case: Case, words: Sequence[str]) -> list[int]:
    return [
        label
        for label, region in case.regions.items()
        if label in case.mesh.labels and _is(region.name, words)
    ]


def _is(name: str, words: Sequence[str]) -> bool:
    return any(name == word or name.startswith(f"{word}_") for word in words)


def _point(case: Case, target: str | ArrayLike) -> FloatArray:
    if not isinstance(target, str):
        return np.asarray(target, dtype=np.float64)
    name = target.removeprefix("landmark:")
    if name not in case.landmarks:
        raise InputError(
            f"case '{case.name}' has no landmark '{name}'{did_you_mean(name, case.landmarks)}"
        )
    return np.asarray(case.landmarks[name], dtype=np.float64)


def _inside(case: Case, pose: Pose, length: float) -> FloatArray:
    """The point of the shaft farthest from the tip that is still in the mesh, within a length."""
    from mwa_sim.mesh.probe import Locator

    back = np.arange(0.0, length, 0.5e-3)
    points = pose.tip + back[:, None] * pose.axis
    tets, _ = Locator(case.mesh).locate(points)
    left = np.flatnonzero(tets < 0)
    return np.asarray(points[max(int(left[0]) - 1, 2) if len(left) else -1])


def _moved(way: Trajectory, centre: FloatArray) -> Trajectory:
    return replace(
        way,
        entry=way.entry + centre,
        target=way.target + centre,
        skin=None if way.skin is None else way.skin + centre,
        report=_moved_report(way.report, centre),
    )


def _moved_report(report: BreachReport, centre: FloatArray) -> BreachReport:
    breaches = tuple(replace(one, place=one.place + centre) for one in report.breaches)
    return replace(report, entry=report.entry + centre, breaches=breaches)
