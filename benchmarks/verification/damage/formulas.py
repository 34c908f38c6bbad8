"""The damage functions for recorded histories against closed forms, as rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.verification.damage import exact
from mwa_sim.bench.benchmark import Table
from mwa_sim.bench.rows import Between, Row
from mwa_sim.damage.arrhenius import arrhenius_damage
from mwa_sim.damage.cem43 import cem43_dose
from mwa_sim.damage.parameters import ARRHENIUS_SETS, ArrheniusParameters
from mwa_sim.damage.three_state import three_state_fractions

Omega = Callable[[np.ndarray, np.ndarray, ArrheniusParameters], np.ndarray]
Dose = Callable[[np.ndarray, np.ndarray], np.ndarray]
Fractions = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

ISOTHERMAL = {"liver": 50.0, "nerve_fit": 45.0, "skin_henriques": 54.0, "fat": 95.0}
"""Temperature [degC] at which each set comes to Omega of order 1 in a minute or so."""
PIECES = ((0.0, 37.0), (60.0, 41.0), (120.0, 47.0), (240.0, 47.0), (300.0, 42.0), (400.0, 37.0))
"""A treatment in pieces: time [s], temperature [degC]; it crosses 43 degC upwards and downwards."""
TEMPERATURES = (45.0, 50.0, 55.0, 60.0, 65.0)
DURATIONS = (60.0, 180.0, 300.0, 600.0, 900.0)


def orders(errors: Sequence[float], ratio: float = 2.0) -> list[float]:
    """Observed orders between errors of steps that shrink by a ratio."""
    e = np.abs(np.asarray(errors, dtype=float))
    return list(np.log(e[:-1] / e[1:]) / np.log(ratio))


def arrhenius_rows(damage: Omega = arrhenius_damage) -> list[Row]:
    """Constant temperature and a ramp, for every set of parameters."""
    rows = []
    for name, p in ARRHENIUS_SETS.items():
        temperature = ISOTHERMAL[name]
        reference = 60.0 * exact.arrhenius_rate(temperature, p)
        t = np.linspace(0.0, 60.0, 7)
        value = float(damage(t, np.full(7, temperature), p))
        rows.append(
            Row(f"Omega, {name}: 60 s at {temperature:g} degC", value, reference,
                1e-8 * reference, source=p.source)
        )  # fmt: skip
        errors = []
        reference = exact.arrhenius_ramp(60.0, 37.0, 97.0, p)
        for steps in (15, 30, 60, 120):
            t = np.linspace(0.0, 60.0, steps + 1)
            value = float(damage(t, 37.0 + t, p))
            errors.append(value / reference - 1.0)
            if steps == 60:
                # Of a step: 2 Ea dT^2 / (8 R T^3) at the start of the ramp.
                bound = 2.0 * p.ea_over_r / (8.0 * 310.15**3)
                rows.append(
                    Row(f"Omega, {name}: ramp 37 to 97 degC in 60 steps", value, reference,
                        bound * reference)
                )  # fmt: skip
        rows.append(
            Row(f"order of convergence in the step, Omega, {name}", min(orders(errors)),
                Between(low=1.9))
        )  # fmt: skip
    return rows


def cem43_rows(dose: Dose = cem43_dose) -> list[Row]:
    """Constant temperatures, a treatment in pieces and the change of R at 43 degC."""
    rows = []
    for temperature, minutes, reference in ((43.0, 58.0, 58.0), (45.0, 12.0, 48.0),
                                            (42.0, 5.0, 1.25), (50.0, 0.5, 64.0)):  # fmt: skip
        t = np.linspace(0.0, 60.0 * minutes, 5)
        rows.append(
            Row(f"CEM43: {minutes:g} min at {temperature:g} degC",
                float(dose(t, np.full(5, temperature))), reference, 1e-10 * reference, "min",
                source="sapareto1984")
        )  # fmt: skip
    times, temperatures = np.array(PIECES).T
    reference = sum(
        exact.cem43_ramp(t1 - t0, x0, x1) if x1 != x0 else (t1 - t0) / 60.0 * exact.cem43_rate(x0)
        for t0, x0, t1, x1 in zip(
            times, temperatures, times[1:], temperatures[1:], strict=False
        )
    )  # fmt: skip
    rows.append(
        Row("CEM43: treatment in 5 pieces, one step each", float(dose(times, temperatures)),
            reference, 1e-10 * reference, "min")
    )  # fmt: skip
    for start, end in ((41.0, 46.0), (46.0, 41.0), (42.9, 43.1)):
        reference = exact.cem43_ramp(60.0, start, end)
        value = float(dose(np.array([0.0, 60.0]), np.array([start, end])))
        rows.append(
            Row(f"CEM43: one step across 43 degC, {start:g} to {end:g}", value, reference,
                1e-10 * reference, "min")
        )  # fmt: skip
    return rows


def three_state_rows(
    fractions: Fractions = three_state_fractions, step: float = 1.0
) -> tuple[list[Row], Table]:
    """Dead fraction at constant temperatures, on ramps, and the order of the steps."""
    worst = between = 0.0
    rows, lines = [], []
    for temperature in TEMPERATURES:
        dop = exact.three_state(lambda t, x=temperature: x, DURATIONS)[1]
        lsoda = exact.three_state(lambda t, x=temperature: x, DURATIONS, "LSODA")[1]
        found = []
        for duration in DURATIONS:
            t = np.arange(0.0, duration + 0.5 * step, step)
            found.append(float(fractions(t, np.full(t.size, temperature))[1]))
        worst = max(worst, float(np.abs(found - dop).max()))
        between = max(between, float(np.abs(lsoda - dop).max()))
        lines.append((f"{temperature:g}", *[f"{x:.4f}" for x in found]))
        rows.append(
            Row(f"dead fraction after 900 s at {temperature:g} degC", found[-1], float(dop[-1]),
                1e-6, source="oneill2011")
        )  # fmt: skip
    rows.append(
        Row("dead fraction, largest difference of 25 (45 to 65 degC, 60 to 900 s)", worst, 0.0,
            1e-6, source="oneill2011")
    )  # fmt: skip

    def ramp(t: float) -> float:
        return 37.0 + 53.0 * t / 400.0

    reference = exact.three_state(ramp, [400.0])[:, 0]
    errors = []
    for steps in (160, 320, 640):
        t = np.linspace(0.0, 400.0, steps + 1)
        errors.append(float(np.abs(np.array(fractions(t, ramp(t))) - reference).max()))
    rows.append(Row("fractions, ramp 37 to 90 degC in 160 steps, error", errors[0], 0.0, 1e-6))
    rows.append(
        Row("order of convergence in the step, three states", min(orders(errors)), Between(low=3.7))
    )
    table = Table(
        "Dead fraction of the three-state model at constant temperature",
        ("degC", *[f"{t:g} s" for t in DURATIONS]),
        tuple(lines),
        "To four decimals the same as an integration of the published equations with a relative "
        f"tolerance of 1e-10 (DOP853; LSODA differs from it by {between:.0e} at most).",
    )
    return rows, table
