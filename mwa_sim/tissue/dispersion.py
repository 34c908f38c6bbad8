"""Dielectric properties over frequency: four-term Cole-Cole models of the library's tissues.

Tissues give their permittivity and conductivity at 2.45 GHz. At another frequency both are
multiplied by what the Cole-Cole model of the tissue they follow gives there, relative to 2.45 GHz:
so tumours, mixtures, changed values and bounding sets keep what they say of themselves, and at
2.45 GHz every tissue has exactly its own values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.tissue.properties import Tissue

REFERENCE_FREQUENCY = 2.45e9
"""Frequency at which tissues give their dielectric properties [Hz]."""
LOWEST_FREQUENCY, HIGHEST_FREQUENCY = 1e7, 1e10
"""Ends of the supported range [Hz]."""
VACUUM_PERMITTIVITY = 8.8541878128e-12
"""Permittivity of free space [F/m] (CODATA 2018)."""


@dataclass(frozen=True)
class ColeCole:
    """A sum of Cole-Cole terms with an ionic conductivity.

    Attributes
    ----------
    name, title, source, standing, note : str
        Name, title, reference key, standing and remarks.
    infinite : float [-]
        Relative permittivity above all relaxations.
    conductivity : float [S/m]
        Ionic conductivity.
    terms : tuple of (float, float, float)
        Strength [-], relaxation time [s] and broadening alpha [-] of each term.
    """

    name: str
    title: str
    source: str
    standing: str
    note: str
    infinite: float
    conductivity: float
    terms: tuple[tuple[float, float, float], ...]

    def at(self, frequency: ArrayLike) -> NDArray[np.complex128]:
        """Relative complex permittivity at frequencies of any shape [Hz]; see `cole_cole`."""
        omega = 2.0 * np.pi * np.asarray(frequency, dtype=np.float64)
        value = self.infinite + self.conductivity / (1j * omega * VACUUM_PERMITTIVITY)
        for strength, tau, alpha in self.terms:
            value = value + strength / (1.0 + (1j * omega * tau) ** (1.0 - alpha))
        return np.asarray(value, dtype=np.complex128)


def cole_cole(name: str, frequency: ArrayLike) -> NDArray[np.complex128]:
    """Relative complex permittivity of a tissue of the Cole-Cole table at 37 degC.

    For fields that vary as exp(+j w t),

        eps_c = eps_inf + sum_n d_n / (1 + (j w tau_n)^(1 - alpha_n)) + sigma / (j w eps0)

    (key ``gabriel1996``); the conductivity at a frequency is ``-w eps0 Im eps_c``.

    Parameters
    ----------
    name : str
        A name of :func:`list_dispersions`.
    frequency : array_like [Hz]
        10 MHz to 10 GHz, of any shape.

    Returns
    -------
    complex array of the same shape [-]

    Raises
    ------
    InputError
        If there is no such tissue or a frequency is out of range.

    Examples
    --------
    >>> round(float(cole_cole("liver", 2.45e9).real), 2)
    43.03
    """
    check_frequency(frequency)
    return dispersion(name).at(frequency)


def dielectric_at(tissue: Tissue, frequency: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Permittivity and conductivity of a tissue at 37 degC and another frequency.

    With the Cole-Cole model ``C`` of the tissue it follows and f0 = 2.45 GHz,

        eps_r(f) = eps_r(f0) Re C(f) / Re C(f0),
        sigma(f) = sigma(f0) f Im C(f) / (f0 Im C(f0)),

    and never a permittivity below 1. A tissue that follows none is constant.

    Parameters
    ----------
    tissue : Tissue
        With its values at 2.45 GHz.
    frequency : array_like [Hz]
        10 MHz to 10 GHz, of any shape.

    Returns
    -------
    relative_permittivity : float array of the same shape [-]
    electrical_conductivity : float array of the same shape [S/m]
        nan where the tissue does not give the value.

    Raises
    ------
    InputError
        If a frequency is out of range.

    Examples
    --------
    >>> from mwa_sim.tissue import load_tissue
    >>> permittivity, conductivity = dielectric_at(load_tissue("liver"), 915e6)
    >>> round(float(permittivity), 2), round(float(conductivity), 3)
    (46.76, 0.861)
    """
    check_frequency(frequency)
    f = np.asarray(frequency, dtype=np.float64)
    permittivity = np.full(f.shape, tissue.relative_permittivity)
    conductivity = np.full(f.shape, tissue.electrical_conductivity)
    if tissue.dispersion is None:
        return permittivity, conductivity
    model = dispersion(tissue.dispersion)
    there, here = model.at(f), complex(model.at(REFERENCE_FREQUENCY))
    storage = there.real / here.real
    loss = (f * there.imag) / (REFERENCE_FREQUENCY * here.imag)
    # Powers of arrays and of numbers round differently: the own values return to the last digit.
    storage, loss = (np.where(f == REFERENCE_FREQUENCY, 1.0, x) for x in (storage, loss))
    return np.asarray(np.maximum(permittivity * storage, 1.0)), np.asarray(conductivity * loss)


