"""What a run shows of itself after each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mwa_sim.control.event import Event
from mwa_sim.typing import FloatArray


@dataclass(frozen=True)
class Progress:
    """State of a run after a step.

    Attributes
    ----------
    time : float [s]
        Simulated time.
    planned : float [s]
        Time at which the run ends if no rule changes it.
    power : float [W]
        At the generator, from now on; of all antennas.
    hottest : float [degC]
    readings : dict of str to float [degC]
        Latest reading of each thermocouple.
    events : tuple of Event
        Events of this step.
    steps : int
        Time steps so far.
    powers : tuple of float [W]
        The power of each antenna.
    """

    time: float
    planned: float
    power: float
    hottest: float
    readings: dict[str, float]
    events: tuple[Event, ...]
    steps: int
    _field: Callable[[], FloatArray]
    powers: tuple[float, ...] = ()

    @property
    def temperature(self) -> FloatArray:
        """Temperature (n_nodes,) [degC] of the nodes of the mesh after the latest step."""
        return self._field()
