"""Recipes: a table of a case file to a meshed anatomy with region names and landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.anatomy.landmarks import landmarks
from mwa_sim.anatomy.morphometry import dimensions
from mwa_sim.anatomy.regions import CANCELLOUS, MUSCLE, REGION_NAMES, SHELL, Spine
from mwa_sim.anatomy.sizing import SpineSizing
from mwa_sim.anatomy.vertebra import Vertebra
from mwa_sim.errors import InputError
from mwa_sim.mesh.mesher import Domain, Layer, generate
from mwa_sim.spec import Length, PositiveLength, Spec, validate

_MM = 1e-3
#: The box reaches further behind the body, where the processes are.
_BLOCK_CENTRE = np.array([-19.2, 0.0, 0.0]) * _MM


class TumourRecipe(Spec):
    """Ellipsoidal tumour.

    Attributes
    ----------
    centre : three lengths [m]
        x anterior, y left, z cranial, from the centre of the body.
    radii : three lengths [m]
    breach : bool
        Whether it may grow out of the bone; otherwise it is clipped inside it.
    clearance : float [m]
        Bone left between a clipped tumour and the surface.
    """

    centre: tuple[Length, Length, Length]
    radii: tuple[PositiveLength, PositiveLength, PositiveLength]
    breach: bool = False
    clearance: PositiveLength = 2.5 * _MM


class SizeRecipe(Spec):
    """Wanted edge lengths of the elements [m].

    Attributes
    ----------
    antenna : float
        Near the radiating end of the antenna; also the size of the smallest cubes.
    tumour : float
        Surface of the tumour, and interfaces near it.
    interface : float
        Surfaces of bone, discs and canal away from the tumour.
    far : float
        Largest size.
    growth : float
        Growth of the size with distance (m per m).
    """

    antenna: PositiveLength = 0.5 * _MM
    tumour: PositiveLength = 1.0 * _MM
    interface: PositiveLength = 2.0 * _MM
    far: PositiveLength = 8.0 * _MM
    growth: Annotated[float, Field(gt=0.0, le=0.6)] = 0.5


class ParametricLumbar(Spec):
    """A lumbar vertebra from published morphometry, with discs, canal and neighbours.

    Attributes
    ----------
    kind : "parametric_lumbar"
    level : {"L1", "L2", "L3", "L4", "L5"}
    tumour : TumourRecipe
    size : SizeRecipe
    tracks : tuple of {"left_pedicle", "right_pedicle"}
        Entries from which an antenna may go to the tumour centre; refined along these lines.
    radiating_length : float [m]
        Length of the finely meshed last part of a track, which ends ``overshoot`` past the centre.
    overshoot : float [m]
    shell : float [m]
        Thickness of the layer of elements that stands for the cortical shell.
    block : three lengths [m]
        Extent of the block of soft tissue; rounded up to whole coarse elements.
    """

    kind: Literal["parametric_lumbar"]
    level: Literal["L1", "L2", "L3", "L4", "L5"] = "L2"
    tumour: TumourRecipe
    size: SizeRecipe = SizeRecipe()
    tracks: tuple[Literal["left_pedicle", "right_pedicle"], ...] = ("left_pedicle",)
    radiating_length: PositiveLength = 25.0 * _MM
    overshoot: PositiveLength = 6.0 * _MM
    shell: PositiveLength = 1.2 * _MM
    block: tuple[PositiveLength, PositiveLength, PositiveLength] = (
        112.0 * _MM,
        112.0 * _MM,
        72.0 * _MM,
    )


def build(recipe: Mapping[str, Any], folder: Path | None = None) -> Anatomy:
    """Generate the anatomy that a recipe describes.

    Parameters
    ----------
    recipe : mapping
        The ``[recipe]`` table of a case file: ``kind``, and lengths as quoted quantities.
    folder : Path, optional
        Where relative paths in the recipe start.

    Returns
    -------
    Anatomy

    Raises
    ------
    InputError
        Listing every mistake in the recipe.
    MeshError
        If a region is too thin for the sizes asked for.

    Examples
    --------
    >>> anatomy = build({
    ...     "kind": "parametric_lumbar",
    ...     "tumour": {"centre": ["0 mm", "4 mm", "0 mm"], "radii": ["11 mm", "12 mm", "9 mm"]},
    ... })  # doctest: +SKIP
    """
    spec = validate(ParametricLumbar, dict(recipe), source="file")
    spine = spine_of(spec)
    points = landmarks(spine)
    size = spec.size
    if not size.antenna <= size.tumour <= size.interface <= size.far:
        raise InputError("size: expected antenna <= tumour <= interface <= far")
    half = np.array(spec.block) / 2.0
    depth = max(0, round(float(np.log2(size.far / size.antenna))))
    domain = Domain(
        levels=spine.levels(),
        background=MUSCLE,
        low=_BLOCK_CENTRE - half,
        high=_BLOCK_CENTRE + half,
        sizing=SpineSizing(
            spine,
            size.antenna,
            size.tumour,
            size.interface,
            size.far,
            size.growth,
            tuple(points[name] for name in spec.tracks),
            spec.radiating_length,
            spec.overshoot,
            points["posterior_wall"],
        ),
        finest=size.antenna,
        depth=depth,
        layers=(Layer(SHELL, CANCELLOUS, spec.shell),),
    )
    return Anatomy(generate(domain), dict(REGION_NAMES), points)


def spine_of(spec: ParametricLumbar) -> Spine:
    """The level functions of a recipe.

    Raises
    ------
    InputError
        If the tumour centre is not inside the vertebral body.
    """
    tumour = spec.tumour
    centre = np.array(tumour.centre)
    vertebra = Vertebra(dimensions(spec.level))
    if vertebra.body(centre[None, :])[0] > -tumour.clearance:
        given = ", ".join(f"{1e3 * c:.3g} mm" for c in centre)
        raise InputError(f"tumour.centre: ({given}) is not inside the vertebral body")
    return Spine(vertebra, centre, np.array(tumour.radii), tumour.breach, tumour.clearance)
