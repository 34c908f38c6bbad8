"""Remove badly shaped elements by merging a node into a neighbour (edge collapse)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.improve_kernels import choose_collapses
from mwa_sim.mesh.tetmesh import Floats, Ints


def collapse_bad(
    x: Floats,
    tets: Ints,
    regions: Ints,
    start: Ints,
    around: Ints,
    bad: Ints,
    planes: NDArray[np.bool_],
    scale: float,
) -> tuple[Floats, Ints, Ints, Ints]:
    """Merge nodes of bad elements into neighbours where that improves the worst element.

    A node may only merge into one that touches at least the same regions and lies on at least the
    same planes of the outer box, so interfaces and the box keep their shape.

    Parameters
    ----------
    x : (n, 3) float array [m]
    tets : (m, 4) int array
    regions : (m,) int array
    start, around : int arrays
        Elements around each node, see :func:`mwa_sim.mesh.improve.elements_around`.
    bad : (k,) int array
        Elements to get rid of.
    planes : (n, 3) bool array
        Nodes on the planes of the outer box.
    scale : float [m]
        See :func:`mwa_sim.mesh.improve_kernels.element_quality`.

    Returns
    -------
    x, tets, regions
        The mesh without the merged nodes.
    kept : (n',) int array
        Old numbers of the nodes that remain.
    """
    touches = np.zeros(len(x), dtype=np.int64)
    for place, label in enumerate(np.unique(regions)):
        here = np.zeros(len(x), dtype=bool)
        here[tets[regions == label]] = True
        touches |= here.astype(np.int64) << place
    shift = len(np.unique(regions))
    for axis in range(3):
        touches |= planes[:, axis].astype(np.int64) << (shift + axis)
    into = choose_collapses(x, tets, start, around, np.unique(tets[bad]), touches, scale)
    merged = into[tets]
    pairs = np.sort(merged, axis=1)
    alive = (pairs[:, 1:] != pairs[:, :-1]).all(axis=1)
    kept, numbers = np.unique(merged[alive], return_inverse=True)
    return x[kept], numbers.reshape(-1, 4).astype(np.int64), regions[alive], kept
