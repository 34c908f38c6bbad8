"""The heat solver against closed forms on graded octants, symmetric by insulation.

Reference numbers: k = 0.5 W/m/K, rho c = 3.8e6 J/m3/K, W = 3e4 W/m3/K unless stated; evaluated from
the closed forms in `benchmarks.verification.exact`.
"""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.integrate import quad

from benchmarks.verification.blocks import (
    Block,
    consistent_load,
    graded_axis,
    material,
    model,
    tensor,
)
from mwa_sim.heat.boundary import NodalBoundary
from mwa_sim.heat.pennes import BLOOD_DENSITY, BLOOD_SPECIFIC_HEAT
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper

K, RHO_C, W = 0.5, 3.8e6, 3e4
ALPHA, BETA = K / RHO_C, W / RHO_C


def octant(first, growth=1.05, end=0.05):
    axis = graded_axis(first, growth, end)
    return tensor(axis, axis, axis)


def far_faces_fixed(b: Block) -> NodalBoundary:
    end = b.nodes.max()
    return NodalBoundary(np.any(b.nodes > end - 1e-9, axis=1), np.zeros(len(b.nodes)), 37.0)


def stepper(b, load, perfusion, **options):
    omega = perfusion / (BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT)
    m = model(b, material(perfusion=omega), far_faces_fixed(b))
    return HeatStepper(m, [Source(sp.csr_matrix(load[:, None]), [None])], 37.0, **options)


def march(s, until):
    while s.time < until:
        s.step(until, (1.0,))
    return s.temperature - 37.0


def on_axis(b, rise, r):
    axis = np.all(b.nodes[:, 1:] == 0.0, axis=1)
    order = np.argsort(b.nodes[axis, 0])
    return np.interp(r, b.nodes[axis, 0][order], rise[axis][order])


def gaussian_rise(q0, s, r, t, beta):
    def integrand(u):
        width = s * s + 2 * ALPHA * u
        return np.exp(-beta * u - r * r / (2 * width)) * (s * s / width) ** 1.5

    return q0 / RHO_C * quad(integrand, 0.0, t, epsrel=1e-10)[0]


@pytest.mark.parametrize(
    ("perfusion", "expected"),
    [
        (0.0, {(0.0, 60): 59.854, (0.0, 300): 158.533}),
        (W, {(0.0, 60): 48.702, (0.0, 300): 81.413, (0.01, 60): 14.968, (0.01, 300): 30.499}),
    ],
)
def test_gaussian_source(perfusion, expected):
    b = octant(0.8e-3)
    assert len(b.tets) < 300_000
    s = 6e-3
    load = consistent_load(b, 5e6 * np.exp(-(b.nodes**2).sum(axis=1) / (2 * s * s)))
    run = stepper(b, load, perfusion)
    for t in (60, 300):
        rise = march(run, float(t))
        for (r, at), value in expected.items():
            if at == t:
                exact = gaussian_rise(5e6, s, r, t, perfusion / RHO_C)
                assert exact == pytest.approx(value, abs=2e-3)
                assert on_axis(b, rise, r) == pytest.approx(exact, abs=0.5)
    assert run.energy.balance_error < 1e-4


def test_gaussian_source_converges_at_second_order():
    s, errors = 6e-3, []
    exact = gaussian_rise(5e6, s, 0.0, 60.0, BETA)
    for first in (3.2e-3, 1.6e-3, 0.8e-3):
        b = octant(first, 1.0 + 0.1 * first / 0.8e-3, 0.05)
        load = consistent_load(b, 5e6 * np.exp(-(b.nodes**2).sum(axis=1) / (2 * s * s)))
        run = stepper(b, load, W, tolerance=0.005, first_step=0.01)
        errors.append(abs(on_axis(b, march(run, 60.0), 0.0) - exact))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.7), (errors, orders)


def point_load(b, power):
    load = np.zeros(len(b.nodes))
    load[np.argmin((b.nodes**2).sum(axis=1))] = power / 8.0
    return load


@pytest.mark.parametrize("r", [0.005, 0.010, 0.015, 0.020])
def test_steady_point_source_converges(r):
    exact = 10.0 / (4 * np.pi * K * r) * np.exp(-r * np.sqrt(W / K))
    table = {0.005: 93.53, 0.010: 13.741, 0.015: 2.692, 0.020: 0.593}
    assert exact == pytest.approx(table[r], abs=6e-3)
    errors = []
    for cells in (15, 30):
        axis = np.linspace(0.0, 0.03, cells + 1)
        b = tensor(axis, axis, axis)
        rise = march(stepper(b, point_load(b, 10.0), W, max_step=20.0), 1000.0)
        errors.append(abs(on_axis(b, rise, r) - exact))
    assert errors[1] < 0.05 * exact + 0.01
    assert np.log2(errors[0] / errors[1]) > 1.5


def test_transient_point_source_converges():
    errors = []
    for cells in (15, 30):
        axis = np.linspace(0.0, 0.03, cells + 1)
        b = tensor(axis, axis, axis)
        run = stepper(b, point_load(b, 5.0), W)
        table = ((60.0, 0.6444), (180.0, 4.8496), (300.0, 6.3056))
        errors.append([abs(on_axis(b, march(run, t), 0.010) - value) for t, value in table])
    assert np.all(np.array(errors[1]) < [0.1, 0.12, 0.12])
    assert np.all(np.log2(np.array(errors[0]) / errors[1]) > 1.5)


def sphere_load(b, radius, q, n=5):
    """Nodal integrals of q inside the sphere, each element sampled on a lattice of points."""
    grid = np.array(
        [(i, j, k) for i in range(n) for j in range(n - i) for k in range(n - i - j)], dtype=float
    )
    bary = np.column_stack([grid + 0.25, n - 0.75 - grid.sum(axis=1)]) / n
    points = np.einsum("pk,mkd->mpd", bary, b.nodes[b.tets])
    inside = ((points**2).sum(axis=2) < radius**2).astype(float)
    local = q * b.volumes[:, None] * (inside @ bary) / len(bary)
    load = np.bincount(b.tets.ravel(), weights=local.ravel(), minlength=len(b.nodes))
    return load * (q * np.pi * radius**3 / 6.0 / load.sum())


def test_steady_uniform_sphere_converges():
    a, q, errors = 0.010, 2e6, []
    table = {0.0: 46.812, 0.005: 41.462, 0.010: 20.075, 0.015: 3.932}
    for cells in (12, 36):
        axis = np.linspace(0.0, 0.03, cells + 1)
        b = tensor(axis, axis, axis)
        rise = march(stepper(b, sphere_load(b, a, q), W, max_step=20.0), 1000.0)
        errors.append([abs(on_axis(b, rise, r) - value) for r, value in table.items()])
    assert max(errors[1]) < 0.5
    # The largest errors sit at the edge of the sphere, where the source jumps.
    assert np.log(max(errors[0]) / max(errors[1])) / np.log(3.0) > 1.5