def region_dielectrics(
    tissues: Mapping[int, Tissue], frequency: float
) -> tuple[dict[int, float], dict[int, float]]:
    """Dielectric properties of the regions of a mesh at 37 degC and the antenna's frequency.

    Parameters
    ----------
    tissues : mapping of int to Tissue
        By region label.
    frequency : float [Hz]
        10 MHz to 10 GHz.

    Returns
    -------
    electrical_conductivity : dict of int to float [S/m]
    relative_permittivity : dict of int to float [-]
        By region label; nan where the tissue does not give the value.

    Raises
    ------
    InputError
        If the frequency is out of range.
    """
    values = {label: dielectric_at(tissue, frequency) for label, tissue in tissues.items()}
    return (
        {label: float(conductivity) for label, (_, conductivity) in values.items()},
        {label: float(permittivity) for label, (permittivity, _) in values.items()},
    )


def dispersion_note(tissue: Tissue) -> str:
    """What a tissue does over frequency, in a sentence for people."""
    if tissue.dispersion is None:
        return (
            f"{tissue.name}: constant over frequency; to follow a tissue of the library, write "
            'dispersion = "muscle"'
        )
    model = dispersion(tissue.dispersion)
    return f"{tissue.name}: follows '{model.name}' over frequency ({model.source})"


def dispersion(name: str) -> ColeCole:
    """Cole-Cole model by name.

    Raises
    ------
    InputError
        If there is no such model.
    """
    known = _table()
    if name not in known:
        raise InputError(f"unknown dispersion '{name}'{did_you_mean(name, known)}")
    return known[name]


def list_dispersions() -> list[str]:
    """Names of the Cole-Cole models, sorted."""
    return sorted(_table())


def check_frequency(frequency: ArrayLike) -> None:
    """Refuse frequencies outside 10 MHz to 10 GHz.

    Raises
    ------
    InputError
        With the first such frequency.
    """
    f = np.asarray(frequency, dtype=np.float64)
    bad = f[~((f >= LOWEST_FREQUENCY) & (f <= HIGHEST_FREQUENCY))]
    if bad.size:
        raise InputError(
            f"frequency: expected 10 MHz to 10 GHz for dielectric properties of tissue, "
            f'got {bad.flat[0] / 1e9:g} GHz; write for example "2.45 GHz" or "915 MHz"'
        )


@cache
def _table() -> dict[str, ColeCole]:
    text = (files("mwa_sim") / "data" / "dispersion.toml").read_text(encoding="utf-8")
    return {name: _model(name, entry) for name, entry in tomllib.loads(text).items()}


def _model(name: str, entry: Mapping[str, Any]) -> ColeCole:
    terms = tuple((strength, tau, alpha) for strength, tau, alpha in entry["terms"])
    return ColeCole(**{**entry, "name": name, "terms": terms})
