"""A thermocouple beside a Gaussian source: when the rule stops, and how far the heat goes on.

Heat that is already in the tissue goes on spreading after the power is off, so that the
thermocouple goes on rising.  Exact by superposition: the source that is off at t_s is one that is
on for ever, less the same one begun at t_s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar

import mwa_sim as mwa
from benchmarks.verification.control.plans import WIDTH, gaussian_medium, gaussian_plan
from benchmarks.verification.exact.gaussian import peak_density, rise
from mwa_sim.bench.rows import Between, Row
from mwa_sim.control.protocol import Protocol

POWER, LIMIT, DISTANCE = 15.0, 40.0, 12e-3
"""Power [W], limit of the rule [degC] and distance of the thermocouple [m]."""
EVERY, LAG, COOLDOWN = 0.5, 0.4, 120.0
_DIRECTIONS = np.array([
    [0.6, 0.64, 0.48], [-0.36, 0.48, 0.8], [0.0, -0.8, 0.6], [0.48, -0.6, -0.64],
    [-0.8, -0.36, -0.48], [0.0, 0.28, -0.96],
])  # fmt: skip
"""Of thermocouples at the same distance; the rule watches the first.  Where in its element one
lies decides its error: only that of several has an order."""
_POINTS, _WEIGHTS = np.polynomial.laguerre.laggauss(12)


@dataclass(frozen=True)
class Overshoot:
    """A run that the rule stopped, beside the exact course.

    Attributes
    ----------
    size : float [m]
    stop, exact_stop : float [s]
    peaks : (n,) float array [degC]
        Highest temperature at each thermocouple.
    exact_peak : float [degC]
        The same exactly, for the time at which this run stopped.
    when, exact_when : float [s]
        Time of the peak.
    t, found : (n,) float array [s, degC]
        Tissue at the thermocouple.
    power : float [W]
        Into the tissue.
    """

    size: float
    stop: float
    exact_stop: float
    peaks: np.ndarray
    exact_peak: float
    when: float
    exact_when: float
    t: np.ndarray
    found: np.ndarray
    power: float

    @property
    def error(self) -> float:
        """Root mean square error of the peaks [K]."""
        return float(np.sqrt(np.mean((self.peaks - self.exact_peak) ** 2)))


def exact_tissue(t: float, stop: float, power: float) -> float:
    """Temperature [degC] at the thermocouple, a power [W] being on until `stop` [s]."""
    widths = (WIDTH, WIDTH, WIDTH)
    if t <= 0.0:
        return 37.0
    peak = peak_density(power, widths)
    return 37.0 + float(rise([DISTANCE, 0.0, 0.0], t, peak, widths, gaussian_medium(), stop))


def exact_reading(t: float, power: float) -> float:
    """Reading [degC] with the lag of the sensor while the power is on.

    ``int_0^inf exp(-x) T(t - tau x) dx``, by Gauss-Laguerre quadrature: T is smooth and 37 degC
    before the start.
    """
    values = [exact_tissue(t - LAG * x, math.inf, power) for x in _POINTS]
    return float(_WEIGHTS @ values)


def exact_stop(power: float) -> float:
    """First sample [s] whose reading lies above the limit."""
    crossing = brentq(lambda t: exact_reading(t, power) - LIMIT, 5.0, 400.0, xtol=1e-9)
    return EVERY * math.ceil(crossing / EVERY)


def overshoot(size: float, **solver: float) -> Overshoot:
    """Run it on a mesh with elements of a size [m]."""
    protocol = Protocol.pulsed(power=POWER, on=400, cooldown=COOLDOWN).watching(
        "wall", at=(DISTANCE * _DIRECTIONS[0]).tolist(), above=LIMIT, sample_every=EVERY,
        time_constant=LAG,
    )  # fmt: skip
    for k, direction in enumerate(_DIRECTIONS[1:]):
        place = (DISTANCE * direction).tolist()
        protocol = protocol.watching(f"other {k}", at=place, sample_every=EVERY)
    result = mwa.simulate(gaussian_plan(size, protocol, save_every=20.0, **solver))
    power = POWER * result.antenna["delivered"]
    stop = float(result.power_t[-1])
    exact = minimize_scalar(
        lambda t: -exact_tissue(t, stop, power), bounds=(stop, stop + COOLDOWN), method="bounded",
        options={"xatol": 1e-6},
    )  # fmt: skip
    trace = result.traces["wall"]
    # Between samples the peak is that of the parabola through the highest three.
    k = int(np.argmax(trace.tissue))
    left, middle, right = trace.tissue[k - 1 : k + 2]
    vertex = trace.t[k] + 0.5 * EVERY * (left - right) / (left - 2.0 * middle + right)
    return Overshoot(
        size, stop, exact_stop(power),
        np.array([one.peak for one in result.traces.values()]), -float(exact.fun), float(vertex),
        float(exact.x), trace.t, trace.tissue, power,
    )  # fmt: skip


def overshoot_rows(found: list[Overshoot]) -> list[Row]:
    """Stop and overshoot on the finest mesh, and the order in the size of the elements."""
    last = found[-1]
    h = [one.size for one in found]
    order = float(np.polyfit(np.log(h), np.log([one.error for one in found]), 1)[0])
    title = f"Gaussian source, {1e3 * last.size:g} mm"
    exact = last.exact_peak - LIMIT
    return [
        Row(f"{title}: time of the stop", last.stop, last.exact_stop, EVERY + 1e-9, "s"),
        Row(f"{title}: overshoot above the limit after the stop", float(last.peaks[0]) - LIMIT,
            exact, 0.05 * exact, "K"),
        Row(f"{title}: time from stop to peak", last.when - last.stop,
            last.exact_when - last.stop, 0.05 * (last.exact_when - last.stop), "s"),
        Row("order of convergence in h, peaks at six thermocouples after the stop", order,
            Between(low=1.7)),
    ]  # fmt: skip
