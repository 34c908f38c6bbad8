"""The 3 cm benchmark runs, and its zones behave as zones must; no size is asserted.

The same runs show on which side of the nominal zone the bounding sets lie when everything is
coupled: source, drying, boiling, damage and perfusion.
"""

import numpy as np
import pytest

from benchmarks.validation.three_cm import case as three_cm
from benchmarks.validation.three_cm.case import CRITERIA, MINUTES, SETTINGS, Setting, block, run
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.tissue import load_tissue


def diameters(zones, criterion):
    return np.array([zones[m][criterion]["mean_diameter_mm"] for m in MINUTES])


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


@pytest.mark.parametrize("setting", [*SETTINGS, Setting("liver in vivo", "liver", 37.0)])
def test_the_sets_bound_the_zone_of_a_whole_run(setting):
    antenna = Antenna.from_library("slot-1.6mm")
    mesh = block(3e-3, 0.5 * (antenna.sar.start + antenna.sar.end))
    small, nominal, large = (
        run(setting, mesh, antenna, name) for name in ("smaller-zone", "nominal", "larger-zone")
    )
    for criterion in CRITERIA:
        d = diameters(nominal, criterion)
        assert np.all(diameters(small, criterion) < d - 0.2)
        assert np.all(d + 0.2 < diameters(large, criterion))


def test_tissue_that_loses_its_absorption_later_has_no_larger_lethal_zone(monkeypatch):
    antenna = Antenna.from_library("slot-1.6mm")
    mesh = block(3e-3, 0.5 * (antenna.sar.start + antenna.sar.end))
    nominal = run(SETTINGS[1], mesh, antenna)

    def later(name):
        return load_tissue(name).changed(electrical_conductivity_model="lopresto_2014")

    monkeypatch.setattr(three_cm, "load_tissue", later)
    found = run(SETTINGS[1], mesh, antenna)
    for criterion in ("damage>=1", "cem43>=240"):
        assert diameters(found, criterion)[-1] < diameters(nominal, criterion)[-1]


def test_power_that_dry_tissue_leaves_counts():
    antenna = Antenna.from_library("slot-1.6mm")
    mesh = block(3e-3, 0.5 * (antenna.sar.start + antenna.sar.end))
    kept, lost = (
        run(SETTINGS[0], mesh, antenna, drying=drying) for drying in ("redistribute", "attenuate")
    )
    for criterion in CRITERIA:
        assert np.all(diameters(lost, criterion) < diameters(kept, criterion))
