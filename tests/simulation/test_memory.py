"""Memory grows by a bounded number of bytes for each tetrahedron: counted, not timed.

Arrays are counted, also those of compiled kernels.  Two meshes give the growth, so that what does
not depend on the mesh drops out.  Two million tetrahedra in 4 GB would allow 2000 bytes each.
"""

import tracemalloc

import numpy as np
import pytest

from benchmarks.performance.large_mesh import block
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.build import build
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.simulation import simulate

SIZES = (16, 23)
TISSUES = {1: "muscle", 2: "bone_cancellous", 3: "csf", 4: "metastasis_lytic"}


def _plan(n):
    case = Case.from_mesh(TetMesh(*block(n)), TISSUES, names={4: "tumour"}, name="block")
    return Plan(
        case=case,
        antenna=Antenna.from_library("slot-1.6mm").changed(model="line"),
        pose=Pose(tip=np.array([1e-4, 0.006, -0.011]), axis=np.array([0.0, 0.0, 1.0])),
        protocol=Protocol.pulsed(power=40, on=1, off=0, cycles=1, cooldown=1),
        solver={"save_every": 1.0},
    )


def _growth(work, sizes=SIZES):
    """Bytes of the peak for each tetrahedron; `work` gets the number of cubes along an edge."""
    peaks = []
    work(3)  # what is imported, compiled and tabulated once
    for n in sizes:
        tracemalloc.start()
        work(n)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (6 * (sizes[1] ** 3 - sizes[0] ** 3))


@pytest.mark.parametrize(
    ("phase", "most"),
    [("mesh", 140), ("set-up", 300), ("run", 300)],
)
def test_bytes_for_each_tetrahedron(phase, most, tmp_path):
    arrays = {n: block(n) for n in (3, *SIZES)}
    plans = {} if phase == "mesh" else {n: _plan(n) for n in arrays}

    def work(n):
        if phase == "mesh":
            mesh = TetMesh(*arrays[n])
            assert mesh.volumes.min() > 0.0
            assert len(mesh.boundary_faces) == 12 * n * n
        elif phase == "set-up":
            build(plans[n])
        else:
            result = simulate(plans[n], to=tmp_path / str(n), overwrite=True)
            assert result.zone("temperature>=38").volume_ml >= 0.0

    assert _growth(work) < most
