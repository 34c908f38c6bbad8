"""The exact guided, spherical and manufactured waves: Maxwell's equations, power and limits."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import jv, k0, k1, yv

from benchmarks.verification.exact.maxwell import (
    VACUUM_IMPEDANCE,
    VACUUM_PERMITTIVITY,
    impedance,
    lossy,
    wavenumber,
)
from benchmarks.verification.exact.maxwell_manufactured import ManufacturedField
from benchmarks.verification.exact.maxwell_sphere import (
    SphericalWave,
    current_element,
    radius_of_remaining_power,
)
from benchmarks.verification.exact.maxwell_wire import InsulatedWire
from tests.verification.maxwell_checks import (
    BONE,
    CORTICAL,
    K0,
    LIVER,
    SHEATH,
    F,
    check_maxwell,
    gauss,
)

# -- insulated wire -------------------------------------------------------------------------------

SHAFT = [0.595e-3, 0.8e-3]


@pytest.mark.parametrize("medium", [LIVER, BONE, CORTICAL])
def test_guided_wave_obeys_maxwell_and_its_conditions(medium) -> None:
    wire = InsulatedWire(SHAFT, [SHEATH], medium, F)
    r, z = np.meshgrid([0.7e-3, 1.5e-3, 6e-3, 20e-3], [0.0, 15e-3])
    check_maxwell(wire.field, r, z, 2e-3)
    outside = wire.field(SHAFT[1], 0.0)
    assert abs(wire.field(SHAFT[0], 0.0).e_z) < 1e-11 * abs(outside.e_z)
    inside = wire.field(SHAFT[1] * (1.0 - 1e-15), 0.0)
    assert complex(inside.e_z) == pytest.approx(complex(outside.e_z), rel=1e-9)
    far = wire.radial_extent * np.array([8.0, 9.0])
    fall = abs(wire.field(far, 0.0).psi)
    assert fall[1] / fall[0] == pytest.approx(math.sqrt(9.0 / 8.0) / math.e, rel=1e-2)
    decayed = wire.field(2e-3, wire.attenuation_length)
    assert abs(decayed.psi) == pytest.approx(abs(wire.field(2e-3, 0.0).psi) / math.e)


@pytest.mark.parametrize("medium", [LIVER, BONE, CORTICAL])
def test_power_lost_by_the_guided_wave_is_absorbed_around_it(medium) -> None:
    wire = InsulatedWire(SHAFT, [SHEATH], medium, F)

    def per_radius(r: float) -> float:
        return 2.0 * math.pi * r * float(wire.field(r, 0.0).density)

    edges = [SHAFT[1], 4e-3, 20e-3, 20.0 * wire.radial_extent]
    absorbed = sum(quad(per_radius, a, b, epsrel=1e-10)[0] for a, b in pairwise(edges))
    assert wire.absorbed_per_length() == pytest.approx(absorbed, rel=1e-6)
    assert wire.power_along(start=SHAFT[1]) < wire.power_along()


def test_attenuation_along_a_shaft_by_integration() -> None:
    """gamma from ordinary differential equations, integrated to the sheath from both sides."""

    def ratio(gamma: complex, eps: complex, start: float, state: list[complex], end: float):
        h2 = K0**2 * eps + gamma**2

        def change(r, y):
            return [eps * r * y[1], -h2 / (eps * r) * y[0]]

        run = solve_ivp(change, (start, end), state, rtol=1e-10, atol=1e-13)
        return run.y[1, -1] / run.y[0, -1]

    def mismatch(gamma: complex) -> complex:
        # y = [psi, psi' / (eps r)]; metal: no slope; far away: exp(-j h r) sqrt(r).
        inside = ratio(gamma, SHEATH, SHAFT[0], [1.0 + 0j, 0j], SHAFT[1])
        h = np.sqrt(K0**2 * LIVER + gamma**2)
        h = h if h.imag < 0.0 else -h
        far = 0.25
        start = [1e-9 + 0j, 1e-9 * (-1j * h + 0.5 / far) / (LIVER * far)]
        return inside - ratio(gamma, LIVER, far, start, SHAFT[1])

    gamma = 60.0 + 180.0j
    for _ in range(8):
        value = mismatch(gamma)
        gamma -= value * 1e-3 / (mismatch(gamma + 1e-3) - value)
    wire = InsulatedWire(SHAFT, [SHEATH], LIVER, F)
    assert wire.gamma == pytest.approx(gamma, rel=1e-6)


def test_attenuation_along_the_shaft_of_a_thin_antenna() -> None:
    """Tissue that absorbs less lets the wave run further back; every length is centimetres."""
    lengths = [
        InsulatedWire(SHAFT, [SHEATH], medium, F).attenuation_length
        for medium in (LIVER, BONE, CORTICAL)
    ]
    assert lengths == pytest.approx([20.63e-3, 31.14e-3, 46.76e-3], rel=5e-4)
    for length, medium in zip(lengths, (LIVER, BONE, CORTICAL), strict=True):
        # Within a tenth of that of a plane wave: the tissue, not the sheath, sets it.
        assert length == pytest.approx(-1.0 / wavenumber(medium, F).imag, rel=0.1)


def test_insulated_wire_in_metal_is_a_coaxial_line() -> None:
    good = InsulatedWire(SHAFT, [SHEATH], lossy(1.0, 1e7, F), F)
    k = wavenumber(SHEATH, F).real
    skin = math.sqrt(2.0 / (2.0 * math.pi * F * 4e-7 * math.pi * 1e7))
    loss = 0.5 * skin / (2.0 * SHAFT[1] * math.log(SHAFT[1] / SHAFT[0])) * k
    assert good.gamma.real == pytest.approx(loss, rel=0.01)
    assert good.gamma.imag == pytest.approx(k, rel=0.01)
    assert good.gamma == pytest.approx(good.line_gamma, rel=1e-7)


def test_line_model_is_close_in_wet_tissue() -> None:
    wire = InsulatedWire(SHAFT, [SHEATH], LIVER, F)
    assert wire.line_gamma.real == pytest.approx(wire.gamma.real, rel=0.01)
    assert wire.line_gamma.imag == pytest.approx(wire.gamma.imag, rel=0.04)


def test_surface_wave_on_a_coated_wire_in_air() -> None:
    """Without losses the root is imaginary and solves the equation of real Bessel functions."""
    a, b, eps = 1e-3, 3e-3, 4.0

    def mismatch(beta: float) -> float:
        u, w = math.sqrt(eps * K0**2 - beta**2), math.sqrt(beta**2 - K0**2)
        wave = jv(1, u * b) * yv(0, u * a) - yv(1, u * b) * jv(0, u * a)
        slope = jv(0, u * b) * yv(0, u * a) - yv(0, u * b) * jv(0, u * a)
        return float(u / eps * slope * k1(w * b) + w * k0(w * b) * wave)

    beta = brentq(mismatch, K0 * (1.0 + 1e-9), K0 * 1.5, xtol=1e-13)
    wire = InsulatedWire([a, b], [eps], 1.0, F, guess=1j * K0 * 1.02)
    assert wire.gamma.imag == pytest.approx(beta, rel=1e-10)
    assert abs(wire.gamma.real) < 1e-9 * beta
    assert K0 < beta < math.sqrt(eps) * K0
    r, z = np.meshgrid([2e-3, 5e-3, 30e-3], [0.0, 0.02])
    check_maxwell(wire.field, r, z, 5e-3)


# -- spherical waves ------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("outwards", [True, False])
def test_spherical_waves_obey_maxwell(order, outwards) -> None:
    wave = SphericalWave(LIVER, F, order, outwards, 0.7 - 0.2j)
    r, z = np.meshgrid([2e-3, 8e-3, 30e-3], [-15e-3, 3e-3, 0.4e-3])
    check_maxwell(wave.field, r, z, 1e-3)


def test_current_element_in_full() -> None:
    moment, r, z = 3e-3, np.array([1e-3, 4e-3, 20e-3]), np.array([2e-3, -1e-3, 15e-3])
    k, wave = wavenumber(BONE, F), impedance(BONE)
    radius = np.hypot(r, z)
    sine, cosine = r / radius, z / radius
    spread = moment / (4.0 * math.pi) * np.exp(-1j * k * radius)
    h = spread * (1j * k / radius + 1.0 / radius**2) * sine
    e_radial = 2.0 * wave * spread * (1.0 / radius**2 + 1.0 / (1j * k * radius**3)) * cosine
    e_polar = wave * spread * (1j * k / radius + 1 / radius**2 + 1 / (1j * k * radius**3)) * sine
    field = current_element(BONE, F, moment).field(r, z)
    assert field.psi == pytest.approx(r * h, rel=1e-12)
    assert field.e_r == pytest.approx(e_radial * sine + e_polar * cosine, rel=1e-11)
    assert field.e_z == pytest.approx(e_radial * cosine - e_polar * sine, rel=1e-11)


def test_current_element_without_losses() -> None:
    """Its power ``Z (k I l)^2 / (12 pi)`` passes every sphere; near it, E is that of a dipole."""
    eps, moment = 4.0, 2e-3
    element = current_element(eps, F, moment)
    k = wavenumber(eps, F).real
    expected = impedance(eps).real * (k * moment) ** 2 / (12.0 * math.pi)
    assert element.power_outwards(np.array([1e-3, 0.1, 3.0])).real == pytest.approx(expected)
    dipole = moment / (2j * math.pi * F)
    near = element.field(0.0, 1e-5)
    electrostatic = 2.0 * dipole / (4.0 * math.pi * eps * VACUUM_PERMITTIVITY * 1e-15)
    assert complex(near.e_z) == pytest.approx(electrostatic, rel=1e-5)


@pytest.mark.parametrize(("order", "outwards"), [(1, True), (3, True), (1, False), (2, False)])
def test_power_through_spheres(order, outwards) -> None:
    wave = SphericalWave(BONE, F, order, outwards)
    radius = 12e-3

    def outward(theta, part):
        r, z = radius * np.sin(theta), radius * np.cos(theta)
        field = wave.field(r, z)
        polar = field.e_r * np.cos(theta) - field.e_z * np.sin(theta)
        flow = 0.5 * polar * field.psi.conj() / r * 2.0 * math.pi * radius * r
        return getattr(flow, part)

    power = complex(wave.power_outwards(radius))
    assert gauss(lambda t: outward(t, "real"), 0.0, math.pi) == pytest.approx(power.real, rel=1e-11)
    assert gauss(lambda t: outward(t, "imag"), 0.0, math.pi) == pytest.approx(power.imag, rel=1e-11)

    def shell(radii):
        t, w = np.polynomial.legendre.leggauss(30)
        angle = 0.5 * math.pi * (t + 1.0)
        r, z = np.outer(radii, np.sin(angle)), np.outer(radii, np.cos(angle))
        density = wave.field(r, z).density * 2.0 * math.pi * r * radii[:, None]
        return density @ (0.5 * math.pi * w)

    start = radius if outwards else 0.0
    end = 20e-3 if outwards else radius
    absorbed = (
        wave.power_outwards(start).real - wave.power_outwards(end).real if outwards else -power.real
    )
    assert gauss(shell, start, end) == pytest.approx(float(absorbed), rel=1e-10)


def test_waves_on_the_axis_and_at_the_origin() -> None:
    regular = SphericalWave(LIVER, F, 1, outwards=False)
    z = np.array([-5e-3, 0.0, 5e-3])
    field = regular.field(np.zeros(3), z)
    assert np.all(field.psi == 0.0)
    assert np.all(field.e_r == 0.0)
    # j_1(x) / x -> 1 / 3, so E_z -> 2 Z / (3 j).
    assert complex(field.e_z[1]) == pytest.approx(2.0 * impedance(LIVER) / 3j, rel=1e-9)
    assert field.e_z[0] == pytest.approx(field.e_z[2])
    element = current_element(LIVER, F).field(np.array([0.0]), np.array([3e-3]))
    assert element.psi[0] == element.e_r[0] == 0.0
    assert np.isfinite(element.e_z[0])


def test_radius_that_holds_all_but_half_a_percent() -> None:
    start = 5e-3
    for medium in (LIVER, BONE):
        far = radius_of_remaining_power(medium, F, 0.005, start)
        element = current_element(medium, F)
        ratio = element.power_outwards(far).real / element.power_outwards(start).real
        assert float(ratio) == pytest.approx(0.005, rel=1e-9)
        # A plane wave would need ln(200) / 2 depths; the near field of the element needs less.
        depth = -1.0 / wavenumber(medium, F).imag
        assert start < far < start + 0.5 * math.log(200.0) * depth


# -- manufactured medium --------------------------------------------------------------------------

MADE = ManufacturedField(
    near=6.0 - 0.8j,
    far=LIVER,
    medium_width=7e-3,
    width=12e-3,
    phase=150.0,
    frequency=F,
    amplitude=0.05,
)


def test_manufactured_field_obeys_maxwell_with_its_source() -> None:
    r, z = np.meshgrid([0.5e-3, 3e-3, 10e-3, 25e-3], [-12e-3, 0.0, 4e-3])
    check_maxwell(MADE.field, r, z, 3e-3, source=MADE.source)
    assert MADE.permittivity(0.0, 0.0) == pytest.approx(6.0 - 0.8j)
    assert MADE.permittivity(0.2, 0.0) == pytest.approx(LIVER)


def test_manufactured_field_on_the_axis() -> None:
    z = np.array([-6e-3, 0.0, 5e-3])
    near = MADE.field(np.full(3, 1e-7), z)
    axis = MADE.field(np.zeros(3), z)
    assert np.all(axis.psi == 0.0)
    assert np.all(axis.e_r == 0.0)
    assert near.e_z == pytest.approx(axis.e_z, rel=1e-8)
    # psi rises with the square of r.
    twice = MADE.field(np.full(3, 2e-7), z)
    assert twice.psi == pytest.approx(4.0 * near.psi, rel=1e-8)
    assert np.all(MADE.source(np.zeros(3), z) == 0.0)


def test_manufactured_weak_form() -> None:
    """The identity that a finite-element code discretises, with a polynomial test function."""
    low, high, bottom, top = 0.0, 15e-3, -10e-3, 8e-3
    t, w = np.polynomial.legendre.leggauss(40)
    r, wr = low + 0.5 * (high - low) * (t + 1.0), 0.5 * (high - low) * w
    z, wz = bottom + 0.5 * (top - bottom) * (t + 1.0), 0.5 * (top - bottom) * w

    def v(r, z):
        return (r / high) ** 2 * (1.0 + 40.0 * z + 3e3 * z**2)

    rr, zz = np.meshgrid(r, z, indexing="ij")
    field = MADE.field(rr, zz)
    v_r = 2.0 * rr / high**2 * (1.0 + 40.0 * zz + 3e3 * zz**2)
    v_z = (rr / high) ** 2 * (40.0 + 6e3 * zz)
    # grad psi / (eps r) from the electric field.
    back = K0 / (1j * VACUUM_IMPEDANCE)
    left = -back * field.e_z * v_r + back * field.e_r * v_z - K0**2 * field.psi * v(rr, zz) / rr
    inside = wr @ (left - MADE.source(rr, zz) * v(rr, zz)) @ wz
    outside = np.sum(wz * MADE.flux(high, z, (1.0, 0.0)) * v(high, z))
    outside += np.sum(wr * MADE.flux(r, top, (0.0, 1.0)) * v(r, top))
    outside += np.sum(wr * MADE.flux(r, bottom, (0.0, -1.0)) * v(r, bottom))
    assert complex(inside) == pytest.approx(complex(outside), rel=1e-10)
    assert abs(outside) > 1e-6
