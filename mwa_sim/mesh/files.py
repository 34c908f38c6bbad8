"""Reading and writing tetrahedral meshes: the only module that imports meshio."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.errors import DataError, InputError
from mwa_sim.mesh.tetmesh import TetMesh

#: Metres in one unit of the lengths a mesh file may be written in.
LENGTH_UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6}
#: Cell arrays accepted as region labels, in order of preference.
REGION_ARRAYS = ("region", "gmsh:physical", "gmsh:geometrical")


def read_mesh(path: str | os.PathLike[str], length_unit: str = "mm") -> TetMesh:
    """Read a tetrahedral mesh with region labels from any file meshio can read.

    Cells that are not 4-node tetrahedra (the surface triangles of a .msh, for example) are
    ignored, and nodes that no tetrahedron uses are dropped.

    Parameters
    ----------
    path : path
        Mesh file (.vtu, .vtk, .msh, ...). Its tetrahedra carry an integer cell array
        ``region``; in a .msh file the physical group of each, or else its volume, will do.
    length_unit : str
        Unit of the coordinates in the file: "m", "cm", "mm" or "um".

    Returns
    -------
    TetMesh
        Node coordinates in metres.

    Raises
    ------
    InputError
        Unknown length unit.
    DataError
        File missing, unreadable, without tetrahedra or without integer region labels.
    MeshError
        Elements that are inverted or degenerate, coordinates that are not finite.

    Examples
    --------
    >>> mesh = read_mesh("block.vtu", length_unit="mm")  # doctest: +SKIP
    """
    file = Path(path)
    scale = _scale(length_unit)
    if not file.is_file():
        raise DataError(f"mesh file '{file}' does not exist")
    raw = _load(file)
    blocks = [i for i, block in enumerate(raw.cells) if block.type == "tetra"]
    if not blocks:
        found = ", ".join(sorted({block.type for block in raw.cells})) or "no cells"
        raise DataError(
            f"mesh file '{file}' has no 4-node tetrahedra (found: {found}); write linear tetrahedra"
        )
    tets = np.concatenate([np.asarray(raw.cells[i].data, dtype=np.int64) for i in blocks])
    regions = _regions(file, raw, blocks)
    points = np.asarray(raw.points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise DataError(f"mesh file '{file}' has points of shape {points.shape}, expected (n, 3)")
    if tets.min() < 0 or tets.max() >= len(points):
        raise DataError(f"mesh file '{file}' names nodes that it does not contain")
    used, tets_of_used = np.unique(tets, return_inverse=True)
    return TetMesh(points[used] * scale, tets_of_used.reshape(tets.shape), regions)


def write_mesh(
    path: str | os.PathLike[str],
    mesh: TetMesh,
    point_data: Mapping[str, ArrayLike] | None = None,
    length_unit: str = "mm",
) -> None:
    """Write a mesh with its region labels and optional nodal fields.

    Parameters
    ----------
    path : path
        File to write; the suffix chooses the format (.vtu keeps everything).
    mesh : TetMesh
        Mesh in metres.
    point_data : mapping of str to (n,) or (n, 3) array, optional
        Nodal fields.
    length_unit : str
        Unit of the coordinates in the file.

    Raises
    ------
    InputError
        Unknown length unit, or a field that has not one row per node.
    DataError
        The file cannot be written (folder missing, unknown suffix, no permission).
    """
    import meshio

    scale = _scale(length_unit)
    fields = {name: np.asarray(values) for name, values in (point_data or {}).items()}
    wrong = [
        f"point_data['{name}'] has shape {values.shape}, expected {mesh.n_nodes} rows"
        for name, values in fields.items()
        if values.shape[:1] != (mesh.n_nodes,)
    ]
    if wrong:
        raise InputError(wrong)
    file = Path(path)
    labels = mesh.regions.astype(np.int32)
    names, file_format = ["region"], None
    if file.suffix == ".msh":
        # Gmsh keeps labels as physical groups; its older format does so cell by cell.
        names, file_format = ["gmsh:physical", "gmsh:geometrical"], "gmsh22"
    out = meshio.Mesh(
        mesh.nodes / scale,
        [("tetra", mesh.tets)],
        point_data=fields,
        cell_data={name: [labels] for name in names},
    )
    try:
        out.write(file, file_format=file_format)
    except (OSError, meshio.WriteError, KeyError) as error:
        raise DataError(f"cannot write mesh file '{file}': {error}") from error


def _scale(length_unit: str) -> float:
    if length_unit not in LENGTH_UNITS:
        known = ", ".join(LENGTH_UNITS)
        raise InputError(f"length_unit: unknown unit '{length_unit}'; write one of {known}")
    return LENGTH_UNITS[length_unit]


def _load(file: Path) -> Any:
    import meshio

    said = io.StringIO()
    try:
        # What meshio has to say about a file it prints, then it ends the process.
        with redirect_stdout(said), redirect_stderr(said):
            return meshio.read(file)
    # It lets parser errors of every kind through (XML, struct, zlib, index).
    except SystemExit as error:
        lines = [line.strip() for line in said.getvalue().splitlines() if line.strip()]
        reason = "; ".join(line.removeprefix("Error: ") for line in lines) or "unknown content"
        raise DataError(f"cannot read mesh file '{file}': {reason}") from error
    except Exception as error:
        reason = str(error).strip() or type(error).__name__
        raise DataError(f"cannot read mesh file '{file}': {reason}") from error


def _regions(file: Path, raw: Any, blocks: list[int]) -> NDArray[np.int32]:
    for name in REGION_ARRAYS:
        if name in raw.cell_data:
            parts = [np.asarray(raw.cell_data[name][i]).reshape(-1) for i in blocks]
            values = np.concatenate(parts)
            if name == "gmsh:physical" and "gmsh:geometrical" in raw.cell_data and not values.any():
                continue  # 0 says that no group was named
            return _integers(file, name, values)
    found = ", ".join(f"'{name}'" for name in raw.cell_data) or "none"
    raise DataError(
        f"mesh file '{file}' has no integer cell array 'region' (cell arrays found: {found})"
    )


def _integers(file: Path, name: str, values: NDArray[Any]) -> NDArray[np.int32]:
    where = f"mesh file '{file}': cell array '{name}'"
    # Not a number is no label either, and casting it would warn.
    whole = np.issubdtype(values.dtype, np.number) and bool(np.isfinite(values).all())
    if not whole or not np.array_equal(np.rint(values), values):
        raise DataError(f"{where} must hold integers")
    limits = np.iinfo(np.int32)
    if values.min() < limits.min or values.max() > limits.max:
        raise DataError(f"{where} holds labels beyond {limits.max}; number the regions from 1")
    return values.astype(np.int32)
