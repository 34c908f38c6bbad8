"""The benchmark of real anatomies: what it finds in a folder, and what it measures against."""

import numpy as np
import pytest

from benchmarks.verification.real_anatomy.__main__ import line, shortcomings
from benchmarks.verification.real_anatomy.files import items
from benchmarks.verification.real_anatomy.measure import measure, voxel_faces
from tests.anatomy.images.volumes import affine_of, write_nifti


def test_faces_of_voxels_enclose_them():
    mask = np.random.default_rng(0).random((7, 5, 6)) < 0.4
    corners, faces = voxel_faces(mask)
    x = corners[faces]
    area = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]) / 2.0
    assert (area * x.mean(axis=1)).sum() / 3.0 == pytest.approx(mask.sum())
    np.testing.assert_allclose(area.sum(axis=0), 0.0, atol=1e-9)
    assert corners.min() >= -0.5
    assert corners.max() <= 6.5


def test_what_is_found_in_a_folder(tmp_path):
    (tmp_path / "surfaces" / "defective").mkdir(parents=True)
    for name in ("spine_T11_mean.stl", "defective/other.obj", "notes.txt"):
        (tmp_path / "surfaces" / name).write_text("")
    (tmp_path / "labels").mkdir()
    shape, affine = (30, 30, 60), affine_of((30, 30, 60), (2.0, 2.0, 2.0), np.eye(3))
    data = np.zeros(shape, np.uint8)
    for label, z in ((23, 5), (22, 25), (21, 45)):
        data[5:25, 5:25, z : z + (12 if label != 21 else 3)] = label
    write_nifti(tmp_path / "labels" / "vert.nii.gz", data, affine)
    write_nifti(tmp_path / "labels" / "vert_subreg.nii.gz", data, affine)
    write_nifti(tmp_path / "labels" / "ct.nii.gz", data - 0.5, affine)
    found = items(tmp_path)
    assert [item.name for item in found] == [
        "surfaces/defective/other.obj (L3)", "surfaces/spine_T11_mean.stl (T11)",
        "labels/vert.nii.gz (L3)", "labels/vert.nii.gz (L4)",
    ]  # fmt: skip
    assert found[-1].recipe["subregions"] == str(tmp_path / "labels" / "vert_subreg.nii.gz")


def test_what_is_refused_says_why(tmp_path):
    (tmp_path / "surfaces").mkdir()
    (tmp_path / "surfaces" / "L2.stl").write_text("no surface")
    row = measure(items(tmp_path)[0])
    assert "L2.stl" in " ".join(row["refused"])
    assert "refused: " in line(row)
    assert shortcomings(row) == []
