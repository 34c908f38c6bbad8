"""A plan that runs in some hundredths of a second: a coarse block with a tumour and a cord."""

import numpy as np

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.case_parts import OrganAtRisk
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan


def small_plan() -> Plan:
    block = cube(8, 0.03)
    centres = block.nodes[block.tets].mean(axis=1)
    regions = np.where(np.linalg.norm(centres, axis=1) < 0.009, 2, 1)
    regions[centres[:, 0] < -0.02] = 3
    case = Case.from_mesh(
        TetMesh(block.nodes, block.tets, regions),
        {1: "bone_cancellous", 2: "metastasis_lytic", 3: "spinal_cord"},
        names={1: "bone", 2: "tumour", 3: "cord"},
        name="block",
        landmarks={"wall": [0.0, 0.012, 0.003]},
        organs_at_risk=[OrganAtRisk("cord", region="cord", max_temperature=42.0)],
    )
    protocol = Protocol.pulsed(power=40, on=6, off=1, cycles=1, cooldown=1).watching(
        "wall", at="landmark:wall", above=60
    )
    return Plan(
        case=case,
        antenna=Antenna.from_library("slot-1.6mm").changed(model="line"),
        pose=Pose.between(entry=[0.0, 0.0, 0.03], tip=[0.0, 0.0, -0.011]),
        protocol=protocol,
    )
