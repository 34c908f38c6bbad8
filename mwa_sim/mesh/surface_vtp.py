"""Reading VTP files: the polygons of VTK's XML format.

VTK itself ends the process when a damaged file announces more than the memory holds, so the few
things that are needed are read here.
"""

from __future__ import annotations

import base64
import math
import re
import zlib
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.surface_polygons import Soup, triangulated

_TYPES = {
    "Int8": "i1", "UInt8": "u1", "Int16": "i2", "UInt16": "u2", "Int32": "i4", "UInt32": "u4",
    "Int64": "i8", "UInt64": "u8", "Float32": "f4", "Float64": "f8",
}  # fmt: skip
_COMPRESSOR = "vtkZLibDataCompressor"
#: Compressed arrays larger than this are refused.
_MOST_BYTES = 1_000_000_000
_APPENDED = re.compile(rb"<AppendedData\b([^>]*)>\s*_")


@dataclass(frozen=True)
class _Encoding:
    """How the arrays of a file are stored."""

    order: str
    header: str
    compressed: bool
    appended: bytes
    appended_raw: bool


def parse_vtp(data: bytes) -> Soup:
    """Vertices and triangles of a VTP file.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    vertices : (n, 3) float array
    triangles : (m, 3) int array

    Raises
    ------
    ValueError
        If it is no VTP file, is cut off or damaged, or has no polygons.
    """
    if b"</VTKFile>" not in data[-4096:]:
        raise ValueError("no VTP file, or one that is cut off: </VTKFile> is missing at its end")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("a VTP file has no document type")
    found = _APPENDED.search(data)
    text, appended, kind = data, b"", b""
    if found is not None:
        text = data[: found.start()] + b"</VTKFile>"
        appended, kind = data[found.end() :], found.group(1)
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise ValueError(f"the XML of the VTP file is damaged: {error}") from None
    if root.tag != "VTKFile" or root.get("type") != "PolyData":
        raise ValueError('no VTP file: it does not start with <VTKFile type="PolyData">')
    compressor = root.get("compressor")
    if compressor not in (None, _COMPRESSOR):
        raise ValueError(f"compression '{compressor}' is unknown here; write it with zlib or none")
    encoding = _Encoding(
        ">" if root.get("byte_order") == "BigEndian" else "<",
        _TYPES.get(root.get("header_type", "UInt32"), "u4"),
        compressor is not None,
        appended,
        b"raw" in kind,
    )
    vertices, triangles, so_far = [], [], 0
    for piece in root.iter("Piece"):
        points = piece.find("Points/DataArray")
        if points is None:
            continue
        x = _array(points, encoding).astype(np.float64)
        if len(x) % 3:
            raise ValueError("the points of the VTP file are incomplete")
        vertices.append(x.reshape(-1, 3))
        for tag in ("Polys", "Strips"):
            t = _cells(piece.find(tag), encoding, tag)
            if len(t) and (t.min() < 0 or t.max() >= len(vertices[-1])):
                raise ValueError("the VTP file names points that it does not contain")
            triangles.append(t + so_far)
        so_far += len(vertices[-1])
    if not vertices:
        raise ValueError("the VTP file has no points")
    return np.concatenate(vertices), np.concatenate(triangles)


def _cells(cells: Any, encoding: _Encoding, tag: str) -> NDArray[np.int64]:
    none = np.empty((0, 3), dtype=np.int64)
    if cells is None:
        return none
    arrays = {child.get("Name"): child for child in cells.iter("DataArray")}
    if not {"connectivity", "offsets"} <= set(arrays):
        return none
    corners = _array(arrays["connectivity"], encoding).astype(np.int64)
    offsets = _array(arrays["offsets"], encoding).astype(np.int64)
    counts = np.diff(offsets, prepend=0)
    if len(offsets) == 0:
        return none
    if (counts < 0).any() or offsets[-1] > len(corners):
        raise ValueError("the polygons of the VTP file are damaged")
    if tag == "Polys":
        return triangulated(corners, counts)
    return _strips(corners, counts)


