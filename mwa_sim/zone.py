"""The ablation zone: size, shape, coverage and margin of ``{criterion reached}``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.contour import Cut, Solid, isosurface, solid, triangle_areas
from mwa_sim.criterion import Criterion, Scale
from mwa_sim.errors import InputError
from mwa_sim.margin import Margin, margin_of
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.mesh_regions import MeshRegions, regions_of

if TYPE_CHECKING:
    from mwa_sim.mesh.triangle_tree import TriangleTree

Floats = NDArray[np.float64]

# Values this far below the level are as good as nothing; the floor keeps log10 finite where a
# dose is exactly zero and does not move the contour by more than a fraction of an element.
_LOG_FLOOR = 1e-6


class Zone:
    """Part of the mesh where a nodal P1 field reaches a level.

    The boundary is interpolated inside elements (marching tetrahedra); volume, centroid and
    second moments are exact for the interpolant.

    Parameters
    ----------
    mesh : TetMesh
    values : (n_nodes,) array
        The field; all finite.
    level : float
        Nodes with ``values >= level`` are inside.
    criterion : str, optional
        Name of the zone, as printed beside each of its sizes.
    names : mapping of str to sequence of int, optional
        Region names and their labels, for `coverage` and `margin`.
    scale : {"linear", "log10"}
        ``"log10"`` interpolates the logarithm: for fields that grow exponentially across an
        element (thermal dose, damage integral).

    Raises
    ------
    InputError
        For a field that does not match the mesh, is not finite, or a level <= 0 on a log scale.

    Examples
    --------
    >>> zone = Zone(mesh, highest_temperature, 60.0, criterion="temperature>=60")  # doctest: +SKIP
    >>> zone.long_axis_mm, zone.coverage("tumour")  # doctest: +SKIP
    """

    def __init__(
        self,
        mesh: TetMesh,
        values: ArrayLike,
        level: float,
        *,
        criterion: str = "",
        names: Mapping[str, Sequence[int]] | None = None,
        scale: Scale = "linear",
    ) -> None:
        field = np.asarray(values, dtype=np.float64)
        if field.shape != (len(mesh.nodes),):
            raise InputError(
                f"a zone needs one value a node: expected {len(mesh.nodes)}, got {field.shape}"
            )
        if not np.isfinite(field).all() or not np.isfinite(level):
            raise InputError("a zone needs finite values and a finite level")
        if scale == "log10":
            if level <= 0.0:
                raise InputError("a zone on a logarithmic scale needs a level above zero")
            field = np.log10(np.maximum(field, level * _LOG_FLOOR))
            level = float(np.log10(level))
        self.mesh = mesh
        self.criterion = criterion
        self.names = {name: tuple(labels) for name, labels in (names or {}).items()}
        #: the field that is contoured and its level: log10 of the given ones on a log scale
        self.field: Floats = field
        self.level = float(level)

    @classmethod
    def from_criterion(
        cls,
        mesh: TetMesh,
        fields: Mapping[str, ArrayLike],
        criterion: str | Criterion,
        names: Mapping[str, Sequence[int]] | None = None,
    ) -> Zone:
        """Zone of a criterion such as ``"cem43>=240"`` from the final fields of a run.

        Raises
        ------
        InputError
            If the criterion is not understood or its field is not there.
        """
        wanted = Criterion.parse(criterion)
        if wanted.field not in fields:
            raise InputError(f"zone {wanted.text}: this result has no field {wanted.field!r}")
        return cls(
            mesh,
            fields[wanted.field],
            wanted.level,
            criterion=wanted.text,
            names=names,
            scale=wanted.scale,
        )

    @cached_property
    def surface(self) -> Cut:
        """Closed surface of the zone, outward; caps where the mesh boundary cuts it."""
        mesh = self.mesh
        return isosurface(
            mesh.nodes, mesh.tets, self.field, self.level, mesh.boundary_faces, self._solid.cut
        )

    @cached_property
    def _solid(self) -> Solid:
        return solid(self.mesh.nodes, self.mesh.tets, self.field, self.level)

    @property
    def _regions(self) -> MeshRegions:
        return regions_of(self.mesh)

    @cached_property
    def _volumes(self) -> Floats:
        """Volume of the zone within each region of the mesh [m3]."""
        part, regions = self._solid, self._regions
        whole = regions.sums(self.mesh.volumes[part.whole], regions.index[part.whole])
        return whole + regions.sums(part.volumes, regions.index[part.owners])

    @property
    def is_empty(self) -> bool:
        """True where no part of the mesh reaches the level."""
        return self.volume_m3 <= 0.0

    @cached_property
    def touches_boundary(self) -> bool:
        """True if the mesh boundary cuts the zone: its true size is then larger."""
        return bool((self.field[self.mesh.boundary_faces] >= self.level).any())

    @cached_property
    def volume_m3(self) -> float:
        """Volume [m3]."""
        return float(self._volumes.sum())

    @property
    def volume_ml(self) -> float:
        """Volume [ml]."""
        return self.volume_m3 * 1e6

    @cached_property
    def area_m2(self) -> float:
        """Surface area, caps included [m2]."""
        return float(triangle_areas(self.surface.points, self.surface.triangles).sum())

    @cached_property
    def _moments(self) -> tuple[Floats, Floats]:
        """Centroid [m] and second moment about it [m5], (3,) and (3, 3)."""
        from mwa_sim.contour_kernels import moments

        part, mesh = self._solid, self.mesh
        # About a node of the zone, so that little is lost when the centroid is subtracted.
        origin = mesh.nodes[int(np.argmax(self.field))]
        first, second = moments(
            part.corners, part.volumes, mesh.tets, mesh.nodes, part.whole, mesh.volumes, origin
        )
        shift = first / self.volume_m3
        return origin + shift, second - self.volume_m3 * np.outer(shift, shift)

    @property
    def centroid(self) -> Floats:
        """Centre of volume, (3,) [m]; nan for an empty zone."""
        return np.full(3, np.nan) if self.is_empty else self._moments[0]

    @cached_property
    def _axes_and_extents(self) -> tuple[Floats, Floats]:
        if self.is_empty:
            return np.eye(3), np.zeros(3)
        axes = np.linalg.eigh(self._moments[1])[1].T
        along = self.surface.points @ axes.T
        extents = along.max(axis=0) - along.min(axis=0)
        order = np.argsort(-extents, kind="stable")
        return axes[order], extents[order]

    @property
    def axes(self) -> Floats:
        """Unit vectors of the principal axes of the volume, longest extent first, (3, 3) rows."""
        return self._axes_and_extents[0]

    @property
    def extents_mm(self) -> Floats:
        """Range of the surface along each of `axes`, (3,) [mm]."""
        return self._axes_and_extents[1] * 1e3

    @property
    def long_axis_mm(self) -> float:
        """Extent along the principal axis of greatest length [mm]."""
        return float(self.extents_mm[0])

    @property
    def short_axis_mm(self) -> float:
        """Mean of the two extents across the long axis [mm]."""
        return float(self.extents_mm[1:].mean())

    @property
    def mean_diameter_mm(self) -> float:
        """Mean of the three principal extents [mm]."""
        return float(self.extents_mm.mean())

    @property
    def equivalent_diameter_mm(self) -> float:
        """Diameter of the sphere of equal volume, ``(6 V / pi)^(1/3)`` [mm]."""
        return float(np.cbrt(6.0 * self.volume_m3 / np.pi)) * 1e3

    @property
    def sphericity(self) -> float:
        """``pi^(1/3) (6 V)^(2/3) / A``: 1 for a sphere, less for anything else, 0 if empty."""
        if self.is_empty or self.area_m2 <= 0.0:
            return 0.0
        return float(np.cbrt(np.pi) * np.cbrt(6.0 * self.volume_m3) ** 2 / self.area_m2)

    def coverage(self, region: str | int) -> float:
        """Part of a region's volume that lies inside the zone, 0 to 1.

        Raises
        ------
        InputError
            For a region the mesh does not have.
        """
        chosen = self._regions.places(self._labels(region))
        whole = self._regions.volumes[chosen].sum()
        return float(min(1.0, self._volumes[chosen].sum() / whole))

    def margin(self, region: str | int) -> Margin:
        """Signed distance from a region's surface to the surface of the zone.

        Exact distances from the corners and centres of the region's surface triangles (weights
        of the quadrature that is exact for quadratics) to the closed zone surface. Caps count as
        zone surface, so a zone cut by the mesh boundary gives the cautious (smaller) margin.

        Raises
        ------
        InputError
            For a region the mesh does not have.
        """
        labels = tuple(self._labels(region))
        if labels not in self._margins:
            self._margins[labels] = self._margin(labels)
        return self._margins[labels]

    @cached_property
    def _margins(self) -> dict[tuple[int, ...], Margin]:
        return {}

    def _margin(self, labels: tuple[int, ...]) -> Margin:
        if self.is_empty:
            return Margin(float("nan"), float("nan"), np.full(3, np.nan))
        return margin_of(self._regions.surface(labels), self.field, self.level, self._tree)

    @cached_property
    def _tree(self) -> TriangleTree:
        """Of the surface, to find the nearest place of it."""
        from mwa_sim.mesh.triangle_tree import TriangleTree

        return TriangleTree(self.surface.points[self.surface.triangles])

    def _labels(self, region: str | int) -> list[int]:
        known = set(self.mesh.labels)
        labels = self.names.get(region, ()) if isinstance(region, str) else (int(region),)
        present = [label for label in labels if label in known]
        if not present:
            names = sorted(self.names)
            close = difflib.get_close_matches(str(region), names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"regions: {names or sorted(known)}"
            raise InputError(f"the mesh has no region {region!r}; {hint}")
        return present

    def __repr__(self) -> str:
        return (
            f"<Zone {self.criterion or f'level {self.level:g}'}: {self.volume_ml:.2f} ml, "
            f"{self.long_axis_mm:.1f} x {self.short_axis_mm:.1f} mm>"
        )
