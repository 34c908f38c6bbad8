"""Closed surfaces of an anatomy: read, in metres and this package's frame, repaired, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mwa_sim.anatomy.surface_spec import VERTEBRAE, SurfaceSpec
from mwa_sim.anatomy.surface_units import UNITS, turned, unit_of
from mwa_sim.errors import InputError, MwaError
from mwa_sim.mesh.signed_distance import SignedDistance
from mwa_sim.mesh.surface_files import read_surface
from mwa_sim.mesh.surface_repair import ClosedSurface, repaired
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
#: Regions that share more than this part of the smaller one contradict each other.
SAME = 0.6
#: A shared part that is worth a note.
WORTH_SAYING = 0.02
#: Distance between the points at which surfaces are compared.
_STEP = 1.5 * _MM


@dataclass
class Solid:
    """A region given as a closed surface.

    Attributes
    ----------
    name : str
    surface : ClosedSurface
        In metres, x anterior, y left, z cranial.
    level : SignedDistance
    """

    name: str
    surface: ClosedSurface
    level: SignedDistance = field(init=False)

    def __post_init__(self) -> None:
        self.level = SignedDistance(self.surface.vertices, self.surface.triangles)


def read_solids(spec: SurfaceSpec, folder: Path) -> tuple[dict[str, Solid], list[str]]:
    """All surfaces of a specification.

    Parameters
    ----------
    spec : SurfaceSpec
    folder : Path
        Where relative paths start.

    Returns
    -------
    solids : dict of str to Solid
    notes : list of str
        Unit, repairs and what overlaps.

    Raises
    ------
    MwaError
        Listing what is wrong with all the files.
    """
    raw: dict[str, tuple[Floats, Ints]] = {}
    errors: list[MwaError] = []
    for name, path in spec.surfaces.items():
        try:
            raw[name] = read_surface(folder / path)
        except MwaError as error:
            errors.append(error)
    _raise(errors)
    extent = float(np.ptp(raw[spec.treated][0], axis=0).max())
    unit, note = unit_of(extent, spec.length_unit)
    notes = [note] if note else []
    solids: dict[str, Solid] = {}
    for name, (vertices, triangles) in raw.items():
        x, t = turned(vertices * UNITS[unit], triangles, spec.axes)
        try:
            surface = repaired(name, x, t)
        except MwaError as error:
            errors.append(error)
            continue
        notes += surface.notes
        solids[name] = Solid(name, surface)
    _raise(errors)
    notes += _compared(solids)
    return solids, notes


def _raise(errors: list[MwaError]) -> None:
    if errors:
        raise type(errors[0])([problem for error in errors for problem in error.problems])


def _compared(solids: Mapping[str, Solid]) -> list[str]:
    """Notes about regions that overlap; an error about those that are the same."""
    notes, wrong = [], []
    names = list(solids)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            a, b = solids[first], solids[second]
            low = np.maximum(a.level.low, b.level.low)
            high = np.minimum(a.level.high, b.level.high)
            if (low >= high).any():
                continue
            axes = [np.arange(low[k], high[k], _STEP) + _STEP / 2.0 for k in range(3)]
            grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
            both = (a.level(grid) < 0.0) & (b.level(grid) < 0.0)
            if not both.any():
                continue
            shared = float(both.sum()) * _STEP**3
            least = min(abs(a.surface.enclosed), abs(b.surface.enclosed))
            where = ", ".join(f"{v / _MM:.0f}" for v in grid[both].mean(axis=0))
            what = (
                f"'{first}' and '{second}' share {shared * 1e6:.2f} ml, {shared / least:.0%} of "
                f"the smaller one, around ({where}) mm"
            )
            if shared > SAME * least and _rivals(first, second):
                wrong.append(f"surfaces: {what}: they contradict each other; give each region once")
            elif shared > WORTH_SAYING * least and _rivals(first, second):
                notes.append(f"{what}; the one of higher priority keeps it")
    if wrong:
        raise InputError(wrong)
    return notes


def _rivals(first: str, second: str) -> bool:
    """Whether two regions exclude each other; the canal and the sac contain others."""
    holders = {"canal", "csf", "epidural_fat", "dura", "subcutaneous_fat", "tumour"}
    if {first, second} <= {*VERTEBRAE, "vertebra", "bone", "neighbour_vertebrae"}:
        return True
    return first == second or not {first, second} & holders


def volume_in_front(surface: ClosedSurface, point: Floats, normal: Floats) -> float:
    """Volume that a surface encloses beyond a plane [m3].

    The integral of the distance from the plane over the surface beyond it, by the divergence
    theorem; the field vanishes on the plane, so that no lid is needed.

    Parameters
    ----------
    surface : ClosedSurface
    point, normal : (3,) float array
        On the plane [m], and its unit normal.
    """
    x = surface.vertices[surface.triangles]
    along = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]) @ normal / 2.0
    height = np.sort((x - point) @ normal, axis=1)
    lowest, middle, highest = height.T
    beyond = np.where(lowest >= 0.0, height.mean(axis=1), 0.0)
    # One corner beyond the plane: a smaller triangle, on average a third as high as its tip.
    one = (highest > 0.0) & (middle <= 0.0)
    whole = np.where(one, (highest - lowest) * (highest - middle), 1.0)
    beyond = np.where(one, highest**3 / (3.0 * whole), beyond)
    # Two corners: all of the triangle without the tip before the plane.
    two = (middle > 0.0) & (lowest < 0.0)
    whole = np.where(two, (middle - lowest) * (highest - lowest), 1.0)
    beyond = np.where(two, height.mean(axis=1) - lowest**3 / (3.0 * whole), beyond)
    return float((along * beyond).sum())
