"""The same plan by mwa_sim and by the others, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.code_to_code.assembly import System
from benchmarks.verification.code_to_code.march import March, march
from benchmarks.verification.code_to_code.problem import Floats, Problem

FRAME = 5.0
"""Between the instants that are compared [s]."""


@dataclass(frozen=True)
class Ours:
    """What mwa_sim makes of a plan.

    Attributes
    ----------
    result : mwa_sim.Result
    times : (k,) array [s]
    frames : (k, n) array [degC]
    traces : (k, thermocouples) array [degC]
    """

    result: mwa.Result
    times: Floats
    frames: Floats
    traces: Floats


@dataclass(frozen=True)
class Difference:
    """Largest differences.

    Attributes
    ----------
    nodes, thermocouples : float [K]
        At any node and any thermocouple, at any instant compared.
    zone : float [-]
        Of the volume of the zone, relative.
    """

    nodes: float
    thermocouples: float
    zone: float


def ours(problem: Problem, system: System, tolerance: float, step: float) -> Ours:
    """Run a plan with mwa_sim.

    Parameters
    ----------
    problem : Problem
    system : System
        Reads the thermocouples.
    tolerance, step : float [K], [s]
        Of the time steps.
    """
    changes = {
        "solver.temperature_tolerance": tolerance,
        "solver.max_step": step,
        "solver.save_every": FRAME,
    }
    result = mwa.simulate(problem.plan.changed(changes))
    frames = np.asarray(result.frames, dtype=np.float64)
    return Ours(result, np.asarray(result.frames_t), frames, frames @ system.reader.T)


def theirs(problem: Problem, system: System, dt: float) -> March:
    """March the scikit-fem system, with frames at the same instants."""
    times = np.arange(round(problem.end / FRAME) + 1) * FRAME
    return march(problem, system, list(times), dt)


def apart(one: Ours, other: March, linear: bool) -> Difference:
    """Differences of mwa_sim from the other program.

    The zone of the linear problem is what was above 45 degC in a frame; else what has
    Omega >= 1. Both are measured with the same contour.
    """
    if linear:
        criterion, name = "temperature>=45", "max_temperature"
        fields = one.frames.max(axis=0), other.frames.max(axis=0)
    else:
        criterion, name = "damage>=1", "damage"
        fields = one.result.fields["damage"], other.damage
    volumes = [
        replace(one.result, fields={**one.result.fields, name: field}).zone(criterion).volume_ml
        for field in fields
    ]
    return Difference(
        nodes=float(np.abs(one.frames - other.frames).max()),
        thermocouples=float(np.abs(one.traces - other.traces).max()),
        zone=volumes[0] / volumes[1] - 1.0,
    )
