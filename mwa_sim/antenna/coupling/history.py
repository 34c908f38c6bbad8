"""What the field of an antenna was like each time it was computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mwa_sim.antenna.field.solution import FieldSolution


@dataclass
class FieldHistory:
    """The solutions of a run, one entry each.

    Attributes
    ----------
    t : list of float [s]
    s11_dB : list of float [dB]
    absorbed : list of float [-]
        Share of the power at the feed that tissue absorbs, in the mesh and beyond.
    change : list of float [-]
        How far the absorbed power density was off before each solution; nan for the first.
    balance_error : list of float [-]
        Of the power of each solution.
    seen_t, reflected : list of float [s], [-]
        Reflected share of the power at the feed at each look at the tissue: at a solution its own,
        between solutions the one foreseen.
    """

    t: list[float] = field(default_factory=list)
    s11_dB: list[float] = field(default_factory=list)  # noqa: N815  unit
    absorbed: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    balance_error: list[float] = field(default_factory=list)
    seen_t: list[float] = field(default_factory=list)
    reflected: list[float] = field(default_factory=list)

    def look(self, time: float, reflected: float) -> None:
        """Add the reflected share [-] that is foreseen at a time [s]."""
        if self.seen_t and time <= self.seen_t[-1]:
            self.seen_t.pop()
            self.reflected.pop()
        self.seen_t.append(time)
        self.reflected.append(reflected)

    def note(self, time: float, solution: FieldSolution, change: float) -> None:
        """Add a solution: its time [s] and the change [-] that called for it."""
        self.t.append(time)
        self.s11_dB.append(solution.s11_db)
        self.absorbed.append(solution.absorbed + solution.radiated)
        self.change.append(change)
        self.balance_error.append(solution.balance_error)
        self.look(time, solution.reflected)

    def described(self) -> dict[str, Any]:
        """The same as plain data; the balance error is the largest."""
        return {
            "t_s": list(self.t),
            "s11_dB": list(self.s11_dB),
            "absorbed_fraction": list(self.absorbed),
            "change": [None if np.isnan(c) else c for c in self.change],
            "balance_error": max(self.balance_error),
            "reflected": {"t_s": list(self.seen_t), "fraction": list(self.reflected)},
        }
