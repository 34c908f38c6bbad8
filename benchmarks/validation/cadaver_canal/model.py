"""A lumbar vertebra of a cadaver with a muscle-filled cavity, heated by an electrode.

Radiofrequency is no heat source of the library, so the power density of an electrode comes in as
a map. Without perfusion and far from boiling the temperature rise is proportional to the power:
what can be compared with a measurement is the rise in one place over that in another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.validation.sheep_posterior_wall.vertebra import Vertebra, mesh, specimen
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar_map import SarMap
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result

Floats = NDArray[np.float64]
MM = 1e-3
#: A human L2 in round numbers (panjabi1992 and the parametric spine). No shell: as a resistance to
#: heat 0.4 mm of cortex are 0.4 mm of cancellous bone.
LUMBAR = Vertebra(
    width=43 * MM, depth=32 * MM, height=24 * MM, disc=9 * MM, canal_width=23 * MM,
    canal_depth=18 * MM, fat=2 * MM, cord_width=10 * MM, cord_depth=8 * MM, pedicle_width=9 * MM,
    pedicle_height=14 * MM,
)  # fmt: skip
CENTRE = np.array([16 * MM, 4 * MM, 0.0])
"""Of the cavity and of what is heated: the middle of the body, on the side of the access."""
CAVITY = 9 * MM
"""Radius of the cavity [m]."""
EPIDURAL = np.array([-1 * MM, 0.0, 0.0])
"""In the fat between wall and dural sac, in the midline."""
FORAMEN = np.array([-5 * MM, 16 * MM, -6.5 * MM])
"""Below the pedicle on the side of the access, as the landmark of the parametric L2."""
START = 37.0
_TOWARDS_PEDICLE = np.array([-21.0, 12.0, 7.0])
_TOWARDS_PEDICLE = _TOWARDS_PEDICLE / np.linalg.norm(_TOWARDS_PEDICLE)


@dataclass(frozen=True)
class Device:
    """What is known and assumed of a device.

    Attributes
    ----------
    name : str
        As in ``reference.csv``.
    length : float [m]
        Of the electrode or, for a ball, its diameter.
    ball : bool
        An array that heats a ball, not a line.
    duration, shortest, longest : float [s]
        Of the treatment: assumptions.
    """

    name: str
    length: float
    ball: bool
    duration: float
    shortest: float
    longest: float


DEVICES = (
    Device("RFA 10 mm", 10 * MM, False, 600.0, 300.0, 900.0),
    Device("RFA 20 mm", 20 * MM, True, 600.0, 300.0, 900.0),
    Device("coblation", 10 * MM, False, 180.0, 60.0, 300.0),
)
SENSOR = 10 * MM
"""From the middle of what is heated to the thermocouple in the body [m]: an assumption."""
SENSOR_SPREAD = 3 * MM


def electrode_density(r: Floats, z: Floats, length: float) -> Floats:
    """Heat of the current from a straight electrode in a homogeneous conductor, relative.

    The potential is ln((s + L) / (s - L)), s the sum of the distances to the ends: the electrode
    is the thin prolate spheroid between them. The density is the square of its gradient.

    Parameters
    ----------
    r, z : (n,) arrays [m]
        Cylindrical coordinates, z from the middle of the electrode.
    length : float [m]

    Returns
    -------
    (n,) array [1/m2]
    """
    half = 0.5 * length
    one, two = np.hypot(r, z - half), np.hypot(r, z + half)
    s = one + two
    radial = r / one + r / two
    axial = (z - half) / one + (z + half) / two
    slope = 2.0 * length / (s * s - length * length)
    return np.asarray(slope * slope * (radial * radial + axial * axial))


def source(device: Device) -> SarMap:
    """Power density of a device per watt, z = 0 in the middle of what it heats.

    A line electrode 1.6 mm thick; an array as a Gaussian ball with 95 % of its power within its
    diameter. The truth lies between a shell at the tines' tips and that ball.
    """
    r = np.concatenate([np.linspace(0.0, 4.0, 9), np.linspace(5.0, 20.0, 16)]) * MM
    z = np.linspace(-24.0, 24.0, 49) * MM
    rr, zz = np.meshgrid(np.maximum(r, 0.8 * MM), z, indexing="ij")
    if device.ball:
        spread = 0.5 * device.length / 2.795
        q = np.exp(-0.5 * (np.meshgrid(r, z, indexing="ij")[0] ** 2 + zz**2) / spread**2)
    else:
        q = electrode_density(rr, zz, device.length)
    shape = SarMap(r, z, q, name=device.name)
    return SarMap(r, z, q / shape.total, name=device.name)


@cache
def lumbar_mesh(finest: float, growth: float) -> TetMesh:
    """The vertebra, fine around the electrode and at the wall; sizes as in :func:`mesh`."""
    track = (CENTRE - 5 * MM * _TOWARDS_PEDICLE, CENTRE + 5 * MM * _TOWARDS_PEDICLE)
    return mesh(
        LUMBAR, track, finest, wall=finest, growth=growth, half=(48 * MM, 40 * MM, 40 * MM),
        cavity=(CENTRE, CAVITY),
    )  # fmt: skip


def cadaver(made: TetMesh) -> Case:
    """The specimen at 37 degC, no perfusion."""
    return specimen(made, "cadaver", START, {"epidural": EPIDURAL, "foramen": FORAMEN})


def treatment(case: Case, device: Device) -> Plan:
    """One watt, so that nothing boils; thermocouples in body, epidural space and foramen.

    Parameters
    ----------
    case : Case
    device : Device

    Returns
    -------
    Plan
    """
    antenna = Antenna(device.name, source(device), outer_diameter=0.2 * MM)
    body = CENTRE + np.array([0.0, -SENSOR, 0.0])
    protocol = Protocol.pulsed(power=1.0, on=device.duration, cooldown=0.0)
    for name, at in (("body", tuple(body)), ("epidural", "landmark:epidural"),
                     ("foramen", "landmark:foramen")):  # fmt: skip
        protocol = protocol.watching(name, at=at, sample_every=20.0, time_constant=0.01)
    return Plan(
        case=case, antenna=antenna, pose=Pose(tip=CENTRE, axis=_TOWARDS_PEDICLE),
        protocol=protocol, solver={"save_every": 900.0, "max_step": 20.0},
    )  # fmt: skip


def rise(result: Result, place: str) -> float:
    """Kelvin by which a place is warmer at the end of the treatment."""
    trace = result.traces[place]
    return float(trace.tissue[-1] - trace.tissue[0])
