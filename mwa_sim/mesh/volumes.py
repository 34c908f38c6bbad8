"""Meet wanted volumes of regions by an even shift of their surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.surfaces import Surface
from mwa_sim.mesh.tetmesh import Floats, Ints, outer_faces, signed_volumes

#: A surface is shifted by no more than this fraction of the edges on it: further out it would
#: flatten the elements beside it.
BOUND = 0.25
#: Share of the missing volume that is asked for at a time: guarded nodes follow late.
GAIN = 0.7
#: A volume that is wrong by more than this is reported.
TOLERANCE = 0.02
#: A region whose volume over its surface is below this fraction of the edges on it is thin: 0.5 is
#: a sheet as thick as the edges are long, or a cord twice as thick.
THIN = 0.8
#: A region that misses more than this of its volume when it is carved is carved again, thicker by
#: at most AHEAD of its edges.
LOST = 0.08
AHEAD = 0.3


@dataclass(frozen=True)
class Target:
    """A volume to be met.

    Attributes
    ----------
    label : int
        What the user calls the region.
    regions : tuple of int
        Regions of the mesh whose volumes add up to it.
    places : tuple of int
        Surfaces that are shifted, by their places in the order of priority.
    outer : tuple of int
        Those of them that bound it outwards.
    volume : float [m3]
    source : str
        What it is: "wanted" by the user, or the "implicit" volume of the level function.
    """

    label: int
    regions: tuple[int, ...]
    places: tuple[int, ...]
    outer: tuple[int, ...]
    volume: float
    source: str

    def error(self, x: Floats, tets: Ints, regions: Ints) -> float:
        """Relative error of the volume."""
        return self.measured(x, tets, regions) / self.volume - 1.0

    def measured(self, x: Floats, tets: Ints, regions: Ints) -> float:
        """Volume that the regions have now [m3]."""
        return float(signed_volumes(x, tets[np.isin(regions, self.regions)]).sum())


def update_shifts(
    x: Floats,
    tets: Ints,
    regions: Ints,
    surfaces: Sequence[Surface],
    targets: Sequence[Target],
    shifts: Floats,
) -> None:
    """Change the shifts of surfaces by the missing volume over the area, within the bound.

    Called between fits, this is a damped Newton iteration: ``dV/ds`` is the area of the surface,
    and what the fit could not do the last time is asked for again.

    Parameters
    ----------
    x : (n, 3) float array [m]
    tets : (m, 4) int array
    regions : (m,) int array
    surfaces : sequence of Surface
    targets : sequence of Target
    shifts : (places,) float array [m]
        Outward shift of each surface; changed in place.
    """
    for target in targets:
        own = [surface for surface in surfaces if surface.place in target.outer]
        if not own:
            continue
        sizes = [surface.area_and_edge(x) for surface in own]
        area = sum(size[0] for size in sizes)
        bound = BOUND * min(size[1] for size in sizes)
        missing = target.volume - target.measured(x, tets, regions)
        places = list(target.places)
        shift = shifts[target.outer[0]] + GAIN * missing / area
        shifts[places] = np.clip(shift, -bound, bound)


def is_thin(x: Floats, tets: Ints, inside: NDArray[np.bool_]) -> bool:
    """Whether a region is so thin that fitted interfaces do not give it the right volume.

    Parameters
    ----------
    x : (n, 3) float array [m]
    tets : (m, 4) int array
    inside : (m,) bool array
        Elements of the region.
    """
    volume, area, edge = _bulk(x, tets, inside)
    return volume > 0.0 and volume < THIN * area * edge


def head_start(
    x: Floats, tets: Ints, regions: Ints, targets: Sequence[Target], shifts: Floats
) -> Floats:
    """Shifts with which regions should be carved again that lost much when they were carved.

    Parameters
    ----------
    x, tets, regions, targets, shifts
        As in :func:`update_shifts`.

    Returns
    -------
    (places,) float array [m]
        The shifts, larger where a region lost more than LOST.
    """
    found = shifts.copy()
    for target in targets:
        volume, area, edge = _bulk(x, tets, np.isin(regions, target.regions))
        if 0.0 < volume < (1.0 - LOST) * target.volume:
            found[list(target.places)] += min((target.volume - volume) / area, AHEAD * edge)
    return found


def _bulk(x: Floats, tets: Ints, inside: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Volume [m3] and surface [m2] of some elements, and the mean edge of that surface [m]."""
    if not inside.any():
        return 0.0, 0.0, 0.0
    chosen = tets[inside]
    corner = x[outer_faces(chosen)]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = np.linalg.norm(normal, axis=1) / 2.0
    edge = np.linalg.norm(corner[:, 1] - corner[:, 0], axis=1)
    return float(signed_volumes(x, chosen).sum()), float(area.sum()), float(edge.mean())
