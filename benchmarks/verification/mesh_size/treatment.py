"""The treatment that is repeated on every mesh, and what is read of it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.mesh_size.case import case_of
from mwa_sim.anatomy.assemble import assemble, whole_box
from mwa_sim.anatomy.recipes import Prepared
from mwa_sim.anatomy.sizes import Sizes

MM = 1e-3
DATA = Path(os.environ.get("MWA_SIM_DATA") or Path(__file__).parents[4] / "shared" / "data")
TUMOUR = {
    "centre": ["0.5 mm", "4 mm", "0 mm"],
    "radii": ["11.5 mm", "12.5 mm", "9.5 mm"],
}
#: Extent of the model: whole numbers of the largest cubes of all meshes, so that all are of the
#: same box.
BLOCK = ["115.2 mm", "115.2 mm", "86.4 mm"]
RECIPES: dict[str, dict[str, Any]] = {
    "parametric L2": {
        "kind": "parametric_spine",
        "level": "L2",
        "tumour": TUMOUR,
        "tracks": ["left_pedicle"],
        "block": BLOCK,
        # Far from all heat, and lost where elements are made much larger than its thickness.
        "skin": False,
    },
    "scanned L3": {
        "kind": "surfaces",
        "level": "L3",
        "surfaces": {"vertebra": "surfaces/L3_mean.stl"},
        "tumour": TUMOUR,
        "tracks": ["left_pedicle"],
        "block": BLOCK,
    },
}
#: Read of a run: name, unit, digits.
FIGURES = (
    ("zone", "ml", 3),
    ("long", "mm", 2),
    ("short", "mm", 2),
    ("wall", "degC", 3),
    ("cord", "degC", 3),
    ("hottest", "degC", 1),
)


def protocol(cycles: int, cooldown: float) -> mwa.Protocol:
    """40 W for 60 s and 20 s of rest, without a rule that stops it."""
    found = mwa.Protocol.pulsed(power=40, on=60.0, off=20.0, cycles=cycles, cooldown=cooldown)
    found = found.watching("wall", at="landmark:posterior_wall")
    return found.watching("cord", at="landmark:cord_anterior")


def treat(
    prepared: Prepared,
    sizes: Sizes,
    models: tuple[str, ...] = ("line",),
    cycles: int = 4,
    cooldown: float = 120.0,
) -> dict[str, Any]:
    """Mesh an anatomy with some sizes and treat it.

    Parameters
    ----------
    prepared : Prepared
    sizes : Sizes
    models : tuple of str
        Of the antenna: "line" (closed form) or "wave-coupled".
    cycles : int
    cooldown : float [s]

    Returns
    -------
    dict
        ``tets``, ``mesh_s`` and, by model, the figures with ``steps`` and ``stepping_s``.
    """
    anatomical = replace(prepared, scene=whole_box(prepared.scene, sizes), sizes=sizes)
    started = time.process_time()
    anatomy = assemble(anatomical.scene, sizes, prepared.target, prepared.tracks)
    row: dict[str, Any] = {
        "tets": anatomy.mesh.n_tets,
        "nodes": anatomy.mesh.n_nodes,
        "mesh_s": time.process_time() - started,
    }
    case = case_of(anatomy, anatomical)
    track = prepared.tracks[0]
    along = (prepared.target - track.entry) / np.linalg.norm(prepared.target - track.entry)
    pose = mwa.Pose.between(entry=track.entry, tip=prepared.target + 11.0 * MM * along)
    for model in models:
        antenna = mwa.Antenna.from_library("slot-1.6mm").changed(model=model)
        plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol(cycles, cooldown))
        result = mwa.simulate(plan)
        zone = result.zone("cem43>=240")
        row[model] = {
            "zone": zone.volume_ml,
            "long": zone.long_axis_mm,
            "short": zone.short_axis_mm,
            "wall": result.traces["wall"].peak_tissue,
            "cord": result.traces["cord"].peak_tissue,
            "hottest": float(result.fields["max_temperature"].max()),
            "steps": result.timing["steps"],
            "stepping_s": result.timing["stepping_s"],
            "balance_error": result.energy["balance_error"],
        }
    return row
