"""Compiled loops over the nodes: source, coefficients of a step, sums for the books of energy.

The sums are loops, not BLAS calls: those wake a pool of threads that spin for the rest of the step
and take the processor from everything else.
"""

from __future__ import annotations

from numba import njit

from mwa_sim.tissue.tabulated import table_place
from mwa_sim.typing import FloatArray, IntArray


@njit(cache=True)
def spread_source(
    nodes: IntArray,
    models: IntArray,
    weights: FloatArray,
    tables: FloatArray,
    table_start: float,
    table_step: float,
    temperature: FloatArray,
    out: FloatArray,
) -> float:
    """Scale the source entries with the conductivity of the warm tissue.

    out_i = sum over the entries e at node i of weights_e f_model(e)(T_i),  where f is tabulated
    with linear interpolation.  Returns the total sum(out) [W/W].
    """
    out[:] = 0.0
    total = 0.0
    last = tables.shape[1] - 2
    per_step = 1.0 / table_step
    before, k, part = nodes.size + temperature.size, 0, 0.0
    for e in range(nodes.size):
        i = nodes[e]
        if i != before:
            # Entries of one node follow each other.
            before = i
            k, part = table_place(temperature[i], table_start, per_step, last)
        m = models[e]
        f = tables[m, k] + part * (tables[m, k + 1] - tables[m, k])
        value = weights[e] * f
        out[i] += value
        total += value
    return total


@njit(cache=True)
def follow_entries(
    nodes: IntArray,
    models: IntArray,
    weights: FloatArray,
    tables: FloatArray,
    table_start: float,
    table_step: float,
    temperature: FloatArray,
    out: FloatArray,
) -> None:
    """The same entry by entry: out_e = weights_e f_model(e)(T_i)."""
    last, per_step = tables.shape[1] - 2, 1.0 / table_step
    for e in range(nodes.size):
        k, part = table_place(temperature[nodes[e]], table_start, per_step, last)
        m = models[e]
        out[e] = weights[e] * (tables[m, k] + part * (tables[m, k + 1] - tables[m, k]))


@njit(cache=True)
def midpoint(
    t: FloatArray, t_previous: FloatArray, ratio: float, limit: float, out: FloatArray
) -> None:
    """Temperature extrapolated to the middle of the next step: T + ratio (T - T_previous)."""
    for i in range(t.size):
        step = ratio * (t[i] - t_previous[i])
        out[i] = t[i] + min(max(step, -limit), limit)


@njit(cache=True)
def balance(
    perfusion: FloatArray,
    stoppable: FloatArray,
    open_vessels: FloatArray,
    blood_temperature: float,
    shaft: FloatArray,
    shaft_temperature: FloatArray,
    outer: FloatArray,
    outer_temperature: float,
    source: FloatArray,
    metabolic: FloatArray,
    inverse_capacity: FloatArray,
    blood: FloatArray,
    d: FloatArray,
    q: FloatArray,
) -> None:
    """Coefficients of a step: blood flow [W/K], sink d [1/s] and source q [K/s] of every node."""
    for i in range(d.size):
        b = perfusion[i] + stoppable[i] * open_vessels[i]
        blood[i] = b
        d[i] = (b + shaft[i] + outer[i]) * inverse_capacity[i]
        q[i] = inverse_capacity[i] * (
            source[i]
            + metabolic[i]
            + b * blood_temperature
            + shaft[i] * shaft_temperature[i]
            + outer[i] * outer_temperature
        )


@njit(cache=True, fastmath={"reassoc", "contract"})
def heat_lost(exchange: FloatArray, t0: FloatArray, t1: FloatArray, temperature: float) -> float:
    """sum_i h_i ((T0_i + T1_i)/2 - T) [W]: mean heat flow of a step to a bath at T [degC]."""
    total = 0.0
    for i in range(exchange.size):
        total += exchange[i] * (0.5 * (t0[i] + t1[i]) - temperature)
    return total


@njit(cache=True, fastmath={"reassoc", "contract"})
def heat_lost_to(
    exchange: FloatArray, t0: FloatArray, t1: FloatArray, temperature: FloatArray
) -> float:
    """The same for baths that differ from node to node, at temperatures T_i [degC]."""
    total = 0.0
    for i in range(exchange.size):
        total += exchange[i] * (0.5 * (t0[i] + t1[i]) - temperature[i])
    return total


@njit(cache=True, fastmath={"reassoc", "contract"})
def stored_heat(capacity: FloatArray, enthalpy: FloatArray, start: FloatArray) -> float:
    """sum_i C_i (u_i - u_i(0)) [J]: heat taken up since the start."""
    total = 0.0
    for i in range(capacity.size):
        total += capacity[i] * (enthalpy[i] - start[i])
    return total
