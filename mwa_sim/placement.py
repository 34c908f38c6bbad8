"""An antenna in its place: which one, where it lies, and what power it gets when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PlainValidator

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.choice import antenna_from_plan
from mwa_sim.antenna.pose import Pose
from mwa_sim.control.pulse import Pulse, PulseTrain
from mwa_sim.errors import InputError, MwaError
from mwa_sim.spec import Spec, Time, problems
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray


def _antenna(value: Any) -> Antenna:
    try:
        return antenna_from_plan(value)
    except MwaError as error:
        raise problems(*(text.removeprefix("antenna: ") for text in error.problems)) from None


def _pose(value: object) -> Pose:
    if not isinstance(value, Pose):
        raise problems(f"expected a Pose, such as Pose.between(entry=..., tip=...), got {value!r}")
    return value


GivenAntenna = Annotated[Antenna, PlainValidator(_antenna)]
"""An Antenna; a name is looked up in the library."""
GivenPose = Annotated[Pose, PlainValidator(_pose)]
"""A Pose."""


class PlacedAntenna(Spec):
    """One antenna of a plan.

    Attributes
    ----------
    name : str
        By which events, results and pictures tell it from the others.
    antenna : Antenna
        A name is looked up in the library.
    pose : Pose
    pulses : tuple of Pulse
    start : float [s]
        When the first pulse begins on the clock of the protocol.
    """

    name: str = Field(min_length=1)
    antenna: GivenAntenna
    pose: GivenPose
    pulses: tuple[Pulse, ...] = Field(min_length=1)
    start: Time = 0.0

    @property
    def train(self) -> PulseTrain:
        """Its pulses as the schedule plays them."""
        return PulseTrain(self.pulses, self.start, self.name)

    def described(self) -> dict[str, Any]:
        """The same as JSON-able data, SI units."""
        return {
            "name": self.name,
            "antenna": {
                "name": self.antenna.name,
                "model": self.antenna.model,
                "efficiency": self.antenna.efficiency,
                "frequency_Hz": self.antenna.frequency,
            },
            "pose": {"tip_m": self.pose.tip.tolist(), "axis": self.pose.axis.tolist()},
            "pulses": [pulse.model_dump(mode="json") for pulse in self.pulses],
            "start_s": self.start,
        }


def default_name(index: int) -> str:
    """Name of an antenna that was given none, by its position in the plan.

    Examples
    --------
    >>> default_name(0)
    'antenna 1'
    """
    return f"antenna {index + 1}"


def antenna_path(path: str, count: int) -> tuple[int, str, str] | None:
    """Split the path of a value that belongs to one antenna of a plan.

    Parameters
    ----------
    path : str
        ``antennas.1.pulses.0.power``, or ``antenna.efficiency`` and ``pose.tip`` of the first.
    count : int
        Antennas of the plan.

    Returns
    -------
    (int, str, str) or None
        Number of the antenna from 0, which of its values, and the path inside that; None for the
        path of anything else.

    Raises
    ------
    InputError
        If there is no such antenna, or antennas have no such value.

    Examples
    --------
    >>> antenna_path("antennas[1].pulses[0].power", 2), antenna_path("tissues", 2)
    ((1, 'pulses', '0.power'), None)
    """
    parts = path.replace("[", ".").replace("]", "").split(".")
    if parts[0] in ("antenna", "pose"):
        parts = ["antennas", "0", *parts]
    if parts[0] != "antennas":
        return None
    if len(parts) < 3 or not parts[1].isdecimal() or int(parts[1]) >= count:
        raise InputError(
            f"{path}: this plan has {count} antenna{'s' * (count > 1)}, numbered from 0; "
            f"write antennas.{count - 1}.pulses.0.power, for example"
        )
    known = PlacedAntenna.model_fields
    if parts[2] not in known:
        raise InputError(f"{path}: an antenna has no '{parts[2]}'{did_you_mean(parts[2], known)}")
    return int(parts[1]), parts[2], ".".join(parts[3:])


def name_problems(names: list[str]) -> list[str]:
    """List names given to several antennas, one line a mistake."""
    return [
        f"antennas[{k}].name: '{name}' is already the name of antennas[{names.index(name)}]"
        for k, name in enumerate(names)
        if names.index(name) < k
    ]


def resolve_point(value: object, landmarks: Mapping[str, FloatArray]) -> FloatArray:
    """Position [m] of ``"landmark:NAME"`` or of three coordinates [m].

    Parameters
    ----------
    value : str or (3,) array [m]
    landmarks : mapping of str to (3,) array [m]

    Returns
    -------
    (3,) float array [m]

    Raises
    ------
    InputError
        An unknown landmark, or something that is no point.
    """
    if isinstance(value, str):
        name = value.removeprefix("landmark:").strip()
        if name not in landmarks:
            raise InputError(
                f"{value!r} is not a landmark of this case{did_you_mean(name, landmarks)}"
            )
        return np.asarray(landmarks[name], dtype=np.float64)
    point = np.asarray(value, dtype=np.float64)
    if point.shape != (3,) or not np.all(np.isfinite(point)):
        raise InputError(f"expected 'landmark:NAME' or three coordinates, got {value!r}")
    return point
