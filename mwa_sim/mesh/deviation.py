"""How far the interfaces of a mesh lie from the level functions that they approximate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.mesh.domain import Domain
from mwa_sim.mesh.plan import Plan
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.surfaces import find_surfaces
from mwa_sim.mesh.tetmesh import Floats, Ints, TetMesh

_EPSILON = 1e-5
#: Gradients below this count as this: where a level function is flat, its value over its gradient
#: says nothing about distance.
_LEAST_SLOPE = 0.1


@dataclass(frozen=True)
class Deviation:
    """Distance of an interface from its level set.

    Attributes
    ----------
    mean, p99, max : float [m]
        Over the nodes and the centroids of its faces.
    faces : int
        Number of faces.
    """

    mean: float
    p99: float
    max: float
    faces: int


def surface_distance(domain: Domain, mesh: TetMesh) -> dict[int, Deviation]:
    """First-order distance ``|phi| / |grad phi|`` of each region's own surface from its level set.

    A face between two regions belongs to the one of higher priority. Surfaces that were shifted to
    meet a volume are measured from the zero of the level function, so the shift is included.
    Inner sides of skins are not measured. Of a label with pieces at several priorities, the faces
    are measured from the union of its pieces.

    Parameters
    ----------
    domain : Domain
    mesh : TetMesh
        Meshed from it.

    Returns
    -------
    dict of int to Deviation
        By label; regions without a face of their own are left out.
    """
    order = _levels(domain)
    inner = {layer.label: layer.of for layer in domain.layers}
    place: dict[int, int] = {label: k for k, label in enumerate(order)}
    number: Ints = np.array(
        [place.get(inner.get(label, label), len(order)) for label in mesh.labels], dtype=np.int64
    )
    regions = number[np.searchsorted(mesh.labels, mesh.regions)]
    ranked = [(k, level, 0.0) for k, level in enumerate(order.values())]
    found = {}
    for surface in find_surfaces(mesh.tets, regions, ranked):
        corner = mesh.nodes[surface.nodes]
        points = np.concatenate([corner, corner[surface.triangles].mean(axis=1)])
        distance = _distance(surface.level, points)
        found[list(order)[surface.place]] = Deviation(
            float(distance.mean()),
            float(np.percentile(distance, 99.0)),
            float(distance.max()),
            len(surface.triangles),
        )
    return found


def _levels(domain: Domain) -> dict[int, Level]:
    """One level function for each label, in order of priority."""
    found: dict[int, list[Level]] = {}
    for label, level in Plan(domain).pieces:
        found.setdefault(label, []).append(level)
    return {label: _union(levels) for label, levels in found.items()}


def _union(levels: list[Level]) -> Level:
    if len(levels) == 1:
        return levels[0]
    return lambda points: np.min([level(points) for level in levels], axis=0)


def _distance(level: Level, points: Floats) -> Floats:
    slope = np.zeros(len(points))
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = _EPSILON
        slope += ((level(points + step) - level(points - step)) / (2.0 * _EPSILON)) ** 2
    return np.asarray(np.abs(level(points)) / np.maximum(np.sqrt(slope), _LEAST_SLOPE))
