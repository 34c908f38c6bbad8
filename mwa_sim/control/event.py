"""What happened during a run, when, and why."""

from __future__ import annotations

from dataclasses import dataclass

EVENT_KINDS = ("power_on", "power_off", "pause", "resume", "stop", "end", "interrupted")
"""The kinds of events, see `Event`."""


@dataclass(frozen=True)
class Event:
    """One event of a run.

    Attributes
    ----------
    t : float [s]
        Simulated time.
    kind : str
        "power_on" (power rises or changes to another level), "power_off" (a pulse is over),
        "pause" and "resume" (a rule holds the protocol), "stop" (a rule ends all power), "end"
        (the protocol with its cooldown is complete) or "interrupted" (the run was broken off).
    cause : str
        Why, in words, such as "posterior_wall reading 42.1 degC > 42 degC".
    source : str
        Name of the thermocouple for a rule, "protocol" for the schedule, "user" otherwise.
    """

    t: float
    kind: str
    cause: str
    source: str = ""
