"""Section planes: orientation as clinicians expect, and the exact cut of the mesh."""

from __future__ import annotations

import numpy as np
import pytest

from mwa_sim.errors import InputError
from mwa_sim.plot.planes import PLANES, Plane, Section, choose_plane, side
from mwa_sim.plot.raster_kernels import paint
from mwa_sim.result import Result
from tests.result.synthetic import LANDMARKS, synthetic_result
from tests.zone.boxes import box_mesh


@pytest.fixture(scope="module")
def result():
    return synthetic_result(8, frame_every=100.0)


def area(section, labels=None):
    chosen = section.triangles
    if labels is not None:
        chosen = chosen[np.isin(section.regions, labels)]
    a, b, c = (section.points[chosen[:, i]] for i in range(3))
    u, v = b - a, c - a
    return 0.5 * np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum()


@pytest.mark.parametrize(
    ("name", "right", "up"),
    [
        ("sagittal", "posterior", "cranial"),
        ("axial", "left", "anterior"),
        ("coronal", "left", "cranial"),
        ("antenna", "left", "anterior"),
    ],
)
def test_planes_are_seen_as_clinicians_do(result, name, right, up):
    plane = choose_plane(result, name)
    assert side(plane.right) == right
    assert side(plane.up) == up
    np.testing.assert_allclose(
        [plane.right @ plane.right, plane.up @ plane.up, plane.right @ plane.up],
        [1, 1, 0],
        atol=1e-12,
    )


@pytest.mark.parametrize("axis", [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0, 0.6, -0.8]])
def test_antenna_plane_contains_the_antenna(axis):
    antenna = {"name": "a", "tip": np.array([0.001, 0.002, 0.003]), "axis": np.array(axis)}
    run = synthetic_result(4, frame_every=300.0, antenna=antenna)
    plane = choose_plane(run, "antenna")
    along = antenna["tip"] + np.outer([0.0, 0.02], antenna["axis"])
    np.testing.assert_allclose(plane.distance_mm(along), 0.0, atol=1e-9)
    assert plane.right @ plane.up == pytest.approx(0.0, abs=1e-12)


def test_screen_and_space_are_inverse(result):
    rng = np.random.default_rng(1)
    for name in PLANES:
        plane = choose_plane(result, name)
        flat = rng.uniform(-20.0, 20.0, (5, 2))
        points = plane.space(flat)
        np.testing.assert_allclose(plane.flat(points), flat, atol=1e-9)
        np.testing.assert_allclose(plane.distance_mm(points), 0.0, atol=1e-9)


def test_default_plane_goes_through_the_tumour_or_the_hottest_point(result):
    tets = result.mesh.regions == 4
    centre = np.average(
        result.mesh.nodes[result.mesh.tets[tets]].mean(axis=1),
        axis=0,
        weights=result.mesh.volumes[tets],
    )
    plane = choose_plane(result, "sagittal")
    np.testing.assert_allclose(plane.origin, centre)
    assert "tumour centre" in plane.title
    healthy = synthetic_result(
        4, frame_every=300.0, regions=dict.fromkeys(range(1, 7), ("muscle", "muscle"))
    )
    hottest = healthy.mesh.nodes[np.argmax(healthy.fields["max_temperature"])]
    np.testing.assert_array_equal(choose_plane(healthy, "axial").origin, hottest)


def test_plane_through_a_landmark_or_point(result):
    wall = choose_plane(result, "axial", "landmark:posterior_wall")
    np.testing.assert_array_equal(wall.origin, LANDMARKS["posterior_wall"])
    assert wall.title == "axial plane through the posterior wall"
    assert "(1.0, 2.0, 3.0) mm" in choose_plane(result, "axial", (0.001, 0.002, 0.003)).title


def test_wrong_planes_are_refused(result):
    with pytest.raises(InputError, match="did you mean 'sagittal'"):
        choose_plane(result, "sagital")
    with pytest.raises(InputError, match="landmark"):
        choose_plane(result, "axial", "nowhere")
    with pytest.raises(InputError, match="one point"):
        choose_plane(result, "axial", np.zeros((2, 3)))
    with pytest.raises(InputError, match="no antenna"):
        choose_plane(synthetic_result(4, frame_every=300.0, antenna={}), "antenna")


