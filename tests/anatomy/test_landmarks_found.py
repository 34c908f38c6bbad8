"""Frame, pedicles and landmarks are found in level functions of any source, tilted or noisy."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from mwa_sim.anatomy.access_space import AccessSpace
from mwa_sim.anatomy.landmark_finding import find_landmarks
from mwa_sim.anatomy.pedicles import find_pedicles
from mwa_sim.anatomy.shapes import ellipsoid
from mwa_sim.anatomy.surface_cloud import SurfaceCloud
from mwa_sim.anatomy.vertebra_frame import canal_extent, vertebra_frame
from mwa_sim.errors import InputError
from tests.anatomy.phantom import ISTHMUS, MM, WALL, phantom, space, turned
from tests.real_data import real_data

TURNS = [(0, 0, 0), (25, 0, 0), (0, -25, 0), (0, 0, 20), (12, -15, 10)]


@pytest.mark.parametrize("angles", TURNS)
def test_frame_of_a_tilted_bone(angles):
    turn = turned(*angles)
    tilted = space(turn=turn)
    frame = vertebra_frame(tilted)
    np.testing.assert_allclose(frame.origin, 0.0, atol=0.1 * MM)
    np.testing.assert_allclose(frame.axes, turn.as_matrix().T, atol=0.02)
    np.testing.assert_allclose(frame.upper, turn.apply([0, 0, 13 * MM]), atol=0.3 * MM)
    np.testing.assert_allclose(frame.lower, turn.apply([0, 0, -13 * MM]), atol=0.3 * MM)
    wall, depth = canal_extent(tilted, frame)
    assert wall == pytest.approx(WALL, abs=0.5 * MM)
    # The column reaches from -31.5 to -16.5 mm, the body in front and the arch behind cut it.
    assert depth == pytest.approx(14.0 * MM, abs=0.8 * MM)


@pytest.mark.parametrize("angles", TURNS)
@pytest.mark.parametrize(
    ("width", "height", "converge"), [(8, 14, 0), (4.5, 10, 0.2), (7, 12, 0.6)]
)
def test_pedicles_of_a_tilted_bone(angles, width, height, converge):
    turn = turned(*angles)
    tilted = space(width=width, height=height, converge=converge, turn=turn)
    found, notes = find_pedicles(tilted, vertebra_frame(tilted))
    assert notes == ()
    for side, sign in (("left", 1), ("right", -1)):
        pedicle = found[side]
        true = ISTHMUS * [1, sign, 1]
        assert np.linalg.norm(turn.inv().apply(pedicle.isthmus) - true) < 0.8 * MM
        assert pedicle.width == pytest.approx(width * MM, abs=0.15 * MM)
        assert pedicle.height == pytest.approx(height * MM, abs=0.3 * MM)
        assert pedicle.area == pytest.approx(np.pi / 4 * width * height * MM**2, rel=0.03)
        assert pedicle.convergence == pytest.approx(converge, abs=np.deg2rad(3))
        across = sign * turn.inv().apply(pedicle.lateral - pedicle.medial)
        assert across[1] > 0.7 * width * MM


def on_voxels(level, voxel, noise, seed=3):
    """A level function as it comes from a label map: trilinear between noisy voxels."""
    low = np.array([-60.0, -48.0, -40.0]) * MM
    shape = (np.array([96.0, 96.0, 80.0]) * MM / voxel).astype(int) + 1
    points = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), -1) * voxel + low
    values = level(points.reshape(-1, 3)).reshape(shape)
    values += np.random.default_rng(seed).normal(0.0, noise, shape)

    def sampled(p):
        return map_coordinates(values, ((p - low) / voxel).T, order=1, mode="nearest")

    return sampled


def test_voxels_and_noise_change_little():
    rough = AccessSpace(*[on_voxels(level, 1.5 * MM, 0.15 * MM) for level in phantom()])
    found = find_landmarks(rough, [0, 3 * MM, 2 * MM])
    for side, sign in (("left", 1), ("right", -1)):
        pedicle = found.pedicles[side]
        assert np.linalg.norm(pedicle.isthmus - ISTHMUS * [1, sign, 1]) < 1.0 * MM
        assert pedicle.width == pytest.approx(8 * MM, abs=0.5 * MM)
        assert pedicle.height == pytest.approx(14 * MM, abs=0.8 * MM)
    assert found.points["posterior_wall"][0] == pytest.approx(WALL, abs=0.4 * MM)


def test_landmarks_of_the_phantom():
    found = find_landmarks(space(), [0, 3 * MM, 2 * MM])
    points = {name: point / MM for name, point in found.points.items()}
    expected = {
        "body_centre": (0, 0, 0),
        "upper_endplate": (0, 0, 13),
        "lower_endplate": (0, 0, -13),
        "tumour_centre": (0, 3, 2),
        "posterior_wall": (-17, 0, 2),
        "posterior_wall_middle": (-17, 0, 0),
        "cord_anterior": (-21, 0, 2),
        "anterior_cord": (-21, 0, 2),
        "canal_posterior": (-31, 0, 2),
        "left_canal_wall": (-23, 10, 4),
        "right_canal_wall": (-23, -10, 4),
        # Half the pedicle's height and three millimetres below its axis.
        "left_foramen": (-23, 14, -6),
        "right_foramen": (-23, -14, -6),
    }
    for name, place in expected.items():
        np.testing.assert_allclose(points[name], place, atol=0.4, err_msg=name)
    # Behind the pedicle, on the surface of the bone, on the way to the target.
    bone = space().bone
    assert points["left_pedicle"][0] < -28
    assert abs(bone(found.points["left_pedicle"][None, :])[0]) < 0.6 * MM


def test_what_is_not_there_is_said():
    found = find_landmarks(space(canal=False, cord=False))
    text = " ".join(found.notes)
    assert "cord_anterior not found: there is no cord" in text
    assert "canal_posterior not found: there is no canal" in text
    assert "the arch told front from back" in text
    assert {"left_pedicle_isthmus", "right_foramen", "posterior_wall"} <= set(found.points)
    assert "tumour_centre" not in found.points
    one = find_landmarks(space(holes=(1,)))
    assert "left pedicle not found: the bone is interrupted beside the canal" in " ".join(one.notes)
    assert "right_pedicle_isthmus" in one.points
    assert "left_pedicle_isthmus" not in one.points


def test_no_vertebra_is_refused():
    def nothing(points):
        return np.ones(len(points))

    with pytest.raises(InputError, match="no vertebral body lies about the origin"):
        find_landmarks(AccessSpace(nothing, nothing, nothing, nothing))
    body = phantom()[0]
    with pytest.raises(InputError, match="neither a spinal canal nor an arch"):
        find_landmarks(AccessSpace(body, body, nothing, nothing))


def test_cloud_gives_distances_where_the_formula_does_not():
    radii = np.array([16.0, 12.0, 4.0]) * MM

    def flat(points):
        return ellipsoid(points, np.zeros(3), radii)

    cloud = SurfaceCloud(flat, [-20 * MM] * 3, [20 * MM] * 3, 0.6 * MM)
    angle = np.random.default_rng(1).normal(size=(60, 3))
    on = radii * angle / np.linalg.norm(angle, axis=1, keepdims=True)
    normal = on / radii**2
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    # Outside a convex solid the foot of the perpendicular is where the normal started.
    for gap in (1.0, 5.0, 12.0):
        away = on + gap * MM * normal
        np.testing.assert_allclose(cloud.distance(away), gap * MM, atol=0.12 * MM)
    assert np.abs(flat(on + 5 * MM * normal) - 5 * MM).max() > 0.5 * MM
    inside = cloud.distance(on - 0.5 * MM * normal)
    np.testing.assert_allclose(inside, -0.5 * MM, atol=0.12 * MM)
    far = cloud.distance(np.array([[60 * MM, 0, 0]]), within=8 * MM)
    assert 8 * MM <= far[0] <= 44.2 * MM


def test_pedicles_of_a_real_vertebra():
    import pyvista

    surface = pyvista.read(real_data("surfaces/L3_mean_10k.stl")).translate([-3.6, 1.3, -1.7])
    low = np.floor(np.array(surface.bounds[::2])) - 4.0
    shape = np.ceil(np.array(surface.bounds[1::2]) + 4.0 - low).astype(int) // 2 + 1
    grid = pyvista.ImageData(dimensions=tuple(shape), spacing=(2.0,) * 3, origin=tuple(low))
    values = np.asarray(grid.compute_implicit_distance(surface)["implicit_distance"])
    values = values.reshape(tuple(shape), order="F") * MM

    def bone(p):
        return map_coordinates(values, ((p / MM - low) / 2.0).T, order=1, mode="nearest")

    def body(p):
        return np.maximum(bone(p), -15.5 * MM - p[:, 0])

    def canal(p):
        return (np.hypot((p[:, 0] + 23.5 * MM) / 9, p[:, 1] / 12) - MM) * 9

    def cord(p):
        return np.hypot(p[:, 0] + 23.5 * MM, p[:, 1]) - 4 * MM

    found = find_landmarks(AccessSpace(body, bone, canal, cord))
    assert found.notes == ()
    for side, sign in (("left", 1), ("right", -1)):
        pedicle = found.pedicles[side]
        # The mean of the level is about 10 mm.
        assert pedicle.width == pytest.approx(10.2 * MM, abs=1.0 * MM)
        assert 13 * MM < pedicle.height < 18 * MM
        assert 0.0 < pedicle.convergence < np.deg2rad(25)
        foramen = found.points[f"{side}_foramen"]
        assert bone(foramen[None, :])[0] > 0.9 * MM
        assert 11 * MM < sign * foramen[1] < 22 * MM
        assert foramen[2] < pedicle.isthmus[2] - 8 * MM
        entry = found.points[f"{side}_pedicle"]
        assert entry[0] < pedicle.isthmus[0] - 6 * MM
