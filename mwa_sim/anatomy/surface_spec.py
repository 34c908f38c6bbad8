"""What can be said about an anatomy from closed surfaces."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mwa_sim.anatomy.measures import LEVELS
from mwa_sim.anatomy.surface_units import checked_axes
from mwa_sim.errors import InputError
from mwa_sim.spec import PositiveLength, Spec, problems
from mwa_sim.spec_paths import did_you_mean

_MM = 1e-3
#: Names of the treated vertebra, besides its level.
TREATED = ("vertebra", "bone")
TREATED_NAMES = frozenset(TREATED)
#: Vertebrae that may be given, downwards.
VERTEBRAE = ("C7", *LEVELS, "S1")
#: Regions other than vertebrae, in order of priority after bone, with their tissues.
REGIONS = {
    "disc": "intervertebral_disc",
    "cord": "spinal_cord",
    "cauda_equina": "spinal_cord",
    "nerve_roots": "spinal_cord",
    "csf": "csf",
    "dura": "dura",
    "epidural_fat": "epidural_fat",
    "canal": "epidural_fat",
    "aorta": "blood",
    "vena_cava": "blood",
    "ribs": "rib_mixture",
    "subcutaneous_fat": "fat",
}
#: Every name that a surface may have.
NAMES = (*TREATED, *VERTEBRAE, "neighbour_vertebrae", "tumour", *REGIONS)


class SurfaceSpec(Spec):
    """Anatomy from closed surfaces.

    Attributes
    ----------
    surfaces : dict of str to path
        File (.stl, .obj, .ply, .vtp) of each region: the treated vertebra as ``"vertebra"`` or by
        its level, its neighbours by their levels, and any of ``tumour``, ``disc``, ``cord``,
        ``cauda_equina``, ``csf``, ``canal``, ``epidural_fat``, ``aorta``, ``vena_cava`` and
        others. What is not given is completed and said in the notes.
    level : str
        Treated level, for the sizes of what is completed; found from the names if one vertebra is
        given.
    length_unit : {"auto", "mm", "m", "cm", "um", "inch"}
        Of the files; "auto" compares the size of the vertebra.
    axes : str
        Where x, y, z of the files point to: ``"ALS"`` is anterior, left, superior.
    block : three lengths [m]
        Extent of the model in x, y, z, around the body.
    cortex : length [m]
        Thickness of the cortex of the body.
    shell : length [m]
        Thickness of the layer of elements that stands for it.
    """

    surfaces: dict[str, Path] = Field(min_length=1)
    level: str = ""
    length_unit: Literal["auto", "mm", "m", "cm", "um", "inch"] = "auto"
    axes: str = "ALS"
    block: tuple[PositiveLength, PositiveLength, PositiveLength] = (
        112.0 * _MM,
        112.0 * _MM,
        72.0 * _MM,
    )
    cortex: PositiveLength = 0.4 * _MM
    shell: PositiveLength = 1.2 * _MM

    @field_validator("axes")
    @classmethod
    def _axes(cls, text: str) -> str:
        try:
            return checked_axes(text)
        except InputError as error:
            raise problems(*error.problems) from None

    @model_validator(mode="after")
    def _names(self) -> Self:
        wrong = [
            f"surfaces.{name}: no region has this name{did_you_mean(name, NAMES)}; known are a "
            f"level such as L3, {', '.join(n for n in NAMES if n not in VERTEBRAE)}"
            for name in self.surfaces
            if name not in NAMES
        ]
        if self.level and self.level not in LEVELS:
            wrong.append(f"level: expected one of {LEVELS[0]} to {LEVELS[-1]}, got '{self.level}'")
        treated = [n for n in self.surfaces if n in TREATED or n == self.treated_level]
        if len(treated) != 1:
            given = ", ".join(treated) or "none"
            wrong.append(
                "surfaces: expected one surface of the treated vertebra, as vertebra = FILE or by "
                f"its level, got {given}"
            )
        if not self.treated_level:
            wrong.append('level: which level is treated? write level, such as level = "L3"')
        if wrong:
            raise problems(*wrong)
        return self

    @property
    def treated_level(self) -> str:
        """Level of the treated vertebra; empty if it is not said."""
        if self.level or not TREATED_NAMES.isdisjoint(self.surfaces):
            return self.level
        named = [name for name in self.surfaces if name in LEVELS]
        return named[0] if len(named) == 1 else ""

    @property
    def treated(self) -> str:
        """Name under which the treated vertebra is given."""
        return next(n for n in self.surfaces if n in TREATED or n == self.treated_level)
