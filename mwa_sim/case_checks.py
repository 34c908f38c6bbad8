"""Whether the parts of a case fit together, as messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from mwa_sim.case_parts import OrganAtRisk
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import FloatArray


def unknown_targets(
    organs: Iterable[OrganAtRisk], regions: Iterable[str], landmarks: Iterable[str]
) -> list[str]:
    """Organs at risk that watch an unknown region or landmark, as messages.

    Parameters
    ----------
    organs : iterable of OrganAtRisk
    regions, landmarks : iterable of str
        The names there are.

    Returns
    -------
    list of str
    """
    names, points = list(regions), list(landmarks)
    found: list[str] = []
    for organ in organs:
        where = f"organs_at_risk.{organ.name}"
        if organ.region is not None and organ.region not in names:
            offer = did_you_mean(organ.region, names)
            found.append(f"{where}.region: unknown region '{organ.region}'{offer}")
        if organ.landmark is not None and organ.landmark not in points:
            offer = did_you_mean(organ.landmark, points)
            found.append(f"{where}.landmark: unknown landmark '{organ.landmark}'{offer}")
    return found


def unmatched_regions(mesh: TetMesh, names: Mapping[int, str]) -> list[str]:
    """Labels of a mesh without a tissue, and tissues without cells, as messages."""
    labels = {int(label) for label in mesh.labels}
    found = [
        f"regions: label {label} of the mesh has no tissue; "
        f'write {label} = {{ name = "...", tissue = "..." }}'
        for label in sorted(labels - set(names))
    ]
    found += [
        f"regions.{label}: the mesh has no cells with label {label} ('{names[label]}'); "
        f"its labels are {', '.join(map(str, sorted(labels)))}"
        for label in sorted(set(names) - labels)
    ]
    return found


def points_outside(mesh: TetMesh, points: Mapping[str, FloatArray]) -> list[str]:
    """Landmarks that lie outside a mesh, as messages."""
    from mwa_sim.mesh.probe import locator_of  # compiles its search on first use

    names = list(points)
    if not names:
        return []
    tets, _ = locator_of(mesh).locate(np.array([points[name] for name in names]))
    low, high = mesh.bounds * 1e3
    extent = " x ".join(f"{a:.4g}..{b:.4g}" for a, b in zip(low, high, strict=True))
    return [
        f"landmarks.{name}: ({_millimetres(points[name])}) mm lies outside the mesh, "
        f"which spans {extent} mm"
        for name, tet in zip(names, tets, strict=True)
        if tet < 0
    ]


def _millimetres(point: Iterable[float]) -> str:
    return ", ".join(f"{1e3 * x:.4g}" for x in point)
