"""The parametric spine as a scene: any vertebra from T1 to L5 with what lies around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from mwa_sim.anatomy.measures import place_of
from mwa_sim.anatomy.scene import Piece, Scene, Skin
from mwa_sim.anatomy.segment import Segment, build_chain
from mwa_sim.anatomy.spinal_contents import Contents
from mwa_sim.anatomy.spine_regions import Regions
from mwa_sim.anatomy.spine_spec import Compression, SpineSpec
from mwa_sim.anatomy.surroundings import AORTA_SPAN, BEHIND_TIPS, FAT, SKIN
from mwa_sim.mesh.tetmesh import Floats

__all__ = ["Compression", "SpineSpec", "parametric_scene"]

_MM = 1e-3
#: Cortical bone in the posterior elements, by volume: plates of about 6.5 mm with 1.2 mm of cortex
#: on either side are cortical by 0.37; thick parts are less so, thin ones more (assumption).
POSTERIOR_CORTEX = 0.40
#: Cortical bone in ribs, by volume: a cortex of about 0.8 mm around 7 x 12 mm (assumption).
RIB_CORTEX = 0.35


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
    anatomy = Regions(spec, chain, treated, contents, low, high)
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
        notes=tuple(_notes(spec, chain)),
        origin=f"parametric spine {spec.level}, dimensions after published morphometry",
    )


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


def _notes(spec: SpineSpec, chain: list[Segment]) -> list[str]:
    """What the user should know."""
    levels = [s.size.level for s in chain]
    found = [
        "Dimensions are means of published tables, most of them quoted and not read in the "
        "original; shapes between them follow textbook drawings."
    ]
    if spec.stature is not None:
        found.append(
            f"All lengths are scaled by {spec.factor:.3g}, in proportion to stature (assumption)."
        )
    if spec.compression is not None:
        c = spec.compression
        found.append(
            f"The body has lost {100 * c.loss:.0f} % of its height ({c.kind}, grade {c.grade})."
        )
    if "C7" in levels:
        found.append("Cervical vertebrae are approximated by a smaller T1.")
    if "S1" in levels:
        found.append("The sacrum is approximated by a tapering vertebra with rough wings.")
    place = place_of(spec.level)
    if place < place_of("T12"):
        found.append("Lungs and pleura beside the spine are muscle.")
    if spec.vessels and place < AORTA_SPAN[0]:
        found.append("Above T4 no great vessel is modelled.")
    found.append("The dura is part of the csf; the facet joints and ligaments are muscle.")
    return found
