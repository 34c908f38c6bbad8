"""A computed field beside the exact one: values at points, the error, a curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.verification.blocks import Block
from benchmarks.verification.convergence import Curve, Point, Solved, imbalance
from mwa_sim.heat.element import lumped
from mwa_sim.heat.pennes import BLOOD_TEMPERATURE
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]


def rms(b: Block, computed: Array, exact: Array, where: NDArray[np.bool_] | None = None) -> float:
    """Root mean square error over the volume of nodes, of the exact root mean square.

    Parameters
    ----------
    b : Block
    computed, exact : (n,) float arrays
        At its nodes.
    where : (n,) bool array, optional
        Nodes that are compared; all if not given.
    """
    weight = lumped(b.tets, b.volumes, np.ones(len(b.tets)), len(b.nodes))
    if where is not None:
        weight = np.where(where, weight, 0.0)
        computed, exact = np.where(where, computed, 0.0), np.where(where, exact, 0.0)
    return math.sqrt((weight * (computed - exact) ** 2).sum() / (weight * exact**2).sum())


def along_x(b: Block, values: Array, x: Array, at: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Values (k,) at points x (k,) [m] on a line of nodes y = at[0], z = at[1] [m]."""
    line = np.flatnonzero(np.all(np.abs(b.nodes[:, 1:] - at) < 1e-9, axis=1))
    line = line[np.argsort(b.nodes[line, 0])]
    return np.interp(x, b.nodes[line, 0], values[line])


@dataclass(frozen=True)
class Snapshot:
    """A computed field beside the exact one at one instant.

    Attributes
    ----------
    points : tuple of Point
    error : float [-]
        As in `Solved`.
    curve : Curve
    """

    points: tuple[Point, ...]
    error: float
    curve: Curve


def radial(
    b: Block,
    temperature: Array,
    exact: Callable[[Array], Array],
    at: Sequence[float],
    *,
    dimensions: int,
    beyond: float = 0.0,
    when: str = "",
    around: float = BLOOD_TEMPERATURE,
) -> Snapshot:
    """Compare a field that depends on the distance from the origin, an axis or a plane only.

    Parameters
    ----------
    b : Block
    temperature : (n,) float array [degC]
    exact : callable
        Rises (k,) [K] at distances (k,) [m].
    at : sequence of float [m]
        Points of the x axis.
    dimensions : int
        3 in a ball, 2 in a cylinder, 1 in a bar.
    beyond : float [m]
        Nodes that are closer are not compared: there a concentrated source is singular.
    when : str
        As in ``"60 s"``.
    around : float [degC]
        What the rises are counted from.

    Returns
    -------
    Snapshot
    """
    rise = temperature - around
    distance = np.sqrt((b.nodes[:, :dimensions] ** 2).sum(axis=1))
    counted = distance >= beyond - 1e-9
    expected = np.zeros_like(rise)
    expected[counted] = exact(distance[counted])
    x = b.nodes[np.all(b.nodes[:, 1:] == 0.0, axis=1), 0]
    x = np.sort(x[x >= beyond - 1e-9])
    fine = np.linspace(x[0], x[-1], 301)
    where = np.asarray(at, dtype=np.float64)
    after = f" after {when}" if when else ""
    return Snapshot(
        points=tuple(
            Point(f"at {1e3 * r:g} mm{after}", float(v), float(e))
            for r, v, e in zip(at, along_x(b, rise, where), exact(where), strict=True)
        ),
        error=rms(b, rise, expected, counted),
        curve=Curve(when, 1e3 * x, along_x(b, rise, x), 1e3 * fine, exact(fine)),
    )


def line_snapshot(
    b: Block,
    temperature: Array,
    exact: Callable[[Array], Array],
    x: Sequence[float],
    *,
    when: str = "",
    at: tuple[float, float] = (0.0, 0.0),
    only_line: bool = False,
    where: NDArray[np.bool_] | None = None,
    around: float = BLOOD_TEMPERATURE,
    name: str = "x",
) -> Snapshot:
    """Compare a field of three coordinates; shown along a line of nodes parallel to x.

    Parameters
    ----------
    b : Block
    temperature : (n,) float array [degC]
    exact : callable
        Rises (k,) [K] at points (k, 3) [m].
    x : sequence of float [m]
        Where on the line values are compared.
    when : str
    at : (y, z) [m]
        Of the line.
    only_line : bool
        Whether the error counts the nodes of the line alone, where `exact` is dear.
    where : (n,) bool array, optional
        Nodes that are compared; all if not given.
    around : float [degC]
    name : str
        Of the coordinate x.

    Returns
    -------
    Snapshot
    """
    rise = temperature - around
    counted = np.ones(len(rise), dtype=np.bool_) if where is None else where
    on_line = np.all(np.abs(b.nodes[:, 1:] - at) < 1e-9, axis=1)
    if only_line:
        counted = counted & on_line
    line = np.sort(b.nodes[on_line & (counted if where is not None else on_line), 0])
    expected = np.zeros_like(rise)
    expected[counted] = exact(b.nodes[counted])

    def there(values: Array) -> Array:
        return exact(np.column_stack([values, np.full((len(values), 2), at)]))

    fine = np.linspace(line[0], line[-1], 121)
    places = np.asarray(x, dtype=np.float64)
    after = f" after {when}" if when else ""
    return Snapshot(
        points=tuple(
            Point(f"at {name} = {1e3 * place:g} mm{after}", float(v), float(e))
            for place, v, e in zip(x, along_x(b, rise, places, at), there(places), strict=True)
        ),
        error=rms(b, rise, expected, counted),
        curve=Curve(when, 1e3 * line, along_x(b, rise, line, at), 1e3 * fine, there(fine)),
    )


def solved(b: Block, run: HeatStepper, snapshots: Sequence[Snapshot]) -> Solved:
    """What was found on one mesh; the error is the largest one of all instants."""
    x = np.sort(b.nodes[np.all(b.nodes[:, 1:] == b.nodes[:, 1:].min(axis=0), axis=1), 0])
    return Solved(
        size=1e3 * float(np.diff(x).min()),
        points=tuple(p for s in snapshots for p in s.points),
        error=max(s.error for s in snapshots),
        balance=imbalance(run.energy),
        curves=tuple(s.curve for s in snapshots),
    )
