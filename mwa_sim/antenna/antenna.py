"""The antenna: what it radiates, what it loses on the way, and how its shaft is cooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.antenna.library import library_entry
from mwa_sim.antenna.line import LineSource
from mwa_sim.antenna.sar import SarModel
from mwa_sim.antenna.sar_map import read_sar_map
from mwa_sim.errors import InputError
from mwa_sim.tissue.properties import Value

ISM_FREQUENCY = 2.45e9
"""The usual frequency of microwave ablation [Hz]."""

USUAL_DIAMETER = 1.6e-3
"""Outer diameter assumed for an antenna known only by its map [m]."""


@dataclass(frozen=True)
class Cooling:
    """Coolant that runs inside the shaft.

    Parameters
    ----------
    heat_transfer_coefficient : float [W/m2/K]
        Between the tissue at the surface of the shaft and the coolant.
    coolant_temperature : float [degC]
    shaft_start : float [m]
        Distance from the tip at which the cooled part begins.
    shaft_length : float [m]
        Length of the cooled part; what lies outside the mesh plays no role.

    Raises
    ------
    InputError
        When a number is not finite, negative, or the coolant neither liquid nor warm.
    """

    heat_transfer_coefficient: float
    coolant_temperature: float
    shaft_start: float
    shaft_length: float

    def __post_init__(self) -> None:
        problems = [
            f"antenna cooling: {name} must be a finite number, not negative, got {value!r}"
            for name, value in (
                ("heat_transfer_coefficient", self.heat_transfer_coefficient),
                ("shaft_start", self.shaft_start),
                ("shaft_length", self.shaft_length),
            )
            if not (np.isfinite(value) and value >= 0.0)
        ]
        if not -50.0 <= self.coolant_temperature <= 100.0:
            problems.append(
                "antenna cooling: coolant_temperature must lie between -50 and 100 degC, "
                f"got {self.coolant_temperature!r}"
            )
        if problems:
            raise InputError(problems)


@dataclass(frozen=True, eq=False)
class Antenna:
    """A microwave antenna.

    Parameters
    ----------
    name : str
    sar : SarModel
        How the power is spread in the tissue.
    frequency : float [Hz]
    outer_diameter : float [m]
    efficiency : float [-]
        Power into the tissue per watt at the generator: loss of cable and handle times
        (1 - reflected fraction). For an imported map, which already is per watt at the
        generator, 1.
    cooling : Cooling or None
    values : mapping of str to Value
        The numbers behind the antenna with range, source and standing, by dotted name.

    Raises
    ------
    InputError
        When a number has no physical meaning.

    Examples
    --------
    >>> antenna = Antenna.from_library("slot-1.6mm")
    >>> antenna.changed(efficiency=0.6).efficiency
    0.6
    """

    name: str
    sar: SarModel
    frequency: float = ISM_FREQUENCY
    outer_diameter: float = USUAL_DIAMETER
    efficiency: float = 1.0
    cooling: Cooling | None = None
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        problems = [
            f"antenna {self.name!r}: {name} must be a positive number, got {value!r}"
            for name, value in (
                ("frequency", self.frequency),
                ("outer_diameter", self.outer_diameter),
            )
            if not (np.isfinite(value) and value > 0.0)
        ]
        if not 0.0 < self.efficiency <= 1.0:
            problems.append(
                f"antenna {self.name!r}: efficiency must be above 0 and at most 1, "
                f"got {self.efficiency!r}"
            )
        if problems:
            raise InputError(problems)

    @classmethod
    def from_library(cls, name: str) -> Antenna:
        """An antenna of the library by name.

        Parameters
        ----------
        name : str
            One of :func:`mwa_sim.antenna.library.list_antennas`.

        Returns
        -------
        Antenna

        Raises
        ------
        InputError
            When there is no antenna of this name.
        """
        entry = library_entry(name)
        number = entry.number
        diameter = number("outer_diameter")
        cooling = None
        if "cooling.heat_transfer_coefficient" in entry.values:
            cooling = Cooling(**{f.name: number(f"cooling.{f.name}") for f in fields(Cooling)})
        return cls(
            name=entry.name,
            sar=LineSource(
                start=number("radiator.start"),
                end=number("radiator.end"),
                radius=0.5 * diameter,
                exponent=number("radiator.exponent"),
            ),
            frequency=number("frequency"),
            outer_diameter=diameter,
            efficiency=number("efficiency"),
            cooling=cooling,
            values=entry.values,
        )

    @classmethod
    def from_map(
        cls,
        path: str | Path,
        *,
        outer_diameter: float = USUAL_DIAMETER,
        frequency: float = ISM_FREQUENCY,
        efficiency: float = 1.0,
        cooling: Cooling | None = None,
    ) -> Antenna:
        """An antenna known by its power density only.

        Parameters
        ----------
        path : str or Path
            CSV file with the header ``r_mm,z_mm,q_W_per_m3``, see
            :func:`mwa_sim.antenna.sar_map.read_sar_map`.
        outer_diameter : float [m], optional
        frequency : float [Hz], optional
        efficiency : float [-], optional
            Multiplies the map, which is per watt at the generator already.
        cooling : Cooling, optional
            None, the default, for an antenna that is not cooled.

        Returns
        -------
        Antenna
        """
        sar = read_sar_map(path)
        return cls(sar.name, sar, frequency, outer_diameter, efficiency, cooling)

    @property
    def sources(self) -> list[str]:
        """Keys of the references behind the antenna's numbers, sorted, each once."""
        return sorted({key for value in self.values.values() for key in value.keys})

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Antenna:
        """A copy with other values.

        Parameters
        ----------
        changes : mapping of str to object, optional
            Dotted names to new values: ``{"cooling.coolant_temperature": 20.0}``.
        **more : object
            Top-level values by name: ``efficiency=0.6``, ``cooling=None``.

        Returns
        -------
        Antenna

        Raises
        ------
        InputError
            When a name is unknown or a value has no physical meaning.
        """
        antenna = self
        for path, value in {**(changes or {}), **more}.items():
            first, _, rest = path.partition(".")
            _check_name(first, type(antenna), path)
            if rest:
                part = getattr(antenna, first)
                if part is None or first not in ("cooling", "sar"):
                    raise InputError(f"antenna {self.name!r} has no {path!r} to change")
                _check_name(rest, type(part), path)
                value = replace(part, **{rest: value})
            antenna = replace(antenna, **{first: value})
        return antenna


def _check_name(name: str, owner: type, path: str) -> None:
    names = [f.name for f in fields(owner) if f.init]
    if name not in names:
        close = get_close_matches(name, names, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(names)}"
        raise InputError(f"antenna: {path!r} is not one of its values{hint}")
