"""What anatomies from closed surfaces and from label maps have in common: tissues and organs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mwa_sim.anatomy.scene import Piece
from mwa_sim.anatomy.spine import POSTERIOR_CORTEX, RIB_CORTEX
from mwa_sim.anatomy.surroundings import (
    FLOW_ABOVE,
    FLOW_BELOW,
    RENAL,
    sampled_volume,
    vessel_tissue,
)
from mwa_sim.mesh.tetmesh import Floats

#: Regions with a limit for the heat that they may get.
_NEURAL = ("cord", "cauda_equina", "nerve_roots")
#: A vessel with less than this in the block stays ordinary blood [m3].
_LEAST = 60e-9


def bone_tissues(cortex: float, shell: float) -> dict[str, dict[str, Any]]:
    """Tables of bone that is part cortical, part cancellous.

    Parameters
    ----------
    cortex, shell : float [m]
        Thickness of the cortex, and of the layer of elements that stands for it.
    """
    return {
        "cortical_shell_mixture": mixture(min(1.0, cortex / shell)),
        "posterior_elements_mixture": mixture(POSTERIOR_CORTEX),
        "rib_mixture": mixture(RIB_CORTEX),
    }


def mixture(cortical: float) -> dict[str, Any]:
    """Table of a tissue with this share of cortical bone, the rest cancellous."""
    share = round(cortical, 4)
    if share >= 1.0:
        return {"mixture": {"bone_cortical": 1.0}}
    return {"mixture": {"bone_cortical": share, "bone_cancellous": round(1.0 - share, 4)}}


def with_flowing_blood(
    pieces: Sequence[Piece], place: float, low: Floats, high: Floats
) -> tuple[list[Piece], dict[str, Mapping[str, Any]]]:
    """Give vessels blood that is replaced as in those of the parametric spine.

    Parameters
    ----------
    pieces : sequence of Piece
    place : float
        Place of the treated level along the spine, 0 at T1 to 16 at L5.
    low, high : (3,) float array [m]
        Corners of the block.

    Returns
    -------
    pieces : list of Piece
    tissues : dict of str to mapping
        Tables ``aorta_blood`` and ``vena_cava_blood``, where they are needed.
    """
    flows = {"aorta": FLOW_ABOVE if place < RENAL else FLOW_BELOW, "vena_cava": FLOW_BELOW}
    tissues: dict[str, Mapping[str, Any]] = {}
    found = []
    for piece in pieces:
        if piece.name in flows and sampled_volume(piece.level, low, high, 2.5e-3) > _LEAST:
            tissue = f"{piece.name}_blood"
            tissues[tissue] = vessel_tissue(piece.level, flows[piece.name], low, high)
            piece = replace(piece, tissue=tissue)
        found.append(piece)
    return found, tissues


def used(tissues: Mapping[str, Any], pieces: Sequence[Piece]) -> dict[str, Any]:
    """The tables that pieces use; that of the shell is always needed."""
    names = {piece.tissue for piece in pieces} | {"cortical_shell_mixture"}
    return {name: table for name, table in tissues.items() if name in names}


def neural_limits(pieces: Sequence[Piece]) -> dict[str, dict[str, Any]]:
    """Limits of cord and roots, as ``[organs_at_risk]`` tables of a case file."""
    return {
        piece.name: {"region": piece.name, "max_temperature": "42 degC", "max_cem43": "10 min"}
        for piece in pieces
        if piece.name in _NEURAL
    }
