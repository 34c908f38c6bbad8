"""Compiled kernels of the heat solver: one super-time-stepping step and its stability bound.

The semi-discrete equation in the scaled enthalpy u (see :mod:`mwa_sim.tissue.enthalpy`),

    du_i/dt = sum_j A_ij T_j + sum_j B_ij D(T_j) - d_i T_i + q_i,        A = -K / C,

is advanced by the Runge-Kutta-Legendre scheme of second order (RKL2; key ``meyer2014``): s
explicit stages are stable up to dt = (s^2 + s - 2) / (2 lambda_max), so the cost of a step grows
with the square root of its size and nothing is ever assembled, factorised or iterated, whatever
the phase change does.  ``D(T) = int (clip(T, 37, 100) - 37) dT`` carries the linear growth of the
conductivity with temperature (Kirchhoff transform), ``B = -K_slope / C``; B is skipped when no
tissue has a slope.

Columns are unsigned 32-bit: signed ones cost a wrap-around test for every access.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mwa_sim.tissue.enthalpy import WINDOW_START, temperature_near, vapour_slope
from mwa_sim.typing import BoolArray, FloatArray, IntArray

CONDUCTIVITY_START = 37.0
CONDUCTIVITY_END = 100.0
_SPAN = CONDUCTIVITY_END - CONDUCTIVITY_START
MIN_STAGES = 3


@njit(cache=True, inline="always")
def kirchhoff(t: float) -> float:
    """D(T) = integral of (clip(T, 37, 100) - 37) dT [K2], the Kirchhoff part of k(T)."""
    x = t - CONDUCTIVITY_START
    if x <= 0.0:
        return 0.0
    if x <= _SPAN:
        return 0.5 * x * x
    return _SPAN * (x - 0.5 * _SPAN)


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def diffuse(
    indptr: IntArray,
    columns: IntArray,
    values: FloatArray,
    slope_values: FloatArray,
    t: FloatArray,
    dt_: FloatArray,
    out: FloatArray,
) -> None:
    """Diffusive rate ``A T + B D(T)`` [K/s]; ``dt_`` holds D(T) where B is used."""
    n = out.size
    if slope_values.size == 0:
        for i in range(n):
            acc = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                acc += values[k] * t[columns[k]]
            out[i] = acc
    else:
        for i in range(n):
            acc = 0.0
            for k in range(indptr[i], indptr[i + 1]):
                j = columns[k]
                acc += values[k] * t[j] + slope_values[k] * dt_[j]
            out[i] = acc


@njit(cache=True)
def kirchhoff_array(t: FloatArray, out: FloatArray) -> None:
    """Fill ``out`` with D(T) [K2]."""
    for i in range(t.size):
        out[i] = kirchhoff(t[i])


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _stage(
    indptr: IntArray,
    columns: IntArray,
    values: FloatArray,
    slope_values: FloatArray,
    latent: FloatArray,
    d: FloatArray,
    q: FloatArray,
    coefficients: FloatArray,
    u0: FloatArray,
    rate0: FloatArray,
    y_new: FloatArray,
    y_old: FloatArray,
    t_old: FloatArray,
    k_old: FloatArray,
    t_new: FloatArray,
    k_new: FloatArray,
) -> None:
    """One RKL2 stage; ``y_new`` holds Y_{j-2} on entry and Y_j on return."""
    mu, nu, rest, mut, gat = (
        coefficients[0],
        coefficients[1],
        coefficients[2],
        coefficients[3],
        coefficients[4],
    )
    with_slope = slope_values.size > 0
    for i in range(u0.size):
        acc = 0.0
        if with_slope:
            for k in range(indptr[i], indptr[i + 1]):
                j = columns[k]
                acc += values[k] * t_old[j] + slope_values[k] * k_old[j]
        else:
            for k in range(indptr[i], indptr[i + 1]):
                acc += values[k] * t_old[columns[k]]
        rate = acc - d[i] * t_old[i] + q[i]
        y = mu * y_old[i] + nu * y_new[i] + rest * u0[i] + mut * rate + gat * rate0[i]
        y_new[i] = y
        # Below the window the scaled enthalpy is the temperature.
        t_new[i] = y if y <= WINDOW_START else temperature_near(y, latent[i], t_old[i])
    if with_slope:
        kirchhoff_array(t_new, k_new)


@njit(cache=True)
def rkl2_step(
    indptr: IntArray,
    columns: IntArray,
    values: FloatArray,
    slope_values: FloatArray,
    latent: FloatArray,
    d: FloatArray,
    q: FloatArray,
    dt: float,
    stages: int,
    u: FloatArray,
    t: FloatArray,
    diff: FloatArray,
    work: FloatArray,
    u_new: FloatArray,
    t_new: FloatArray,
    diff_new: FloatArray,
) -> float:
    """Advance the enthalpy by one RKL2 step and estimate its temperature error.

    Parameters
    ----------
    indptr, columns, values, slope_values : CSR arrays of A and B, rows scaled by 1/C [1/s]
    latent : (n,) float array [K]
        Latent ratio lambda of each node.
    d, q : (n,) float array [1/s], [K/s]
        Linear sink and source, constant in the step.
    dt : float [s]
    stages : int
        Number of stages s >= 3.
    u, t, diff : (n,) float array
        Scaled enthalpy, temperature [degC] and diffusive rate [K/s] at the start; unchanged.
    work : (7, n) float array
        Scratch.
    u_new, t_new, diff_new : (n,) float array
        Results at the end of the step.

    Returns
    -------
    float [K]
        Largest local temperature error: the estimate of Sommeijer, Shampine & Verwer for
        stabilised second-order schemes, 0.8 (u - u_new) + 0.4 dt (f + f_new), divided by du/dT.
    """
    n = u.size
    rate0 = work[0]
    y_a = work[1]
    y_b = work[2]
    t_a = work[3]
    t_b = work[4]
    k_a = work[5]
    k_b = work[6]
    with_slope = slope_values.size > 0
    coefficients = np.empty(5)
    w1 = 4.0 / (stages * stages + stages - 2.0)
    b_prev2 = 1.0 / 3.0
    b_prev = 1.0 / 3.0
    mut1 = w1 / 3.0
    for i in range(n):
        rate0[i] = diff[i] - d[i] * t[i] + q[i]
        y_b[i] = u[i]
        y = u[i] + mut1 * dt * rate0[i]
        y_a[i] = y
        t_a[i] = y if y <= WINDOW_START else temperature_near(y, latent[i], t[i])
    if with_slope:
        kirchhoff_array(t_a, k_a)
    for j in range(2, stages + 1):
        b = (j * j + j - 2.0) / (2.0 * j * (j + 1.0))
        mu = (2.0 * j - 1.0) / j * b / b_prev
        nu = -(j - 1.0) / j * b / b_prev2
        mut = mu * w1
        coefficients[0] = mu
        coefficients[1] = nu
        coefficients[2] = 1.0 - mu - nu
        coefficients[3] = mut * dt
        coefficients[4] = -(1.0 - b_prev) * mut * dt
        _stage(
            indptr, columns, values, slope_values, latent, d, q, coefficients,
            u, rate0, y_b, y_a, t_a, k_a, t_b, k_b,
        )  # fmt: skip
        y_a, y_b = y_b, y_a
        t_a, t_b = t_b, t_a
        k_a, k_b = k_b, k_a
        b_prev2 = b_prev
        b_prev = b
    diffuse(indptr, columns, values, slope_values, t_a, k_a, diff_new)
    worst = 0.0
    for i in range(n):
        u_new[i] = y_a[i]
        t_new[i] = t_a[i]
        rate1 = diff_new[i] - d[i] * t_a[i] + q[i]
        error = abs(0.8 * (u[i] - y_a[i]) + 0.4 * dt * (rate0[i] + rate1))
        if y_a[i] > WINDOW_START:
            error /= 1.0 + latent[i] * vapour_slope(t_a[i])
        if not error <= worst:
            worst = error  # also catches NaN, which must never pass as a small error
    return worst


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
