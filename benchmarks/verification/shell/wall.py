"""A flat posterior wall with its cortical shell in one of four ways, and its heating."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

import mwa_sim as mwa
from mwa_sim.mesh.mesher import Domain, Layer, generate
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.tissue import tissue_from_table

MM = 1e-3
SHELL = 0.4 * MM
"""True thickness of the cortex."""
LAYER = 1.2 * MM
"""Thickness of the layer of elements that stands for it."""
CANCELLOUS, CORTEX, FAT, SAC = 1, 2, 3, 4
NAMES = {CANCELLOUS: "cancellous", CORTEX: "cortex", FAT: "epidural_fat", SAC: "csf"}
DEPTHS = {"wall": 0.0, "1 mm behind": 1.0 * MM, "dura (2 mm)": 2.0 * MM}


@dataclass(frozen=True)
class Scene:
    """What is heated and how long.

    Attributes
    ----------
    half : float [m]
        Half the edge of the cube.
    distance : float [m]
        From the axis of the antenna to the wall.
    reach : float [m]
        A resolved shell has fine elements this far from the middle of the wall.
    duration : float [s]
        Of the power, 40 W.
    """

    half: float = 24.0 * MM
    distance: float = 10.0 * MM
    reach: float = 11.0 * MM
    duration: float = 120.0


SCENE = Scene()
"""That of the table in the README."""


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


def mesh_of(way: str, size: float, scene: Scene) -> TetMesh:
    """The wall in one of the four ways, with elements of about ``size`` [m] near it."""
    resolved = way == "resolved"
    levels = [(CANCELLOUS, core), (CORTEX, body)] if resolved else [(CANCELLOUS, body)]
    fine = 0.15 * MM if resolved else size

    def sizing(points: np.ndarray) -> np.ndarray:
        across = np.hypot(points[:, 1], points[:, 2])
        # The shell is resolved where the wall gets warm; farther out it makes no difference.
        at_wall = fine + 0.12 * np.maximum(across - scene.reach, 0.0)
        wall = at_wall + 0.5 * np.maximum(np.abs(points[:, 0] + SHELL / 2.0) - 0.3 * MM, 0.0)
        antenna = 0.6 * MM + 0.5 * np.maximum(
            np.hypot(points[:, 0] + scene.distance, points[:, 2]), 0.0
        )
        return np.minimum(np.minimum(wall, antenna), 3.0 * MM)

    layers = () if way in ("resolved", "left out") else (Layer(CORTEX, CANCELLOUS, LAYER),)
    high = np.full(3, scene.half)
    depth = 4 if resolved else 2
    finest = fine if resolved else min(size, 0.6 * MM)
    return generate(
        Domain([*levels, (FAT, epidural)], SAC, -high, high, sizing, finest, depth, layers)
    )


def layered(scene: Scene, across: float = 0.1 * MM, along: float = 0.6 * MM) -> TetMesh:
    """The wall with its shell resolved, by boxes of six tetrahedra each.

    A resolved shell for little: elements are flat at the wall.

    Parameters
    ----------
    scene : Scene
    across, along : float [m]
        Thickness of the elements in the shell, and their size at the antenna.
    """
    half, far = scene.half, 3.0 * MM
    x = _graded([-half, -scene.distance, -SHELL, 0.0, 2.0 * MM, half], [far, along, across, across,
                2.0 * across, far])  # fmt: skip
    y = _graded([-half, -8.0 * MM, 12.0 * MM, half], [far, along, along, far])
    z = _graded([-half, 0.0, half], [far, along, far])
    nodes = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(nodes)).reshape(len(x), len(y), len(z))
    tets = []
    for order in permutations(range(3)):
        corner = np.zeros(3, dtype=int)
        corners = [corner.copy()]
        for axis in order:
            corner[axis] = 1
            corners.append(corner.copy())
        parts = [
            number[i : len(x) - 1 + i, j : len(y) - 1 + j, k : len(z) - 1 + k].ravel()
            for i, j, k in corners
        ]
        odd = order in ((0, 2, 1), (1, 0, 2), (2, 1, 0))
        tets.append(np.column_stack([parts[k] for k in ((0, 2, 1, 3) if odd else range(4))]))
    elements = np.concatenate(tets)
    middle = nodes[elements, 0].mean(axis=1)
    regions = np.select(
        [middle < -SHELL, middle < 0.0, middle < 2.0 * MM], [CANCELLOUS, CORTEX, FAT], SAC
    )
    return TetMesh(nodes, elements, regions)


def _graded(places: list[float], sizes: list[float]) -> np.ndarray:
    """Coordinates through all places, with about these spacings there and linear in between."""
    found = [places[0]]
    for a, b, s, t in zip(places[:-1], places[1:], sizes[:-1], sizes[1:], strict=True):
        # The number of steps is the integral of one over the spacing.
        ends = np.linspace(0.0, 1.0, 401)
        counted = np.concatenate([[0.0], np.cumsum((b - a) / 400.0 / (
            s + (t - s) * 0.5 * (ends[1:] + ends[:-1])))])  # fmt: skip
        n = max(1, round(float(counted[-1])))
        found += list(np.interp(np.arange(1, n + 1) * counted[-1] / n, counted, a + (b - a) * ends))
    return np.array(found)


def simulated(way: str, size: float, scene: Scene = SCENE, mesh: TetMesh | None = None) -> Outcome:
    """Heat the wall and read the peaks; on a mesh of one's own if there is one."""
    if mesh is None:
        mesh = mesh_of(way, size, scene)
    tissues = {CANCELLOUS: "bone_cancellous", FAT: "epidural_fat", SAC: "csf"}
    if way in ("resolved", "solid"):
        tissues[CORTEX] = "bone_cortical"
    elif way == "left out" and CORTEX in mesh.labels:
        tissues[CORTEX] = "bone_cancellous"
    elif way == "mixture":
        area = (2.0 * scene.half) ** 2
        share = SHELL * area / mesh.region_volume(CORTEX)
        table = {"mixture": {"bone_cortical": share, "bone_cancellous": 1.0 - share}}
        tissues[CORTEX] = tissue_from_table("shell", table)
    case = mwa.Case.from_mesh(mesh, tissues, names=NAMES, name=way)
    middle = np.array([-scene.distance, 0.0, 0.0])
    along = np.array([0.0, 1.0, 0.0])
    pose = mwa.Pose.between(entry=middle + 40.0 * MM * along, tip=middle - 11.0 * MM * along)
    protocol = mwa.Protocol.pulsed(power=40, on=scene.duration, cooldown=20)
    for name, x in DEPTHS.items():
        protocol = protocol.watching(name, at=[x, 0.0, 0.0])
    antenna = mwa.Antenna.from_library("slot-1.6mm").changed(model="line")
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)
    result = mwa.simulate(plan)
    zone = result.zone("cem43>=240")
    peaks = {name: result.traces[name].peak_tissue for name in DEPTHS}
    return Outcome(peaks, zone.volume_ml, mesh.n_nodes, result.timing["steps"])
