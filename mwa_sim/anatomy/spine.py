"""The parametric spine as a scene: any vertebra from T1 to L5 with what lies around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mwa_sim.anatomy.ribs import rib
from mwa_sim.anatomy.scene import Piece, Scene, Skin
from mwa_sim.anatomy.segment import ARCH_FILLET, NEAR, Segment, build_chain, near, place_of
from mwa_sim.anatomy.shapes import bounded, smooth_max, smooth_min
from mwa_sim.anatomy.spinal_contents import Contents
from mwa_sim.anatomy.spine_spec import Compression, SpineSpec
from mwa_sim.anatomy.surroundings import (
    AORTA_SPAN,
    BEHIND_TIPS,
    CAVA_SPAN,
    FAT,
    FLOW_ABOVE,
    FLOW_BELOW,
    RENAL,
    SKIN,
    aorta,
    sampled_volume,
    vena_cava,
    vessel_tissue,
)
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

__all__ = ["Compression", "SpineSpec", "parametric_scene"]

_MM = 1e-3
#: Cortical bone in the posterior elements, by volume: plates of about 6.5 mm with 1.2 mm of cortex
#: on either side are cortical by 0.37; thick parts are less so, thin ones more (assumption).
POSTERIOR_CORTEX = 0.40
#: Cortical bone in ribs, by volume: a cortex of about 0.8 mm around 7 x 12 mm (assumption).
RIB_CORTEX = 0.35
#: Regions smaller than this are left out: only a corner of them is inside the block.
LEAST = 60e-9


def parametric_scene(spec: SpineSpec) -> Scene:
    """The scene of a parametric spine.

    Parameters
    ----------
    spec : SpineSpec

    Returns
    -------
    Scene
        Regions in order of priority: cancellous, posterior_elements, neighbour_vertebrae, ribs,
        disc, cord, cauda_equina, nerve_roots, csf, epidural_fat, aorta, vena_cava, skin,
        subcutaneous_fat, with muscle as background; a region that has no part in the block is left
        out. The cortical shell is a skin of the body and the pedicles.

    Examples
    --------
    >>> scene = parametric_scene(SpineSpec(level="T6"))
    >>> scene.classify(np.zeros((1, 3))).tolist(), scene.pieces[0].name
    ([0], 'cancellous')
    """
    half = _half_height(spec)
    chain = build_chain(spec.level, spec.sizes, spec.sunk, -half, half)
    treated = next(s for s in chain if s.size.level == spec.level)
    contents = Contents(chain)
    low, high = _block(spec, chain, treated, half)
    anatomy = _Anatomy(spec, chain, treated, contents, low, high)
    pieces = anatomy.pieces()
    fraction = min(spec.shell / spec.shell_layer, 1.0)
    tissues: dict[str, Any] = {
        "cortical_shell_mixture": _mixture(fraction),
        "posterior_elements_mixture": _mixture(POSTERIOR_CORTEX),
        "rib_mixture": _mixture(RIB_CORTEX),
        **anatomy.vessel_tissues(pieces),
    }
    return Scene(
        pieces=tuple(pieces),
        background=("muscle", "muscle"),
        low=low,
        high=high,
        body=treated.body,
        bone=anatomy.bone,
        canal=contents.canal,
        cord=contents.neural,
        skins=(Skin("cortical_shell", "cortical_shell_mixture", "cancellous", spec.shell_layer),),
        tissues={name: table for name, table in tissues.items() if _used(name, pieces)},
        landmarks=anatomy.landmarks(),
        organs_at_risk=_organs(pieces),
        notes=tuple(anatomy.notes()),
        origin=f"parametric spine {spec.level}, dimensions after published morphometry",
    )


@dataclass(frozen=True)
class _Anatomy:
    """Level functions of one scene."""

    spec: SpineSpec
    chain: list[Segment]
    treated: Segment
    contents: Contents
    low: Floats
    high: Floats

    def pieces(self) -> list[Piece]:
        """All regions with a part in the block."""
        c, lumbar = self.contents, self.treated.arch.lumbar
        column = bounded(self.treated.column, *self.treated.box(), NEAR)
        root_detail = (2.0 + 1.0 * lumbar) * _MM
        found = [
            Piece("cancellous", "bone_cancellous", column),
            Piece("posterior_elements", "posterior_elements_mixture", self.posterior),
            Piece("neighbour_vertebrae", "bone_cancellous", self.neighbours),
        ]
        if self.spec.ribs:
            found += self._optional(Piece("ribs", "rib_mixture", self._ribs()))
        found.append(Piece("disc", "intervertebral_disc", self.discs))
        # The cord is about 6 mm thick, the bundle of roots 6 to 8 mm.
        found += self._optional(Piece("cord", "spinal_cord", c.cord, detail=2.4 * _MM))
        found += self._optional(Piece("cauda_equina", "spinal_cord", c.cauda, detail=2.4 * _MM))
        found.append(Piece("nerve_roots", "spinal_cord", c.roots, detail=root_detail))
        found.append(Piece("csf", "csf", c.sac, detail=2.4 * _MM))
        found.append(Piece("epidural_fat", "epidural_fat", c.fat))
        if self.spec.vessels:
            found += self._vessels()
        if self.spec.skin:
            face = float(self.low[0])
            found.append(Piece("skin", "skin", lambda p: p[:, 0] - face - SKIN))
            found.append(Piece("subcutaneous_fat", "fat", lambda p: p[:, 0] - face - SKIN - FAT))
        return found

    def posterior(self, points: Floats) -> Floats:
        """Arch of the treated vertebra, outside the canal."""
        return self._arch(self.treated)(points)

    def bone(self, points: Floats) -> Floats:
        """The treated vertebra."""
        box = self.treated.box()
        return smooth_min(
            bounded(self.treated.column, *box, NEAR)(points), self.posterior(points), ARCH_FILLET
        )

    def neighbours(self, points: Floats) -> Floats:
        """All other vertebrae."""
        parts = []
        for segment in self.chain:
            if segment is not self.treated:
                column = near(segment, segment.column)(points)
                parts.append(smooth_min(column, self._arch(segment)(points), ARCH_FILLET))
        return np.asarray(np.min(parts, axis=0))

    def discs(self, points: Floats) -> Floats:
        """All discs; bone has priority over the rims that they cover."""
        parts = [
            _disc(upper, lower)(points)
            for upper, lower in zip(self.chain, self.chain[1:], strict=False)
        ]
        return np.asarray(np.min(parts, axis=0))

    def vessel_tissues(self, pieces: list[Piece]) -> dict[str, Any]:
        """Tables of the blood in the vessels."""
        flow = FLOW_ABOVE if self.treated.place < RENAL else FLOW_BELOW
        flows = {"aorta": flow, "vena_cava": FLOW_BELOW}
        return {
            f"{piece.name}_blood": vessel_tissue(
                piece.level, flows[piece.name], self.low, self.high
            )
            for piece in pieces
            if piece.name in flows
        }

    def landmarks(self) -> dict[str, Floats]:
        """Points that the construction knows."""
        found = {}
        for side, name in ((1, "left"), (-1, "right")):
            front, back = self.treated.arch.pedicle_axis(side)
            found[f"{name}_pedicle_axis_front"] = front
            found[f"{name}_pedicle_axis_back"] = back
            path = self.contents.root_path(self.treated, side)
            found[f"{name}_foramen"] = (path[1] + path[2]) / 2.0
        return found

    def notes(self) -> list[str]:
        """What the user should know."""
        spec, levels = self.spec, [s.size.level for s in self.chain]
        found = [
            "Dimensions are means of published tables, most of them quoted and not read in the "
            "original; shapes between them follow textbook drawings."
        ]
        if spec.stature is not None:
            found.append(
                f"All lengths are scaled by {spec.factor:.3g}, in proportion to stature "
                "(assumption)."
            )
        if spec.compression is not None:
            c = spec.compression
            found.append(
                f"The body has lost {100 * c.loss:.0f} % of its height ({c.kind}, grade {c.grade})."
            )
        if "C7" in levels:
            found.append("C7 is approximated by a smaller T1.")
        if "S1" in levels:
            found.append("The sacrum is approximated by a tapering vertebra without its wings.")
        place = self.treated.place
        if place < place_of("T12"):
            found.append("Lungs and pleura beside the spine are muscle.")
        if spec.vessels and place < AORTA_SPAN[0]:
            found.append("Above T4 no great vessel is modelled.")
        found.append("The dura is part of the csf; the facet joints and ligaments are muscle.")
        return found

    def _arch(self, segment: Segment) -> Level:
        arch = near(segment, segment.arch)

        def cut(points: Floats) -> Floats:
            return smooth_max(arch(points), -self.contents.canal(points), 1.0 * _MM)

        return cut

    def _ribs(self) -> Level:
        ribs = [rib(s) for s in self.chain if 0.0 <= s.place <= 11.0]
        if not ribs:
            return lambda points: np.full(len(points), 1.0)
        return lambda points: np.asarray(np.min([level(points) for level in ribs], axis=0))

    def _vessels(self) -> list[Piece]:
        top, bottom = self.chain[0].place, self.chain[-1].place
        found = []
        if bottom > AORTA_SPAN[0]:
            vessel = aorta(self.chain, self.spec.factor)
            found += self._optional(Piece("aorta", "aorta_blood", vessel))
        if bottom > CAVA_SPAN[0] and top < CAVA_SPAN[1] + 1.0:
            vessel = vena_cava(self.chain, self.spec.factor)
            found += self._optional(Piece("vena_cava", "vena_cava_blood", vessel))
        return found

    def _optional(self, piece: Piece) -> list[Piece]:
        volume = sampled_volume(piece.level, self.low, self.high, 2.5 * _MM)
        return [piece] if volume > LEAST else []


def _disc(upper: Segment, lower: Segment) -> Level:
    """Disc between two vertebrae; bone has priority over it."""
    over, under = upper.at_place(upper.body.below), lower.at_place(lower.body.above)
    s = lower.size
    corner = np.array([s.depth / 2.0 + 12 * _MM, s.endplate_width / 2.0 + 12 * _MM, 0.0])
    middle = (
        lower.world(np.array([[0.0, 0.0, s.height / 2.0]]))
        + upper.world(np.array([[0.0, 0.0, -upper.size.height / 2.0]]))
    )[0] / 2.0
    corner[2] = upper.size.disc_height / 2.0 + 10.0 * _MM

    def level(points: Floats) -> Floats:
        above, below = upper.local(points), lower.local(points)
        sides = smooth_min(upper.body.side(above)[0], lower.body.side(below)[0], 2.0 * _MM)
        # Inside the planes 1.5 mm beyond both endplates: no gap is left at the rounded rims.
        inside = np.maximum(-over(points), -under(points)) - 1.5 * _MM
        return smooth_max(sides - 0.4 * _MM, inside, 1.0 * _MM)

    return bounded(level, middle - corner, middle + corner, NEAR)


def _half_height(spec: SpineSpec) -> float:
    if spec.block is not None:
        return spec.block[2] / 2.0
    size = spec.sizes(spec.level)
    return max(size.height / 2.0 + 26.0 * _MM, 32.0 * _MM)


def _block(
    spec: SpineSpec, chain: list[Segment], treated: Segment, half: float
) -> tuple[Floats, Floats]:
    """Corners of the block: from the skin (or behind the tips) to in front of the vessels."""
    tips = [s.world(np.array([s.arch.spinous_axis[1]]))[0] for s in chain]
    end = (4.0 + 5.0 * treated.arch.lumbar) * _MM
    back = min(t[0] for t in tips if abs(t[2]) < half + 10.0 * _MM) - end - BEHIND_TIPS
    if spec.skin:
        back -= SKIN + FAT
    front = treated.size.depth / 2.0 + (34.0 if spec.vessels else 20.0) * _MM
    side = max(treated.size.transverse_span / 2.0 + 10.0 * _MM, 50.0 * _MM)
    low, high = np.array([back, -side, -half]), np.array([front, side, half])
    if spec.block is not None:
        wide = np.array(spec.block)
        low[1:], high[1:] = -wide[1:] / 2.0, wide[1:] / 2.0
        # The skin keeps its place, or the block would end in the air or in the middle of the back.
        high[0] = low[0] + wide[0]
    return low, high


def _mixture(cortical: float) -> dict[str, Any]:
    if cortical >= 1.0:
        return {"mixture": {"bone_cortical": 1.0}}
    share = round(cortical, 4)
    return {"mixture": {"bone_cortical": share, "bone_cancellous": round(1.0 - share, 4)}}


def _used(name: str, pieces: list[Piece]) -> bool:
    return name == "cortical_shell_mixture" or any(piece.tissue == name for piece in pieces)


def _organs(pieces: list[Piece]) -> dict[str, dict[str, Any]]:
    """Limits of the neural structures, as in the case files of the package."""
    names = {piece.name for piece in pieces}
    return {
        name: {"region": name, "max_temperature": "42 degC", "max_cem43": "10 min"}
        for name in ("cord", "cauda_equina", "nerve_roots")
        if name in names
    }
