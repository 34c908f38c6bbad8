"""First-order answers of the field to a change of the tissue, against solutions."""

import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.coupling.rings import Dielectrics, Rings
from mwa_sim.antenna.coupling.watch import FieldWatch
from mwa_sim.antenna.field.polynomials import TissueTriangles
from mwa_sim.antenna.field.problem import field_solver
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.mesh.probe import Locator
from tests.antenna.boxes import box, graded

T = -50.0 + 0.25 * np.arange(1600)
FALLING = 1.0 - 0.004 * (T - 37.0)
LIVER = (43.0, 1.69)


class World:
    """The slot antenna in a large block of one tissue whose properties fall by 0.4 %/K."""

    def __init__(self):
        epsilon = complex_permittivity(*LIVER, 2.45e9)
        self.mesh = box(*[graded(0.04, 21, 1.3)] * 3)
        self.pose = Pose(tip=np.array([0.0, 0.0, -0.01]), axis=np.array([0.0, 0.0, 1.0]))
        section = Antenna.from_library("slot-1.6mm").section
        self.solver = field_solver(section, 2.45e9, epsilon, extent=30e-3)
        self.triangles = TissueTriangles(self.solver)
        self.rings = Rings(
            self.mesh, Locator(self.mesh), self.pose, self.triangles.r, self.triangles.z
        )
        table = FALLING[None]
        self.properties = Dielectrics(
            np.array([LIVER[0]]), np.array([LIVER[1]]), table, table, -50.0, 0.25, 2.45e9
        )
        self.watch = FieldWatch(self.rings, self.properties)
        self.cold = np.full(self.mesh.n_nodes, 37.0)
        self.solution = self.solve(self.cold)
        self.watch.mark(self.solution, self.samples(self.cold))

    def samples(self, temperature):
        return self.rings.permittivity(self.properties, temperature)

    def solve(self, temperature):
        return self.solver.solve(self.triangles.at_points(self.samples(temperature)))

    def heated(self, by):
        r, z = self.pose.local(self.mesh.nodes)
        return 37.0 + by * np.exp(-((r / 6e-3) ** 2) - ((z - 8e-3) / 12e-3) ** 2)


@pytest.fixture(scope="module")
def world():
    return World()


def test_unchanged_tissue_gives_nothing(world):
    assert world.watch.since_mark(world.cold) == (0.0, 0.0)


@pytest.mark.parametrize("by", [1.0, -1.0])
def test_a_small_change_shifts_the_reflection_as_a_solution_says(world, by):
    hot = world.heated(by)
    found, shift = world.watch.since_mark(hot)
    exact = world.solve(hot).reflection - world.solution.reflection
    assert abs(shift - exact) < 0.03 * abs(exact)
    # 0.4 %/K, weighted by the power, most of which is absorbed beyond the warm core.
    assert 0.1 * 0.004 < found < 0.004


def test_a_large_change_is_still_foreseen_to_second_order(world):
    errors = []
    for by in (10.0, 40.0):
        hot = world.heated(by)
        exact = world.solve(hot).reflection - world.solution.reflection
        errors.append(abs(world.watch.since_mark(hot)[1] - exact) / abs(exact))
    assert errors[0] < 0.06
    assert errors[1] < 0.2


def test_the_change_is_the_mean_of_the_relative_change(world):
    assert world.watch.since_mark(np.full(world.mesh.n_nodes, 57.0))[0] == pytest.approx(0.08)
