"""A sheep's lumbar vertebra with an antenna across its body, and what is measured in it."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from benchmarks.validation.sheep_posterior_wall.vertebra import Vertebra, mesh, specimen
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case, OrganAtRisk
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result

MM = 1e-3
#: Round numbers of the size of a sheep's lumbar vertebra; an assumption, the animals were not
#: measured in what could be read.
SHEEP = Vertebra(
    width=28 * MM, depth=18 * MM, height=40 * MM, disc=4 * MM, canal_width=14 * MM,
    canal_depth=10 * MM, fat=1.5 * MM, cord_width=7 * MM, cord_depth=5.5 * MM,
    pedicle_width=6 * MM, pedicle_height=20 * MM, cortex=1 * MM,
)  # fmt: skip
DISTANCE = 7.5 * MM
"""From the axis of the antenna to the wall's side towards the canal [m]: see the README."""
SPREAD = 2.5 * MM
"""How far the distance may be from that, each way [m]."""
ROOM = 20.0
"""Of the specimens at the start [degC]; an assumption."""
DURATION = 240.0
INSTANT = 30.0
"""What "almost instantly" is taken to mean [s]."""
LIMIT = 60.0
_HOTTEST = 8 * MM
"""From the tip to where the antenna heats bone most [m]."""


@cache
def sheep_mesh(finest: float, growth: float) -> TetMesh:
    """The mesh for an antenna at 5 to 10 mm from the wall; sizes as in :func:`mesh`."""
    track = (np.array([DISTANCE, -5 * MM, 0.0]), np.array([DISTANCE, 11 * MM, 0.0]))
    return mesh(SHEEP, track, finest, wall=finest, growth=growth)


def sheep(made: TetMesh, *, alive: bool = False, start: float = ROOM) -> Case:
    """The vertebra on the bench at a temperature [degC], or in the animal at 37 degC."""
    landmarks = {"wall": np.zeros(3)}
    case = specimen(made, "sheep", 37.0 if alive else start, landmarks, alive=alive)
    return case.changed(organs_at_risk=[OrganAtRisk("cord", region="cord", max_cem43=10.0)])


def treatment(
    case: Case,
    power: float,
    *,
    distance: float = DISTANCE,
    antenna: str = "slot-1.6mm",
    until_limit: bool = False,
    field_tolerance: float = 0.1,
) -> Plan:
    """Constant power [W] for 240 s, the antenna across the body parallel to its posterior wall.

    Parameters
    ----------
    case : Case
    power : float [W]
        At the generator.
    distance : float [m]
        From the axis of the antenna to the wall.
    antenna : str
        Of the library.
    until_limit : bool
        Stop at 60 degC at the wall, where only the time to it is wanted.
    field_tolerance : float
        As in :class:`mwa_sim.plan.SolverSettings`.

    Returns
    -------
    Plan
    """
    protocol = Protocol.pulsed(power=power, on=DURATION, cooldown=0.0).watching(
        "wall", at="landmark:wall", above=LIMIT if until_limit else None, sample_every=2.0,
        time_constant=0.01,
    )  # fmt: skip
    pose = Pose(tip=np.array([distance, -_HOTTEST, 0.0]), axis=np.array([0.0, 1.0, 0.0]))
    return Plan(
        case=case, antenna=Antenna.from_library(antenna), pose=pose, protocol=protocol,
        solver={"save_every": DURATION, "max_step": 4.0, "field_tolerance": field_tolerance},
    )  # fmt: skip


def highest(result: Result) -> float:
    """Highest temperature of the wall [degC]."""
    return result.traces["wall"].peak


def rise_after(result: Result, time: float) -> float:
    """Kelvin by which the wall is warmer than at the start; at the stop if that came before."""
    trace = result.traces["wall"]
    return float(np.interp(time, trace.t, trace.tissue)) - float(trace.tissue[0])


def time_to_limit(result: Result) -> float:
    """When the wall passes 60 degC [s], linear between samples; infinite if it does not."""
    trace = result.traces["wall"]
    above = np.flatnonzero(trace.tissue >= LIMIT)
    if above.size == 0:
        return math.inf
    k = int(above[0])
    if k == 0:
        return 0.0
    share = (LIMIT - trace.tissue[k - 1]) / (trace.tissue[k] - trace.tissue[k - 1])
    return float(trace.t[k - 1] + share * (trace.t[k] - trace.t[k - 1]))
