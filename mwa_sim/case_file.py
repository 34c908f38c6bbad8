"""The keys of ``case.toml``, schema ``mwa-sim/case/1``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from mwa_sim.errors import InputError, MwaError
from mwa_sim.spec import (
    Dose,
    HeatTransferCoefficient,
    Length,
    Spec,
    Temperature,
    problems,
    validate,
)
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue import Tissue, list_tissues, load_tissue, tissue_from_table
from mwa_sim.toml_file import check_schema, read_toml

CASE_VERSION = 1
"""Latest version of the case schema that can be read."""

_LABEL = re.compile(r"-?[0-9]+")


def is_label(key: str) -> bool:
    """Whether a key of ``[regions]`` is a label of the mesh, a whole number."""
    return _LABEL.fullmatch(key) is not None


class RegionSpec(Spec):
    """Entry of ``[regions]``: name and tissue of a label.

    Attributes
    ----------
    name : str or None
        Name of the region; a recipe names its own.
    tissue : str
        Tissue of the library, or of this file.
    """

    name: str | None = None
    tissue: str


class OrganSpec(Spec):
    """Entry of ``[organs_at_risk]``: a region or a landmark and its limits.

    Attributes
    ----------
    region, landmark : str or None
        What is watched: one of the two.
    max_temperature : float or None [degC]
    max_cem43 : float or None [min]
    """

    region: str | None = None
    landmark: str | None = None
    max_temperature: Temperature | None = None
    max_cem43: Dose | None = None

    @model_validator(mode="after")
    def _one_target(self) -> OrganSpec:
        if (self.region is None) == (self.landmark is None):
            raise problems('expected either region = "..." or landmark = "..."')
        return self


class BoundarySpec(Spec):
    """Table ``[boundary]``: what happens at the outer surface.

    Attributes
    ----------
    kind : {"temperature", "insulated", "convection"} or None
        Follows from the other keys if not given; ``type`` and, for short, ``insulated = true``,
        ``temperature = "insulated"`` and ``convection = "10 W/m2/K"`` are understood as well.
    temperature : float or None [degC]
        Of the surface, or around it with convection; 37 degC if not given.
    heat_transfer_coefficient : float or None [W/m2/K]
        For convection.
    """

    kind: Literal["temperature", "insulated", "convection"] | None = None
    temperature: Temperature | None = None
    heat_transfer_coefficient: HeatTransferCoefficient | None = None

    @model_validator(mode="after")
    def _consistent(self) -> BoundarySpec:
        found = []
        if self.kind == "insulated" and self.temperature is not None:
            found.append("an insulated surface has no temperature; remove one of the two keys")
        if self.kind == "convection" and self.heat_transfer_coefficient is None:
            found.append('convection needs heat_transfer_coefficient = "10 W/m2/K"')
        if self.kind in ("temperature", "insulated") and self.heat_transfer_coefficient is not None:
            found.append(f'heat_transfer_coefficient does not go with kind = "{self.kind}"')
        if found:
            raise problems(*found)
        return self


class InitialSpec(Spec):
    """Table ``[initial]``: uniform temperature at the start [degC]."""

    temperature: Temperature = 37.0


def _worded_boundary(value: object) -> object:
    """The keys of :class:`BoundarySpec` for the other ways to say the same in a case file."""
    if isinstance(value, str):
        return {"kind": value}
    if not isinstance(value, Mapping):
        return value
    said = {("kind" if key == "type" else key): item for key, item in value.items()}
    if said.get("temperature") == "insulated":
        said.setdefault("kind", said.pop("temperature"))
    if isinstance(said.get("insulated"), bool) and said.pop("insulated"):
        said.setdefault("kind", "insulated")
    if isinstance(said.get("convection"), Mapping):
        said |= {"kind": "convection", **said.pop("convection")}
    elif "convection" in said:
        said["heat_transfer_coefficient"] = said.pop("convection")
    return said


def _plain_region(value: object) -> object:
    return {"tissue": value} if isinstance(value, str) else value


Region = Annotated[RegionSpec, BeforeValidator(_plain_region)]
Point = tuple[Length, Length, Length]


class CaseSpec(Spec):
    """A case file.

    Attributes
    ----------
    version : str
        The key ``schema``.
    name, description, origin : str
        Of the anatomy; `origin` says where it comes from.
    mesh : str or None
        Mesh file beside the case file.
    recipe : dict or None
        Instead of a mesh: what to generate, with the key ``kind``.
    length_unit : str
        Of the mesh file.
    notes : tuple of str
        What to know about the anatomy: repaired, completed, assumed.
    source_offset : (float, float, float) [m]
        Origin of the mesh in the coordinates of the scan or surface it was made from.
    regions : dict of str to RegionSpec
        By label; for a recipe by label or by region name, where its own tissues are not wanted.
    landmarks : dict of str to (float, float, float) [m]
    organs_at_risk : dict of str to OrganSpec
    boundary : BoundarySpec
    initial : InitialSpec
    tissue : dict of str to dict
        Tissues of this case only.
    """

    version: str = Field(alias="schema")
    name: str
    description: str = ""
    origin: str = ""
    mesh: str | None = None
    recipe: dict[str, Any] | None = None
    length_unit: Literal["mm", "cm", "m", "um"] = "mm"
    notes: tuple[str, ...] = ()
    source_offset: Point = (0.0, 0.0, 0.0)
    regions: dict[str, Region] = Field(default_factory=dict)
    landmarks: dict[str, Point] = Field(default_factory=dict)
    organs_at_risk: dict[str, OrganSpec] = Field(default_factory=dict)
    boundary: Annotated[BoundarySpec, BeforeValidator(_worded_boundary)] = BoundarySpec()
    initial: InitialSpec = InitialSpec()
    tissue: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> CaseSpec:
        found = []
        if (self.mesh is None) == (self.recipe is None):
            found.append('expected either mesh = "FILE" or a [recipe] table')
        if self.recipe is not None and not isinstance(self.recipe.get("kind"), str):
            found.append('recipe.kind: missing; write kind = "parametric_spine"')
        if self.mesh is not None and not self.regions:
            found.append('regions: missing; write [regions] 1 = { name = "...", tissue = "..." }')
        if self.mesh is not None:
            for label, region in self.regions.items():
                if not is_label(label):
                    found.append(f"regions.{label}: expected a whole number, the label in the mesh")
                elif region.name is None:
                    found.append(f'regions.{label}.name: missing; write name = "muscle"')
        names = [region.name for region in self.regions.values() if region.name is not None]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            found.append(f"regions: '{name}' is the name of more than one region")
        if found:
            raise problems(*found)
        return self


def read_case_file(file: Path) -> tuple[CaseSpec, dict[str, Tissue]]:
    """Read a case file and the nominal tissues it names.

    Parameters
    ----------
    file : Path
        ``case.toml``.

    Returns
    -------
    spec : CaseSpec
    tissues : dict of str to Tissue
        Tissues of its regions, by name.

    Raises
    ------
    InputError
        Listing every mistake in keys, units and tissues.
    DataError
        If the file is missing, no TOML, or of a later version.
    """
    data = read_toml(file)
    check_schema(data, "case", CASE_VERSION, str(file))
    found: list[str] = []
    spec: CaseSpec | None = None
    try:
        spec = validate(CaseSpec, data, source="file")
    except InputError as error:
        found += error.problems
    own = _own_tissues(data.get("tissue"), found)
    tissues = _region_tissues(data.get("regions"), own, found)
    if spec is None or found:
        raise InputError([f"{file}: {problem}" for problem in found])
    return spec, tissues


def named_tissues(tables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Tissue]:
    """Tissues by name, from tables of their own or else from the library.

    Parameters
    ----------
    tables : mapping of str to table
        As ``[tissue.NAME]`` in a case file.
    names : iterable of str

    Raises
    ------
    InputError
        Listing every mistake.
    """
    found: list[str] = []
    own = _own_tissues(tables, found)
    tissues = _region_tissues({name: {"tissue": name} for name in names}, own, found)
    if found:
        raise InputError(found)
    return tissues


def _own_tissues(tables: object, found: list[str]) -> dict[str, Tissue | None]:
    """Tissues of the file by name; None for one that is wrong, so that it still is known."""
    own: dict[str, Tissue | None] = {}

    def lookup(name: str) -> Tissue:
        tissue = own.get(name)
        return tissue if tissue is not None else load_tissue(name)

    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        own[name] = None
        try:
            own[name] = tissue_from_table(name, table, lookup=lookup)
        except MwaError as error:
            found += [f"tissue.{name}.{problem}" for problem in error.problems]
    return own


def _region_tissues(
    regions: object, own: Mapping[str, Tissue | None], found: list[str]
) -> dict[str, Tissue]:
    tissues: dict[str, Tissue] = {}
    known = [*own, *list_tissues()]
    for label, region in regions.items() if isinstance(regions, Mapping) else ():
        name = region.get("tissue") if isinstance(region, Mapping) else region
        if not isinstance(name, str):
            continue  # reported with the other keys
        if name not in known:
            offer = did_you_mean(name, known)
            found.append(f"regions.{label}.tissue: unknown tissue '{name}'{offer}")
            continue
        tissue = own[name] if name in own else load_tissue(name)
        if tissue is not None:
            tissues[name] = tissue
    return tissues
