"""Temperature models against the numbers their sources state."""

import numpy as np
import pytest

from mwa_sim.errors import InputError
from mwa_sim.tissue.temperature import (
    conductivity_factor,
    dielectric_model,
    list_models,
    permittivity_factor,
    slope_model,
    thermal_conductivity_factor,
)


@pytest.mark.parametrize(
    ("name", "attribute", "midpoint"),
    [
        ("ji_brace_2011", "relative_permittivity", 82.271),
        ("ji_brace_2011", "electrical_conductivity", 85.375),
        ("lopresto_2014", "relative_permittivity", 99.6),
        ("lopresto_2014", "electrical_conductivity", 109.3),
    ],
)
def test_midpoints_of_the_sigmoids(name, attribute, midpoint):
    sigmoid = getattr(dielectric_model(name), attribute)
    assert sigmoid.value(midpoint) == pytest.approx(sigmoid.s1 / 2 + sigmoid.s4, rel=2e-3)


def test_second_published_form_of_ji_and_brace():
    t = np.linspace(-50.0, 400.0, 91)
    model = dielectric_model("ji_brace_2011")
    with np.errstate(over="ignore"):
        sigma = 2.173 * (1 - 1 / (1 + np.exp(0.0697 * (85.375 - t))))
        epsilon = 48.391 * (1 - 1 / (1 + np.exp(0.0764 * (82.271 - t)))) + 1
    assert model.electrical_conductivity.value(t) == pytest.approx(sigma, rel=2e-3, abs=1e-12)
    assert model.relative_permittivity.value(t) == pytest.approx(epsilon, rel=2e-3)


@pytest.mark.parametrize("name", list_models("dielectric"))
@pytest.mark.parametrize("factor", [conductivity_factor, permittivity_factor])
def test_factors_are_one_at_37_and_fall(name, factor):
    t = np.linspace(0.0, 500.0, 1001)
    f = factor(name, t)
    assert float(factor(name, 37.0)) == 1.0
    assert f.shape == t.shape
    assert np.all(np.diff(f) <= 0.0)
    assert np.all(f >= 0.0)
    assert f[0] < 1.15


def test_floor_of_bone():
    assert conductivity_factor("ji_brace_2011_bone", 300.0) == 0.0625
    assert conductivity_factor("ji_brace_2011", 300.0) < 1e-5


def test_no_model_is_constant():
    t = np.array([[20.0, 37.0], [100.0, 200.0]])
    assert np.array_equal(conductivity_factor(None, t), np.ones((2, 2)))
    assert np.array_equal(permittivity_factor(None, t), np.ones((2, 2)))


def test_thermal_conductivity_rises_between_37_and_100_degrees():
    model = slope_model("mita_linear")
    # k = 0.5 + 0.0033 (T - 37) W/m/K, capped at 100 degC
    k = 0.5 * thermal_conductivity_factor(model.slope, [20.0, 37.0, 57.0, 100.0, 150.0])
    assert k == pytest.approx([0.5, 0.5, 0.566, 0.7079, 0.7079])
    assert (model.low, model.high) == (0.003, 0.008)


def test_unknown_models():
    with pytest.raises(InputError, match="did you mean 'ji_brace_2011'"):
        conductivity_factor("ji_brace", 50.0)
    with pytest.raises(InputError, match="did you mean 'mita_linear'"):
        slope_model("mita")
