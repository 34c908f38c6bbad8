"""How tissue properties change with temperature: factors relative to 37 degC.

Latent heat lives in :mod:`mwa_sim.tissue.enthalpy`, the shutdown of perfusion with damage in the
heat solver; here are the names of the models, their numbers and sources.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray
from mwa_sim.units import parse_quantity

REFERENCE_TEMPERATURE = 37.0
"""Temperature at which properties are given [degC]."""
SLOPE_END = 100.0
"""The thermal conductivity follows its slope up to this temperature [degC]."""


@dataclass(frozen=True)
class Sigmoid:
    """A property that falls as the tissue dries, ``X(T) = s1 (1 - 1/(1 + e^(s2 - s3 T))) + s4``.

    Attributes
    ----------
    s1, s2, s3, s4 : float
        Coefficients for T in degC (s3 in 1/K).
    floor : float
        Smallest factor X(T) / X(37).

    Notes
    -----
    Form and coefficients: keys ``ji2011``, ``lopresto2014``.
    """

    s1: float
    s2: float
    s3: float
    s4: float
    floor: float = 0.0

    def value(self, temperature: ArrayLike) -> FloatArray:
        """X(T) in the unit of s1 and s4, for temperatures of any shape [degC]."""
        exponent = self.s2 - self.s3 * np.asarray(temperature, dtype=np.float64)
        # The logistic function by tanh, which cannot overflow.
        return np.asarray(self.s1 * 0.5 * (1.0 + np.tanh(0.5 * exponent)) + self.s4)

    def factor(self, temperature: ArrayLike) -> FloatArray:
        """max(X(T) / X(37), floor), for temperatures of any shape [degC]."""
        ratio = self.value(temperature) / self.value(REFERENCE_TEMPERATURE)
        return np.asarray(np.maximum(ratio, self.floor))


@dataclass(frozen=True)
class DielectricModel:
    """Sigmoids of one publication for conductivity and permittivity at 2.45 GHz.

    Their factors are used at any frequency.

    Attributes
    ----------
    name, source, standing, note : str
        Name, reference key, standing and remarks.
    electrical_conductivity, relative_permittivity : Sigmoid
        In S/m and dimensionless.
    """

    name: str
    source: str
    standing: str
    note: str
    electrical_conductivity: Sigmoid
    relative_permittivity: Sigmoid


@dataclass(frozen=True)
class SlopeModel:
    """A thermal conductivity that rises linearly from 37 to 100 degC.

    Attributes
    ----------
    name, source, standing, note : str
        Name, reference key, standing and remarks.
    slope, low, high : float
        Relative change per kelvin and its range [1/K].
    """

    name: str
    source: str
    standing: str
    note: str
    slope: float
    low: float
    high: float


def conductivity_factor(model: str | None, temperature: ArrayLike) -> FloatArray:
    """Electrical conductivity relative to 37 degC, sigma(T) / sigma(37).

    Parameters
    ----------
    model : str or None
        Name of a dielectric model; None is constant.
    temperature : array_like [degC]
        Of any shape.

    Returns
    -------
    float array
        Of the same shape.

    Raises
    ------
    InputError
        If the model is unknown.

    Examples
    --------
    >>> float(conductivity_factor("ji_brace_2011", 37.0))
    1.0
    """
    if model is None:
        return np.ones_like(np.asarray(temperature, dtype=np.float64))
    return dielectric_model(model).electrical_conductivity.factor(temperature)


def permittivity_factor(model: str | None, temperature: ArrayLike) -> FloatArray:
    """Relative permittivity relative to 37 degC; see :func:`conductivity_factor`."""
    if model is None:
        return np.ones_like(np.asarray(temperature, dtype=np.float64))
    return dielectric_model(model).relative_permittivity.factor(temperature)


def thermal_conductivity_factor(slope: float, temperature: ArrayLike) -> FloatArray:
    """Thermal conductivity relative to 37 degC, ``1 + slope (clip(T, 37, 100) - 37)``.

    Parameters
    ----------
    slope : float [1/K]
        Of the tissue; 0 is constant.
    temperature : array_like [degC]
        Of any shape.

    Returns
    -------
    float array
        Of the same shape.
    """
    clipped = np.clip(np.asarray(temperature, np.float64), REFERENCE_TEMPERATURE, SLOPE_END)
    return np.asarray(1.0 + slope * (clipped - REFERENCE_TEMPERATURE))


def dielectric_model(name: str) -> DielectricModel:
    """Dielectric model by name.

    Raises
    ------
    InputError
        If there is no such model.
    """
    table = _entry("dielectric", name)
    return DielectricModel(
        name,
        table["source"],
        table["standing"],
        table["note"],
        Sigmoid(**table["electrical_conductivity"]),
        Sigmoid(**table["relative_permittivity"]),
    )


def slope_model(name: str) -> SlopeModel:
    """Thermal-conductivity model by name.

    Raises
    ------
    InputError
        If there is no such model.
    """
    table = _entry("thermal_conductivity", name)
    slope, low, high = (parse_quantity(x, "slope") for x in (table["slope"], *table["range"]))
    return SlopeModel(name, table["source"], table["standing"], table["note"], slope, low, high)


def model_source(name: str) -> str:
    """Reference key of a temperature model of any kind.

    Raises
    ------
    InputError
        If there is no such model.
    """
    known = {
        name: table["source"] for models in _models().values() for name, table in models.items()
    }
    if name not in known:
        raise InputError(f"unknown temperature model '{name}'{did_you_mean(name, known)}")
    return str(known[name])


def list_models(kind: str) -> list[str]:
    """Names of the temperature models of a kind.

    Parameters
    ----------
    kind : {"dielectric", "thermal_conductivity", "perfusion"}

    Returns
    -------
    list of str
    """
    return list(_models()[kind])


@cache
def _models() -> dict[str, Any]:
    text = (files("mwa_sim") / "data" / "models.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _entry(kind: str, name: str) -> dict[str, Any]:
    known = _models()[kind]
    if name not in known:
        raise InputError(f"unknown temperature model '{name}'{did_you_mean(name, known)}")
    found: dict[str, Any] = known[name]
    return found
