"""An antenna in a block of one tissue: zones, power and temperatures at chosen times.

What the validation benchmarks share; nothing here is a benchmark by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.simulation import Simulation
from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.properties import Tissue

CRITERIA = ("damage>=1", "cem43>=240", "temperature>=60")
DISTANCES = (5e-3, 10e-3, 15e-3)
"""From the axis of the antenna, at the level where temperatures are reported [m]."""

_DEPTH = {3e-3: 3, 1.5e-3: 4, 0.75e-3: 5, 0.375e-3: 6}


@dataclass(frozen=True)
class Setting:
    """A tissue, its temperature at the start and the temperature far away [degC]."""

    title: str
    tissue: str | Tissue
    temperature: float

    @property
    def medium(self) -> Tissue:
        """The tissue itself."""
        return load_tissue(self.tissue) if isinstance(self.tissue, str) else self.tissue


@dataclass(frozen=True)
class Size:
    """A zone [mm]: principal extents, and extents along and across the antenna."""

    mean_diameter: float
    equivalent_diameter: float
    long_axis: float
    short_axis: float
    length: float
    width: float
    above: float
    """How far it reaches towards the hub, from the tip of the antenna."""

    @property
    def aspect_ratio(self) -> float:
        """Width over length along the shaft; 1 for a sphere."""
        return self.width / self.length


@dataclass(frozen=True)
class Instant:
    """State of a run at one time."""

    time: float
    zones: dict[str, Size]
    generator_J: float  # noqa: N815  unit
    tissue_J: float  # noqa: N815  unit
    absorbed_share: float
    """Of the power at the feed, at the last solution; nan for a closed form."""
    s11_dB: float  # noqa: N815  unit
    solutions: int
    temperatures: dict[str, float]
    hottest: float

    @property
    def mean_power(self) -> float:
        """Into the tissue, since the start [W]."""
        return self.tissue_J / self.time


@dataclass(frozen=True)
class Run:
    """A run with its instants and what it cost."""

    antenna: str
    model: str
    tissue: str
    instants: dict[int, Instant]
    setup_s: float
    stepping_s: float
    steps: int
    balance_error: float
    field_balance_error: float

    def described(self) -> dict[str, Any]:
        """As JSON-able data."""
        return asdict(self)


def block(
    finest: float, centre: float = 11e-3, reach: float = 11e-3, coarsening: float = 0.2
) -> TetMesh:
    """A 96 mm cube with the tip of an antenna at the origin and its shaft along +z.

    Parameters
    ----------
    finest : float [m]
        Edge length around the radiating part: 3, 1.5, 0.75 or 0.375 mm; further away a share of
        the distance.
    centre, reach : float [m]
        Middle and half length of that part.
    coarsening : float [-]
        That share. 0.4 has a quarter of the elements of 0.2 and zones within half a millimetre:
        for the many runs of a band.
    """

    def sizing(points: np.ndarray) -> np.ndarray:
        along = np.maximum(np.abs(points[:, 2] - centre) - reach, 0.0)
        distance = np.hypot(np.hypot(points[:, 0], points[:, 1]), along)
        return np.maximum(finest, coarsening * distance)

    half = np.array([0.048, 0.048, 0.048])
    middle = np.array([0.0, 0.0, centre])
    domain = Domain([], 1, middle - half, middle + half, sizing, finest, _DEPTH[finest])
    return generate(domain, improve=False)


def plan_in_block(
    mesh: TetMesh, setting: Setting, antenna: Antenna, power: float, duration: float, **more: Any
) -> Plan:
    """Continuous power [W] at the generator for a duration [s], no cooldown."""
    case = Case.from_mesh(
        mesh,
        {1: setting.medium},
        name=setting.medium.name,
        boundary=Boundary("temperature", setting.temperature),
        initial_temperature=setting.temperature,
    )
    protocol = Protocol(
        pulses=[{"power": power, "on": duration, "off": 0.0}], cooldown={"duration": 0.0}
    )
    pose = Pose(tip=np.zeros(3), axis=np.array([0.0, 0.0, 1.0]))
    given = {"solver": {"save_every": 5.0}, **more}
    return Plan(case=case, antenna=antenna, pose=pose, protocol=protocol, **given)


def march(
    plan: Plan,
    times: Sequence[int],
    *,
    level: float = 0.0,
    criteria: Sequence[str] = CRITERIA,
    distances: Sequence[float] = DISTANCES,
) -> Run:
    """Run a plan in a block and note its state at some times.

    Parameters
    ----------
    plan : Plan
        Made by :func:`plan_in_block`; ``save_every`` must divide the times.
    times : sequence of int [s]
    level : float [m]
        z at which the temperatures at `distances` from the axis are read (mean of +x and +y).
    """
    simulation = Simulation(plan)
    setup = simulation.setup
    probe = Locator(setup.mesh).matrix(
        np.array([[r * (k == 0), r * (k == 1), level] for r in distances for k in (0, 1)])
    )
    instants: dict[int, Instant] = {}
    for progress in simulation.steps():
        second = round(progress.time)
        if second not in times or abs(progress.time - second) > 1e-6:
            continue
        result = simulation.result()
        history = result.antennas[0]["field"]
        read = (probe @ progress.temperature).reshape(-1, 2).mean(axis=1)
        instants[second] = Instant(
            time=progress.time,
            zones={text: _size(result.zone(text)) for text in criteria},
            generator_J=result.energy["generator_J"],
            tissue_J=result.energy["tissue_J"],
            absorbed_share=history["absorbed_fraction"][-1] if history else float("nan"),
            s11_dB=history["s11_dB"][-1] if history else float("nan"),
            solutions=len(history["t_s"]) if history else 0,
            temperatures={
                f"{1e3 * r:g} mm": float(t) for r, t in zip(distances, read, strict=True)
            },
            hottest=progress.hottest,
        )
    result = simulation.result()
    history = result.antennas[0]["field"]
    return Run(
        antenna=plan.antenna.name,
        model=plan.antenna.model,
        tissue=plan.case.name,
        instants=instants,
        setup_s=result.timing["setup_s"],
        stepping_s=result.timing["stepping_s"],
        steps=int(result.timing["steps"]),
        balance_error=result.energy["balance_error"],
        field_balance_error=history["balance_error"] if history else 0.0,
    )


def _size(zone: Any) -> Size:
    nothing = Size(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if zone.is_empty:
        return nothing
    points = 1e3 * zone.surface.points
    low, high = points.min(axis=0), points.max(axis=0)
    extent = high - low
    return replace(
        nothing,
        mean_diameter=zone.mean_diameter_mm,
        equivalent_diameter=zone.equivalent_diameter_mm,
        long_axis=zone.long_axis_mm,
        short_axis=zone.short_axis_mm,
        length=float(extent[2]),
        width=float(extent[:2].mean()),
        above=float(high[2]),
    )
