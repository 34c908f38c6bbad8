"""What a tissue is: its properties at 37 degC, their ranges, sources and temperature models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.quantities import Quantity, quantity
from mwa_sim.references import all_references
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.dispersion import dispersion
from mwa_sim.tissue.temperature import model_source

STANDINGS = ("source", "calculated", "assumption", "unverified")
"""Standing of a value, best first: read in its source, computed from sourced inputs, an
engineering choice, or widely quoted but not checked."""

PROPERTIES: dict[str, Quantity] = {
    "density": quantity("density", above=0),
    "specific_heat": quantity("specific_heat", above=0),
    "thermal_conductivity": quantity("thermal_conductivity", above=0),
    "perfusion": quantity("rate", at_least=0),
    "metabolic_heat": quantity("metabolic_heat", at_least=0),
    "water_fraction": quantity("fraction", at_least=0, at_most=1),
    "relative_permittivity": quantity("number", at_least=1),
    "electrical_conductivity": quantity("electrical_conductivity", at_least=0),
    "thermal_conductivity_slope": quantity("slope", at_least=0),
}
"""Numeric properties by name, with the quantity that reads each of them."""

GIVEN = "given by the caller"
"""Source of a value that replaced the one of the data file."""

MODELS = ("electrical_conductivity_model", "relative_permittivity_model", "perfusion_model")
"""Attributes of a tissue that name a temperature model."""


@dataclass(frozen=True)
class Value:
    """One number of a data file.

    Attributes
    ----------
    value, low, high : float
        Nominal value and range, in the package's unit.
    source : str
        Key of :mod:`mwa_sim.references` (several separated by commas), or, in a case file, the
        case's own words.
    standing : str
        One of :data:`STANDINGS`.
    note : str
        What to know before relying on it.
    range_source : str
        Where the range comes from.
    """

    value: float
    low: float
    high: float
    source: str
    standing: str = "source"
    note: str = ""
    range_source: str = ""

    @property
    def keys(self) -> list[str]:
        """Sources of value and range, each once."""
        return source_keys(self.source) + source_keys(self.range_source)


@dataclass(frozen=True)
class ModelChoice:
    """A temperature model of a tissue, with the ones that bound the ablation zone.

    Attributes
    ----------
    value : str
        Nominal model, a name of :mod:`mwa_sim.tissue.temperature`.
    smaller_zone, larger_zone : str
        Models of the bounding sets; the nominal one where there is no alternative.
    source, standing, note : str
        As in :class:`Value`.
    """

    value: str
    smaller_zone: str
    larger_zone: str
    source: str
    standing: str = "source"
    note: str = ""


@dataclass(frozen=True)
class Tissue:
    """A tissue: properties at 37 degC and how they change with temperature.

    Attributes
    ----------
    name : str
        Name by which case files refer to it.
    density : float [kg/m3]
    specific_heat : float [J/kg/K]
    thermal_conductivity : float [W/m/K]
    perfusion : float [1/s]
        Volume of blood per volume of tissue and second; the Pennes sink is
        ``perfusion * rho_blood * c_blood * (T - T_arterial)``.
    metabolic_heat : float [W/kg]
    water_fraction : float
        Mass of water that can boil, per mass of tissue; 0 switches the latent heat off.
    relative_permittivity : float
        At 2.45 GHz; nan if not given.
    electrical_conductivity : float [S/m]
        At 2.45 GHz; nan if not given.
    thermal_conductivity_slope : float [1/K]
        ``k(T) = k (1 + slope (T - 37))`` between 37 and 100 degC, constant outside.
    electrical_conductivity_model, relative_permittivity_model : str or None
        Names for :func:`mwa_sim.tissue.temperature.conductivity_factor` and
        :func:`~mwa_sim.tissue.temperature.permittivity_factor`; None is constant.
    perfusion_model : str or None
        ``"arrhenius_shutdown"`` multiplies the perfusion by exp(-Omega); None is constant.
    dispersion : str or None
        Tissue that the dielectric properties follow over frequency, a name of
        :func:`mwa_sim.tissue.dispersion.list_dispersions`; None is constant.
    values : dict of str to Value
        Where each number comes from.
    models : dict of str to ModelChoice
        Where each temperature model comes from.
    title, note : str
        For people.
    parameter_set : str
        ``"nominal"``, ``"smaller-zone"`` or ``"larger-zone"``.
    """

    name: str
    density: float
    specific_heat: float
    thermal_conductivity: float
    perfusion: float = 0.0
    metabolic_heat: float = 0.0
    water_fraction: float = 0.0
    relative_permittivity: float = math.nan
    electrical_conductivity: float = math.nan
    thermal_conductivity_slope: float = 0.0
    electrical_conductivity_model: str | None = None
    relative_permittivity_model: str | None = None
    perfusion_model: str | None = None
    dispersion: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict, compare=False, repr=False)
    models: Mapping[str, ModelChoice] = field(default_factory=dict, compare=False, repr=False)
    title: str = field(default="", compare=False)
    note: str = field(default="", compare=False, repr=False)
    parameter_set: str = "nominal"

    @classmethod
    def of(
        cls,
        name: str,
        values: Mapping[str, Value],
        models: Mapping[str, ModelChoice],
        title: str = "",
        note: str = "",
        dispersion: str | None = None,
    ) -> Tissue:
        """Tissue at the nominal values of its properties and models.

        Parameters
        ----------
        name : str
        values : mapping of str to Value
            By names of :data:`PROPERTIES`.
        models : mapping of str to ModelChoice
            By names of :data:`MODELS`.
        title, note : str, optional
        dispersion : str, optional
            Tissue to follow over frequency.
        """
        nominal: dict[str, Any] = {key: value.value for key, value in values.items()}
        nominal |= {key: model.value for key, model in models.items()}
        nominal["dispersion"] = dispersion
        return cls(name=name, values=values, models=models, title=title, note=note, **nominal)

    @property
    def heat_capacity(self) -> float:
        """Volumetric heat capacity ``density * specific_heat`` [J/m3/K]."""
        return self.density * self.specific_heat

    @property
    def sources(self) -> list[str]:
        """Source keys of the values and models in use, each once."""
        bounded = self.parameter_set != "nominal"
        keys = [
            key
            for value in self.values.values()
            for key in (value.keys if bounded else source_keys(value.source))
        ]
        names = (getattr(self, attribute) for attribute in MODELS)
        keys += [model_source(name) for name in names if name is not None]
        if self.dispersion is not None:
            keys += source_keys(dispersion(self.dispersion).source)
        return list(dict.fromkeys(keys))

    def changed(self, **changes: Any) -> Tissue:
        """Copy with other numbers or models.

        Parameters
        ----------
        **changes : float, str or None
            Properties by name: a number in the package's unit or a quoted quantity.

        Returns
        -------
        Tissue
            The changed tissue. A changed property has no range any more: the bounding sets keep it.

        Raises
        ------
        InputError
            If there is no such property or a number is out of its range.

        Examples
        --------
        >>> from mwa_sim.tissue import load_tissue
        >>> load_tissue("muscle").changed(perfusion="0 1/s").perfusion
        0.0
        """
        found: list[str] = []
        read: dict[str, Any] = {}
        values, models = dict(self.values), dict(self.models)
        for name, given in changes.items():
            if name in PROPERTIES:
                try:
                    number = read[name] = PROPERTIES[name].read(given)
                except InputError as error:
                    found += [f"{name}: {problem}" for problem in error.problems]
                else:
                    values[name] = Value(number, number, number, GIVEN, "assumption")
            elif name in MODELS:
                found += self._change_model(models, name, given)
                read[name] = given
            elif name == "dispersion":
                found += _unknown_dispersion(given)
                read[name] = given
            else:
                known = [*PROPERTIES, *MODELS, "dispersion"]
                found.append(f"{name}: unknown property{did_you_mean(name, known)}")
        if found:
            raise InputError(found)
        return replace(self, **read, values=values, models=models)

    def _change_model(self, models: dict[str, ModelChoice], name: str, given: Any) -> list[str]:
        models.pop(name, None)
        if given is None:
            return []
        try:
            model_source(given)
        except InputError as error:
            return [f"{name}: {problem}" for problem in error.problems]
        models[name] = ModelChoice(given, given, given, GIVEN, "assumption")
        return []

    def as_dict(self) -> dict[str, float | str | None]:
        """Numbers and models in use, for files and hashes; nan becomes None."""
        numbers = {name: getattr(self, name) for name in PROPERTIES}
        return {
            "name": self.name,
            "parameter_set": self.parameter_set,
            **{name: None if math.isnan(number) else number for name, number in numbers.items()},
            **{name: getattr(self, name) for name in MODELS},
            "dispersion": self.dispersion,
        }


def _unknown_dispersion(given: str | None) -> list[str]:
    if given is None:
        return []
    try:
        dispersion(given)
    except InputError as error:
        return [f"dispersion: {problem}" for problem in error.problems]
    return []


def source_keys(source: str) -> list[str]:
    """Keys in a source text: separated by commas if all of them are known, else the text itself.

    Parameters
    ----------
    source : str
        For example ``"itis, chen2001"``.

    Returns
    -------
    list of str
        Empty for an empty text.
    """
    parts = [part.strip() for part in source.split(",") if part.strip()]
    known = all_references()
    return parts if all(part in known for part in parts) else [source]
