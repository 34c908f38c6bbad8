"""Reads and checks the files of a :class:`LabelSpec`; finds out which label is which vertebra."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mwa_sim.anatomy.images.conventions import (
    LEVELS,
    ROLES,
    Convention,
    convention,
    conventions,
    guess,
)
from mwa_sim.anatomy.images.spec import LabelSpec
from mwa_sim.anatomy.images.volume import Volume, as_labels, read_volume
from mwa_sim.errors import DataError, InputError
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: What is read around the block, so that neighbours tell the direction of the spine [m].
_AROUND = 45.0 * _MM
#: A treated vertebra with less than this share of the others' median volume is cut off.
_CUT_OFF = 0.4
#: Share of voxels at the end of the scan from which on this is said.
_AT_END = 0.002


@dataclass(frozen=True)
class Files:
    """The files of a scene, read and checked.

    Attributes
    ----------
    labels : Volume
        The part of the label map around the treated vertebra.
    levels : dict of int to str
        Level by label, among the labels that occur.
    roles : dict of int to str
    details : Volume or None
        Position in ROLES plus one of the parts of vertebrae, on the grid of the labels.
    tumour : Volume or None
        1 in the tumour.
    ct : Volume or None
    convention : Convention
    notes : list of str
    """

    labels: Volume
    levels: dict[int, str]
    roles: dict[int, str]
    details: Volume | None
    tumour: Volume | None
    ct: Volume | None
    convention: Convention
    notes: list[str]


def read_files(spec: LabelSpec) -> Files:
    """Read everything, and list all that is wrong with it.

    Parameters
    ----------
    spec : LabelSpec

    Returns
    -------
    Files

    Raises
    ------
    InputError
        If the level does not occur, the convention does not fit, or grids do not belong together.
    DataError
        If files are missing or cannot be used.
    """
    rules = convention(spec.convention, spec.table)
    if spec.level not in LEVELS:
        raise InputError(f"level: expected one of T1 to T12 or L1 to L5, got '{spec.level}'")
    volumes: dict[str, Volume] = {}
    problems: list[str] = []
    for key in ("labels", "subregions", "body_mask", "tumour_mask", "ct"):
        path: Path | None = getattr(spec, key)
        if path is None:
            continue
        try:
            volume = read_volume(path)
            volumes[key] = volume if key == "ct" else as_labels(volume)
        except DataError as error:
            problems += [f"{key}: {line}" for line in error.problems]
    if problems:
        raise DataError(problems)
    whole = volumes["labels"]
    notes: list[str] = []
    levels = _levels(spec, rules, whole)
    _check_order(spec, levels, whole, notes)
    labels = _around(whole, next(k for k, v in levels.items() if v == spec.level), spec)
    details = _details(spec, labels, volumes, notes)
    tumour = _tumour(spec, volumes.get("tumour_mask"))
    if "ct" in volumes:
        _check_ct(volumes["ct"])
    for volume in volumes.values():
        if volume.sheared:
            notes.append(
                f"The voxels of {volume.name} are not at right angles (tilted gantry): distances "
                "are slightly off."
            )
    present = {int(k) for k in np.unique(labels.data)}
    roles = {k: role for k, role in rules.roles.items() if k in present and k not in levels}
    strangers = present - set(levels) - set(roles) - {0}
    if strangers:
        notes.append(f"Labels taken as muscle: {rules.describe(strangers)}.")
    return Files(
        labels, {k: v for k, v in levels.items() if k in present}, roles, details, tumour,
        volumes.get("ct"), rules, notes,
    )  # fmt: skip


def _levels(spec: LabelSpec, rules: Convention, labels: Volume) -> dict[int, str]:
    """Level by label among the labels that occur."""
    counts = np.bincount(labels.data.reshape(-1))
    present = {int(k) for k in np.flatnonzero(counts)} - {0}
    if not present:
        raise DataError(f"labels: '{labels.name}' is empty: every voxel is 0")
    if spec.label is not None:
        return _renumbered(spec, rules, labels, present)
    wanted = rules.label_of(spec.level)
    levels = {k: v for k, v in rules.vertebrae.items() if k in present}
    likely = guess(present, spec.level)
    if wanted is None or wanted not in present:
        lines = f"level: {spec.level}"
        lines += f" (label {wanted})" if wanted is not None else ""
        lines += f" does not occur in '{labels.name}', read as {rules.name}"
        lines += f"; it holds {rules.describe(present)}"
        better = None if likely is None or likely.name == rules.name else likely
        if levels and not present - set(rules.vertebrae) - set(rules.roles):
            # Every label has a meaning as read: the level is not in the scan, and another
            # convention would give its name to another vertebra.
            better = None
        if better is not None and better.label_of(spec.level) in present:
            lines += f'; these labels fit {better.name}: write convention = "{better.name}"'
        elif levels:
            names = ", ".join(sorted(levels.values(), key=LEVELS.index))
            lines += f"; ask for one of {names}"
            lines += ", or write label = N if the file numbers vertebrae otherwise"
        elif likely is not None:
            lines += f'; did you mean convention = "{likely.name}"?'
        else:
            lines += '; write convention = "custom" and a table of what they mean'
        raise InputError(lines)
    if rules.name in ("verse", "spineps") and likely is not None and likely.name != rules.name:
        unknown = present - set(rules.vertebrae) - set(rules.roles)
        if len(unknown) > 2:
            raise InputError(
                f"convention: '{labels.name}' holds labels that {rules.name} does not have "
                f"({', '.join(map(str, sorted(unknown)[:8]))}); these labels fit {likely.name}: "
                f'write convention = "{likely.name}"'
            )
    return levels


def _renumbered(
    spec: LabelSpec, rules: Convention, labels: Volume, present: set[int]
) -> dict[int, str]:
    if spec.label not in present:
        raise InputError(
            f"label: {spec.label} does not occur in '{labels.name}', which holds "
            f"{rules.describe(present)}"
        )
    # Neighbouring labels are neighbouring levels, upwards or downwards as in the convention.
    order = list(rules.vertebrae)
    if spec.label not in order:
        return {spec.label: spec.level} | {
            k: v for k, v in rules.vertebrae.items() if k in present and v != spec.level
        }
    shift = _ORDINARY.index(spec.level) if spec.level in _ORDINARY else 0
    named = rules.vertebrae[spec.label]
    shift -= _ORDINARY.index(named) if named in _ORDINARY else 0
    moved = {}
    for k, v in rules.vertebrae.items():
        if k in present and v in _ORDINARY and 0 <= _ORDINARY.index(v) + shift < len(_ORDINARY):
            moved[k] = _ORDINARY[_ORDINARY.index(v) + shift]
    moved[spec.label] = spec.level
    return moved


_ORDINARY = tuple(level for level in LEVELS if level not in ("T13", "L6"))


def _check_order(spec: LabelSpec, levels: dict[int, str], labels: Volume, notes: list[str]) -> None:
    """Levels must follow each other from top to bottom, and the treated one must be whole."""
    boxes = ndimage.find_objects(labels.data)
    heights: dict[str, float] = {}
    volumes: dict[str, int] = {}
    for k, level in levels.items():
        box = boxes[k - 1] if k <= len(boxes) else None
        if box is None:
            continue
        here = np.argwhere(labels.data[box] == k) + [part.start for part in box]
        heights[level] = float(labels.points(here.mean(axis=0)[None])[0, 2])
        volumes[level] = len(here)
        if level == spec.level:
            ends = (here == 0) | (here == np.array(labels.data.shape) - 1)
            if ends.any(axis=1).sum() > _AT_END * len(here):
                notes.append(
                    f"{level} reaches the end of the scan: what lies beyond is missing, and its "
                    "centre is that of the part in sight."
                )
    order = sorted(heights, key=LEVELS.index)
    wrong = [f"{a} below {b}" for a, b in pairwise(order) if heights[a] < heights[b]]
    if wrong:
        raise InputError(
            f"convention: read as {spec.convention}, '{labels.name}' has {', '.join(wrong)}; the "
            "convention is another one, or the file says a wrong orientation"
        )
    mine = volumes[spec.level]
    others = [n for level, n in volumes.items() if level != spec.level]
    if 1e6 * mine * labels.voxel < 1.0 or (len(others) > 1 and mine < _CUT_OFF * np.median(others)):
        raise DataError(
            f"level: {spec.level} has only {1e6 * mine * labels.voxel:.1f} mL in '{labels.name}'"
            + (
                f", the others about {1e6 * np.median(others) * labels.voxel:.0f} mL"
                if others
                else ""
            )
            + ": it is cut off by the end of the scan or badly segmented; choose another level"
        )


def _around(labels: Volume, label: int, spec: LabelSpec) -> Volume:
    """The part of the label map that matters."""
    found = np.argwhere(labels.data == label)
    middle = labels.points(found.mean(axis=0)[None])[0]
    reach = np.array(spec.block) / 2.0 + _AROUND
    corners = middle + reach * (2.0 * np.array(list(np.ndindex(2, 2, 2))) - 1.0)
    index = labels.indices(corners)
    low = np.maximum(np.floor(index.min(axis=0)).astype(np.int64), 0)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(np.int64) + 1, labels.data.shape)
    part = labels.data[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return Volume(part, labels.axes, labels.points(low[None].astype(np.float64))[0], labels.name)


def _details(
    spec: LabelSpec, labels: Volume, volumes: dict[str, Volume], notes: list[str]
) -> Volume | None:
    """Parts of vertebrae on the grid of the labels."""
    given = [
        (key, conventions()[name])
        for key, name in (
            ("body_mask", "totalsegmentator_body"),
            ("subregions", "spineps_subregions"),
        )
        if key in volumes
    ]
    if not given:
        return None
    out = np.zeros(labels.data.shape, dtype=np.int32)
    grid = np.indices(labels.data.shape).reshape(3, -1).T
    for key, rules in given:
        volume = volumes[key]
        present = {int(k) for k in np.unique(volume.data)} - {0}
        if not present & set(rules.roles):
            raise InputError(
                f"{key}: expected labels of {rules.title} "
                f"({', '.join(f'{k} {v}' for k, v in rules.roles.items())}), but '{volume.name}' "
                f"holds {', '.join(map(str, sorted(present))) or 'nothing but 0'}"
            )
        meaning = np.zeros(max(present | set(rules.roles)) + 1, dtype=np.int32)
        for k, role in rules.roles.items():
            meaning[k] = ROLES.index(role) + 1
        found = meaning[volume.at_nearest(labels.points(grid.astype(np.float64)))]
        found = found.reshape(out.shape)
        if not (found[labels.data > 0] > 0).any():
            raise InputError(
                f"{key}: '{volume.name}' holds nothing where '{labels.name}' has its vertebrae; "
                "are they of the same scan and in the same space?"
            )
        if not np.allclose(volume.axes, labels.axes, atol=1e-5):
            notes.append(f"{volume.name} has other voxels than the labels: taken voxel by voxel.")
        out = np.where(found > 0, found, out)
    return Volume(out, labels.axes, labels.origin, labels.name)


def _tumour(spec: LabelSpec, mask: Volume | None) -> Volume | None:
    if mask is None:
        return None
    chosen: NDArray[np.bool_] = (
        mask.data > 0 if spec.tumour_label is None else mask.data == spec.tumour_label
    )
    if not chosen.any():
        held = ", ".join(map(str, np.unique(mask.data)[:20]))
        what = "not 0" if spec.tumour_label is None else str(spec.tumour_label)
        raise InputError(f"tumour_mask: no voxel of '{mask.name}' is {what}; it holds {held}")
    return Volume(chosen.astype(np.int32), mask.axes, mask.origin, mask.name)


def _check_ct(ct: Volume) -> None:
    values = ct.data
    if not np.isfinite(values).all():
        raise DataError(f"ct: '{ct.name}' holds values that are no numbers")
    if float(values.max()) < 200.0 or float(values.min()) >= 0.0:
        raise InputError(
            f"ct: expected Hounsfield units (air -1000, bone above 200), but '{ct.name}' holds "
            f"{float(values.min()):.0f} to {float(values.max()):.0f}; an MRI cannot give densities"
        )


def extent(labels: Volume) -> tuple[Floats, Floats]:
    """Corners of the box around all voxels [m]."""
    ends = np.array(labels.data.shape) - 0.5
    corners = np.array([np.where(bits, ends, -0.5) for bits in np.ndindex(2, 2, 2)])
    points = labels.points(corners)
    return points.min(axis=0), points.max(axis=0)
