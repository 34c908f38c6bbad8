"""How a plan names its antenna: a library name, or a table that names a file or a map."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mwa_sim.antenna.antenna import ISM_FREQUENCY, MODELS, USUAL_DIAMETER, Antenna, Cooling
from mwa_sim.errors import InputError
from mwa_sim.spec import (
    Frequency,
    HeatTransferCoefficient,
    PositiveLength,
    Spec,
    Temperature,
    problems,
    quantity,
    validate,
)
from mwa_sim.spec_paths import did_you_mean

COOLANT_TEMPERATURE = 25.0
"""Coolant of an antenna that states none [degC]."""

HEAT_TRANSFER_COEFFICIENT = 1000.0
"""Between tissue and coolant where none is stated [W/m2/K]; an assumption, range 200-2000."""

SHAFT_LENGTH = 0.2
"""Cooled length where none is stated [m]; longer than any anatomy."""

_Distance = Annotated[float, quantity("length", at_least=0.0)]
_Efficiency = Annotated[float, quantity("fraction", above=0.0, at_most=1.0)]


class CoolingSpec(Spec):
    """Cooling of an antenna in a plan.

    Attributes
    ----------
    shaft_start : float [m], optional
        Distance from the tip at which the cooled part begins; needed with a map.
    shaft_length : float [m], optional
    heat_transfer_coefficient : float [W/m2/K], optional
    coolant_temperature : float [degC], optional
    """

    shaft_start: _Distance | None = None
    shaft_length: _Distance | None = None
    heat_transfer_coefficient: HeatTransferCoefficient | None = None
    coolant_temperature: Temperature | None = None


class AntennaSpec(Spec):
    """The inline table ``antenna = { ... }`` of a plan: one of ``library``, ``file`` and ``map``.

    Attributes
    ----------
    map : str, optional
        CSV file of an imported map, relative to the plan.
    library : str, optional
        Name in the library, to change some of its numbers.
    file : str, optional
        TOML file that describes the antenna, relative to the plan.
    model : str, optional
        One of :data:`mwa_sim.antenna.antenna.MODELS`.
    efficiency : float [-], optional
        Power into the tissue per generator watt, in the closed form; multiplies a map. A computed
        field takes from it only ``transmission = min(1, efficiency / matched)``, the power at the
        feed per generator watt, and brings its own share that tissue absorbs.
    transmission : float [-], optional
        Power at the feed per generator watt, instead of the efficiency.
    outer_diameter : float [m], optional
    frequency : float [Hz], optional
    cooling : "off" or CoolingSpec, optional
        Off for a map unless given; as in the library otherwise.
    """

    map: str | None = Field(default=None, min_length=1)
    library: str | None = None
    file: str | None = Field(default=None, min_length=1)
    model: str | None = None
    efficiency: _Efficiency | None = None
    transmission: _Efficiency | None = None
    outer_diameter: PositiveLength | None = None
    frequency: Frequency | None = None
    cooling: Literal["off"] | CoolingSpec | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_cable(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "cable" in data:
            # As the number is called in antenna files.
            raise problems("cable.transmission: unknown key; did you mean 'transmission'?")
        return data

    @model_validator(mode="after")
    def _one_source(self) -> AntennaSpec:
        if sum(given is not None for given in (self.map, self.library, self.file)) != 1:
            raise problems(
                'expected one of map = "FILE.csv" (an imported power density), '
                'library = "NAME" (an antenna of the library) and file = "FILE.toml" (an antenna '
                "described by its conductors and dielectrics)"
            )
        if self.model is not None and self.model not in MODELS:
            raise problems(
                f"model: expected one of {', '.join(MODELS)}, got {self.model!r}"
                f"{did_you_mean(self.model, MODELS)}"
            )
        if self.efficiency is not None and self.transmission is not None:
            raise problems(
                "efficiency and transmission set the same number, efficiency = transmission x the "
                "share that is not reflected; give one of them"
            )
        if self.map is None and self.outer_diameter is not None:
            which = "of the library" if self.library is not None else "from a file"
            raise problems(f"outer_diameter: an antenna {which} has its own")
        if (
            self.map is not None
            and isinstance(self.cooling, CoolingSpec)
            and self.cooling.shaft_start is None
        ):
            raise problems(
                'cooling.shaft_start: is needed with a map, for example "12 mm" from the tip'
            )
        return self

    def build(self, base_dir: str | Path = ".") -> Antenna:
        """The antenna this table describes.

        Parameters
        ----------
        base_dir : str or Path, optional
            Folder against which a relative ``map`` or ``file`` is resolved.

        Returns
        -------
        Antenna

        Raises
        ------
        InputError
            When the library has no such antenna, the map's content is wrong, or the antenna lacks
            what the model needs.
        DataError
            When a file cannot be read, or listing everything wrong with an antenna file.
        """
        if self.map is not None:
            antenna = Antenna.from_map(
                Path(base_dir) / self.map,
                outer_diameter=self.outer_diameter or USUAL_DIAMETER,
                frequency=self.frequency or ISM_FREQUENCY,
            )
        else:
            if self.file is not None:
                antenna = Antenna.from_file(Path(base_dir) / self.file)
            else:
                antenna = Antenna.from_library(self.library or "")
            if self.frequency is not None:
                antenna = antenna.changed(frequency=self.frequency)
        changes = {key: getattr(self, key) for key in ("efficiency", "transmission", "model")}
        antenna = antenna.changed({k: v for k, v in changes.items() if v is not None})
        if self.cooling == "off":
            return antenna.changed(cooling=None)
        if isinstance(self.cooling, CoolingSpec):
            return antenna.changed(cooling=_cooling(self.cooling, antenna))
        return antenna


def _cooling(spec: CoolingSpec, antenna: Antenna) -> Cooling:
    base = antenna.cooling or Cooling(
        HEAT_TRANSFER_COEFFICIENT, COOLANT_TEMPERATURE, spec.shaft_start or 0.0, SHAFT_LENGTH
    )
    given = {key: value for key, value in spec if value is not None}
    return Cooling(**{**vars(base), **given})


def antenna_from_plan(
    value: str | Mapping[str, Any] | AntennaSpec | Antenna,
    base_dir: str | Path = ".",
    *,
    source: str = "python",
) -> Antenna:
    """The antenna of a plan, in whichever form the plan gives it.

    Parameters
    ----------
    value : str, mapping, AntennaSpec or Antenna
        A name in the library, the inline table, or the antenna itself.
    base_dir : str or Path, optional
        Folder against which the file of a map or an antenna is resolved.
    source : {"python", "file"}, optional
        In a file, numbers must be quoted with their unit.

    Returns
    -------
    Antenna

    Raises
    ------
    InputError
        Listing what is wrong with the value.
    DataError
        When a file cannot be read, or listing everything wrong with an antenna file.

    Examples
    --------
    >>> antenna_from_plan("slot-1.6mm").name
    'slot-1.6mm'
    """
    if isinstance(value, Antenna):
        return value
    if isinstance(value, str):
        return Antenna.from_library(value)
    if isinstance(value, AntennaSpec):
        return value.build(base_dir)
    if not isinstance(value, Mapping):
        raise InputError(
            'antenna: expected a name of the library like "slot-1.6mm" or a table like '
            f'{{ map = "gaussian.csv" }} or {{ file = "mine.toml" }}, got {value!r}'
        )
    return validate(AntennaSpec, dict(value), source=source, where="antenna").build(base_dir)
