"""A vertebra of boxes and tubes whose pedicles, walls and rooms are known exactly."""

from functools import reduce

import numpy as np
from scipy.spatial.transform import Rotation

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.scene import Piece, Scene, Skin

MM = 1e-3
WALL = -17.0 * MM
ISTHMUS = np.array([-23.0, 14.0, 4.0]) * MM


def box(low, high):
    """Exact signed distance of a box."""
    middle, half = (np.add(low, high)) / 2 * MM, (np.subtract(high, low)) / 2 * MM

    def level(points):
        q = np.abs(points - middle) - half
        return np.linalg.norm(np.maximum(q, 0.0), axis=1) + np.minimum(q.max(axis=1), 0.0)

    return level


def union(*levels):
    return lambda points: reduce(np.minimum, [level(points) for level in levels])


def moved(level, turn):
    """A level function of a solid that is turned about the origin."""
    return lambda points: level(turn.inv().apply(points))


def pedicle(side, width, height, converge=0.0):
    """Elliptic bar from the body to the arch, narrowest at ISTHMUS."""
    centre = ISTHMUS * [1, side, 1]
    along = np.array([np.cos(converge), -side * np.sin(converge), 0.0])
    across = np.array([side * np.sin(converge), np.cos(converge), 0.0])

    def level(points):
        p = points - centre
        s = p @ along
        grown = 0.02 * s**2 / MM
        a, b = width / 2 * MM + grown, height / 2 * MM + grown
        u, v = p @ across, p[:, 2]
        rho = np.maximum(np.hypot(u / a, v / b), 1e-9)
        return np.maximum(np.hypot(u, v) * (1 - 1 / rho), np.abs(s) - 9 * MM)

    return level


def phantom(width=8.0, height=14.0, converge=0.0, turn=None, canal=True, cord=True, holes=()):
    """Levels (body, bone, canal, cord) of the phantom; lengths in millimetres.

    The body is a box of 34 x 42 x 26, the canal a column of 16 x 20 between it and the arch.
    """
    body = box((-17, -21, -13), (17, 21, 13))
    arch = box((-44, -26, -9), (-31, 26, 14))
    sides = [pedicle(s, width, height, converge) for s in (1, -1) if s not in holes]
    bone = union(body, arch, *sides)
    far = np.full

    def column(half, centre=-24.0):
        def level(points):
            u, v = (points[:, 0] / MM - centre) / half[0], points[:, 1] / MM / half[1]
            rho = np.maximum(np.hypot(u, v), 1e-9)
            return np.hypot(points[:, 0] - centre * MM, points[:, 1]) * (1 - 1 / rho)

        return level

    def nothing(points):
        return far(len(points), 1.0)

    levels = [
        body,
        bone,
        column((7.5, 10.0)) if canal else nothing,
        column((3.0, 4.0)) if cord else nothing,
    ]
    return [level if turn is None else moved(level, turn) for level in levels]


def space(others=None, **kwargs):
    return AccessSpace(*phantom(**kwargs), others or {})


def scene(**kwargs):
    body, bone, canal, cord = phantom(**kwargs)
    pieces = (
        Piece("cancellous", "bone_cancellous", bone),
        Piece("cord", "spinal_cord", cord),
        Piece("epidural_fat", "epidural_fat", canal),
    )
    low, high = np.array([-60.0, -50, -36]) * MM, np.array([36.0, 50, 36]) * MM
    shell = Skin("cortical_shell", "bone_cortical", "cancellous", 1.2 * MM)
    return Scene(pieces, ("muscle", "muscle"), low, high, body, bone, canal, cord, skins=(shell,))


def turned(*degrees):
    return Rotation.from_euler("xyz", degrees, degrees=True)
