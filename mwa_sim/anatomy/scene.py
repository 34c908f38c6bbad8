"""The implicit description that every source of anatomy comes down to.

A parametric spine, closed surfaces and a segmented scan all become a :class:`Scene`: regions as
level functions in order of priority, in one frame (x anterior, y left, z cranial, origin in the
centre of the vertebral body). Disease, landmarks, access, sizes and the mesher know nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats, Ints

#: Tells which of several tissues a point of a region has: points (n, 3) [m] -> (n,) whole numbers.
Classes = Callable[[Floats], Ints]


@dataclass(frozen=True)
class Piece:
    """A region as an implicit solid.

    Attributes
    ----------
    name : str
        Name of the region, such as ``"cord"``; used once in a scene.
    tissue : str
        Tissue of the library, or of :attr:`Scene.tissues`.
    level : level function
        Points (n, 3) [m] to values (n,), negative inside, about the distance [m] near zero.
    volume : float or None [m3]
        What the source says about the volume inside the box that no earlier piece claims: voxels
        of a label map, or what a closed surface encloses. None if the level function is the source.
    detail : float or None [m]
        Largest edge length at its surface that still shows its shape; None leaves it to the sizes
        of the mesh. A thin region (cord, dura, root) needs about its thickness divided by 1.5.
    """

    name: str
    tissue: str
    level: Level
    volume: float | None = None
    detail: float | None = None


@dataclass(frozen=True)
class Skin:
    """What is too thin to be meshed: a layer of elements at the surface of a region.

    Attributes
    ----------
    name, tissue : str
    of : str
        Piece whose elements become skin where they touch its surface.
    thickness : float [m]
        Depth to which the inner side of the layer is drawn.
    """

    name: str
    tissue: str
    of: str
    thickness: float


@dataclass(frozen=True)
class Paint:
    """Several tissues in one region, by element, such as densities read from a scan.

    Attributes
    ----------
    of : str
        Piece that is painted.
    names, tissues : tuple of str
        Region and tissue of each class; the first class keeps the name of the piece.
    classes : callable
        Class of points, whole numbers from 0.
    """

    of: str
    names: tuple[str, ...]
    tissues: tuple[str, ...]
    classes: Classes


@dataclass(frozen=True)
class Scene:
    """Anatomy as level functions, ready to receive a tumour and to be meshed.

    Attributes
    ----------
    pieces : tuple of Piece
        In order of priority: a point belongs to the first piece whose level is negative.
    background : tuple of str
        Name and tissue of the rest of the box.
    low, high : (3,) float array [m]
        Corners of the box.
    body, bone : level function
        Body of the treated vertebra; the whole treated vertebra with its body.
    canal : level function
        Spinal canal with all it contains; bone has priority over it.
    cord : level function
        Cord or cauda equina.
    skins : tuple of Skin
    paints : tuple of Paint
    tissues : dict of str to dict
        Tissues of this anatomy only, as ``[tissue.NAME]`` tables of a case file.
    landmarks : dict of str to (3,) float array [m]
        Points that the source knows; the others are found in the level functions.
    organs_at_risk : dict of str to dict
        As ``[organs_at_risk]`` tables of a case file.
    notes : tuple of str
        Sentences for the user: what was missing and completed, repaired or assumed.
    origin : str
        Where the anatomy comes from.
    offset : (3,) float array [m]
        Origin of this frame in the coordinates of the source (along the axes of this frame).
    """

    pieces: tuple[Piece, ...]
    background: tuple[str, str]
    low: Floats
    high: Floats
    body: Level
    bone: Level
    canal: Level
    cord: Level
    skins: tuple[Skin, ...] = ()
    paints: tuple[Paint, ...] = ()
    tissues: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    landmarks: Mapping[str, Floats] = field(default_factory=dict)
    organs_at_risk: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    origin: str = ""
    offset: Floats = field(default_factory=lambda: np.zeros(3))

    def changed(self, **values: Any) -> Scene:
        """A copy with other values."""
        return replace(self, **values)

    def piece(self, name: str) -> Piece:
        """The piece of a name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for piece in self.pieces:
            if piece.name == name:
                return piece
        raise KeyError(name)

    def classify(self, points: Floats) -> Ints:
        """Position of the piece that each point belongs to, ``len(pieces)`` for the background."""
        found = np.full(len(points), len(self.pieces), dtype=np.int64)
        free: NDArray[np.int64] = np.arange(len(points))
        for place, piece in enumerate(self.pieces):
            inside = piece.level(points[free]) < 0.0
            found[free[inside]] = place
            free = free[~inside]
        return found
