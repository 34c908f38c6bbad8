"""Graded octree: cubes refined to a sizing function and balanced 2:1.

The leaves carry the body-centred cubic lattice of :mod:`mwa_sim.mesh.lattice`. Sizes are the
finest size times powers of two; neighbours across faces, edges and corners differ by at most one
level, so an edge of a leaf has at most one node inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import MeshError, TooFineError
from mwa_sim.mesh.tetmesh import Floats, Ints

#: A sizing function maps points (n, 3) [m] to the wanted edge length (n,) [m].
Sizing = Callable[[Floats], Floats]

#: A cube is split while it is larger than the wanted size times this factor; sizes are powers
#: of two, and this rounds them to the nearest one rather than always down.
ROUNDING = 1.25
#: Most leaves: about 3 million tetrahedra. Meshing a million took 1 GB and 45 s; a simulation of
#: them takes far longer.
MOST_LEAVES = 250_000
#: A leaf gets half of the 24 tetrahedra that it shares with the cubes at its six faces.
TETS_PER_LEAF = 12
_BASE = np.int64(1 << 20)
_NEIGHBOURS = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
_CHILDREN = np.stack(np.meshgrid(*[(0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)


@dataclass(frozen=True)
class Octree:
    """A balanced octree over a box.

    Attributes
    ----------
    low : (3,) float array [m]
        Low corner of the box.
    finest : float [m]
        Edge length of the cubes of the last level.
    counts : (3,) int array
        Number of root cubes along each axis.
    leaves, internal : tuple of (n, 3) int arrays
        Grid position of the leaves and of the refined cubes of each level, sorted.
    """

    low: Floats
    finest: float
    counts: Ints
    leaves: tuple[Ints, ...]
    internal: tuple[Ints, ...]

    @property
    def depth(self) -> int:
        """Number of the finest level; the roots are level 0."""
        return len(self.leaves) - 1


def build_octree(
    sizing: Sizing, low: ArrayLike, high: ArrayLike, finest: float, depth: int
) -> Octree:
    """Refine a box of cubes until each is about as large as the sizing function asks.

    Parameters
    ----------
    sizing : callable
        Wanted edge length at points, ``(n, 3) -> (n,)`` [m]. It should change by less than the
        distance between points (slope below about 0.5), because it is sampled at cube centres.
    low, high : (3,) float array [m]
        Corners of the box; the high corner is moved out to a whole number of root cubes.
    finest : float [m]
        Edge length of the smallest cubes.
    depth : int
        Number of times a root cube (edge ``finest * 2**depth``) may be halved.

    Returns
    -------
    Octree

    Raises
    ------
    MeshError
        If the box is empty or the sizes are not positive.
    TooFineError
        If there would be more than MOST_LEAVES leaves.
    """
    a, b = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if not (finest > 0 and depth >= 0 and np.all(b > a)):
        raise MeshError(f"cannot mesh a box from {a} to {b} m with smallest cubes of {finest} m")
    root = finest * 2**depth
    counts = np.maximum(1, np.ceil((b - a) / root - 1e-9)).astype(np.int64)
    internal = _refined(sizing, a, root, counts, depth)
    _balance(internal, counts)
    leaves = []
    cells = _grid(counts)
    for level in range(depth + 1):
        split = contains(internal[level], cells)
        leaves.append(cells[~split])
        cells = _sorted((internal[level][:, None] * 2 + _CHILDREN).reshape(-1, 3))
    return Octree(a, finest, counts, tuple(leaves), tuple(internal))


def cell_keys(cells: Ints) -> Ints:
    """One integer for each triple of non-negative integers below 2**20, in sorting order."""
    return np.asarray((cells[..., 0] * _BASE + cells[..., 1]) * _BASE + cells[..., 2])


def cells_of_keys(keys: Ints) -> Ints:
    """Triples behind the integers of :func:`cell_keys`, (n, 3)."""
    return np.stack([keys // (_BASE * _BASE), keys // _BASE % _BASE, keys % _BASE], axis=-1)


def contains(cells: Ints, wanted: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which of the wanted triples are among the sorted cells, with the shape of ``wanted[..., 0]``.

    Triples with negative members are never contained.
    """
    keys, asked = cell_keys(cells), cell_keys(wanted)
    if len(keys) == 0:
        return np.zeros(asked.shape, dtype=bool)
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.asarray((keys[place] == asked) & (wanted >= 0).all(axis=-1))


def _refined(sizing: Sizing, low: Floats, root: float, counts: Ints, depth: int) -> list[Ints]:
    internal = []
    if counts.prod() > MOST_LEAVES:
        raise _too_fine(float(counts.prod()))
    cells = _grid(counts)
    size = root
    leaves = 0
    for level in range(depth + 1):
        if level == depth or len(cells) == 0:
            internal.append(np.empty((0, 3), dtype=np.int64))
            continue
        wanted = sizing(low + (cells + 0.5) * size)
        chosen = cells[size > ROUNDING * wanted]
        internal.append(chosen)
        leaves += len(cells) - len(chosen)
        if leaves + 8 * len(chosen) > MOST_LEAVES:
            halvings = np.clip(np.round(np.log2(size / wanted)), 0, depth - level)
            raise _too_fine(leaves + float((8.0**halvings).sum()))
        cells = _sorted((chosen[:, None] * 2 + _CHILDREN).reshape(-1, 3))
        size /= 2.0
    return internal


def _too_fine(leaves: float) -> TooFineError:
    """The error for about as many leaves, with how much larger the sizes must be."""
    # Where surfaces are meshed finely the number goes with the inverse square of the size, around
    # an antenna with the cube; the square is on the safe side.
    factor = (leaves / MOST_LEAVES) ** 0.5
    tets, most = (1e-6 * TETS_PER_LEAF * n for n in (leaves, MOST_LEAVES))
    return TooFineError(
        f"the sizes asked for lead to about {tets:.3g} million tetrahedra; more than {most:.3g} "
        f"million need too much memory and time: make the sizes about {factor:.2g} times as large",
        factor,
    )


def _balance(internal: list[Ints], counts: Ints) -> None:
    """Refine more cubes, finest first, until neighbours differ by at most one level."""
    for level in range(len(internal) - 1, 0, -1):
        around = (internal[level][:, None] + _NEIGHBOURS).reshape(-1, 3)
        inside = (around >= 0).all(axis=1) & (around < counts * 2**level).all(axis=1)
        parents = np.concatenate([internal[level - 1], around[inside] // 2])
        internal[level - 1] = cells_of_keys(np.unique(cell_keys(parents)))


def _grid(counts: Ints) -> Ints:
    axes = np.meshgrid(*[np.arange(n) for n in counts], indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, 3).astype(np.int64)


def _sorted(cells: Ints) -> Ints:
    return cells[np.argsort(cell_keys(cells), kind="stable")]
