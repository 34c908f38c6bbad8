"""The surfaces and label maps of a folder as recipes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.anatomy.images.conventions import LEVELS as ALL_LEVELS
from mwa_sim.anatomy.images.conventions import Convention, conventions
from mwa_sim.anatomy.images.volume import Volume, as_labels, read_volume
from mwa_sim.anatomy.measures import LEVELS
from mwa_sim.errors import MwaError

SURFACES = (".stl", ".obj", ".ply", ".vtp")
VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr")
#: Label maps of parts, by what their names hold: they belong to the map of vertebrae beside them.
PARTS = {"subreg": "subregions", "body": "body_mask"}
#: A vertebra with less than this share of the largest one's voxels is cut off by the scan.
WHOLE = 0.6
#: A file with more different values is a scan.
MOST_LABELS = 150


@dataclass(frozen=True)
class Item:
    """Something to be meshed.

    Attributes
    ----------
    name : str
        File below the folder, and the level.
    recipe : dict
        As in a case file, with absolute paths.
    """

    name: str
    recipe: dict[str, Any] = field(repr=False)


def items(folder: Path) -> list[Item]:
    """Everything below ``surfaces`` and ``labels`` of a folder.

    The level of a surface is read from its name, L3 where there is none. Of a label map each whole
    vertebra from T1 to L5 is treated once; where none is called so, the largest one as L1.

    Parameters
    ----------
    folder : Path
    """
    found = []
    for file in sorted((folder / "surfaces").rglob("*")):
        if file.suffix.lower() in SURFACES:
            said = re.search(r"(T1[0-2]|T[1-9]|L[1-5])(?![0-9])", file.name)
            level = said[0] if said else "L3"
            recipe = {"kind": "surfaces", "surfaces": {level: str(file)}, "level": level}
            found.append(Item(f"{file.relative_to(folder)} ({level})", recipe))
    for file in sorted((folder / "labels").rglob("*")):
        if file.name.lower().endswith(VOLUMES) and not any(part in file.name for part in PARTS):
            found += _of_label_map(folder, file)
    return found


def _of_label_map(folder: Path, file: Path) -> list[Item]:
    try:
        labels = as_labels(read_volume(file))
    except MwaError:
        return []
    known = _convention(labels)
    if known is None:
        return []
    counts = np.bincount(labels.data.reshape(-1))
    sizes = {k: int(counts[k]) for k in known.vertebrae if k < len(counts) and counts[k]}
    whole = [k for k, n in sizes.items() if n >= WHOLE * max(sizes.values())]
    recipe: dict[str, Any] = {"kind": "labels", "labels": str(file), "convention": known.name}
    for beside in sorted(file.parent.iterdir()):
        for word, key in PARTS.items():
            if word in beside.name and beside.name.lower().endswith(VOLUMES):
                recipe[key] = str(beside)
    chosen = [{"level": known.vertebrae[k]} for k in whole if known.vertebrae[k] in LEVELS]
    if not chosen:
        chosen = [{"level": "L1", "label": max(sizes, key=lambda k: sizes[k])}]
    name = file.relative_to(folder)
    return [Item(f"{name} ({one['level']})", {**recipe, **one}) for one in chosen]


def _convention(labels: Volume) -> Convention | None:
    """The convention with the most levels in a label map that lie above each other in order."""
    present = np.unique(labels.data)
    if len(present) > MOST_LABELS:
        return None
    heights = {
        int(k): float(labels.points(np.argwhere(labels.data == k).mean(axis=0)[None])[0, 2])
        for k in present[present > 0]
    }
    best = (0, 0)
    found = None
    for known in conventions().values():
        levels = {known.vertebrae[k]: z for k, z in heights.items() if k in known.vertebrae}
        order = [levels[name] for name in sorted(levels, key=ALL_LEVELS.index)]
        score = (len(order), sum(k in known.roles for k in heights))
        if len(order) > 1 and np.all(np.diff(order) < 0.0) and score > best:
            best, found = score, known
    return found
