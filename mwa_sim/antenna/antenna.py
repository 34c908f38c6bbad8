"""The antenna: what it radiates, what it loses on the way, and how its shaft is cooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.antenna.cooling import Cooling
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.library import LibraryEntry, file_entry, library_entry
from mwa_sim.antenna.line import LineSource
from mwa_sim.antenna.sar import SarModel
from mwa_sim.antenna.sar_map import read_sar_map
from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.properties import Value

__all__ = ["ISM_FREQUENCY", "MODELS", "USUAL_DIAMETER", "Antenna", "Cooling"]

ISM_FREQUENCY = 2.45e9
"""The usual frequency of microwave ablation [Hz]."""

USUAL_DIAMETER = 1.6e-3
"""Outer diameter assumed for an antenna known only by its map [m]."""

MODELS = ("line", "map", "wave-static", "wave-coupled")
"""How the power in the tissue can be known: from a closed form, from an imported map, from the
computed field of the antenna in the tissue as it is at the start, or as it becomes."""


@dataclass(frozen=True, eq=False)
class Antenna:
    """A microwave antenna.

    Parameters
    ----------
    name : str
    sar : SarModel or None
        The closed form or the imported map; None for an antenna that has neither.
    frequency : float [Hz]
    outer_diameter : float [m]
    efficiency : float [-]
        Power into the tissue per watt at the generator, in the closed form: ``transmission``
        times ``matched``. For an imported map, which already is per watt at the generator, 1. With
        a computed field only ``transmission = min(1, efficiency / matched)`` is taken from it: the
        power at the feed is transmission times the generator's, and the field brings the share of
        it that tissue absorbs. Changing ``transmission`` changes the efficiency accordingly.
    cooling : Cooling or None
    values : mapping of str to Value
        The numbers behind the antenna with range, source and standing, by dotted name.
    section : Section or None
        Conductors and dielectrics, from which the field is computed; permittivities are those at
        the frequency of the antenna's file.
    matched : float [-]
        Nominal share of the power at the feed that tissue absorbs, contained in ``efficiency``;
        a computed field brings its own instead.
    model : str
        One of :data:`MODELS`; if empty "wave-coupled" with a section, else what ``sar`` is.
    references : tuple of str
        Keys of the references behind the section.

    Raises
    ------
    InputError
        When a number has no physical meaning or the antenna lacks what the model needs.

    Examples
    --------
    >>> antenna = Antenna.from_library("slot-1.6mm")
    >>> antenna.changed(efficiency=0.6).efficiency
    0.6
    >>> round(antenna.changed(transmission=0.6).efficiency, 3)  # times matched
    0.586
    """

    name: str
    sar: SarModel | None
    frequency: float = ISM_FREQUENCY
    outer_diameter: float = USUAL_DIAMETER
    efficiency: float = 1.0
    cooling: Cooling | None = None
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    section: Section | None = field(default=None, repr=False)
    matched: float = 1.0
    model: str = ""
    references: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        problems = [
            f"antenna {self.name!r}: {name} must be a positive number, got {value!r}"
            for name, value in (
                ("frequency", self.frequency),
                ("outer_diameter", self.outer_diameter),
            )
            if not (np.isfinite(value) and value > 0.0)
        ]
        problems += [
            f"antenna {self.name!r}: {name} must be above 0 and at most 1, got {value!r}"
            for name, value in (("efficiency", self.efficiency), ("matched", self.matched))
            if not 0.0 < value <= 1.0
        ]
        if not self.model and self.models:
            object.__setattr__(self, "model", self.models[-1])
        elif self.model not in self.models:
            problems.append(self._why_not())
        if problems:
            raise InputError(problems)

    @property
    def models(self) -> tuple[str, ...]:
        """Those of :data:`MODELS` that this antenna has the data for, the most detailed last."""
        found: tuple[str, ...] = ()
        if self.sar is not None:
            found += ("line",) if self.sar.weighted_by_conductivity else ("map",)
        return found if self.section is None else (*found, "wave-static", "wave-coupled")

    @property
    def transmission(self) -> float:
        """Power at the feed per watt at the generator, what cable and handle let pass [-]."""
        return min(1.0, self.efficiency / self.matched)

    def _why_not(self) -> str:
        start = f"antenna {self.name!r}: model"
        if not self.models:
            return f"{start}: the antenna has no section, no closed form and no map"
        if self.model not in MODELS:
            return f"{start}: {self.model!r} is not known{did_you_mean(str(self.model), MODELS)}"
        lacks = {
            "line": "its file has no radiator.start, radiator.end and radiator.exponent",
            "map": 'it has no map; write antenna = { map = "FILE.csv" }',
        }.get(self.model, "its conductors and dielectrics are not known; list them in its file")
        return f"{start} {self.model!r}: {lacks}; it can do {', '.join(self.models)}"

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
        return cls._of(library_entry(name))

    @classmethod
    def from_file(cls, path: str | Path) -> Antenna:
        """An antenna described by a file of one's own.

        Parameters
        ----------
        path : str or Path
            See :mod:`mwa_sim.antenna.antenna_file` and :mod:`mwa_sim.antenna.parts`.

        Returns
        -------
        Antenna

        Raises
        ------
        DataError
            When the file cannot be read, or listing everything wrong with it.
        """
        return cls._of(file_entry(path))

    @classmethod
    def _of(cls, entry: LibraryEntry) -> Antenna:
        number, values = entry.number, entry.values
        diameter = number("outer_diameter")
        cooling = sar = None
        if "cooling.heat_transfer_coefficient" in values:
            cooling = Cooling(**{f.name: number(f"cooling.{f.name}") for f in fields(Cooling)})
        if "radiator.start" in values:
            sar = LineSource(
                start=number("radiator.start"),
                end=number("radiator.end"),
                radius=0.5 * diameter,
                exponent=number("radiator.exponent"),
            )
        return cls(
            name=entry.name,
            sar=sar,
            frequency=number("frequency"),
            outer_diameter=diameter,
            efficiency=number("efficiency"),
            cooling=cooling,
            values=values,
            section=entry.section,
            matched=number("radiator.matched") if "radiator.matched" in values else 1.0,
            references=tuple(entry.sources),
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
        keys = {key for value in self.values.values() for key in value.keys}
        return sorted(keys.union(self.references))

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Antenna:
        """A copy with other values.

        Parameters
        ----------
        changes : mapping of str to object, optional
            Dotted names to new values: ``{"cooling.coolant_temperature": 20.0}``.
        **more : object
            Top-level values by name: ``efficiency=0.6``, ``cooling=None``; ``transmission=0.6``
            sets the efficiency to this times ``matched``.

        Returns
        -------
        Antenna

        Raises
        ------
        InputError
            When a name is unknown, a value has no physical meaning, or both efficiency and
            transmission are given.
        """
        antenna = self
        given = {**(changes or {}), **more}
        transmission = given.pop("transmission", None)
        if transmission is not None and "efficiency" in given:
            raise InputError(
                f"antenna {self.name!r}: efficiency and transmission set the same number, "
                "efficiency = transmission x matched; give one of them"
            )
        for path, value in given.items():
            first, _, rest = path.partition(".")
            _check_name(first, type(antenna), path)
            if rest:
                part = getattr(antenna, first)
                if part is None or first not in ("cooling", "sar"):
                    raise InputError(f"antenna {self.name!r} has no {path!r} to change")
                _check_name(rest, type(part), path)
                value = replace(part, **{rest: value})
            antenna = replace(antenna, **{first: value})
        if transmission is None:
            return antenna
        if not 0.0 < transmission <= 1.0:
            raise InputError(
                f"antenna {self.name!r}: transmission must be above 0 and at most 1, "
                f"got {transmission!r}"
            )
        return replace(antenna, efficiency=transmission * antenna.matched)


def _check_name(name: str, owner: type, path: str) -> None:
    names = [f.name for f in fields(owner) if f.init]
    if name not in names:
        # As the number is called in antenna files.
        wanted = "transmission" if path == "cable.transmission" else name
        known = [*names, "transmission"] if owner is Antenna else names
        hint = did_you_mean(wanted, known)
        raise InputError(f"antenna: {path!r} is not one of its values{hint}")
