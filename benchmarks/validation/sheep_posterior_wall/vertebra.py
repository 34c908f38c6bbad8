"""A vertebra of simple shapes for animals and specimens that the parametric spine does not cover.

A prism for the body with a cortical shell, discs and neighbours above and below, pedicles, an arch,
a canal with epidural fat, fluid and cord, muscle around it. Meshed in a second.

Axes as in every case: x anterior, y left, z cranial. The origin is on the posterior wall, on its
side towards the canal, in the midline at half height.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.case import Boundary, Case
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan_regions import with_region_changes

Floats = NDArray[np.float64]
Level = Callable[[Floats], Floats]

# In order of priority: a point belongs to the first region that claims it.
LABELS = {
    "cavity": 1, "cord": 2, "fluid": 3, "epidural_fat": 4, "body": 5, "cortex": 6, "arch": 7,
    "disc": 8, "muscle": 9,
}  # fmt: skip
TISSUES = {
    "cavity": "muscle", "cord": "spinal_cord", "fluid": "csf", "epidural_fat": "epidural_fat",
    "body": "bone_cancellous", "cortex": "bone_cortical", "arch": "bone_cortical",
    "disc": "intervertebral_disc", "muscle": "muscle",
}  # fmt: skip


@dataclass(frozen=True)
class Vertebra:
    """Lengths of a vertebra [m].

    Attributes
    ----------
    width, depth, height : float
        Of the body.
    disc : float
        Height of the discs.
    canal_width, canal_depth : float
    fat : float
        Epidural fat between wall and dural sac.
    cord_width, cord_depth : float
    pedicle_width, pedicle_height : float
        The pedicles leave the upper end of the body.
    cortex : float
        Thickness of the cortical shell; 0 for none.
    """

    width: float
    depth: float
    height: float
    disc: float
    canal_width: float
    canal_depth: float
    fat: float
    cord_width: float
    cord_depth: float
    pedicle_width: float
    pedicle_height: float
    cortex: float = 0.0

    def levels(self, cavity: tuple[Floats, float] | None = None) -> list[tuple[int, Level]]:
        """Level functions in order of priority.

        Parameters
        ----------
        cavity : ((3,) array [m], float [m]), optional
            Centre and radius of a sphere cut out of the body.
        """
        half = 0.5 * self.height
        sac = -0.5 * (self.canal_depth + self.fat)
        outer = 0.5 * self.canal_width + self.pedicle_width
        back = -self.canal_depth
        footprint = _prism(0.5 * self.depth, 0.5 * self.depth, 0.5 * self.width)
        found: list[tuple[int, Level]] = []
        if cavity is not None:
            found.append((LABELS["cavity"], _ball(*cavity)))
        found += [
            (LABELS["cord"], _prism(sac, 0.5 * self.cord_depth, 0.5 * self.cord_width, power=2)),
            (LABELS["fluid"], _prism(sac, 0.5 * (self.canal_depth - self.fat),
                                     0.5 * self.canal_width - self.fat, power=2)),
            (LABELS["epidural_fat"], _prism(0.5 * back, -0.5 * back, 0.5 * self.canal_width,
                                            power=2)),
        ]  # fmt: skip
        if self.cortex > 0.0:
            inner = _prism(
                0.5 * self.depth, 0.5 * self.depth - self.cortex, 0.5 * self.width - self.cortex
            )
            found += [
                (LABELS["body"], _within(inner, _slab(2, -half + self.cortex, half - self.cortex))),
                (LABELS["cortex"], _within(footprint, _slab(2, -half, half))),
            ]
        else:
            found.append((LABELS["body"], _within(footprint, _slab(2, -half, half))))
        ends = (half - self.pedicle_height, half)
        found += [
            (LABELS["arch"], _within(_slab(0, back, 0.0), _slab(1, -outer, outer),
                                     _slab(2, *ends))),
            (LABELS["arch"], _within(_slab(0, back - 5e-3, back), _slab(1, -outer, outer),
                                     _slab(2, -half, half))),
            (LABELS["disc"], _within(footprint, _slab(2, -half - self.disc, half + self.disc))),
        ]  # fmt: skip
        return found


def mesh(
    shape: Vertebra,
    track: tuple[Floats, Floats],
    finest: float,
    *,
    wall: float,
    growth: float = 0.4,
    half: tuple[float, float, float] = (36e-3, 32e-3, 32e-3),
    cavity: tuple[Floats, float] | None = None,
) -> TetMesh:
    """Mesh a vertebra, fine along the antenna and at the posterior wall.

    Parameters
    ----------
    shape : Vertebra
    track : two (3,) arrays [m]
        Ends of the heated part of the antenna.
    finest : float [m]
        Edge length there.
    wall : float [m]
        Edge length at the posterior wall and in the canal's front, near the antenna.
    growth : float
        Growth of the size with distance from the antenna.
    half : three floats [m]
        Half extents of the block around the middle of the track.
    cavity : optional
        As in :meth:`Vertebra.levels`.

    Returns
    -------
    TetMesh
    """
    start, end = (np.asarray(point, np.float64) for point in track)
    middle, along = 0.5 * (start + end), end - start

    def sizing(points: Floats) -> Floats:
        share = np.clip((points - start) @ along / (along @ along), 0.0, 1.0)
        away = np.linalg.norm(points - start - share[:, None] * along, axis=1)
        behind = np.maximum(np.abs(points[:, 0] + 1e-3) - 2e-3, 0.0)
        sideways = np.maximum(np.hypot(points[:, 1], points[:, 2]) - 6e-3, 0.0)
        near_wall = wall + growth * np.hypot(behind, sideways)
        return np.asarray(np.minimum(np.maximum(finest, growth * away), near_wall))

    domain = Domain(
        shape.levels(cavity), LABELS["muscle"], middle - np.array(half), middle + np.array(half),
        sizing, finest, 4,
    )  # fmt: skip
    return generate(domain, improve=False)


def specimen(
    made: TetMesh,
    name: str,
    temperature: float,
    landmarks: Mapping[str, Floats],
    *,
    alive: bool = False,
) -> Case:
    """A case of a mesh of :func:`mesh`: dead tissue at one temperature, or living one at 37 degC.

    Parameters
    ----------
    made : TetMesh
    name : str
    temperature : float [degC]
        At the start, and of the outer surface for ever.
    landmarks : mapping of str to (3,) array [m]
    alive : bool
        Whether perfusion and metabolism are those of the library, or none.

    Returns
    -------
    Case
    """
    names = {label: region for region, label in LABELS.items() if label in made.labels}
    case = Case.from_mesh(
        made,
        {label: TISSUES[region] for label, region in names.items()},
        names=names,
        name=name,
        boundary=Boundary("temperature", temperature),
        initial_temperature=temperature,
        landmarks=landmarks,
    )
    if alive:
        return case
    nothing = {"perfusion": 0.0, "metabolic_heat": 0.0}
    return with_region_changes(case, dict.fromkeys(names.values(), nothing))


def _prism(centre: float, depth: float, width: float, power: int = 4) -> Level:
    """Upright prism: a superellipse of half extents depth (x, about a centre) and width (y)."""

    def level(points: Floats) -> Floats:
        u, v = (points[:, 0] - centre) / depth, points[:, 1] / width
        return min(depth, width) * ((np.abs(u) ** power + np.abs(v) ** power) ** (1 / power) - 1.0)

    return level


def _slab(axis: int, low: float, high: float) -> Level:
    return lambda points: np.maximum(low - points[:, axis], points[:, axis] - high)


def _ball(centre: Floats, radius: float) -> Level:
    return lambda points: np.asarray(np.linalg.norm(points - centre, axis=1) - radius)


def _within(*levels: Level) -> Level:
    return lambda points: np.max([level(points) for level in levels], axis=0)
