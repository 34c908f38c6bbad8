"""How far the surface of a zone lies beyond the surface of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh_regions import RegionSurface

if TYPE_CHECKING:
    from mwa_sim.mesh.triangle_tree import TriangleTree

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Margin:
    """Signed distance from a region's surface to the surface of the zone.

    Attributes
    ----------
    min_mm : float
        The least margin: positive where the whole region lies inside the zone, negative by the
        distance that it sticks out; nan for an empty zone.
    mean_mm : float
        Mean over the region's surface.
    min_position : (3,) float array [m]
        Where the margin is least.
    """

    min_mm: float
    mean_mm: float
    min_position: Floats


def margin_of(region: RegionSurface, field: Floats, level: float, zone: TriangleTree) -> Margin:
    """Signed distances from the points of a region's surface to the surface of a zone.

    Parameters
    ----------
    region : RegionSurface
    field : (n_nodes,) float array
        At least the level inside the zone.
    level : float
    zone : TriangleTree
        Of the closed surface of the zone.

    Returns
    -------
    Margin
    """
    from mwa_sim.mesh.bvh_kernels import nearest

    values = np.concatenate([field[region.nodes], field[region.faces].mean(axis=1)])
    distance = np.empty(len(values))
    # Along the curve the triangle found for one point is a good first guess for the next.
    along = region.points[region.order]
    distance[region.order] = nearest(along, zone.corners, zone.boxes)[0]
    signed = np.where(values >= level, distance, -distance) * 1e3
    least = int(np.argmin(signed))
    mean = float(signed @ region.weights / region.weights.sum())
    return Margin(float(signed[least]), mean, region.points[least])
