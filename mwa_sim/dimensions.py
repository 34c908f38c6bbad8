"""The kinds of quantity an input can have, and how messages speak of them."""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[int, ...]
"""Exponents of kg, m, s, K, A, dB, rad, mol (the counting units too must not mix with numbers)."""


NONE: Vector = (0, 0, 0, 0, 0, 0, 0, 0)
"""A plain number."""


def vector(
    *,
    kg: int = 0,
    m: int = 0,
    s: int = 0,
    K: int = 0,
    A: int = 0,
    dB: int = 0,
    rad: int = 0,
    mol: int = 0,
) -> Vector:
    """Exponents of a unit; for example ``vector(m=1, s=-1)`` for a velocity."""
    return (kg, m, s, K, A, dB, rad, mol)


@dataclass(frozen=True)
class Dimension:
    """A kind of quantity that an input can have.

    Attributes
    ----------
    phrase : str
        What it is called in a message, with its article.
    units : tuple of str
        Units offered in messages; the first one is what a bare number is advised to carry.
    example : str
        A typical value, without quotes.
    vector : tuple of int
        Exponents of kg, m, s, K, A, dB, rad, mol.
    scale : int
        Size of the package's unit in SI units (60 for a dose, which is kept in minutes).
    """

    phrase: str
    units: tuple[str, ...]
    example: str
    vector: Vector
    scale: int = 1


POWER = vector(kg=1, m=2, s=-3)
ENERGY = vector(kg=1, m=2, s=-2)

DIMENSIONS: dict[str, Dimension] = {
    "length": Dimension("a length", ("mm", "cm", "m", "um"), "1.6 mm", vector(m=1)),
    "time": Dimension("a time", ("s", "ms", "min", "h"), "60 s", vector(s=1)),
    "power": Dimension("a power", ("W", "mW", "kW"), "40 W", POWER),
    "temperature": Dimension("a temperature", ("degC", "K"), "42 degC", vector(K=1)),
    "temperature_difference": Dimension("a temperature difference", ("K",), "0.5 K", vector(K=1)),
    "density": Dimension("a density", ("kg/m3", "g/cm3"), "1050 kg/m3", vector(kg=1, m=-3)),
    "specific_heat": Dimension(
        "a specific heat", ("J/kg/K", "kJ/kg/K"), "3600 J/kg/K", vector(m=2, s=-2, K=-1)
    ),
    "thermal_conductivity": Dimension(
        "a thermal conductivity", ("W/m/K",), "0.5 W/m/K", vector(kg=1, m=1, s=-3, K=-1)
    ),
    "rate": Dimension("a rate", ("1/s", "1/min"), "0.001 1/s", vector(s=-1)),
    "metabolic_heat": Dimension(
        "a power per mass", ("W/kg", "mW/g"), "0.5 W/kg", vector(m=2, s=-3)
    ),
    "electrical_conductivity": Dimension(
        "an electrical conductivity",
        ("S/m", "mS/m"),
        "1.7 S/m",
        vector(kg=-1, m=-3, s=3, A=2),
    ),
    "heat_transfer_coefficient": Dimension(
        "a heat transfer coefficient", ("W/m2/K",), "1000 W/m2/K", vector(kg=1, s=-3, K=-1)
    ),
    "frequency": Dimension("a frequency", ("GHz", "MHz", "Hz"), "2.45 GHz", vector(s=-1)),
    "dose": Dimension("a dose in time", ("min", "s", "h"), "240 min", vector(s=1), 60),
    "fraction": Dimension("a fraction", ("%",), "70 %", NONE),
    "number": Dimension("a plain number", ("",), "43", NONE),
    "slope": Dimension("a change per kelvin", ("%/K", "1/K"), "0.66 %/K", vector(K=-1)),
    "attenuation": Dimension("an attenuation", ("dB/m",), "1 dB/m", vector(dB=1, m=-1)),
    "loss": Dimension("a loss", ("dB",), "1.5 dB", vector(dB=1)),
    "volume": Dimension("a volume", ("mL", "mm3", "cm3"), "5 mL", vector(m=3)),
    "area": Dimension("an area", ("mm2", "cm2"), "12 mm2", vector(m=2)),
    "energy": Dimension("an energy", ("J", "kJ"), "5 kJ", ENERGY),
    "specific_energy": Dimension(
        "an energy per mass", ("J/kg", "kJ/kg"), "2257 kJ/kg", vector(m=2, s=-2)
    ),
    "molar_energy": Dimension(
        "an energy per amount", ("J/mol", "kJ/mol"), "258 kJ/mol", vector(kg=1, m=2, s=-2, mol=-1)
    ),
    "power_density": Dimension("a power density", ("W/m3",), "1e6 W/m3", vector(kg=1, m=-1, s=-3)),
    "angle": Dimension("an angle", ("deg", "rad"), "15 deg", vector(rad=1)),
}
"""Every dimension that :func:`mwa_sim.units.parse_quantity` accepts, by name."""


def describe(exponents: Vector) -> str:
    """Say in a message what a unit measures: ``"is a power"``, or that nothing here does.

    Parameters
    ----------
    exponents : tuple of int
        Exponents as :func:`vector` gives them.

    Returns
    -------
    str
        The end of a sentence whose subject is the unit.
    """
    if exponents == NONE:
        return "is a plain number"
    for name, dimension in DIMENSIONS.items():
        # A dose has the exponents of a time, and a unit of time is plainly that.
        if dimension.vector == exponents and name != "dose":
            return f"is {dimension.phrase}"
    return "measures something else"
