"""Compiled loops over the nodes: coefficients of a step, its acceptance, the antenna's heat.

The sums are loops, not BLAS calls: those wake a pool of threads that spin for the rest of the step
and take the processor from everything else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from mwa_sim.heat.kernels import REFERENCE
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.tissue.tabulated import table_place
from mwa_sim.typing import FloatArray, IntArray

# Change of a temperature [K] below which the absorption of a node is not looked up anew: less than
# 2e-4 of it where it falls fastest, while the tissue dries.
_UNCHANGED = 0.001


@njit(cache=True, nogil=True)
def follow_nodes(
    first: int,
    last: int,
    nodes: IntArray,
    of_chunk: IntArray,
    entries: IntArray,
    models: IntArray,
    weights: FloatArray,
    tables: FloatArray,
    table_start: float,
    table_step: float,
    theta: Any,
    before: Any,
    ratio: float,
    limit: float,
    highest: FloatArray,
    seen: FloatArray,
    powers: FloatArray,
    changes: FloatArray,
) -> None:
    """Bring the powers of nodes up to the temperature expected in the middle of a step.

    Node ``nodes[a]`` has the entries ``entries[a]`` to ``entries[a + 1]``, and the power
    sum_e weights_e f_model(e)(T) at T = theta + ratio (theta - before), where the change is
    limited; with ``highest`` (n,) not empty at the highest temperature so far if that is higher.
    Nodes whose temperature ``seen`` last has not changed keep their power.  Of the rows ``first``
    to ``last`` each chunk c has the nodes ``of_chunk[c]`` to ``of_chunk[c + 1]``, and its place in
    ``changes`` for the change of the sum of its powers [W/W].
    """
    end, per_step = tables.shape[1] - 2, 1.0 / table_step
    for c in range(first // CHUNK, last // CHUNK):
        change = 0.0
        for a in range(of_chunk[c], of_chunk[c + 1]):
            i = nodes[a]
            now = np.float64(theta[i])
            t = REFERENCE + now + min(max(ratio * (now - before[i]), -limit), limit)
            if highest.size:
                t = max(t, highest[i])
            if abs(t - seen[a]) < _UNCHANGED:
                continue
            seen[a] = t
            k, part = table_place(t, table_start, per_step, end)
            power = 0.0
            for e in range(entries[a], entries[a + 1]):
                m = models[e]
                power += weights[e] * (tables[m, k] + part * (tables[m, k + 1] - tables[m, k]))
            change += power - powers[i]
            powers[i] = power
        changes[c] = change


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
    """Powers entry by entry at nodal temperatures: out_e = weights_e f_model(e)(T_i)."""
    last, per_step = tables.shape[1] - 2, 1.0 / table_step
    for e in range(nodes.size):
        k, part = table_place(temperature[nodes[e]], table_start, per_step, last)
        m = models[e]
        out[e] = weights[e] * (tables[m, k] + part * (tables[m, k + 1] - tables[m, k]))


@njit(cache=True)
def add_heat(factor: float, powers: FloatArray, inverse_capacity: Any, q: Any) -> None:
    """Add the heat of an antenna to the source of a step: q_i += factor powers_i / C_i [K/s]."""
    for i in range(powers.size):
        q[i] += factor * powers[i] * inverse_capacity[i]


@njit(cache=True, nogil=True)
def accept_step(
    first: int,
    last: int,
    increment: Any,
    theta: Any,
    capacity: FloatArray,
    start: FloatArray,
    enthalpy: FloatArray,
    v: Any,
    temperature: FloatArray,
    stored: FloatArray,
) -> None:
    """Add the increment of a step to the enthalpy and bring both precisions in line.

    Every chunk of the rows ``first`` to ``last`` has its place in ``stored`` [J] for
    sum_i C_i (v_i - v_i(0)), the heat taken up since the start.
    """
    for a in range(first, last, CHUNK):
        e = min(a + CHUNK, capacity.size)
        _add(increment[a:e], theta[a:e], enthalpy[a:e], v[a:e], temperature[a:e])
        stored[a // CHUNK] = _heat(capacity[a:e], start[a:e], enthalpy[a:e])


@njit(cache=True)
def _add(increment: Any, theta: Any, enthalpy: Any, v: Any, temperature: Any) -> None:
    for i in range(enthalpy.size):
        enthalpy[i] += increment[i]
        v[i] = enthalpy[i]
    for i in range(enthalpy.size):
        temperature[i] = REFERENCE + theta[i]


@njit(cache=True, fastmath={"contract", "reassoc"})
def _heat(capacity: Any, start: Any, enthalpy: Any) -> float:
    total = 0.0
    for i in range(enthalpy.size):
        total += capacity[i] * (enthalpy[i] - start[i])
    return total
