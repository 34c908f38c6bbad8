"""The same by the package: tetrahedra, rings, prediction between the solutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.verification.coupled.reference import History
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.simulation import Simulation
from mwa_sim.tissue.properties import Tissue


def cube(
    finest: float, half: float = 48e-3, centre: float = 11e-3, growth: float = 0.25
) -> TetMesh:
    """A cube around an antenna with its tip at the origin and its shaft along +z.

    Edges of ``finest`` [m] within 1 mm of the radiating 25 mm, twice that along the shaft.
    """

    def sizing(points: np.ndarray) -> np.ndarray:
        across, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2]
        active = np.hypot(across, np.maximum(np.maximum(-2e-3 - z, z - 23e-3), 0.0)) - 1e-3
        shaft = np.hypot(across, np.maximum(-z, 0.0)) - 1e-3
        return np.minimum(
            finest + growth * np.maximum(active, 0.0), 2.0 * finest + growth * np.maximum(shaft, 0)
        )

    depth = max(0, round(np.log2(8e-3 / finest)))
    middle = np.array([0.0, 0.0, centre])
    domain = Domain([], 1, middle - half, middle + half, sizing, finest, depth)
    return generate(domain, improve=False)


def run(
    mesh: TetMesh,
    antenna: Antenna,
    tissue: Tissue,
    power: float,
    times: Sequence[float],
    *,
    start: float = 37.0,
    level: float = 5.9e-3,
    radii: Sequence[float] = (3e-3, 5e-3, 10e-3, 15e-3),
    limits: Sequence[float] = (50.0, 60.0, 94.0),
    **solver: Any,
) -> tuple[History, Any]:
    """The parameters of :func:`benchmarks.verification.coupled.reference.run`."""
    outside = Boundary("temperature", start)
    case = Case.from_mesh(
        mesh, {1: tissue}, name="cube", boundary=outside, initial_temperature=start
    )
    protocol = Protocol(pulses=[{"power": power, "on": times[-1], "off": 0.0}],
                        cooldown={"duration": 0.0})  # fmt: skip
    plan = Plan(
        case=case,
        antenna=antenna,
        pose=Pose(tip=np.zeros(3), axis=np.array([0.0, 0.0, 1.0])),
        protocol=protocol,
        solver={"save_every": float(times[0]), **solver},
    )
    simulation = Simulation(plan)
    angle = 2.0 * np.pi * np.arange(12) / 12
    places = np.array([[a * np.cos(x), a * np.sin(x), level] for a in radii for x in angle])
    probe = Locator(mesh).matrix(places)
    history = History()
    source = simulation.setup.antennas[0].source
    for progress in simulation.steps():
        history.t.append(progress.time)
        history.heat.append(power * source.delivered)
        for time in times:
            if abs(time - progress.time) < 1e-6:
                read = (probe @ progress.temperature).reshape(len(radii), -1).mean(axis=1)
                history.temperatures[time] = dict(zip(radii, map(float, read), strict=True))
                result = simulation.result()
                history.volumes[time] = {
                    limit: result.zone(f"temperature>={limit:g}").volume_ml * 1e-6
                    for limit in limits
                }
    result = simulation.result()
    history.energy = result.energy["tissue_J"]
    kept = result.antennas[0]["field"]
    if kept is not None:
        history.solved = kept["t_s"]
        history.s11_dB, history.absorbed = kept["s11_dB"], kept["absorbed_fraction"]
    return history, result
