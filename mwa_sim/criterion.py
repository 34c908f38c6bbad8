"""The criterion that defines an ablation zone, read from text such as ``"cem43>=240"``."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import Literal

from mwa_sim.errors import InputError

Scale = Literal["linear", "log10"]

#: The zones every report states, strictest evidence first.
STANDARD_CRITERIA = ("cem43>=240", "damage>=1", "temperature>=60", "temperature>=50")


@dataclass(frozen=True)
class _Quantity:
    field: str
    unit: str
    spellings: tuple[str, ...]
    scale: Scale
    phrase: str


# CEM43 and the damage integral grow exponentially with temperature: across one element their
# logarithm is close to linear, they themselves are not, so they are contoured as log10.
_QUANTITIES = {
    "cem43": _Quantity("cem43", "min", ("min",), "log10", "thermal dose CEM43 of {} min or more"),
    "damage": _Quantity("damage", "", (), "log10", "damage integral of {} or more"),
    "temperature": _Quantity(
        "max_temperature",
        "degC",
        ("degC", "°C", "C"),
        "linear",
        "highest temperature of {} degC or more",
    ),
    "dead_fraction": _Quantity(
        "dead_fraction", "", (), "linear", "fraction of dead cells of {} or more"
    ),
}
_FORM = re.compile(r"\s*([A-Za-z_]\w*)\s*(>=|≥|=>|>|<=|<|==|=)\s*([^\s<>=≥]\S*)\s*(\S.*?)?\s*")
_EXAMPLES = "write for example 'cem43>=240', 'damage>=1' or 'temperature>=60'"


@dataclass(frozen=True)
class Criterion:
    """A threshold on one of the final fields of a run.

    Attributes
    ----------
    quantity : str
        ``"cem43"`` (cumulative equivalent minutes at 43 degC), ``"damage"`` (Arrhenius integral),
        ``"temperature"`` (highest temperature reached at any time) or ``"dead_fraction"``
        (three-state model).
    level : float
        The threshold: min, 1, degC or 1.

    Examples
    --------
    >>> Criterion.parse(" CEM43 >= 240 min ").text
    'cem43>=240'
    """

    quantity: str
    level: float

    @classmethod
    def parse(cls, text: str | Criterion) -> Criterion:
        """Read a criterion; spaces, case and a unit that fits are accepted.

        Raises
        ------
        InputError
            For anything but ``quantity>=number``; the message says what to write.
        """
        if isinstance(text, Criterion):
            return text
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InputError(f"zone criterion {text!r} is not understood; {_EXAMPLES}")
        name, sign, number, unit = match.groups()
        quantity = _QUANTITIES.get(name.lower())
        if quantity is None:
            close = difflib.get_close_matches(name.lower(), _QUANTITIES, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(_QUANTITIES)
            raise InputError(f"zone criterion {text!r}: {name!r} is not a quantity; {hint}")
        if sign not in (">=", "≥"):
            raise InputError(
                f"zone criterion {text!r}: a zone is where a quantity reaches a level; "
                f"did you mean '{name.lower()}>={number}'?"
            )
        for spelling in quantity.spellings:
            if unit is None and number.endswith(spelling):
                number, unit = number.removesuffix(spelling), spelling
        try:
            level = float(number)
        except ValueError:
            raise InputError(
                f"zone criterion {text!r}: {number!r} is not a number; {_EXAMPLES}"
            ) from None
        if unit is not None and unit not in quantity.spellings:
            expected = f"in {quantity.unit}" if quantity.unit else "a plain number"
            raise InputError(
                f"zone criterion {text!r}: unit {unit!r} does not fit, the level of "
                f"{name.lower()} is {expected}; did you mean '{name.lower()}>={number}'?"
            )
        if not math.isfinite(level) or (quantity.scale == "log10" and level <= 0.0):
            raise InputError(f"zone criterion {text!r}: the level must be finite and above zero")
        return cls(name.lower(), level)

    @property
    def text(self) -> str:
        """The canonical spelling, ``"cem43>=240"``."""
        return f"{self.quantity}>={self.level:.12g}"

    @property
    def description(self) -> str:
        """The criterion in words, for captions."""
        return _QUANTITIES[self.quantity].phrase.format(f"{self.level:.12g}")

    @property
    def field(self) -> str:
        """Name of the final field of a result that is compared with the level."""
        return _QUANTITIES[self.quantity].field

    @property
    def scale(self) -> Scale:
        """``"log10"`` for fields that vary exponentially across an element, else ``"linear"``."""
        return _QUANTITIES[self.quantity].scale

    def __str__(self) -> str:
        return self.text
