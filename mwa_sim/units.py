"""Quoted quantities: ``"40 W"``, ``"60 s"``, ``"0.5 W/m/K"`` to SI numbers and back.

Inside the package every number is SI with temperatures in degC, and cumulative doses (CEM43) in
minutes. People write quantities with their unit, so that a wrong unit is an error and not a
factor of 1000. The parser knows the units that occur in microwave ablation, their usual prefixes,
powers (``m3``, ``m^3``, ``s-1``) and quotients (``W/m/K``, ``W/(m K)``).
"""

from __future__ import annotations

import difflib
import math
import re
from fractions import Fraction
from typing import NamedTuple

from .dimensions import DIMENSIONS, ENERGY, NONE, POWER, Vector, describe, vector
from .errors import InputError

ABSOLUTE_ZERO = -273.15
"""Lowest temperature [degC]."""


class _Unit(NamedTuple):
    # Exact, so that "70 %" is 0.7 and "0.3 mm" is 0.0003 to the last bit.
    scale: Fraction
    exponents: Vector


def _known_units() -> dict[str, _Unit]:
    units = {
        "%": _Unit(Fraction(1, 100), NONE),
        "min": _Unit(Fraction(60), vector(s=1)),
        "h": _Unit(Fraction(3600), vector(s=1)),
        "dB": _Unit(Fraction(1), vector(dB=1)),
        "rad": _Unit(Fraction(1), vector(rad=1)),
        "deg": _Unit(Fraction(math.pi) / 180, vector(rad=1)),
        "mol": _Unit(Fraction(1), vector(mol=1)),
        "degC": _Unit(Fraction(1), vector(K=1)),
    }
    bases = [
        ("m", "1", vector(m=1), "k c m u n"),
        ("s", "1", vector(s=1), "m u n"),
        ("g", "1e-3", vector(kg=1), "k m u"),
        ("K", "1", vector(K=1), "m"),
        ("W", "1", POWER, "k m u M"),
        ("J", "1", ENERGY, "k m M"),
        ("Hz", "1", vector(s=-1), "k M G"),
        ("S", "1", vector(kg=-1, m=-2, s=3, A=2), "m u"),
        ("L", "1e-3", vector(m=3), "m u d"),
        ("l", "1e-3", vector(m=3), "m u d"),
    ]
    exponents_of_ten = {"n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "k": 3, "M": 6, "G": 9}
    for name, scale, exponents, prefixes in bases:
        units[name] = _Unit(Fraction(scale), exponents)
        for prefix in prefixes.split():
            size = Fraction(10) ** exponents_of_ten[prefix]
            units[prefix + name] = _Unit(Fraction(scale) * size, exponents)
    return units


_UNITS = _known_units()
_SPELLINGS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min",
    "mins": "min", "hour": "h", "hours": "h", "hr": "h", "watt": "W", "watts": "W", "w": "W",
    "C": "degC", "celsius": "degC", "Celsius": "degC", "degc": "degC", "deg_C": "degC",
    "kelvin": "K", "Kelvin": "K", "millimeter": "mm", "millimetre": "mm", "micron": "um",
    "percent": "%", "ghz": "GHz", "GHZ": "GHz", "mhz": "MHz", "hz": "Hz", "db": "dB",
}  # fmt: skip

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"({_NUMBER}|[+-]?(?:nan|inf(?:inity)?))\s*(.*)", re.IGNORECASE)
_FACTOR = re.compile(r"([A-Za-z%_]+)\^?([+-]?\d{1,2})?")
_FLOW_PER_MASS = vector(kg=-1, m=3, s=-1)
_CHARACTERS = str.maketrans(
    {"µ": "u", "μ": "u", "·": "*", "²": "2", "³": "3", "⁻": "-", "¹": "1", "−": "-"}
)


def parse_quantity(text: str, dimension: str) -> float:
    """Read a quoted quantity as a number in the package's unit.

    Parameters
    ----------
    text : str
        A number and a unit, ``"40 W"``.
    dimension : str
        A key of :data:`DIMENSIONS`.

    Returns
    -------
    float
        SI; degC for ``"temperature"``, minutes for ``"dose"``, dB and dB/m for ``"loss"`` and
        ``"attenuation"``, radians for ``"angle"``, a plain number for ``"fraction"``.

    Raises
    ------
    InputError
        If the text is no finite number with a unit of this dimension.

    Examples
    --------
    >>> parse_quantity("1.6 mm", "length")
    0.0016
    >>> parse_quantity("240 min", "dose")
    240.0
    """
    wanted = DIMENSIONS[dimension]
    expected = f'expected {wanted.phrase} like "{wanted.example}"'
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{expected}, got '{text}'")
    number, unit = float(match.group(1)), match.group(2).strip()
    if not math.isfinite(number):
        raise InputError(f"{expected}, but '{text}' is not a finite number")
    if not unit:
        if wanted.vector == NONE:
            return number
        advice = f'write "{match.group(1)} {wanted.units[0]}"'
        raise InputError(f"{expected}, but '{text}' has no unit; {advice}")
    # Numbers that are zero in double precision are not worth an exact (and huge) fraction.
    exact = Fraction(match.group(1)) if number else Fraction(0)
    return _to_package(exact, _clean(unit), dimension)


