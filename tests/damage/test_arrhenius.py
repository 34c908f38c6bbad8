"""Arrhenius damage: closed forms, published anchors, order of convergence."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expn

from mwa_sim.damage.arrhenius import (
    arrhenius_damage,
    arrhenius_exponent,
    arrhenius_increment,
    arrhenius_rate,
    dead_fraction,
)
from mwa_sim.damage.parameters import ARRHENIUS_SETS, ArrheniusParameters, arrhenius_parameters
from mwa_sim.errors import InputError

LIVER = ARRHENIUS_SETS["liver"]


def exact_ramp(duration: float, start: float, end: float, p: ArrheniusParameters) -> float:
    """Omega of a linear ramp: int exp(-b/T) dT = T E2(b/T)."""

    def primitive(temperature: float) -> float:
        kelvin = temperature + 273.15
        return kelvin * float(expn(2, p.ea_over_r / kelvin))

    return p.frequency_factor * duration / (end - start) * (primitive(end) - primitive(start))


@pytest.mark.parametrize("name", ARRHENIUS_SETS)
def test_isothermal_damage_is_rate_times_time(name: str) -> None:
    p = ARRHENIUS_SETS[name]
    kelvin = 55.0 + 273.15
    expected = 90.0 * p.frequency_factor * math.exp(-p.activation_energy / (8.314462618 * kelvin))
    times = np.linspace(0.0, 90.0, 7)
    assert arrhenius_damage(times, np.full(7, 55.0), p) == pytest.approx(expected, rel=1e-8)
    assert 90.0 * arrhenius_rate(55.0, p) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("name", "temperatures"),
    [
        ("liver", (64.5, 56.2, 50.1, 44.7)),
        ("skin_henriques", (59.9, 56.6, 54.0, 51.7)),
        ("fat", (135.0, 112.0, 95.0, 82.0)),
    ],
)
def test_temperature_of_unit_damage(name: str, temperatures: tuple[float, ...]) -> None:
    p = ARRHENIUS_SETS[name]
    tolerance = 0.5 if name == "fat" else 0.05
    for duration, expected in zip((1.0, 10.0, 60.0, 300.0), temperatures, strict=True):
        temperature = p.temperature_for(duration)
        assert temperature == pytest.approx(expected, abs=tolerance)
        assert duration * arrhenius_rate(temperature, p) == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(("temperature", "minutes"), [(43.0, 58.0), (45.0, 12.0)])
def test_nerve_fit_meets_the_points_it_was_fitted_to(temperature: float, minutes: float) -> None:
    p = ARRHENIUS_SETS["nerve_fit"]
    assert p.temperature_for(60.0 * minutes, math.log(2.0)) == pytest.approx(temperature, abs=0.01)


def test_liver_set_damages_at_body_temperature() -> None:
    """The documented limit of long protocols: 0.12 in 400 s, lethal within an hour."""
    assert arrhenius_damage(np.array([0.0, 400.0]), np.full(2, 37.0), LIVER) == pytest.approx(
        0.118, abs=1e-3
    )
    assert LIVER.temperature_for(57.0 * 60.0) == pytest.approx(37.0, abs=0.02)


def test_liver_set_condemns_the_clinical_limit() -> None:
    """The documented reason why the liver set must not judge nerves."""
    omega = 600.0 * arrhenius_rate(42.0, LIVER)
    assert omega == pytest.approx(0.86, abs=0.005)
    assert "never" in LIVER.note
    nerve = 600.0 * arrhenius_rate(42.0, ARRHENIUS_SETS["nerve_fit"])
    assert nerve < math.log(2.0) / 10.0


@pytest.mark.parametrize("name", ARRHENIUS_SETS)
@pytest.mark.parametrize(("start", "end"), [(37.0, 39.0), (50.0, 51.0), (70.0, 68.5)])
def test_ramp_of_one_step_within_the_stated_bound(name: str, start: float, end: float) -> None:
    p = ARRHENIUS_SETS[name]
    exact = exact_ramp(1.0, start, end, p)
    got = float(arrhenius_damage(np.array([0.0, 1.0]), np.array([start, end]), p))
    kelvin = min(start, end) + 273.15
    bound = 2.0 * p.ea_over_r * (end - start) ** 2 / (8.0 * kelvin**3)
    assert abs(got / exact - 1.0) <= bound
    assert got < exact  # the chord of a concave exponent lies below it


def test_ramp_converges_at_second_order() -> None:
    exact = exact_ramp(60.0, 37.0, 97.0, LIVER)
    errors = []
    for steps in (6, 12, 24, 48):
        t = np.linspace(0.0, 60.0, steps + 1)
        errors.append(abs(float(arrhenius_damage(t, 37.0 + t, LIVER)) / exact - 1.0))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert orders == pytest.approx(2.0, abs=0.1)
    assert errors[-1] < 3e-4


def test_remembered_rates_give_the_same_as_the_array_function() -> None:
    temperatures = np.array([37.0, 48.0, 61.0, 60.5, 44.0])
    omega = 0.0
    e0 = arrhenius_exponent(temperatures[0], LIVER.ln_a, LIVER.ea_over_r)
    r0 = math.exp(e0)
    for temperature in temperatures[1:]:
        e1 = arrhenius_exponent(temperature, LIVER.ln_a, LIVER.ea_over_r)
        r1 = math.exp(e1)
        omega += arrhenius_increment(0.5, e0, r0, e1, r1)
        e0, r0 = e1, r1
    assert arrhenius_damage(0.5 * np.arange(5.0), temperatures, LIVER) == pytest.approx(omega)


def test_columns_are_independent() -> None:
    t = np.linspace(0.0, 10.0, 11)
    hot, cold = 60.0 - 0.1 * t, 40.0 + 0.3 * t
    both = arrhenius_damage(t, np.stack([hot, cold], axis=1), LIVER)
    assert both.shape == (2,)
    assert both[0] == arrhenius_damage(t, hot, LIVER)
    assert both[1] == arrhenius_damage(t, cold, LIVER)


@given(st.lists(st.floats(20.0, 150.0), min_size=2, max_size=12), st.floats(0.01, 5.0))
def test_damage_grows_and_is_bounded_by_the_extremes(values: list[float], dt: float) -> None:
    temperatures = np.array(values)
    t = dt * np.arange(len(values))
    omega = float(arrhenius_damage(t, temperatures, LIVER))
    low, high = (t[-1] * float(arrhenius_rate(x, LIVER)) for x in (min(values), max(values)))
    assert low * (1 - 1e-9) <= omega <= high * (1 + 1e-9)
    longer = float(arrhenius_damage(np.append(t, t[-1] + dt), np.append(values, 37.0), LIVER))
    assert longer > omega


def test_dead_fraction_keeps_small_doses() -> None:
    assert dead_fraction(1e-18) == pytest.approx(1e-18, rel=1e-12)
    assert dead_fraction(1.0) == pytest.approx(1.0 - math.exp(-1.0))
    assert dead_fraction(np.array([0.0, 1e9])).tolist() == [0.0, 1.0]


def test_stays_finite_far_beyond_any_tissue() -> None:
    t = np.array([0.0, 1.0])
    for p in ARRHENIUS_SETS.values():
        assert np.isfinite(arrhenius_damage(t, np.array([20.0, 5000.0]), p))


def test_unknown_set_suggests_the_closest() -> None:
    with pytest.raises(InputError, match="did you mean 'liver'"):
        arrhenius_parameters("livr")
    assert arrhenius_parameters("fat").name == "fat"


def test_every_set_states_source_and_standing() -> None:
    for name, p in ARRHENIUS_SETS.items():
        assert p.name == name
        assert p.source
        assert p.endpoint
        assert p.note
        assert p.standing in {"source", "calculated", "unverified"}


@pytest.mark.parametrize(
    ("times", "temperatures"),
    [([0.0, 1.0], [37.0]), ([0.0, 0.0], [37.0, 38.0]), ([1.0, 0.0], [37.0, 38.0]), ([], [])],
)
def test_bad_history_is_refused(times: list[float], temperatures: list[float]) -> None:
    with pytest.raises(InputError, match=r"history"):
        arrhenius_damage(np.array(times), np.array(temperatures), LIVER)


@pytest.mark.parametrize(("duration", "omega"), [(0.0, 1.0), (10.0, -1.0), (math.nan, 1.0)])
def test_temperature_for_refuses_nonsense(duration: float, omega: float) -> None:
    with pytest.raises(InputError, match="positive"):
        LIVER.temperature_for(duration, omega)
