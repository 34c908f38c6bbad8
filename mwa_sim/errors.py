"""Every error that mwa_sim raises on purpose.

A message says what was given, what was expected and what to write instead; an error that
comes from several mistakes lists all of them, because users fix files in one go.
"""

from __future__ import annotations

from collections.abc import Sequence


class MwaError(Exception):
    """Base of all mwa_sim errors.

    Parameters
    ----------
    problems : str or sequence of str
        One message, or one message per mistake.

    Attributes
    ----------
    problems : tuple of str
        The messages, in the order they were found.
    """

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class InputError(MwaError):
    """A plan, case, option or argument that cannot be used as written."""


class DataError(MwaError):
    """A file that is missing, unreadable, of a later version, or corrupt."""


class MeshError(MwaError):
    """A mesh that cannot carry a simulation (inverted or degenerate elements, wrong labels)."""


class TooFineError(MeshError):
    """Wanted sizes that lead to more elements than can be meshed.

    Parameters
    ----------
    problems : str or sequence of str
    factor : float
        How much larger the sizes must be, about.

    Attributes
    ----------
    factor : float
    """

    def __init__(self, problems: str | Sequence[str], factor: float) -> None:
        super().__init__(problems)
        self.factor = factor


class SolverError(MwaError):
    """A numerical failure during the simulation."""


class SavingError(InputError, SolverError):
    """A run that failed because its result could not be written: the disk is full, for example."""