def _strips(corners: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    start = np.cumsum(counts) - counts
    number = np.maximum(counts - 2, 0)
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    first = np.repeat(start, number) + place
    t = np.stack([corners[first], corners[first + 1], corners[first + 2]], axis=1)
    # Every second triangle of a strip runs the other way round.
    odd = place % 2 == 1
    t[odd] = t[odd][:, ::-1]
    return t


def _array(element: Any, encoding: _Encoding) -> NDArray[Any]:
    """Values of a DataArray element."""
    name = element.get("type", "")
    if name not in _TYPES:
        raise ValueError(f"the VTP file has an array of type '{name}'")
    kind, form = encoding.order + _TYPES[name], element.get("format", "ascii")
    if form == "ascii":
        words = (element.text or "").split()
        try:
            return np.array(words, dtype=np.str_).astype(np.float64).astype(kind)
        except ValueError as error:
            raise ValueError(f"a number in the VTP file cannot be read: {error}") from None
    if form == "binary":
        raw = _decoded((element.text or "").strip().encode("ascii", "replace"), encoding)
    elif form == "appended":
        offset = element.get("offset", "")
        if not offset.isdigit() or int(offset) > len(encoding.appended):
            raise ValueError("an offset in the VTP file points beyond its end")
        rest = encoding.appended[int(offset) :]
        raw = _plain(rest, encoding) if encoding.appended_raw else _decoded(rest, encoding)
    else:
        raise ValueError(f"the VTP file has an array of unknown format '{form}'")
    size = np.dtype(kind).itemsize
    if len(raw) % size:
        raise ValueError("an array of the VTP file is incomplete")
    return np.frombuffer(raw, dtype=kind)


def _decoded(text: bytes, encoding: _Encoding) -> bytes:
    """An array in base 64; the header of a compressed one stands in a code of its own."""
    size = np.dtype(encoding.header).itemsize
    if not encoding.compressed:
        length = _head(_base64(text, size), 1, encoding)[0]
        return _base64(text, size + length)[size:]
    blocks = _head(_base64(text, size), 1, encoding)[0]
    head = size * (3 + blocks)
    if head > len(text):
        raise ValueError("an array of the VTP file is cut off")
    sizes = _head(_base64(text, head), 3 + blocks, encoding)
    rest = text[4 * math.ceil(head / 3) :]
    return _inflated(_base64(rest, sum(sizes[3:])), sizes)


def _plain(data: bytes, encoding: _Encoding) -> bytes:
    size = np.dtype(encoding.header).itemsize
    first = _head(data, 1, encoding)[0]
    if not encoding.compressed:
        if size + first > len(data):
            raise ValueError("an array of the VTP file is cut off")
        return data[size : size + first]
    head = size * (3 + first)
    if head > len(data):
        raise ValueError("an array of the VTP file is cut off")
    return _inflated(data[head:], _head(data, 3 + first, encoding))


def _head(data: bytes, count: int, encoding: _Encoding) -> list[int]:
    kind = np.dtype(encoding.order + encoding.header)
    if len(data) < count * kind.itemsize:
        raise ValueError("an array of the VTP file is cut off")
    return [int(value) for value in np.frombuffer(data, dtype=kind, count=count)]


def _base64(text: bytes, length: int) -> bytes:
    """The first bytes that a text in base 64 stands for."""
    if length < 0 or length > len(text):
        raise ValueError("an array of the VTP file is cut off")
    try:
        decoded = base64.b64decode(text[: 4 * math.ceil(length / 3)])
    except ValueError as error:
        raise ValueError(f"an array of the VTP file is damaged: {error}") from None
    if len(decoded) < length:
        raise ValueError("an array of the VTP file is cut off")
    return decoded[:length]


def _inflated(data: bytes, sizes: list[int]) -> bytes:
    """Blocks of zlib; ``sizes`` holds their number, two lengths, and each compressed length."""
    blocks, length, last = sizes[:3]
    if blocks * length > _MOST_BYTES or last > _MOST_BYTES:
        raise ValueError("an array of the VTP file is damaged or too large")
    found, at = [], 0
    for place, packed in enumerate(sizes[3:]):
        expected = last if place == blocks - 1 and last else length
        try:
            found.append(zlib.decompressobj().decompress(data[at : at + packed], max(expected, 1)))
        except zlib.error as error:
            raise ValueError(f"an array of the VTP file is damaged: {error}") from None
        if len(found[-1]) != expected:
            raise ValueError("an array of the VTP file is cut off")
        at += packed
    return b"".join(found)
