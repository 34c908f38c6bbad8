"""Recipes: the anatomy that comes out, what it is made of, and mistakes in the table."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from mwa_sim.anatomy.recipes import ParametricLumbar, build, spine_of
from mwa_sim.anatomy.regions import CANCELLOUS, MUSCLE, SHELL, TUMOUR
from mwa_sim.errors import InputError
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.quality import quality
from mwa_sim.mesh.tetmesh import TET_FACES, unique_rows
from mwa_sim.spec import validate

MM = 1e-3
CASE = Path(__file__).resolve().parents[2] / "meshes" / "l2-metastasis" / "case.toml"


@pytest.fixture(scope="module")
def recipe():
    return tomllib.loads(CASE.read_text(encoding="utf-8"))["recipe"]


@pytest.fixture(scope="module")
def built(recipe):
    return build(recipe)


def test_the_case_has_the_promised_size(built):
    mesh, names = built.mesh, built.region_names
    assert 180_000 <= mesh.n_tets <= 220_000
    assert sorted(names) == list(mesh.labels)
    low, high = mesh.bounds / MM
    assert (high - low > [110, 110, 70]).all()


def test_the_mesh_is_conforming(built):
    mesh = built.mesh
    faces = np.sort(mesh.tets[:, TET_FACES].reshape(-1, 3), axis=1)
    assert set(np.flatnonzero(np.bincount(unique_rows(faces)[2]))) == {1, 2}
    assert mesh.volumes.sum() == pytest.approx(np.prod(mesh.bounds[1] - mesh.bounds[0]))


def test_the_elements_are_good(built, recipe):
    found = quality(built.mesh)
    assert found.min_dihedral_deg > 15.0
    assert found.p1_dihedral_deg > 25.0
    assert found.min_radius_ratio > 0.04
    finest = float(recipe["size"]["antenna"].split()[0]) * MM
    # 21.3 is the graded lattice itself: cutting it costs an explicit solver a third at most, that
    # is a sixth more stages.
    assert found.max_rate * finest**2 < 1.35 * 21.34


def test_volumes_match_the_level_functions(built, recipe):
    """Region volumes against jittered sampling of the level functions, 0.75 mm apart."""
    mesh, names = built.mesh, built.region_names
    spine = spine_of(validate(ParametricLumbar, recipe, source="file"))
    step, rng = 0.75 * MM, np.random.default_rng(4)
    low, high = np.array([-50, -30, -36]) * MM, np.array([22, 30, 36]) * MM
    axes = [np.arange(a + step / 2, b, step) for a, b in zip(low, high, strict=True)]
    volume = dict.fromkeys(names, 0.0)
    for x in axes[0]:
        grid = np.stack(np.meshgrid([x], axes[1], axes[2], indexing="ij"), axis=-1).reshape(-1, 3)
        grid += rng.uniform(-0.5, 0.5, grid.shape) * step
        free = np.arange(len(grid))
        for label, level in spine.levels():
            inside = level(grid[free]) < 0
            volume[label] += inside.sum() * step**3
            free = free[~inside]
    assert mesh.region_volume(TUMOUR) == pytest.approx(volume[TUMOUR], rel=0.01)
    both = mesh.region_volume([CANCELLOUS, SHELL])
    assert both == pytest.approx(volume[CANCELLOUS], rel=0.01)
    # Cord, sac and fat are columns through the whole block, taller than the sampled box.
    height = (mesh.bounds[1] - mesh.bounds[0])[2] / (72 * MM)
    for label in (6, 7):
        assert mesh.region_volume(label) == pytest.approx(volume[label] * height, rel=0.02)
    assert MUSCLE in mesh.labels


def test_the_shell_holds_the_cortical_bone_that_the_case_says(built):
    """Fraction of cortical bone in the shell's mixture = 0.4 mm times area over volume."""
    mesh = built.mesh
    table = tomllib.loads(CASE.read_text(encoding="utf-8"))
    fraction = table["tissue"]["cortical_shell_mixture"]["mixture"]["bone_cortical"]
    shell, core = mesh.surface_of(SHELL), mesh.surface_of([SHELL, CANCELLOUS, TUMOUR])
    faces = np.sort(np.concatenate([shell, core]), axis=1)
    inverse, _, count = unique_rows(faces)
    outer = shell[count[inverse[: len(shell)]] == 2]
    a, b, c = (mesh.nodes[outer[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert fraction == pytest.approx(0.4 * MM * area / mesh.region_volume(SHELL), rel=0.03)


def test_landmarks_lie_in_the_right_regions(built):
    mesh, names, points = built.mesh, built.region_names, built.landmarks
    locator = Locator(mesh)
    where = {k: names[int(mesh.regions[locator.locate(p)[0][0]])] for k, p in points.items()}
    assert where["tumour_centre"] == "tumour"
    assert where["posterior_wall"] in ("cortical_shell", "epidural_fat")
    assert where["cord_anterior"] in ("cord", "csf")
    # Between the tumour's posterior pole and the wall lie some millimetres of bone.
    x = np.arange(points["posterior_wall"][0], 0, 0.1 * MM)
    line = np.stack([x, 0 * x, 0 * x], axis=1)
    tissue = mesh.regions[locator.locate(line)[0]]
    gap = x[np.argmax(tissue == TUMOUR)] - points["posterior_wall"][0]
    assert 5 * MM < gap < 8 * MM


def test_the_way_in_crosses_no_canal(built):
    mesh, names, points = built.mesh, built.region_names, built.landmarks
    locator = Locator(mesh)
    for entry in ("left_pedicle", "right_pedicle"):
        a, b = points[entry], points["tumour_centre"]
        inner = a + np.linspace(0.04, 1, 300)[:, None] * (b - a)
        crossed = {names[int(k)] for k in mesh.regions[locator.locate(inner)[0]]}
        assert crossed <= {"tumour", "cancellous", "cortical_shell", "posterior_elements"}
        assert {"tumour", "cancellous"} <= crossed


def test_elements_are_fine_along_the_track(built, recipe):
    mesh, points = built.mesh, built.landmarks
    a, b = points["left_pedicle"], points["tumour_centre"]
    way = b + np.linspace(-4 * MM, 9 * MM, 30)[:, None] * (a - b) / np.linalg.norm(a - b)
    volumes = mesh.volumes[Locator(mesh).locate(way)[0]]
    # A BCC tetrahedron in cubes of edge h has the volume h^3 / 12.
    assert np.median((12 * volumes) ** (1 / 3)) < 0.75 * MM


def test_mistakes_are_listed_at_once():
    with pytest.raises(InputError) as caught:
        build(
            {
                "kind": "parametric_lumbar",
                "level": "T4",
                "tumour": {"centre": ["1 mm", 2.0, "0 W"], "radi": ["1 mm"] * 3},
                "size": {"antenna": "-1 mm"},
            }
        )
    text = "\n".join(caught.value.problems)
    for path in ("level", "tumour.centre[1]", "tumour.centre[2]", "tumour.radi", "size.antenna"):
        assert path in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tumour": {"centre": ["40 mm", "0 mm", "0 mm"]}}, "not inside the vertebral body"),
        ({"size": {"antenna": "3 mm", "tumour": "1 mm"}}, "antenna <= tumour <= interface"),
        ({"kind": "sphere"}, "kind"),
    ],
)
def test_impossible_recipes(recipe, change, message):
    table = {**recipe, **change}
    if "tumour" in change:
        table["tumour"] = {**recipe["tumour"], **change["tumour"]}
    with pytest.raises(InputError, match=message):
        build(table)
