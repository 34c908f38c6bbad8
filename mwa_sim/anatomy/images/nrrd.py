"""NRRD files, attached (``.nrrd``) or detached (``.nhdr``), raw, gzip, bzip2 or text.

After the definition at teem.sourceforge.net/nrrd/format.html.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.errors import DataError
from mwa_sim.mesh.tetmesh import Floats

_TYPES = {
    "signed char": "i1", "int8": "i1", "int8_t": "i1", "uchar": "u1", "unsigned char": "u1",
    "uint8": "u1", "uint8_t": "u1", "short": "i2", "short int": "i2", "signed short": "i2",
    "signed short int": "i2", "int16": "i2", "int16_t": "i2", "ushort": "u2",
    "unsigned short": "u2", "unsigned short int": "u2", "uint16": "u2", "uint16_t": "u2",
    "int": "i4", "signed int": "i4", "int32": "i4", "int32_t": "i4", "uint": "u4",
    "unsigned int": "u4", "uint32": "u4", "uint32_t": "u4", "longlong": "i8", "long long": "i8",
    "int64": "i8", "int64_t": "i8", "ulonglong": "u8", "unsigned long long": "u8",
    "uint64": "u8", "uint64_t": "u8", "float": "f4", "double": "f8",
}  # fmt: skip
# Signs that turn the first two axes of a space into right and anterior.
_SPACES = {
    "right-anterior-superior": (1, 1), "ras": (1, 1),
    "left-anterior-superior": (-1, 1), "las": (-1, 1),
    "left-posterior-superior": (-1, -1), "lps": (-1, -1),
}  # fmt: skip


def read_nrrd(file: Path) -> tuple[NDArray[Any], Floats]:
    """Read an NRRD file.

    Parameters
    ----------
    file : Path
        Attached or detached header.

    Returns
    -------
    data : array
        First axis fastest, as in the file.
    affine : (4, 4) float array [mm]
        Voxel to right-anterior-superior.

    Raises
    ------
    DataError
        If the file is damaged, of a kind that is not known here, or says nothing about its place.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"file '{file}' cannot be read: {error.strerror}") from None
    if not content.startswith(b"NRRD"):
        raise DataError(f"file '{file}' is not NRRD: it does not start with 'NRRD'")
    end = re.search(rb"\r?\n\r?\n", content)
    fields = _fields(content[: end.start()] if end else content)
    missing = [key for key in ("type", "dimension", "sizes", "encoding") if key not in fields]
    if missing:
        raise DataError([f"file '{file}': the header lacks '{key}'" for key in missing])
    name = fields.get("data file", fields.get("datafile"))
    try:
        if name is not None:
            body = _detached(file, name)
        elif end is not None:
            body = content[end.end() :]
        else:
            raise DataError(f"file '{file}': no data after the header and no 'data file'")
        data = _decoded(file, fields, body)
        return data, _affine(file, fields, data.ndim)
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"file '{file}' is a damaged NRRD file: {error}") from None


def _fields(header: bytes) -> dict[str, str]:
    lines = header.decode("latin-1").splitlines()[1:]
    pairs = [re.split(r":=|: ?", line, maxsplit=1) for line in lines if not line.startswith("#")]
    return {pair[0].strip().lower(): pair[1].strip() for pair in pairs if len(pair) == 2}


def _detached(file: Path, name: str) -> bytes:
    if name.upper().startswith("LIST") or "%" in name:
        raise DataError(f"file '{file}': data in several files is not read; save it as one file")
    data = file.parent / name
    if not data.is_file():
        raise DataError(f"file '{file}' names its data '{name}', which is not beside it")
    return data.read_bytes()


def _decoded(file: Path, fields: dict[str, str], body: bytes) -> NDArray[Any]:
    kind = _TYPES.get(fields["type"].lower())
    if kind is None:
        raise DataError(f"file '{file}': values of type '{fields['type']}' are not read")
    sizes = [int(n) for n in fields["sizes"].split()]
    if len(sizes) != int(fields["dimension"]) or min(sizes) < 1:
        raise DataError(f"file '{file}': sizes '{fields['sizes']}' do not fit its dimension")
    encoding = fields["encoding"].lower()
    count = int(np.prod(sizes))
    for _ in range(int(fields.get("line skip", fields.get("lineskip", "0")))):
        body = body[body.index(b"\n") + 1 :]
    skip = int(fields.get("byte skip", fields.get("byteskip", "0")))
    dtype = np.dtype(kind)
    if dtype.itemsize > 1 and encoding not in ("ascii", "text", "txt"):
        endian = fields.get("endian", "").lower()
        if endian not in ("little", "big"):
            raise DataError(f"file '{file}': expected 'endian: little' or 'endian: big'")
        dtype = dtype.newbyteorder("<" if endian == "little" else ">")
    if encoding == "raw":
        body = body[len(body) - count * dtype.itemsize :] if skip == -1 else body[skip:]
    elif encoding in ("gzip", "gz"):
        body = gzip.decompress(body)[max(skip, 0) :]
    elif encoding in ("bzip2", "bz2"):
        body = bz2.decompress(body)[max(skip, 0) :]
    elif encoding in ("ascii", "text", "txt"):
        values = np.array(body.split(), dtype=np.float64).astype(dtype)
        return values[:count].reshape(sizes, order="F")
    else:
        raise DataError(f"file '{file}': encoding '{fields['encoding']}' is not read")
    if len(body) < count * dtype.itemsize:
        raise DataError(
            f"file '{file}': {count * dtype.itemsize} bytes of data were expected, "
            f"{len(body)} are there"
        )
    values = np.frombuffer(body, dtype=dtype, count=count)
    return values.astype(dtype.newbyteorder("=")).reshape(sizes, order="F")


def _affine(file: Path, fields: dict[str, str], dimension: int) -> Floats:
    signs = _SPACES.get(fields.get("space", "").lower())
    steps = [
        _vector(text) for text in re.findall(r"\([^)]*\)|none", fields.get("space directions", ""))
    ]
    spatial = [step for step in steps if step is not None]
    if signs is None or len(spatial) != 3 or len(steps) != dimension:
        raise DataError(
            f"file '{file}': expected a 'space' such as left-posterior-superior and three 'space "
            "directions', without which left and right are unknown"
        )
    origin = _vector(fields.get("space origin", "(0,0,0)"))
    affine = np.eye(4)
    affine[:3, :3] = np.transpose(spatial)
    affine[:3, 3] = np.zeros(3) if origin is None else origin
    affine[0] *= signs[0]
    affine[1] *= signs[1]
    return affine


def _vector(text: str) -> Floats | None:
    if text == "none":
        return None
    values = np.array([float(part) for part in text.strip("() ").split(",")])
    if values.shape != (3,):
        raise ValueError(f"expected a vector of three numbers, got {text}")
    return values
