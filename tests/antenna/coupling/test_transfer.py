"""A field of the meridian plane on the tetrahedra: every watt arrives, where it belongs."""

import numpy as np
import pytest

from mwa_sim.antenna.coupling.transfer import Transfer
from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.triangulate import triangulate
from mwa_sim.antenna.pose import Pose
from tests.antenna.boxes import box, graded

RADIUS, HALF = 0.8e-3, 0.012
SIGMA = np.array([1.5, 0.5])


def plane():
    """Triangles around a closed cylinder of the antenna's radius from z = 0 upwards."""
    body = np.array([[0.0, 0.0], [RADIUS, 0.0], [RADIUS, np.inf], [0.0, np.inf]])
    top = 0.04
    outline = np.column_stack([body[:, 0], np.minimum(body[:, 1], top)])

    def size(r, z):
        return 0.2e-3 + 0.15 * np.maximum(r - RADIUS, 0.0) + 0.0 * z

    return triangulate([outline], (0.03, -0.03, top), size)


def quadratic(values):
    """Bernstein coefficients of the linear function with the given corner values (m, 3)."""
    a, b, c = values.T
    return np.stack([a, b, c, (a + b) / 2, (b + c) / 2, (c + a) / 2], axis=1)


class World:
    def __init__(self, axis=(0.0, 0.0, 1.0)):
        self.mesh = box(*[graded(HALF, 15, 1.5)] * 3, lambda c: np.where(c[:, 1] < 0, 1, 2))
        self.pose = Pose(tip=np.zeros(3), axis=np.array(axis))
        self.plane = plane()
        tissue = np.flatnonzero(self.plane.part < 0)
        self.number = np.full(len(self.plane.triangles), -1)
        self.number[tissue] = np.arange(len(tissue))
        self.corners = self.plane.points[self.plane.triangles[tissue]]
        p = self.plane.points[self.plane.triangles]
        area = 0.5 * np.abs(
            (p[:, 1] - p[:, 0])[:, 0] * (p[:, 2] - p[:, 0])[:, 1]
            - (p[:, 1] - p[:, 0])[:, 1] * (p[:, 2] - p[:, 0])[:, 0]
        )
        # The choice of the points is made for a field that is strong beside the antenna.
        strong = 100.0 + 900.0 * np.exp(-self.corners[:, :, 0] / 2e-3)
        self.transfer = Transfer(
            self.mesh, self.mesh.tets, self.pose, Finder(self.plane.points, self.plane.triangles),
            self.number, np.sqrt(2.3 * area), self.field(strong), np.full(len(tissue), 0.75),
            RADIUS,
        )  # fmt: skip

    def field(self, e_z, e_r=None):
        zero = np.zeros_like(e_z)
        parts = (zero if e_r is None else e_r, zero, e_z, zero)
        return np.stack([quadratic(x) for x in parts], axis=2)


@pytest.fixture(scope="module")
def world():
    return World()


def test_uniform_field_heats_all_tissue_outside_the_antenna(world):
    ones = np.ones(world.corners.shape[:2])
    across, along = world.transfer.loads(world.field(2.0 * ones), SIGMA)
    assert np.all(across == 0.0)
    half = 0.5 * ((2 * HALF) ** 3 - np.pi * RADIUS**2 * HALF)
    wanted = 0.5 * SIGMA * 4.0 * half
    found = [along[world.transfer.column == k].sum() for k in range(2)]
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_loads_of_a_node_are_those_of_its_neighbourhood(world):
    ones = np.ones(world.corners.shape[:2])
    along = world.transfer.loads(world.field(ones), np.array([2.0, 2.0]))[1]
    nodal = np.bincount(world.transfer.node, along, minlength=world.mesh.n_nodes)
    share = np.zeros(world.mesh.n_nodes)
    np.add.at(share, world.mesh.tets.ravel(), np.repeat(world.mesh.volumes / 4.0, 4))
    r, z = world.pose.local(world.mesh.nodes)
    far = (r > 4e-3) | (z < -4e-3)
    np.testing.assert_allclose(nodal[far], share[far], rtol=1e-9)
    assert nodal[(r < 1e-9) & (z > 4e-3)].max() < share[(r < 1e-9) & (z > 4e-3)].max()


def test_radial_field_heats_by_its_square_and_in_its_own_column(world):
    slope = world.corners[:, :, 0]
    across, along = world.transfer.loads(world.field(np.zeros_like(slope), slope), SIGMA)
    assert np.all(along == 0.0)
    # int sigma r^2 / 2 over the cube without the cylinder.
    a = HALF
    cube = (2 * a) * (8.0 / 3.0) * a**4 / 2
    cylinder = a * np.pi * RADIUS**4 / 2 / 2
    wanted = 0.5 * SIGMA * (cube - cylinder)
    found = [across[world.transfer.column == k].sum() for k in range(2)]
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_steep_field_beside_the_antenna_is_integrated(world):
    # Within one tetrahedron of 1.5 mm it falls to a twentieth.
    d = 1e-3
    e = np.exp(-(world.corners[:, :, 0] - RADIUS) / d)
    along = world.transfer.loads(world.field(e), np.array([1.0, 1.0]))[1]

    def over_discs(inner):
        r = np.linspace(inner, HALF, 20001)
        return np.trapezoid(0.5 * np.exp(-2.0 * (r - RADIUS) / d) * 2.0 * np.pi * r, r) * HALF

    assert along.sum() == pytest.approx(over_discs(RADIUS) + over_discs(0.0), rel=0.02)


def test_loads_do_not_depend_on_the_direction_of_the_antenna():
    totals = []
    for axis in ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)):
        world = World(axis)
        e = np.exp(-world.corners[:, :, 0] / 3e-3)
        totals.append(world.transfer.loads(world.field(e), np.array([1.0, 1.0]))[1].sum())
    np.testing.assert_allclose(totals, totals[0], rtol=3e-3)


def test_entries_are_sorted_and_unique(world):
    key = world.transfer.node * 2 + world.transfer.column
    assert np.all(np.diff(key) > 0)
