"""Bands of uncertainty: one plan run over the ranges of its uncertain inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from mwa_sim.bench.rows import Band
from mwa_sim.errors import InputError
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.study.between import Range, between
from mwa_sim.study.sweep import sweep

ENDS = (5.0, 95.0)
"""Percentiles that end a band."""

TISSUE_INPUTS = (
    "perfusion", "thermal_conductivity", "electrical_conductivity", "water_fraction",
)  # fmt: skip
POSITION = 2e-3
"""How far an antenna may lie from where it was planned, each way [m]: an assumption."""


def uncertain_inputs(
    plan: Plan, regions: Iterable[str], *, properties: Iterable[str] = TISSUE_INPUTS
) -> dict[str, Range]:
    """Ranges of the inputs that are always varied: efficiency, tissue values, position.

    The efficiency of the antenna over the range of its library entry (which contains that of its
    match, also where a computed field brings its own reflection), conductivity, perfusion and
    water fraction of the named regions over the ranges of their tissues (a value without a range
    is left out), and the antenna shifted by +-2 mm along its shaft and anteriorly. Uniform: the
    sources give no more than ranges.

    Parameters
    ----------
    plan : Plan
        With one antenna.
    regions : iterable of str
        Names of regions of its case.
    properties : iterable of str, optional
        Properties of their tissues.

    Returns
    -------
    dict of str to Range
        By key of the plan, for :func:`bands`.

    Raises
    ------
    InputError
        If a region does not exist.
    """
    over: dict[str, Range] = {}
    antenna = plan.antennas[0].antenna
    efficiency = antenna.values.get("efficiency")
    if efficiency is not None and efficiency.low < efficiency.high:
        over["antenna.efficiency"] = between(efficiency.low, efficiency.high)
    by_name = {region.name: region for region in plan.case.regions.values()}
    unknown = [name for name in regions if name not in by_name]
    if unknown:
        raise InputError(f"no region {', '.join(unknown)} in case {plan.case.name!r}")
    for name in regions:
        for prop in properties:
            value = by_name[name].tissue.values.get(prop)
            if value is not None and value.low < value.high:
                over[f"regions.{name}.{prop}"] = between(value.low, value.high)
    for way in ("deeper", "anterior"):
        over[f"pose.shift.{way}"] = between(-POSITION, POSITION)
    return over


def bands(
    plan: Plan,
    over: Mapping[str, Range],
    measure: Mapping[str, str | Callable[[Result], Any]],
    *,
    n: int,
    seed: int = 0,
) -> dict[str, Band]:
    """Bands of some measures over ranges of inputs, sampled with scrambled Sobol' points.

    Parameters
    ----------
    plan : Plan
        What does not vary.
    over : mapping of str to Range
        Inputs by key of the plan.
    measure : mapping of str to str or callable
        As in :func:`mwa_sim.sweep`; a number each. Infinite ones count, nan does not.
    n : int
        Scenarios; a power of two.
    seed : int, optional
        Of the scrambling.

    Returns
    -------
    dict of str to Band
        By name of the measure, percentiles 5 and 95.
    """
    study = sweep(
        plan, dict(over), measure=dict(measure), sample="sobol", n=n, seed=seed,
        observe=_nothing,
    )  # fmt: skip
    inputs = {key: f"{value.low:.4g} to {value.high:.4g}" for key, value in over.items()}
    sampling = f"Sobol', {n} scenarios, seed {seed}, percentiles {ENDS[0]:g} and {ENDS[1]:g}"
    return {name: band_of(study.column(name), sampling=sampling, inputs=inputs) for name in measure}


def band_of(values: Any, *, sampling: str, inputs: Mapping[str, str]) -> Band:
    """The band of a sample.

    Parameters
    ----------
    values : (n,) array_like
        nan where a scenario failed.
    sampling : str
    inputs : mapping of str to str
        As in :class:`~mwa_sim.bench.rows.Band`.

    Returns
    -------
    Band
    """
    numbers = np.asarray(values, dtype=float)
    there = numbers[~np.isnan(numbers)]
    if there.size == 0:
        nan = float("nan")
        return Band(nan, nan, nan, 0, len(numbers), sampling, inputs)
    # Not interpolated: between a number and "never" there is nothing.
    low, median, high = np.percentile(there, (ENDS[0], 50.0, ENDS[1]), method="nearest")
    failed = len(numbers) - there.size
    return Band(float(low), float(high), float(median), there.size, failed, sampling, inputs)


def _nothing(row: Any) -> None:
    """Progress of a band is that of its benchmark."""
