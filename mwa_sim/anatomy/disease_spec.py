"""What can be said about disease in a recipe or in Python: tumour, lost wall, target margin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from mwa_sim.mesh.tetmesh import Floats
from mwa_sim.spec import Angle, Length, PositiveLength, Spec, problems
from mwa_sim.units import format_quantity

_MM = 1e-3
#: Lobes outside this range are refused: below it nothing is left to mesh, and the largest body is
#: 60 mm wide.
SMALLEST, LARGEST = 1.0 * _MM, 45.0 * _MM

#: Tissue of the library for each kind of tumour.
TISSUES = {
    "lytic": "metastasis_lytic",
    "mixed": "metastasis_mixed",
    "hypervascular lytic": "metastasis_lytic_hypervascular",
    "hypervascular mixed": "metastasis_mixed_hypervascular",
}


def _three(value: Any) -> Any:
    """One radius stands for three equal ones."""
    return (value,) * 3 if isinstance(value, str | int | float) else value


Radii = Annotated[tuple[PositiveLength, PositiveLength, PositiveLength], BeforeValidator(_three)]
"""Three half axes [m], or one for a sphere."""
Centre = tuple[Length, Length, Length]
"""x anterior, y left, z cranial, from the centre of the body [m]."""


def _radius_lines(radii: tuple[float, ...]) -> list[str]:
    wrong = [r for r in radii if not SMALLEST <= r <= LARGEST]
    if not wrong:
        return []
    given = ", ".join(format_quantity(r, "mm", "length") for r in dict.fromkeys(wrong))
    return [
        f"radii: expected between {1e3 * SMALLEST:g} mm and {1e3 * LARGEST:g} mm, got {given}; "
        "a radius is half the extent"
    ]


class Lobe(Spec):
    """An ellipsoid.

    Attributes
    ----------
    centre : three lengths [m]
        x anterior, y left, z cranial, from the centre of the body.
    radii : three lengths, or one [m]
    rotation : three angles [rad]
        About x, then y, then z (fixed axes, right-handed).
    """

    centre: Centre
    radii: Radii
    rotation: tuple[Angle, Angle, Angle] = (0.0, 0.0, 0.0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if lines := _radius_lines(self.radii):
            raise problems(*lines)
        return self


class Tumour(Spec):
    """A metastasis: one ellipsoid, several lobes, or any level function.

    Attributes
    ----------
    centre, radii, rotation : optional
        One lobe, as in :class:`Lobe`.
    lobes : tuple of Lobe
        Instead of, or beside, the one above.
    fillet : float [m]
        Over which lobes join.
    level : callable, optional
        Points (n, 3) [m] to values (n,), negative inside: a tumour from a mask, given in Python.
    kind : {"lytic", "mixed", "hypervascular lytic", "hypervascular mixed"}
    breach : bool
        Whether it may grow out of the bone; otherwise it is clipped inside it.
    clearance : float [m]
        Bone left between a clipped tumour and the surface.
    """

    centre: Centre | None = None
    radii: Radii | None = None
    rotation: tuple[Angle, Angle, Angle] = (0.0, 0.0, 0.0)
    lobes: tuple[Lobe, ...] = ()
    fillet: PositiveLength = 3.0 * _MM
    level: Callable[[Floats], Floats] | None = Field(default=None, repr=False)
    kind: Literal["lytic", "mixed", "hypervascular lytic", "hypervascular mixed"] = "lytic"
    breach: bool = False
    clearance: PositiveLength = 2.5 * _MM

    @model_validator(mode="after")
    def _complete(self) -> Self:
        lines = []
        if (self.centre is None) != (self.radii is None):
            missing = "radii" if self.radii is None else "centre"
            lines.append(f'{missing}: missing; write {missing} = ["9 mm", "10 mm", "8 mm"]')
        elif self.radii is not None:
            lines += _radius_lines(self.radii)
        if self.level is None and self.centre is None and self.radii is None and not self.lobes:
            lines.append("expected centre and radii, or one or more [[recipe.tumour.lobes]]")
        if self.level is not None and (self.centre is not None or self.lobes):
            lines.append("expected either a level function or lobes, not both")
        if lines:
            raise problems(*lines)
        return self

    @property
    def all_lobes(self) -> tuple[Lobe, ...]:
        """Every lobe, the one given by centre and radii first."""
        if self.centre is None or self.radii is None:
            return self.lobes
        first = Lobe(centre=self.centre, radii=self.radii, rotation=self.rotation)
        return (first, *self.lobes)

    def path(self, lobe: int) -> str:
        """Key of a lobe's centre, for messages."""
        own = self.centre is not None
        return "tumour.centre" if own and lobe == 0 else f"tumour.lobes[{lobe - own}].centre"


class WallDefect(Spec):
    """A lost part of the posterior wall, through which the tumour bulges into the epidural space.

    The wall was involved in 49 of the 140 vertebrae of Chen 2022.

    Attributes
    ----------
    width, height : float [m]
        Of the hole; where it is follows the tumour. Where not given, no more than the wall has.
    bulge : float [m]
        Height of the dome behind the wall (assumption: about the anterior epidural space). Contents
        of the dural sac are not displaced: the dome ends at the dura.
    """

    width: PositiveLength = 12.0 * _MM
    height: PositiveLength = 10.0 * _MM
    bulge: PositiveLength = 2.0 * _MM


class Disease(Spec):
    """All disease of one vertebra.

    Attributes
    ----------
    tumour : Tumour or None
    wall_defect : WallDefect or None
    ctv_margin : float or None [m]
        Marrow this close to the tumour becomes the region ``ctv_margin``; with the tumour it is
        the clinical target volume.
    """

    tumour: Tumour | None = None
    wall_defect: WallDefect | None = None
    ctv_margin: PositiveLength | None = None


def extent(tumour: Tumour, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Box that holds a tumour [m]; that of the scene for a level function.

    Parameters
    ----------
    tumour : Tumour
    low, high : (3,) float array [m]
        Corners of the scene's box.
    """
    lobes = tumour.all_lobes
    if not lobes:
        return low, high
    centres = np.array([lobe.centre for lobe in lobes])
    # Room for any rotation, and for the fillet, which adds at most a quarter of its radius.
    reach = np.array([max(lobe.radii) for lobe in lobes])[:, None] + tumour.fillet
    return (centres - reach).min(axis=0), (centres + reach).max(axis=0)
