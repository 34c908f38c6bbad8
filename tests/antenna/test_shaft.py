import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna, Cooling
from mwa_sim.antenna.line import LineSource
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.shaft import shaft_exchange
from mwa_sim.mesh.probe import Locator

from .boxes import box, graded

COOLING = Cooling(1000.0, 25.0, 12e-3, 0.2)
ANTENNA = Antenna("cooled", LineSource(2e-3, 9e-3, 0.8e-3), cooling=COOLING)


@pytest.fixture(scope="module")
def mesh():
    g = graded(40e-3, 25, 1.8)
    return box(g, g, g)


@pytest.mark.parametrize(
    ("pose", "length"),
    [
        # From 12 mm above the tip to the top face of the box at 40 mm.
        (Pose(tip=(0, 0, -5e-3), axis=(0, 0, 1)), 33e-3),
        (Pose(tip=(1e-3, 2e-3, -5e-3), axis=(0.3, -0.2, 1.0)), None),
    ],
    ids=["upright", "turned"],
)
def test_sum_is_coefficient_times_area_inside(mesh, pose, length):
    exchange = shaft_exchange(mesh, Locator(mesh), pose, ANTENNA)
    if length is None:
        length = (40e-3 + 5e-3) / pose.axis[2] - 12e-3
    area = np.pi * 1.6e-3 * length
    assert exchange.sum() == pytest.approx(1000.0 * area, rel=2e-3)
    assert exchange.min() >= 0.0


def test_coolant_acts_along_the_shaft_only(mesh):
    pose = Pose(tip=(0, 0, -5e-3), axis=(0, 0, 1))
    exchange = shaft_exchange(mesh, Locator(mesh), pose, ANTENNA)
    r, z = pose.local(mesh.nodes)
    used = exchange > 0.0
    assert z[used].min() > 12e-3 - 4e-3
    # Linear weights reproduce first moments: the mean height is that of the cooled part.
    assert exchange @ z / exchange.sum() == pytest.approx((12e-3 + 45e-3) / 2, rel=2e-3)
    assert exchange @ mesh.nodes[:, 0] == pytest.approx(0.0, abs=1e-9)
    assert r[used].max() < 6e-3


def test_length_limits_the_cooled_part(mesh):
    pose = Pose(tip=(0, 0, -5e-3), axis=(0, 0, 1))
    short = ANTENNA.changed({"cooling.shaft_length": 10e-3})
    exchange = shaft_exchange(mesh, Locator(mesh), pose, short)
    assert exchange.sum() == pytest.approx(1000.0 * np.pi * 1.6e-3 * 10e-3, rel=1e-9)


def test_no_cooling_no_exchange(mesh):
    pose = Pose(tip=(0, 0, 0.0), axis=(0, 0, 1))
    assert not shaft_exchange(mesh, Locator(mesh), pose, ANTENNA.changed(cooling=None)).any()
    far = ANTENNA.changed({"cooling.shaft_start": 0.1})
    assert not shaft_exchange(mesh, Locator(mesh), pose, far).any()
