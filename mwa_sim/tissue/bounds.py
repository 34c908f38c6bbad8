"""Bounding parameter sets: the ends of the ranges that make the ablation zone small or large.

The rule, for a zone that forms within minutes around an antenna of given power:

- more heat capacity (density, specific heat), more water to boil and more perfusion take up or
  carry away more heat before a temperature is reached: high values make the zone smaller;
- more metabolic heat adds to the source: high values make it larger;
- thermal conductivity and its slope: at the edge of the zone, r = 10-15 mm from the source, heat
  arrives by conduction while ``t < r^2 / (4 alpha)`` (3-7 min), so high values bring more heat
  there. The effect is small and its sign is not certain: in whole runs an end of its range moves
  mean diameters by 0.25 mm at most, outwards for a dose or Omega in a metastasis, inwards for the
  60 degC isotherm and in liver without perfusion. (In the steady state of an unperfused medium
  high values make every zone smaller, T ~ P / (4 pi k r); such treatments do not reach it.);
- relative permittivity and electrical conductivity: the antenna delivers the same power whatever
  they are, they only redistribute it, and they stay nominal. A higher conductivity of all tissues
  keeps the power near the antenna: the zone grows (the ends of the range move mean diameters by
  0.3 to 1.6 mm in homogeneous liver and metastasis), but what lies behind the zone, such as the
  spinal cord, stays cooler. A set that is to be cautious for both cannot move it;
- the temperature at which drying tissue stops absorbing: with the total power kept, as the source
  does, a later loss keeps power near the antenna. In whole runs the zone becomes up to 1 mm smaller
  (dose, Omega, 4-5 min) or 0.3 mm larger (60 degC, 2 min) with ``lopresto_2014`` instead of
  ``ji_brace_2011``, and tissue behind it cooler. No tissue of the library moves it; a tissue may
  name other models for the sets.

So the sets do not contain the uncertainty of the dielectric properties, of drying and of the
antenna; vary those by themselves. And they are bounds for the same power over time: where a rule
stops the power at a temperature, the larger zone stops itself earlier, and the order may reverse.

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
