"""The time stepper itself, fed with the heat of a manufactured solution in constant steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.verification.blocks import cube, material, model
from benchmarks.verification.manufactured.solution import (
    AIR,
    CONDUCTIVITY,
    COOLANT,
    DENSITY,
    SIDE,
    SPECIFIC_HEAT,
    Damage,
    Terms,
    faces_of,
)
from mwa_sim.heat.boundary import NodalBoundary
from mwa_sim.heat.element import lumped, lumped_surface
from mwa_sim.heat.pennes import BLOOD_DENSITY, BLOOD_SPECIFIC_HEAT
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper

Array = NDArray[np.float64]

UNTIL = 20.0
"""When fields are compared [s]."""


@dataclass(frozen=True)
class Outcome:
    """What a march came to.

    Attributes
    ----------
    size, dt : float [mm], [s]
    x : (n, 3) float array [m]
    temperature, exact : (n,) float array [degC]
    volume : (n,) float array [m3]
        Of the nodes.
    balance : float [-]
        Share of the heat put in that is missing from the books.
    """

    size: float
    dt: float
    x: Array
    temperature: Array
    exact: Array
    volume: Array
    balance: float

    @property
    def error(self) -> float:
        """Root mean square error [K]."""
        square = (self.temperature - self.exact) ** 2
        return math.sqrt((self.volume * square).sum() / self.volume.sum())


def march(terms: Terms, cells: int, steps: int) -> Outcome:
    """March from 0 to `UNTIL`.

    Parameters
    ----------
    terms : Terms
    cells : int
        Along each side of the cube.
    steps : int
        Of equal length; the error estimate has no say.

    Returns
    -------
    Outcome
    """
    b = cube(cells, SIDE / 2.0)
    n = len(b.nodes)
    volume = lumped(b.tets, b.volumes, np.ones(len(b.tets)), n)
    perfusion = terms.sink / (BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT)
    materials = material(
        density=DENSITY, specific_heat=SPECIFIC_HEAT, conductivity=CONDUCTIVITY,
        conductivity_slope=terms.slope, perfusion=perfusion,
        perfusion_stops=terms.stops, metabolic_heat=terms.metabolic / DENSITY,
        water_fraction=terms.water,
    )  # fmt: skip
    sides = [
        (axis, side, lumped_surface(b.nodes, faces_of(b, axis, side), n))
        for axis in range(3) for side in (-1.0, 1.0)
    ]  # fmt: skip
    exchange = terms.exchange * np.sum([area for _, _, area in sides], axis=0)
    boundary = NodalBoundary(np.zeros(n, dtype=np.bool_), exchange, AIR)
    m = model(b, materials, boundary, terms.cooling * volume, shaft_temperature=COOLANT)
    damage = Damage(terms, b.nodes)

    def load(t: float) -> Array:
        put_in = volume * terms.heat(b.nodes, t, damage.survival(t))
        for axis, side, area in sides:
            here = area > 0.0
            put_in[here] += area[here] * terms.face_heat(b.nodes[here], t, axis, side)
        return put_in

    fed = Source(sp.csr_matrix(np.ones((n, 1))), [None], "constant")
    dt = UNTIL / steps
    run = HeatStepper(
        m, [fed], terms.temperature(b.nodes, 0.0), tolerance=math.inf, max_step=dt, first_step=dt
    )
    for k in range(steps):
        weights = load((k + 0.5) * dt)
        if weights.min() < 0.0:
            raise ArithmeticError("a source may not be negative: choose other terms")
        fed.replace(weights, float(weights.sum()))
        run.step(UNTIL if k == steps - 1 else (k + 1) * dt, (1.0,))
    return Outcome(
        size=1e3 * SIDE / cells, dt=dt, x=b.nodes, temperature=run.temperature,
        exact=terms.temperature(b.nodes, UNTIL), volume=volume,
        balance=run.energy.balance_error,
    )  # fmt: skip


CASES = {
    "steep conductivity": Terms(base=45.0, swing=40.0, slope=0.02, exchange=300.0),
    "all terms": Terms(
        base=45.0, swing=25.0, slope=0.0066, sink=4e4, stops=True, metabolic=1e4, exchange=300.0
    ),
    "boiling": Terms(base=88.0, swing=25.0, water=0.75, sink=1e4, exchange=300.0),
}
"""By name: conductivity that doubles over the range; all terms of tissue that does not boil, with
perfusion that the heat stops; water that evaporates."""
