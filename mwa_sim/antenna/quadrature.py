"""Loads of a density that is singular-like on the scale of the elements.

The integrals ``int q phi_i dV`` over linear tetrahedra are taken with a 14-point rule of
degree 5 (Walkington's, all weights positive); an embedded 8-point rule of degree 2 on the
same points tells where that is not good enough, and those tetrahedra are cut into eight until
it is. Jumps of the density, such as the surface of the antenna, need no special treatment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mwa_sim.typing import FloatArray

IntArray = NDArray[np.int64]
Function = Callable[[FloatArray, FloatArray], FloatArray]

# Tetrahedra handled at once: keeps the temporaries in the processor's cache.
_CHUNK = 8192
_DEEPEST = 8
# A part longer than this many length scales of the density is not believed, on so many levels.
_LONG = 8.0
_HIDDEN = 3


def _rule() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Barycentric points (14, 4), weights of degree 5 (14,) and of degree 2 (14,)."""
    a1, w1 = 0.31088591926330060980, 0.11268792571801585080
    a2, w2 = 0.09273525031089122640, 0.07349304311636194954
    a3, w3 = 0.04550370412564964949, 0.04254602077708146644
    points, degree5, degree2 = [], [], []
    # The two orbits of four points alone integrate quadratics exactly with these weights:
    # their mean of lambda^2 must be 1/10.
    mean1, mean2 = ((3.0 * a * a + (1.0 - 3.0 * a) ** 2) / 4.0 for a in (a1, a2))
    share = (0.1 - mean2) / (mean1 - mean2)
    for a, w, low in ((a1, w1, share / 4.0), (a2, w2, (1.0 - share) / 4.0)):
        for k in range(4):
            point = np.full(4, a)
            point[k] = 1.0 - 3.0 * a
            points.append(point)
            degree5.append(w)
            degree2.append(low)
    for k in range(4):
        for m in range(k + 1, 4):
            point = np.full(4, a3)
            point[[k, m]] = 0.5 - a3
            points.append(point)
            degree5.append(w3)
            degree2.append(0.0)
    return np.array(points), np.array(degree5), np.array(degree2)


def _children() -> FloatArray:
    """Barycentric corners (8, 4, 4) of the eight equal parts of a tetrahedron."""
    corner = np.eye(4)
    middle = {(i, j): 0.5 * (corner[i] + corner[j]) for i in range(4) for j in range(i + 1, 4)}
    e01, e02, e03 = middle[0, 1], middle[0, 2], middle[0, 3]
    e12, e13, e23 = middle[1, 2], middle[1, 3], middle[2, 3]
    parts = [
        [corner[0], e01, e02, e03],
        [e01, corner[1], e12, e13],
        [e02, e12, corner[2], e23],
        [e03, e13, e23, corner[3]],
        # The inner octahedron is cut along the diagonal e02-e13.
        [e01, e02, e03, e13],
        [e01, e02, e12, e13],
        [e02, e03, e13, e23],
        [e02, e12, e13, e23],
    ]
    return np.array(parts)


POINTS, WEIGHTS, _LOW = _rule()
EIGHTHS = _children()
"""Barycentric corners (8, 4, 4) of the eight equal parts of a tetrahedron."""


def nodal_loads(
    corners: FloatArray,
    volumes: FloatArray,
    density: Function,
    length_scale: Function,
    *,
    tolerance: float = 1e-6,
    total: float = 1.0,
) -> FloatArray:
    """Loads ``int q phi_j dV`` of a density on the four nodes of every tetrahedron.

    Parameters
    ----------
    corners : (m, 4, 3) array [m]
        Tetrahedra in the antenna's frame: two coordinates across the axis and z along it.
    volumes : (m,) array [m3]
    density : callable
        ``density(r, z)`` [W/m3].
    length_scale : callable
        ``length_scale(r, z)`` [m]: tetrahedra much longer than this are cut before their
        error estimate is believed.
    tolerance : float [-]
        Estimated error allowed in one part of one tetrahedron, relative to ``total``.
    total : float [W]
        What the whole integral is expected to be.

    Returns
    -------
    (m, 4) array [W]
    """
    loads = np.zeros((len(volumes), 4))
    for first in range(0, len(volumes), _CHUNK):
        part = slice(first, first + _CHUNK)
        loads[part] = _chunk(corners[part], volumes[part], density, length_scale, tolerance * total)
    return loads


def _chunk(
    corners: FloatArray,
    volumes: FloatArray,
    density: Function,
    length_scale: Function,
    allowed: float,
) -> FloatArray:
    loads = np.zeros((len(volumes), 4))
    parent: IntArray = np.arange(len(volumes))
    bary = np.broadcast_to(np.eye(4), (len(volumes), 4, 4))
    shape = corners
    volume = volumes
    for level in range(_DEEPEST + 1):
        x = np.einsum("qk,mkc->cmq", POINTS, shape, optimize=True)
        q = density(np.hypot(x[0], x[1]), x[2]) * volume[:, None]
        fine = (q * WEIGHTS) @ POINTS
        coarse = (q * _LOW) @ POINTS
        split = np.abs(fine - coarse).sum(axis=1) > allowed
        if level < _HIDDEN:
            # Cutting everything again would be waste where the first cut found nothing.
            doubtful = fine.sum(axis=1) > (allowed if level else -1.0)
            split |= doubtful & _too_long(shape, length_scale)
        if level == _DEEPEST:
            split[:] = False
        keep = ~split
        # A part's share of its parent's nodes: barycentric weights of its own corners.
        share = np.einsum("mk,mkj->mj", fine[keep], bary[keep])
        for j in range(4):
            loads[:, j] += np.bincount(parent[keep], share[:, j], minlength=len(volumes))
        if not np.any(split):
            break
        parent = np.repeat(parent[split], 8)
        volume = np.repeat(volume[split] / 8.0, 8)
        shape = np.einsum("pkj,mjc->mpkc", EIGHTHS, shape[split]).reshape(-1, 4, 3)
        bary = np.einsum("pkj,mjc->mpkc", EIGHTHS, bary[split]).reshape(-1, 4, 4)
    return loads


def _too_long(shape: FloatArray, length_scale: Function) -> NDArray[np.bool_]:
    """Parts that could hide structure between their quadrature points."""
    low, high = shape.min(axis=1), shape.max(axis=1)
    size = np.linalg.norm(high - low, axis=1)
    centre = 0.5 * (low + high)
    nearest = np.maximum(np.hypot(centre[:, 0], centre[:, 1]) - 0.5 * size, 0.0)
    return np.asarray(size > _LONG * length_scale(nearest, centre[:, 2]), dtype=np.bool_)
