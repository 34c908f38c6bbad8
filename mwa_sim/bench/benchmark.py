"""What a benchmark is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mwa_sim.bench.rows import Row

Kind = Literal["verification", "validation"]


@dataclass(frozen=True)
class Figure:
    """A picture of a report.

    Attributes
    ----------
    title, caption : str
        The caption says what is seen and what it means, in full sentences.
    svg : str
        The picture; made by :func:`mwa_sim.bench.figures.as_svg`.
    """

    title: str
    caption: str
    svg: str


@dataclass(frozen=True)
class Table:
    """A table that belongs to a benchmark but is not compared row by row.

    Attributes
    ----------
    title : str
    header : tuple of str
        With units.
    rows : tuple of tuple of str
    note : str
        What the table shows.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Findings:
    """What a benchmark found.

    Attributes
    ----------
    rows : sequence of Row
    figures : sequence of Figure
    tables : sequence of Table
    skipped : str
        Why it did not run (or what part of it did not), as in ``"NGSolve is not installed"``.
    """

    rows: Sequence[Row] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    skipped: str = ""


@dataclass(frozen=True)
class Effort:
    """How much a benchmark may do.

    Attributes
    ----------
    quick : bool
        Coarser and less, but with every kind of row: some seconds. Full: up to 90 s on one
        core.
    say : callable
        Takes a short line of progress, as in ``"mesh 2 of 3"``.
    """

    quick: bool
    say: Callable[[str], Any]


@dataclass(frozen=True)
class Benchmark:
    """A question with its comparison.

    Attributes
    ----------
    name : str
        Name of its folder, such as ``"three_cm"``.
    kind : {"verification", "validation"}
        Verification: are the equations solved right? Validation: are they the right equations?
    title : str
        A few words.
    question : str
        One sentence that ends with a question mark.
    run : callable
        ``run(effort) -> Findings``. On one thread; deterministic.
    evidence_for : str
        Factor of credibility it is evidence for, one of
        :data:`mwa_sim.bench.factors.FACTORS`.
    assumes : tuple of str
        What is assumed, in plain sentences.
    calibrated_on : str
        The one case that a parameter of it was calibrated on; empty: nothing is calibrated.
    sources : tuple of str
        Keys of the bibliography.
    cost : float
        Seconds that the full run takes on one core, about; dear ones start first.
    """

    name: str
    kind: Kind
    title: str
    question: str
    run: Callable[[Effort], Findings]
    evidence_for: str
    assumes: tuple[str, ...] = ()
    calibrated_on: str = ""
    sources: tuple[str, ...] = field(default=())
    cost: float = 30.0
