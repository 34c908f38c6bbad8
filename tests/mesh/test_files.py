"""Mesh files: round trips, foreign cells, and one clear message for each thing that is wrong."""

import os
from pathlib import Path

import meshio
import numpy as np
import pytest

from mwa_sim.errors import DataError, InputError, MeshError
from mwa_sim.mesh.files import read_mesh, write_mesh
from mwa_sim.mesh.quality import quality
from mwa_sim.mesh.tetmesh import TetMesh

from .shapes import face_counts

POINTS = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10], [10, 10, 10.0]])
TETS = np.array([[0, 1, 2, 3], [4, 2, 1, 3]])
DATA = Path(os.environ.get("MWA_SIM_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def write(path, points=POINTS, cells=(("tetra", TETS),), name="region", labels=((1, 2),), **more):
    data = {name: [np.asarray(part) for part in labels]} if name else {}
    meshio.Mesh(points, list(cells), cell_data=data, **more).write(path)
    return path


@pytest.mark.parametrize("suffix", [".vtu", ".vtk", ".msh"])
@pytest.mark.parametrize("unit", ["mm", "m"])
def test_round_trip(tmp_path, suffix, unit):
    mesh = TetMesh(POINTS * 1e-3, TETS, [3, 8])
    file = tmp_path / f"two{suffix}"
    write_mesh(file, mesh, {"temperature": np.arange(5.0)}, length_unit=unit)
    back = read_mesh(file, length_unit=unit)
    np.testing.assert_allclose(back.nodes, mesh.nodes, rtol=1e-14, atol=1e-18)
    np.testing.assert_array_equal(back.tets, mesh.tets)
    np.testing.assert_array_equal(back.regions, mesh.regions)
    stored = meshio.read(file)
    np.testing.assert_allclose(stored.point_data["temperature"], np.arange(5.0))
    assert stored.points.max() == pytest.approx(10.0 if unit == "mm" else 0.01)


def test_other_cells_and_loose_nodes_are_dropped(tmp_path):
    points = np.vstack([[[5, 5, 5]], POINTS])
    cells = [("triangle", [[1, 2, 3]]), ("tetra", TETS[:1] + 1), ("tetra", TETS[1:] + 1)]
    file = write(tmp_path / "mixed.vtu", points, cells, labels=([9], [1], [2]))
    mesh = read_mesh(file)
    assert mesh.n_nodes == 5
    np.testing.assert_array_equal(mesh.regions, [1, 2])
    np.testing.assert_allclose(mesh.nodes[mesh.tets], POINTS[TETS] * 1e-3)


def test_gmsh_physical_groups_are_labels(tmp_path):
    file = write(tmp_path / "g.vtu", name="gmsh:physical", labels=([5, 6],))
    assert read_mesh(file).labels == (5, 6)


def test_gmsh_volumes_are_labels_where_no_group_is_named(tmp_path):
    file = write(tmp_path / "g.vtu", name="gmsh:geometrical", labels=([5, 6],))
    assert read_mesh(file).labels == (5, 6)


def test_the_physical_group_0_of_gmsh_is_none(tmp_path):
    data = {"gmsh:physical": [np.zeros(2, int)], "gmsh:geometrical": [np.array([3, 4])]}
    file = tmp_path / "g.msh"
    meshio.Mesh(POINTS, [("tetra", TETS)], cell_data=data).write(file, file_format="gmsh22")
    assert read_mesh(file).labels == (3, 4)


@pytest.mark.parametrize("labels", [[0.0, 17.0], np.array([0, 17], np.uint8)])
def test_whole_numbers_of_any_type_are_labels(tmp_path, labels):
    assert read_mesh(write(tmp_path / "l.vtu", labels=(labels,))).labels == (0, 17)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1.0, np.nan], "must hold integers"),
        ([1.0, 1.5], "must hold integers"),
        ([1, 2**40], "holds labels beyond 2147483647; number the regions from 1"),
    ],
)
def test_labels_that_are_none(tmp_path, labels, message):
    with pytest.raises(DataError, match=f"cell array 'region' {message}"):
        read_mesh(write(tmp_path / "l.vtu", labels=(labels,)))


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.vtu' does not exist"):
        read_mesh(tmp_path / "nothing.vtu")
    broken = tmp_path / "broken.vtu"
    broken.write_text("<VTKFile", encoding="utf-8")
    with pytest.raises(DataError, match="cannot read mesh file"):
        read_mesh(broken)
    strange = tmp_path / "mesh.docx"
    strange.write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="cannot read mesh file"):
        read_mesh(strange)


def test_content_that_cannot_be_used(tmp_path):
    surface = write(tmp_path / "s.vtu", cells=[("triangle", [[0, 1, 2]])], labels=([1],))
    with pytest.raises(DataError, match=r"no 4-node tetrahedra \(found: triangle\)"):
        read_mesh(surface)
    with pytest.raises(DataError, match=r"no integer cell array 'region' .*found: 'part'"):
        read_mesh(write(tmp_path / "n.vtu", name="part"))
    with pytest.raises(DataError, match="must hold integers"):
        read_mesh(write(tmp_path / "f.vtu", labels=([1.5, 2.0],)))
    flipped = write(tmp_path / "i.vtu", cells=[("tetra", TETS[:, [0, 2, 1, 3]])])
    with pytest.raises(MeshError, match="2 tetrahedra are inverted"):
        read_mesh(flipped)


def test_wrong_arguments(tmp_path):
    mesh = TetMesh(POINTS, TETS, [1, 2])
    with pytest.raises(InputError, match="unknown unit 'inch'; write one of m, cm, mm"):
        read_mesh(tmp_path / "x.vtu", length_unit="inch")
    with pytest.raises(InputError, match=r"point_data\['T'\] has shape \(4,\), expected 5 rows"):
        write_mesh(tmp_path / "x.vtu", mesh, {"T": np.zeros(4)})
    with pytest.raises(DataError, match="cannot write mesh file"):
        write_mesh(tmp_path / "no" / "folder" / "x.vtu", mesh)


def test_real_anatomy():
    file = DATA / "cases" / "l3-mean-shape" / "l3.vtu"
    if not file.is_file():
        pytest.skip("the L3 mean shape is not on this machine (set MWA_SIM_DATA to its folder)")
    mesh = read_mesh(file)
    assert (mesh.n_tets, mesh.n_nodes, len(mesh.labels)) == (240567, 43798, 8)
    assert set(np.bincount(face_counts(mesh)).nonzero()[0]) == {1, 2}
    assert quality(mesh).min_dihedral_deg == pytest.approx(3.17, abs=0.01)
