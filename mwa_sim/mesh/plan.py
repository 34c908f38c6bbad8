"""A domain made ready for meshing: numbered regions, surfaces in order, volumes to be met."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.domain import Domain, Layer
from mwa_sim.mesh.sampling import sampled_volume
from mwa_sim.mesh.stuffing import Level, carve
from mwa_sim.mesh.tetmesh import Floats, Ints
from mwa_sim.mesh.volumes import Target, is_thin


class Plan:
    """A domain with its regions numbered by priority: pieces, background, skins.

    Parameters
    ----------
    domain : Domain

    Attributes
    ----------
    pieces : list of (label, level function)
    background : int
        Number of the background; that of the piece k is k.
    layers : list of int
        Numbers of the skins.
    labels : int array
        Label of each number.
    order : list of (number, level function, value)
        Surfaces in order of priority, see :func:`mwa_sim.mesh.surfaces.find_surfaces`.
    places : list of tuple of int
        For each piece, the surfaces that follow its level function, the outermost last.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.pieces = _merged(domain.checked_levels())
        self.background = len(self.pieces)
        self.layers = [self.background + 1 + k for k in range(len(domain.layers))]
        labels = [label for label, _ in self.pieces] + [domain.background]
        self.labels: Ints = np.array(labels + [layer.label for layer in domain.layers], np.int64)
        self.order: list[tuple[int, Level, float]] = []
        self.places: list[tuple[int, ...]] = []
        for number, (label, level) in enumerate(self.pieces):
            first = len(self.order)
            skin = next((k for k, one in enumerate(domain.layers) if one.of == label), None)
            if skin is None:
                self.order.append((number, level, 0.0))
            else:
                self.order.append((number, level, -domain.layers[skin].thickness))
                self.order.append((self.layers[skin], level, 0.0))
            self.places.append(tuple(range(first, len(self.order))))

    def skinned(self, tets: Ints, regions: Ints, layer: Layer, place: int) -> Ints:
        """Give the number of the skin to the elements that touch the surface of their region."""
        own = np.flatnonzero(self.labels[: self.background] == layer.of)
        inner = set(range(int(own[-1]) + 1)) | {place}
        outside: NDArray[np.bool_] = ~np.isin(regions, list(inner))
        surface = np.zeros(int(tets.max()) + 1, dtype=bool)
        surface[tets[outside]] = True
        skin = np.isin(regions, own) & surface[tets].any(axis=1)
        return np.where(skin, place, regions)

    def target(self, label: int, volume: float, source: str) -> Target:
        """A wanted volume of a region with its skin."""
        own = [k for k, (one, _) in enumerate(self.pieces) if one == label]
        places = tuple(place for k in own for place in self.places[k])
        outer = tuple(self.places[k][-1] for k in own)
        return Target(label, self.group(label), places, outer, volume, source)

    def group(self, label: int) -> tuple[int, ...]:
        """Numbers of the pieces and skins of a region."""
        own = [k for k, (one, _) in enumerate(self.pieces) if one == label]
        skins = zip(self.domain.layers, self.layers, strict=True)
        return (*own, *[place for layer, place in skins if layer.of == label])

    def wanted(
        self, nodes: Floats, tets: Ints, regions: Ints, lattice: tuple[Floats, Ints]
    ) -> list[Target]:
        """Volumes to be met: those asked for, and of thin regions what their functions enclose."""
        found = []
        levels = [level for _, level in self.pieces]
        for label in dict.fromkeys(label for label, _ in self.pieces):
            group = self.group(label)
            if label in self.domain.volumes:
                found.append(self.target(label, self.domain.volumes[label], "wanted"))
            elif is_thin(nodes, tets, np.isin(regions, group)):
                own = [k for k in group if k < self.background]
                volume = sum(sampled_volume(*lattice, levels, k) for k in own)
                found.append(self.target(label, volume, "implicit"))
        rest = regions == self.background
        if levels and is_thin(nodes, tets, rest):
            # It has no surface of its own to be shifted: its volume can only be reported.
            left = sampled_volume(*lattice, [*levels, _outside(levels)], self.background)
            found.append(
                Target(self.domain.background, (self.background,), (), (), left, "implicit")
            )
        return [target for target in found if target.volume > 0.0]

    def carved(self, lattice: tuple[Floats, Ints], shifts: Floats) -> tuple[Floats, Ints, Ints]:
        """The lattice cut along the surfaces, each moved outwards by its shift [m]."""
        moved = [
            (k, _shifted(level, float(shifts[self.places[k][-1]])))
            for k, (_, level) in enumerate(self.pieces)
        ]
        return carve(*lattice, moved, self.background)


def _merged(levels: list[tuple[int, Level]]) -> list[tuple[int, Level]]:
    """Neighbours of one label in the order of priority become one level function."""
    found: list[tuple[int, Level]] = []
    for label, level in levels:
        if found and found[-1][0] == label:
            found[-1] = (label, _union(found[-1][1], level))
        else:
            found.append((label, level))
    return found


def _union(first: Level, second: Level) -> Level:
    return lambda points: np.minimum(first(points), second(points))


def _shifted(level: Level, shift: float) -> Level:
    return level if shift == 0.0 else lambda points: level(points) - shift


def _outside(levels: list[Level]) -> Level:
    return lambda points: -np.min([level(points) for level in levels], axis=0)
