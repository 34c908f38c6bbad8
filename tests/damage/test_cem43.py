"""Thermal dose: equivalents, exact ramps, crossings of 43 degC."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from mwa_sim.damage.cem43 import cem43_dose, cem43_exponent, cem43_increment, cem43_rate


def rate(temperature: float) -> float:
    """The definition, written down independently."""
    return (0.5 if temperature > 43.0 else 0.25) ** (43.0 - temperature)


@pytest.mark.parametrize(
    ("temperature", "minutes", "expected"),
    [
        (43.0, 58.0, 58.0),
        (44.0, 32.0, 64.0),
        (45.0, 12.0, 48.0),
        (47.0, 1.0, 16.0),
        (50.0, 1.0, 128.0),
        (53.0, 1.0, 1024.0),
        (50.0, 0.5, 64.0),
        (55.0, 3.0, 12288.0),
        (42.0, 5.0, 1.25),
        (42.9, 41.0, 41.0 * 0.25**0.1),
        (37.0, 1.0, 4.0**-6),
        (45.0, 5.0, 20.0),
        (50.0, 0.25, 32.0),
    ],
)
def test_equivalents_of_constant_temperatures(
    temperature: float, minutes: float, expected: float
) -> None:
    t = np.linspace(0.0, 60.0 * minutes, 5)
    assert cem43_dose(t, np.full(5, temperature)) == pytest.approx(expected, rel=1e-12)
    assert minutes * cem43_rate(temperature) == pytest.approx(expected, rel=1e-12)


@given(st.floats(20.0, 120.0), st.floats(20.0, 120.0), st.floats(0.01, 100.0))
def test_one_step_of_any_ramp_is_exact(start: float, end: float, dt: float) -> None:
    got = float(cem43_dose(np.array([0.0, dt]), np.array([start, end])))
    crossing = [(43.0 - start) / (end - start)] if (start - 43.0) * (end - 43.0) < 0.0 else None
    exact, _ = quad(
        lambda s: rate(start + s * (end - start)), 0.0, 1.0, points=crossing, epsrel=1e-11
    )
    assert got == pytest.approx(dt / 60.0 * exact, rel=1e-9)


@given(st.floats(30.0, 60.0), st.floats(30.0, 60.0), st.integers(2, 9), st.floats(1.0, 50.0))
def test_dose_does_not_depend_on_the_steps(
    start: float, end: float, steps: int, duration: float
) -> None:
    share = np.linspace(0.0, 1.0, steps + 1)
    whole = cem43_dose(np.array([0.0, duration]), np.array([start, end]))
    parts = cem43_dose(duration * share, start + share * (end - start))
    assert parts == pytest.approx(float(whole), rel=1e-10)


@pytest.mark.parametrize("end", [43.0 - 1e-9, 43.0, 43.0 + 1e-9])
def test_ending_at_the_reference_is_continuous(end: float) -> None:
    up = float(cem43_dose(np.array([0.0, 60.0]), np.array([42.0, end])))
    down = float(cem43_dose(np.array([0.0, 60.0]), np.array([end, 42.0])))
    assert up == pytest.approx(0.75 / math.log(4.0), rel=1e-7)
    assert down == pytest.approx(up, rel=1e-12)


def test_crossing_costs_one_remembered_rate() -> None:
    e0, e1 = cem43_exponent(41.0), cem43_exponent(46.0)
    r0, r1 = math.exp(e0), math.exp(e1)
    exact = 0.4 * (1.0 - 1.0 / 16.0) / math.log(16.0) + 0.6 * 7.0 / math.log(8.0)
    assert cem43_increment(60.0, e0, r0, e1, r1) == pytest.approx(exact, rel=1e-13)
    assert cem43_increment(60.0, e1, r1, e0, r0) == pytest.approx(exact, rel=1e-13)


def test_columns_and_finite_at_absurd_temperatures() -> None:
    t = np.array([0.0, 1.0, 2.0])
    dose = cem43_dose(t, np.array([[37.0, 37.0], [43.0, 3000.0], [37.0, 3000.0]]))
    assert np.isfinite(dose).all()
    assert dose[1] > 1e200
    assert dose[0] == pytest.approx(2.0 / 60.0 * (1.0 - 4.0**-6) / math.log(4.0**6), rel=1e-12)
