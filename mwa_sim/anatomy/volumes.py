"""Volumes of the regions of a scene, measured on its level functions alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mwa_sim.anatomy.scene import Scene
from mwa_sim.mesh.tetmesh import Floats, Ints

#: Edge of the cells that are sampled at first, and the smallest [m].
COARSE, FINEST = 1e-3, 0.2e-3
#: Relative standard error that sampling works towards, and the most points for one region.
ACCURACY = 0.004
MOST_POINTS = 800_000
_CHUNK = 400_000


@dataclass(frozen=True)
class Volume:
    """Volume of a region with the standard error of its measurement [m3]."""

    value: float
    error: float


def scene_volumes(scene: Scene, seed: int = 0) -> dict[str, Volume]:
    """Volume of every region of a scene inside its box.

    Jittered sampling: one random point in every cell of a grid. A cell of edge h that a surface
    cuts contributes a variance of at most ``h^6 / 4``, so the standard error of a region with n cut
    cells is below ``h^3 sqrt(n) / 2``. Where that is too much, the box around the region is sampled
    again with smaller cells.

    Parameters
    ----------
    scene : Scene
    seed : int
        Of the random points.

    Returns
    -------
    dict of str to Volume
        By region, the background too. What skins and paints divide is not divided here.
    """
    names = [piece.name for piece in scene.pieces] + [scene.background[0]]
    whole = _Sample(scene, np.asarray(scene.low), np.asarray(scene.high), COARSE, seed)
    found: dict[str, Volume] = {}
    for place, name in enumerate(names):
        sample = whole
        volume = sample.volume(place)
        while 0.0 < ACCURACY * volume.value < volume.error and sample.step > FINEST:
            low, high = sample.around(place)
            step = sample.step / 2.0
            if float(np.prod((high - low) / step)) > MOST_POINTS:
                break
            sample = _Sample(scene, low, high, step, seed)
            volume = sample.volume(place)
        found[name] = volume
    return found


def with_taken_volumes(before: Scene, after: Scene) -> Scene:
    """Correct the volumes that a source gave for what new pieces of higher priority took.

    Parameters
    ----------
    before, after : Scene
        Without and with the new pieces; both in the same box.

    Returns
    -------
    Scene
        The second one. A piece keeps ``volume + (what it has after - what it had before)``, both
        sampled in the box around the new pieces.
    """
    known = {piece.name for piece in before.pieces}
    new = [k for k, piece in enumerate(after.pieces) if piece.name not in known]
    given = [piece for piece in after.pieces if piece.volume is not None]
    if not new or not given:
        return after
    rough = _Sample(after, np.asarray(after.low), np.asarray(after.high), COARSE, 0)
    boxes = [rough.around(k) for k in new if (rough.places == k).any()]
    if not boxes:
        return after
    low = np.min([box[0] for box in boxes], axis=0)
    high = np.max([box[1] for box in boxes], axis=0)
    step = max(0.5 * COARSE, float(np.cbrt(np.prod(high - low) / MOST_POINTS)))
    first, second = (_Sample(scene, low, high, step, 0) for scene in (before, after))
    of_before = {piece.name: k for k, piece in enumerate(before.pieces)}
    pieces = []
    for place, piece in enumerate(after.pieces):
        if piece.volume is not None and piece.name in of_before:
            had = first.volume(of_before[piece.name]).value
            left = piece.volume + second.volume(place).value - had
            # What is taken wholly is left to the mesher to miss.
            piece = replace(piece, volume=left if left > 0.0 else None)
        pieces.append(piece)
    return after.changed(pieces=tuple(pieces))


class _Sample:
    """Regions at one random point in each cell of a box."""

    def __init__(self, scene: Scene, low: Floats, high: Floats, step: float, seed: int) -> None:
        self.low, self.step = low, step
        counts = np.maximum(1, np.round((high - low) / step)).astype(np.int64)
        self.edges = (high - low) / counts
        random = np.random.default_rng(seed)
        axes = np.meshgrid(*[np.arange(n) for n in counts], indexing="ij")
        cells = np.stack(axes, axis=-1).reshape(-1, 3)
        places = [
            scene.classify(low + (part + random.random(part.shape)) * self.edges)
            for part in np.array_split(cells, max(1, len(cells) // _CHUNK))
        ]
        self.places: Ints = np.concatenate(places).reshape(tuple(counts))

    def volume(self, place: int) -> Volume:
        inside = self.places == place
        cell = float(np.prod(self.edges))
        cut = np.zeros(inside.shape, dtype=bool)
        for axis in range(3):
            differs: NDArray[np.bool_] = np.diff(inside, axis=axis)
            before = [slice(None)] * 3
            after = [slice(None)] * 3
            before[axis], after[axis] = slice(0, -1), slice(1, None)
            cut[tuple(before)] |= differs
            cut[tuple(after)] |= differs
        # Both sides of a surface are counted, of which one cell is cut.
        return Volume(float(inside.sum()) * cell, 0.5 * cell * float(np.sqrt(cut.sum() / 2.0)))

    def around(self, place: int) -> tuple[Floats, Floats]:
        """Box of the cells of a region and of two more on each side."""
        cells = np.argwhere(self.places == place)
        low = np.maximum(cells.min(axis=0) - 2, 0)
        high = np.minimum(cells.max(axis=0) + 3, self.places.shape)
        return self.low + low * self.edges, self.low + high * self.edges
