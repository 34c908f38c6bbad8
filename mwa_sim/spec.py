"""Frozen, validated inputs: one definition per input, and errors that list every mistake.

A :class:`Spec` is a pydantic model that refuses unknown keys. :func:`validate` turns what pydantic
found into one :class:`mwa_sim.errors.InputError` whose lines name the key, say what was expected
and, where a name is close to a known one, what was probably meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from .errors import InputError
from .quantities import (
    Angle,
    Attenuation,
    Density,
    Dose,
    ElectricalConductivity,
    Fraction,
    Frequency,
    HeatTransferCoefficient,
    Length,
    Loss,
    MetabolicHeat,
    NonNegativeTemperatureDifference,
    PositiveLength,
    PositivePower,
    PositiveTime,
    Power,
    Quantity,
    Rate,
    Slope,
    SpecificHeat,
    Temperature,
    TemperatureDifference,
    ThermalConductivity,
    Time,
    quantity,
)
from .spec_errors import messages
from .spec_paths import set_path

__all__ = [
    "Angle", "Attenuation", "Density", "Dose", "ElectricalConductivity", "Fraction", "Frequency",
    "HeatTransferCoefficient", "Length", "Loss", "MetabolicHeat",
    "NonNegativeTemperatureDifference", "PositiveLength", "PositivePower", "PositiveTime", "Power",
    "Quantity", "Rate", "Slope", "Spec", "SpecificHeat", "Temperature", "TemperatureDifference",
    "ThermalConductivity", "Time", "problems", "quantity", "set_path", "validate",
]  # fmt: skip

M = TypeVar("M", bound=BaseModel)


class Spec(BaseModel):
    """Base of every input: immutable, and unknown keys are mistakes.

    Raises
    ------
    InputError
        On construction, with one line per mistake.

    Examples
    --------
    >>> class Pulse(Spec):
    ...     power: Power
    ...     on: Time = 60.0
    >>> Pulse(power="40 W").changed({"on": "90 s"}).on
    90.0
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, validate_default=False
    )

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise InputError(messages(error, type(self), data)) from None

    # Tells pydantic that this wrapper only translates errors, so that nested values keep being
    # validated with the context (file or Python) of the outermost one.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
        """Copy with some values replaced, validated again.

        Parameters
        ----------
        changes : mapping of str to object, optional
            Dotted paths to new values: ``{"pulses.0.power": 20}`` or ``{"pulses[0].power": 20}``.
        **more : object
            Top-level values by name.

        Returns
        -------
        Spec
            A new value of the same class.

        Raises
        ------
        InputError
            If a path does not exist or a value does not fit.
        """
        data = _plain(self)
        found: list[str] = []
        for path, value in {**(changes or {}), **more}.items():
            try:
                set_path(data, path, value)
            except InputError as error:
                found += error.problems
        if found:
            raise InputError(found)
        return validate(type(self), data)


def validate(model: type[M], data: object, *, source: str = "python", where: str = "") -> M:
    """Build a model from a dictionary, or list everything that is wrong with it.

    Parameters
    ----------
    model : type
        The pydantic model, normally a :class:`Spec`.
    data : object
        Nested dictionaries and lists, for example from a TOML file.
    source : {"python", "file"}, optional
        In a file a bare number for a quantity with a unit is a mistake.
    where : str, optional
        Put before every message, for example the name of the file.

    Returns
    -------
    BaseModel
        The validated value.

    Raises
    ------
    InputError
        With one problem per mistake, as ``path: what was expected``.
    """
    try:
        return model.model_validate(data, context={"source": source})
    except ValidationError as error:
        prefix = f"{where}: " if where else ""
        raise InputError([prefix + line for line in messages(error, model, data)]) from None


def problems(*lines: str) -> PydanticCustomError:
    """Make the exception by which a model's own validator reports mistakes.

    Parameters
    ----------
    *lines : str
        One message per mistake; each becomes its own problem of the final ``InputError``.

    Returns
    -------
    PydanticCustomError
        To be raised by the validator.
    """
    return PydanticCustomError("problems", "{text}", {"text": "\n".join(lines)})


def _plain(value: Any) -> Any:
    """Dictionaries and lists down to the first value that is no model, keeping unset defaults."""
    if isinstance(value, Spec):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
