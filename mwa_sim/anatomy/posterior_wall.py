"""The lost posterior wall: where it can be, and what fills it."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.disease_spec import WallDefect
from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.tumour_shapes import wall_defect
from mwa_sim.anatomy.vertebra_frame import VertebraFrame, canal_extent
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: A tumour farther than this from the posterior wall has not destroyed it (assumption).
WALL_REACH = 6.0 * _MM
#: What is left of the wall towards the endplates (assumption: the rims are the strongest part).
_RIM = 2.0 * _MM
_STEP = 0.25 * _MM


def wall_gap(
    scene: Scene, frame: VertebraFrame, tumour: Level, points: Floats
) -> tuple[float, Floats]:
    """Bone between a tumour and the posterior wall.

    Parameters
    ----------
    scene : Scene
    frame : VertebraFrame
    tumour : level function
        Before it is clipped.
    points : (n, 3) float array [m]
        Inner points of it on a grid.

    Returns
    -------
    gap : float [m]
        Along the anterior axis; negative if the tumour reaches beyond the wall.
    local : (3,) float array [m]
        Its point nearest to the wall, in the vertebra's axes.
    """
    local = frame.local(points)
    rearmost = _rearmost(local)
    gap = _backwards(frame, scene.body, rearmost) - _backwards(frame, tumour, rearmost)
    # Rays that start outside the body meet no wall.
    met = np.isfinite(gap)
    if not met.any():
        return -WALL_REACH, np.asarray(rearmost.mean(axis=0))
    rearmost, gap = rearmost[met], gap[met]
    least = float(gap.min())
    return least, np.asarray(rearmost[gap < least + 1.0 * _MM].mean(axis=0))


def fitted(scene: Scene, frame: VertebraFrame, defect: WallDefect) -> WallDefect:
    """A defect whose sizes, where they were not given, are no larger than the wall and canal allow.

    Parameters
    ----------
    scene : Scene
    frame : VertebraFrame
    defect : WallDefect
    """
    width, height = wall_size(scene, frame)
    most = {"width": width, "height": height, "bulge": _canal_depth(scene, frame) / 2.0}
    smaller = {
        name: size
        for name, size in most.items()
        if name not in defect.model_fields_set and size < getattr(defect, name)
    }
    return defect.model_copy(update=smaller)


def wall_mistakes(
    scene: Scene, frame: VertebraFrame, defect: WallDefect, tumour: Level, points: Floats
) -> list[str]:
    """What is wrong with a defect: too far from the tumour, or larger than the wall."""
    lines = []
    gap, _ = wall_gap(scene, frame, tumour, points)
    if gap > WALL_REACH:
        lines.append(
            f"wall_defect: the tumour ends {1e3 * gap:.1f} mm in front of the posterior wall; to "
            f"have destroyed it, it must come within {1e3 * WALL_REACH:g} mm: move its centre "
            "backwards or make it larger"
        )
    width, height = wall_size(scene, frame)
    for name, given, most in (
        ("width", defect.width, width),
        ("height", defect.height, height),
    ):
        if given > most:
            lines.append(
                f"wall_defect.{name}: {1e3 * given:.1f} mm is larger than the posterior wall "
                f"allows here ({1e3 * most:.1f} mm); write less, or leave {name} out"
            )
    depth = _canal_depth(scene, frame)
    if defect.bulge > depth / 2.0:
        lines.append(
            f"wall_defect.bulge: {1e3 * defect.bulge:.1f} mm is more than half of the canal's "
            f"depth of {1e3 * depth:.1f} mm; it stands for a tumour in the epidural space, a "
            "couple of millimetres"
        )
    return lines


def _canal_depth(scene: Scene, frame: VertebraFrame) -> float:
    return canal_extent(AccessSpace.of(scene), frame)[1]


def wall_size(scene: Scene, frame: VertebraFrame) -> tuple[float, float]:
    """Width of the canal just behind the body, and height of the body less its rims [m]."""
    wall, _ = canal_extent(AccessSpace.of(scene), frame)
    behind = wall - 3.0 * _MM
    widths = []
    for height in np.arange(-4.0, 8.1, 2.0) * _MM:
        ends = []
        for sign in (1.0, -1.0):
            side = np.arange(0.0, 22.0 * _MM, _STEP)
            line = np.stack(
                [np.full_like(side, behind), sign * side, np.full_like(side, height)], axis=1
            )
            stop = np.flatnonzero(scene.bone(frame.world(line)) < 0.0)
            ends.append(side[stop[0]] if len(stop) else 22.0 * _MM)
        widths.append(sum(ends))
    low, high = frame.local(np.stack([frame.lower, frame.upper]))[:, 2]
    return float(min(widths)), float(high - low - 2.0 * _RIM)


def hole(
    scene: Scene,
    frame: VertebraFrame,
    defect: WallDefect,
    tumour: Level,
    points: Floats,
    notes: list[str],
) -> Level:
    """The solid that fills a defect; notes say where it is and what limits the bulge."""
    width, _ = wall_size(scene, frame)
    _, place = wall_gap(scene, frame, tumour, points)
    low, high = frame.local(np.stack([frame.lower, frame.upper]))[:, 2]
    spare = max((width - defect.width) / 2.0, 0.0)
    left = float(np.clip(place[1], -spare, spare))
    up = float(np.clip(place[2], low + _RIM + defect.height / 2, high - _RIM - defect.height / 2))
    # Two millimetres into the tumour, so that both are one piece.
    front = float(place[0]) + 2.0 * _MM
    behind = frame.world(np.array([[front, left, up]]))[0]
    back = behind - np.arange(0.0, 60.0 * _MM, _STEP)[:, None] * frame.axes[0]
    out = back[scene.body(back) > 0.0]
    room = np.flatnonzero(np.min([level(out) for level in sac_levels(scene)], axis=0) < 0.0)
    text = (
        f"posterior wall: lost over {1e3 * defect.width:.0f} x {1e3 * defect.height:.0f} mm, "
        f"centre {1e3 * left:.1f} mm left and {1e3 * up:.1f} mm above that of the body; the tumour "
        f"bulges {1e3 * defect.bulge:.1f} mm into the canal"
    )
    if len(room) and room[0] * _STEP < defect.bulge:
        text += (
            f", less where the dural sac is in the way ({1e3 * room[0] * _STEP:.1f} mm in the "
            "middle)"
        )
    notes.append(text)
    return wall_defect(
        scene.body, frame, (left, up), (defect.width, defect.height), front, defect.bulge
    )


def sac_levels(scene: Scene) -> list[Level]:
    """Levels of the contents of the canal into which epidural tumour does not grow here."""
    names = ("dura", "csf", "cord", "cauda_equina", "nerve_roots")
    return [scene.cord, *(piece.level for piece in scene.pieces if piece.name in names)]


def _rearmost(local: Floats) -> Floats:
    """The last point of a solid in each of its columns along the anterior axis."""
    cell = np.round(local[:, 1:] / _MM).astype(int)
    order = np.lexsort((local[:, 0], cell[:, 1], cell[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(np.diff(cell[order], axis=0) != 0, axis=1)
    return np.asarray(local[order[first]])


def _backwards(frame: VertebraFrame, level: Level, local: Floats) -> Floats:
    """Distance backwards from points (n, 3) to where a solid ends, (n,) [m].

    Negative where a point lies behind the solid, infinite where it meets none.
    """
    steps = np.arange(-40.0 * _MM, 60.0 * _MM, _STEP)
    lines = local[:, None, :] - steps[None, :, None] * np.array([1.0, 0.0, 0.0])
    inside = level(frame.world(lines.reshape(-1, 3))).reshape(lines.shape[:2]) < 0.0
    ends = inside[:, :-1] & ~inside[:, 1:]
    # The last end: concave solids have several.
    last = ends.shape[1] - 1 - np.argmax(ends[:, ::-1], axis=1)
    return np.asarray(np.where(ends.any(axis=1), steps[last], np.inf))
