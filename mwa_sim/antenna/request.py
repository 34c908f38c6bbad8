"""What to compute: an antenna, a tissue and a frequency, read and checked together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mwa_sim.antenna.antenna import ISM_FREQUENCY, Antenna
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.library import list_antennas
from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.errors import DataError, InputError, MwaError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.dispersion import check_frequency, dielectric_at
from mwa_sim.tissue.library import load_tissue
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import conductivity_factor, permittivity_factor

COLDEST, HOTTEST = -20.0, 200.0
"""Range of temperatures for which tissue is described [degC]."""


@dataclass(frozen=True, eq=False)
class Request:
    """An antenna in a tissue, ready to be computed.

    Attributes
    ----------
    antenna : Antenna
    section : Section
    tissue : Tissue
    frequency : float [Hz]
    permittivity : complex [-]
        Of the tissue, relative, at this frequency and the temperature asked for.
    """

    antenna: Antenna
    section: Section
    tissue: Tissue
    frequency: float
    permittivity: complex


def named_antenna(given: str | Path | Antenna) -> Antenna:
    """An antenna by name, by file, or itself.

    Raises
    ------
    InputError
        When the library has no such antenna, or it is a map of absorbed power.
    DataError
        When the file cannot be read, or listing everything wrong with it.
    """
    if isinstance(given, Antenna):
        return given
    suffix = Path(given).suffix.lower()
    if suffix == ".toml":
        return Antenna.from_file(given)
    if suffix == ".csv":
        raise InputError(
            f"antenna: '{given}' is a map of absorbed power, from which neither reflection nor "
            "efficiency can be known; give a name of the library or the file (.toml) of an antenna"
        )
    known = list_antennas()
    if str(given) not in known:
        raise InputError(
            f"antenna: '{given}' is not in the library{did_you_mean(str(given), known)}"
        )
    return Antenna.from_library(str(given))


def checked_request(
    antenna: str | Path | Antenna, tissue: str | Tissue, frequency: float | None, temperature: float
) -> Request:
    """What to compute, or every mistake at once.

    Parameters
    ----------
    antenna : str, Path or Antenna
        See :func:`named_antenna`.
    tissue : str or Tissue
    frequency : float or None [Hz]
        None is the antenna's own.
    temperature : float [degC]

    Returns
    -------
    Request

    Raises
    ------
    InputError, DataError
        Listing everything that cannot be used.
    """
    problems: list[str] = []
    data = False
    chosen = medium = section = None
    try:
        chosen = named_antenna(antenna)
        section = chosen.section
        if section is None:
            problems.append(
                f"antenna {chosen.name!r}: its conductors and dielectrics are not known, so that "
                "no field can be computed; list them in an antenna file as [[part]]"
            )
    except MwaError as error:
        problems += error.problems
        data = isinstance(error, DataError)
    try:
        medium = load_tissue(tissue) if isinstance(tissue, str) else tissue
    except InputError as error:
        problems += error.problems
    if not COLDEST <= temperature <= HOTTEST:
        problems.append(
            f"temperature: expected {COLDEST:g} to {HOTTEST:g} degC, got {temperature:g} degC"
        )
    f = frequency if frequency is not None else chosen.frequency if chosen else ISM_FREQUENCY
    try:
        check_frequency(f)
    except InputError as error:
        problems += error.problems
    epsilon = complex(1.0)
    if medium is not None and not problems:
        epsilon = tissue_permittivity(medium, f, temperature)
        if not epsilon.imag < 0.0:
            problems.append(
                f"tissue '{medium.name}': a permittivity and a conductivity above 0 are needed "
                "for the field of an antenna and for what it heats"
            )
    if problems or chosen is None or section is None or medium is None:
        raise (DataError if data else InputError)(problems)
    return Request(chosen, section, medium, float(f), epsilon)


def tissue_permittivity(tissue: Tissue, frequency: float, temperature: float) -> complex:
    """Relative complex permittivity of a tissue at a frequency and temperature.

    Parameters
    ----------
    tissue : Tissue
    frequency : float [Hz]
        10 MHz to 10 GHz.
    temperature : float [degC]

    Returns
    -------
    complex [-]
        nan where the tissue does not give its values.
    """
    real, sigma = dielectric_at(tissue, frequency)
    real = real * permittivity_factor(tissue.relative_permittivity_model, temperature)
    sigma = sigma * conductivity_factor(tissue.electrical_conductivity_model, temperature)
    # Permittivity factors fall towards 0 with the water; nothing lies below vacuum.
    return complex_permittivity(float(np.maximum(real, 1.0)), float(sigma), frequency)
