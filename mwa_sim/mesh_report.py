"""What a mesh is worth: volumes against the source, distance of its surfaces, shapes, size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.mesh.quality import quality
from mwa_sim.mesh.tetmesh import signed_volumes

if TYPE_CHECKING:
    from mwa_sim.anatomy.access import Trajectory
    from mwa_sim.anatomy.anatomy import Anatomy
    from mwa_sim.anatomy.recipes import Prepared
    from mwa_sim.anatomy.scene import Scene

SCHEMA = "mwa-sim/mesh/1"


def mesh_report(anatomy: Anatomy, prepared: Prepared) -> dict[str, Any]:
    """Figures of a meshed anatomy against its implicit source.

    Parameters
    ----------
    anatomy : Anatomy
    prepared : Prepared
        What was meshed.

    Returns
    -------
    dict
        JSON-able: ``nodes``, ``tets``, ``min_dihedral_deg``, ``p1_dihedral_deg``,
        ``min_radius_ratio``, ``mean_radius_ratio``, ``volumes_ml`` by region of the mesh;
        ``source_volumes_ml`` and ``volume_error`` (relative, signed) by region of the source, where
        a skin counts as part of the region that it was made of (``source_parts``);
        ``volume_uncertainty`` of the source where it had to be sampled (relative standard error);
        ``surface_distance_mm`` by region (``mean``, ``p99``, ``max`` of the distance of its surface
        from the level function); ``landmarks_mm``, ``access`` (ways in), ``notes``.
    """
    from mwa_sim.anatomy.assemble import scene_domain
    from mwa_sim.anatomy.volumes import scene_volumes
    from mwa_sim.mesh.deviation import surface_distance

    mesh, scene = anatomy.mesh, prepared.scene
    shapes = quality(mesh)
    inverted = int((signed_volumes(mesh.nodes, mesh.tets) <= 0.0).sum())
    volumes = {
        name: mesh.region_volume(label) for label, name in sorted(anatomy.region_names.items())
    }
    parts = _parts(scene)
    sampled = scene_volumes(scene)
    source: dict[str, float] = {}
    error: dict[str, float] = {}
    spread: dict[str, float] = {}
    for name, members in parts.items():
        given = next((p.volume for p in scene.pieces if p.name == name), None)
        source[name] = sampled[name].value if given is None else given
        if source[name] <= 0.0:
            continue
        meshed = sum(volumes.get(member, 0.0) for member in members)
        error[name] = meshed / source[name] - 1.0
        if given is None:
            spread[name] = sampled[name].error / source[name]
    domain, names = scene_domain(scene, prepared.sizes, prepared.target, prepared.tracks)
    distances = surface_distance(domain, mesh)
    return {
        "schema": SCHEMA,
        "nodes": mesh.n_nodes,
        "tets": mesh.n_tets,
        "inverted_tets": inverted,
        "min_dihedral_deg": shapes.min_dihedral_deg,
        "p1_dihedral_deg": shapes.p1_dihedral_deg,
        "max_dihedral_deg": shapes.max_dihedral_deg,
        "min_radius_ratio": shapes.min_radius_ratio,
        "mean_radius_ratio": shapes.mean_radius_ratio,
        "volumes_ml": {name: 1e6 * value for name, value in volumes.items()},
        "source_volumes_ml": {name: 1e6 * value for name, value in source.items()},
        "volume_error": error,
        "source_parts": {name: members for name, members in parts.items() if len(members) > 1},
        "volume_uncertainty": spread,
        "worst_volume_error": max((abs(value) for value in error.values()), default=0.0),
        "surface_distance_mm": {
            names[label]: {"mean": 1e3 * d.mean, "p99": 1e3 * d.p99, "max": 1e3 * d.max}
            for label, d in distances.items()
        },
        "tissues": {name: anatomy.region_tissues[name] for name in volumes},
        "landmarks_mm": {
            name: (1e3 * np.asarray(point)).round(4).tolist()
            for name, point in anatomy.landmarks.items()
        },
        "access": [_way(way) for way in prepared.ways],
        "source_offset_mm": (1e3 * np.asarray(anatomy.offset)).round(4).tolist(),
        "notes": list(anatomy.notes),
    }


def _way(way: Trajectory) -> dict[str, Any]:
    return {
        "name": way.name,
        "side": way.side,
        "approach": way.approach,
        "entry_mm": (1e3 * way.entry).round(3).tolist(),
        "target_mm": (1e3 * way.target).round(3).tolist(),
        "skin_mm": None if way.skin is None else (1e3 * way.skin).round(3).tolist(),
        "length_mm": 1e3 * way.length,
        "pedicle_width_mm": 1e3 * way.pedicle_width,
        "needle_mm": 1e3 * way.report.diameter,
        "breach": bool(way.report.breaches),
        "verdict": way.verdict,
    }


def _parts(scene: Scene) -> dict[str, list[str]]:
    """Regions of the mesh that together are a region of the source."""
    parts = {piece.name: [piece.name] for piece in scene.pieces}
    parts[scene.background[0]] = [scene.background[0]]
    for skin in scene.skins:
        parts[skin.of].append(skin.name)
    for paint in scene.paints:
        parts[paint.of] += paint.names[1:]
    return parts
