"""The exact coaxial line and cylinders: Maxwell's equations, conditions, power and limits."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import jv, yv

from benchmarks.verification.exact.maxwell import impedance, lossy, wavenumber
from benchmarks.verification.exact.maxwell_coax import MATCHED, OPEN, SHORT, CoaxialLine
from benchmarks.verification.exact.maxwell_cylinders import Cylinders
from tests.verification.maxwell_checks import BONE, LIVER, SHEATH, F, check_maxwell, gauss

# -- coaxial line ---------------------------------------------------------------------------------

A, B = 0.135e-3, 0.470e-3
LOSSY_LOAD = CoaxialLine(
    A, B, [(4e-3, lossy(30.0, 1.2, F)), (9e-3, 4.0 - 0.5j), (20e-3, 2.03)], SHORT, F, 2.5
)


def test_coaxial_field_obeys_maxwell() -> None:
    r, z = np.meshgrid(np.linspace(0.15e-3, 0.45e-3, 5), [0.5e-3, 2e-3, 3.5e-3, 8e-3, 25e-3])
    check_maxwell(LOSSY_LOAD.field, r, z, 2e-3)


def test_coaxial_incident_power() -> None:
    line = CoaxialLine(A, B, [(20e-3, 2.03)], MATCHED, F, power=10.0)
    field = line.field(np.linspace(A, B, 9), np.linspace(0.0, 20e-3, 9))
    assert line.reflection == 0.0
    assert np.abs(field.psi) == pytest.approx(line.incident)
    assert line.incident == pytest.approx(
        math.sqrt(10.0 / (math.pi * impedance(2.03).real * math.log(B / A)))
    )
    # V I* / 2 with the voltage between the conductors and the current on the inner one.
    voltage = quad(lambda r: float(line.field(r, 0.02).e_r.real), A, B)[0]
    current = 2.0 * math.pi * line.incident
    assert -0.5 * voltage * current == pytest.approx(10.0, rel=1e-9)
    assert line.power_down(np.array([0.0, 7e-3, 20e-3])) == pytest.approx(10.0)


def test_shorted_and_open_line() -> None:
    length = 0.03
    k = wavenumber(2.03, F).real
    z = np.linspace(0.0, length, 7)
    for load, shape in ((SHORT, np.cos(k * z)), (OPEN, np.sin(k * z))):
        line = CoaxialLine(A, B, [(length, 2.03)], load, F)
        field = line.field(np.full(7, B), z)
        assert np.abs(field.psi) == pytest.approx(2.0 * line.incident * np.abs(shape), abs=1e-15)
        assert line.reflection == pytest.approx(load * np.exp(-2j * k * length))
        assert line.power_down(z) == pytest.approx(0.0, abs=1e-14)
        # The wave that comes in is real at the port, the other one is S11 times it.
        assert field.psi[-1] == pytest.approx(line.incident * (1.0 - line.reflection))


def test_quarter_wave_transformer_matches() -> None:
    between = math.sqrt(2.03 * 9.0)
    quarter = 0.5 * math.pi / wavenumber(between, F).real
    line = CoaxialLine(A, B, [(5e-3, 9.0), (quarter, between), (10e-3, 2.03)], MATCHED, F)
    assert abs(line.reflection) < 1e-14
    assert line.power_down(0.0) == pytest.approx(1.0)


def test_a_long_lossy_load_reflects_like_a_half_space() -> None:
    eps = 30.0 - 10.0j
    line = CoaxialLine(A, B, [(0.5, eps), (10e-3, 2.03)], SHORT, F)
    step = (impedance(eps) - impedance(2.03)) / (impedance(eps) + impedance(2.03))
    expected = step * np.exp(-2j * wavenumber(2.03, F) * 10e-3)
    assert line.reflection == pytest.approx(expected, rel=1e-12)
    assert line.absorbed[0] == pytest.approx(1.0 - abs(step) ** 2, rel=1e-12)


def test_coaxial_sections_join_and_balance() -> None:
    line = LOSSY_LOAD
    for z in (4e-3, 13e-3):
        below, above = line.field(0.3e-3, z * (1.0 - 1e-15)), line.field(0.3e-3, z)
        assert complex(below.psi) == pytest.approx(complex(above.psi), rel=1e-11)
        assert complex(below.e_r) == pytest.approx(complex(above.e_r), rel=1e-11)
    assert complex(line.field(A, 0.0).e_r) == pytest.approx(0.0, abs=1e-9)
    assert sum(line.absorbed) == pytest.approx(2.5 * (1.0 - abs(line.reflection) ** 2), rel=1e-12)
    edges = [0.0, 4e-3, 13e-3]
    for (low, high), power in zip(pairwise(edges), line.absorbed, strict=False):

        def per_length(z):
            density = line.field(np.full_like(z, A), z).density
            return 2.0 * math.pi * A**2 * math.log(B / A) * density

        assert gauss(per_length, low, high) == pytest.approx(power, rel=1e-10)


# -- cylinders ------------------------------------------------------------------------------------

RADII = [0.6e-3, 0.8e-3, 6e-3, 25e-3]
LAYERS = [SHEATH, LIVER, BONE]


@pytest.mark.parametrize("outer", [None, 0.02 - 0.01j, "open"])
def test_cylinders_obey_maxwell_and_their_conditions(outer) -> None:
    radii = RADII if outer != "open" else [*RADII[:-1], math.inf]
    layers = Cylinders(
        radii, LAYERS, F, inner=0.1 + 0.05j, outer=None if outer == "open" else outer
    )
    check_maxwell(layers.field, [0.7e-3, 2e-3, 5e-3, 10e-3, 20e-3], np.zeros(5), 2e-3)
    assert complex(layers.field(RADII[0]).psi) == pytest.approx(0.1 + 0.05j, rel=1e-12)
    for radius in RADII[1:3]:
        inside, outside = layers.field(radius * (1.0 - 1e-15)), layers.field(radius)
        assert complex(inside.psi) == pytest.approx(complex(outside.psi), rel=1e-10)
        assert complex(inside.e_z) == pytest.approx(complex(outside.e_z), rel=1e-10)
    wall = layers.field(RADII[3])
    if outer is None:
        assert abs(wall.e_z) < 1e-12 * abs(layers.field(RADII[0]).e_z)
    elif outer != "open":
        assert complex(wall.psi) == pytest.approx(outer, rel=1e-12)
    else:
        far = layers.field(np.array([0.3, 0.301]))
        k = wavenumber(BONE, F)
        ratio = np.exp(-1j * k * 1e-3) * math.sqrt(0.301 / 0.3)
        assert complex(far.psi[1] / far.psi[0]) == pytest.approx(ratio, rel=1e-4)


def test_power_absorbed_by_each_cylinder() -> None:
    layers = Cylinders([*RADII[:-1], math.inf], LAYERS, F, inner=0.1)
    edges = [0.6e-3, 0.8e-3, 6e-3, 0.2]
    shares = [layers.absorbed_per_length(low, high) for low, high in pairwise(edges)]
    found = [
        quad(lambda r: 2.0 * math.pi * r * float(layers.field(r).density), a, b, epsrel=1e-11)[0]
        for a, b in pairwise(edges)
    ]
    assert shares[0] == pytest.approx(0.0, abs=1e-12 * shares[1])
    assert found[1:] == pytest.approx(shares[1:], rel=1e-9)
    assert layers.absorbed_per_length(0.6e-3, math.inf) == pytest.approx(sum(shares), rel=1e-5)


def test_one_layer_against_bessel_functions_of_both_kinds() -> None:
    k, a, b = wavenumber(LIVER, F), 1e-3, 20e-3
    matrix = [[x * jv(1, k * x), x * yv(1, k * x)] for x in (a, b)]
    one, two = np.linalg.solve(matrix, [1.0, 0.3j])
    r = np.linspace(a, b, 6)
    expected = r * (one * jv(1, k * r) + two * yv(1, k * r))
    got = Cylinders([a, b], [LIVER], F, inner=1.0, outer=0.3j).field(r).psi
    assert got == pytest.approx(expected, rel=1e-11)


def test_direct_current_spreads_over_the_cross_section() -> None:
    """At a low frequency E_z is uniform: the current over the sum of conductance times area."""
    low, current = 50.0, 2.0
    radii, sigma = [0.0, 2e-3, 5e-3], [0.4, 1.7]
    layers = Cylinders(
        radii, [lossy(1.0, s, low) for s in sigma], low, outer=current / (2.0 * math.pi)
    )
    areas = [math.pi * (b**2 - a**2) for a, b in pairwise(radii)]
    expected = current / sum(s * area for s, area in zip(sigma, areas, strict=True))
    r = np.array([0.0, 1e-3, 3e-3, 5e-3])
    field = layers.field(r)
    assert field.e_z == pytest.approx(expected, rel=1e-6)
    assert field.psi[0] == 0.0
    assert field.density[1] == pytest.approx(0.5 * 0.4 * expected**2, rel=1e-6)
    assert layers.absorbed_per_length(0.0, 5e-3) == pytest.approx(0.5 * current * expected, 1e-6)
