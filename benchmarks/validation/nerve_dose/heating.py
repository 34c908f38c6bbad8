"""Constant heating: times to injury, doses, and their bands over the errors of an experiment."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import erfinv
from scipy.stats import qmc

from mwa_sim.bench.bands import band_of
from mwa_sim.bench.rows import Band
from mwa_sim.damage.arrhenius import arrhenius_rate
from mwa_sim.damage.cem43 import cem43_rate
from mwa_sim.damage.parameters import arrhenius_parameters

HALF = math.log(2.0)
"""Omega at which half of the animals are injured."""

Model = Callable[[float], float]
"""Minutes at a temperature [degC]."""


def damage_of(temperature: float, minutes: float, name: str = "nerve_fit") -> float:
    """Omega of a constant temperature [degC] by an Arrhenius set."""
    rate = arrhenius_rate(np.array(temperature), arrhenius_parameters(name))
    return 60.0 * minutes * float(rate)


def time_to_injury(temperature: float) -> float:
    """Minutes at a temperature [degC] until the nerve set gives half of the animals injured."""
    return HALF / damage_of(temperature, 1.0)


def time_to_dose(dose: float) -> Model:
    """Minutes at a temperature [degC] until a dose CEM43 [min] is reached, as a function."""
    return lambda temperature: dose / dose_of(temperature, 1.0)


def dose_of(temperature: float, minutes: float) -> float:
    """CEM43 [min] of a constant temperature [degC]."""
    return minutes * float(cem43_rate(np.array(temperature)))


def spread_of(heatings: Sequence[tuple[float, float]]) -> float:
    """Largest over smallest dose of heatings at (degC, min)."""
    doses = [dose_of(temperature, minutes) for temperature, minutes in heatings]
    return max(doses) / min(doses)


def band_over(
    value: Callable[[Sequence[tuple[float, float]]], float],
    heatings: Sequence[tuple[float, float]],
    *,
    off: float,
    timing: float,
    n: int,
    normal: bool = False,
) -> Band:
    """Band of a value over the errors of temperature and time of some heatings.

    Parameters
    ----------
    value : callable
        Of heatings.
    heatings : sequence of (float [degC], float [min])
        As published; each is off by itself.
    off, timing : float [K], [min]
        Half ranges; standard deviations if `normal`.
    n : int
        Sobol' points, a power of two.
    normal : bool, optional
    """
    points = qmc.Sobol(2 * len(heatings), seed=0).random(n)
    deviates = math.sqrt(2.0) * erfinv(2.0 * points - 1.0) if normal else 2.0 * points - 1.0
    values = [
        value(
            [
                (t + off * float(a), m + timing * float(b))
                for (t, m), a, b in zip(heatings, draw[::2], draw[1::2], strict=True)
            ]
        )
        for draw in deviates
    ]
    law = "standard deviation" if normal else "uniform"
    inputs = {"temperature": f"+- {off:g} K ({law})"}
    if timing > 0.0:
        inputs["time"] = f"+- {timing:g} min ({law})"
    sampling = f"Sobol', {n} points, seed 0, percentiles 5 and 95"
    return band_of(values, sampling=sampling, inputs=inputs)
