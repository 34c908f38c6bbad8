"""The parts of a case: regions, organs at risk, the outer surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mwa_sim.tissue import Tissue


@dataclass(frozen=True)
class Region:
    """A region of the mesh: its name and what it is made of."""

    name: str
    tissue: Tissue


@dataclass(frozen=True)
class OrganAtRisk:
    """A region or landmark that every report watches.

    Attributes
    ----------
    name : str
    region, landmark : str or None
        One of the two.
    max_temperature : float or None [degC]
    max_cem43 : float or None [min]
    """

    name: str
    region: str | None = None
    landmark: str | None = None
    max_temperature: float | None = None
    max_cem43: float | None = None

    def described(self) -> dict[str, Any]:
        """Name, target and limits as JSON-able data."""
        return {
            "name": self.name,
            "region": self.region,
            "landmark": self.landmark,
            "max_temperature": self.max_temperature,
            "max_cem43": self.max_cem43,
        }


@dataclass(frozen=True)
class Boundary:
    """The outer surface of the tissue.

    Attributes
    ----------
    kind : {"temperature", "insulated", "convection"}
    temperature : float [degC]
        Of the surface, or around it with convection.
    heat_transfer_coefficient : float [W/m2/K]
        For convection.
    """

    kind: Literal["temperature", "insulated", "convection"] = "temperature"
    temperature: float = 37.0
    heat_transfer_coefficient: float = 0.0
