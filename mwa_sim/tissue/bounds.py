"""Bounding parameter sets: the ends of the ranges that make the ablation zone small or large.

The rule, for a zone that forms within minutes around an antenna of given power:

- more heat capacity (density, specific heat), more water to boil and more perfusion take up or
  carry away more heat before a temperature is reached: high values make the zone smaller;
- more metabolic heat adds to the source: high values make it larger;
- thermal conductivity and its slope: at the edge of the zone, r = 10-15 mm from the source, heat
  arrives by conduction while ``t < r^2 / (4 alpha)`` (3-7 min), so high values bring more heat
  there and make the zone larger, by little: 19 % more conductivity moves the edge by 0 to 0.4 mm
  in a spherical model of 28 W for 1-5 min. (In the steady state of an unperfused medium the
  opposite holds, T ~ P / (4 pi k r); such treatments do not reach it.);
- relative permittivity and electrical conductivity: the antenna delivers the same power whatever
  they are, they only redistribute it (a higher conductivity takes a larger share but shields what
  is behind), and the sign depends on the anatomy: they stay nominal;
- the sigmoid that loses absorption at a higher temperature makes the zone larger; tissues name it.

Every tissue moves to the same side, so the sets are bounds and not likely cases. The larger zone
is the cautious set for nerves, the smaller one for the coverage of the tumour.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.properties import Tissue

PARAMETER_SETS = ("smaller-zone", "nominal", "larger-zone")
"""Names of the parameter sets."""

ZONE_GROWS_WITH: dict[str, int] = {
    "density": -1,
    "specific_heat": -1,
    "thermal_conductivity": 1,
    "perfusion": -1,
    "metabolic_heat": 1,
    "water_fraction": -1,
    "relative_permittivity": 0,
    "electrical_conductivity": 0,
    "thermal_conductivity_slope": 1,
}
"""1 where a higher value makes the zone larger, -1 where smaller, 0 where it depends."""


def bounded(tissue: Tissue, parameter_set: str) -> Tissue:
    """Move a tissue to the end of its ranges, or back to its nominal values.

    Parameters
    ----------
    tissue : Tissue
        With its ranges in `values`.
    parameter_set : str
        One of :data:`PARAMETER_SETS`.

    Returns
    -------
    Tissue
        A property without a range keeps its value.

    Raises
    ------
    InputError
        If there is no such set.
    """
    check_parameter_set(parameter_set)
    grow = {"smaller-zone": -1, "nominal": 0, "larger-zone": 1}[parameter_set]
    changes: dict[str, Any] = {"parameter_set": parameter_set}
    for name, value in tissue.values.items():
        changes[name] = (value.value, value.high, value.low)[grow * ZONE_GROWS_WITH[name]]
    for name, choice in tissue.models.items():
        changes[name] = (choice.value, choice.larger_zone, choice.smaller_zone)[grow]
    return replace(tissue, **changes)


def check_parameter_set(parameter_set: str) -> None:
    """Refuse a name that is no parameter set.

    Raises
    ------
    InputError
        With the closest name.
    """
    if parameter_set not in PARAMETER_SETS:
        offer = did_you_mean(parameter_set, PARAMETER_SETS)
        raise InputError(f"tissues: unknown parameter set '{parameter_set}'{offer}")
