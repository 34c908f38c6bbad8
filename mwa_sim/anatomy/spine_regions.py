"""Regions of the parametric spine as level functions in order of priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mwa_sim.anatomy.ribs import rib
from mwa_sim.anatomy.scene import Piece
from mwa_sim.anatomy.segment import ARCH_FILLET, NEAR, Segment, near
from mwa_sim.anatomy.shapes import bounded, smooth_max, smooth_min
from mwa_sim.anatomy.spinal_contents import Contents
from mwa_sim.anatomy.spine_spec import SpineSpec
from mwa_sim.anatomy.surroundings import (
    AORTA_SPAN,
    CAVA_FROM,
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

_MM = 1e-3
#: Regions smaller than this [m3] are left out: only a corner of them is inside the block.
LEAST = 60e-9


@dataclass(frozen=True)
class Regions:
    """Level functions of one scene.

    Attributes
    ----------
    spec : SpineSpec
    chain : list of Segment
    treated : Segment
        The one of the chain that is treated.
    contents : Contents
    low, high : (3,) float array [m]
        Corners of the block.
    """

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
        column = bounded(self.treated.column, *box, NEAR)(points)
        return smooth_min(column, self.posterior(points), ARCH_FILLET)

    def neighbours(self, points: Floats) -> Floats:
        """All other vertebrae."""
        value = np.full(len(points), np.inf)
        for segment in self.chain:
            if segment is not self.treated:
                np.minimum(value, near(segment, self._whole(segment))(points), out=value)
        return value

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

    def _whole(self, segment: Segment) -> Level:
        """A vertebra in its own coordinates, with the canal cut out of its arch."""

        def level(own: Floats) -> Floats:
            arch = smooth_max(
                segment.arch(own), -self.contents.canal(segment.world(own)), 1.0 * _MM
            )
            return smooth_min(segment.column(own), arch, ARCH_FILLET)

        return level

    def _arch(self, segment: Segment) -> Level:
        arch = near(segment, segment.arch)

        def cut(points: Floats) -> Floats:
            value = arch(points)
            close = np.flatnonzero(value < NEAR / 2.0)
            canal = self.contents.canal(points[close])
            value[close] = smooth_max(value[close], -canal, 1.0 * _MM)
            return value

        return cut

    def _ribs(self) -> Level:
        ribs = [rib(s) for s in self.chain if 0.0 <= s.place <= 11.0]
        if not ribs:
            return lambda points: np.full(len(points), 1.0)
        return lambda points: np.asarray(np.min([level(points) for level in ribs], axis=0))

    def _vessels(self) -> list[Piece]:
        bottom = self.chain[-1].place
        found = []
        if bottom > AORTA_SPAN[0]:
            vessel = aorta(self.chain, self.spec.factor)
            found += self._optional(Piece("aorta", "aorta_blood", vessel))
        if self.treated.place >= CAVA_FROM:
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
