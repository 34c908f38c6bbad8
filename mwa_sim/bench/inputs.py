"""Uncertain inputs of a band in words and units, as people read them."""

from __future__ import annotations

import re

_PROPERTIES = {
    "thermal_conductivity": "W/m/K",
    "thermal_conductivity_slope": "1/K",
    "electrical_conductivity": "S/m",
    "specific_heat": "J/kg/K",
    "perfusion": "1/s",
    "water_fraction": "",
}
"""Of a tissue, with their units."""
_KEYS = (
    (r"antenna\.efficiency", "efficiency of the antenna", 100.0, "%"),
    (r"pose\.shift\.deeper", "antenna shifted deeper", 1e3, "mm"),
    (r"pose\.shift\.(\w+)", r"antenna shifted \1", 1e3, "mm"),
    (r"thermocouples\.\d+\.at\.\d", "place of the thermocouple", 1e3, "mm"),
    (r"pulses\.\d+\.on", "time with power", 1.0, "s"),
)
"""Keys of a plan: pattern, words, factor to the unit, unit."""
_OF_TISSUE = re.compile(r"(?:regions\.(\w+)\.|(\w+): )(\w+)")


def input_words(key: str) -> str:
    """What an input is, whatever the tissue.

    Parameters
    ----------
    key : str
        Of :attr:`mwa_sim.bench.rows.Band.inputs`: a key of the plan, or words.

    Returns
    -------
    str

    Examples
    --------
    >>> input_words("regions.tumour.water_fraction"), input_words("pose.shift.left")
    ('water fraction', 'antenna shifted left')
    """
    if found := _OF_TISSUE.fullmatch(key):
        return found[3].replace("_", " ")
    for pattern, words, _, _ in _KEYS:
        if re.fullmatch(pattern, key):
            return re.sub(pattern, words, key)
    return key


def input_text(key: str, value: str) -> str:
    """An input with its range, in units.

    Parameters
    ----------
    key, value : str
        Of :attr:`mwa_sim.bench.rows.Band.inputs`.

    Returns
    -------
    str

    Examples
    --------
    >>> input_text("regions.bone_cancellous.perfusion", "0.0002 to 0.003")
    'perfusion of bone cancellous 0.0002 to 0.003 1/s'
    >>> input_text("pose.shift.deeper", "-0.002 to 0.002")
    'antenna shifted deeper -2 to 2 mm'
    """
    words = input_words(key)
    if found := _OF_TISSUE.fullmatch(key):
        tissue = (found[1] or found[2]).replace("_", " ")
        return f"{words} of {tissue} {_scaled(value, 1.0, _PROPERTIES.get(found[3], ''))}"
    for pattern, _, factor, unit in _KEYS:
        if re.fullmatch(pattern, key):
            return f"{words} {_scaled(value, factor, unit)}"
    return f"{words} {value}"


def _scaled(value: str, factor: float, unit: str) -> str:
    """A range in its unit; other texts as they are."""
    ends = value.split(" to ")
    try:
        numbers = [factor * float(end) for end in ends]
    except ValueError:
        return value
    return f"{' to '.join(f'{number:.3g}' for number in numbers)} {unit}".rstrip()
