"""Damage as the time stepper advances it: known histories, a ramp, and perfusion that dies.

The stepper brings a node up to date when its temperature has left a straight line, or has moved
by 1 K: the errors here are those of whole treatments, not of the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.damage import exact
from benchmarks.verification.damage.formulas import orders
from benchmarks.verification.damage.lumped import lumped, march, sink_rate
from mwa_sim.bench.rows import Between, Row
from mwa_sim.damage.parameters import arrhenius_parameters
from mwa_sim.heat.exposure import Exposure
from mwa_sim.heat.step import DEFAULT_MAX_STEP, HeatStepper

LIVER = arrhenius_parameters("liver")
TAU, RISE, UNTIL = 20.0, 30.0, 64.0
CROSSING = -TAU * math.log(1.0 - 6.0 / RISE)
"""Time [s] at which the heat-up of :func:`heat_up` passes 43 degC."""
HEATING, PERFUSION = 0.6, 0.0155
"""Of the block with dying perfusion [K/s] and [1/s], the perfusion of liver."""
TIMES = (30.0, 60.0, 90.0)

Stepper = Callable[..., HeatStepper]


def heat_up(t: float) -> float:
    """``37 + 30 (1 - exp(-t / 20 s))`` [degC]: as beside an antenna."""
    return 37.0 + RISE * -math.expm1(-t / TAU)


@dataclass(frozen=True)
class Convergence:
    """Relative errors over the step.

    Attributes
    ----------
    steps : tuple of float [s]
    errors : dict of str to tuple of float
        By quantity.
    """

    steps: tuple[float, ...]
    errors: dict[str, tuple[float, ...]]


def followed(steps: tuple[float, ...], everywhere: bool = False) -> Convergence:
    """Errors of Omega, CEM43 and dead fraction of a node that heats up along :func:`heat_up`.

    Parameters
    ----------
    steps : tuple of float [s]
        Intervals at which damage is advanced.
    everywhere : bool
        Bring every node up to date each time; otherwise it may wait, as in a run.
    """
    wanted = {
        "Omega": exact.arrhenius_history(heat_up, UNTIL, LIVER),
        "CEM43": exact.cem43_history(heat_up, UNTIL, [CROSSING]),
        "dead fraction": float(exact.three_state(heat_up, [UNTIL])[1, 0]),
    }
    errors: dict[str, list[float]] = {name: [] for name in wanted}
    for step in steps:
        node = np.full(8, 37.0)
        exposure = Exposure.start(node)
        for k in range(1, round(UNTIL / step) + 1):
            exposure.advance(step, np.full(8, heat_up(k * step)), everywhere)
        exposure.settle(0.0, np.full(8, heat_up(UNTIL)))
        found = (exposure.omega[0], exposure.cem43[0], exposure.dead[0])
        for name, value in zip(wanted, found, strict=True):
            errors[name].append(float(value) / wanted[name] - 1.0)
    return Convergence(steps, {name: tuple(values) for name, values in errors.items()})


def followed_rows(waiting: Convergence, updated: Convergence) -> list[Row]:
    """Errors at the interval at which the stepper advances damage by default, and the orders.

    Parameters
    ----------
    waiting, updated : Convergence
        Of nodes that may wait, and of nodes that are brought up to date each time: only of these
        is the order seen, for the wait has an error of its own, whatever the interval.
    """
    default = 0.5 * DEFAULT_MAX_STEP
    rows = [
        Row(f"{name} along a heat-up by 30 K, every {default:g} s: relative error",
            errors[waiting.steps.index(default)], 0.0, 0.005)
        for name, errors in waiting.errors.items()
    ]  # fmt: skip
    return rows + [
        Row(f"order of convergence in the interval, {name}", min(orders(errors)), Between(low=1.8))
        for name, errors in updated.errors.items()
    ]


def ramp_rows(stepper: Stepper = lumped) -> list[Row]:
    """A block that is heated evenly at 0.5 K/s for 60 s, through the time stepper."""
    exactly = exact.arrhenius_ramp(60.0, 37.0, 67.0, LIVER)
    errors, rows = [], []
    for step in (16.0, 8.0, 4.0, DEFAULT_MAX_STEP):
        run = stepper(0.5, max_step=step, first_step=min(step, 2.0))
        march(run, 60.0)
        errors.append(float(run.exposure.omega.mean()) / exactly - 1.0)
    dose = exact.cem43_ramp(60.0, 37.0, 67.0)
    dead = float(exact.three_state(lambda t: 37.0 + 0.5 * t, [60.0])[1, 0])
    rows.append(
        Row("temperature after 60 s of even heating at 0.5 K/s",
            float(run.temperature.mean()), 67.0, 1e-4, "degC")
    )  # fmt: skip
    # A node may wait until it has moved by 1 K: 2 Ea dT^2 / (8 R T^3) with 1 K, as stated there.
    bound = 2.0 * LIVER.ea_over_r / (8.0 * 310.15**3)
    rows += [
        Row("Omega then, in default steps", float(run.exposure.omega.mean()), exactly,
            bound * exactly),
        Row("CEM43 then", float(run.exposure.cem43.mean()), dose, 1e-5 * dose, "min"),
        Row("dead fraction then", float(run.exposure.dead.mean()), dead, 1e-6),
        Row("order of convergence in the step, Omega of a ramp, 16 to 4 s",
            min(orders(errors[:3])), Between(low=1.7)),
    ]  # fmt: skip
    return rows


@dataclass(frozen=True)
class Shutdown:
    """Tissue whose perfusion dies, beside its exact history.

    Attributes
    ----------
    steps : tuple of float [s]
    temperatures, damages : (n_steps, n_times) float array [degC, -]
    exact : (2, n_times) float array
    """

    steps: tuple[float, ...]
    temperatures: np.ndarray
    damages: np.ndarray
    exact: np.ndarray


def shutdown(steps: tuple[float, ...], stepper: Stepper = lumped) -> Shutdown:
    """March perfused liver under even heating with several largest steps [s]."""
    temperatures, damages = [], []
    for step in steps:
        run = stepper(HEATING, PERFUSION, max_step=step, first_step=min(step, 2.0))
        here = []
        for t in TIMES:
            march(run, t)
            here.append((float(run.temperature.mean()), float(run.exposure.omega.mean())))
        temperatures.append([t for t, _ in here])
        damages.append([omega for _, omega in here])
    reference = exact.perfused(TIMES, HEATING, sink_rate(PERFUSION), LIVER)
    return Shutdown(steps, np.array(temperatures), np.array(damages), reference)


def shutdown_rows(found: Shutdown) -> list[Row]:
    """Temperature and damage with default steps, and the order in the step."""
    default = found.steps.index(DEFAULT_MAX_STEP)
    rows = []
    for k, t in enumerate(TIMES):
        rows.append(
            Row(f"liver whose perfusion dies, heated at {HEATING:g} K/s: temperature at {t:g} s",
                float(found.temperatures[default, k]), float(found.exact[0, k]), 0.06, "degC")
        )  # fmt: skip
    rows.append(
        Row("Omega then at 30 s", float(found.damages[default, 0]), float(found.exact[1, 0]),
            0.01 * float(found.exact[1, 0]))
    )  # fmt: skip
    error = np.abs(found.temperatures - found.exact[0])[:, 1]
    coarse = [k for k, step in enumerate(found.steps) if step >= DEFAULT_MAX_STEP]
    rows.append(
        Row("order of convergence in the step, dying perfusion, temperature at 60 s",
            min(orders(error[coarse])), Between(low=1.6))
    )  # fmt: skip
    return rows
