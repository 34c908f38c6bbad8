"""Makes block.vtu and gaussian.csv of this example; both are here already.

Needs: numpy and mwa_sim. Run it in this folder after changing a number below.
"""

from pathlib import Path

import numpy as np

from mwa_sim.mesh.files import write_mesh
from mwa_sim.mesh.tetmesh import TetMesh

HALF_MM = 25.0  # half the edge of the block
CELLS = 14  # along each edge
TUMOUR_MM = 8.0  # radius of the tumour in its middle
SIGMA_MM = 6.0  # width of the Gaussian
EFFICIENCY = 0.7  # power into the tissue per watt at the generator


def block() -> TetMesh:
    """A cube with a ball in the middle: label 1 muscle, label 2 tumour."""
    # Fine in the middle, coarse outside.
    t = np.linspace(-1.0, 1.0, CELLS + 1)
    axis = 1e-3 * HALF_MM * np.sign(t) * np.abs(t) ** 1.3
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    index = np.arange(len(nodes)).reshape(CELLS + 1, CELLS + 1, CELLS + 1)
    corner = {
        (i, j, k): index[i : CELLS + i, j : CELLS + j, k : CELLS + k].ravel()
        for i in (0, 1)
        for j in (0, 1)
        for k in (0, 1)
    }
    # Six tetrahedra a cell: one for each way along the edges from one corner to the opposite one.
    tets = []
    for path in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)):
        at = np.zeros(3, dtype=int)
        way = [tuple(at)]
        for direction in path:
            at[direction] = 1
            way.append(tuple(at))
        tets.append(np.stack([corner[tuple(map(int, c))] for c in way], axis=1))
        if path in ((0, 2, 1), (2, 1, 0), (1, 0, 2)):  # mirror images: turn them round
            tets[-1] = tets[-1][:, [0, 2, 1, 3]]
    all_tets = np.concatenate(tets)
    centres = nodes[all_tets].mean(axis=1)
    labels = np.where(np.linalg.norm(centres, axis=1) < 1e-3 * TUMOUR_MM, 2, 1)
    return TetMesh(nodes, all_tets, labels)


def gaussian() -> np.ndarray:
    """Rows r [mm], z [mm], q [W/m3] per watt at the generator; the tip is at z = 0."""
    r, z = np.meshgrid(np.arange(0.0, 19.0), np.arange(-18.0, 19.0), indexing="ij")
    sigma = 1e-3 * SIGMA_MM
    peak = EFFICIENCY / (2.0 * np.pi * sigma**2) ** 1.5
    q = peak * np.exp(-(r**2 + z**2) / (2.0 * SIGMA_MM**2))
    return np.stack([r.ravel(), z.ravel(), q.ravel()], axis=1)


if __name__ == "__main__":
    here = Path(__file__).parent
    write_mesh(here / "block.vtu", block())
    np.savetxt(
        here / "gaussian.csv",
        gaussian(),
        fmt=("%g", "%g", "%.6g"),
        delimiter=",",
        header="r_mm,z_mm,q_W_per_m3",
        comments="",
    )
