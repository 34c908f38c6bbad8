"""What a plan file contains, for one antenna and for several."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from mwa_sim.control.protocol import Protocol
from mwa_sim.control.pulse import Pulsed
from mwa_sim.control.watch import Watch
from mwa_sim.plan import DryingLimit, ParameterSet, SolverSettings
from mwa_sim.plan_regions import RegionSpec
from mwa_sim.spec import Length, Spec, Time


def _listed(value: object) -> object:
    if isinstance(value, str) and not value.startswith("landmark:"):
        raise ValueError(
            f'expected "landmark:NAME" or three lengths such as ["12 mm", "-3 mm", "20 mm"], '
            f"got {value!r}"
        )
    return value


Point = Annotated[str | tuple[Length, Length, Length], BeforeValidator(_listed)]


class ShiftSpec(Spec):
    """How far the antenna is moved without turning it, in the axes of the case.

    Attributes
    ----------
    deeper, anterior, left, cranial : float [m]
        Along the shaft, or along x, y and z of the case; negative the other way.
    """

    deeper: Length = 0.0
    anterior: Length = 0.0
    left: Length = 0.0
    cranial: Length = 0.0


class PoseSpec(Spec):
    """Where the antenna goes: a point on its shaft, and its tip.

    Attributes
    ----------
    entry, tip : "landmark:NAME" or three lengths [m]
    deeper : float [m]
        How far the antenna is pushed on beyond ``tip`` along the line from ``entry``: an antenna
        radiates some way behind its tip, so ``tip`` may name the target.
    shift : ShiftSpec
        Applied last, for example for the uncertainty of the position.
    """

    entry: Point
    tip: Point
    deeper: Length = 0.0
    shift: ShiftSpec = ShiftSpec()


class CommonSpec(Spec):
    """What every plan file may hold beside its antennas and what watches over them.

    Attributes
    ----------
    format : str
        The ``schema`` key.
    case : str
        Bundled name, or a path relative to the plan file.
    tissues, drying : str
    regions : dict of str to RegionSpec
        Tissue, or values of the tissue, of regions by name; the bounding sets keep the values.
    rewetting : bool
    seed : int
    solver : SolverSettings
    """

    format: str = Field(alias="schema")
    case: str = Field(min_length=1)
    tissues: ParameterSet = "nominal"
    regions: dict[str, RegionSpec] = Field(default_factory=dict)
    drying: DryingLimit = "redistribute"
    rewetting: bool = True
    seed: int = Field(0, ge=0)
    solver: SolverSettings = SolverSettings()


class PlanSpec(CommonSpec, Protocol):
    """Plan file of one antenna: the protocol's keys beside case, antenna and pose.

    Attributes
    ----------
    antenna : str or table
        Library name, or ``{ map = "FILE.csv" }``, or ``{ library = "NAME", efficiency = "0.6" }``.
    pose : PoseSpec
    """

    antenna: Any
    pose: PoseSpec


class AntennaTable(Pulsed):
    """A table ``[[antennas]]`` of a plan file.

    Attributes
    ----------
    name : str, optional
        ``"antenna 1"``, ... by default.
    antenna : str or table
        As in a plan of one antenna.
    pose : PoseSpec
    start : float [s]
        When the first pulse begins.
    """

    name: str | None = Field(default=None, min_length=1)
    antenna: Any
    pose: PoseSpec
    start: Time = 0.0


class SeveralSpec(CommonSpec, Watch):
    """Plan file of several antennas, each in a table of its own.

    Attributes
    ----------
    antennas : tuple of AntennaTable
    """

    antennas: tuple[AntennaTable, ...] = Field(min_length=1)
