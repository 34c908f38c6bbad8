"""What is to be meshed: level functions in order of priority, sizes, and what must be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import MeshError
from mwa_sim.mesh.octree import Sizing
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

#: Called between the stages of meshing with what is being done and the fraction done, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Layer:
    """A skin of a region, one element thick: what is too thin to be meshed as a region.

    Attributes
    ----------
    label : int
        Label of the skin.
    of : int
        Region whose elements become skin where they touch its surface.
    thickness : float [m]
        Depth to which the inner side of the skin is drawn.
    """

    label: int
    of: int
    thickness: float


@dataclass(frozen=True)
class Domain:
    """What is to be meshed.

    Attributes
    ----------
    levels : sequence of (label, level function)
        In order of priority: a point belongs to the first region whose function is negative. A
        label may come more than once: a region of several pieces.
    background : int
        Label of what no region claims.
    low, high : (3,) float array [m]
        Corners of the outer box; the high corner moves out to a whole number of coarsest cubes.
    sizing : callable
        Wanted edge length at points [m]; see :func:`mwa_sim.mesh.octree.build_octree`.
    finest : float [m]
        Edge length of the smallest cubes.
    depth : int
        Number of halvings from the coarsest to the finest cube.
    layers : sequence of Layer
        Skins made after the regions.
    volumes : mapping of int to float [m3]
        Wanted volume of a region in the box, with its skin, less what regions of higher priority
        take of it: from the voxels of a label map, or what a closed surface encloses. The surface
        of the region is shifted evenly to meet it. Regions without entry keep the zero of their
        level function.
    islands : float [m3]
        Pieces of a region smaller than this become what surrounds them; the largest piece of a
        region always stays.
    names : mapping of int to str
        Names of the regions for messages.
    """

    levels: Sequence[tuple[int, Level]]
    background: int
    low: ArrayLike
    high: ArrayLike
    sizing: Sizing
    finest: float
    depth: int
    layers: Sequence[Layer] = field(default=())
    volumes: Mapping[int, float] = field(default_factory=dict)
    islands: float = 0.0
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[int, ...]:
        """Labels of all regions, in order of priority, the background and the skins last."""
        found = [label for label, _ in self.levels] + [self.background]
        return tuple(dict.fromkeys(found + [layer.label for layer in self.layers]))

    def named(self, label: int) -> str:
        """The region as a message calls it, such as ``3 (cord)``."""
        name = self.names.get(label)
        return f"{label} ({name})" if name else str(label)

    def check(self) -> None:
        """Refuse a domain that contradicts itself.

        Raises
        ------
        MeshError
            Listing every problem: labels used for two things, skins of unknown regions, volumes
            of unknown regions or that are not positive.
        """
        solids = {label for label, _ in self.levels}
        problems = []
        if self.background in solids:
            problems.append(
                "every region needs a label of its own, but the background has the label of "
                f"region {self.named(self.background)}"
            )
        seen = solids | {self.background}
        for layer in self.layers:
            if layer.label in seen:
                problems.append(
                    "every region needs a label of its own, but a skin has the label "
                    f"{self.named(layer.label)}, which is taken"
                )
            seen.add(layer.label)
            if len(_runs(self.levels, layer.of)) > 1:
                problems.append(
                    f"skin {self.named(layer.label)} is of region {self.named(layer.of)}, whose "
                    "pieces have other regions between them in the order of priority; put them "
                    "next to each other"
                )
            if layer.of not in solids:
                problems.append(
                    f"skin {self.named(layer.label)} is of region {self.named(layer.of)}, which is "
                    "not in the domain"
                )
        for label, volume in self.volumes.items():
            if label not in solids:
                problems.append(
                    f"a volume is wanted of {self.named(label)}, which is no region with a surface "
                    "of its own"
                )
            if not (np.isfinite(volume) and volume > 0.0):
                problems.append(
                    f"the wanted volume of region {self.named(label)} is {volume} m3, expected a "
                    "positive one"
                )
        if problems:
            raise MeshError(problems)

    def checked_levels(self) -> list[tuple[int, Level]]:
        """The level functions, refusing values that are not finite numbers."""
        return [(label, _checked(level, self.named(label))) for label, level in self.levels]


def _runs(levels: Sequence[tuple[int, Level]], label: int) -> list[int]:
    """Places where a run of pieces of a label begins."""
    own = [one == label for one, _ in levels]
    return [k for k, here in enumerate(own) if here and not (k and own[k - 1])]


def _checked(level: Level, name: str) -> Level:
    def finite(points: Floats) -> Floats:
        value = np.asarray(level(points), dtype=np.float64)
        if value.shape != (len(points),):
            raise MeshError(
                f"the level function of region {name} gave an array of shape {value.shape} for "
                f"{len(points)} points, expected one value per point"
            )
        bad = ~np.isfinite(value)
        if bad.any():
            where = ", ".join(f"{1e3 * c:.4g}" for c in points[np.argmax(bad)])
            raise MeshError(
                f"the level function of region {name} is not finite at {int(bad.sum())} of "
                f"{len(points)} points, first at ({where}) mm; it must be negative inside, "
                "positive outside and finite in the whole box"
            )
        return value

    return finite


def checked_sizing(sizing: Sizing) -> Sizing:
    """The sizing function, refusing sizes that are not positive numbers."""

    def positive(points: Floats) -> Floats:
        size = np.asarray(sizing(points), dtype=np.float64)
        bad = ~(size > 0.0)
        if bad.any():
            where = ", ".join(f"{1e3 * c:.4g}" for c in points[np.argmax(bad)])
            raise MeshError(
                f"the sizing function gave {size[np.argmax(bad)]} at ({where}) mm, expected a "
                "positive edge length in metres"
            )
        return size

    return positive
