"""Label maps of real patients: volumes, distance from the voxels, what is said."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial import cKDTree

from mwa_sim.anatomy.images.label_scene import label_scene
from mwa_sim.anatomy.images.parts import NAMES
from mwa_sim.anatomy.images.spec import LabelSpec
from mwa_sim.anatomy.images.volume import as_labels, read_volume
from mwa_sim.errors import DataError, InputError

from ...real_data import real_data

MM = 1e-3
CT = "labels/tptbox-ct/sub-ct_seg-vert_label-22_msk.nii.gz"
CT_PARTS = "labels/tptbox-ct/sub-ct_seg-subreg_label-22_msk.nii.gz"
MRI = "labels/tptbox-mri/sub-mri_seg-vert_label-6_msk.nii.gz"
MRI_PARTS = "labels/tptbox-mri/sub-mri_seg-subreg_label-6_msk.nii.gz"
TOTAL = "labels/totalsegmentator/totalseg.nii.gz"
BODIES = "labels/totalsegmentator/totalseg_vertebrae_body.nii.gz"


def volumes(scene, step=1.8, low=None, high=None):
    """Volumes by one random point in every cell of a grid [m3]."""
    low = scene.low if low is None else np.maximum(low, scene.low)
    high = scene.high if high is None else np.minimum(high, scene.high)
    counts = np.ceil((high - low) / (step * MM)).astype(int)
    cells = np.indices(counts).reshape(3, -1).T
    edge = (high - low) / counts
    points = low + (cells + np.random.default_rng(0).random(cells.shape)) * edge
    count = np.bincount(scene.classify(points), minlength=len(scene.pieces) + 1)
    return {p.name: n * np.prod(edge) for p, n in zip(scene.pieces, count, strict=False)}


def assert_volumes(scene, limit=0.02):
    found = volumes(scene)
    for piece in scene.pieces:
        if piece.volume is not None and piece.volume > 2e-6:
            assert found[piece.name] == pytest.approx(piece.volume, rel=limit), piece.name


def test_verse_labels_with_the_parts_of_the_vertebra():
    scene = label_scene(
        LabelSpec(
            labels=real_data(CT), convention="verse", level="L3", subregions=real_data(CT_PARTS)
        )
    )
    assert_volumes(scene)
    whole = as_labels(read_volume(real_data(CT)))
    vertebra = np.count_nonzero(whole.data == 22) * whole.voxel
    parts = scene.piece("cancellous").volume + scene.piece("posterior_elements").volume
    assert parts == pytest.approx(vertebra, rel=0.005)
    # A lumbar body holds 25 to 45 mL; the canal lies 15 to 35 mm behind its centre.
    assert 25e-6 < scene.piece("cancellous").volume < 45e-6
    cord = np.array([[x * MM, 0.0, 0.0] for x in range(-50, 0)])
    where = np.flatnonzero(scene.cord(cord) < 0.0) - 50
    assert -35 < where.min() < where.max() < -15


def test_the_surface_lies_within_a_voxel_of_the_voxels():
    scene = label_scene(LabelSpec(labels=real_data(CT), convention="verse", level="L3"))
    whole = as_labels(read_volume(real_data(CT)))
    mask = whole.data == 22
    shell = np.argwhere(mask & ~ndimage.binary_erosion(mask, np.ones((3, 3, 3))))
    faces = (shell[:, None] + 0.5 * (np.indices((3, 3, 3)).reshape(3, -1).T - 1)).reshape(-1, 3)
    tree = cKDTree(whole.points(np.unique(faces, axis=0)) - scene.offset)
    points = scene.low + np.random.default_rng(0).random((200_000, 3)) * (scene.high - scene.low)
    value = scene.bone(points)
    on = points[np.abs(value) < 0.05 * MM]
    away, _ = tree.query(on)
    # Half a voxel's diagonal less, because only corners and centres of faces stand for them.
    assert away.max() < 1.5 * MM
    assert away.mean() < 0.6 * MM


def test_spineps_with_two_files_and_numbers_of_its_own():
    scene = label_scene(
        LabelSpec(
            labels=real_data(MRI), convention="spineps", level="L1", label=6,
            subregions=real_data(MRI_PARTS),
        )
    )  # fmt: skip
    assert_volumes(scene)
    names = {piece.name for piece in scene.pieces}
    assert {"cancellous", "posterior_elements", "disc", "cord", "csf", "epidural_fat"} <= names
    thin = scene.piece("cord")
    canal = np.array([[-50.0, -15.0, -60.0], [-10.0, 15.0, 60.0]]) * MM
    assert volumes(scene, 0.6, *canal)["cord"] == pytest.approx(thin.volume, rel=0.05)
    assert thin.detail < 3.0 * MM
    assert "No cord" not in " ".join(scene.notes)
    with pytest.raises(InputError, match=r"L1 \(label 20\) does not occur.*write label = N"):
        label_scene(LabelSpec(labels=real_data(MRI), convention="spineps", level="L1"))


@pytest.mark.parametrize("level", ["T12", "L1", "L2", "L3", "L4", "L5"])
def test_totalsegmentator(level):
    scene = label_scene(
        LabelSpec(labels=real_data(TOTAL), level=level, body_mask=real_data(BODIES))
    )
    assert_volumes(scene)
    assert scene.body(np.zeros((1, 3)))[0] < -5.0 * MM
    assert ("T12 reaches the end of the scan" in " ".join(scene.notes)) == (level == "T12")
    assert "cauda_equina" in {p.name for p in scene.pieces} or level in ("T12", "L1")


def test_totalsegmentator_without_the_file_of_bodies():
    divided = label_scene(
        LabelSpec(labels=real_data(TOTAL), level="L3", body_mask=real_data(BODIES))
    )
    whole = label_scene(LabelSpec(labels=real_data(TOTAL), level="L3"))
    assert whole.offset == pytest.approx(divided.offset, abs=2.0 * MM)
    assert whole.piece("cancellous").volume == pytest.approx(
        divided.piece("cancellous").volume, rel=0.05
    )


def test_a_sliver_of_a_vertebra_is_refused():
    with pytest.raises(DataError, match=r"T11 has only 2\.1 mL .*cut off by the end of the scan"):
        label_scene(LabelSpec(labels=real_data(TOTAL), level="T11"))


def test_the_wrong_convention_is_recognised():
    with pytest.raises(InputError, match='write convention = "totalsegmentator"'):
        label_scene(LabelSpec(labels=real_data(TOTAL), level="L3", convention="verse"))


def test_densities_of_a_real_scan():
    ct = real_data("labels/totalsegmentator/example_ct.nii.gz")
    scene = label_scene(LabelSpec(labels=real_data(TOTAL), level="L3", ct=ct))
    share = [t["mixture"]["bone_cortical"] for n, t in scene.tissues.items() if n.endswith("_ct")]
    # Vertebrae of the living: a tenth of cancellous bone is bone.
    assert 0.02 < min(share) < 0.15 < max(share) < 0.7
    t2 = real_data("labels/tptbox-mri/sub-mri_label-6_T2w.nii.gz")
    with pytest.raises(InputError, match="an MRI cannot give densities"):
        label_scene(LabelSpec(labels=real_data(TOTAL), level="L3", ct=t2))


def test_names_of_fields_are_unique():
    assert len(set(NAMES)) == len(NAMES)
