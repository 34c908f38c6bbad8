"""One anatomy: prepared, meshed and compared with its source."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.verification.real_anatomy.files import Item
from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.anatomy.recipes import mesh_prepared, prepare
from mwa_sim.errors import MwaError
from mwa_sim.mesh.signed_distance import SignedDistance
from mwa_sim.mesh.tetmesh import Floats, Ints
from mwa_sim.mesh_report import mesh_report

MM = 1e-3
BONE = ("cancellous", "cortical_shell", "posterior_elements")
#: What lies closer to the border of the block than this is not compared.
BORDER = 2.5 * MM
#: Distances that are exact; larger ones are about right.
BAND = 8.0 * MM
KEPT = ("nodes", "tets", "inverted_tets", "min_dihedral_deg", "p1_dihedral_deg",
        "min_radius_ratio", "volume_error", "volume_uncertainty", "surface_distance_mm",
        "source_volumes_ml", "notes")  # fmt: skip


def measure(item: Item) -> dict[str, Any]:
    """Everything about one anatomy as JSON-able data.

    Where there is no mesh, ``refused`` or ``crashed`` says why.

    Parameters
    ----------
    item : Item
    """
    row: dict[str, Any] = {"name": item.name, "seconds": {}, "cpu_seconds": {}}
    try:
        started = _now()
        prepared = prepare(item.recipe)
        started = _lap(row, "prepare", started)
        anatomy = mesh_prepared(prepared)
        _lap(row, "mesh", started)
        # Kilobytes on Linux.
        row["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        report = mesh_report(anatomy, prepared)
        row |= {key: report[key] for key in KEPT}
        x, t, voxel = _source(item.recipe)
        low, high = prepared.scene.low, prepared.scene.high
        row["voxel_mm"] = None if voxel is None else voxel / MM
        row["bone_mm"] = _both_ways(anatomy, x - anatomy.offset, t, low, high)
    except MwaError as error:
        row["refused"] = list(error.problems)
    except Exception as error:
        # A crash is a finding: the others are still measured.
        row["crashed"] = repr(error)
    return row


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _lap(row: dict[str, Any], stage: str, started: tuple[float, float]) -> tuple[float, float]:
    now = _now()
    row["seconds"][stage] = now[0] - started[0]
    row["cpu_seconds"][stage] = now[1] - started[1]
    return now


def _source(recipe: dict[str, Any]) -> tuple[Floats, Ints, float | None]:
    """Surface of the treated vertebra in the source [m], and the longest edge of a voxel."""
    values = {key: value for key, value in recipe.items() if key != "kind"}
    if recipe["kind"] == "surfaces":
        from mwa_sim.anatomy.surface_parts import read_solids
        from mwa_sim.anatomy.surface_spec import SurfaceSpec

        spec = SurfaceSpec(**values)
        surface = read_solids(spec, Path())[0][spec.treated].surface
        return surface.vertices, surface.triangles, None
    from mwa_sim.anatomy.images.parts import NAMES, divide
    from mwa_sim.anatomy.images.reading import read_files
    from mwa_sim.anatomy.images.spec import LabelSpec

    labels = LabelSpec(**values)
    files = read_files(labels)
    regions = divide(files.labels, files.levels, files.roles, files.details, labels.level).regions
    bone = np.isin(regions.data, [NAMES.index(n) for n in ("body", "pedicles", "posterior")])
    corners, t = voxel_faces(bone)
    x = regions.points(corners)
    if np.linalg.det(regions.axes) < 0.0:
        t = t[:, ::-1]
    return x, t, float(regions.spacing.max())


def voxel_faces(mask: np.ndarray) -> tuple[Floats, Ints]:
    """Outer faces of voxels as triangles; corners in voxels, from the centre of the first one.

    Parameters
    ----------
    mask : (nx, ny, nz) bool array

    Returns
    -------
    corners : (n, 3) float array
    triangles : (m, 3) int array
        Normals pointing out of the voxels.
    """
    quads = []
    for axis in range(3):
        u, v = np.eye(3)[(axis + 1) % 3] / 2.0, np.eye(3)[(axis + 2) % 3] / 2.0
        for sign in (1, -1):
            beside = np.roll(np.pad(mask, 1), -sign, axis)[1:-1, 1:-1, 1:-1]
            middle = np.argwhere(mask & ~beside) + sign * 0.5 * np.eye(3)[axis]
            ring = [-u - v, u - v, u + v, v - u][::sign]
            quads.append(np.stack([middle + step for step in ring], axis=1))
    quad = np.concatenate(quads)
    corners, place = np.unique(quad.reshape(-1, 3), axis=0, return_inverse=True)
    place = place.reshape(-1, 4)
    return corners, np.concatenate([place[:, [0, 1, 2]], place[:, [0, 2, 3]]])


def _both_ways(
    anatomy: Anatomy, x: Floats, t: Ints, low: Floats, high: Floats
) -> dict[str, dict[str, float]]:
    """Distances of the two surfaces of the treated vertebra from each other [mm]."""
    mesh = anatomy.mesh
    labels = [label for label, name in anatomy.region_names.items() if name in BONE]
    tets = mesh.tets[np.isin(mesh.regions, labels)]
    faces = _outer_faces(tets)
    source, meshed = SignedDistance(x, t, BAND), SignedDistance(mesh.nodes, faces, BAND)
    found = {}
    for key, points, level in (
        ("of the mesh", _spread(mesh.nodes, faces), source),
        ("of the source", _spread(x, t), meshed),
    ):
        inside = ((points > low + BORDER) & (points < high - BORDER)).all(axis=1)
        if level is meshed:
            # Sheets of a source that cuts itself which lie inside it are no surface.
            inside &= np.abs(source(points)) < 0.05 * MM
        away = np.abs(level(points[inside])) / MM
        found[key] = {
            "mean": float(away.mean()),
            "p99": float(np.percentile(away, 99.0)),
            "max": float(away.max()),
        }
    return found


def _outer_faces(tets: Ints) -> Ints:
    """Faces of one element only, pointing out."""
    faces = np.concatenate([tets[:, k] for k in ([0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2])])
    _, first, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True
    )
    return np.asarray(faces[first[count == 1]])


def _spread(x: Floats, t: Ints) -> Floats:
    """Corners and middles of triangles."""
    return np.concatenate([x[np.unique(t)], x[t].mean(axis=1)])
