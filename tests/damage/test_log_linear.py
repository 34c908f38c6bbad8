"""The mean of a rate that is log-linear over a step."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from mwa_sim.damage.log_linear import log_mean_rate

exponents = st.floats(-80.0, 40.0)


@pytest.mark.parametrize("difference", [0.0, 1e-12, 1e-5, 0.0499, 0.0501, 1.0, -3.0, 25.0])
def test_matches_quadrature(difference: float) -> None:
    e0 = -4.0
    exact, _ = quad(lambda s: math.exp(e0 + difference * s), 0.0, 1.0, epsrel=1e-13)
    mean = log_mean_rate(e0, math.exp(e0), e0 + difference, math.exp(e0 + difference))
    assert mean == pytest.approx(exact, rel=2e-13)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_series_and_quotient_meet(sign: float) -> None:
    below, above = (
        log_mean_rate(0.0, 1.0, sign * d, math.exp(sign * d)) for d in (0.05, 0.05 + 1e-9)
    )
    assert above == pytest.approx(below, rel=2e-9)
    slope = (above - below) / 1e-9
    assert slope == pytest.approx(sign * 0.5, rel=0.1)


@given(exponents, exponents)
def test_lies_between_the_rates_and_is_symmetric(e0: float, e1: float) -> None:
    r0, r1 = math.exp(e0), math.exp(e1)
    mean = log_mean_rate(e0, r0, e1, r1)
    assert min(r0, r1) * (1 - 1e-12) <= mean <= max(r0, r1) * (1 + 1e-12)
    assert mean == pytest.approx(log_mean_rate(e1, r1, e0, r0), rel=1e-13)
