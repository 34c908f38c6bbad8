"""The coupled field at the edges of what it is made for."""

import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.plan import Plan
from mwa_sim.simulation import simulate
from mwa_sim.tissue import load_tissue
from tests.antenna.boxes import box, graded

POSE = Pose(tip=np.array([0.0, 0.0, -0.011]), axis=np.array([0.0, 0.0, 1.0]))


def plan(antenna, power, on, **solver):
    x = graded(0.03, 13, 1.6)
    return Plan(
        case=Case.from_mesh(box(x, x, x), {1: load_tissue("liver_ex_vivo")}, name="block"),
        antenna=Antenna.from_library(antenna).changed(model="wave-coupled"),
        pose=POSE,
        protocol=Protocol.pulsed(power=power, on=on, cooldown=0),
        solver={"save_every": 60.0, **solver},
    )


def test_a_loose_tolerance_does_not_foresee_total_reflection():
    # First order would have |S11| grow beyond 1, and keep the antenna from heating at all.
    loose, tight = (
        simulate(plan("monopole-2.2mm", 100, 20, field_tolerance=t)) for t in (1.0, 0.05)
    )
    solved = [len(run.antenna["field"]["t_s"]) for run in (loose, tight)]
    assert 2 <= solved[0] < solved[1] / 3
    assert loose.energy["tissue_J"] == pytest.approx(tight.energy["tissue_J"], rel=0.1)
