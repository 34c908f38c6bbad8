"""From labels to regions: parts of the treated vertebra, neighbours, discs and everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mwa_sim.anatomy.completion import BodyAndCanal
from mwa_sim.anatomy.disc_completion import disc_between
from mwa_sim.anatomy.images.conventions import LEVELS
from mwa_sim.anatomy.images.vertebrae import level_of_voxels, vertebrae_of
from mwa_sim.anatomy.images.volume import Volume
from mwa_sim.mesh.tetmesh import Ints

_MM = 1e-3
#: Fields of the label map, in order; ``rest`` is what no label claims.
NAMES = (
    "rest", "posterior", "body", "pedicles", "neighbours", "disc", "cord", "canal", "csf",
    "epidural_fat", "aorta", "vena_cava", "ribs", "subcutaneous_fat", "skin",
)  # fmt: skip
#: Connected pieces with fewer voxels than this are removed.
ISLAND = 8
_OF_ROLE = {
    "disc": "disc", "cord": "cord", "canal": "canal", "csf": "csf", "aorta": "aorta",
    "epidural_fat": "epidural_fat", "vena_cava": "vena_cava", "ribs": "ribs",
    "neighbour": "neighbours", "subcutaneous_fat": "subcutaneous_fat", "skin": "skin",
}  # fmt: skip


@dataclass
class Parts:
    """Regions on the grid of the label map.

    Attributes
    ----------
    regions : Volume
        Position in :data:`NAMES`.
    vertebrae : dict of str to BodyAndCanal
        By level.
    notes : list of str
    """

    regions: Volume
    vertebrae: dict[str, BodyAndCanal]
    notes: list[str] = field(default_factory=list)


def divide(
    labels: Volume,
    levels: Mapping[int, str],
    roles: Mapping[int, str],
    details: Volume | None,
    treated: str,
) -> Parts:
    """Regions of a label map.

    The vertebra is divided by the labels of its parts where there are any. Otherwise its body ends
    at the posterior wall (the front of the canal), and what lies further back than the middle of
    the canal are posterior elements; the pedicles between belong to the body (assumption).

    Parameters
    ----------
    labels : Volume
    levels, roles : mapping of int to str
        Meaning of the labels.
    details : Volume, optional
        Roles of parts by :data:`mwa_sim.anatomy.images.conventions.ROLES` position plus one, on
        the same grid.
    treated : str
        Level.

    Returns
    -------
    Parts
    """
    from mwa_sim.anatomy.images.conventions import ROLES

    data = labels.data
    out: Ints = np.zeros(data.shape, dtype=np.int32)
    detail = np.zeros(data.shape, dtype=np.int32) if details is None else details.data
    for role, name in _OF_ROLE.items():
        mine = [k for k, meant in roles.items() if meant == role]
        out[np.isin(data, mine) | (detail == ROLES.index(role) + 1)] = NAMES.index(name)
    masks = {level: data == k for k, level in levels.items()}
    masks = {level: mask for level, mask in masks.items() if mask.any()}
    parts = Parts(Volume(out, labels.axes, labels.origin, labels.name), {})
    parts.vertebrae = vertebrae_of(labels, masks, treated)
    known = detail == ROLES.index("body") + 1
    plate = detail == ROLES.index("endplate") + 1
    endplate = np.isin(data, [k for k, role in roles.items() if role == "endplate"])
    plate |= endplate & (detail == 0)
    bodies = {}
    for level, mask in masks.items():
        found = parts.vertebrae.get(level)
        body = mask & known
        if not body.any():
            body = _in_front(labels, mask, found)
        bodies[level] = body
        _assign(out, labels, mask, body, found, level == treated)
    _add_endplates(out, labels, bodies, plate, treated)
    _complete_discs(parts, labels, bodies)
    _remove_islands(parts)
    here = parts.vertebrae[treated]
    parts.notes += [f"{treated}: {text}." for text in here.notes]
    if here.closed and not (masks[treated] & known).any():
        parts.notes.append(
            f"{treated} carries one label: its body ends at the front of the canal, and what lies "
            "behind the middle of the canal are posterior elements (assumption)."
        )
    return parts


def _in_front(
    labels: Volume, mask: NDArray[np.bool_], found: BodyAndCanal | None
) -> NDArray[np.bool_]:
    if found is None:
        return mask.copy()
    body = np.zeros_like(mask)
    voxels = np.argwhere(mask)
    behind = found.behind(labels.points(voxels.astype(np.float64)), 0.0)
    body[tuple(voxels[behind <= 0.0].T)] = True
    return body


def _assign(
    out: Ints,
    labels: Volume,
    mask: NDArray[np.bool_],
    body: NDArray[np.bool_],
    found: BodyAndCanal | None,
    treated: bool,
) -> None:
    if not treated:
        out[mask] = NAMES.index("neighbours")
        return
    out[mask] = NAMES.index("posterior")
    out[body] = NAMES.index("body")
    if found is None:
        return
    voxels = np.argwhere(mask & ~body)
    depth = float(found.canal.half[0, 0])
    behind = found.behind(labels.points(voxels.astype(np.float64)), depth)
    out[tuple(voxels[behind <= 0.0].T)] = NAMES.index("pedicles")


def _add_endplates(
    out: Ints,
    labels: Volume,
    bodies: Mapping[str, NDArray[np.bool_]],
    plate: NDArray[np.bool_],
    treated: str,
) -> None:
    """Give labelled endplates to the nearest body."""
    todo = np.argwhere(plate & np.isin(out, [0, NAMES.index("disc")]))
    if len(todo) == 0:
        return
    far = [
        ndimage.distance_transform_edt(~body, sampling=labels.spacing)[tuple(todo.T)]
        for body in bodies.values()
    ]
    nearest = np.argmin(far, axis=0)
    for k, (level, body) in enumerate(bodies.items()):
        mine = tuple(todo[nearest == k].T)
        out[mine] = NAMES.index("body" if level == treated else "neighbours")
        body[mine] = True


def _complete_discs(parts: Parts, labels: Volume, bodies: Mapping[str, NDArray[np.bool_]]) -> None:
    """Fill the space between neighbouring bodies where no disc is labelled."""
    out = parts.regions.data
    order = sorted((level for level in bodies if bodies[level].any()), key=LEVELS.index)
    done, filled = [], 0
    disc = NAMES.index("disc")
    for upper, lower in pairwise(order):
        if LEVELS.index(lower) - LEVELS.index(upper) > 1 and (upper, lower) not in _SKIPPED:
            continue
        found = _between(parts, labels, bodies, upper, lower)
        gap = found & (out == 0)
        there = found & (out == disc)
        if there.sum() > 0.25 * found.sum():
            # A voxel left free between a labelled disc and the bone would become muscle.
            bone = ndimage.binary_dilation(bodies[upper] | bodies[lower])
            gap &= bone & ndimage.binary_dilation(out == disc)
            filled += int(gap.sum())
        elif gap.sum() >= ISLAND:
            done.append(f"{upper}/{lower}")
        else:
            continue
        out[gap] = disc
    if done:
        parts.notes.append(
            f"No disc is labelled at {', '.join(done)}: the space between the bodies is taken."
        )
    if filled:
        parts.notes.append(
            f"{1e6 * filled * labels.voxel:.2f} mL left free between labelled discs and bone were "
            "given to the discs."
        )


# Pairs that are neighbours although a transitional level has a place between them.
_SKIPPED = {("T12", "L1"), ("L5", "S1")}


def _between(
    parts: Parts,
    labels: Volume,
    bodies: Mapping[str, NDArray[np.bool_]],
    upper: str,
    lower: str,
) -> NDArray[np.bool_]:
    """Voxels of the disc between two bodies."""
    found = np.zeros(labels.data.shape, dtype=bool)
    if upper not in parts.vertebrae or lower not in parts.vertebrae:
        return found
    over, under = (
        _of_voxels(labels, parts.vertebrae[level], bodies[level]) for level in (upper, lower)
    )
    disc = disc_between(under, over)
    if disc is None:
        return found
    voxels = np.argwhere(bodies[upper] | bodies[lower])
    low, high = voxels.min(axis=0), voxels.max(axis=0) + 1
    window = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    free = np.argwhere(~(bodies[upper] | bodies[lower])[window]) + low
    mine = disc(labels.points(free.astype(np.float64))) < 0.0
    found[tuple(free[mine].T)] = True
    return found


def _of_voxels(labels: Volume, found: BodyAndCanal, body: NDArray[np.bool_]) -> BodyAndCanal:
    """A vertebra that is its body alone, with the corners behind the middle of its wall."""
    wall = found.wall - float(found.canal.half[0, 0])
    return replace(found, bone=level_of_voxels(labels, body), wall=wall)


def _remove_islands(parts: Parts) -> None:
    """Remove connected pieces of a few voxels; they become what surrounds them most."""
    out = parts.regions.data
    count, removed = 0, 0
    for k in range(1, len(NAMES)):
        mask = out == k
        if not mask.any():
            continue
        pieces, number = ndimage.label(mask, np.ones((3, 3, 3)))
        sizes = np.bincount(pieces.reshape(-1))
        sizes[0] = 0
        small = np.flatnonzero((sizes > 0) & (sizes < ISLAND))
        if number == len(small):
            continue
        for piece in small:
            here = pieces == piece
            ring = ndimage.binary_dilation(here) & ~here
            around = np.bincount(out[ring], minlength=len(NAMES))
            out[here] = int(around.argmax())
            count += 1
            removed += int(sizes[piece])
    if count:
        volume = 1e9 * removed * parts.regions.voxel
        parts.notes.append(
            f"{count} islands of fewer than {ISLAND} voxels were removed ({volume:.0f} mm3)."
        )
