"""A tissue made of others by volume, such as partly destroyed bone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from mwa_sim.tissue.properties import MODELS, PROPERTIES, STANDINGS, ModelChoice, Tissue, Value

_BY_MASS = ("specific_heat", "metabolic_heat", "water_fraction")
_GEOMETRIC = ("thermal_conductivity", "relative_permittivity", "electrical_conductivity")


def mix(name: str, parts: Mapping[str, tuple[float, Tissue]], title: str = "") -> Tissue:
    """Mix tissues by volume fraction.

    With volume fractions ``f_i`` (made to sum to 1): density, perfusion and slope of the thermal
    conductivity ``X = sum f_i X_i``; specific heat, metabolic heat and water fraction are per
    mass, ``X = sum f_i rho_i X_i / sum f_i rho_i``, so that ``rho c`` adds up by volume; thermal
    and electrical conductivity and permittivity are geometric means, ``X = prod X_i^f_i``.
    A temperature model is that of the part with the largest share of the property, and over
    frequency the mixture follows the part with the largest share of the electrical conductivity
    (an assumption).

    Parameters
    ----------
    name : str
        Name of the mixture.
    parts : mapping of str to (float, Tissue)
        Volume fraction (any positive scale) and tissue by name.
    title : str, optional
        For people.

    Returns
    -------
    Tissue
        With ranges mixed in the same way, standing ``"assumption"`` or worse, and the sources of
        all parts.
    """
    total = sum(fraction for fraction, _ in parts.values())
    shares = [(fraction / total, tissue) for fraction, tissue in parts.values()]
    values: dict[str, Value] = {}
    for key in PROPERTIES:
        if all(key in tissue.values for _, tissue in shares):
            values[key] = _mixed(key, shares)
    models: dict[str, ModelChoice] = {}
    for key in MODELS:
        having = [(f, tissue) for f, tissue in shares if key in tissue.models]
        if having:
            models[key] = max(having, key=partial(_share, key))[1].models[key]
    follows = None
    if "electrical_conductivity" in values:
        follows = max(shares, key=partial(_share, "electrical_conductivity"))[1].dispersion
    return Tissue.of(name, values, models, title, dispersion=follows)


def _share(key: str, part: tuple[float, Tissue]) -> float:
    return part[0] * float(getattr(part[1], key.removesuffix("_model")))


def _mixed(key: str, shares: list[tuple[float, Tissue]]) -> Value:
    parts = [tissue.values[key] for _, tissue in shares]
    weights = [fraction for fraction, _ in shares]
    if key in _BY_MASS:
        masses = [fraction * tissue.density for fraction, tissue in shares]
        weights = [mass / sum(masses) for mass in masses]
    mean = _geometric if key in _GEOMETRIC else _arithmetic
    sources = list(dict.fromkeys(k for part in parts for k in part.keys))
    worst = max(STANDINGS.index(part.standing) for part in parts)
    return Value(
        value=mean(weights, [part.value for part in parts]),
        low=mean(weights, [part.low for part in parts]),
        high=mean(weights, [part.high for part in parts]),
        source=", ".join(sources),
        standing=STANDINGS[max(worst, STANDINGS.index("assumption"))],
        note="Mixed by volume.",
    )


def _arithmetic(weights: list[float], values: list[float]) -> float:
    return math.fsum(w * x for w, x in zip(weights, values, strict=True))


def _geometric(weights: list[float], values: list[float]) -> float:
    if min(values) <= 0.0:
        # A part that does not conduct would make the whole mixture an insulator.
        return _arithmetic(weights, values)
    return math.exp(math.fsum(w * math.log(x) for w, x in zip(weights, values, strict=True)))
