"""What describes a parametric spine: level, size of the patient, measured lengths, compression."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mwa_sim.anatomy.body import style
from mwa_sim.anatomy.measures import LEVELS, MEASURABLE, Measures, implausible, measures, place_of
from mwa_sim.quantities import quantity
from mwa_sim.spec import PositiveLength, Spec, problems

_MM = 1e-3
#: Mean stature of the sample behind the table (assumption: adults of both sexes; the sample's own
#: stature is not known). Vertebrae are taken as proportional to stature.
MEAN_STATURE = 1.68
_Scale = Annotated[float, Field(ge=0.7, le=1.35)]
_Stature = Annotated[float, quantity("length", at_least=1.2, at_most=2.2)]
_Shell = Annotated[float, quantity("length", at_least=0.25 * _MM, at_most=0.9 * _MM)]
_Layer = Annotated[float, quantity("length", at_least=0.4 * _MM, at_most=3.0 * _MM)]
_Loss = Annotated[float, Field(ge=0.0, le=0.75)]
Level17 = Literal[
    "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12",
    "L1", "L2", "L3", "L4", "L5",
]  # fmt: skip


class Compression(Spec):
    """Fracture of the body, named after H. K. Genant et al. 1993 (genant1993).

    Attributes
    ----------
    kind : {"wedge", "biconcave", "crush"}
        Which height is lost: the anterior one (the middle one loses half as much), the middle one,
        or all three.
    loss : float
        Fraction of that height that is lost, at most 0.75. Grade 1 is 0.20 to 0.25, grade 2 up to
        0.40, grade 3 above.
    """

    kind: Literal["wedge", "biconcave", "crush"] = "wedge"
    loss: _Loss

    @property
    def grade(self) -> int:
        """Grade of the fracture, 0 to 3; below a fifth of the height it counts as none."""
        return sum(self.loss >= edge for edge in (0.20, 0.25, 0.40))

    def applied(self, size: Measures) -> tuple[Measures, float]:
        """Dimensions after the fracture, and how much deeper the middle of each endplate lies [m].

        Parameters
        ----------
        size : Measures

        Returns
        -------
        Measures, float
        """
        left = 1.0 - self.loss
        if self.kind == "wedge":
            return replace(size, anterior_height=size.anterior_height * left), 0.0
        if self.kind == "biconcave":
            # The middle height is measured between the hollow endplates.
            hollow = sum(style(place_of(size.level)).concavity) * size.posterior_height
            return size, self.loss * (size.height - hollow) / 2.0
        return replace(
            size,
            anterior_height=size.anterior_height * left,
            posterior_height=size.posterior_height * left,
        ), 0.0


class SpineSpec(Spec):
    """A vertebra from T1 to L5 with its surroundings, from published morphometry.

    Attributes
    ----------
    level : {"T1", ..., "T12", "L1", ..., "L5"}
    scale : float or None
        Size relative to the table, all lengths alike.
    stature : float or None [m]
        Height of the patient; scales all lengths by stature / 1.68 m (plain proportion, an
        assumption). Give this or ``scale``.
    dimensions : dict of str to float [m]
        Lengths measured in the patient at this level, not scaled: ``endplate_width``,
        ``endplate_depth``, ``posterior_height``, ``anterior_height``, ``canal_width``,
        ``canal_depth``, ``pedicle_width``, ``pedicle_height``, ``disc_height`` (below and above),
        ``transverse_span``, ``spinous_length``.
    compression : Compression or None
    shell : float [m]
        Thickness of the cortical shell; 0.4 mm is the default (silva1994 measured 0.35 mm).
    shell_layer : float [m]
        Thickness of the layer of elements that stands for it, with a mixture of cortical and
        cancellous bone that holds as much cortical bone.
    vessels, ribs, skin : bool
        Whether to model aorta and vena cava, ribs, skin and subcutaneous fat of the back.
    block : three lengths or None [m]
        Extent of the block along x, y and z. None takes what the level needs.
    """

    level: Level17
    scale: _Scale | None = None
    stature: _Stature | None = None
    dimensions: dict[str, PositiveLength] = Field(default_factory=dict)
    compression: Compression | None = None
    shell: _Shell = 0.4 * _MM
    shell_layer: _Layer = 1.2 * _MM
    vessels: bool = True
    ribs: bool = True
    skin: bool = True
    block: tuple[PositiveLength, PositiveLength, PositiveLength] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> SpineSpec:
        found = []
        if self.scale is not None and self.stature is not None:
            found.append("scale, stature: give one of the two")
        known = {k: v for k, v in self.dimensions.items() if k in MEASURABLE}
        found += [
            f"dimensions.{name}: unknown; expected one of {', '.join(MEASURABLE)}"
            for name in self.dimensions
            if name not in MEASURABLE
        ]
        found += implausible(self.level, known, self.factor)
        if self.shell_layer < self.shell:
            found.append("shell_layer: expected at least the thickness of the shell")
        if self.block is not None and (small := self._small()):
            found.append(small)
        if found:
            raise problems(*found)
        return self

    @property
    def factor(self) -> float:
        """Size relative to the table."""
        if self.scale is not None:
            return self.scale
        return 1.0 if self.stature is None else self.stature / MEAN_STATURE

    def sizes(self, level: str) -> Measures:
        """Dimensions of a level of this patient; measured lengths hold for the treated one only.

        A measured disc height holds for the discs above and below.
        """
        size = measures(level).scaled(self.factor)
        if level == self.level:
            size = size.measured(self.dimensions)
            if self.compression is not None:
                size = self.compression.applied(size)[0]
        elif "disc_height" in self.dimensions and level == _above(self.level):
            size = size.measured({"disc_height": self.dimensions["disc_height"]})
        return size

    @property
    def sunk(self) -> float:
        """Extra depth of the endplates of the treated body [m]."""
        if self.compression is None:
            return 0.0
        whole = measures(self.level).scaled(self.factor).measured(self.dimensions)
        return self.compression.applied(whole)[1]

    def _small(self) -> str:
        size = measures(self.level).scaled(self.factor)
        need = (size.depth + 60.0 * _MM, size.endplate_width + 30.0 * _MM, size.height + 25.0 * _MM)
        given = self.block or need
        if all(g >= n for g, n in zip(given, need, strict=True)):
            return ""
        text = ", ".join(f"{n / _MM:.0f} mm" for n in need)
        return f"block: too small for {self.level}; expected at least ({text})"


def _above(level: str) -> str:
    place = LEVELS.index(level)
    return LEVELS[place - 1] if place else "C7"
