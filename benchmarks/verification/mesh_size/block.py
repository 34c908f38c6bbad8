"""A round tumour before a flat posterior wall, meshed like the cases are but within a second."""

from __future__ import annotations

import numpy as np

import mwa_sim as mwa
from mwa_sim.anatomy.sizes import Sizes
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.tetmesh import TetMesh

MM = 1e-3
TUMOUR, BONE, FAT = 1, 2, 3
TISSUES = {TUMOUR: "metastasis_lytic", BONE: "bone_cancellous", FAT: "epidural_fat"}
NAMES = {TUMOUR: "tumour", BONE: "cancellous", FAT: "epidural_fat"}
RADIUS, WALL = 9.0 * MM, 11.0 * MM
"""Of the tumour around the origin; distance of the wall from it [m]."""
HALF = 19.2 * MM
TIP = 11.0 * MM


def mesh_of(factor: float) -> TetMesh:
    """The block with the default sizes times a factor."""
    sizes = Sizes()

    def tumour(points: np.ndarray) -> np.ndarray:
        return np.asarray(np.linalg.norm(points, axis=1) - RADIUS)

    def body(points: np.ndarray) -> np.ndarray:
        return np.asarray(points[:, 0] - WALL)

    def sizing(points: np.ndarray) -> np.ndarray:
        beyond = np.maximum(-TIP - points[:, 1], 0.0) + np.maximum(points[:, 1] - 14.0 * MM, 0.0)
        antenna = np.hypot(np.hypot(points[:, 0], points[:, 2]), beyond)
        surface = np.minimum(np.abs(tumour(points)), np.abs(body(points)))
        wanted = np.minimum(
            sizes.antenna + sizes.growth * np.maximum(antenna - 1.0 * MM, 0.0) / factor,
            sizes.tumour + sizes.growth * surface / factor,
        )
        return np.asarray(factor * np.minimum(wanted, 2.0 * sizes.interface))

    low = np.full(3, -HALF)
    levels = [(TUMOUR, tumour), (BONE, body)]
    return generate(Domain(levels, FAT, low, -low, sizing, factor * sizes.antenna, 3))


def refined(mesh: TetMesh) -> TetMesh:
    """Every tetrahedron divided into eight, regions and surfaces as they were."""
    import skfem

    finer = skfem.MeshTet(mesh.nodes.T.copy(), mesh.tets.T.astype(np.int64).copy()).refined(1)
    nodes, tets = np.ascontiguousarray(finer.p.T), np.ascontiguousarray(finer.t.T)
    edges = nodes[tets[:, 1:]] - nodes[tets[:, :1]]
    turned = np.linalg.det(edges) < 0.0
    tets[turned] = tets[turned][:, [0, 2, 1, 3]]
    parents, _ = Locator(mesh).locate(nodes[tets].mean(axis=1))
    return TetMesh(nodes, tets, mesh.regions[parents])


def treat(mesh: TetMesh, duration: float = 40.0) -> dict[str, float]:
    """Heat the block with 40 W and read it at the end of the power.

    Parameters
    ----------
    mesh : TetMesh
    duration : float [s]

    Returns
    -------
    dict
        ``nodes``; ``zone`` [ml]; ``tumour`` and ``wall`` [degC], means over the tumour and over a
        disc of 5 mm radius of the wall; ``balance_error``.
    """
    case = mwa.Case.from_mesh(mesh, TISSUES, names=NAMES, name="block")
    axis = np.array([0.0, 1.0, 0.0])
    plan = mwa.Plan(
        case=case,
        antenna=mwa.Antenna.from_library("slot-1.6mm").changed(model="line"),
        pose=mwa.Pose(tip=-TIP * axis, axis=axis),
        protocol=mwa.Protocol.pulsed(power=40, on=duration, cooldown=1),
        solver={"save_every": duration},
    )
    result = mwa.simulate(plan)
    final = np.asarray(result.frames)[1].astype(np.float64)
    inside = mesh.regions == TUMOUR
    mean = final[mesh.tets[inside]].mean(axis=1)
    radius, angle = np.meshgrid(5.0 * MM * np.sqrt((np.arange(8) + 0.5) / 8.0),
                                2.0 * np.pi * np.arange(24) / 24.0)  # fmt: skip
    disc = np.column_stack([np.full(radius.size, WALL), (radius * np.cos(angle)).ravel(),
                            (radius * np.sin(angle)).ravel()])  # fmt: skip
    return {
        "nodes": float(mesh.n_nodes),
        "zone": result.zone("cem43>=240").volume_ml,
        "tumour": float(mean @ mesh.volumes[inside] / mesh.volumes[inside].sum()),
        "wall": float((Locator(mesh).matrix(disc) @ final).mean()),
        "balance_error": result.energy["balance_error"],
    }
