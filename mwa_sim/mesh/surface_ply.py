"""Reading PLY files, ASCII and binary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.surface_polygons import MOST_TRIANGLES, Soup, triangulated

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_LISTS = ("vertex_indices", "vertex_index")


@dataclass
class _Element:
    name: str
    count: int
    #: Name, type, and type of the count for a list.
    properties: list[tuple[str, str, str | None]] = field(default_factory=list)


def parse_ply(data: bytes) -> Soup:
    """Vertices and triangles of a PLY file.

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
        If it is no PLY file, is cut off, or has no x, y, z or no faces.
    """
    end = data.find(b"end_header")
    if not data.startswith(b"ply") or end < 0:
        raise ValueError("no PLY file: 'ply' or 'end_header' is missing")
    line_end = data.find(b"\n", end)
    if line_end < 0:
        raise ValueError("the PLY file ends after its header")
    header = data[:end].decode("ascii", "replace").splitlines()
    order, elements = _header(header)
    body = data[line_end + 1 :]
    reader: Any = _Ascii(body) if order is None else _Binary(body, order)
    vertices, faces = None, None
    for element in elements:
        # Before anything is allocated: every entry takes at least a byte.
        if element.count < 0 or element.count > len(body):
            raise ValueError(f"the PLY file announces {element.count} times '{element.name}'")
        columns = reader.element(element)
        if element.name == "vertex":
            if not {"x", "y", "z"} <= set(columns):
                raise ValueError("the vertices of the PLY file have no x, y and z")
            vertices = np.stack([columns[k] for k in "xyz"], axis=1).astype(np.float64)
        elif element.name == "face":
            faces = next((columns[k] for k in _LISTS if k in columns), None)
    if vertices is None or faces is None:
        raise ValueError("the PLY file has no vertices or no faces with vertex_indices")
    return vertices, triangulated(*faces)


def _header(lines: list[str]) -> tuple[str | None, list[_Element]]:
    order: str | None = ""
    elements: list[_Element] = []
    for line in lines:
        words = line.split()
        if words[:1] == ["format"] and len(words) > 1:
            orders = {"ascii": None, "binary_little_endian": "<", "binary_big_endian": ">"}
            if words[1] not in orders:
                raise ValueError(f"unknown PLY format '{words[1]}'")
            order = orders[words[1]]
        elif words[:1] == ["element"] and len(words) == 3 and words[2].isdigit():
            elements.append(_Element(words[1], int(words[2])))
        elif words[:1] == ["property"] and elements:
            elements[-1].properties.append(_property(line, words[1:]))
    if order == "":
        raise ValueError("the PLY header has no 'format' line")
    return order, elements


def _property(line: str, words: list[str]) -> tuple[str, str, str | None]:
    if len(words) == 2 and words[0] in _TYPES:
        return words[1], _TYPES[words[0]], None
    if len(words) == 4 and words[0] == "list" and words[1] in _TYPES and words[2] in _TYPES:
        return words[3], _TYPES[words[2]], _TYPES[words[1]]
    raise ValueError(f"the PLY header has a line that cannot be understood: '{line.strip()[:60]}'")


class _Ascii:
    def __init__(self, body: bytes) -> None:
        self._lines = body.splitlines()
        self._at = 0

    def element(self, element: _Element) -> dict[str, Any]:
        rows = [line.split() for line in self._lines[self._at : self._at + element.count]]
        self._at += element.count
        if len(rows) < element.count:
            raise ValueError(f"the PLY file is cut off in '{element.name}'")
        try:
            if all(kind is None for _, _, kind in element.properties):
                width = len(element.properties)
                table = np.array([row[:width] for row in rows], dtype=np.bytes_).astype(np.float64)
                table = table.reshape(len(rows), width)
                return {name: table[:, k] for k, (name, _, _) in enumerate(element.properties)}
            return self._lists(element, rows)
        except (ValueError, IndexError):
            raise ValueError(f"a line of '{element.name}' in the PLY file is incomplete") from None

    @staticmethod
    def _lists(element: _Element, rows: list[list[bytes]]) -> dict[str, Any]:
        found: dict[str, tuple[list[int], list[int]]] = {}
        for row in rows:
            at = 0
            for name, _, counted in element.properties:
                if counted is None:
                    at += 1
                    continue
                count = int(row[at])
                values = [int(word) for word in row[at + 1 : at + 1 + count]]
                if count < 0 or len(values) < count:
                    raise ValueError
                at += 1 + count
                corners, counts = found.setdefault(name, ([], []))
                corners += values
                counts.append(count)
        return {name: tuple(np.array(v, dtype=np.int64) for v in both)
                for name, both in found.items()}  # fmt: skip


class _Binary:
    def __init__(self, body: bytes, order: str) -> None:
        self._body, self._order, self._at = body, order, 0

    def element(self, element: _Element) -> dict[str, Any]:
        if all(kind is None for _, _, kind in element.properties):
            rows = self._rows(element.count, [(n, t) for n, t, _ in element.properties])
            return {name: rows[name] for name, _, _ in element.properties}
        return self._triangles(element) or self._lists(element)

    def _rows(self, count: int, fields: list[tuple[str, str]]) -> NDArray[Any]:
        kind = np.dtype([(name, self._order + code) for name, code in fields])
        if self._at + kind.itemsize * count > len(self._body):
            raise ValueError("the PLY file is cut off")
        rows = np.frombuffer(self._body, dtype=kind, count=count, offset=self._at)
        self._at += kind.itemsize * count
        return rows

    def _triangles(self, element: _Element) -> dict[str, Any]:
        """All lists of length three, as nearly always; an empty dictionary otherwise."""
        fields: list[tuple[str, str]] = []
        for name, code, counted in element.properties:
            if counted is not None:
                fields.append((f"count of {name}", counted))
                fields += [(f"{name} {k}", code) for k in range(3)]
            else:
                fields.append((name, code))
        start = self._at
        lists = [name for name, _, counted in element.properties if counted is not None]
        try:
            rows = self._rows(element.count, fields)
        except ValueError:
            return {}
        if not all((rows[f"count of {name}"] == 3).all() for name in lists):
            self._at = start
            return {}
        return {
            name: (
                np.stack([rows[f"{name} {k}"] for k in range(3)], axis=1)
                .reshape(-1)
                .astype(np.int64),
                np.full(element.count, 3, dtype=np.int64),
            )
            for name in lists
        }

    def _lists(self, element: _Element) -> dict[str, Any]:
        found: dict[str, tuple[list[Any], list[int]]] = {}
        for _ in range(element.count):
            for name, code, counted in element.properties:
                if counted is None:
                    self._rows(1, [(name, code)])
                    continue
                count = int(self._rows(1, [("n", counted)])["n"][0])
                if not 0 <= count <= MOST_TRIANGLES:
                    raise ValueError("a face of the PLY file has an impossible number of corners")
                values = self._rows(count, [("v", code)])["v"]
                corners, counts = found.setdefault(name, ([], []))
                corners.append(values.astype(np.int64))
                counts.append(count)
        return {
            name: (np.concatenate(corners), np.array(counts, dtype=np.int64))
            for name, (corners, counts) in found.items()
        }