@pytest.mark.parametrize("height", [0.0, 0.0013, 0.01])
def test_section_covers_the_mesh_once(result, height):
    # z = 0 and z = 10 mm run along faces of the mesh, z = 1.3 mm does not
    plane = choose_plane(result, "axial", (0.0, 0.0, height))
    section = Section(result, plane)
    assert area(section) == pytest.approx(80.0 * 80.0, rel=1e-9)
    frame = section.outline([1, 2, 3, 4, 5, 6])
    length = np.linalg.norm(frame[:, 1] - frame[:, 0], axis=1).sum()
    assert length == pytest.approx(4 * 80.0, rel=1e-9)


@pytest.mark.parametrize("height", [0.0, 0.0013, -0.005])
def test_outline_of_a_region_is_exact(height):
    # a cube of 10 mm, cut along faces of the mesh in its middle and below, and between them
    def cube(centres):
        return np.where(np.abs(centres).max(axis=1) < 0.005, 4, 1)

    mesh = box_mesh((-0.01,) * 3, (0.01,) * 3, (8, 8, 8), cube)
    still = np.full(mesh.n_nodes, 37.0)
    run = Result(
        plan={},
        case_name="cube",
        mesh=mesh,
        regions={1: ("muscle", "muscle"), 4: ("tumour", "metastasis")},
        frames_t=np.zeros(1),
        frames=still[None].astype(np.float32),
        fields={"max_temperature": still, "cem43": 0.0 * still},
    )
    section = Section(run, choose_plane(run, "axial", (0.0, 0.0, height)))
    assert area(section, [4]) == pytest.approx(100.0, rel=1e-9)
    outline = section.outline([4])
    length = np.linalg.norm(outline[:, 1] - outline[:, 0], axis=1).sum()
    assert length == pytest.approx(40.0, rel=1e-9)
    np.testing.assert_allclose(np.abs(outline).max(axis=2), 5.0, atol=1e-9)


def test_section_carries_linear_fields_exactly(result):
    plane = Plane(
        "oblique",
        "",
        np.array([0.001, 0.002, 0.0]),
        *np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0].T[:2],
    )
    section = Section(result, plane)
    slope = np.array([3.0, -2.0, 5.0])
    np.testing.assert_allclose(
        section.interpolate(result.mesh.nodes @ slope),
        plane.space(section.points) @ slope,
        atol=1e-9,
    )


def test_plane_outside_the_mesh_is_empty(result):
    assert len(Section(result, choose_plane(result, "axial", (0.0, 0.0, 0.2))).triangles) == 0


@pytest.mark.parametrize("name", PLANES)
def test_painted_pixels_are_the_field_of_the_mesh_there(result, name):
    plane = choose_plane(result, name)
    section = Section(result, plane)
    field = result.fields["max_temperature"]
    low, high = section.points.min(axis=0) - 2.0, section.points.max(axis=0) + 2.0
    nx, ny = 61, 47
    step = (high - low) / (nx, ny)
    painted, value = paint(
        section.points, section.triangles, section.interpolate(field), low, step, nx, ny
    )
    i, j = np.meshgrid(np.arange(nx), np.arange(ny))
    flat = low + (np.stack([i, j], axis=-1).reshape(-1, 2) + 0.5) * step
    # a hair to the side that the section takes, where the plane runs along faces of the mesh
    tet, bary = result.locator.locate(plane.space(flat) - 1e-7 * plane.normal)
    np.testing.assert_array_equal(painted.ravel() >= 0, tet >= 0)
    inside = tet >= 0
    assert 0.5 < inside.mean() < 1.0
    exact = np.einsum("ij,ij->i", bary, field[result.mesh.tets[tet]])[inside]
    np.testing.assert_allclose(value.ravel()[inside], exact, atol=0.02)
    regions = section.regions[painted.ravel()[inside]]
    assert (regions == result.mesh.regions[tet[inside]]).mean() > 0.99


def test_triangles_without_area_are_not_painted():
    points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [8.0, 0.0]])
    flat, proper = [0, 1, 3], [0, 1, 2]
    size = (np.zeros(2), np.ones(2), 4, 4)
    painted, _ = paint(points, np.array([flat]), np.zeros(4), *size)
    assert (painted == -1).all()
    painted, value = paint(points, np.array([flat, proper]), np.array([0.0, 4, 0, 9]), *size)
    # centres on the long side count, those beyond do not
    assert (painted == 1).sum() == 10
    np.testing.assert_allclose(value[0], [0.5, 1.5, 2.5, 3.5])
