"""Surface files: every format reads the same, damage gives messages and never a traceback."""

import base64
import zlib

import numpy as np
import pytest

from mwa_sim.errors import DataError
from mwa_sim.mesh.surface_files import read_surface
from tests.mesh.solids import sphere, write_stl

X, T = sphere(4.0, 1)


def ascii_stl(x, t):
    facets = [
        "facet normal 0 0 0\n outer loop\n"
        + "".join(f"  vertex {p[0]!r} {p[1]!r} {p[2]!r}\n" for p in corners.tolist())
        + " endloop\nendfacet\n"
        for corners in x[t]
    ]
    return ("solid test\n" + "".join(facets) + "endsolid test\n").encode()


def obj(x, t):
    lines = [f"v {p[0]!r} {p[1]!r} {p[2]!r}" for p in x.tolist()]
    lines += [f"f {a + 1}/1/2 {b + 1}//3 {c - len(x)}" for a, b, c in t.tolist()]
    return "\n".join(["# comment", "vn 0 0 1", *lines]).encode()


def ply(x, t, kind):
    order = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}[kind]
    head = (
        f"ply\nformat {kind} 1.0\ncomment x\nelement vertex {len(x)}\nproperty double x\n"
        "property double y\nproperty double z\nproperty uchar red\n"
        f"element face {len(t)}\nproperty list uchar int vertex_indices\nend_header\n"
    ).encode()
    if not order:
        lines = [f"{p[0]!r} {p[1]!r} {p[2]!r} 7" for p in x.tolist()]
        lines += [f"3 {a} {b} {c}" for a, b, c in t.tolist()]
        return head + "\n".join(lines).encode()
    points = np.zeros(len(x), dtype=[("x", order + "f8", 3), ("red", "u1")])
    points["x"] = x
    faces = np.zeros(len(t), dtype=[("n", "u1"), ("t", order + "i4", 3)])
    faces["n"], faces["t"] = 3, t
    return head + points.tobytes() + faces.tobytes()


def vtp(x, t, packed):
    def code(array):
        raw = array.tobytes()
        if not packed:
            return base64.b64encode(np.uint32(len(raw)).tobytes() + raw).decode()
        squeezed = zlib.compress(raw)
        sizes = np.array([1, len(raw), 0, len(squeezed)], dtype="<u4").tobytes()
        return (base64.b64encode(sizes) + base64.b64encode(squeezed)).decode()

    compressor = ' compressor="vtkZLibDataCompressor"' if packed else ""
    offsets = np.arange(3, 3 * len(t) + 1, 3, dtype="<i8")
    return (
        f'<?xml version="1.0"?><VTKFile type="PolyData" byte_order="LittleEndian"{compressor}>'
        f'<PolyData><Piece NumberOfPoints="{len(x)}" NumberOfPolys="{len(t)}"><Points>'
        f'<DataArray type="Float64" NumberOfComponents="3" format="binary">{code(x)}</DataArray>'
        '</Points><Polys><DataArray type="Int64" Name="connectivity" format="binary">'
        f'{code(t.astype("<i8"))}</DataArray><DataArray type="Int64" Name="offsets" '
        f'format="binary">{code(offsets)}</DataArray></Polys></Piece></PolyData></VTKFile>'
    ).encode()


FILES = {
    "ascii.stl": ascii_stl(X, T),
    "a.obj": obj(X, T),
    "ascii.ply": ply(X, T, "ascii"),
    "little.ply": ply(X, T, "binary_little_endian"),
    "big.ply": ply(X, T, "binary_big_endian"),
    "plain.vtp": vtp(X, T, False),
    "packed.vtp": vtp(X, T, True),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_triangles(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])
    vertices, triangles = read_surface(tmp_path / name)
    assert len(vertices) == len(X)
    np.testing.assert_array_equal(vertices[triangles], X[T])


def test_binary_stl_is_merged_exactly(tmp_path):
    vertices, triangles = read_surface(write_stl(tmp_path / "a.stl", X, T))
    assert len(vertices) == len(X)
    np.testing.assert_array_equal(vertices[triangles], X[T].astype(np.float32))


def test_polygons_become_triangles(tmp_path):
    file = tmp_path / "a.obj"
    file.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n")
    _, triangles = read_surface(file)
    assert len(triangles) == 2
    ply_file = tmp_path / "a.ply"
    ply_file.write_bytes(
        b"ply\nformat binary_little_endian 1.0\nelement vertex 4\nproperty float x\n"
        b"property float y\nproperty float z\nelement face 2\n"
        b"property list uchar uchar vertex_index\nend_header\n"
        + np.array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0], dtype="<f4").tobytes()
        + bytes([4, 0, 1, 2, 3, 3, 0, 2, 1])
    )
    assert len(read_surface(ply_file)[1]) == 3


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.stl", b"", "empty"),
        ("a.stl", b"\0" * 80 + (9).to_bytes(4, "little") + b"\0" * 100, "cut off"),
        ("a.stl", FILES["ascii.stl"][:-200], "cut off"),
        ("a.stl", b"solid x\nhello\nendsolid", "vertex"),
        ("a.stl", FILES["ascii.stl"].replace(b"4.0", b"four", 1), "no number"),
        ("a.obj", b"v 0 0\nf 1 2 3", "line 1"),
        ("a.obj", b"v 0 0 0\nf 1 2 9", "does not contain"),
        ("a.obj", b"v 0 0 0\nf 1 1 99999999999999999999999", "cannot read"),
        ("a.obj", b"hello", "'v' and 'f'"),
        ("a.obj", FILES["a.obj"].replace(b"v 4.0", b"v nan", 1), "not finite"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 4000000000\nend_header\n1", "announces"),
        ("a.ply", FILES["little.ply"][:-3], "cut off|incomplete"),
        ("a.ply", b"plx", "no PLY"),
        ("a.vtp", FILES["plain.vtp"][:-20], "cut off"),
        ("a.vtp", FILES["packed.vtp"].replace(b"<Points>", b"<Points"), "XML"),
        ("a.vtp", b"<VTKFile type='ImageData'></VTKFile>", "PolyData"),
        ("a.xyz", b"1 2 3", "suffix"),
    ],
)
def test_damage_is_named(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_surface(tmp_path / name)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_surface(tmp_path / "none.stl")
    with pytest.raises(DataError, match="folder"):
        read_surface(tmp_path)


def test_random_damage_never_gives_a_traceback(tmp_path):
    random = np.random.default_rng(11)
    refused = 0
    for name, content in FILES.items():
        for _ in range(40):
            data = bytearray(content)
            if random.random() < 0.4:
                first, last = sorted(random.integers(len(data), size=2))
                del data[first:last]
            for place in random.integers(max(len(data), 1), size=random.integers(1, 8)):
                if len(data):
                    data[place % len(data)] = random.integers(256)
            (tmp_path / name).write_bytes(bytes(data))
            try:
                vertices, triangles = read_surface(tmp_path / name)
            except DataError:
                refused += 1
            else:
                assert np.isfinite(vertices[triangles]).all()
    assert refused > 100
