"""The lag against closed forms and an ODE solver; the noise."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from mwa_sim.control.protocol import Thermocouple
from mwa_sim.control.sensor import Sensor


def sensor(
    time_constant: float = 0.4,
    noise: float = 0.0,
    seed: int = 0,
    name: str = "a",
    initial: float = 37.0,
) -> Sensor:
    spec = Thermocouple(name=name, at="landmark:a", time_constant=time_constant, noise=noise)
    return Sensor(spec, initial, seed)


def test_step_response() -> None:
    s = sensor(2.0)
    s.advance(0.0, 47.0)  # the tissue jumps; the sensor has not moved yet
    assert s.lagged == 37.0
    s.advance(2.0, 47.0)
    assert s.lagged == pytest.approx(47.0 - 10.0 / math.e, rel=1e-14)


def test_ramp_response_lags_by_the_time_constant() -> None:
    s = sensor(3.0)
    s.advance(12.0, 37.0 + 0.5 * 12.0)
    exact = 37.0 + 0.5 * (12.0 - 3.0 * (1.0 - math.exp(-4.0)))
    assert s.lagged == pytest.approx(exact, rel=1e-14)


@given(
    st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(20.0, 90.0)), min_size=1, max_size=6),
    st.floats(0.05, 20.0),
)
def test_piecewise_linear_input_against_an_ode_solver(
    pieces: list[tuple[float, float]], tau: float
) -> None:
    s, t, x, y = sensor(tau), 0.0, 37.0, 37.0
    for length, end in pieces:
        s.advance(t + length, end)

        def slope(time: float, state: list[float], t0=t, x0=x, h=length, x1=end) -> list[float]:
            return [(x0 + (x1 - x0) * (time - t0) / h - state[0]) / tau]

        y = solve_ivp(slope, (t, t + length), [y], method="LSODA", rtol=1e-10, atol=1e-10).y[0, -1]
        t, x = t + length, end
    assert s.lagged == pytest.approx(y, abs=1e-6)


@given(
    st.lists(st.floats(0.001, 0.999), min_size=1, max_size=8),
    st.floats(0.0, 50.0),
    st.floats(-5.0, 5.0),
    st.floats(0.1, 30.0),
)
def test_subdividing_a_linear_stretch_changes_nothing(
    cuts: list[float], tau: float, slope: float, length: float
) -> None:
    whole, parts = sensor(tau), sensor(tau)
    whole.advance(length, 37.0 + slope * length)
    for cut in [*sorted(cuts), 1.0]:
        parts.advance(cut * length, 37.0 + slope * cut * length)
    assert parts.lagged == pytest.approx(whole.lagged, abs=1e-10)


@given(st.floats(0.001, 1e6), st.floats(1e-3, 1e3), st.floats(-50.0, 400.0))
def test_a_constant_temperature_is_read_exactly(tau: float, h: float, value: float) -> None:
    s = sensor(tau, initial=value)
    for k in range(1, 5):
        s.advance(k * h, value)
        assert s.lagged == value


@given(st.floats(0.0, 10.0), st.lists(st.floats(20.0, 100.0), min_size=1, max_size=10))
def test_a_lagged_reading_stays_within_what_was_seen(tau: float, values: list[float]) -> None:
    s = sensor(tau)
    for k, value in enumerate(values, start=1):
        s.advance(0.5 * k, value)
        seen = [37.0, *values[:k]]
        assert min(seen) - 1e-9 <= s.lagged <= max(seen) + 1e-9


def test_no_lag_reads_the_tissue() -> None:
    s = sensor(0.0)
    s.advance(0.25, 61.5)
    assert (s.lagged, s.tissue, s.sample()) == (61.5, 61.5, 61.5)


def test_sampling_instants_do_not_drift() -> None:
    spec = Thermocouple(name="a", at="landmark:a", sample_every=0.1)
    s = Sensor(spec, 37.0)
    for k in range(10_000):
        assert s.next_sample == k * 0.1
        s.sample()


def test_noise_has_its_deviation_and_its_own_stream() -> None:
    def readings(seed: int, name: str) -> list[float]:
        s = sensor(noise=0.5, seed=seed, name=name)
        return [s.sample() for _ in range(4000)]

    first = readings(1, "a")
    assert statistics.fmean(first) == pytest.approx(37.0, abs=0.04)
    assert statistics.stdev(first) == pytest.approx(0.5, rel=0.05)
    assert readings(1, "a") == first
    assert abs(statistics.correlation(first, readings(1, "b"))) < 0.06
    assert abs(statistics.correlation(first, readings(2, "a"))) < 0.06
    assert sensor(noise=0.0).sample() == 37.0
