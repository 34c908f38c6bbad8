"""Manufactured solutions: observed order in space and time of the nonlinear heat solver."""

import numpy as np
import pytest

from benchmarks.verification.blocks import cube, material, model
from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.kernels import REFERENCE
from mwa_sim.heat.superstep import SuperStep, stages_for
from mwa_sim.heat.team import ALONE

HALF, DECAY, K, SLOPE, RHO_C = 0.01, 30.0, 0.5, 0.0066, 3.8e6


def exact(x, t):
    """T = 65 + 20 cos(pi x / L) cos(pi y / L) cos(pi z / L) exp(-t / 30 s), L = 20 mm: no flux."""
    return 65.0 + 20.0 * np.prod(np.cos(np.pi * (x + HALF) / (2 * HALF)), axis=1) * np.exp(
        -t / DECAY
    )


def heat(x, t):
    """Power density that makes `exact` a solution: rho c T_t - div(k(T) grad T)."""
    a = np.pi / (2 * HALF)
    c, s = np.cos(a * (x + HALF)), np.sin(a * (x + HALF))
    amplitude = 20.0 * np.exp(-t / DECAY)
    mode = np.prod(c, axis=1)
    gradient2 = (amplitude * a) ** 2 * (
        (s[:, 0] * c[:, 1] * c[:, 2]) ** 2
        + (c[:, 0] * s[:, 1] * c[:, 2]) ** 2
        + (c[:, 0] * c[:, 1] * s[:, 2]) ** 2
    )
    k = K * (1.0 + SLOPE * (65.0 + amplitude * mode - 37.0))
    laplacian = -3.0 * a**2 * amplitude * mode
    return -RHO_C * amplitude * mode / DECAY - k * laplacian - K * SLOPE * gradient2


def march(n, steps, until=20.0):
    b = cube(n, HALF)
    m = model(b, material(conductivity_slope=SLOPE), nodal_boundary(b.nodes, b.faces, "insulated"))
    size = len(b.nodes)
    enthalpy = exact(b.nodes, 0.0) - REFERENCE
    step = SuperStep(m, enthalpy, enthalpy, ALONE)
    spare = step.theta.copy()
    dt = until / steps
    stages = stages_for(dt * m.fastest_rate() * m.conductivity_growth(90.0))
    for k in range(steps):
        step.heat[:size] = heat(b.nodes, (k + 0.5) * dt) / RHO_C
        step.attempt(dt, stages)
        enthalpy = enthalpy + step.increment[:size]
        step.v[:size] = enthalpy
        spare = step.accept(spare)
    volume = m.capacity / RHO_C
    t = REFERENCE + step.theta[:size].astype(float)
    return t, np.sqrt((volume * (t - exact(b.nodes, until)) ** 2).sum() / volume.sum())


def test_second_order_in_space_with_growing_conductivity():
    errors = [march(n, 80)[1] for n in (6, 12, 24)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.9), (errors, orders)
    assert errors[-1] < 0.02


def test_second_order_in_time_with_growing_conductivity():
    reference, _ = march(8, 1280)
    errors = [np.abs(march(8, steps)[0] - reference).max() for steps in (10, 20, 40)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx(2.0, abs=0.2), (errors, orders)
