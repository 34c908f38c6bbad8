"""Coolant inside the shaft of an antenna."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.errors import InputError


@dataclass(frozen=True)
class Cooling:
    """Coolant that runs inside the shaft.

    Parameters
    ----------
    heat_transfer_coefficient : float [W/m2/K]
        Between the tissue at the surface of the shaft and the coolant.
    coolant_temperature : float [degC]
    shaft_start : float [m]
        Distance from the tip at which the cooled part begins.
    shaft_length : float [m]
        Length of the cooled part; what lies outside the mesh plays no role.

    Raises
    ------
    InputError
        When a number is not finite, negative, or the coolant neither liquid nor warm.
    """

    heat_transfer_coefficient: float
    coolant_temperature: float
    shaft_start: float
    shaft_length: float

    def __post_init__(self) -> None:
        problems = [
            f"antenna cooling: {name} must be a finite number, not negative, got {value!r}"
            for name, value in (
                ("heat_transfer_coefficient", self.heat_transfer_coefficient),
                ("shaft_start", self.shaft_start),
                ("shaft_length", self.shaft_length),
            )
            if not (np.isfinite(value) and value >= 0.0)
        ]
        if not -50.0 <= self.coolant_temperature <= 100.0:
            problems.append(
                "antenna cooling: coolant_temperature must lie between -50 and 100 degC, "
                f"got {self.coolant_temperature!r}"
            )
        if problems:
            raise InputError(problems)
