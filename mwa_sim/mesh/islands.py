"""Small pieces of regions: found as connected elements, given to what surrounds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mwa_sim.mesh.tetmesh import TET_FACES, Floats, Ints, signed_volumes, unique_rows


@dataclass(frozen=True)
class Dropped:
    """What became of the small pieces of one region.

    Attributes
    ----------
    region : int
        Region that lost pieces.
    pieces : int
        How many.
    volume : float [m3]
        Their volume in all.
    """

    region: int
    pieces: int
    volume: float


def drop_islands(
    nodes: Floats, tets: Ints, regions: Ints, smallest: float
) -> tuple[Ints, tuple[Dropped, ...]]:
    """Give connected pieces of a region below a volume to the region they share most surface with.

    The largest piece of each region stays, however small it is. Pieces are connected through faces.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    regions : (m,) int array
    smallest : float [m3]

    Returns
    -------
    regions : (m,) int array
    dropped : tuple of Dropped
    """
    faces = np.sort(tets[:, TET_FACES].reshape(-1, 3), axis=1)
    inverse, _, count = unique_rows(faces)
    order = np.argsort(inverse, kind="stable")
    order = order[count[inverse[order]] == 2].reshape(-1, 2)
    left, right = order[:, 0] // 4, order[:, 1] // 4
    same = regions[left] == regions[right]
    graph = coo_array(
        (np.ones(int(same.sum()), dtype=np.int8), (left[same], right[same])),
        shape=(len(tets), len(tets)),
    )
    number, piece = connected_components(graph, directed=False)
    volume = np.bincount(piece, signed_volumes(nodes, tets), minlength=number)
    owner = np.zeros(number, dtype=np.int64)
    owner[piece] = regions
    # The largest piece of each region: the last one when sorted by region and volume.
    ranked = np.lexsort((volume, owner))
    last = np.append(owner[ranked][1:] != owner[ranked][:-1], True)
    small = volume < smallest
    small[ranked[last]] = False
    if not small.any():
        return regions, ()
    target = _surroundings(
        nodes, faces[order[~same, 0]], piece[left[~same]], piece[right[~same]], small, owner
    )
    dropped = tuple(
        Dropped(
            int(k), int((small & (owner == k)).sum()), float(volume[small & (owner == k)].sum())
        )
        for k in np.unique(owner[small])
    )
    return target[piece], dropped


def _surroundings(
    nodes: Floats, faces: Ints, left: Ints, right: Ints, small: np.ndarray, owner: Ints
) -> Ints:
    """Region that each piece has in the end: small ones that of their largest contact."""
    corner = nodes[faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    mine = np.concatenate([left, right])
    other = np.concatenate([right, left])
    size = np.concatenate([area, area])
    # A piece that is itself dropped can be no surroundings, unless there is nothing else.
    chosen = small[mine] & ~small[other]
    target = owner.copy()
    if not chosen.any():
        return target
    keys = mine[chosen] * np.int64(owner.max() + 1) + owner[other[chosen]]
    unique, inverse = np.unique(keys, return_inverse=True)
    contact = np.bincount(inverse, size[chosen])
    who, region = unique // (owner.max() + 1), unique % (owner.max() + 1)
    best = np.lexsort((contact, who))
    target[who[best]] = region[best]
    return target
