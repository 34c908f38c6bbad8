"""Domains that are hard to mesh, and what a mesh of them is measured against."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from mwa_sim.mesh.mesher import Domain

from .shapes import MM, ball, column, domain


def tube(point, along, radius):
    """An endless tube through a point [mm]."""
    axis = np.asarray(along) / np.linalg.norm(along)

    def level(p):
        q = p - np.asarray(point) * MM
        return np.linalg.norm(q - (q @ axis)[:, None] * axis, axis=1) - radius * MM

    return level


def half_space(normal, offset):
    """Points whose product with the normal is below the offset [mm]."""
    n = np.asarray(normal) / np.linalg.norm(normal)
    return lambda p: p @ n - offset * MM


def both(*levels):
    return lambda p: np.max([level(p) for level in levels], axis=0)


def grid(values, low, step):
    """A level function from values on a grid, trilinear between them, constant outside."""
    low = np.asarray(low)

    def level(p):
        at = ((p - low) / step).T
        return map_coordinates(values, at, order=1, mode="nearest")

    return level


def junction() -> Domain:
    """A tumour that crosses a cortex, a disc and a canal at once."""
    body = ball([0, 0, 0], 8 * MM)
    levels = [
        (1, ball([-6 * MM, 1 * MM, 5 * MM], 4.5 * MM)),
        (2, lambda p: body(p) + 1.5 * MM),
        (3, body),
        (4, column([-8.5 * MM, 0.3 * MM], 3.5 * MM)),
        (5, both(column([0, 0], 7.5 * MM), lambda p: np.abs(p[:, 2] - 8 * MM) - 2.5 * MM)),
    ]
    return domain(levels, size=1.3 * MM, half=13 * MM)


def octants() -> Domain:
    """Eight regions that meet in a point: planes that the lattice does not know."""
    x = half_space([1, 0.13, 0.07], 0.3)
    y = half_space([0.2, 1, -0.1], 0.2)
    z = half_space([-0.1, 0.1, 1], -0.4)
    parts = [both(x, y, z), both(x, y), both(x, z), x, both(y, z), y, z]
    return domain(list(enumerate(parts, 1)), size=2.0 * MM, depth=1)


def thin() -> Domain:
    """A track of 1.6 mm, a cord of 5 mm in coarse elements and a sheet of 1.2 mm around it."""
    axis = [0.1, 0.05, 1]
    sizes = ((tube([7.5, -1, 0], [0.5, 0.3, 1], 0.8), 1.2), (tube([-3, 0, 0], axis, 2.5), 3.5))
    sac = tube([-3, 0, 0], axis, 5.2)
    levels = [(1, sizes[0][0]), (2, sizes[1][0]), (3, sac), (4, lambda p: sac(p) - 1.2 * MM)]

    def sizing(p):
        found = np.minimum(4.0 * MM, 0.92 * MM + 0.5 * np.abs(sac(p) - 0.6 * MM))
        for level, size in sizes:
            found = np.minimum(found, size * MM + 0.4 * np.abs(level(p)))
        return found

    return Domain(levels, 99, [-12 * MM] * 3, [12 * MM] * 3, sizing, 1.0 * MM, 2)


def noisy(seed: int = 0) -> Domain:
    """Four regions of noise, as labels of voxels leave them: slopes from 0.3 to 3, islands."""
    random = np.random.default_rng(seed)
    levels = []
    for label in range(1, 5):
        values = gaussian_filter(random.standard_normal((14,) * 3), 1.6)
        values = (values / values.std() + 0.35 + 0.2 * label) * MM
        values *= np.exp(gaussian_filter(random.standard_normal((14,) * 3), 3) * 6).clip(0.3, 3)
        for island in random.integers(2, 12, (4, 3)):
            values[tuple(island)] = -0.4 * MM
        levels.append((label, grid(values, [-6.5 * MM] * 3, 1.0 * MM)))
    return domain(levels, size=0.8 * MM, far=3.2 * MM, half=6.4 * MM)


def aligned() -> Domain:
    """Boxes and planes whose zeros are nodes of the lattice."""

    def box(x, half):
        return lambda p: np.abs(p - np.array([x, 0, 0]) * MM).max(axis=1) - half * MM

    levels = [
        (1, box(0, 4)),
        (2, box(4, 6)),
        (3, lambda p: p[:, 2]),
        (4, lambda p: np.abs(p[:, 0] + p[:, 1]) - 8 * MM),
    ]
    return domain(levels, size=2.0 * MM, half=8 * MM, depth=1)


def outer() -> Domain:
    """Surfaces that leave the box, touch it, and run along it closer than an element."""
    levels = [
        (1, ball([12 * MM] * 3, 8 * MM)),
        (2, ball([0, 0, 12.05 * MM], 6 * MM)),
        (3, lambda p: p[:, 1] + 11.1 * MM),
        (4, tube([0, 0, 0], [1, 1, 1], 3.0)),
        (5, ball([-5 * MM, 4 * MM, -6.99 * MM], 5 * MM)),
        (6, lambda p: -p[:, 0] - 11 * MM),
    ]
    return domain(levels, size=1.5 * MM, depth=1)


def shared() -> Domain:
    """Nested pieces that share part of their surface, exactly or up to rounding."""
    body, lump = ball([0, 0, 0], 9 * MM), ball([6 * MM, 2 * MM, 1 * MM], 5 * MM)

    def almost(p):
        return np.linalg.norm(p * 1e3, axis=1) * 1e-3 - 9 * MM + 1e-12 * np.sin(1e5 * p[:, 0])

    levels = [
        (1, both(body, lump)),
        (2, both(lambda p: body(p) + 1.2 * MM, lambda p: lump(p) - 1.0 * MM)),
        (3, lambda p: body(p) + 1.2 * MM),
        (4, almost),
        (5, both(column([0, 0], 8 * MM), lambda p: np.abs(p[:, 2] - 9 * MM) - 2.5 * MM)),
    ]
    return domain(levels, size=1.3 * MM, half=13 * MM)


def implicit_volumes(made: Domain, step: float = 0.3 * MM) -> dict[int, float]:
    """Volume of each region [m3] by sampling the box on a jittered grid."""
    low, root = np.asarray(made.low), made.finest * 2**made.depth
    high = low + np.ceil((np.asarray(made.high) - low) / root - 1e-9) * root
    count = np.ceil((high - low) / step).astype(int)
    cell = (high - low) / count
    random = np.random.default_rng(1)
    corner = np.stack(np.meshgrid(*map(np.arange, count), indexing="ij"), axis=-1).reshape(-1, 3)
    points = low + (corner + random.random(corner.shape)) * cell
    found: dict[int, float] = {}
    for label, level in made.levels:
        inside = level(points) < 0
        found[label] = found.get(label, 0.0) + float(inside.sum() * cell.prod())
        points = points[~inside]
    found[made.background] = float(len(points) * cell.prod())
    return found
