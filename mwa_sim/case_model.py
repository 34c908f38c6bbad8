"""A case: mesh, tissue of every region, landmarks, organs at risk and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mwa_sim.case_checks import points_outside, unknown_targets, unmatched_regions
from mwa_sim.case_parts import Boundary, OrganAtRisk, Region
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.provenance import content_hash
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue import Tissue, bounded, load_tissue
from mwa_sim.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Case:
    """Anatomy ready to simulate; frozen.

    Attributes
    ----------
    name : str
    mesh : TetMesh
    regions : dict of int to Region
        By label of the mesh; every label has one.
    landmarks : dict of str to (3,) float array [m]
    organs_at_risk : list of OrganAtRisk
    boundary : Boundary
    initial_temperature : float [degC]
    origin : str
        Where the anatomy comes from.
    description : str
    notes : tuple of str
        What to know about the anatomy: what was repaired, completed or assumed.

    Raises
    ------
    InputError
        Listing everything that does not fit together.
    """

    name: str
    mesh: TetMesh
    regions: Mapping[int, Region]
    landmarks: Mapping[str, FloatArray] = field(default_factory=dict)
    organs_at_risk: list[OrganAtRisk] = field(default_factory=list)
    boundary: Boundary = field(default_factory=Boundary)
    initial_temperature: float = 37.0
    origin: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Cheap checks only: a case is copied for every parameter set of a study. Where points
        # come from outside, `checked` also looks for them in the mesh.
        found = unmatched_regions(self.mesh, {k: r.name for k, r in self.regions.items()})
        names = [region.name for region in self.regions.values()]
        found += unknown_targets(self.organs_at_risk, names, self.landmarks)
        if found:
            raise InputError(found)

    @classmethod
    def from_mesh(
        cls,
        mesh: TetMesh,
        tissues: Mapping[int, str | Tissue],
        *,
        names: Mapping[int, str] | None = None,
        name: str = "case",
        **more: Any,
    ) -> Case:
        """Make a case of a mesh in memory.

        Parameters
        ----------
        mesh : TetMesh
        tissues : mapping of int to str or Tissue
            Tissue, or name of one in the library, of every label.
        names : mapping of int to str, optional
            Names of the regions; the names of their tissues if not given.
        name : str, optional
        **more
            Further attributes of the case, such as ``landmarks``.

        Returns
        -------
        Case

        Raises
        ------
        InputError
            Unknown tissues, labels without one, points outside the mesh.
        """
        regions: dict[int, Region] = {}
        found: list[str] = []
        for label, given in tissues.items():
            try:
                tissue = load_tissue(given) if isinstance(given, str) else given
            except InputError as error:
                found += [f"tissues[{label}]: {problem}" for problem in error.problems]
                continue
            regions[label] = Region((names or {}).get(label, tissue.name), tissue)
        if found:
            raise InputError(found)
        points = {k: np.asarray(v, np.float64) for k, v in more.pop("landmarks", {}).items()}
        return cls(name=name, mesh=mesh, regions=regions, landmarks=points, **more).checked()

    def checked(self) -> Case:
        """The same case, after looking for its landmarks in the mesh.

        Raises
        ------
        InputError
            Naming the landmarks outside the mesh.
        """
        found = points_outside(self.mesh, self.landmarks)
        if found:
            raise InputError(found)
        return self

    def label(self, region: str) -> int:
        """Label of a region by name.

        Raises
        ------
        InputError
            If there is no such region.
        """
        for label, known in self.regions.items():
            if known.name == region:
                return label
        names = [known.name for known in self.regions.values()]
        raise InputError(
            f"'{region}' is not a region of case '{self.name}'{did_you_mean(region, names)}"
        )

    def changed(self, **changes: Any) -> Case:
        """Copy with other attributes, checked again.

        Parameters
        ----------
        **changes
            Attributes by name: ``boundary``, ``initial_temperature``, ``landmarks``, ...

        Raises
        ------
        InputError
            If something does not fit.
        """
        unknown = [key for key in changes if key not in self.__dataclass_fields__]
        if unknown:
            known = list(self.__dataclass_fields__)
            raise InputError(
                [f"{key}: unknown attribute of a case{did_you_mean(key, known)}" for key in unknown]
            )
        new = replace(self, **changes)
        return new.checked() if {"mesh", "landmarks"} & set(changes) else new

    def with_tissue(self, region: str, tissue: str | Tissue) -> Case:
        """Copy with another tissue in a region.

        Parameters
        ----------
        region : str
            Name of the region.
        tissue : str or Tissue
            A tissue, or the name of one in the library.

        Raises
        ------
        InputError
            If there is no such region or tissue.
        """
        label = self.label(region)
        new = load_tissue(tissue) if isinstance(tissue, str) else tissue
        return replace(self, regions={**self.regions, label: Region(region, new)})

    def with_tissues(self, parameter_set: str) -> Case:
        """Copy with every tissue at a parameter set.

        Parameters
        ----------
        parameter_set : {"nominal", "smaller-zone", "larger-zone"}

        Raises
        ------
        InputError
            If there is no such set.
        """
        regions = {
            label: Region(region.name, bounded(region.tissue, parameter_set))
            for label, region in self.regions.items()
        }
        return replace(self, regions=regions)

    @property
    def sources(self) -> list[str]:
        """Source keys of all tissues, each once."""
        keys = [key for region in self.regions.values() for key in region.tissue.sources]
        return list(dict.fromkeys(keys))

    @property
    def content_hash(self) -> str:
        """Hash of everything that a simulation of this case depends on."""
        return content_hash(
            {
                "nodes": self.mesh.nodes,
                "tets": self.mesh.tets,
                "labels": self.mesh.regions,
                "regions": {k: [r.name, r.tissue.as_dict()] for k, r in self.regions.items()},
                "landmarks": self.landmarks,
                "organs": [organ.described() for organ in self.organs_at_risk],
                "boundary": self.boundary,
                "initial_temperature": self.initial_temperature,
            }
        )
