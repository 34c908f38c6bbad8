"""Write a case folder: the mesh of an anatomy with its ``case.toml``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwa_sim.errors import DataError, InputError
from mwa_sim.mesh.files import write_mesh

if TYPE_CHECKING:
    from mwa_sim.anatomy.anatomy import Anatomy

MESH_FILE = "mesh.vtu"
CASE_FILE = "case.toml"
RECIPE_FILE = "recipe.toml"


def write_case(
    folder: str | os.PathLike[str],
    anatomy: Anatomy,
    name: str,
    description: str = "",
    recipe: Mapping[str, Any] | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write ``case.toml``, the mesh and the recipe that it came from into a folder.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    anatomy : Anatomy
    name, description : str
        Of the case.
    recipe : mapping, optional
        Table of the recipe, kept as ``recipe.toml``.
    overwrite : bool
        Replace a case that is there.

    Returns
    -------
    Path
        The case file, which :func:`mwa_sim.load_case` reads.

    Raises
    ------
    InputError
        If the folder holds a case already and `overwrite` is not set, or cannot be written.
    """
    target = Path(folder)
    if (target / CASE_FILE).exists() and not overwrite:
        raise InputError(f"{target / CASE_FILE} exists; choose another folder, or --force")
    import tomli_w

    try:
        target.mkdir(parents=True, exist_ok=True)
        write_mesh(target / MESH_FILE, anatomy.mesh, length_unit="mm")
        if recipe is not None:
            text = tomli_w.dumps({"recipe": dict(recipe)})
            (target / RECIPE_FILE).write_text(text, encoding="utf-8")
        # The case file comes last: a folder without one is no case.
        text = tomli_w.dumps(case_table(anatomy, name, description))
        (target / CASE_FILE).write_text(text, encoding="utf-8")
    except (OSError, DataError) as error:
        raise InputError(f"cannot write the case to {target}: {error}") from error
    return target / CASE_FILE


def case_table(anatomy: Anatomy, name: str, description: str = "") -> dict[str, Any]:
    """The content of a case file, schema ``mwa-sim/case/1``.

    Parameters
    ----------
    anatomy : Anatomy
    name, description : str

    Returns
    -------
    dict
        Lengths as quoted quantities.
    """
    table: dict[str, Any] = {"schema": "mwa-sim/case/1", "name": name}
    if description:
        table["description"] = description
    if anatomy.origin:
        table["origin"] = anatomy.origin
    if anatomy.notes:
        table["notes"] = list(anatomy.notes)
    table |= {"mesh": MESH_FILE, "length_unit": "mm"}
    if anatomy.offset.any():
        table["source_offset"] = _point(anatomy.offset)
    table["regions"] = {
        str(label): {"name": region, "tissue": anatomy.region_tissues[region]}
        for label, region in sorted(anatomy.region_names.items())
    }
    table["landmarks"] = {key: _point(point) for key, point in anatomy.landmarks.items()}
    if anatomy.organs_at_risk:
        table["organs_at_risk"] = {
            key: dict(organ) for key, organ in anatomy.organs_at_risk.items()
        }
    table["boundary"] = {"temperature": "37 degC"}
    if anatomy.tissues:
        table["tissue"] = {key: dict(tissue) for key, tissue in anatomy.tissues.items()}
    return table


def _point(point: Any) -> list[str]:
    return [f"{1e3 * float(value):.4f} mm" for value in point]
