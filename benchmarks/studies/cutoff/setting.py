"""The setting: an L2 with an osteolytic metastasis and an antenna in front of its posterior wall.

The antenna lies across the body, parallel to the posterior wall and to the endplates, at a chosen
distance in front of the wall. The middle of its radiating part is opposite a thermocouple on the
surface of the wall that faces the canal, in the midline. So there is one distance, and it is that
of the hottest direction of the antenna. A second setting has the antenna in the usual way, through
the left pedicle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.mesh_size.case import case_of
from mwa_sim.anatomy.assemble import assemble
from mwa_sim.anatomy.recipes import Prepared, prepare
from mwa_sim.anatomy.sizes import Sizes, Track

MM = 1e-3
LIMIT = 42.0
"""Reading above which the ablation is discontinued [degC] (chen2022)."""
ON_TIME = 360.0
"""Planned time with power [s]: a whole number of all cycles, and more than the five minutes of the
longest treatment of chen2022."""
COOLDOWN = 360.0
"""Time after the power [s]: the wall 20 mm away is hottest four to five minutes after it."""
DISTANCES = (5.0, 7.5, 10.0, 12.5, 15.0, 20.0, 25.0)
"""From the axis of the antenna to the thermocouple [mm]."""
POWERS = (20.0, 30.0, 40.0)
"""At the generator [W]."""
CYCLES = (30.0, 60.0, 90.0)
"""Time with power in each cycle [s]."""
CONTINUOUS = ON_TIME
PAUSE_SHARE = 1.0 / 3.0
"""Pause over time with power: the same share of time with power in cycles of every length."""
ANTENNA = "slot-1.6mm"
THERMOCOUPLE = "wall"

RECIPE: dict[str, Any] = {
    "kind": "parametric_spine",
    "level": "L2",
    # Larger than what the bone leaves free; it is cut off 2.5 mm inside the surface of the bone.
    "tumour": {"centre": ["0 mm", "0 mm", "0 mm"], "radii": ["17 mm", "19 mm", "12 mm"]},
    "tracks": ["left_pedicle"],
    # Far from all heat, and lost where elements are made larger than its thickness.
    "skin": False,
}
COARSE = 2.0
"""All sizes of elements but the largest times this; what it changes is one of the checks."""


def sizes(factor: float) -> Sizes:
    """Default sizes of elements times a factor; the largest stays, and so does the box."""
    default = Sizes()
    return default.scaled(default.antenna * factor).changed({"far": default.far})


def described() -> Prepared:
    """The anatomy short of its mesh."""
    return prepare(RECIPE)


def case_across(prepared: Prepared, factor: float = COARSE) -> mwa.Case:
    """The vertebra with small elements around antennas across the body at all distances."""
    wall = prepared.scene.landmarks["posterior_wall"]
    tracks = []
    for distance in DISTANCES:
        left = wall + np.array([distance, 26.0, 0.0]) * MM
        right = wall + np.array([distance, -9.0, 0.0]) * MM
        tracks.append(Track(left, right, 23.0 * MM))
    anatomy = assemble(prepared.scene, sizes(factor), prepared.target, tuple(tracks))
    return case_of(anatomy, prepared, "L2, antenna across")


def case_pedicle(prepared: Prepared, factor: float = COARSE) -> mwa.Case:
    """The same vertebra with small elements along the way through the left pedicle."""
    anatomy = assemble(prepared.scene, sizes(factor), prepared.target, prepared.tracks)
    return case_of(anatomy, prepared, "L2, antenna through the pedicle")


def pulses(on: float, off: float | None = None) -> dict[str, Any]:
    """One train of pulses of the planned time with power.

    Parameters
    ----------
    on : float [s]
        With power in each cycle; the whole of it is one pulse without a pause.
    off : float, optional [s]
        Pause; by default that share of ``on`` which all cycles have.
    """
    if on >= ON_TIME:
        return {"on": ON_TIME, "off": 0.0, "cycles": 1}
    pause = on * PAUSE_SHARE if off is None else off
    return {"on": on, "off": pause, "cycles": round(ON_TIME / on)}


def plan(case: mwa.Case, pose: mwa.Pose | None = None, *, rule: bool = True) -> mwa.Plan:
    """The treatment at distance 0, which the sweeps change.

    Parameters
    ----------
    case : Case
    pose : Pose, optional
        Instead of the one across the body, whose axis passes through the thermocouple.
    rule : bool
        Whether a reading above the limit stops the power.
    """
    wall = case.landmarks["posterior_wall"]
    antenna = mwa.Antenna.from_library(ANTENNA)
    if pose is None:
        start, end = antenna.sar.start, antenna.sar.end
        tip = wall - np.array([0.0, 0.5 * (start + end), 0.0])
        pose = mwa.Pose(tip=tip, axis=[0.0, 1.0, 0.0])
    train = pulses(60.0)
    protocol = mwa.Protocol.pulsed(
        40.0, train["on"], train["off"], train["cycles"], cooldown=COOLDOWN
    ).watching(THERMOCOUPLE, at="landmark:posterior_wall", above=LIMIT if rule else None)
    return mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)


def pedicle_pose(case: mwa.Case) -> mwa.Pose:
    """Through the left pedicle, tip in the centre of the tumour."""
    marks = case.landmarks
    return mwa.Pose.between(entry=marks["left_pedicle"], tip=marks["tumour_centre"])


def radiating_distance(planned: mwa.Plan) -> float:
    """Shortest distance from the radiating part to the thermocouple [mm]."""
    wall = planned.case.landmarks["posterior_wall"]
    sar = mwa.Antenna.from_library(ANTENNA).sar
    along = np.linspace(sar.start, sar.end, 301)
    points = planned.pose.tip + along[:, None] * planned.pose.axis
    return float(np.linalg.norm(points - wall, axis=1).min()) / MM
