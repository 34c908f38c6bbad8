"""Float types for inputs that carry a unit, for use in :class:`mwa_sim.spec.Spec`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from .dimensions import DIMENSIONS, NONE
from .errors import InputError
from .units import ABSOLUTE_ZERO, format_quantity, parse_quantity

_Bound = tuple[float, str, Callable[[float, float], bool]]


@dataclass(frozen=True)
class Quantity:
    """Pydantic metadata that reads a quoted quantity; made by :func:`quantity`.

    Attributes
    ----------
    dimension : str
        A key of :data:`mwa_sim.dimensions.DIMENSIONS`.
    above, at_least, below, at_most : float or None
        Limits in the package's unit (SI, degC, minutes for a dose).
    """

    dimension: str
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    def read(self, value: object, source: str = "python") -> float:
        """Turn an input into a number in the package's unit.

        Parameters
        ----------
        value : object
            A quoted quantity, or a number already in the package's unit.
        source : {"python", "file"}
            In a file a bare number is a mistake, unless the quantity has no unit.

        Returns
        -------
        float
            The checked number.

        Raises
        ------
        InputError
            If the value is no such quantity or is out of its range.
        """
        dimension = DIMENSIONS[self.dimension]
        expected = f'expected {dimension.phrase} like "{dimension.example}"'
        if isinstance(value, str):
            number = parse_quantity(value, self.dimension)
        elif isinstance(value, Real) and not isinstance(value, bool):
            if source == "file" and dimension.vector != NONE:
                raise InputError(
                    f'{expected}, got the bare number {value}; write "{value} {dimension.units[0]}"'
                )
            number = float(value)
            if not math.isfinite(number):
                raise InputError(f"{expected}, but {value} is not a finite number")
        else:
            raise InputError(f"{expected}, got {_shown(value)}")
        self._check(number)
        return number

    def _check(self, number: float) -> None:
        limits = (
            ("above", self.above, number.__gt__),
            ("of at least", self.at_least, number.__ge__),
            ("below", self.below, number.__lt__),
            ("of at most", self.at_most, number.__le__),
        )
        for words, limit, holds in limits:
            if limit is not None and not holds(limit):
                phrase = DIMENSIONS[self.dimension].phrase
                raise InputError(
                    f"expected {phrase} {words} {self.show(limit)}, got {self.show(number)}"
                )

    def show(self, number: float) -> str:
        """Write a number of the package in the first unit of the dimension.

        Parameters
        ----------
        number : float
            In the package's unit.

        Returns
        -------
        str
            For example ``"40 W"``; a fraction stays a plain number.
        """
        if DIMENSIONS[self.dimension].vector == NONE:
            return f"{number:g}"
        return format_quantity(number, DIMENSIONS[self.dimension].units[0], self.dimension)

    def __get_pydantic_core_schema__(
        self, source_type: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Validate with :meth:`read`; the validation context tells files from Python."""

        def validate(value: object, info: core_schema.ValidationInfo) -> float:
            context = info.context or {}
            try:
                return self.read(value, context.get("source", "python"))
            except InputError as error:
                raise PydanticCustomError(
                    "quantity", "{message}", {"message": error.problems[0]}
                ) from None

        return core_schema.with_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(float)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the quoted form, which is what files contain."""
        dimension = DIMENSIONS[self.dimension]
        units = ", ".join(dimension.units)
        quoted: dict[str, Any] = {
            "type": "string",
            "description": f"{dimension.phrase} ({units})".replace(" ()", ""),
            "examples": [dimension.example],
        }
        if dimension.vector == NONE:
            return {"anyOf": [quoted, {"type": "number"}]}
        return quoted


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def quantity(
    dimension: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> Quantity:
    """Make the metadata of an annotated float that carries a unit in files.

    Parameters
    ----------
    dimension : str
        A key of :data:`mwa_sim.dimensions.DIMENSIONS`.
    above, at_least, below, at_most : float, optional
        Limits in the package's unit.

    Returns
    -------
    Quantity
        To use as ``Annotated[float, quantity("power", above=0)]``.

    Raises
    ------
    KeyError
        If the dimension is unknown.
    """
    DIMENSIONS[dimension]
    return Quantity(dimension, above, at_least, below, at_most)


def quantity_of(annotation: Any, metadata: Iterable[Any] = ()) -> Quantity | None:
    """What reads the values of an annotation, also where None or a text is allowed beside them.

    Parameters
    ----------
    annotation : type
        Of a field of a model.
    metadata : iterable
        What pydantic has taken out of the annotation.

    Returns
    -------
    Quantity or None
    """
    for item in metadata:
        if isinstance(item, Quantity):
            return item
    for part in get_args(annotation):
        found = quantity_of(part, getattr(part, "__metadata__", ()))
        if found is not None:
            return found
    return None


Length = Annotated[float, quantity("length")]
PositiveLength = Annotated[float, quantity("length", above=0)]
Time = Annotated[float, quantity("time", at_least=0)]
PositiveTime = Annotated[float, quantity("time", above=0)]
Power = Annotated[float, quantity("power", at_least=0)]
PositivePower = Annotated[float, quantity("power", above=0)]
Temperature = Annotated[float, quantity("temperature", at_least=ABSOLUTE_ZERO)]
TemperatureDifference = Annotated[float, quantity("temperature_difference")]
NonNegativeTemperatureDifference = Annotated[float, quantity("temperature_difference", at_least=0)]
Density = Annotated[float, quantity("density", above=0)]
SpecificHeat = Annotated[float, quantity("specific_heat", above=0)]
ThermalConductivity = Annotated[float, quantity("thermal_conductivity", above=0)]
Rate = Annotated[float, quantity("rate", at_least=0)]
MetabolicHeat = Annotated[float, quantity("metabolic_heat", at_least=0)]
ElectricalConductivity = Annotated[float, quantity("electrical_conductivity", at_least=0)]
HeatTransferCoefficient = Annotated[float, quantity("heat_transfer_coefficient", at_least=0)]
Frequency = Annotated[float, quantity("frequency", above=0)]
Dose = Annotated[float, quantity("dose", at_least=0)]
Fraction = Annotated[float, quantity("fraction", at_least=0, at_most=1)]
Slope = Annotated[float, quantity("slope")]
Attenuation = Annotated[float, quantity("attenuation", at_least=0)]
Loss = Annotated[float, quantity("loss", at_least=0)]
Angle = Annotated[float, quantity("angle")]
