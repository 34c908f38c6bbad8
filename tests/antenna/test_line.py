from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import exp1

from mwa_sim.antenna.line import LinePattern, LineSource, attenuation_constant
from mwa_sim.antenna.sar import Medium, SarModel, complex_permittivity
from mwa_sim.errors import InputError

LIVER = {"frequency": 2.45e9, "relative_permittivity": 43.03, "conductivity": 1.686}


def shape(pattern, d):
    """F(d), written out independently of the package."""
    return np.exp(-2.0 * pattern.attenuation * (d - pattern.radius)) / d**pattern.exponent


@pytest.mark.parametrize(
    ("eps", "sigma", "depth_mm"),
    # Field penetration depths evaluated from the four-term Cole-Cole parameters of Gabriel.
    [(43.03, 1.686, 20.9), (18.55, 0.805, 28.7), (11.38, 0.394, 45.8), (52.73, 1.739, 22.3)],
)
def test_attenuation_matches_tabulated_penetration_depths(eps, sigma, depth_mm):
    a = attenuation_constant(complex_permittivity(eps, sigma, 2.45e9), 2.45e9)
    assert 1e3 / a == pytest.approx(depth_mm, abs=0.06)


@pytest.mark.parametrize("attenuation", [10.0, 48.0, 120.0])
@pytest.mark.parametrize("length", [1e-3, 13e-3])
@pytest.mark.parametrize("exponent", [1.0, 1.5, 1.9, 2.0])
def test_closed_integral_equals_quadrature_over_capsules(attenuation, length, exponent):
    pattern = LinePattern(1e-3, 1e-3 + length, 0.8e-3, attenuation, exponent)
    shell, _ = quad(
        lambda d: (2 * np.pi * d * length + 4 * np.pi * d**2) * shape(pattern, d),
        pattern.radius,
        20.0 / attenuation,
        epsabs=0.0,
        epsrel=1e-11,
        limit=200,
    )
    assert pattern.integral == pytest.approx(shell, rel=1e-9)


def test_integral_of_the_inverse_square_law():
    pattern = LinePattern(1e-3, 8e-3, 0.8e-3, 48.0)
    x = 2.0 * 48.0 * 0.8e-3
    expected = 2.0 * np.pi * 7e-3 * np.exp(x) * exp1(x) + 2.0 * np.pi / 48.0
    assert pattern.integral == pytest.approx(expected, rel=1e-14)


def test_closed_integral_equals_quadrature_in_cylindrical_coordinates():
    # Independent of the argument with capsule surfaces: integrate density over r and z.
    pattern = LineSource(2e-3, 9e-3, 0.8e-3, 1.5).pattern(Medium.homogeneous(**LIVER))
    reach = 0.25

    def ring(u, z):
        # r = exp(u) follows the decay over three decades.
        r = np.exp(u)
        return float(pattern.density(np.array(r), np.array(z)) * 2.0 * np.pi * r * r)

    def over_r(z):
        along = max(pattern.start - z, z - pattern.end, 0.0)
        low = np.sqrt(max(pattern.radius**2 - along**2, 1e-10))
        return quad(ring, np.log(low), np.log(reach), args=(z,), epsrel=1e-8, limit=100)[0]

    edges = [-reach, -0.02, pattern.start - pattern.radius, pattern.start, pattern.end]
    edges += [pattern.end + pattern.radius, 0.03, reach]
    total = sum(quad(over_r, a, b, epsrel=1e-6, limit=60)[0] for a, b in pairwise(edges))
    assert total == pytest.approx(1.0, abs=2e-4)


def test_density_is_zero_inside_and_follows_the_law_outside():
    pattern = LinePattern(2e-3, 9e-3, 0.8e-3, 48.0)
    r = np.array([0.0, 0.79e-3, 0.81e-3, 5e-3, 0.0, 0.0])
    z = np.array([5e-3, 5e-3, 5e-3, 5e-3, 0.0, 1.5e-3])
    d = np.array([0.0, 0.0, 0.81e-3, 5e-3, 2e-3, 0.0])
    expected = np.where(d > 0.0, shape(pattern, np.maximum(d, 1e-9)) / pattern.integral, 0.0)
    np.testing.assert_allclose(pattern.density(r, z), expected, rtol=1e-12)


def test_model_follows_the_protocol():
    source = LineSource(2e-3, 9e-3, 0.8e-3)
    assert isinstance(source, SarModel)
    assert source.weighted_by_conductivity
    assert source.pattern(Medium.homogeneous(**LIVER)).total == 1.0


def test_attenuation_ignores_rings_outside_the_tissue():
    inside = complex_permittivity(43.03, 1.686, 2.45e9)

    def half(r, z):
        return np.where(z < 5e-3, inside, complex(np.nan, np.nan))

    pattern = LineSource(2e-3, 9e-3, 0.8e-3).pattern(Medium(2.45e9, half))
    assert 1e3 / pattern.attenuation == pytest.approx(20.9, abs=0.06)


def test_bad_segments_and_media_are_refused():
    with pytest.raises(InputError, match="end above its start"):
        LineSource(5e-3, 5e-3, 0.8e-3)
    with pytest.raises(InputError, match="exponent must lie from 1 to 2"):
        LineSource(1e-3, 5e-3, 0.8e-3, 2.5)
    with pytest.raises(InputError, match="radius must be positive"):
        LineSource(1e-3, 5e-3, 0.0)
    with pytest.raises(InputError, match="finite"):
        LineSource(1e-3, np.nan, 0.8e-3)
    source = LineSource(2e-3, 9e-3, 0.8e-3)
    with pytest.raises(InputError, match="no electrical conductivity"):
        source.pattern(
            Medium.homogeneous(frequency=2.45e9, relative_permittivity=5.0, conductivity=0.0)
        )
    with pytest.raises(InputError, match="outside the tissue"):
        source.pattern(Medium(2.45e9, lambda r, z: np.full(r.shape, complex(np.nan, np.nan))))
