"""Dotted keys of a plan: what reads a value, what it is now, and the hash of a whole plan."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.placement import antenna_path
from mwa_sim.plan import Plan
from mwa_sim.plan_changes import antenna_quantity
from mwa_sim.plan_regions import split_region_path
from mwa_sim.provenance import content_hash
from mwa_sim.quantities import Quantity, quantity, quantity_of
from mwa_sim.tissue.properties import PROPERTIES, Tissue

_LENGTH = quantity("length")
_MOST_KNOWN = 1000
_OWN_UNITS = {
    "length": "m", "frequency": "Hz", "fraction": "", "number": "", "slope": "1/K", "angle": "rad",
    "volume": "m3", "area": "m2",
}  # fmt: skip


def key_quantity(plan: Plan, key: str) -> Quantity | None:
    """What reads the numbers of a key of :meth:`Plan.changed`.

    Parameters
    ----------
    plan : Plan
    key : str

    Returns
    -------
    Quantity or None
        None for texts, points, counts, and keys that lead nowhere.
    """
    try:
        region = split_region_path(key)
        of_antenna = antenna_path(key, len(plan.antennas))
    except InputError:
        return None
    if region is not None:
        return PROPERTIES.get(region[1])
    if of_antenna is None:
        return _walk(plan, _full(key))[1]
    index, part, within = of_antenna
    if part == "antenna":
        return antenna_quantity(within)
    if part == "pose":
        return _LENGTH if within.startswith("shift.") else None
    return _walk(plan.antennas[index], f"{part}.{within}" if within else part)[1]


def value_at(plan: Plan, key: str, given: Any = None) -> Any:
    """Value of a key in a plan: a number in the package's unit, or a text.

    Parameters
    ----------
    plan : Plan
        With the change applied.
    key : str
    given : object
        What was written; returned where the plan has no single number or text there.
    """
    region = split_region_path(key)
    if region is not None:
        case, (name, within) = plan.case, region
        tissue = case.regions[case.label(name)].tissue
        return _plain(tissue.name if within == "tissue" else getattr(tissue, within), given)
    of_antenna = antenna_path(key, len(plan.antennas))
    if of_antenna is None:
        return _plain(_walk(plan, _full(key))[0], given)
    index, part, within = of_antenna
    if part == "pose" and within.startswith("shift."):
        return 0.0 if given is None else _LENGTH.read(given)
    found = _walk(plan.antennas[index], f"{part}.{within}" if within else part)[0]
    return _plain(found, given)


def unit_of(reader: Quantity | None) -> str:
    """Unit of the numbers that a quantity reads, as the package keeps them; empty without one."""
    if reader is None:
        return ""
    from mwa_sim.dimensions import DIMENSIONS

    return _OWN_UNITS.get(reader.dimension, DIMENSIONS[reader.dimension].units[0])


class PlanHasher:
    """Hashes of plans that share their mesh, case and antennas: each of these is hashed once."""

    def __init__(self) -> None:
        # The objects are kept with their hashes, so that no other one can take their identity.
        self._known: dict[int, tuple[object, str]] = {}

    def __call__(self, plan: Plan, *more: Any) -> str:
        """Hash of everything that a plan is made of, and of `more` beside it."""
        case = plan.case
        mesh = case.mesh
        return content_hash(
            [
                self._once(mesh, lambda: [mesh.nodes, mesh.tets, mesh.regions]),
                self._once(case.landmarks, lambda: dict(case.landmarks)),
                {k: [r.name, self._tissue(r.tissue)] for k, r in case.regions.items()},
                [organ.described() for organ in case.organs_at_risk],
                case.boundary,
                case.initial_temperature,
                [
                    [p.name, self._antenna(p.antenna), p.pose.tip, p.pose.axis, p.start]
                    for p in plan.antennas
                ],
                [list(placed.pulses) for placed in plan.antennas],
                plan.protocol,
                [plan.tissues, plan.drying, plan.rewetting, plan.seed],
                plan.solver,
                *more,
            ]
        )

    def _antenna(self, antenna: Antenna) -> str:
        return self._once(antenna, lambda: antenna)

    def _tissue(self, tissue: Tissue) -> str:
        # With the ranges, because the bounding sets lie at their ends.
        return self._once(
            tissue,
            lambda: [
                tissue.as_dict(),
                {name: [value.low, value.high] for name, value in tissue.values.items()},
                {name: [m.smaller_zone, m.larger_zone] for name, m in tissue.models.items()},
            ],
        )

    def _once(self, owner: object, content: Callable[[], Any]) -> str:
        known = self._known.get(id(owner))
        if known is None or known[0] is not owner:
            found = content()
            try:
                text = content_hash(found)
            except TypeError:  # a model of the user's own: by what it would be sent as
                text = content_hash(pickle.dumps(found))
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[id(owner)] = (owner, text)
        return known[1]


def _full(key: str) -> str:
    own = key.partition(".")[0].partition("[")[0] in Protocol.model_fields
    return f"protocol.{key}" if own else key


def _walk(owner: Any, path: str) -> tuple[Any, Quantity | None]:
    """Value at a path below a model or dataclass, and what reads it; None where there is none."""
    reader: Quantity | None = None
    for part in path.replace("[", ".").replace("]", "").split("."):
        reader = None
        if isinstance(owner, BaseModel):
            field = type(owner).model_fields.get(part)
            if field is None:
                return None, None
            reader = quantity_of(field.annotation, field.metadata)
            owner = getattr(owner, part)
        elif isinstance(owner, (list, tuple)):
            if not part.isdecimal() or int(part) >= len(owner):
                return None, None
            owner = owner[int(part)]
        else:
            owner = getattr(owner, part, None)
    return owner, reader


def _plain(value: Any, given: Any) -> Any:
    """Numbers and texts as they are, what has a name by its name, points as lists."""
    if isinstance(value, (bool, int, float, str)):
        return value
    name = getattr(value, "name", None)
    if isinstance(name, str):
        return name
    return _jsonable(value if given is None else given)


def _jsonable(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    return repr(value)
