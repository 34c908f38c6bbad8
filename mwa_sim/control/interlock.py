"""The rules at work: which fire on a reading, which wait for the operator, which hold a pause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mwa_sim.control.protocol import Rule
from mwa_sim.control.schedule import TIME_TOLERANCE


@dataclass(frozen=True)
class Firing:
    """A rule that acts now.

    Attributes
    ----------
    index : int
        Position of the rule in the protocol.
    rule : Rule
    cause : str
        The reading and the limit, in words.
    """

    index: int
    rule: Rule
    cause: str


class Interlock:
    """State of all rules of a protocol.

    A rule is armed, waiting (fired, the operator has not yet acted) or holding (its pause lasts).
    Between the limit and `resume_below` nothing changes: that is the hysteresis.

    Parameters
    ----------
    rules : sequence of Rule
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._waiting: dict[int, tuple[float, str]] = {}
        self._holding: dict[int, float] = {}
        self.released = ("", "")

    @property
    def holding(self) -> bool:
        """Whether some rule holds the protocol in a pause."""
        return bool(self._holding)

    def next_instant(self) -> float:
        """Next instant at which an operator acts or a pause has lasted too long [s]."""
        acts = (due for due, _ in self._waiting.values())
        given_up = (t + self._rules[i].give_up_after for i, t in self._holding.items())
        return min((*acts, *given_up), default=math.inf)

    def due(self, t: float) -> list[Firing]:
        """Return, and forget, the delayed actions that are due at an instant [s]."""
        ready = [i for i, (due, _) in self._waiting.items() if due <= t + TIME_TOLERANCE]
        return [Firing(i, self._rules[i], self._waiting.pop(i)[1]) for i in sorted(ready)]

    def read(self, t: float, thermocouple: str, reading: float) -> list[Firing]:
        """Evaluate the rules of a thermocouple on a reading.

        Parameters
        ----------
        t : float [s]
            A sampling instant.
        thermocouple : str
        reading : float [degC]

        Returns
        -------
        list of Firing
            Rules that act at once.  Rules with a delay are kept until it has passed; pauses that
            may end are released.
        """
        firings = []
        for i, rule in enumerate(self._rules):
            if rule.thermocouple != thermocouple:
                continue
            if i in self._holding:
                self._release(t, i, rule, reading)
            elif i not in self._waiting and reading > rule.above:
                cause = f"{thermocouple} reading {compared(reading, '>', rule.above)}"
                if rule.delay > TIME_TOLERANCE:
                    acted = f"{cause} at {t:g} s, acted on after {rule.delay:g} s"
                    self._waiting[i] = (t + rule.delay, acted)
                else:
                    firings.append(Firing(i, rule, cause))
        return firings

    def _release(self, t: float, index: int, rule: Rule, reading: float) -> None:
        # A delayed pause may begin at the very sample that would end it: let it be seen first.
        begun = self._holding[index] < t - TIME_TOLERANCE
        if begun and rule.resume_below is not None and reading < rule.resume_below:
            del self._holding[index]
            name = rule.thermocouple
            cause = f"{name} reading {compared(reading, '<', rule.resume_below)}"
            self.released = (cause, name)

    def hold(self, t: float, index: int) -> None:
        """Let a rule hold the protocol in a pause from an instant [s] on."""
        self._holding[index] = t

    def given_up(self, t: float) -> tuple[str, str] | None:
        """Cause and thermocouple of a pause that has lasted too long at an instant [s], if any."""
        for i, since in self._holding.items():
            rule = self._rules[i]
            if since + rule.give_up_after <= t + TIME_TOLERANCE:
                cause = (
                    f"paused for {rule.give_up_after:g} s: {rule.thermocouple} did not fall below "
                    f"{rule.resume_below:g} degC"
                )
                return cause, rule.thermocouple
        return None

    def disarm(self) -> None:
        """Forget delayed actions and pauses: no power is left to act on."""
        self._waiting.clear()
        self._holding.clear()


def compared(reading: float, sign: str, limit: float) -> str:
    """Write a comparison with as many digits as it takes to be seen to hold.

    Parameters
    ----------
    reading, limit : float [degC]
    sign : {">", "<"}

    Returns
    -------
    str

    Examples
    --------
    >>> compared(42.137, ">", 42.0), compared(42.0004, ">", 42.0)
    ('42.1 degC > 42 degC', '42.0004 degC > 42 degC')
    """
    text = repr(reading)
    for digits in range(1, 7):
        shown = f"{reading:.{digits}f}"
        if float(shown) > limit if sign == ">" else float(shown) < limit:
            text = shown
            break
    return f"{text} degC {sign} {limit:g} degC"
