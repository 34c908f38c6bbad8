"""Three-state cell death: tabulated values, an independent integrator, order, invariants."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from mwa_sim.damage import three_state
from mwa_sim.damage.three_state import INITIAL_ALIVE, three_state_fractions, three_state_step

TABLE = {
    45.0: (1e-4, 3e-4, 6e-4, 0.0033, 0.0144),
    50.0: (1e-4, 4e-4, 0.0012, 0.0111, 0.0819),
    55.0: (1e-4, 7e-4, 0.0024, 0.0429, 0.3413),
    60.0: (1e-4, 0.0011, 0.0056, 0.1571, 0.7165),
    65.0: (2e-4, 0.0020, 0.0142, 0.4181, 0.9200),
}


def reference(times: np.ndarray, temperatures: np.ndarray) -> np.ndarray:
    """Solve the ODE, written down independently, over a piecewise linear temperature."""

    def slope(t: float, y: np.ndarray) -> list[float]:
        k = 3.33e-3 * np.exp(np.interp(t, times, temperatures) / 40.5)
        a, d = y
        return [-k * (1 - a) * a + 7.77e-3 * (1 - a - d), k * (1 - a) * (1 - a - d)]

    y = np.array([0.99, 0.0])
    for start, end in pairwise(times):
        y = solve_ivp(slope, (start, end), y, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    return y


@pytest.mark.parametrize("temperature", TABLE)
@pytest.mark.parametrize("dt", [1.0, 20.0])
def test_table_of_constant_temperatures(temperature: float, dt: float) -> None:
    for duration, expected in zip(
        (60.0, 180.0, 300.0, 600.0, 900.0), TABLE[temperature], strict=True
    ):
        t = np.arange(0.0, duration + 0.5 * dt, dt)
        _, dead = three_state_fractions(t, np.full(t.size, temperature))
        assert float(dead) == pytest.approx(expected, abs=0.51e-4)


@pytest.mark.parametrize(
    "history",
    [
        ([0.0, 30.0, 90.0, 200.0], [37.0, 80.0, 95.0, 45.0]),
        ([0.0, 5.0, 20.0], [37.0, 180.0, 60.0]),
        ([0.0, 1.0, 2.0, 60.0], [37.0, 250.0, 250.0, 37.0]),
    ],
)
def test_ramps_match_an_adaptive_integrator(history: tuple[list[float], list[float]]) -> None:
    t, temperatures = (np.array(x) for x in history)
    alive, dead = three_state_fractions(t, temperatures)
    assert [float(alive), float(dead)] == pytest.approx(reference(t, temperatures), abs=1e-6)


def test_fourth_order_of_the_steps() -> None:
    times = np.array([0.0, 400.0])
    temperatures = np.array([37.0, 90.0])
    exact = reference(times, temperatures)
    errors = []
    # Steps short enough for a single substep each, so that their length is what varies.
    for steps in (160, 320, 640):
        t = np.linspace(0.0, 400.0, steps + 1)
        got = three_state_fractions(t, np.interp(t, times, temperatures))
        errors.append(np.abs(np.array(got) - exact).max())
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert orders == pytest.approx(4.0, abs=0.3)


@given(
    st.lists(st.floats(10.0, 600.0), min_size=2, max_size=10),
    st.floats(0.01, 20.0),
)
def test_fractions_stay_fractions_and_death_is_final(values: list[float], dt: float) -> None:
    alive, dead = INITIAL_ALIVE, 0.0
    for t0, t1 in pairwise(values):
        new_alive, new_dead = three_state_step(dt, t0, t1, alive, dead)
        assert -1e-6 <= new_alive <= 1.0 + 1e-6
        assert dead - 1e-6 <= new_dead <= 1.0 + 1e-6
        assert new_alive + new_dead <= 1.0 + 1e-6
        alive, dead = new_alive, new_dead


def test_cold_cells_recover() -> None:
    t = np.linspace(0.0, 4000.0, 401)
    alive, dead = three_state_fractions(t, np.full(401, 10.0))
    assert float(alive) > INITIAL_ALIVE
    assert float(dead) < 1e-3


def test_hotter_and_longer_kills_more() -> None:
    t = np.linspace(0.0, 300.0, 31)
    ramps = 37.0 + np.outer(t, np.array([0.0, 0.1, 0.2, 0.4]))
    _, dead = three_state_fractions(t, ramps)
    assert (np.diff(dead) > 0.0).all()
    assert dead[-1] > 1.0 - three_state.LOST_BELOW
