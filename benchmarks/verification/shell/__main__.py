"""How must the cortical shell of a vertebral body be represented?  A wall 0.4 mm thick, four ways.

Run:  python -m benchmarks.verification.shell [--quick]

A flat posterior wall between cancellous bone and epidural fat, a dural sac 2 mm behind it, and an
antenna parallel to the wall (40 W at the generator, closed form). The shell of 0.4 mm of cortical
bone is (a) resolved by elements of 0.15 mm, (b) a layer of elements of a mixture that holds as much
cortical bone, (c) left out, (d) a layer of solid cortical bone 1.2 mm thick, which is what a
clinical CT seems to show. Compared: temperatures at the wall, 1 mm behind it and on the dura, and
the zone.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

import mwa_sim as mwa
from mwa_sim.mesh.mesher import Domain, Layer, generate
from mwa_sim.tissue import tissue_from_table

MM = 1e-3
SHELL = 0.4 * MM
"""True thickness of the cortex."""
LAYER = 1.2 * MM
"""Thickness of the layer of elements that stands for it."""
CANCELLOUS, CORTEX, FAT, SAC = 1, 2, 3, 4
NAMES = {CANCELLOUS: "cancellous", CORTEX: "cortex", FAT: "epidural_fat", SAC: "csf"}
HALF = np.array([24.0, 24.0, 24.0]) * MM
DEPTHS = {"wall": 0.0, "1 mm behind": 1.0 * MM, "dura (2 mm)": 2.0 * MM}


@dataclass(frozen=True)
class Outcome:
    """Peaks [degC] by place, zone [ml], and size of the problem."""

    peaks: dict[str, float]
    zone_ml: float
    nodes: int
    steps: int


def body(points: np.ndarray) -> np.ndarray:
    """Cancellous bone with its shell: everything in front of the wall."""
    return points[:, 0]


def core(points: np.ndarray) -> np.ndarray:
    """The same without the shell."""
    return points[:, 0] + SHELL


def epidural(points: np.ndarray) -> np.ndarray:
    """Two millimetres of fat behind the wall."""
    return points[:, 0] - 2.0 * MM


def mesh_of(way: str, size: float) -> mwa.TetMesh:
    """The wall in one of the four ways, with elements of about ``size`` [m] near it."""
    resolved = way == "resolved"
    levels = [(CANCELLOUS, core), (CORTEX, body)] if resolved else [(CANCELLOUS, body)]
    fine = 0.15 * MM if resolved else size

    def sizing(points: np.ndarray) -> np.ndarray:
        across = np.hypot(points[:, 1], points[:, 2])
        # The shell is resolved where the wall gets warm; farther out it makes no difference.
        at_wall = fine + 0.12 * np.maximum(across - 11.0 * MM, 0.0)
        wall = at_wall + 0.5 * np.maximum(np.abs(points[:, 0] + SHELL / 2.0) - 0.3 * MM, 0.0)
        antenna = 0.6 * MM + 0.5 * np.maximum(np.hypot(points[:, 0] + DISTANCE, points[:, 2]), 0.0)
        return np.minimum(np.minimum(wall, antenna), 3.0 * MM)

    layers = () if way in ("resolved", "left out") else (Layer(CORTEX, CANCELLOUS, LAYER),)
    low = np.array([-HALF[0], -HALF[1], -HALF[2]])
    depth = 4 if resolved else 2
    finest = fine if resolved else min(size, 0.6 * MM)
    return generate(
        Domain([*levels, (FAT, epidural)], SAC, low, HALF, sizing, finest, depth, layers)
    )


def simulated(way: str, size: float, duration: float) -> Outcome:
    """Heat the wall and read the peaks."""
    mesh = mesh_of(way, size)
    tissues = {CANCELLOUS: "bone_cancellous", FAT: "epidural_fat", SAC: "csf"}
    if way in ("resolved", "solid"):
        tissues[CORTEX] = "bone_cortical"
    elif way == "mixture":
        area = (2.0 * HALF[1]) * (2.0 * HALF[2])
        share = SHELL * area / mesh.region_volume(CORTEX)
        table = {"mixture": {"bone_cortical": share, "bone_cancellous": 1.0 - share}}
        tissues[CORTEX] = tissue_from_table("shell", table)
    case = mwa.Case.from_mesh(mesh, tissues, names=NAMES, name=way)
    middle = np.array([-DISTANCE, 0.0, 0.0])
    along = np.array([0.0, 1.0, 0.0])
    pose = mwa.Pose.between(entry=middle + 40.0 * MM * along, tip=middle - 11.0 * MM * along)
    protocol = mwa.Protocol.pulsed(power=40, on=duration, cooldown=20)
    for name, x in DEPTHS.items():
        protocol = protocol.watching(name, at=[x, 0.0, 0.0])
    antenna = mwa.Antenna.from_library("slot-1.6mm").changed(model="line")
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)
    result = mwa.simulate(plan)
    zone = result.zone("cem43>=240")
    peaks = {name: result.traces[name].peak_tissue for name in DEPTHS}
    return Outcome(peaks, zone.volume_ml, mesh.n_nodes, result.timing["steps"])


DISTANCE = 10.0 * MM
"""From the axis of the antenna to the wall."""


def main() -> None:
    """Print one row a representation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="30 s of power instead of 120 s")
    options = parser.parse_args()
    duration = 30.0 if options.quick else 120.0
    ways = (
        ("resolved", 0.0),
        ("mixture", 0.6 * MM),
        ("mixture", 1.2 * MM),
        ("left out", 0.6 * MM),
        ("left out", 1.2 * MM),
        ("solid", 1.2 * MM),
    )
    head = "  ".join(f"{name:>12s}" for name in DEPTHS)
    print(f"{'shell':10s} {'elements':>9s} {'nodes':>8s} {'steps':>6s}  {head}  {'zone':>9s}")
    for way, size in ways:
        found = simulated(way, size, duration)
        peaks = "  ".join(f"{value:7.2f} degC" for value in found.peaks.values())
        fine = 0.15 if way == "resolved" else 1e3 * size
        print(
            f"{way:10s} {fine:6.2f} mm {found.nodes:8d} {found.steps:6d}  {peaks}  "
            f"{found.zone_ml:6.2f} ml",
            flush=True,
        )


if __name__ == "__main__":
    main()
