"""Tissue properties from a CT: Hounsfield units to bone volume fraction to mixtures.

Apparent density follows ``rho = 47 + 1.122 HU`` [kg/m3], the regression of rho1995 for lumbar
vertebrae as quoted by others; it stands in for a calibration, because a plain CT has no phantom,
and the voltage of the tube and contrast agent shift it. The volume fraction of bone is ``rho``
over the density of solid bone, and the rest is marrow, half of it red and half yellow as in adult
vertebrae (assumption).

A scan smears the cortex, about 0.4 mm thick, over more than a millimetre (silva1994 found at least
twice the thickness). What lies within about :data:`SMEAR` of the surface of the body therefore
takes the density from further in, and the cortex is the skin of the scene. Posterior elements have
no skin: there the smeared values are taken as they are, which keeps the mass of bone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mwa_sim.anatomy.images.volume import Volume
from mwa_sim.anatomy.scene import Paint, Scene
from mwa_sim.errors import InputError
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats, Ints

_MM = 1e-3
#: Apparent density at 0 HU [kg/m3] and its slope [kg/m3 per HU].
RHO = (47.0, 1.122)
#: Density of solid bone [kg/m3], that of the tissue ``bone_cortical``.
SOLID = 1908.0
#: Upper ends of the classes of volume fraction (assumption): sparse, usual and dense cancellous
#: bone, bone of pedicles and arches, compact bone.
FRACTIONS = (0.08, 0.16, 0.28, 0.5)
#: Below the first a tumour counts as lytic, above the second as blastic [HU] (assumption; healthy
#: cancellous bone of vertebrae lies between about 100 and 200 HU).
TUMOUR_HU = (100.0, 300.0)
#: Depth to which the smeared cortex reaches [m]: this or one voxel (assumption), and two widths
#: of the filter against noise.
SMEAR = 1.5 * _MM
#: Width of the filter against noise [m] (assumption).
NOISE = 0.7 * _MM
#: Classes with less than this share of a region join the next one.
SMALLEST = 0.03
#: Below this there is air [HU].
AIR = -400.0
_CLASS_NAMES = ("sparse", "usual", "dense", "thick", "compact")
_SAMPLES = 60_000


@dataclass(frozen=True)
class Densities:
    """Hounsfield units at points.

    Attributes
    ----------
    ct : Volume
        In the frame of the scene, smoothed.
    """

    ct: Volume

    def __call__(self, points: Floats) -> Floats:
        """Hounsfield units (n,) at points (n, 3) [m]; the outermost voxels go on outside."""
        index = self.ct.indices(points)
        return np.asarray(
            ndimage.map_coordinates(
                self.ct.data, index.T, output=np.float64, order=1, mode="nearest"
            )
        )


def volume_fraction(hu: Floats) -> Floats:
    """Volume fraction of bone from Hounsfield units, between 0.01 and 1."""
    return np.asarray(np.clip((RHO[0] + RHO[1] * hu) / SOLID, 0.01, 1.0))


def with_densities(scene: Scene, ct: Volume) -> Scene:
    """Paint bone and tumour of a scene by the densities of a CT.

    Parameters
    ----------
    scene : Scene
    ct : Volume
        Hounsfield units, in the frame of the scene; any grid.

    Returns
    -------
    Scene
        With paints, tissues and notes.

    Raises
    ------
    InputError
        If the CT does not cover the bone, or shows no bone there.
    """
    values = Densities(_smoothed(ct, scene.low, scene.high))
    generator = np.random.default_rng(1)
    points = scene.low + generator.random((_SAMPLES * 10, 3)) * (scene.high - scene.low)
    place = scene.classify(points)
    names = [piece.name for piece in scene.pieces]
    paints: list[Paint] = []
    tissues = dict(scene.tissues)
    notes = list(scene.notes)
    _check(ct, scene, points[np.isin(place, [k for k, n in enumerate(names) if n in _BONE])])
    reach = max(SMEAR, float(ct.spacing.max())) + 2.0 * NOISE
    for piece in scene.pieces:
        inside = points[place == names.index(piece.name)][:_SAMPLES]
        if piece.name == "tumour":
            paints += _tumour_paint(values, inside, tissues, notes)
        elif piece.name in _BONE and len(inside):
            seen = _Inward(values, piece.level, reach) if piece.name == "cancellous" else values
            paints += _bone_paint(piece.name, seen, inside, tissues, notes)
    air = float(np.mean(values(points[place == len(names)]) < AIR)) if len(points) else 0.0
    if air > 0.01:
        notes.append(
            f"{100 * air:.0f} % of the soft tissue is air in the CT (lung, bowel, outside the "
            "patient); it is treated as muscle. A smaller block leaves it out."
        )
    notes.append(
        "Densities: apparent density 47 + 1.122 HU kg/m3 (Rho 1995) without calibration; an error "
        "of 10 % in HU changes the volume fraction of bone by about 8 %."
    )
    return scene.changed(paints=(*scene.paints, *paints), tissues=tissues, notes=tuple(notes))


_BONE = ("cancellous", "posterior_elements")


@dataclass(frozen=True)
class _Inward:
    """Values at points moved away from a surface until they lie ``reach`` inside it."""

    values: Densities
    level: Level
    reach: float

    def __call__(self, points: Floats) -> Floats:
        moved = points.copy()
        for _ in range(3):
            depth = -self.level(moved)
            near = np.flatnonzero(depth < 0.9 * self.reach)
            if len(near) == 0:
                break
            at = moved[near]
            step = 0.5 * _MM
            gradient = np.stack(
                [self.level(at + e) - self.level(at - e) for e in step * np.eye(3)], axis=1
            )
            length = np.linalg.norm(gradient, axis=1, keepdims=True)
            inward = -gradient / np.where(length > 0.0, length, 1.0)
            moved[near] += inward * (self.reach - depth[near])[:, None]
        return self.values(moved)


def _bone_paint(
    name: str, values: Any, inside: Floats, tissues: dict[str, dict[str, Any]], notes: list[str]
) -> list[Paint]:
    fraction = volume_fraction(values(inside))
    edges = np.array(FRACTIONS)
    order, merged = _classes(np.searchsorted(edges, fraction), len(edges) + 1)
    names, kinds, shares = [], [], []
    for rank, k in enumerate(order):
        mine = merged[np.searchsorted(edges, fraction)] == k
        bone = round(float(fraction[mine].mean()), 3)
        marrow = round(0.5 * (1.0 - bone), 4)
        label = name if rank == 0 else f"{name}_{_CLASS_NAMES[k]}"
        tissue = f"{name}_{_CLASS_NAMES[k]}_of_ct"
        tissues[tissue] = {
            "mixture": {
                "bone_cortical": bone, "bone_marrow_red": marrow, "bone_marrow_yellow": marrow,
            }
        }  # fmt: skip
        names.append(label)
        kinds.append(tissue)
        shares.append(f"{100 * bone:.0f} % bone in {100 * float(mine.mean()):.0f} % of it")
    notes.append(f"CT: {name} has {', '.join(shares)}.")
    rank_of = np.array([order.index(int(k)) for k in merged])

    def classes(points: Floats) -> Ints:
        found = volume_fraction(values(points))
        return np.asarray(rank_of[np.searchsorted(edges, found)], dtype=np.int64)

    return [Paint(name, tuple(names), tuple(kinds), classes)]


def _tumour_paint(
    values: Densities, inside: Floats, tissues: dict[str, dict[str, Any]], notes: list[str]
) -> list[Paint]:
    if len(inside) == 0:
        return []
    hu = values(inside)
    edges = np.array(TUMOUR_HU)
    order, merged = _classes(np.searchsorted(edges, hu), 3)
    kind = ("metastasis_lytic", "metastasis_mixed", "metastasis_blastic_of_ct")
    word = ("lytic", "mixed", "blastic")
    if 2 in order:
        mine = merged[np.searchsorted(edges, hu)] == 2
        bone = round(float(volume_fraction(hu[mine]).mean()), 3)
        tissues[kind[2]] = {
            "mixture": {"bone_cortical": bone, "metastasis_lytic": round(1.0 - bone, 3)}
        }
    names = tuple("tumour" if rank == 0 else f"tumour_{word[k]}" for rank, k in enumerate(order))
    parts = [
        f"{100 * float((merged[np.searchsorted(edges, hu)] == k).mean()):.0f} % {word[k]}"
        for k in order
    ]
    notes.append(
        f"CT: the tumour is {', '.join(parts)} (below {TUMOUR_HU[0]:.0f} HU lytic, above "
        f"{TUMOUR_HU[1]:.0f} HU blastic: assumption)."
    )
    rank_of = np.array([order.index(int(k)) for k in merged])

    def classes(points: Floats) -> Ints:
        return np.asarray(rank_of[np.searchsorted(edges, values(points))], dtype=np.int64)

    return [Paint("tumour", names, tuple(kind[k] for k in order), classes)]


def _classes(found: NDArray[np.integer[Any]], count: int) -> tuple[list[int], Ints]:
    """Classes from the most frequent down, and the class that each one joins."""
    share = np.bincount(found, minlength=count) / len(found)
    kept = [k for k in range(count) if share[k] >= SMALLEST]
    merged = np.array([min(kept, key=lambda k: (abs(k - j), k)) for j in range(count)])
    total = [float(share[merged == k].sum()) for k in kept]
    order = [
        k for _, k in sorted(zip(total, kept, strict=True), key=lambda pair: (-pair[0], pair[1]))
    ]
    return order, merged


def _smoothed(ct: Volume, low: Floats, high: Floats) -> Volume:
    """The part of the CT in the box, without noise."""
    corners = np.array([np.where(bits, low, high) for bits in np.ndindex(2, 2, 2)])
    index = ct.indices(corners)
    limit = np.array(ct.data.shape)
    first = np.clip(np.floor(index.min(axis=0)).astype(np.int64) - 3, 0, limit - 2)
    last = np.clip(np.ceil(index.max(axis=0)).astype(np.int64) + 4, first + 2, limit)
    part = ct.data[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    data = ndimage.gaussian_filter(part.astype(np.float32), NOISE / ct.spacing, mode="nearest")
    return Volume(data, ct.axes, ct.points(first[None].astype(np.float64))[0], ct.name)


def _check(ct: Volume, scene: Scene, bone: Floats) -> None:
    index = ct.indices(bone)
    outside = ((index < -0.5) | (index > np.array(ct.data.shape) - 0.5)).any(axis=1)
    if outside.mean() > 0.01:
        raise InputError(
            f"ct: '{ct.name}' does not cover {100 * outside.mean():.0f} % of the treated "
            "bone; is it the scan that was segmented?"
        )
    hu = ct.at_nearest(bone)
    if float(np.mean(hu)) < 50.0:
        raise InputError(
            f"ct: '{ct.name}' has {float(np.mean(hu)):.0f} HU on average where the labels say "
            "bone (100 to 400 is usual); it is no CT in Hounsfield units, or it lies elsewhere"
        )
