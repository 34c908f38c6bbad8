"""Compiled kernels of the heat solver: the stages of a super-time step and its error.

With theta = T - 37 degC and the scaled enthalpy v = u - 37 (see :mod:`mwa_sim.tissue.enthalpy`) the
semi-discrete equation

    dv_i/dt = sum_j A_ij theta_j + sum_j B_ij D(theta_j) - d_i theta_i + q_i,        A = -K / C,

is advanced by the Runge-Kutta-Legendre scheme of second order (RKL2; key ``meyer2014``): s
explicit stages are stable up to dt = (s^2 + s - 2) / (2 lambda_max), so the cost of a step grows
with the square root of its size and nothing is ever assembled, factorised or iterated, whatever
the phase change does.  ``D = int (clip(T, 37, 100) - 37) dT`` carries the linear growth of the
conductivity with temperature (Kirchhoff transform), ``B = -K_slope / C``.

The stages work on increments z_j = v_j - v_0 in single precision, whose rounding is that of the
change in one step; the enthalpy itself is kept in double precision.  Rows are handled in chunks
that stay in the first cache: the product first, then loops over the chunk that the compiler turns
into vector instructions (each with few enough arrays for it to prove them distinct), and the
inversion of the enthalpy only in chunks where something boils.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from mwa_sim.heat.sliced import CHUNK, SLICE, product, product_of_two
from mwa_sim.tissue.enthalpy import WINDOW_END, WINDOW_START, temperature_near, vapour_slope
from mwa_sim.typing import BoolArray, FloatArray, IntArray

REFERENCE = 37.0
"""Temperature that theta and v are counted from [degC]; that of the blood."""
CONDUCTIVITY_START = 37.0
CONDUCTIVITY_END = 100.0
MIN_STAGES = 3

_SPAN = np.float32(CONDUCTIVITY_END - CONDUCTIVITY_START)
_HALF = np.float32(0.5)
_ZERO = np.float32(0.0)
_START = np.float32(WINDOW_START - REFERENCE)
_END = np.float32(WINDOW_END - REFERENCE)


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def conducted(theta: Any, linear: Any, slope: Any, out: Any) -> None:
    """``linear theta + slope D(theta)`` with D = int (clip(theta, 0, 63)) dtheta [K2].

    The temperature that conduction acts on where the conductivity grows alike in all tissues
    (linear 1), or D alone for the second matrix (linear 0, slope 1).
    """
    for i in range(theta.size):
        x = min(max(theta[i], _ZERO), _SPAN)
        out[i] = linear * theta[i] + slope * (x * (theta[i] - _HALF * x))


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _dry(v: Any, latent: Any, theta: Any) -> int:
    """Temperatures of a chunk outside the window; how many nodes are in it."""
    for i in range(v.size):
        theta[i] = v[i] - (latent[i] if v[i] >= _END + latent[i] else _ZERO)
    boiling = 0
    for i in range(v.size):
        boiling += (v[i] > _START) & (v[i] < _END + latent[i]) & (latent[i] > _ZERO)
    return boiling


@njit(cache=True)
def _temperatures(v: Any, latent: Any, near: Any, theta: Any) -> None:
    """Fill ``theta`` for the enthalpies ``v`` of a chunk; below the window they are the same."""
    if _dry(v, latent, theta):
        for i in range(v.size):
            if _START < v[i] < _END + latent[i] and latent[i] > _ZERO:
                found = temperature_near(REFERENCE + v[i], latent[i], REFERENCE + near[i])
                theta[i] = found - REFERENCE


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _first(diff: Any, d: Any, q: Any, theta: Any, rate: Any) -> None:
    for i in range(rate.size):
        rate[i] = diff[i] - d[i] * theta[i] + q[i]


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _start(dt: Any, rate: Any, v0: Any, z: Any, before: Any, v: Any) -> None:
    for i in range(rate.size):
        z[i] = dt * rate[i]
        before[i] = _ZERO
        v[i] = v0[i] + dt * rate[i]


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _combine(
    mu: Any, nu: Any, mut: Any, diff: Any, d: Any, q: Any, theta: Any, z: Any, new: Any
) -> None:
    for i in range(z.size):
        new[i] = mu * z[i] + nu * new[i] + mut * (diff[i] - d[i] * theta[i] + q[i])


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _add_first(gat: Any, rate: Any, v0: Any, z: Any, v: Any) -> None:
    for i in range(z.size):
        z[i] += gat * rate[i]
        v[i] = v0[i] + z[i]


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _errors(dt: Any, diff: Any, d: Any, q: Any, theta: Any, rate: Any, z: Any, error: Any) -> None:
    """0.4 dt (f_0 + f_1) - 0.8 (v_1 - v_0), of which the size is the error of the step."""
    a, b = np.float32(0.4) * dt, np.float32(0.8)
    for i in range(z.size):
        error[i] = a * (rate[i] + (diff[i] - d[i] * theta[i] + q[i])) - b * z[i]


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _lost(capacity: Any, d: Any, theta: Any, after: Any) -> float:
    total = _ZERO
    for i in range(d.size):
        total += capacity[i] * d[i] * (theta[i] + after[i])
    return float(total)


@njit(cache=True)
def _largest(error: Any, latent: Any, theta: Any) -> float:
    """Largest temperature error of a chunk; not a number is larger than any."""
    top = _ZERO
    finite = _ZERO
    boiling = 0
    for i in range(error.size):
        top = max(top, abs(error[i]))
        finite += error[i] * _ZERO
        boiling += (theta[i] > _START) & (theta[i] < _END) & (latent[i] > _ZERO)
    if finite != _ZERO:
        return np.inf
    if not boiling:
        return float(top)
    worst = 0.0
    for i in range(error.size):
        e = abs(error[i])
        if _START < theta[i] < _END:
            e /= 1.0 + latent[i] * vapour_slope(REFERENCE + theta[i])
        worst = max(worst, e)
    return worst


@njit(cache=True, nogil=True)
def open_step(
    first: int,
    last: int,
    dt: float,
    latent: Any,
    linear: Any,
    slope: Any,
    v: Any,
    theta: Any,
    diff: Any,
    d: Any,
    q: Any,
    rate: Any,
    z: Any,
    before: Any,
    t: Any,
    felt: Any,
) -> None:
    """First stage of a step for the rows ``first`` to ``last``, multiples of CHUNK.

    Parameters
    ----------
    dt : float [s]
        Of the stage.
    latent : (n,) float32 array [K]
        Latent ratio of each node.
    linear, slope : float32
        Of `conducted`; slope 0 where the conductivity is constant.
    v, theta, diff : (n,) float32 array
        Enthalpy and temperature above 37 degC, diffusive rate [K/s], at the start of the step.
    d, q : (n,) float32 array [1/s], [K/s]
        Linear sink and source, constant in the step.
    rate, z, before, t, felt : (n,) float32 array
        Filled: rate of change at the start, increment after this stage and before it (zero),
        temperature after it, what conduction acts on.
    """
    buffer = np.empty(CHUNK, dtype=np.float32)
    stage = np.float32(dt)
    for a in range(first, last, CHUNK):
        e = a + CHUNK
        _first(diff[a:e], d[a:e], q[a:e], theta[a:e], rate[a:e])
        _start(stage, rate[a:e], v[a:e], z[a:e], before[a:e], buffer)
        _temperatures(buffer, latent[a:e], theta[a:e], t[a:e])
        if slope != _ZERO:
            conducted(t[a:e], linear, slope, felt[a:e])


@njit(cache=True, nogil=True)
def add_stage(
    first: int,
    last: int,
    coefficients: tuple[float, float, float, float],
    offsets: Any,
    columns: Any,
    values: Any,
    slope_values: Any,
    latent: Any,
    linear: Any,
    slope: Any,
    v: Any,
    d: Any,
    q: Any,
    rate: Any,
    z: Any,
    z_new: Any,
    t: Any,
    felt: Any,
    t_new: Any,
    felt_new: Any,
) -> None:
    """A further stage for the rows ``first`` to ``last``; other rows of ``t``, ``felt`` are read.

    ``coefficients`` are mu, nu, mu~ dt and gamma~ dt of the stage; ``z_new`` holds the increment
    before the last stage on entry and that after this one on return. The rest as in `open_step`.
    """
    mu, nu = np.float32(coefficients[0]), np.float32(coefficients[1])
    mut, gat = np.float32(coefficients[2]), np.float32(coefficients[3])
    mixed = slope_values.size > 0
    buffer = np.empty(CHUNK, dtype=np.float32)
    for a in range(first, last, CHUNK):
        e = a + CHUNK
        if mixed:
            product_of_two(offsets, columns, values, slope_values, a // SLICE, t, felt, buffer)
        else:
            product(offsets, columns, values, a // SLICE, felt, buffer)
        _combine(mu, nu, mut, buffer, d[a:e], q[a:e], t[a:e], z[a:e], z_new[a:e])
        _add_first(gat, rate[a:e], v[a:e], z_new[a:e], buffer)
        _temperatures(buffer, latent[a:e], t[a:e], t_new[a:e])
        if slope != _ZERO:
            conducted(t_new[a:e], linear, slope, felt_new[a:e])


@njit(cache=True, nogil=True)
def close_step(
    first: int,
    last: int,
    dt: float,
    offsets: Any,
    columns: Any,
    values: Any,
    slope_values: Any,
    latent: Any,
    capacity: Any,
    theta: Any,
    d: Any,
    q: Any,
    rate: Any,
    z: Any,
    t: Any,
    felt: Any,
    diff_new: Any,
    errors: FloatArray,
    lost: FloatArray,
) -> None:
    """Diffusive rate at the end of a step, its error and its losses, rows ``first`` to ``last``.

    Every chunk of rows fills its place in ``errors`` [K], the largest temperature error by the
    estimate of Sommeijer, Shampine & Verwer for stabilised second-order schemes,
    0.8 (u - u_new) + 0.4 dt (f + f_new), divided by du/dT, and in ``lost`` [W], the mean heat
    flow sum C d (theta + theta_new) / 2 to what the sinks lead to.
    """
    mixed = slope_values.size > 0
    buffer = np.empty(CHUNK, dtype=np.float32)
    step = np.float32(dt)
    for a in range(first, last, CHUNK):
        e = a + CHUNK
        if mixed:
            product_of_two(
                offsets, columns, values, slope_values, a // SLICE, t, felt, diff_new[a:e]
            )
        else:
            product(offsets, columns, values, a // SLICE, felt, diff_new[a:e])
        _errors(step, diff_new[a:e], d[a:e], q[a:e], t[a:e], rate[a:e], z[a:e], buffer)
        errors[a // CHUNK] = _largest(buffer, latent[a:e], t[a:e])
        lost[a // CHUNK] = 0.5 * _lost(capacity[a:e], d[a:e], theta[a:e], t[a:e])


@njit(cache=True)
def spectral_bound(indptr: IntArray, values: FloatArray, d: FloatArray, free: BoolArray) -> float:
    """Gershgorin bound [1/s] of the largest eigenvalue of -(A - diag d) on the free rows."""
    worst = 0.0
    for i in range(d.size):
        if not free[i]:
            continue
        acc = d[i]
        for k in range(indptr[i], indptr[i + 1]):
            acc += abs(values[k])
        worst = max(worst, acc)
    return worst
