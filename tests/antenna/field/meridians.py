"""Antennas in their meridian plane for the tests of mesh and sizing."""

import numpy as np

from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.field.sizing import Sizing

MM = 1e-3
FOREVER = np.inf
SIZING = Sizing(0.06 * MM, 0.25, 1.5 * MM, 4.0 * MM, 10.0, 20.0 * MM)


def rectangle(r, z):
    """Outline of a ring (or a disk, from r = 0), in mm."""
    return np.array([[r[0], z[0]], [r[1], z[0]], [r[1], z[1]], [r[0], z[1]]]) * MM


def slotted(tip=None):
    """The coax of 0.135, 0.470 and 0.595 mm with a slot, in a sheath of 0.8 mm."""
    sheath = rectangle((0.0, 0.8), (0.0, FOREVER)) if tip is None else tip
    parts = (
        Part("sheath", sheath, 2.6 + 0j),
        Part("outer", rectangle((0.0, 0.595), (0.5, FOREVER)), None),
        Part("dielectric", rectangle((0.135, 0.47), (1.0, FOREVER)), 2.03 + 0j),
        Part("slot", rectangle((0.47, 0.595), (5.5, 6.5)), 2.03 + 0j),
    )
    return Section(parts, (0.135 * MM, 0.47 * MM), 2.03)


def with_cone():
    """A metal cone under a sheath of the same slope."""
    parts = (
        Part("sheath", np.array([[0, 0], [0.8, 2.2], [0.8, FOREVER], [0, FOREVER]]) * MM, 2.6 + 0j),
        Part("tip", np.array([[0, 0.5], [0.6, 2.2], [0.6, 4.0], [0, 4.0]]) * MM, None),
        Part("outer", rectangle((0.0, 0.595), (4.0, FOREVER)), None),
        Part("dielectric", rectangle((0.135, 0.47), (4.5, FOREVER)), 2.03 + 0j),
        Part("slot", rectangle((0.47, 0.595), (6.5, 7.0)), 2.03 + 0j),
    )
    return Section(parts, (0.135 * MM, 0.47 * MM), 2.03)
