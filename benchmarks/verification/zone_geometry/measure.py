"""Errors of zones over the size of the elements, over bodies and rotations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.zone_geometry.exact import (
    Ellipsoid,
    mean_margin,
    rotation,
    share_of_lens,
)
from benchmarks.verification.zone_geometry.meshes import (
    TUMOUR_RADIUS,
    damage_zone,
    temperature_zone,
)
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.zone import Zone

SHAPES = {
    "sphere": (10e-3, 10e-3, 10e-3),
    "three axes": (14e-3, 11e-3, 8e-3),
    "prolate": (15e-3, 6e-3, 6e-3),
    "oblate": (13e-3, 13e-3, 6e-3),
}
"""Semi-axes [m] of the zones: 30 x 12 mm is as long as a zone along a shaft gets."""
TURNS = (0, 1, 2, 3)
"""Rotations of the zone: none, and three at random."""
QUANTITIES = ("volume", "long axis", "short axis", "mean diameter", "sphericity", "coverage")
BALL = 10e-3
"""Radius of a spherical zone that is moved about the tumour [m]."""
SHIFTS = ((4e-3, 0.0, 0.0), (1e-3, -6e-3, 2e-3), (-4e-3, 4e-3, -5e-3))
"""Places of its centre [m]; the tumour then sticks out."""
AROUND = 12.5e-3
"""Radius of a spherical zone that holds the whole tumour [m]."""

Maker = Callable[[TetMesh, Ellipsoid], Zone]
MAKERS: dict[str, Maker] = {"temperature": temperature_zone, "damage": damage_zone}


@dataclass(frozen=True)
class Shape:
    """Zones of one shape on one mesh, averaged over rotations and fields.

    Attributes
    ----------
    exact : dict of str to float
        Volume [ml], axes and mean diameter [mm], sphericity and coverage [-].
    found : dict of str to (n,) float array
        One for each rotation and field.
    """

    exact: dict[str, float]
    found: dict[str, np.ndarray]

    def error(self, quantity: str) -> float:
        """Root mean square of the errors, relative for what is not a share."""
        off = self.found[quantity] - self.exact[quantity]
        return float(np.sqrt(np.mean(off**2))) / self.scale(quantity)

    def scale(self, quantity: str) -> float:
        """What errors are relative to."""
        return 1.0 if quantity == "coverage" else self.exact[quantity]


def sizes(zone: Zone) -> tuple[float, ...]:
    """The quantities of a zone in their order."""
    return (
        zone.volume_ml, zone.long_axis_mm, zone.short_axis_mm, zone.mean_diameter_mm,
        zone.sphericity, zone.coverage("tumour"),
    )  # fmt: skip


def exact_sizes(radii: tuple[float, float, float]) -> tuple[float, ...]:
    """The same of an ellipsoid around the centre of the tumour."""
    body = Ellipsoid(radii, np.eye(3))
    axes = 2e3 * np.array(radii)
    return (
        1e6 * body.volume, axes[0], axes[1:].mean(), axes.mean(), body.sphericity,
        body.share_of_ball(TUMOUR_RADIUS),
    )  # fmt: skip


def shapes(mesh: TetMesh) -> dict[str, Shape]:
    """All shapes on a mesh."""
    found = {}
    for name, radii in SHAPES.items():
        turns = TURNS[:1] if name == "sphere" else TURNS
        table = np.array([
            sizes(make(mesh, Ellipsoid(radii, rotation(turn))))
            for turn in turns
            for make in MAKERS.values()
        ])  # fmt: skip
        exact = dict(zip(QUANTITIES, (float(x) for x in exact_sizes(radii)), strict=True))
        found[name] = Shape(exact, dict(zip(QUANTITIES, table.T, strict=True)))
    return found


@dataclass(frozen=True)
class Moved:
    """Spherical zones that are not concentric with the tumour.

    Attributes
    ----------
    coverage : (n, 2) float array [-]
        Found and exact, one row for each shift.
    least : (n, 2) float array [mm]
        Least margin.
    mean : (2,) float array [mm]
        Mean margin of a zone that holds the tumour, and is 3 mm off.
    concentric : (3,) float array [mm]
        Least and mean margin of a concentric zone, and the exact margin.
    """

    coverage: np.ndarray
    least: np.ndarray
    mean: np.ndarray
    concentric: np.ndarray


def moved(mesh: TetMesh) -> Moved:
    """Coverage and margins of spherical zones on a mesh."""
    coverage, least = [], []
    for centre in SHIFTS:
        off = math.dist(centre, (0.0, 0.0, 0.0))
        zone = temperature_zone(mesh, _ball(BALL, centre))
        exact = min(1.0, share_of_lens(BALL, TUMOUR_RADIUS, off))
        coverage.append((zone.coverage("tumour"), exact))
        least.append((zone.margin("tumour").min_mm, 1e3 * (BALL - off - TUMOUR_RADIUS)))
    near = (2e-3, -1e-3, 2e-3)
    around = temperature_zone(mesh, _ball(AROUND, near)).margin("tumour")
    mean = 1e3 * mean_margin(AROUND, TUMOUR_RADIUS, math.dist(near, (0.0, 0.0, 0.0)))
    concentric = temperature_zone(mesh, _ball(BALL, (0.0, 0.0, 0.0))).margin("tumour")
    return Moved(
        np.array(coverage),
        np.array(least),
        np.array([around.mean_mm, mean]),
        np.array([concentric.min_mm, concentric.mean_mm, 1e3 * (BALL - TUMOUR_RADIUS)]),
    )


def _ball(radius: float, centre: tuple[float, float, float]) -> Ellipsoid:
    return Ellipsoid((radius, radius, radius), np.eye(3), centre)


def turned_together(mesh: TetMesh, seed: int = 5) -> float:
    """Largest relative change of any size when mesh and field are rotated together."""
    body = Ellipsoid(SHAPES["three axes"], rotation(1))
    turn = rotation(seed)
    # Around a point that is not the centre: a rotation and a shift.
    place = np.array([0.05, -0.02, 0.03])
    other = TetMesh(mesh.nodes @ turn.T + place, mesh.tets, mesh.regions)
    same = Ellipsoid(body.radii, turn @ body.turn, tuple(place))
    before, after = temperature_zone(mesh, body), temperature_zone(other, same)
    first = np.array([*sizes(before), before.margin("tumour").mean_mm])
    second = np.array([*sizes(after), after.margin("tumour").mean_mm])
    return float(np.abs(second / first - 1.0).max())
