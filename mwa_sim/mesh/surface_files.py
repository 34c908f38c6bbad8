"""Reading triangulated surfaces: STL, OBJ, PLY and VTP."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mwa_sim.errors import DataError
from mwa_sim.mesh.surface_ply import parse_ply
from mwa_sim.mesh.surface_polygons import MOST_TRIANGLES, Soup, triangulated
from mwa_sim.mesh.surface_vtp import parse_vtp
from mwa_sim.mesh.tetmesh import Floats, Ints

#: Suffixes of the files that can be read.
FORMATS = (".stl", ".obj", ".ply", ".vtp")
#: Larger files are refused before they fill the memory.
_MOST_BYTES = 1_500_000_000
#: No coordinate of a surface is larger, not even in micrometres.
_BEYOND = 1e9
_VERTEX = re.compile(rb"\bvertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)


def read_surface(path: str | os.PathLike[str]) -> tuple[Floats, Ints]:
    """Read a surface as triangles.

    Corners at exactly the same place become one vertex, polygons become fans of triangles, and
    vertices that no triangle uses are dropped. Nothing else is changed.

    Parameters
    ----------
    path : path
        A .stl (ASCII or binary), .obj, .ply (ASCII or binary) or .vtp file.

    Returns
    -------
    vertices : (n, 3) float array
        In the unit of the file.
    triangles : (m, 3) int array

    Raises
    ------
    DataError
        If the file is missing, of another kind, damaged, empty, or holds coordinates that are not
        finite.

    Examples
    --------
    >>> vertices, triangles = read_surface("L3.stl")  # doctest: +SKIP
    """
    file = Path(path)
    where = f"surface file '{file}'"
    if not file.is_file():
        raise DataError(f"{where} does not exist" + (", it is a folder" if file.is_dir() else ""))
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(f"{where} has the suffix '{suffix}', expected one of {', '.join(FORMATS)}")
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            raise DataError(f"{where} has {size / 1e9:.1f} GB; decimate the surface first")
        if size == 0:
            raise DataError(f"{where} is empty")
        # Damaged numbers are found below; casting them needs no warning.
        with np.errstate(invalid="ignore", over="ignore"):
            soup = _PARSERS[suffix](file.read_bytes())
    except (OSError, MemoryError) as error:
        raise DataError(f"cannot read {where}: {error or 'not enough memory'}") from error
    except (ValueError, OverflowError) as error:
        raise DataError(f"cannot read {where}: {error}") from error
    return _merged(where, soup)


def _merged(where: str, soup: Soup) -> tuple[Floats, Ints]:
    vertices, triangles = soup
    if len(triangles) == 0:
        raise DataError(f"{where} holds no triangle")
    if triangles.min() < 0 or triangles.max() >= len(vertices):
        raise DataError(f"{where} names vertices that it does not contain (it has {len(vertices)})")
    used = np.unique(triangles)
    bad = used[~(np.abs(vertices[used]) < _BEYOND).all(axis=1)]
    if len(bad):
        raise DataError(
            f"{where} has {len(bad)} vertices whose coordinates are not finite or beyond "
            f"{_BEYOND:g} (first: number {bad[0]}); export it again"
        )
    # Adding zero turns -0.0 into 0.0, which is the same place.
    corners = vertices[triangles.reshape(-1)] + 0.0
    unique, where_now = np.unique(corners, axis=0, return_inverse=True)
    return unique, where_now.reshape(-1, 3).astype(np.int64)


def _stl(data: bytes) -> Soup:
    count = int.from_bytes(data[80:84], "little") if len(data) >= 84 else 0
    if len(data) >= 84 and len(data) == 84 + 50 * count:
        return _binary_stl(data, count)
    text = data[:512].lstrip().lower()
    if text.startswith(b"solid") and b"\0" not in data[:1024]:
        return _ascii_stl(data)
    # Some programs append something after the last triangle.
    if 0 < count <= MOST_TRIANGLES and 84 + 50 * count < len(data):
        return _binary_stl(data, count)
    if text.startswith(b"solid"):
        return _ascii_stl(data)
    raise ValueError(
        f"no STL file: the header of a binary one would announce {count} triangles, which needs "
        f"{84 + 50 * count} bytes, the file has {len(data)}; it may be cut off"
    )


def _binary_stl(data: bytes, count: int) -> Soup:
    kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("extra", "<u2")])
    rows = np.frombuffer(data, dtype=kind, count=count, offset=84)
    return _separate(rows["corners"].astype(np.float64))


def _ascii_stl(data: bytes) -> Soup:
    found = _VERTEX.findall(data)
    if not found:
        raise ValueError("it starts like an ASCII STL file but has no 'vertex' line")
    if len(found) % 3 or b"endsolid" not in data[-4096:].lower():
        raise ValueError("the ASCII STL file is cut off: 'endsolid' or corners are missing")
    corners = _numbers([token for row in found for token in row]).reshape(-1, 3, 3)
    return _separate(corners)


def _separate(corners: Floats) -> Soup:
    return corners.reshape(-1, 3), np.arange(3 * len(corners), dtype=np.int64).reshape(-1, 3)


def _numbers(tokens: list[bytes]) -> Floats:
    try:
        return np.array(tokens, dtype=np.bytes_).astype(np.float64)
    except ValueError as error:
        raise ValueError(f"a coordinate is no number: {error}") from None


def _obj(data: bytes) -> Soup:
    vertices: list[bytes] = []
    corners: list[int] = []
    counts: list[int] = []
    for number, line in enumerate(data.replace(b"\\\n", b" ").splitlines(), 1):
        if line.startswith((b"v ", b"v\t")):
            words = line.split()[1:4]
            if len(words) < 3:
                raise ValueError(f"line {number}: a vertex needs three coordinates")
            vertices += words
        elif line.startswith((b"f ", b"f\t")):
            words = line.split()[1:]
            try:
                named = [int(word.partition(b"/")[0]) for word in words]
            except ValueError:
                raise ValueError(f"line {number}: a face needs numbers of vertices") from None
            if len(named) < 3 or 0 in named:
                raise ValueError(f"line {number}: a face needs three vertices, counted from 1")
            # Negative numbers count back from the last vertex so far.
            so_far = len(vertices) // 3
            corners += [k - 1 if k > 0 else so_far + k for k in named]
            counts.append(len(named))
    if not vertices or not counts:
        raise ValueError("an OBJ file needs 'v' and 'f' lines")
    return (
        _numbers(vertices).reshape(-1, 3),
        triangulated(np.array(corners, dtype=np.int64), np.array(counts, dtype=np.int64)),
    )


_PARSERS: dict[str, Callable[[bytes], Soup]] = {
    ".stl": _stl,
    ".obj": _obj,
    ".ply": parse_ply,
    ".vtp": parse_vtp,
}
