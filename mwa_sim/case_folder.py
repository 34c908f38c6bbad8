"""Write a case folder: the mesh of an anatomy with its ``case.toml``."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwa_sim.errors import DataError, InputError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.mesh.files import write_mesh

if TYPE_CHECKING:
    from mwa_sim.anatomy.anatomy import Anatomy

MESH_FILE = "mesh.vtu"
CASE_FILE = "case.toml"
RECIPE_FILE = "recipe.toml"
REPORT_FILE = "report.json"
PICTURE_FILE = "anatomy.png"
#: All that a case folder may hold.
FILES = (CASE_FILE, MESH_FILE, RECIPE_FILE, REPORT_FILE, PICTURE_FILE)


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
    with staged(folder, overwrite=overwrite) as stage:
        write_case_files(stage, anatomy, name, description, recipe)
    return Path(folder) / CASE_FILE


@contextmanager
def staged(folder: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """A temporary folder whose files become those of a case folder once all are written.

    An error or Ctrl-C inside leaves the case folder as it was. Files of an earlier case that the
    new one does not have are removed: a picture of another anatomy would mislead.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    overwrite : bool
        Replace a case that is there.

    Yields
    ------
    Path
        In the same folder as the case folder, so that moving is renaming.

    Raises
    ------
    InputError
        If the folder holds files of a case already and `overwrite` is not set, or cannot be
        written.
    """
    target = Path(folder).absolute()
    if not overwrite and (taken := files_there(target)):
        raise InputError(
            f"{Path(folder) / taken[0]} exists; choose another folder, or replace it with --force"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield stage
        target.mkdir(exist_ok=True)
        # A folder without a case file is no case: the old one goes first, the new one comes last.
        with deferred_interrupt():
            for name in FILES if overwrite else ():
                (target / name).unlink(missing_ok=True)
            for file in sorted(stage.iterdir(), key=lambda file: file.name == CASE_FILE):
                file.replace(target / file.name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def files_there(folder: Path) -> list[str]:
    """Names of files of a case that a folder has already."""
    return [name for name in FILES if (folder / name).exists()]


def write_case_files(
    folder: Path,
    anatomy: Anatomy,
    name: str,
    description: str = "",
    recipe: Mapping[str, Any] | None = None,
) -> None:
    """Write mesh, recipe and case file into a folder that exists; as :func:`write_case`.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    import tomli_w

    try:
        write_mesh(folder / MESH_FILE, anatomy.mesh, length_unit="mm")
        if recipe is not None:
            text = tomli_w.dumps({"recipe": dict(recipe)})
            (folder / RECIPE_FILE).write_text(text, encoding="utf-8")
        text = tomli_w.dumps(case_table(anatomy, name, description))
        (folder / CASE_FILE).write_text(text, encoding="utf-8")
    except (OSError, DataError) as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: object, error: Exception) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"cannot write the case to {folder}: {reason.lower()}")


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
