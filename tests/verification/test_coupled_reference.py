"""Antenna and heat coupled: tetrahedra, rings and prediction against an axisymmetric reference.

Bone around the slot antenna dries within seconds at this power: the reflected share grows from 2 to
more than 13 % in half a minute. The reference shares no code with the coupling, see its module.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.verification.coupled import package, reference
from benchmarks.verification.coupled.heat import Plane, spaced
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.tissue import load_tissue

SLOT = Antenna.from_library("slot-1.6mm").changed(model="wave-coupled", cooling=None)
POWER, TIMES, HALF = 40.0, [10.0, 30.0], 30e-3


@pytest.fixture(scope="module")
def both():
    tissue = load_tissue("bone_cancellous")
    fine = reference.Fineness(cell=0.2e-3, step=1.0)
    exact = reference.run(SLOT, tissue, POWER, TIMES, half=HALF, fineness=fine)
    found, result = package.run(
        package.cube(0.5e-3, half=HALF), SLOT, tissue, POWER, TIMES, field_tolerance=0.03
    )
    return exact, found, result


def test_temperatures_beside_the_slot(both):
    exact, found, _ = both
    for time in TIMES:
        rise = np.array(list(exact.temperatures[time].values())) - 37.0
        error = np.array(list(found.temperatures[time].values())) - 37.0 - rise
        assert np.all(np.abs(error) < 0.03 * rise + 0.05)
    assert exact.temperatures[30.0][3e-3] > 80.0


def test_zones(both):
    exact, found, _ = both
    for limit in (50.0, 60.0, 94.0):
        assert found.volumes[30.0][limit] == pytest.approx(exact.volumes[30.0][limit], rel=0.04)


def test_reflection_follows_the_drying(both):
    exact, found, _ = both
    now = np.interp(found.solved, exact.solved, exact.absorbed)
    assert min(exact.absorbed) < 0.87 < 0.97 < max(exact.absorbed)
    np.testing.assert_allclose(found.absorbed, now, atol=0.012)
    assert found.s11_dB[0] == pytest.approx(exact.s11_dB[0], abs=0.02)


def test_energy(both):
    exact, found, result = both
    # The cube holds more of the power than the cylinder in it, from the beginning on.
    assert 1.0 < found.heat[0] / exact.heat[0] < 1.08
    kept = [history.energy / history.heat[0] for history in (exact, found)]
    assert kept[1] == pytest.approx(kept[0], rel=0.01)
    assert kept[0] < 0.95 * TIMES[-1]
    assert result.energy["balance_error"] < 1e-4


def test_the_reference_itself_conducts_and_boils_without_losing_heat():
    # A uniform source far from the sides: every cell is its own adiabatic calorimeter.
    tissue = replace(load_tissue("liver_ex_vivo"), thermal_conductivity=1e-9)
    faces = spaced(0.5e-3, 0.0, 2e-3, 0.0, 4e-3, 1.2)
    plane = Plane(faces, faces - 2e-3, tissue, 37.0, 37.0)
    capacity = tissue.density * tissue.specific_heat
    latent = tissue.density * tissue.water_fraction * 2.26e6
    for rise, expected in ((40.0, 77.0), (63.0, 100.0), (83.0, 120.0)):
        heat = capacity * rise + latent * {77.0: 0.0, 100.0: 0.5, 120.0: 1.0}[expected]
        fresh = replace(plane)
        fresh.advance(1.0, heat * fresh.volume)
        np.testing.assert_allclose(fresh.temperature, expected, atol=0.02)
        assert fresh.imbalance() < 1e-9
