import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from mwa_sim.tissue.enthalpy import (
    enthalpy_array,
    enthalpy_of,
    temperature_array,
    temperature_of,
    vapour_fraction,
    vapour_slope,
)


def test_vapour_fraction_is_the_integral_of_its_slope():
    for t in (94.5, 98.0, 100.0, 103.7, 106.0):
        integral, _ = quad(vapour_slope, 94.0, t, epsabs=1e-13)
        assert vapour_fraction(t) == pytest.approx(integral, abs=1e-9)
    assert vapour_fraction(93.0) == 0.0
    assert vapour_fraction(107.0) == 1.0


@given(st.floats(-20.0, 400.0), st.floats(0.0, 600.0))
def test_temperature_inverts_enthalpy(t, latent):
    assert temperature_of(enthalpy_of(t, latent), latent) == pytest.approx(t, abs=1e-6)


@given(st.floats(37.0, 300.0), st.floats(37.0, 300.0), st.floats(0.0, 600.0))
def test_enthalpy_is_monotone_and_books_all_the_latent_heat(a, b, latent):
    low, high = sorted((a, b))
    rise = enthalpy_of(high, latent) - enthalpy_of(low, latent)
    assert rise >= high - low - 1e-9
    assert rise == pytest.approx(
        high - low + latent * (vapour_fraction(high) - vapour_fraction(low)), abs=1e-9
    )


def test_arrays_agree_with_scalars():
    t = np.linspace(20.0, 150.0, 300)
    latent = np.full_like(t, 472.0)
    u = enthalpy_array(t, latent)
    assert np.allclose(temperature_array(u, latent), t, atol=1e-6)
