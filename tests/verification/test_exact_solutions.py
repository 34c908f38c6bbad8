"""The exact solutions themselves: printed values, limits, and the equations they must satisfy."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from benchmarks.verification.exact import (
    beam,
    energy,
    gaussian,
    layered,
    line_source,
    point_source,
    sphere,
)
from benchmarks.verification.exact.medium import Medium

PERFUSED = Medium(conductivity=0.5, capacity=3.8e6, sink=3e4)
DRY = Medium(conductivity=0.5, capacity=3.8e6)


def residual(field, r: float, t: float, medium: Medium, dimension: int, source: float) -> float:
    """Residual of the Pennes equation for a radial field, relative to its largest term."""
    h, dt = 1e-3 * r, 1e-3 * t
    value = field(r, t)
    first = (field(r + h, t) - field(r - h, t)) / (2 * h)
    second = (field(r + h, t) - 2 * value + field(r - h, t)) / h**2
    storage = medium.capacity * (field(r, t + dt) - field(r, t - dt)) / (2 * dt)
    terms = [
        storage,
        -medium.conductivity * (second + (dimension - 1) / r * first),
        medium.sink * value,
        -source,
    ]
    return abs(math.fsum(terms)) / max(abs(term) for term in terms)


def test_point_source_steady() -> None:
    got = point_source.steady(np.array([5, 10, 15, 20]) * 1e-3, 10.0, PERFUSED)
    assert got == pytest.approx([93.53, 13.741, 2.692, 0.593], rel=4e-4)


def test_point_source_transient() -> None:
    got = point_source.transient(10e-3, np.array([60.0, 120.0, 180.0, 300.0]), 5.0, PERFUSED)
    assert got == pytest.approx([0.6444, 3.0969, 4.8496, 6.3056], abs=5.1e-5)


def test_point_source_obeys_its_equation_and_its_limits() -> None:
    def field(r: float, t: float) -> float:
        return float(point_source.transient(r, t, 5.0, PERFUSED))

    assert residual(field, 8e-3, 100.0, PERFUSED, 3, 0.0) < 1e-4
    r = np.array([2e-3, 10e-3, 60e-3])
    late = point_source.transient(r, 1e7, 5.0, PERFUSED)
    assert late == pytest.approx(point_source.steady(r, 5.0, PERFUSED), rel=1e-12)
    # Without perfusion: P / (4 pi k r) erfc(r / sqrt(4 alpha t)).
    dry = point_source.transient(10e-3, 300.0, 5.0, DRY)
    x = 10e-3 / math.sqrt(4.0 * DRY.diffusivity * 300.0)
    assert dry == pytest.approx(5.0 / (4 * math.pi * 0.5 * 10e-3) * math.erfc(x), rel=1e-12)
    assert np.isfinite(point_source.transient(1.0, 1e-3, 5.0, PERFUSED))


def test_sphere() -> None:
    r = np.array([0.0, 5.0, 10.0, 15.0]) * 1e-3
    got = sphere.steady(r, 10e-3, 2e6, PERFUSED)
    assert got == pytest.approx([46.812, 41.462, 20.075, 3.932], abs=5.1e-4)


def test_sphere_is_smooth_and_tends_to_the_point_source() -> None:
    a, h = 10e-3, 1e-6
    near = sphere.steady(np.array([a - 2 * h, a - h, a, a + h, a + 2 * h]), a, 2e6, PERFUSED)
    assert near[3] - near[2] == pytest.approx(near[2] - near[1], rel=1e-3)
    small = 0.1e-3
    power = 2e9 * 4.0 / 3.0 * math.pi * small**3
    far = sphere.steady(np.array([8e-3]), small, 2e9, PERFUSED)
    assert far == pytest.approx(point_source.steady(8e-3, power, PERFUSED), rel=1e-3)


def test_gaussian_centre_in_closed_form() -> None:
    times = np.array([60.0, 300.0])
    closed = gaussian.centre_unperfused(times, 5e6, 6e-3, DRY)
    assert closed == pytest.approx([59.854, 158.533], abs=5.1e-4)
    for t, expected in zip(times, closed, strict=True):
        got = gaussian.rise([0.0, 0.0, 0.0], t, 5e6, (6e-3,) * 3, DRY)
        assert got == pytest.approx(expected, rel=1e-10)


def test_gaussian_with_perfusion() -> None:
    points = np.array([[0.0, 0.0, 0.0], [0.0, 10e-3, 0.0]])
    for t, expected in ((60.0, [48.702, 14.968]), (300.0, [81.413, 30.499])):
        got = gaussian.rise(points, t, 5e6, (6e-3,) * 3, PERFUSED)
        assert got == pytest.approx(expected, abs=5.1e-4)


def test_gaussian_steady_without_perfusion() -> None:
    r = np.array([0.0, 1e-3, 6e-3, 30e-3])
    closed = gaussian.steady_unperfused(r, 5e6, 6e-3, DRY)
    points = np.stack([r, 0 * r, 0 * r], axis=1)
    got = gaussian.rise(points, math.inf, 5e6, (6e-3,) * 3, DRY)
    assert got == pytest.approx(closed, rel=1e-8)
    assert closed[2] == pytest.approx(5e6 * 36e-6 / 0.5 * math.sqrt(math.pi / 2) * erf(0.5**0.5))


def test_anisotropic_gaussian_obeys_its_equation() -> None:
    widths = np.array([6e-3, 4e-3, 12e-3])
    x, t, h, dt = np.array([3e-3, -2e-3, 7e-3]), 90.0, 2e-5, 0.05

    def field(point: np.ndarray, time: float) -> float:
        return float(gaussian.rise(point, time, 5e6, widths, PERFUSED))

    value = field(x, t)
    laplacian = sum(
        (field(x + h * e, t) - 2 * value + field(x - h * e, t)) / h**2 for e in np.eye(3)
    )
    storage = PERFUSED.capacity * (field(x, t + dt) - field(x, t - dt)) / (2 * dt)
    heating = float(gaussian.density(x, 5e6, widths))
    balance = storage - PERFUSED.conductivity * laplacian + PERFUSED.sink * value - heating
    assert abs(balance) < 1e-4 * heating


def test_gaussian_special_cases() -> None:
    # Very long in z, the Gaussian is a line; very narrow, it is a point.
    line = gaussian.rise([5e-3, 0, 0], 100.0, 5e6, (3e-3, 3e-3, math.inf), PERFUSED)
    long = gaussian.rise([5e-3, 0, 0], 100.0, 5e6, (3e-3, 3e-3, 10.0), PERFUSED)
    assert line == pytest.approx(long, rel=1e-6)
    widths = (0.1e-3,) * 3
    peak = gaussian.peak_density(5.0, widths)
    point = gaussian.rise([10e-3, 0, 0], 300.0, peak, widths, PERFUSED)
    assert point == pytest.approx(6.3056, rel=1e-3)
    # A pulse is the source switched on minus the source switched on later.
    wide = (6e-3, 4e-3, 12e-3)
    on, later = (gaussian.rise([1e-3, 0, 0], t, 5e6, wide, PERFUSED) for t in (90.0, 30.0))
    pulse = gaussian.rise([1e-3, 0, 0], 90.0, 5e6, wide, PERFUSED, duration=60.0)
    assert pulse == pytest.approx(float(on - later), rel=1e-9)
    during = gaussian.rise([1e-3, 0, 0], 30.0, 5e6, wide, PERFUSED, duration=60.0)
    assert during == pytest.approx(float(later), rel=1e-12)


def test_peak_density_integrates_to_the_power() -> None:
    widths = (6e-3, 4e-3, 12e-3)
    peak = gaussian.peak_density(40.0, widths)
    axes = [quad(lambda x, s=s: math.exp(-0.5 * (x / s) ** 2), -0.2, 0.2)[0] for s in widths]
    assert peak * math.prod(axes) == pytest.approx(40.0, rel=1e-8)


def test_line_source() -> None:
    steady = float(line_source.steady(5e-3, 500.0, PERFUSED))
    assert steady == pytest.approx(
        500.0 / (2 * math.pi * 0.5) * quad(  # K0(x) = int exp(-x cosh s) ds
            lambda s: math.exp(-5e-3 / PERFUSED.perfusion_length * math.cosh(s)), 0.0, 8.0
        )[0], rel=1e-9,
    )  # fmt: skip

    def field(r: float, t: float) -> float:
        return float(line_source.transient_unperfused(r, t, 500.0, DRY))

    assert residual(field, 6e-3, 80.0, DRY, 2, 0.0) < 1e-4
    # The line is a row of point sources.
    points = quad(
        lambda z: float(point_source.transient(math.hypot(6e-3, z), 80.0, 500.0, DRY)), 0.0, 0.2,
        limit=200,
    )[0]  # fmt: skip
    assert field(6e-3, 80.0) == pytest.approx(2.0 * points, rel=1e-8)


VYAS = beam.Beam(energy=21.0, duration=0.3, radius=4.5e-3, attenuation=60.0)
# K = mu E0 / (pi t0 rho c) = 350 K mm2/s in the paper's units fixes rho c.
VYAS_CAPACITY = 60.0 * 21.0 / (math.pi * 0.3 * 350e-6)
VYAS_MEDIUM = Medium(
    conductivity=0.12e-6 * VYAS_CAPACITY, capacity=VYAS_CAPACITY, sink=0.0013 * VYAS_CAPACITY
)


def test_beam() -> None:
    assert pytest.approx(3.82e6, rel=1e-3) == VYAS_CAPACITY
    printed = {1.0: [9.2448, 6.3235, 2.0238], 5.0: [6.3712, 4.6208, 1.7628]}
    for t, expected in printed.items():
        got = [beam.rise(r, 1e-3, t, VYAS, VYAS_MEDIUM) for r in (0.0, 2e-3, 4e-3)]
        assert got == pytest.approx(expected, abs=5.1e-5)


def test_beam_starts_adiabatically() -> None:
    t = 1e-4
    for r, z in ((0.0, 1e-3), (3e-3, 4e-3)):
        heating = float(VYAS.density(np.array(r), np.array(z)))
        expected = float(energy.adiabatic_rise(heating, t, VYAS_MEDIUM))
        assert beam.rise(r, z, t, VYAS, VYAS_MEDIUM) == pytest.approx(expected, rel=1e-4)
    assert beam.rise(0.0, -1e-3, t, VYAS, VYAS_MEDIUM) == pytest.approx(0.0, abs=1e-12)


def test_energy_of_a_point_source() -> None:
    t = 300.0
    for medium in (PERFUSED, DRY):
        stored = quad(
            lambda r, m=medium: m.capacity * 4 * math.pi * r**2
            * float(point_source.transient(r, t, 5.0, m)),
            1e-9, 0.15, limit=200,
        )[0]  # fmt: skip
        assert stored == pytest.approx(energy.stored_heat(5.0, t, medium), rel=1e-8)
    assert energy.stored_heat(5.0, t, DRY) == 1500.0


def test_adiabatic_start_of_a_gaussian() -> None:
    widths = (6e-3, 4e-3, 12e-3)
    point = np.array([2e-3, 1e-3, 0.0])
    expected = energy.adiabatic_rise(gaussian.density(point, 5e6, widths), 0.1, DRY)
    got = gaussian.rise(point, 0.1, 5e6, widths, DRY)
    assert got == pytest.approx(float(expected), rel=2e-3)


BONE = Medium(conductivity=0.31, sink=2.2e3)
TUMOUR = Medium(conductivity=0.52, sink=3.8e4)


def test_two_layers_match_the_hyperbolic_functions() -> None:
    # Bone heated on one face, tumour held at 0 on the other: solved by hand for the interface.
    a, b = 8e-3, 12e-3
    l1, l2 = BONE.perfusion_length, TUMOUR.perfusion_length
    g1 = BONE.conductivity / l1 / math.sinh(a / l1)
    interface = (
        30.0
        * g1
        / (
            BONE.conductivity / l1 / math.tanh(a / l1)
            + TUMOUR.conductivity / l2 / math.tanh(b / l2)
        )
    )
    layers = [layered.Layer(a, BONE), layered.Layer(b, TUMOUR)]
    x = np.array([0.0, 4e-3, a, 14e-3, a + b])
    got = layered.steady(x, layers, left=30.0)
    middle = (30.0 * math.sinh(0.5 * a / l1) + interface * math.sinh(0.5 * a / l1)) / math.sinh(
        a / l1
    )
    beyond = interface * math.sinh(6e-3 / l2) / math.sinh(b / l2)
    assert got == pytest.approx([30.0, middle, interface, beyond, 0.0], rel=1e-12, abs=1e-12)


def test_layers_keep_the_flux_and_the_heat_balance() -> None:
    layers = [
        layered.Layer(5e-3, BONE, 1e5),
        layered.Layer(4e-3, Medium(conductivity=0.5), 4e5),
        layered.Layer(9e-3, TUMOUR, 2e5),
    ]
    edges, h = [0.0, 5e-3, 9e-3, 18e-3], 1e-6

    def slope(x: float) -> float:
        pair = layered.steady(np.array([x - h, x + h]), layers, left=1.0, right=2.0)
        return float(pair[1] - pair[0]) / (2 * h)

    for edge, before, after in zip(edges[1:3], layers[:-1], layers[1:], strict=True):
        left = before.medium.conductivity * slope(edge - 2 * h)
        right = after.medium.conductivity * slope(edge + 2 * h)
        assert left == pytest.approx(right, rel=2e-3)
    for layer, start, end in zip(layers, edges[:-1], edges[1:], strict=True):
        taken = layer.medium.sink * quad(
            lambda x: float(layered.steady(x, layers, left=1.0, right=2.0)), start, end
        )[0]  # fmt: skip
        out = layer.medium.conductivity * (slope(start + 2 * h) - slope(end - 2 * h))
        assert out == pytest.approx(layer.density * layer.thickness - taken, rel=2e-3)


def test_a_layer_without_perfusion_is_the_limit_of_little_perfusion() -> None:
    x = np.linspace(0.0, 10e-3, 7)
    profiles = [
        layered.steady(x, [layered.Layer(10e-3, Medium(0.5, sink=sink), 1e5)], 3.0, 1.0)
        for sink in (0.0, 1e-3)
    ]
    assert profiles[0] == pytest.approx(profiles[1], rel=1e-6)
    assert profiles[0][3] == pytest.approx(2.0 + 1e5 * (5e-3) ** 2 / (2 * 0.5), rel=1e-12)
