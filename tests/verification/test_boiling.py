"""Latent heat: a boiling front driven by a hot wall, against the similarity solution."""

import numpy as np
import pytest

from benchmarks.verification.blocks import block, material, model
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.exact.similarity import Profile
from benchmarks.verification.exact.stefan import StefanWall
from mwa_sim.heat.boundary import NodalBoundary
from mwa_sim.heat.step import HeatStepper
from mwa_sim.tissue.enthalpy import LATENT_HEAT, vapour_slope

WALL, START, K, RHO, C, WATER = 180.0, 60.0, 0.5, 1050.0, 3600.0, 0.75
LENGTH, TIME = 0.024, 120.0
LATENT_RATIO = WATER * LATENT_HEAT / C


@pytest.fixture(scope="module")
def profile():
    return Profile(
        initial=START,
        capacity=lambda t: RHO * C * (1.0 + LATENT_RATIO * vapour_slope(t)),
        conductivity=lambda t: K,
        wall=WALL,
        kinks=(94.0, 106.0),
    )


def bar(cells, tolerance=0.01):
    side = LENGTH / cells
    b = block((cells, 1, 1), (0.0, 0.0, 0.0), (LENGTH, side, side))
    hot = b.nodes[:, 0] == 0.0
    boundary = NodalBoundary(hot, np.zeros(len(b.nodes)), WALL)
    m = model(
        b, material(density=RHO, specific_heat=C, conductivity=K, water_fraction=WATER), boundary
    )
    stepper = HeatStepper(m, [], START, tolerance=tolerance, max_step=0.5, first_step=0.01)
    while stepper.time < TIME:
        stepper.step(TIME, ())
    axis = np.unique(b.nodes[:, 0])
    mean = np.array([stepper.temperature[b.nodes[:, 0] == x].mean() for x in axis])
    return axis, mean, stepper


def test_the_similarity_solution_contains_the_sharp_front_to_the_width_of_the_window(profile):
    medium = Medium(conductivity=K, capacity=RHO * C)
    sharp = StefanWall(WALL, 100.0, START, RHO * WATER * LATENT_HEAT, medium, medium)
    assert profile.front(100.0, TIME) == pytest.approx(sharp.front(TIME), rel=0.05)


def test_boiling_front_converges_to_the_similarity_solution(profile):
    exact_front = profile.front(100.0, TIME)
    errors, fronts = [], []
    for cells in (30, 60, 120):
        x, t, stepper = bar(cells)
        errors.append(np.sqrt(np.mean((t - profile.temperature(x, TIME)) ** 2)))
        fronts.append(abs(np.interp(-100.0, -t, x) - exact_front))
        assert stepper.energy.balance_error < 1e-3
    assert errors[2] < 0.25
    assert fronts[2] < 0.02 * exact_front
    assert np.log2(errors[0] / errors[2]) / 2 > 0.9, errors


def test_a_large_step_cannot_skip_the_latent_heat():
    """The heat taken up is the same for a loose tolerance: the enthalpy books it exactly."""
    tight = bar(60, 0.005)[2].energy
    loose = bar(60, 5.0)[2].energy
    assert loose.stored == pytest.approx(tight.stored, rel=5e-3)
    assert loose.balance_error < 5e-3
