"""Label files: the same voxels in the same place whatever the format and the order of the axes."""

import gzip

import numpy as np
import pytest

from mwa_sim.anatomy.images.volume import as_labels, read_volume
from mwa_sim.errors import DataError

from .volumes import PLACE, RAS_OF_FRAME, affine_of, rotation, write_nifti, write_nrrd

SHAPE = (5, 6, 7)
TURN = rotation((1.0, 2.0, 0.5), 25.0)


@pytest.fixture
def data():
    return np.random.default_rng(3).integers(0, 30, SHAPE).astype(np.int16)


@pytest.fixture
def affine():
    return affine_of(SHAPE, (0.8, 1.1, 2.0), TURN)


def test_right_anterior_superior_becomes_anterior_left_cranial(tmp_path, data, affine):
    volume = read_volume(write_nifti(tmp_path / "a.nii.gz", data, affine))
    index = np.array([[1.0, 4.0, 2.0]])
    ras = affine[:3, :3] @ index[0] + affine[:3, 3]
    assert volume.points(index)[0] == pytest.approx(1e-3 * ras @ RAS_OF_FRAME, abs=1e-8)
    assert volume.points(index)[0, 1] == pytest.approx(-1e-3 * ras[0], abs=1e-8)
    assert volume.indices(volume.points(index)) == pytest.approx(index)
    assert volume.voxel == pytest.approx(0.8 * 1.1 * 2.0 * 1e-9, rel=1e-6)
    assert volume.spacing == pytest.approx([0.8e-3, 1.1e-3, 2.0e-3])
    assert not volume.sheared


@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
@pytest.mark.parametrize("ending", [".nrrd", ".nhdr"])
def test_nrrd_and_nifti_agree(tmp_path, data, affine, encoding, ending):
    nifti = read_volume(write_nifti(tmp_path / "a.nii", data, affine))
    nrrd = read_volume(write_nrrd(tmp_path / f"a{ending}", data, affine, encoding))
    assert np.array_equal(nifti.data, nrrd.data)
    assert nrrd.axes == pytest.approx(nifti.axes, abs=1e-9)
    assert nrrd.origin == pytest.approx(nifti.origin, abs=1e-7)
    assert nrrd.same_grid(nifti)


def test_the_qform_is_enough(tmp_path, data, affine):
    import nibabel

    image = nibabel.Nifti1Image(data, None)
    image.set_qform(affine, 1)
    image.set_sform(None, 0)
    nibabel.save(image, tmp_path / "q.nii")
    whole = read_volume(write_nifti(tmp_path / "s.nii", data, affine))
    assert read_volume(tmp_path / "q.nii").axes == pytest.approx(whole.axes, abs=1e-8)


def test_a_tilted_gantry_is_seen(tmp_path, data, affine):
    sheared = affine.copy()
    sheared[:3, 2] += 0.2 * affine[:3, 1]
    assert read_volume(write_nrrd(tmp_path / "a.nrrd", data, sheared)).sheared


def test_values_at_points(tmp_path, data, affine):
    volume = as_labels(read_volume(write_nifti(tmp_path / "a.nii", data, affine)))
    at = volume.points(np.array([[2.3, 0.6, 5.0], [-0.9, 0.0, 0.0]]))
    assert volume.at_nearest(at).tolist() == [data[2, 1, 5], 0]
    assert volume.points(np.array([[2.0, 2.5, 3.0]]))[0] == pytest.approx(
        1e-3 * PLACE @ RAS_OF_FRAME
    )


def test_files_that_cannot_be_used(tmp_path, data, affine):
    def refused(name, match):
        with pytest.raises(DataError, match=match):
            as_labels(read_volume(tmp_path / name))

    refused("none.nii", "does not exist")
    (tmp_path / "a.mha").write_bytes(b"x")
    refused("a.mha", "expected NIfTI")
    (tmp_path / "bad.nii").write_bytes(b"not an image")
    refused("bad.nii", "not a readable NIfTI")
    (tmp_path / "bad.nrrd").write_bytes(b"not an image")
    refused("bad.nrrd", "does not start with 'NRRD'")
    write_nifti(tmp_path / "float.nii", data + np.float32(0.5), affine)
    refused("float.nii", "whole numbers")
    write_nifti(tmp_path / "negative.nii", data - np.int16(5), affine)
    refused("negative.nii", "is it the scan itself")
    write_nifti(tmp_path / "4d.nii", np.stack([data, data], axis=-1), affine)
    refused("4d.nii", "expected three dimensions, got 4")
    write_nifti(tmp_path / "slice.nii", data[:, :, :1], affine)
    refused("slice.nii", "single slice")
    write_nifti(tmp_path / "nowhere.nii", data, affine, code=0)
    refused("nowhere.nii", "neither sform nor qform")
    whole = write_nifti(tmp_path / "whole.nii.gz", data, affine).read_bytes()
    (tmp_path / "half.nii.gz").write_bytes(whole[: len(whole) // 2])
    refused("half.nii.gz", "not a readable NIfTI")
    whole = write_nrrd(tmp_path / "whole.nrrd", data, affine, "raw").read_bytes()
    (tmp_path / "half.nrrd").write_bytes(whole[:-20])
    refused("half.nrrd", "420 bytes of data were expected, 400 are there")
    (tmp_path / "lost.nhdr").write_bytes(whole.split(b"\n\n")[0] + b"\ndata file: lost.raw\n")
    refused("lost.nhdr", "not beside it")
    no_space = whole.replace(b"space: left-posterior-superior\n", b"")
    (tmp_path / "nowhere.nrrd").write_bytes(no_space)
    refused("nowhere.nrrd", "left and right are unknown")
    (tmp_path / "gz.nrrd").write_bytes(whole.replace(b"raw", b"gzip"))
    refused("gz.nrrd", "damaged NRRD")
    (tmp_path / "hex.nrrd").write_bytes(whole.replace(b"raw", b"hex"))
    refused("hex.nrrd", "encoding 'hex' is not read")


def test_a_fourth_dimension_of_one_is_no_dimension(tmp_path, data, affine):
    volume = read_volume(write_nifti(tmp_path / "a.nii", data[..., None], affine))
    assert volume.data.shape == SHAPE


def test_whole_numbers_may_be_stored_as_floats(tmp_path, data, affine):
    volume = as_labels(read_volume(write_nifti(tmp_path / "a.nii", data.astype("f4"), affine)))
    assert np.array_equal(volume.data, data)


def test_a_compressed_file_may_be_read_twice(tmp_path, data, affine):
    path = write_nrrd(tmp_path / "a.nrrd", data, affine)
    assert gzip.decompress(path.read_bytes().split(b"\n\n", 1)[1]) == data.tobytes(order="F")
    assert np.array_equal(read_volume(path).data, read_volume(path).data)
