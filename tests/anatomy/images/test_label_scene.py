"""A synthetic spine of known shape as a scene: place, parts, completion, mistakes."""

import numpy as np
import pytest

from mwa_sim.anatomy.images.label_scene import label_scene
from mwa_sim.anatomy.images.spec import LabelSpec
from mwa_sim.errors import DataError, InputError

from .volumes import (
    PLACE,
    RAS_OF_FRAME,
    affine_of,
    frame_points,
    rotation,
    spine_labels,
    write_nifti,
    write_nrrd,
)

MM = 1e-3
SIZE = (108.0, 84.0, 108.0)
VERSE = (21, 22, 23)
#: The body lies in front of the middle of the scan [mm].
AHEAD = np.array([12.0, 0.0, 0.0])
#: Axes of the voxels in right-anterior-superior.
ORDERS = {
    "RAS": np.eye(3),
    "LPS": np.diag([-1.0, -1.0, 1.0]),
    "PIR": np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),
    "oblique": rotation((0.3, 1.0, 0.4), 17.0),
}


def grid(order="RAS", spacing=(2.0, 2.0, 2.0)):
    turn = ORDERS[order]
    # Extents of the frame along the voxel axes; oblique grids get some more.
    ras = np.abs(RAS_OF_FRAME) @ np.array(SIZE)
    extent = np.abs(turn.T) @ ras if order == "oblique" else np.abs(turn.T @ np.diag(ras)).sum(1)
    shape = tuple(int(n) for n in np.round(extent / spacing))
    return shape, affine_of(shape, spacing, turn)


def written(folder, order="RAS", spacing=(2.0, 2.0, 2.0), labels=VERSE, write=write_nifti):
    shape, affine = grid(order, spacing)
    data = spine_labels(frame_points(shape, affine) - AHEAD, labels)
    name = order if labels == VERSE and spacing[0] == 2.0 else "-".join(map(str, labels))
    ending = "nii.gz" if write is write_nifti else "nrrd"
    return write(folder / f"{name}.{ending}", data, affine)


