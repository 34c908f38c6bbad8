"""Computed beside exact solutions: values at points, orders of convergence, books, pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.bench.benchmark import Effort
from mwa_sim.bench.rows import Between, Row
from mwa_sim.heat.books import Energy

Array = NDArray[np.float64]

SECOND_ORDER = 1.8
"""Least observed order of what converges at second order."""
BALANCE = 1e-4
"""Largest share of the heat put in that may be missing from the books of energy."""
POINT_TOLERANCE = 0.01
"""Of values at points on the finest mesh, relative; on one twice as coarse, four times as much."""


@dataclass(frozen=True)
class Point:
    """A value at a point.

    Attributes
    ----------
    where : str
        As in ``"at 10 mm after 60 s"``.
    computed, exact : float [K] or [degC]
    """

    where: str
    computed: float
    exact: float


@dataclass(frozen=True)
class Curve:
    """A profile.

    Attributes
    ----------
    label : str
        As in ``"60 s"``; empty for the only one.
    x, computed : (n,) float arrays [mm], [K]
    fine, exact : (k,) float arrays [mm], [K]
    """

    label: str
    x: Array
    computed: Array
    fine: Array
    exact: Array


@dataclass(frozen=True)
class Solved:
    """A problem solved on one mesh.

    Attributes
    ----------
    size : float [mm]
        Of its elements where they are smallest.
    points : tuple of Point
    error : float [-]
        Root mean square error over the compared nodes, of the exact root mean square.
    balance : float [-]
        Share of the heat put in that is missing from the books.
    curves : tuple of Curve
    """

    size: float
    points: tuple[Point, ...]
    error: float
    balance: float
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Problem:
    """A problem with an exact solution.

    Attributes
    ----------
    title : str
    axis : str
        What the curves are drawn over, with its unit.
    cells : int
        Of the finest mesh along its side; a multiple of 4.
    solve : callable
        Takes a number of cells.
    source : str
        Key of the bibliography.
    order : float
        Least order that is to be observed.
    books : bool
        Whether its books of energy say something.
    absolute : bool
        Whether what is compared is a temperature [degC] instead of a rise [K].
    """

    title: str
    axis: str
    cells: int
    solve: Callable[[int], Solved]
    source: str = ""
    order: float = SECOND_ORDER
    books: bool = True
    absolute: bool = False

    @property
    def quantity(self) -> str:
        """What is compared."""
        return "temperature" if self.absolute else "rise"

    @property
    def unit(self) -> str:
        """Its unit."""
        return "degC" if self.absolute else "K"

    def study(self, effort: Effort) -> list[Solved]:
        """Solutions on meshes of a quarter, half and (not quick) all of the cells."""
        effort.say(self.title)
        parts = (4, 2) if effort.quick else (4, 2, 1)
        return [self.solve(self.cells // part) for part in parts]

    def rows(self, solved: Sequence[Solved], effort: Effort) -> list[Row]:
        """Values at points and error on the finest mesh, observed order, energy residual."""
        best, relative = solved[-1], POINT_TOLERANCE * (4.0 if effort.quick else 1.0)
        found = [
            Row(f"{self.title}: {self.quantity} {p.where}", p.computed, p.exact,
                relative * abs(p.exact), self.unit, source=self.source)
            for p in best.points
        ]  # fmt: skip
        return [
            *found,
            Row(f"{self.title}: error (RMS)", 100.0 * best.error, Between(high=100.0 * relative),
                unit="%"),
            Row(f"{self.title}: order of convergence in h", order_of(solved[-2:]),
                Between(low=self.order)),
            *([balance_row(self.title, solved)] if self.books else []),
        ]  # fmt: skip


def balance_row(title: str, solved: Sequence[Solved]) -> Row:
    """The largest energy residual of the solutions."""
    worst = max(s.balance for s in solved)
    return Row(f"{title}: energy residual", worst, Between(high=BALANCE))


def imbalance(energy: Energy) -> float:
    """Share of the heat put in, or else of that which came in by walls, missing from the books."""
    put_in = energy.source + energy.metabolic
    if put_in > 0.0:
        return energy.balance_error
    flows = (energy.perfusion, energy.shaft, energy.outer, energy.boundary)
    return energy.balance_error / -sum(flow for flow in flows if flow < 0.0)


def order_of(solved: Sequence[Solved]) -> float:
    """Observed order between the first and the last of some solutions."""
    first, last = solved[0], solved[-1]
    return math.log(first.error / last.error) / math.log(first.size / last.size)
