"""Two solutions of the semi-discrete problems in double precision that share no code with mwa_sim.

With linear elements, lumped capacity and the conductivity integrated over temperature
(Kirchhoff's D(T) = int (clip(T, 37, 100) - 37) dT), node i obeys

    du_i/dt = -(K T + slope K D(T))_i / C_i - s_i S_i (T_i - 37) / C_i + P b_i / C_i,
    u = T + lambda G(T),    dOmega_i/dt = A exp(-Ea / (R (T_i + 273.15))),    S = exp(-Omega),

with C, lambda C and s summed from a quarter of each element.  `explicit` marches it with the
classical Runge-Kutta method of fourth order and short steps, and is what runs are compared with;
`implicit` solves it with SciPy's BDF of variable order, and shows that the first is right.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numba import njit
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from benchmarks.performance.problem import definition as case

LONGEST = 0.1
"""Longest step of the explicit reference [s]; the stability of fine meshes shortens it."""
_STABLE = 2.2


@dataclass(frozen=True)
class Discrete:
    """Arrays of the semi-discrete problem on the free nodes.

    Attributes
    ----------
    stiffness : (f, f) CSR array [1/s]
        K at 37 degC, rows divided by the capacity.  Nodes of the surface are at 37 degC, so the
        temperatures it is multiplied with are those above 37 degC.
    ratio : (f,) float array [K]
        lambda.
    sink : (f,) float array [1/s]
    load : (f,) float array [K/s/W]
    free : (f,) int array
    slope, frequency_factor : float
    """

    stiffness: sp.csr_array
    ratio: NDArray
    sink: NDArray
    load: NDArray
    free: NDArray
    slope: float
    frequency_factor: float


def discretise(problem: case.Problem) -> Discrete:
    """Assemble with NumPy alone, element by element."""
    n = len(problem.nodes)
    tets, volume, material = problem.tets, problem.volume, problem.material
    corners = problem.nodes[tets]
    inverse = np.linalg.inv(corners[:, 1:] - corners[:, :1])
    gradient = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2)
    scaled = gradient * (volume * case.CONDUCTIVITY[material])[:, None, None]
    local = np.matmul(scaled.transpose(0, 2, 1), gradient)
    rows, columns = np.repeat(tets, 4, axis=1).ravel(), np.tile(tets, (1, 4)).ravel()
    matrix = sp.coo_array((local.ravel(), (rows, columns)), shape=(n, n)).tocsr()

    def lumped(density: NDArray) -> NDArray:
        share = np.repeat(0.25 * volume * density[material], 4)
        return np.bincount(tets.ravel(), share, n)

    free = np.flatnonzero(~problem.fixed)
    capacity = lumped(case.DENSITY * case.SPECIFIC_HEAT)[free]
    rows_scaled = sp.diags_array(1.0 / capacity) @ matrix[free][:, free]
    latent = lumped(case.DENSITY * problem.water * case.LATENT_HEAT)[free]
    sink = lumped(case.PERFUSION * case.BLOOD)[free]
    return Discrete(
        sp.csr_array(rows_scaled), latent / capacity, sink / capacity,
        problem.load[free] / capacity, free, problem.slope,
        case.FREQUENCY_FACTOR if problem.nonlinear else 0.0,
    )  # fmt: skip


@njit(cache=True)
def _vapour(t: float) -> tuple[float, float]:
    """Vapour fraction G and its slope [1/K]."""
    x = min(max(t - 100.0, -6.0), 6.0)
    angle = math.pi * x / 6.0
    return (x + 6.0) / 12.0 + math.sin(angle) / (2.0 * math.pi), (1.0 + math.cos(angle)) / 12.0


@njit(cache=True)
def _invert(u: float, ratio: float, guess: float) -> float:
    """Temperature of the scaled enthalpy u, to 1e-11 K."""
    if u <= 94.0:
        return u
    if u >= 106.0 + ratio:
        return u - ratio
    low, high = 94.0, 106.0
    t = min(max(guess, low), high)
    for _ in range(100):
        fraction, slope = _vapour(t)
        off = t + ratio * fraction - u
        if off > 0.0:
            high = t
        else:
            low = t
        new = t - off / (1.0 + ratio * slope)
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - t) < 1e-11:
            return new
        t = new
    return t


@njit(cache=True)
def _temperatures(u: NDArray, ratio: NDArray, slope: float, t: NDArray, moved: NDArray) -> None:
    """Fill T (guesses on entry) and what the stiffness acts on, T - 37 + slope D(T)."""
    for i in range(u.size):
        t[i] = _invert(u[i], ratio[i], t[i])
        x = t[i] - 37.0
        d = 0.0
        if x > 63.0:
            d = 63.0 * (x - 31.5)
        elif x > 0.0:
            d = 0.5 * x * x
        moved[i] = x + slope * d


@njit(cache=True)
def _rates(
    indptr: NDArray, columns: NDArray, values: NDArray, sink: NDArray, load: NDArray,
    power: float, factor: float, activation: float,
    t: NDArray, moved: NDArray, omega: NDArray, du: NDArray, damage: NDArray,
) -> None:  # fmt: skip
    """Fill du/dt and dOmega/dt."""
    for i in range(t.size):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            total += values[k] * moved[columns[k]]
        vessels = math.exp(-omega[i])
        du[i] = power * load[i] - total - sink[i] * vessels * (t[i] - 37.0)
        damage[i] = factor * math.exp(-activation / (t[i] + 273.15))


def explicit(problem: case.Problem, longest: float = LONGEST) -> NDArray:
    """Temperatures (3, n) [degC] at the instants compared, by Runge-Kutta of fourth order."""
    d = discretise(problem)
    a = d.stiffness
    u = np.full(len(d.free), case.BODY)
    t, omega, moved = u.copy(), np.zeros(u.size), np.empty(u.size)
    fastest = float(np.max(abs(a).sum(axis=1) + d.sink)) * (1.0 + 63.0 * d.slope)
    du, dw = np.empty((4, u.size)), np.empty((4, u.size))
    fields = np.full((len(case.COMPARED), len(problem.nodes)), case.BODY)
    now = 0.0
    for stop in sorted({*case.switches(), *case.COMPARED}):
        steps = math.ceil((stop - now) / min(longest, _STABLE / fastest))
        dt, power = (stop - now) / steps, case.power(0.5 * (now + stop))
        for _ in range(steps):
            for k, part in enumerate((0.0, 0.5, 0.5, 1.0)):
                ahead = u + part * dt * du[k - 1] if k else u
                hurt = omega + part * dt * dw[k - 1] if k else omega
                _temperatures(ahead, d.ratio, d.slope, t, moved)
                _rates(
                    a.indptr, a.indices, a.data, d.sink, d.load, power, d.frequency_factor,
                    case.ACTIVATION, t, moved, hurt, du[k], dw[k],
                )  # fmt: skip
            u += dt / 6.0 * (du[0] + 2.0 * (du[1] + du[2]) + du[3])
            omega += dt / 6.0 * (dw[0] + 2.0 * (dw[1] + dw[2]) + dw[3])
        now = stop
        if stop in case.COMPARED:
            _temperatures(u, d.ratio, d.slope, t, moved)
            fields[case.COMPARED.index(stop), d.free] = t
    return fields


def implicit(problem: case.Problem, tolerance: float = 1e-6) -> NDArray:
    """The same by SciPy's BDF with the exact sparse Jacobian; for meshes of a few 10k elements."""
    d = discretise(problem)
    f = len(d.free)
    y = np.concatenate([np.full(f, case.BODY), np.zeros(f)])
    t, moved, du, dw = (np.empty(f) for _ in range(4))
    a = d.stiffness
    fields = np.full((len(case.COMPARED), len(problem.nodes)), case.BODY)
    now = 0.0
    for stop in sorted({*case.switches(), *case.COMPARED}):
        power = case.power(0.5 * (now + stop))

        def rates(_: float, y: NDArray, power: float = power) -> NDArray:
            t.fill(100.0)
            _temperatures(y[:f], d.ratio, d.slope, t, moved)
            _rates(
                a.indptr, a.indices, a.data, d.sink, d.load, power, d.frequency_factor,
                case.ACTIVATION, t, moved, y[f:], du, dw,
            )  # fmt: skip
            return np.concatenate([du, dw])

        def jacobian(_: float, y: NDArray) -> sp.csc_array:
            t.fill(100.0)
            _temperatures(y[:f], d.ratio, d.slope, t, moved)
            x = np.clip(t - 100.0, -6.0, 6.0)
            heat = 1.0 + d.ratio * (1.0 + np.cos(np.pi * x / 6.0)) / 12.0
            k = 1.0 + d.slope * (np.clip(t, 37.0, 100.0) - 37.0)
            open_ = np.exp(-y[f:])
            rate = d.frequency_factor * np.exp(-case.ACTIVATION / (t + 273.15))
            blocks = [
                [
                    -(a @ sp.diags_array(k / heat)) - sp.diags_array(d.sink * open_ / heat),
                    sp.diags_array(d.sink * open_ * (t - 37.0)),
                ],
                [sp.diags_array(rate * case.ACTIVATION / (t + 273.15) ** 2 / heat), None],
            ]
            return sp.csc_array(sp.block_array(blocks))

        done = solve_ivp(
            rates, (now, stop), y, method="BDF", jac=jacobian, rtol=tolerance, atol=tolerance
        )
        if not done.success:
            raise RuntimeError(done.message)
        y, now = done.y[:, -1], stop
        if stop in case.COMPARED:
            t.fill(100.0)
            _temperatures(y[:f], d.ratio, d.slope, t, moved)
            fields[case.COMPARED.index(stop), d.free] = t
    return fields


def reference(problem: case.Problem, cache: Path | None = None) -> NDArray:
    """`explicit`, kept in a cache folder under a digest of the problem and of this code."""
    digest = hashlib.sha256(problem.name.encode())
    for array in (problem.nodes, problem.tets, problem.material):
        digest.update(np.ascontiguousarray(array).tobytes())
    for name in ("definition.py", "reference.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    folder = cache or Path(tempfile.gettempdir()) / "mwa_sim_benchmark_meshes"
    file = folder / f"reference-{digest.hexdigest()[:16]}.npy"
    if file.exists():
        return np.load(file)
    fields = explicit(problem)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(file, fields)
    return fields
