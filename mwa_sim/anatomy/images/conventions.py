"""Which label means what: the conventions of segmentation programs, or a table of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean

#: Levels from top to bottom, transitional vertebrae included.
LEVELS = (
    *(f"C{k}" for k in range(1, 8)),
    *(f"T{k}" for k in range(1, 14)),
    *(f"L{k}" for k in range(1, 7)),
    "S1",
)
#: Roles that a table of one's own may give to a label, besides levels.
ROLES = (
    "body", "posterior", "endplate", "disc", "cord", "canal", "csf", "epidural_fat", "aorta",
    "vena_cava", "ribs", "neighbour", "muscle", "subcutaneous_fat", "skin",
)  # fmt: skip


@dataclass(frozen=True)
class Convention:
    """Meaning of the labels of a file.

    Attributes
    ----------
    name, title : str
    vertebrae : dict of int to str
        Level by label.
    roles : dict of int to str
        Everything else, one of :data:`ROLES`.
    source : str
        Key of the reference.
    """

    name: str
    title: str
    vertebrae: Mapping[int, str]
    roles: Mapping[int, str]
    source: str

    def label_of(self, level: str) -> int | None:
        """Label of a level, None if the convention has none."""
        return next((k for k, name in self.vertebrae.items() if name == level), None)

    def describe(self, labels: Iterable[int]) -> str:
        """Labels with their meaning, for messages."""
        known = {**self.roles, **self.vertebrae}
        names = [f"{k} ({known[k]})" if k in known else str(k) for k in sorted(labels)]
        shown = names if len(names) <= 30 else [*names[:30], f"and {len(names) - 30} more"]
        return ", ".join(shown) or "nothing but 0"


@cache
def conventions() -> dict[str, Convention]:
    """The conventions that come with mwa_sim, by name."""
    text = (files("mwa_sim") / "data" / "conventions.toml").read_text(encoding="utf-8")
    found = {}
    for name, table in tomllib.loads(text).items():
        roles = {int(k): role for k, role in table["roles"].items()}
        for role, (first, last) in table.get("ranges", {}).items():
            roles.update(dict.fromkeys(range(first, last + 1), role))
        vertebrae = {int(k): level for k, level in table["vertebrae"].items()}
        found[name] = Convention(name, table["title"], vertebrae, roles, table["source"])
    return found


def convention(name: str, table: Mapping[int, str] | None = None) -> Convention:
    """A convention by name, or from a table.

    Parameters
    ----------
    name : str
        ``"totalsegmentator"``, ``"totalsegmentator_v1"``, ``"verse"``, ``"spineps"`` or
        ``"custom"``.
    table : mapping of int to str, optional
        For ``"custom"``: a level (``"L3"``) or one of :data:`ROLES` by label.

    Returns
    -------
    Convention

    Raises
    ------
    InputError
        If the name is unknown, or the table is missing or names something unknown.
    """
    known = {key: value for key, value in conventions().items() if value.vertebrae}
    if name != "custom":
        if table:
            raise InputError('table: only for convention = "custom"')
        if name not in known:
            names = [*known, "custom"]
            raise InputError(
                f"convention: expected one of {', '.join(names)}, got '{name}'"
                f"{did_you_mean(name, names)}"
            )
        return known[name]
    if not table:
        raise InputError(
            'table: convention = "custom" needs to know what the labels mean; write '
            'table = { 1 = "L3", 2 = "L2", 3 = "disc" }'
        )
    wrong = {k: value for k, value in table.items() if value not in LEVELS and value not in ROLES}
    if wrong:
        names = [*LEVELS, *ROLES]
        raise InputError(
            [
                f"table.{k}: expected a level such as L3 or one of {', '.join(ROLES)}, got "
                f"'{value}'{did_you_mean(value, names)}"
                for k, value in wrong.items()
            ]
        )
    vertebrae = {int(k): value for k, value in table.items() if value in LEVELS}
    roles = {int(k): value for k, value in table.items() if value in ROLES}
    return Convention("custom", "table of the user", vertebrae, roles, "mwa_sim_assumption")


def guess(labels: Iterable[int], level: str = "") -> Convention | None:
    """The convention that most of the labels fit, None if no vertebra fits any.

    Among equals the one that knows the level is taken.
    """
    present = set(labels)
    best: tuple[int, Convention] | None = None
    for candidate in conventions().values():
        vertebrae = len(present & set(candidate.vertebrae))
        score = 4 * vertebrae + 2 * len(present & set(candidate.roles))
        score += candidate.label_of(level) in present
        if vertebrae and (best is None or score > best[0]):
            best = (score, candidate)
    return best[1] if best else None
