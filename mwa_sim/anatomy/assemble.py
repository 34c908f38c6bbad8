"""Mesh a scene: regions with their labels and tissues, volumes against the source, quality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.anatomy.scene import Scene
from mwa_sim.anatomy.sizes import SceneSizing, Sizes, Track
from mwa_sim.mesh.mesher import Domain, Layer, mesh_domain
from mwa_sim.mesh.tetmesh import Floats, TetMesh

#: Called with what is being done and how much of it, 0 to 1.
Report = Callable[[str, float], None]
#: Pieces of a region smaller than this become what surrounds them [m3].
ISLAND = 3e-9


def cheap(scene: Scene) -> Scene:
    """The same scene with level functions that cost little far from their surfaces."""
    from mwa_sim.mesh.far_field import FarField

    margin = 1e-3
    low, high = np.asarray(scene.low) - margin, np.asarray(scene.high) + margin
    pieces = [replace(p, level=FarField(p.level, low, high)) for p in scene.pieces]
    return replace(scene, pieces=tuple(pieces))


def whole_box(scene: Scene, sizes: Sizes) -> Scene:
    """The same scene in a box of whole coarsest cubes: the nearest number of them along each axis.

    The front, both sides, and both ends move; the back, where the skin is, stays.

    Parameters
    ----------
    scene : Scene
    sizes : Sizes
    """
    cube = sizes.antenna * 2**sizes.depth
    low, high = np.asarray(scene.low, dtype=np.float64), np.asarray(scene.high, dtype=np.float64)
    extent = cube * np.maximum(1.0, np.round((high - low) / cube))
    shift = (high - low - extent) * np.array([0.0, 0.5, 0.5])
    return replace(scene, low=low + shift, high=low + shift + extent)


def assemble(
    scene: Scene,
    sizes: Sizes,
    target: Floats,
    tracks: tuple[Track, ...] = (),
    progress: Report | None = None,
) -> Anatomy:
    """Mesh a scene.

    Labels count from 1 in the order of the pieces, then skins, further classes of paints and the
    background.

    Parameters
    ----------
    scene : Scene
    sizes : Sizes
    target : (3,) float array [m]
        Centre of what is treated: elements grow with the distance from it.
    tracks : tuple of Track
    progress : callable, optional
        Told what is being done and how much of it is done, 0 to 1.

    Returns
    -------
    Anatomy
        Organs at risk whose region did not come out are left out, with a note.

    Raises
    ------
    MeshError
        Naming the regions that got no element.
    """
    domain, names = scene_domain(scene, sizes, target, tracks)
    meshed = mesh_domain(domain, progress=progress)
    mesh = meshed.mesh
    tissues = {piece.name: piece.tissue for piece in scene.pieces}
    tissues |= {skin.name: skin.tissue for skin in scene.skins}
    tissues[scene.background[0]] = scene.background[1]
    mesh, names, tissues = _painted(scene, mesh, names, tissues)
    present = {names[label] for label in mesh.labels}
    organs = {
        name: dict(organ)
        for name, organ in scene.organs_at_risk.items()
        if organ.get("region") is None or organ["region"] in present
    }
    used = {tissues[name] for name in present}
    return Anatomy(
        mesh=mesh,
        region_names={label: name for label, name in names.items() if name in present},
        landmarks={name: np.asarray(point) for name, point in scene.landmarks.items()},
        region_tissues={name: tissue for name, tissue in tissues.items() if name in present},
        tissues={name: dict(table) for name, table in scene.tissues.items() if name in used},
        organs_at_risk=organs,
        notes=(*scene.notes, *meshed.notes),
        origin=scene.origin,
        offset=np.asarray(scene.offset),
    )


def scene_domain(
    scene: Scene, sizes: Sizes, target: Floats, tracks: tuple[Track, ...]
) -> tuple[Domain, dict[int, str]]:
    """What the mesher needs, and the names of the labels.

    Parameters
    ----------
    scene, sizes, target, tracks
        As in :func:`assemble`.
    """
    order = [piece.name for piece in scene.pieces] + [skin.name for skin in scene.skins]
    labels = {name: label for label, name in enumerate([*order, scene.background[0]], 1)}
    domain = Domain(
        levels=[(labels[piece.name], piece.level) for piece in scene.pieces],
        background=labels[scene.background[0]],
        low=scene.low,
        high=scene.high,
        sizing=SceneSizing(scene, sizes, target, tracks, scene.landmarks.get("posterior_wall")),
        finest=sizes.antenna,
        depth=sizes.depth,
        layers=tuple(
            Layer(labels[skin.name], labels[skin.of], skin.thickness) for skin in scene.skins
        ),
        volumes={labels[p.name]: p.volume for p in scene.pieces if p.volume is not None},
        islands=ISLAND,
        names={label: name for name, label in labels.items()},
    )
    return domain, {label: name for name, label in labels.items()}


def _painted(
    scene: Scene, mesh: TetMesh, names: dict[int, str], tissues: dict[str, str]
) -> tuple[TetMesh, dict[int, str], dict[str, str]]:
    """Give the elements of painted pieces the label of their class."""
    regions, names, tissues = mesh.regions.copy(), dict(names), dict(tissues)
    of_name = {name: label for label, name in names.items()}
    free = max(names) + 1
    for paint in scene.paints:
        label = of_name[paint.of]
        chosen = np.flatnonzero(mesh.regions == label)
        if len(chosen) == 0:
            continue
        kinds = paint.classes(mesh.nodes[mesh.tets[chosen]].mean(axis=1))
        tissues[paint.of] = paint.tissues[0]
        for kind, (name, tissue) in enumerate(
            zip(paint.names[1:], paint.tissues[1:], strict=True), 1
        ):
            regions[chosen[kinds == kind]] = free
            names[free], tissues[name] = name, tissue
            free += 1
    return TetMesh(mesh.nodes, mesh.tets, regions), names, tissues
