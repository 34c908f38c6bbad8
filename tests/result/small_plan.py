"""A plan of a few seconds on a small block."""

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan


def small_plan() -> Plan:
    """A block of liver heated for 3 s and left alone for 1 s."""
    b = cube(7, 0.03)
    mesh = TetMesh(b.nodes, b.tets, [1] * len(b.tets))
    return Plan(
        case=Case.from_mesh(mesh, {1: "liver_ex_vivo"}, name="block"),
        antenna=Antenna.from_library("slot-1.6mm").changed(model="line"),
        pose=Pose.between(entry=[0.0, 0.0, 0.03], tip=[0.0, 0.0, -0.011]),
        protocol=Protocol.pulsed(power=30, on=3, off=0, cycles=1, cooldown=1).watching(
            "near", at=[0.006, 0.0, 0.0], sample_every=0.5
        ),
        solver={"save_every": 0.5},
    )
