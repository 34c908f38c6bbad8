"""How much the tissue has changed since the last solution."""

import numpy as np
import pytest

from mwa_sim.antenna.coupling.change import TissueChange
from mwa_sim.antenna.coupling.rings import Dielectrics

T = -50.0 + 0.25 * np.arange(1600)
FALLING = 1.0 - 0.005 * (T - 37.0)
STEADY = np.ones_like(T)


def watch(node, column, power, temperature):
    properties = Dielectrics(
        np.array([40.0, 10.0]), np.array([1.7, 0.0]), np.stack([FALLING, STEADY]),
        np.stack([FALLING, STEADY]), -50.0, 0.25, 2.45e9,
    )  # fmt: skip
    change = TissueChange(np.array(node), np.array(column), properties)
    change.mark(np.array(power, dtype=float), temperature)
    return change


def test_nothing_has_changed_right_after_a_solution():
    temperature = np.array([40.0, 60.0])
    assert watch([0, 1], [0, 0], [1, 1], temperature).since_mark(temperature) == 0.0


def test_change_is_the_relative_change_of_permittivity_weighted_by_power():
    change = watch([0, 1], [0, 0], [3, 1], np.array([37.0, 37.0]))
    found = change.since_mark(np.array([57.0, 77.0]))
    assert found == pytest.approx(0.75 * 0.1 + 0.25 * 0.2, rel=1e-9)


def test_tissue_that_does_not_follow_the_temperature_does_not_change():
    change = watch([0, 1], [1, 1], [1, 1], np.array([37.0, 37.0]))
    assert change.since_mark(np.array([90.0, 120.0])) == 0.0


def test_entries_with_hardly_any_power_are_not_watched():
    change = watch([0, 1], [0, 0], [1, 1e-6], np.array([37.0, 37.0]))
    assert change.since_mark(np.array([37.0, 150.0])) == 0.0
