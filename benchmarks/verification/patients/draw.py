"""Random patients: level, stature, tumour, fracture, lost wall, margin and how the antenna lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mwa_sim.anatomy.disease_spec import TISSUES
from mwa_sim.anatomy.measures import LEVELS, measures
from mwa_sim.anatomy.spine_spec import MEAN_STATURE

MM = 1e-3
#: Of 140 vertebrae treated by microwave ablation (chen2022): fractured, and with posterior wall
#: involved.
FRACTURED, WALL_LOST = 52 / 140, 49 / 140
#: Stature [m], mean and standard deviation of adults of both sexes taken together (assumption).
STATURE = (MEAN_STATURE, 0.09)
#: Shares that no publication gives (assumptions, chosen so that each occurs often enough).
LOBED, GROWN_OUT, BEHIND, MARGIN = 0.25, 0.2, 0.1, 0.3


@dataclass(frozen=True)
class Patient:
    """What is random about a patient.

    Attributes
    ----------
    recipe : dict
        As in a case file.
    way : float
        Which of the proposed ways is taken: 0 the best, 1 the last.
    slip : (2, 3) tuple [m]
        How far entry and tip of the antenna are off the way.
    """

    recipe: dict[str, Any]
    way: float
    slip: tuple[tuple[float, ...], tuple[float, ...]]


def draw(seed: int, number: int) -> Patient:
    """A patient; the same for the same seed and number.

    Parameters
    ----------
    seed, number : int
    """
    rng = np.random.default_rng([seed, number])
    level = str(rng.choice(LEVELS))
    stature = float(np.clip(rng.normal(*STATURE), 1.40, 2.0))
    size = measures(level).scaled(stature / MEAN_STATURE)
    half = np.array([size.depth, size.endplate_width, size.height]) / 2.0
    recipe: dict[str, Any] = {
        "kind": "parametric_spine",
        "level": level,
        "stature": f"{stature:.3f} m",
    }
    wall = size.posterior_height
    if rng.random() < FRACTURED:
        loss = float(rng.uniform(0.1, 0.6))
        kind = str(rng.choice(["wedge", "biconcave", "crush"]))
        recipe["compression"] = {"kind": kind, "loss": round(loss, 3)}
        half[2] *= 1.0 - {"wedge": 0.5, "biconcave": 1.0, "crush": 1.0}[kind] * loss
        wall *= 1.0 - (loss if kind == "crush" else 0.0)
    lost = bool(rng.random() < WALL_LOST)
    centre = rng.uniform(-1.0, 1.0, 3) * np.array([0.4, 0.5, 0.35]) * half
    radii = np.maximum(rng.uniform(0.25, 0.75, 3) * half, 2.5 * MM)
    if lost:
        # A wall is lost to a tumour that lies at it.
        centre[0] = -half[0] + 0.7 * radii[0]
    elif rng.random() < BEHIND:
        # At the root of a pedicle.
        side = rng.choice([-1.0, 1.0])
        across = (size.canal_width + size.pedicle_width) / 2.0
        centre = np.array([-half[0] + 1.0 * MM, side * across, 0.3 * half[2]])
        radii = np.maximum(rng.uniform(0.4, 0.8, 3) * size.pedicle_width, 2.5 * MM)
    tumour: dict[str, Any] = {
        "centre": _point(centre),
        "radii": _point(radii),
        "rotation": [f"{angle:.0f} deg" for angle in rng.uniform(-40.0, 40.0, 3)],
        "kind": str(rng.choice(list(TISSUES))),
        # What has destroyed the wall has grown out of the bone.
        "breach": lost or bool(rng.random() < GROWN_OUT),
        "clearance": "1 mm",
    }
    if rng.random() < LOBED:
        tumour["lobes"] = [_lobe(rng, centre, radii) for _ in range(rng.integers(1, 3))]
    recipe["tumour"] = tumour
    if lost:
        recipe["wall_defect"] = {
            "width": f"{rng.uniform(5.0, 14.0):.1f} mm",
            "height": f"{1e3 * rng.uniform(0.25, 0.5) * wall:.1f} mm",
        }
    if rng.random() < MARGIN:
        recipe["ctv_margin"] = f"{rng.uniform(2.0, 5.0):.1f} mm"
    slip = rng.normal(0.0, 1.0 * MM, (2, 3))
    entry, tip = (tuple(float(x) for x in part) for part in slip)
    return Patient(recipe, float(rng.random()), (entry, tip))


def _lobe(rng: np.random.Generator, centre: np.ndarray, radii: np.ndarray) -> dict[str, Any]:
    """A smaller lobe beside the first, on the side of the middle of the body."""
    away = rng.normal(size=3)
    away *= (1.0 if away @ centre < 0.0 else -1.0) / np.linalg.norm(away)
    small = np.maximum(radii * rng.uniform(0.4, 0.8), 2.0 * MM)
    return {"centre": _point(centre + 0.8 * radii * away), "radii": _point(small)}


def _point(values: np.ndarray) -> list[str]:
    return [f"{1e3 * value:.2f} mm" for value in values]
