"""Cases by name, folder or file: anatomy ready to simulate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.case_checks import points_outside, unknown_targets, unmatched_regions
from mwa_sim.case_file import (
    BoundarySpec,
    CaseSpec,
    OrganSpec,
    is_label,
    named_tissues,
    read_case_file,
)
from mwa_sim.case_mesh import Anatomy, generate
from mwa_sim.case_model import Case
from mwa_sim.case_parts import Boundary, OrganAtRisk, Region
from mwa_sim.errors import DataError, InputError, MwaError
from mwa_sim.mesh.files import read_mesh
from mwa_sim.spec import validate
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue import Tissue
from mwa_sim.tissue.bounds import check_parameter_set

__all__ = [
    "Boundary",
    "Case",
    "OrganAtRisk",
    "Region",
    "case_file",
    "list_cases",
    "load_case",
    "make_case",
]

CASE_FILE = "case.toml"


def list_cases() -> list[str]:
    """Names of the bundled cases, sorted."""
    return sorted(_bundled())


def load_case(
    name_or_path: str | os.PathLike[str],
    tissues: str = "nominal",
    *,
    folder: str | os.PathLike[str] | None = None,
) -> Case:
    """Load a case.

    Parameters
    ----------
    name_or_path : str or path
        Name of a bundled case, a case folder, its ``case.toml``, or the mesh file of a case
        folder.
    tissues : {"nominal", "smaller-zone", "larger-zone"}, optional
        Parameter set of the tissues.
    folder : path, optional
        Where relative paths start, for example the folder of the plan that names the case; the
        current one by default.

    Returns
    -------
    Case
        Mesh in metres, landmarks in metres, temperatures in degC.

    Raises
    ------
    InputError
        Listing everything that is wrong with the case: unknown keys and tissues, wrong units,
        regions without tissue, tissues without cells, landmarks outside the mesh.
    DataError
        If a file is missing, unreadable or of a later version.
    MeshError
        If the mesh has inverted or degenerate elements.

    Examples
    --------
    >>> case = load_case("l2-metastasis")  # doctest: +SKIP
    >>> case.regions[case.label("tumour")].tissue.name  # doctest: +SKIP
    'metastasis_lytic'
    """
    check_parameter_set(tissues)
    file = case_file(name_or_path, folder)
    spec, known = read_case_file(file)
    try:
        case = _assembled(spec, known, file.parent)
    except MwaError as error:
        raise type(error)([f"{file}: {problem}" for problem in error.problems]) from None
    return case if tissues == "nominal" else case.with_tissues(tissues)


def make_case(
    recipe: Mapping[str, Any],
    name: str = "case",
    *,
    folder: str | os.PathLike[str] | None = None,
    cache: bool = True,
) -> Case:
    """Make a case of a recipe: a parametric spine, closed surfaces, or a segmented scan.

    Parameters
    ----------
    recipe : mapping
        As the ``[recipe]`` table of a case file, with ``kind = "parametric_spine"``,
        ``"surfaces"`` or ``"labels"``; lengths as quoted quantities.
    name : str, optional
    folder : path, optional
        Where relative paths in the recipe start; the current folder by default.
    cache : bool, optional
        Whether to take the mesh from the cache of this user, or to keep it there.

    Returns
    -------
    Case
        With the tissues, landmarks, organs at risk and notes of the recipe.

    Raises
    ------
    InputError
        Listing every mistake in the recipe.
    DataError
        If a file that it names cannot be read.
    MeshError
        If it cannot be meshed with the sizes asked for.

    Examples
    --------
    >>> case = make_case({"kind": "parametric_spine", "level": "T8", "stature": "1.60 m",
    ...     "tumour": {"centre": ["0 mm", "3 mm", "0 mm"], "radii": "8 mm"}})  # doctest: +SKIP
    """
    given = {"schema": "mwa-sim/case/1", "name": name, "recipe": dict(recipe)}
    spec = validate(CaseSpec, given)
    return _assembled(spec, {}, Path(folder) if folder is not None else Path(), cache)


def case_file(
    name_or_path: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None
) -> Path:
    """Path of the ``case.toml`` that a name or path means; arguments as in :func:`load_case`.

    Raises
    ------
    InputError
        If the name is unknown, or names a mesh without a case file.
    DataError
        If the path does not exist.
    """
    return _case_file(name_or_path, Path(folder) if folder is not None else Path())


def _bundled() -> dict[str, Path]:
    """Case files by name, in the package (installed) or beside it (repository)."""
    package = Path(__file__).resolve().parent
    for meshes in (package / "meshes", package.parent / "meshes"):
        files = {file.parent.name: file for file in meshes.glob(f"*/{CASE_FILE}")}
        if files:
            return files
    return {}


def _case_file(name_or_path: str | os.PathLike[str], folder: Path) -> Path:
    given = os.fspath(name_or_path)
    bundled = _bundled()
    if given in bundled:
        return bundled[given]
    path = folder / Path(given).expanduser()
    if path.is_dir():
        if (path / CASE_FILE).is_file():
            return path / CASE_FILE
        raise DataError(f"folder '{path}' has no {CASE_FILE}")
    if path.is_file():
        return path if path.suffix == ".toml" else _beside(path)
    if Path(given).suffix or len(Path(given).parts) > 1:
        raise DataError(f"case '{path}' does not exist")
    raise InputError(
        f"'{given}' is neither a bundled case nor a folder or file{did_you_mean(given, bundled)}"
    )


def _beside(mesh_file: Path) -> Path:
    """Case file that belongs to a mesh file."""
    file = mesh_file.parent / CASE_FILE
    if file.is_file():
        spec, _ = read_case_file(file)
        if spec.mesh is not None and (file.parent / spec.mesh).resolve() == mesh_file.resolve():
            return file
    labels = ", ".join(str(label) for label in read_mesh(mesh_file).labels)
    raise InputError(
        f"'{mesh_file}' is a mesh without tissues; write a {CASE_FILE} beside it with "
        f'mesh = "{mesh_file.name}" and a tissue for every region (labels: {labels}), such as '
        f'[regions] 1 = {{ name = "muscle", tissue = "muscle" }}'
    )


def _assembled(
    spec: CaseSpec, tissues: Mapping[str, Tissue], folder: Path, cache: bool = True
) -> Case:
    organs = _organs(spec.organs_at_risk)
    try:
        anatomy = _anatomy(spec, folder, cache)
    except MwaError as error:
        if spec.recipe is not None:
            raise
        # What can be said without the mesh is said in the same go.
        names = [region.name or "" for region in spec.regions.values()]
        raise type(error)(
            [*error.problems, *unknown_targets(organs, names, spec.landmarks)]
        ) from None
    given = {k: v for k, v in anatomy.organs_at_risk.items() if k not in spec.organs_at_risk}
    organs = [*_organs({k: validate(OrganSpec, v) for k, v in given.items()}), *organs]
    regions, found = _regions(spec, tissues, anatomy)
    landmarks = {**anatomy.landmarks, **{k: np.array(v) for k, v in spec.landmarks.items()}}
    for point in landmarks.values():
        point.flags.writeable = False
    found += unmatched_regions(anatomy.mesh, {k: region.name for k, region in regions.items()})
    found += points_outside(anatomy.mesh, landmarks)
    found += unknown_targets(organs, [region.name for region in regions.values()], landmarks)
    if found:
        raise InputError(found)
    return Case(
        name=spec.name,
        mesh=anatomy.mesh,
        regions=regions,
        landmarks=landmarks,
        organs_at_risk=organs,
        boundary=_boundary(spec.boundary),
        initial_temperature=spec.initial.temperature,
        origin=spec.origin or anatomy.origin,
        description=spec.description,
        notes=(*anatomy.notes, *spec.notes),
    )


def _organs(given: Mapping[str, OrganSpec]) -> list[OrganAtRisk]:
    return [
        OrganAtRisk(name, organ.region, organ.landmark, organ.max_temperature, organ.max_cem43)
        for name, organ in given.items()
    ]


def _anatomy(spec: CaseSpec, folder: Path, cache: bool) -> Anatomy:
    if spec.recipe is not None:
        try:
            return generate(spec.recipe, cache, folder)
        except InputError as error:
            raise InputError([f"recipe.{problem}" for problem in error.problems]) from None
    mesh = read_mesh(folder / (spec.mesh or ""), length_unit=spec.length_unit)
    names = {int(label): region.name or "" for label, region in spec.regions.items()}
    return Anatomy(mesh, names)


def _regions(
    spec: CaseSpec, tissues: Mapping[str, Tissue], anatomy: Anatomy
) -> tuple[dict[int, Region], list[str]]:
    """Regions by label; a recipe brings tissues, the file may replace them by region name."""
    labels = {name: label for label, name in anatomy.region_names.items()}
    of_recipe = named_tissues(anatomy.tissues, anatomy.region_tissues.values())
    regions: dict[int, Region] = {
        label: Region(name, of_recipe[anatomy.region_tissues[name]])
        for label, name in anatomy.region_names.items()
        if name in anatomy.region_tissues
    }
    found: list[str] = []
    for key, entry in spec.regions.items():
        label = int(key) if is_label(key) else labels.get(key)
        if label is None:
            found.append(f"regions.{key}: the recipe has no such region{did_you_mean(key, labels)}")
            continue
        name = entry.name or anatomy.region_names.get(label, key)
        regions[label] = Region(name, tissues[entry.tissue])
    return regions, found


def _boundary(spec: BoundarySpec) -> Boundary:
    coefficient = spec.heat_transfer_coefficient
    kind = spec.kind or ("temperature" if coefficient is None else "convection")
    temperature = 37.0 if spec.temperature is None else spec.temperature
    return Boundary(kind, temperature, 0.0 if coefficient is None else coefficient)
