"""An antenna applied to a mesh: its heat source and the cooling by its shaft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.deposit import Deposition, deposit
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.shaft import shaft_exchange
from mwa_sim.case import Case
from mwa_sim.errors import InputError
from mwa_sim.heat.source import Drying, Source, table_temperatures
from mwa_sim.mesh.probe import Locator
from mwa_sim.placement import PlacedAntenna
from mwa_sim.preparation import Preparation, heat_key
from mwa_sim.tissue.dispersion import region_dielectrics
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import conductivity_factor
from mwa_sim.typing import FloatArray, IntArray

if TYPE_CHECKING:
    from mwa_sim.wave import WaveField

BODY_TEMPERATURE = 37.0

Renewal = Callable[[float, FloatArray, float], Source | None]


@dataclass(frozen=True, eq=False)
class AppliedAntenna:
    """One antenna on the mesh of a run; arrays are in the order of the solver's nodes.

    Attributes
    ----------
    placed : PlacedAntenna
    model : str
        By what its power density was found.
    deposition : Deposition
        On the mesh of the case, in its own order of the nodes.
    source : Source
        Heat per watt at the generator at the start of the run.
    shaft : (n_nodes,) float array [W/K]
        Exchange with the coolant.
    coolant_temperature : float [degC]
    renew : callable, optional
        For a source whose distribution follows the tissue beyond what `source` does by itself:
        called before every time step with the time [s], the temperature (n_nodes,) [degC] by which
        the nodes absorb, and the power of this antenna [W] in the step, it returns the source from
        now on, or None to go on with the present one.
    field : WaveField or None
        The computed field, None for a closed form or a map.
    """

    placed: PlacedAntenna
    model: str
    deposition: Deposition
    source: Source
    shaft: FloatArray
    coolant_temperature: float
    renew: Renewal | None = None
    field: WaveField | None = None

    def described(self) -> dict[str, Any]:
        """What a result keeps of the antenna."""
        antenna, pose = self.placed.antenna, self.placed.pose
        return {
            "label": self.placed.name,
            "name": antenna.name,
            "tip": pose.tip.copy(),
            "axis": pose.axis.copy(),
            "outer_diameter": antenna.outer_diameter,
            "efficiency": antenna.efficiency,
            "model": self.model,
            "delivered": self.deposition.delivered,
            "notes": list(self.deposition.notes),
            "start": self.placed.start,
            "field": None if self.field is None else self.field.described(),
        }


def apply_antenna(
    case: Case,
    locator: Locator,
    placed: PlacedAntenna,
    drying: Drying,
    order: IntArray,
    field_tolerance: float,
    reuse: Preparation,
) -> AppliedAntenna:
    """Make the heat source and the cooling of an antenna.

    Parameters
    ----------
    case : Case
        With the tissues of the run.
    locator : Locator
        Point location on the mesh of the case.
    placed : PlacedAntenna
    drying : {"redistribute", "attenuate"}
        Where the power goes that dry tissue no longer absorbs.
    order : (n_nodes,) int array
        Node of the mesh at each place of the solver.
    field_tolerance : float
        For the model "wave-coupled": change of the absorbed power density at which the field is
        computed again.
    reuse : Preparation
        Holds what was made for other runs.

    Returns
    -------
    AppliedAntenna
        With a source and a field of its own.

    Raises
    ------
    InputError
        When a tissue has no electrical properties although the antenna needs them, no power
        reaches the mesh, or the antenna has neither a closed form nor a map.
    """
    antenna, cooling, pose = placed.antenna, placed.antenna.cooling, placed.pose
    coupled = antenna.model == "wave-coupled"
    known = reuse.mesh(case.mesh)
    field = None
    if antenna.model.startswith("wave"):
        field = _field(
            case, locator, placed, None if coupled else drying, order, field_tolerance, reuse
        )
        deposition, source = field.deposition, field.source
    else:
        whole = antenna.changed(efficiency=1.0)
        deposition = reuse.take(
            "deposition",
            (known, heat_key(case, whole, pose)),
            lambda: _closed_form(case, locator, whole, pose),
        ).times(antenna.efficiency)
        source = _source(case, antenna, deposition, drying, order)
    shaft = reuse.take(
        "shaft",
        (known, pose, antenna.outer_diameter, cooling),
        lambda: shaft_exchange(case.mesh, locator, pose, antenna)[order],
    )
    return AppliedAntenna(
        placed=placed,
        model=antenna.model,
        deposition=deposition,
        source=source,
        shaft=shaft,
        coolant_temperature=BODY_TEMPERATURE if cooling is None else cooling.coolant_temperature,
        renew=field.renew if field is not None and coupled else None,
        field=field,
    )


def _field(
    case: Case,
    locator: Locator,
    placed: PlacedAntenna,
    drying: Drying | None,
    order: IntArray,
    tolerance: float,
    reuse: Preparation,
) -> WaveField:
    """The computed field at the start of a run."""
    # The field solver is loaded only by runs that need it.
    from mwa_sim.wave import WaveField

    beside = (drying, tolerance, case.initial_temperature)
    key = (reuse.mesh(case.mesh), heat_key(case, placed.antenna, placed.pose, *beside))
    made = reuse.take(
        "field", key, lambda: WaveField(case, locator, placed, drying, order, tolerance)
    )
    return made.fresh()


def _closed_form(case: Case, locator: Locator, antenna: Antenna, pose: Pose) -> Deposition:
    tissues = {label: region.tissue for label, region in case.regions.items()}
    sigma, epsilon = region_dielectrics(tissues, antenna.frequency)
    return deposit(case.mesh, pose, antenna, sigma, epsilon, locator=locator)


def _source(
    case: Case, antenna: Antenna, deposition: Deposition, drying: Drying, order: IntArray
) -> Source:
    return Source(
        deposition.weights[order],
        [_factor(case.regions[label].tissue) for label in deposition.labels],
        "constant" if antenna.model == "map" else drying,
    )


def combined_shafts(antennas: list[AppliedAntenna]) -> tuple[FloatArray, FloatArray]:
    """Exchange of the tissue with the coolants of all shafts, as with one coolant.

    ``sum_k h_k (T - T_k) = h (T - T_c)`` with ``h = sum_k h_k`` and ``T_c = sum_k h_k T_k / h`` at
    every node.

    Returns
    -------
    h : (n_nodes,) float array [W/K]
    T_c : (n_nodes,) float array [degC]
        That of the first coolant where there is no exchange.
    """
    exchange = np.sum([one.shaft for one in antennas], axis=0)
    first = antennas[0].coolant_temperature
    # As a difference from the first coolant: a node that only this one cools is then exact.
    above = np.sum([one.shaft * (one.coolant_temperature - first) for one in antennas], axis=0)
    mean = np.divide(above, exchange, out=np.zeros_like(above), where=exchange > 0.0)
    return exchange, first + mean


def intersections(antennas: tuple[PlacedAntenna, ...], locator: Locator) -> list[str]:
    """Pairs of antennas that are in each other's way, one line a pair.

    Two shafts intersect where their axes come closer than the sum of their radii inside the mesh.

    Parameters
    ----------
    antennas : tuple of PlacedAntenna
    locator : Locator
        Point location on the mesh.
    """
    found = []
    for k, one in enumerate(antennas):
        for other in antennas[:k]:
            needed = 0.5 * (one.antenna.outer_diameter + other.antenna.outer_diameter)
            apart = min(_closest(one, other, locator), _closest(other, one, locator))
            if apart < needed:
                found.append(
                    f"antennas {other.name!r} and {one.name!r} are in each other's way: inside the "
                    f"mesh their axes come within {apart * 1e3:.2f} mm of each other, which takes "
                    f"at least {needed * 1e3:.2f} mm; move one of them"
                )
    return found


def _closest(one: PlacedAntenna, other: PlacedAntenna, locator: Locator) -> float:
    """Least distance [m] of the axis of one, inside the mesh, from the axis of the other."""
    a, b = one.pose, other.pose
    reach = float(np.linalg.norm(np.diff(locator.mesh.bounds, axis=0)))
    along = np.arange(0.0, reach, 0.1e-3)
    # With the very places where the two lines, or a line and a tip, are closest.
    cosine = float(a.axis @ b.axis)
    offset = b.tip - a.tip
    sharp = [float(offset @ a.axis)]
    if 1.0 - cosine**2 > 1e-12:
        sharp.append(float(offset @ a.axis - cosine * (offset @ b.axis)) / (1.0 - cosine**2))
    along = np.append(along, [max(0.0, z) for z in sharp])
    points = a.tip + along[:, None] * a.axis
    inside = locator.locate(points)[0] >= 0
    if not inside.any():
        return np.inf
    across, z = b.local(points[inside])
    return float(np.hypot(across, np.minimum(z, 0.0)).min())


def in_antenna(name: str, error: InputError) -> list[str]:
    """The problems of an error, each with the name of the antenna that it is about."""
    return [f"antenna {name!r}: {text.removeprefix('antenna: ')}" for text in error.problems]


def _factor(tissue: Tissue) -> FloatArray | None:
    """sigma(T)/sigma(37) of a tissue at the tabulated temperatures; None if constant."""
    model = tissue.electrical_conductivity_model
    return None if model is None else conductivity_factor(model, table_temperatures())
