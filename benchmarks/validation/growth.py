"""Zones over time, worked out from the temperature frames that a result keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mwa_sim.damage.arrhenius import arrhenius_damage
from mwa_sim.damage.cem43 import cem43_dose
from mwa_sim.damage.parameters import arrhenius_parameters
from mwa_sim.result import Result
from mwa_sim.zone import Zone

Measure = Callable[[Result], float]

STEP = 15.0
"""Time between two zones of a growth curve [s]."""

_KEPT: list[tuple[Result, dict[str, np.ndarray]]] = []


def fields_over_time(
    result: Result, times: Sequence[float] | np.ndarray
) -> list[dict[str, np.ndarray]]:
    """Highest temperature, CEM43 and damage up to some times.

    Between frames the temperature is taken linear in time, and rates are integrated as for the
    run itself (straight logarithms). With a frame every 5 s mean diameters are those of the run
    within 0.1 mm on meshes of 1.5 mm.

    Parameters
    ----------
    result : Result
        Of a plan whose ``save_every`` divides the times.
    times : sequence of float [s]
        Increasing, after 0.

    Returns
    -------
    list of dict of str to (n_nodes,) float array
        ``max_temperature`` [degC], ``cem43`` [min] and ``damage`` [-], one dictionary a time.
    """
    frames_t, frames = np.asarray(result.frames_t), np.asarray(result.frames, dtype=float)
    liver = arrhenius_parameters("liver")
    hottest, dose, damage = frames[0].copy(), np.zeros(len(frames[0])), np.zeros(len(frames[0]))
    found: list[dict[str, np.ndarray]] = []
    start = 0
    for time in times:
        end = int(np.flatnonzero(np.abs(frames_t - time) < 1e-6)[0])
        part = slice(start, end + 1)
        hottest = np.maximum(hottest, frames[part].max(axis=0))
        dose = dose + cem43_dose(frames_t[part], frames[part])
        damage = damage + arrhenius_damage(frames_t[part], frames[part], liver)
        found.append({"max_temperature": hottest, "cem43": dose, "damage": damage})
        start = end
    return found


def diameters(result: Result, criterion: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean diameter of a zone over time.

    Parameters
    ----------
    result : Result
    criterion : str
        As in :meth:`mwa_sim.result.Result.zone`.

    Returns
    -------
    (n,), (n,) float arrays [s], [mm]
        Every 15 s from 0 to the last frame; 0 mm where there is no zone yet.
    """
    times = np.arange(STEP, float(result.frames_t[-1]) + 1e-6, STEP)
    kept = _curves(result, times)
    if criterion not in kept:
        zones = [Zone.from_criterion(result.mesh, fields, criterion) for fields in kept["fields"]]
        kept[criterion] = np.array([0.0 if z.is_empty else z.mean_diameter_mm for z in zones])
    return np.concatenate([[0.0], times]), np.concatenate([[0.0], kept[criterion]])


def _curves(result: Result, times: np.ndarray) -> dict[str, Any]:
    """What is known of the result asked last: many measures are taken of one after another."""
    if not _KEPT or _KEPT[0][0] is not result:
        _KEPT[:] = [(result, {"fields": fields_over_time(result, times)})]
    return _KEPT[0][1]


def diameter_at(criterion: str, time: float) -> Measure:
    """Measure for a sweep: mean diameter [mm] at a time [s] that the growth curve has."""

    def measure(result: Result) -> float:
        times, sizes = diameters(result, criterion)
        return float(np.interp(time, times, sizes))

    return measure


def time_to(criterion: str, size: float) -> Measure:
    """Measure for a sweep: time [s] at which the mean diameter reaches a size [mm]; inf if never.

    The curve is taken linear between its points, 15 s apart.
    """

    def measure(result: Result) -> float:
        return first_time(*diameters(result, criterion), size)

    return measure


def first_time(times: np.ndarray, sizes: np.ndarray, size: float) -> float:
    """Time at which a growing curve reaches a size, linear between its points; inf if never."""
    there = np.flatnonzero(sizes >= size)
    if len(there) == 0:
        return float("inf")
    k = int(there[0])
    if k == 0:
        return float(times[0])
    share = (size - sizes[k - 1]) / (sizes[k] - sizes[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
