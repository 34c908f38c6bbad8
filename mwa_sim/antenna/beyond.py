"""How much of a power density lies beyond the boundary of a mesh.

Divergence theorem with the field ``G = -(e_R / R^2) int_R^oo q s^2 ds`` along rays from the
tip, for which ``div G = q`` away from the tip: the power beyond the closed surface is

    P_out = sum over faces of int dOmega int_R^oo q(s e_R) s^2 ds,

with the solid angle ``dOmega`` signed, so the mesh need not be convex.
It needs no element inside the mesh, so it does not share the error of the volume quadrature.
"""

from __future__ import annotations

import numpy as np

from mwa_sim.antenna.sar import SarPattern
from mwa_sim.typing import FloatArray

# A face is cut until it is this small against its distance from the tip.
_FINENESS = 0.15
_DEEPEST = 7
_RAY = 32


def power_beyond(triangles: FloatArray, pattern: SarPattern) -> float:
    """Power of a pattern outside a closed surface that contains the antenna's tip.

    Parameters
    ----------
    triangles : (f, 3, 3) array [m]
        Faces of the surface in the antenna's frame (two coordinates across the axis, z along
        it, the tip at 0), corners ordered so that normals point outwards.
    pattern : SarPattern

    Returns
    -------
    float [W/W]
    """
    reach = _reach(pattern)
    power = 0.0
    faces = triangles
    for level in range(_DEEPEST + 1):
        centre = faces.mean(axis=1)
        distance = np.linalg.norm(centre, axis=1)
        size = np.linalg.norm(faces.max(axis=1) - faces.min(axis=1), axis=1)
        # Beyond the pattern's extent there is nothing left to cut for.
        relevant = ~_outside(centre, size, reach)
        split = relevant & (size > _FINENESS * distance)
        if level == _DEEPEST:
            split[:] = False
        keep = relevant & ~split
        power += _through(faces[keep], centre[keep], pattern, reach)
        if not np.any(split):
            break
        faces = _quartered(faces[split])
    return power


def _reach(pattern: SarPattern) -> tuple[float, float, float]:
    """The pattern's cylinder, enlarged so that the tip lies inside it."""
    r_max, z_min, z_max = pattern.extent
    tiny = 1e-9
    return max(r_max, tiny), min(z_min, -tiny), max(z_max, tiny)


def _outside(
    centre: FloatArray, size: FloatArray, reach: tuple[float, float, float]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    r_max, z_min, z_max = reach
    radius = np.hypot(centre[:, 0], centre[:, 1])
    return np.asarray(
        (radius - size > r_max) | (centre[:, 2] + size < z_min) | (centre[:, 2] - size > z_max)
    )


def _through(
    faces: FloatArray,
    centre: FloatArray,
    pattern: SarPattern,
    reach: tuple[float, float, float],
) -> float:
    """Power carried outwards through small faces: exact solid angle times the central ray."""
    r_max, z_min, z_max = reach
    start = np.maximum(np.linalg.norm(centre, axis=1), 1e-12)
    ray = centre / start[:, None]
    angle = _solid_angle(faces)
    across = np.hypot(ray[:, 0], ray[:, 1])
    along = ray[:, 2]
    # The cylinder is convex and holds the tip: a ray leaves it once.
    with np.errstate(divide="ignore"):
        side = np.where(across > 0.0, r_max / across, np.inf)
        cap = np.where(along > 0.0, z_max / along, z_min / along)
    stop = np.minimum(side, np.where(along == 0.0, np.inf, cap))
    inside = stop > start
    if not np.any(inside):
        return 0.0
    start, stop, across, along = (a[inside, None] for a in (start, stop, across, along))
    t, w = np.polynomial.legendre.leggauss(_RAY)
    t, w = 0.5 * (t + 1.0), 0.5 * w
    # Points crowd towards the surface, where a decaying density is largest.
    s = start + (stop - start) * t**2
    q = pattern.density(s * across, s * along)
    line = np.sum(q * s**2 * (stop - start) * 2.0 * t * w, axis=1)
    return float(line @ angle[inside])


def _solid_angle(faces: FloatArray) -> FloatArray:
    """Signed solid angle of triangles seen from the origin (Van Oosterom and Strackee)."""
    a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
    la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
    triple = np.einsum("fi,fi->f", a, np.cross(b, c))
    ab, bc, ca = (np.einsum("fi,fi->f", u, v) for u, v in ((a, b), (b, c), (c, a)))
    return np.asarray(2.0 * np.arctan2(triple, la * lb * lc + ab * lc + bc * la + ca * lb))


def _quartered(faces: FloatArray) -> FloatArray:
    a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
    ab, bc, ca = 0.5 * (a + b), 0.5 * (b + c), 0.5 * (c + a)
    parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(part, axis=1) for part in parts])
