"""What the runs of a study share: parts of the set-up, each made once for what it depends on.

A sweep changes a few keys of a plan. The point location and the numbering of the nodes depend on
the mesh alone, the stiffness on the thermal properties, the heat of the antennas on their places
and on the electrical properties: what did not change is not made again. Keys are contents, so that
equal plans that were made apart share as well.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.provenance import content_hash

MOST = {
    "points": 2,
    "numbering": 2,
    "stiffness": 4,
    "shaft": 16,
    "deposition": 8,
    "field": 4,
}
"""How many of each part are kept, the latest used: the large ones few, for memory."""

_MESHES = 2
_Made = TypeVar("_Made")


class Preparation:
    """A memory of set-ups, given to the builds of several plans.

    The results of a run are the same, bit for bit, with it and without. It may be shared by the
    threads of a process; sent to another process it arrives empty.

    Attributes
    ----------
    built : Counter of str
        How many of each part were made: ``"points"`` (location of points in the mesh),
        ``"numbering"`` of the nodes, ``"stiffness"`` (matrices and coefficients of the heat
        equation), ``"shaft"`` (cooling by an antenna), ``"deposition"`` (heat of a closed form or
        map), ``"field"`` (computed field of an antenna).

    Examples
    --------
    >>> from mwa_sim.simulation import simulate  # doctest: +SKIP
    >>> shared = Preparation()
    >>> for power in (30, 40, 50):  # doctest: +SKIP
    ...     simulate(plan.changed({"protocol.pulses.0.power": power}), reuse=shared)
    >>> shared.built["stiffness"]  # doctest: +SKIP
    1
    """

    def __init__(self) -> None:
        self.built: Counter[str] = Counter()
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {kind: OrderedDict() for kind in MOST}
        self._meshes: OrderedDict[int, TetMesh] = OrderedDict()
        self._count = 0
        self._lock = threading.RLock()

    def __reduce__(self) -> tuple[type[Preparation], tuple[()]]:
        return Preparation, ()

    def take(self, kind: str, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """A part from memory, made now if it is not there.

        Parameters
        ----------
        kind : str
            One of :data:`MOST`.
        key : hashable
            Everything that the part depends on.
        make : callable
            Makes it; what it raises is raised, and nothing is kept.

        Returns
        -------
        object
            Shared: not to be changed.
        """
        with self._lock:
            kept = self._kept[kind]
            if key not in kept:
                kept[key] = make()
                self.built[kind] += 1
                while len(kept) > MOST[kind]:
                    kept.popitem(last=False)
            kept.move_to_end(key)
            found: _Made = kept[key]
        return found

    def mesh(self, mesh: TetMesh) -> int:
        """Number of a mesh; the same one for every mesh with the same arrays.

        Parameters
        ----------
        mesh : TetMesh
            Compared with the few meshes used last.
        """
        with self._lock:
            for number, known in reversed(self._meshes.items()):
                if known is mesh or _same(known, mesh):
                    self._meshes.move_to_end(number)
                    return number
            self._count += 1
            self._meshes[self._count] = mesh
            if len(self._meshes) > _MESHES:
                self._meshes.popitem(last=False)
            return self._count


def _same(one: TetMesh, other: TetMesh) -> bool:
    return (
        np.array_equal(one.regions, other.regions)
        and np.array_equal(one.nodes, other.nodes)
        and np.array_equal(one.tets, other.tets)
    )


def heat_key(case: Case, antenna: Antenna, pose: Pose, *beside: object) -> Hashable:
    """What the heat of an antenna in a case depends on beside the mesh.

    Parameters
    ----------
    case : Case
        With the tissues of the run.
    antenna : Antenna
    pose : Pose
    *beside : object
        Numbers and texts that count as well.
    """
    sar = antenna.sar
    known: object
    try:
        known = content_hash([type(sar).__name__, sar])
    except TypeError:  # a model of the user's own: by what it is, not by what it holds
        known = sar
    tissues = [
        (
            label,
            tissue.relative_permittivity,
            tissue.electrical_conductivity,
            tissue.relative_permittivity_model,
            tissue.electrical_conductivity_model,
            tissue.dispersion,
        )
        for label, tissue in ((label, r.tissue) for label, r in sorted(case.regions.items()))
    ]
    section = None if antenna.section is None else antenna.section.digest()
    numbers = [antenna.frequency, antenna.outer_diameter, antenna.efficiency, antenna.matched]
    text = content_hash([antenna.model, numbers, section, pose.tip, pose.axis, tissues, beside])
    return known, text