def format_quantity(value: float, unit: str, dimension: str | None = None, digits: int = 6) -> str:
    """Write a number of the package in a unit for people.

    Parameters
    ----------
    value : float
        SI (degC if `unit` is ``"degC"``).
    unit : str
        Unit to write, for example ``"mm"``; empty for a plain number.
    dimension : str, optional
        Needed where the package's unit is not the SI one: ``"dose"`` (minutes) and
        ``"temperature"`` written in K.
    digits : int, optional
        Significant digits.

    Returns
    -------
    str
        For example ``"1.6 mm"``, which :func:`parse_quantity` reads back.

    Raises
    ------
    InputError
        If the unit is unknown.

    Examples
    --------
    >>> format_quantity(0.0016, "mm")
    '1.6 mm'
    """
    unit = _clean(unit)
    if unit in ("degC", ""):
        shown = value
    elif dimension == "temperature":
        shown = value - ABSOLUTE_ZERO
    else:
        package = DIMENSIONS[dimension].scale if dimension else 1
        shown = value * package / float(_parse_unit(unit).scale)
    return f"{shown:.{digits}g} {unit}".rstrip()


def _to_package(number: Fraction, unit: str, dimension: str) -> float:
    wanted = DIMENSIONS[dimension]
    expected = f"expected {wanted.phrase} ({', '.join(wanted.units)})"
    try:
        scale, exponents = _parse_unit(unit)
    except InputError as error:
        raise InputError(f"{expected}, but {error}") from None
    if dimension == "rate" and exponents == _FLOW_PER_MASS:
        raise InputError(
            f"{expected}, but '{unit}' is a flow per mass of tissue; multiply it by the density: "
            "1/s = (mL/min/kg) x (kg/m3) / 6e7"
        )
    if exponents != wanted.vector:
        raise InputError(f"{expected}, but '{unit}' {describe(exponents)}")
    if dimension == "temperature":
        return _absolute(number * scale, unit)
    if dimension == "temperature_difference" and unit == "degC":
        raise InputError(f'{expected}, but degC is for temperatures; write "{float(number):g} K"')
    try:
        return float(number * scale / wanted.scale)
    except OverflowError:
        raise InputError(f"{expected}, but {float(number):g} {unit} is too large") from None


def _absolute(value: Fraction, unit: str) -> float:
    celsius = value if unit == "degC" else value - Fraction("273.15")
    if celsius < Fraction("-273.15"):
        raise InputError(
            f"expected a temperature, but {float(value):g} {unit} is below absolute zero"
        )
    return float(celsius)


def _clean(unit: str) -> str:
    unit = unit.strip().translate(_CHARACTERS)
    return unit.replace("°C", "degC").replace("°", "deg")


def _parse_unit(unit: str) -> _Unit:
    """Size and exponents of a cleaned unit such as ``W/m/K``, ``W/(m K)`` or ``s-1``."""
    scale, exponents = Fraction(1), NONE
    for sign, part in _signed_parts(unit):
        if part == "1":
            continue
        match = _FACTOR.fullmatch(part)
        if match is None or match.group(1) not in _UNITS:
            raise InputError(_unknown(unit if match is None else match.group(1)))
        power = sign * int(match.group(2) or 1)
        size, more = _UNITS[match.group(1)]
        scale *= size**power
        exponents = tuple(have + power * add for have, add in zip(exponents, more, strict=True))
    return _Unit(scale, exponents)


def _signed_parts(unit: str) -> list[tuple[int, str]]:
    parts: list[tuple[int, str]] = []
    for position, chunk in enumerate(re.split(r"/(?![^()]*\))", unit)):
        chunk = chunk.strip()
        grouped = chunk.startswith("(") and chunk.endswith(")")
        pieces = re.split(r"[*\s]+", chunk[1:-1].strip()) if grouped else chunk.split("*")
        parts += [(-1 if position else 1, piece.strip()) for piece in pieces]
    return parts


def _unknown(unit: str) -> str:
    if re.match(r",\d", unit):
        return f"'{unit}' is not a unit known here; decimals are written with a point, as in 1.5"
    guess = _SPELLINGS.get(unit)
    if guess is None:
        close = difflib.get_close_matches(unit, _UNITS, n=1, cutoff=0.6)
        guess = close[0] if close else None
    return f"'{unit}' is not a unit known here" + (f"; did you mean '{guess}'?" if guess else "")
