"""What landmarks and needles need to know of an anatomy: five level functions, no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.surface_cloud import SurfaceCloud
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.units import parse_quantity

_MM = 1e-3
#: Box around the centre of the body that holds pedicles and arch of any vertebra.
_LOW, _HIGH = np.array([-72.0, -52.0, -46.0]) * _MM, np.array([36.0, 52.0, 46.0]) * _MM
#: Distances to bone and canal are interpolated between samples this far apart.
_SPACING = 1.0 * _MM
#: Pieces of a scene that a needle should not meet, or that say where the skin is.
_OTHERS = (
    "aorta", "vena_cava", "ribs", "nerve_roots", "dura", "neighbour_vertebrae", "lung", "skin",
    "subcutaneous_fat",
)  # fmt: skip

#: Nominal outer diameters [m]: tubing of ISO 9626 (key iso9626) from 10 to 18 gauge, which follows
#: the Birmingham wire gauge; 8 gauge is that wire gauge alone. Makers differ by a tenth.
GAUGES = {
    "8 G": 4.19 * _MM,
    "10 G": 3.40 * _MM,
    "11 G": 3.05 * _MM,
    "12 G": 2.77 * _MM,
    "13 G": 2.41 * _MM,
    "14 G": 2.11 * _MM,
    "15 G": 1.83 * _MM,
    "16 G": 1.65 * _MM,
    "17 G": 1.47 * _MM,
    "18 G": 1.27 * _MM,
}


@dataclass(frozen=True)
class AccessSpace:
    """Bone, canal and what else a needle may meet, around the centre of a vertebral body.

    Attributes
    ----------
    body, bone : level function
        Body of the treated vertebra; the whole treated vertebra.
    canal : level function
        Spinal canal; bone has priority over it.
    cord : level function
        Cord or cauda equina.
    others : dict of str to level function
        Such as ``"aorta"``, ``"ribs"`` or ``"skin"``.
    """

    body: Level
    bone: Level
    canal: Level
    cord: Level
    others: Mapping[str, Level] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene) -> AccessSpace:
        """The part of a scene that matters to needles."""
        others = {piece.name: piece.level for piece in scene.pieces if piece.name in _OTHERS}
        return cls(scene.body, scene.bone, scene.canal, scene.cord, others)

    def free_canal(self, points: Floats) -> Floats:
        """The canal without the bone that reaches into it, (n, 3) [m] -> (n,) [m]."""
        return np.maximum(self.canal(points), -self.bone(points))

    @cached_property
    def bone_surface(self) -> SurfaceCloud:
        """True distances to the surface of the bone."""
        return SurfaceCloud(self.bone, _LOW, _HIGH, _SPACING)

    @cached_property
    def canal_surface(self) -> SurfaceCloud:
        """True distances to the wall of the canal."""
        return SurfaceCloud(self.free_canal, _LOW, _HIGH, _SPACING)

    @cached_property
    def cord_surface(self) -> SurfaceCloud:
        """True distances to the cord."""
        return SurfaceCloud(self.cord, _LOW, _HIGH, _SPACING)


def needle_diameter(needle: str | float) -> float:
    """Outer diameter of a needle.

    Parameters
    ----------
    needle : str or float
        A gauge of :data:`GAUGES` such as ``"13 G"``, a length such as ``"2.4 mm"``, or metres.

    Returns
    -------
    float [m]
        Nominal (ISO 9626, key ``iso9626``; gauges above its range by the Birmingham wire gauge).

    Raises
    ------
    InputError
        If it is neither, or no needle is that thick.

    Examples
    --------
    >>> needle_diameter("13 G")
    0.00241
    """
    if isinstance(needle, str):
        bare = needle.strip().lower().replace("gauge", "g").replace("ga", "g").rstrip(".")
        if bare.endswith("g"):
            name = f"{bare[:-1].strip()} G"
            if name not in GAUGES:
                raise InputError(
                    f"needle: '{needle}' is not a known gauge{did_you_mean(name, GAUGES)}; "
                    f'write one of {", ".join(GAUGES)}, or a diameter like "2.4 mm"'
                )
            return GAUGES[name]
        diameter = parse_quantity(needle, "length")
    else:
        diameter = float(needle)
    if not 0.2 * _MM <= diameter <= 8.0 * _MM:
        raise InputError(
            f"needle: expected an outer diameter between 0.2 mm and 8 mm, got "
            f'{1e3 * diameter:g} mm; write a gauge like "13 G" or a length like "2.4 mm"'
        )
    return diameter
