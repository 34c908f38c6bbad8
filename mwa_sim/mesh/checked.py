"""Shapes of tetrahedra: their volumes, and whether arrays of them make a mesh."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import MeshError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Edges of a tetrahedron as pairs of local vertices.
TET_EDGES = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
#: A tetrahedron below this fraction of (longest edge)^3 has no volume in double precision.
DEGENERATE = 1e-10
_AT_ONCE = 16384


def signed_volumes(nodes: Floats, tets: Ints) -> Floats:
    """Signed volume of each tetrahedron: ``det(x1 - x0, x2 - x0, x3 - x0) / 6``.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array

    Returns
    -------
    (m,) float array [m3]
        Negative for inverted elements.
    """
    # Column by column: no (m, 3, 3) temporaries, which matters for millions of elements.
    o = nodes[tets[:, 0]].T
    ax, ay, az = nodes[tets[:, 1]].T - o
    bx, by, bz = nodes[tets[:, 2]].T - o
    cx, cy, cz = nodes[tets[:, 3]].T - o
    det = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return np.asarray(det / 6.0)


def element_volumes(nodes: Floats, tets: Ints) -> Floats:
    """The same as :func:`signed_volumes`, without temporaries of the mesh's size."""
    volumes = np.empty(len(tets))
    for start in range(0, len(tets), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        volumes[part] = signed_volumes(nodes, tets[part])
    return volumes


def mesh_arrays(
    nodes: ArrayLike, tets: ArrayLike, regions: ArrayLike
) -> tuple[Floats, Ints, NDArray[np.int32]]:
    """The arrays of a mesh, copied in their types.

    Parameters
    ----------
    nodes : (n, 3) array [m]
    tets : (m, 4) array
    regions : (m,) array

    Raises
    ------
    MeshError
        Listing all wrong shapes.
    """
    x = np.array(nodes, dtype=np.float64, order="C")
    t = np.array(tets, dtype=np.int64, order="C")
    r = np.array(regions, dtype=np.int32)
    problems = []
    if x.ndim != 2 or x.shape[1:] != (3,):
        problems.append(f"nodes must be an (n, 3) array, got shape {x.shape}")
    if t.ndim != 2 or t.shape[1:] != (4,):
        problems.append(f"tets must be an (m, 4) array, got shape {t.shape}")
    elif len(t) == 0:
        problems.append("the mesh has no tetrahedra")
    if r.shape != t.shape[:1]:
        problems.append(f"regions must give one label per tetrahedron, got shape {r.shape}")
    if problems:
        raise MeshError(problems)
    return x, t, r


def mesh_problems(x: Floats, t: Ints) -> list[str]:
    """What keeps arrays from being a mesh, as messages.

    Parameters
    ----------
    x : (n, 3) float array [m]
    t : (m, 4) int array
    """
    problems = []
    bad = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if len(bad):
        problems.append(f"{len(bad)} nodes have coordinates that are not finite{_some(bad)}")
    outside = np.flatnonzero(((t < 0) | (t >= len(x))).any(axis=1))
    if len(outside):
        problems.append(
            f"{len(outside)} tetrahedra name nodes that do not exist{_some(outside)}; "
            f"the mesh has {len(x)} nodes"
        )
    if problems:
        return problems
    used = np.zeros(len(x), dtype=bool)
    used[t] = True
    if not used.all():
        loose = np.flatnonzero(~used)
        problems.append(f"{len(loose)} nodes belong to no tetrahedron{_some(loose)}")
    inverted, flat = (np.concatenate(found) for found in zip(*_bad_shapes(x, t), strict=True))
    if len(inverted):
        problems.append(
            f"{len(inverted)} tetrahedra are inverted (negative volume){_some(inverted)}; "
            "swap two nodes of each, or mesh again"
        )
    if len(flat):
        problems.append(
            f"{len(flat)} tetrahedra are degenerate (no volume){_some(flat)}; mesh again"
        )
    return problems


def _bad_shapes(x: Floats, t: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Inverted and flat elements, some thousand at a time: no temporaries of the mesh's size."""
    for start in range(0, len(t), _AT_ONCE):
        part = t[start : start + _AT_ONCE]
        volume = signed_volumes(x, part)
        corners = [x[part[:, k]].T for k in range(4)]
        longest = np.zeros(len(part))
        for a, b in TET_EDGES:
            np.maximum(longest, np.square(corners[a] - corners[b]).sum(axis=0), out=longest)
        size = DEGENERATE * longest**1.5
        yield (
            start + np.flatnonzero(volume < -size),
            start + np.flatnonzero(np.abs(volume) <= size),
        )


def _some(numbers: Ints) -> str:
    """First few numbers of a list, for a message."""
    text = ", ".join(str(k) for k in numbers[:5])
    return f" (numbers {text}{', ...' if len(numbers) > 5 else ''})"
