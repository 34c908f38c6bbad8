"""The 3 cm benchmark runs, and its zones behave as zones must; no size is asserted."""

import numpy as np

from benchmarks.validation.three_cm.case import CRITERIA, MINUTES, SETTINGS, block, run
from mwa_sim.antenna.antenna import Antenna


def test_zones_grow_with_time_and_shrink_with_the_strictness_of_the_criterion():
    antenna = Antenna.from_library("slot-1.6mm")
    mesh = block(3e-3, 0.5 * (antenna.sar.start + antenna.sar.end))
    zones = run(SETTINGS[1], mesh, antenna)
    assert tuple(zones) == MINUTES
    for criterion in CRITERIA:
        sizes = [zones[m][criterion]["mean_diameter_mm"] for m in MINUTES]
        assert np.all(np.diff(sizes) > 0.0)
        assert sizes[0] > 0.0
    for found in zones.values():
        assert (
            found["temperature>=60"]["mean_diameter_mm"]
            < found["temperature>=50"]["mean_diameter_mm"]
        )
