"""Ribs near the spine: head at the costovertebral joint, neck, tubercle, and the shaft beyond."""

from __future__ import annotations

from functools import reduce

import numpy as np

from mwa_sim.anatomy.segment import Segment
from mwa_sim.anatomy.shapes import bounded, folded, plate, rod, smooth_min
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Joint space between a rib and a vertebra; soft tissue of the background stands for it.
JOINT_GAP = 1.2 * _MM
#: Ribs of these levels meet one body only; the others lie at a disc and touch two bodies.
WHOLE = (0.0, 10.0, 11.0)


def rib_line(segment: Segment) -> Floats:
    """Middle line of the left rib of a thoracic vertebra, in its own coordinates, (5, 3) [m].

    Head, neck behind the joint, tubercle in front of the tip of the transverse process, angle, and
    a point of the shaft. All but the places of the joints is an assumption after textbook drawings.
    """
    s, mm, place = segment.size, _MM, segment.place
    whole = place in WHOLE
    x = s.posterior_wall + (2.0 if not whole else 1.0) * mm
    height = s.posterior_height / 2.0
    z = height - 4.5 * mm if whole else height + 0.2 * segment.disc_above
    y = _side(segment, x, min(z, height - 1.0 * mm)) + JOINT_GAP + 3.4 * mm
    head = np.array([x, y, z])
    root, tip = segment.arch.transverse_axis
    across = tip - root
    across /= np.linalg.norm(across)
    forward = np.cross(across, [0.0, 0.0, 1.0])
    forward *= np.sign(forward[0]) / np.linalg.norm(forward)
    tubercle = tip + forward * (5.0 * mm + JOINT_GAP + 3.6 * mm)
    if place >= 10.0:
        # The last two ribs have no joint with the transverse process and pass in front of it.
        tubercle = tip + forward * 12.0 * mm
    neck = head + 0.45 * (tubercle - head)
    angle = tubercle + np.array([-7.0 * mm, 20.0 * mm, -5.0 * mm])
    shaft = angle + np.array([2.0 * mm, 45.0 * mm, -16.0 * mm])
    return np.stack([head, neck, tubercle, angle, shaft])


def rib(segment: Segment) -> Level:
    """Level function of both ribs of a vertebra, in the coordinates of the treated one."""
    line, mm = rib_line(segment), _MM
    head, neck, tubercle, angle, shaft = line

    def level(points: Floats) -> Floats:
        p = folded(points)
        parts = [
            rod(p, head, neck, 4.0 * mm, 3.0 * mm),
            plate(p, head, neck, (7.0 * mm, 5.6 * mm), (9.0 * mm, 8.5 * mm)),
            plate(p, neck, tubercle, (5.6 * mm, 6.8 * mm), (8.5 * mm, 10.0 * mm)),
            plate(p, tubercle, angle, (6.8 * mm, 7.0 * mm), (10.0 * mm, 12.0 * mm)),
            plate(p, angle, shaft, (7.0 * mm, 7.0 * mm), (12.0 * mm, 13.0 * mm)),
        ]
        return reduce(lambda a, b: smooth_min(a, b, 2.5 * mm), parts)

    low, high = line.min(axis=0) - 8.0 * mm, line.max(axis=0) + 8.0 * mm
    low[1] = -high[1]
    return segment.at_place(bounded(level, low, high, 6.0 * mm))


def _side(segment: Segment, x: float, z: float) -> float:
    """y where the side wall of the body is met at x, z."""
    y = np.linspace(0.0, 40.0 * _MM, 801)
    points = np.stack([np.full_like(y, x), y, np.full_like(y, z)], axis=1)
    outside = segment.body.side(points)[0] > 0.0
    return float(y[int(np.argmax(outside))])
