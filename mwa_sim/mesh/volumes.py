"""Meet wanted volumes of regions by an even shift of their surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mwa_sim.mesh.surfaces import Surface
from mwa_sim.mesh.tetmesh import Floats, Ints, signed_volumes

#: A surface is shifted by no more than this fraction of the edges on it: further out it would
#: flatten the elements beside it.
BOUND = 0.25
#: A volume that is wrong by more than this is reported.
TOLERANCE = 0.02


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
    """

    label: int
    regions: tuple[int, ...]
    places: tuple[int, ...]
    outer: tuple[int, ...]
    volume: float

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

    Called between fits, this is a Newton iteration: ``dV/ds`` is the area of the surface, and what
    the fit could not do the last time is asked for again.

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
        shifts[places] = np.clip(shifts[target.outer[0]] + missing / area, -bound, bound)