def scene_of(path, **more):
    given = {"convention": "verse", "level": "L3", "block": ("90 mm", "80 mm", "70 mm")}
    return label_scene(LabelSpec(labels=path, cell="10 mm", **{**given, **more}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("labels")


@pytest.fixture(scope="module")
def scene(folder):
    return scene_of(written(folder))


def bone_volume(scene):
    return scene.piece("cancellous").volume + scene.piece("posterior_elements").volume


def inside(level, *point):
    return bool(level(np.array([point]) * MM)[0] < 0.0)


def volume(scene, name, count=200_000):
    points = scene.low + np.random.default_rng(0).random((count, 3)) * (scene.high - scene.low)
    place = [piece.name for piece in scene.pieces].index(name)
    return float(np.mean(scene.classify(points) == place) * np.prod(scene.high - scene.low))


def test_the_origin_is_the_centre_of_the_body(scene):
    # The body reaches from -14 to 16 mm: its centroid is about 0.2 mm in front of its axis,
    # which is 12 mm in front of the middle of the grid.
    place = 1e3 * (scene.offset - 1e-3 * PLACE @ RAS_OF_FRAME)
    assert place == pytest.approx([12.2, 0.0, 0.0], abs=0.4)
    assert inside(scene.body, 0, 0, 0)
    assert not inside(scene.body, -22, 0, 0)
    assert not inside(scene.body, 0, 0, 14)


@pytest.mark.parametrize("order", ["LPS", "PIR", "oblique"])
def test_the_order_of_the_axes_does_not_matter(folder, scene, order):
    other = scene_of(written(folder, order))
    assert other.offset == pytest.approx(scene.offset, abs=0.3 * MM)
    assert [p.name for p in other.pieces] == [p.name for p in scene.pieces]
    assert bone_volume(other) == pytest.approx(bone_volume(scene), rel=0.02)
    # The outline of a completed disc is known to half a voxel of 2 mm.
    assert other.piece("disc").volume == pytest.approx(scene.piece("disc").volume, rel=0.08)
    points = np.random.default_rng(1).uniform(-30 * MM, 30 * MM, (20_000, 3))
    same = (other.bone(points) < 0) == (scene.bone(points) < 0)
    near = np.abs(scene.bone(points)) < 1.0 * MM
    assert same[~near].all()
    # Only the left has a rod: a mirrored model would fail here.
    assert inside(other.bone, -28, 27, 0)
    assert not inside(other.bone, -28, -27, 0)


def test_nrrd_gives_the_same_scene(folder, scene):
    other = scene_of(written(folder, write=write_nrrd))
    points = np.random.default_rng(1).uniform(-30 * MM, 30 * MM, (5000, 3))
    assert other.bone(points) == pytest.approx(scene.bone(points), abs=1e-6)


def test_anisotropic_voxels_are_measured_in_millimetres(folder, scene):
    other = scene_of(written(folder, spacing=(1.0, 1.0, 2.0)))
    assert bone_volume(other) == pytest.approx(bone_volume(scene), rel=0.02)
    assert other.piece("disc").volume == pytest.approx(scene.piece("disc").volume, rel=0.05)
    # Half a ring and the rod: what lies behind the middle of the canal.
    behind = np.pi / 2.0 * (15.0 * 19.0 - 8.0 * 11.0) * 12.0 + np.pi * 25.0 * 16.0
    assert other.piece("posterior_elements").volume * 1e9 == pytest.approx(behind, rel=0.04)


def test_regions_have_the_volume_of_their_voxels(scene):
    for piece in scene.pieces:
        if piece.volume is not None and piece.volume > 10e-6:
            # 200 000 points: standard error below 0.8 %
            assert volume(scene, piece.name) == pytest.approx(piece.volume, rel=0.025), piece.name


def test_the_body_ends_at_the_canal_and_the_arch_behind_its_middle(scene):
    names = [piece.name for piece in scene.pieces]

    def region(*point):
        place = scene.classify(np.array([point]) * MM)[0]
        return names[place] if place < len(names) else scene.background[0]

    assert region(0, 0, 0) == "cancellous"
    assert region(-17, 14.5, 0) == "cancellous"
    assert region(-28, 15.5, 0) == "posterior_elements"
    assert region(-33.5, 0, 0) == "posterior_elements"
    assert region(0, 0, 17) == "disc"
    assert region(0, 0, -17) == "disc"
    assert region(0, 0, 31) == "neighbour_vertebrae"
    assert region(30, 0, 0) == "muscle"
    assert inside(scene.bone, -17, 14.5, 0)
    assert not inside(scene.body, -17, 14.5, 0)


def test_what_is_missing_is_completed_and_said(scene):
    said = " ".join(scene.notes)
    for word in ("No disc is labelled at L2/L3, L3/L4", "cauda_equina", "nerve_roots", "mm deep"):
        assert word in said
    # The canal has half axes 8 and 11 mm around x = -22.
    for height in (-30, 0, 30):
        assert inside(scene.cord, -22, 0, height)
        assert inside(scene.canal, -17, 0, height)
        assert inside(scene.canal, -22, 9, height)
        assert not inside(scene.canal, -22, 16, height)
        assert not inside(scene.cord, -22, 8, height)
    assert {"cauda_equina", "csf", "epidural_fat"} <= {piece.name for piece in scene.pieces}
    assert scene.organs_at_risk["cauda_equina"]["region"] == "cauda_equina"


def test_a_disc_fills_the_space_between_the_bodies(scene):
    # 10 mm between elliptic bodies, twice, the labels being cut at x = -14.
    area = 0.97 * np.pi * 16.0 * 21.0
    assert scene.piece("disc").volume * 1e9 == pytest.approx(2 * 10.0 * area, rel=0.08)


def test_above_the_conus_there_is_a_cord(folder):
    thoracic = scene_of(written(folder, labels=(16, 17, 18)), level="T10")
    assert "cord" in {piece.name for piece in thoracic.pieces}
    assert "cauda_equina" not in {piece.name for piece in thoracic.pieces}


def test_the_cord_ends_below_l1(folder):
    both = scene_of(written(folder, labels=(20, 21, 22)), level="L2")
    names = [piece.name for piece in both.pieces]
    assert "cord" in names
    assert "cauda_equina" in names
    assert inside(both.piece("cord").level, -22, 0, 30)
    assert not inside(both.piece("cord").level, -22, 0, 0)


def test_a_tumour_on_another_grid(folder, scene):
    shape, affine = (40, 44, 30), affine_of((40, 44, 30), (1.0, 0.9, 1.2), ORDERS["oblique"])
    place = frame_points(shape, affine) - AHEAD - [2.0, 5.0, -1.0]
    mask = (np.linalg.norm(place, axis=-1) < 8.0).astype(np.uint8) * 7
    path = write_nifti(folder / "tumour.nii.gz", mask, affine)
    with_tumour = scene_of(folder / "RAS.nii.gz", tumour_mask=path)
    assert with_tumour.pieces[0].name == "tumour"
    voxels = np.count_nonzero(mask) * 1.0 * 0.9 * 1.2e-9
    assert with_tumour.pieces[0].volume == pytest.approx(voxels, rel=1e-6)
    assert volume(with_tumour, "tumour") == pytest.approx(voxels, rel=0.04)
    lost = scene.piece("cancellous").volume - with_tumour.piece("cancellous").volume
    assert lost == pytest.approx(voxels, rel=0.03)
    with pytest.raises(InputError, match=r"no voxel of 'tumour.nii.gz' is 3; it holds 0, 7"):
        scene_of(folder / "RAS.nii.gz", tumour_mask=path, tumour_label=3)
    far = affine.copy()
    far[2, 3] += 200.0
    moved = write_nifti(folder / "far.nii.gz", mask, far)
    with pytest.raises(InputError, match="outside the block around L3"):
        scene_of(folder / "RAS.nii.gz", tumour_mask=moved)


def test_islands_are_removed_and_reported(folder):
    shape, affine = grid()
    data = spine_labels(frame_points(shape, affine) - AHEAD, VERSE)
    data[3:5, 3, 30] = 22
    path = write_nifti(folder / "island.nii.gz", data, affine)
    dirty = scene_of(path)
    assert "1 islands of fewer than 8 voxels were removed (16 mm3)." in dirty.notes


def test_a_table_of_ones_own(folder, scene):
    table = {21: "L2", 22: "L3", 23: "L4"}
    own = scene_of(folder / "RAS.nii.gz", convention="custom", table=table)
    assert own.piece("cancellous").volume == pytest.approx(scene.piece("cancellous").volume)


def test_files_that_count_otherwise(folder, scene):
    path = written(folder, labels=(5, 6, 7), write=write_nrrd)
    own = scene_of(path, label=6)
    assert own.piece("neighbour_vertebrae").volume == pytest.approx(
        scene.piece("neighbour_vertebrae").volume
    )
    assert "No disc is labelled at L2/L3, L3/L4" in " ".join(own.notes)
    with pytest.raises(InputError, match="label: 9 does not occur"):
        scene_of(path, label=9)


def refused(match, folder, **more):
    with pytest.raises((InputError, DataError), match=match) as caught:
        scene_of(more.pop("path", folder / "RAS.nii.gz"), **more)
    return caught.value.problems


def test_mistakes_say_what_to_write(folder, scene):
    refused(r"T4 \(label 11\) does not occur.*ask for one of L2, L3, L4", folder, level="T4")
    refused("expected one of T1 to T12 or L1 to L5, got 'X3'", folder, level="X3")
    refused('these labels fit verse: write convention = "verse"', folder,
            convention="totalsegmentator")  # fmt: skip
    refused("did you mean 'verse'", folder, convention="vers")
    refused("needs to know what the labels mean", folder, convention="custom")
    refused("table.3: expected a level", folder, convention="custom", table={3: "disk", 22: "L3"})
    problems = refused(
        "does not exist", folder, path=folder / "a.nii", ct=folder / "b.nii", body_mask="c.mha"
    )
    assert len(problems) == 3
    refused("expected labels of SPINEPS", folder, subregions=folder / "RAS.nii.gz")


def test_levels_in_the_wrong_order(folder):
    path = written(folder, labels=(23, 22, 21), write=write_nrrd)
    refused("L2 below L3, L3 below L4", folder, path=path)


def test_a_vertebra_cut_off_by_the_scan(folder):
    shape, affine = grid()
    data = spine_labels(frame_points(shape, affine) - AHEAD, VERSE)
    data[(data == 22) & (np.arange(shape[1])[:, None] > 20)] = 0
    refused("cut off by the end of the scan", folder,
            path=write_nifti(folder / "cut.nii.gz", data, affine))  # fmt: skip


def test_an_empty_label_map(folder):
    shape, affine = grid()
    path = write_nifti(folder / "empty.nii.gz", np.zeros(shape, np.uint8), affine)
    refused("every voxel is 0", folder, path=path)
