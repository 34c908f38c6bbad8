"""Closed triangulated surfaces for tests."""

import numpy as np


def box(half, cells=4):
    """A box around the origin, (vertices, triangles) with normals pointing out."""
    grid = np.linspace(-1.0, 1.0, cells + 1)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    number = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    p, q = number[:-1, :-1].ravel(), number[1:, :-1].ravel()
    r, s = number[1:, 1:].ravel(), number[:-1, 1:].ravel()
    square = np.concatenate([np.stack([p, q, r], axis=1), np.stack([p, r, s], axis=1)])
    points, triangles = [], []
    for axis in range(3):
        for side in (-1.0, 1.0):
            face = np.empty((a.size, 3))
            face[:, axis] = side
            face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = a.ravel(), b.ravel()
            triangles.append((square if side > 0 else square[:, ::-1]) + len(points) * a.size)
            points.append(face)
    return merged(np.concatenate(points) * half, np.concatenate(triangles))


def sphere(radius, fineness=3):
    """An octahedron divided `fineness` times and blown up to a sphere."""
    x = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1.0]])
    t = np.array(
        [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]
    )
    for _ in range(fineness):
        a, b, c = x[t[:, 0]], x[t[:, 1]], x[t[:, 2]]
        ab, bc, ca = a + b, b + c, c + a
        parts = [(a, ab / 2, ca / 2), (ab / 2, b, bc / 2), (ca / 2, bc / 2, c)]
        parts.append((ab / 2, bc / 2, ca / 2))
        corners = np.concatenate([np.stack(part, axis=1) for part in parts])
        x, t = merged(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3))
    return radius * x / np.linalg.norm(x, axis=1)[:, None], t


def merged(x, t):
    """Vertices at one place become one."""
    unique, where = np.unique(np.round(x, 12), axis=0, return_inverse=True)
    return unique, where.reshape(-1)[t]


def write_stl(path, x, t):
    """A binary STL file."""
    rows = np.zeros(len(t), dtype=[("n", "<f4", 3), ("c", "<f4", (3, 3)), ("e", "<u2")])
    rows["c"] = x[t]
    path.write_bytes(b"\0" * 80 + np.uint32(len(t)).tobytes() + rows.tobytes())
    return path
