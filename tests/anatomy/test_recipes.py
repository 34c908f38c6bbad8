"""Recipes: the anatomy that comes out, what it is made of, and mistakes in the table."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from mwa_sim.anatomy.recipes import build, mesh_prepared, prepare, region_tissues
from mwa_sim.case import list_cases
from mwa_sim.errors import InputError
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.quality import quality
from mwa_sim.mesh.tetmesh import TET_FACES, unique_rows
from mwa_sim.mesh_report import mesh_report

MM = 1e-3
MESHES = Path(__file__).resolve().parents[2] / "meshes"
COARSE = {"antenna": "1.2 mm", "tumour": "2.4 mm", "interface": "4.8 mm", "far": "9.6 mm"}


def recipe_of(case):
    return tomllib.loads((MESHES / case / "case.toml").read_text(encoding="utf-8"))["recipe"]


@pytest.fixture(scope="module")
def prepared():
    return prepare(recipe_of("l2-metastasis"))


@pytest.fixture(scope="module")
def built(prepared):
    return mesh_prepared(prepared)


def labels(anatomy, *names):
    of_name = {name: label for label, name in anatomy.region_names.items()}
    return [of_name[name] for name in names]


def test_the_case_has_the_promised_size(built):
    assert 150_000 <= built.mesh.n_tets <= 320_000
    assert sorted(built.region_names) == list(built.mesh.labels)
    assert set(built.region_names.values()) == set(built.region_tissues)


def test_the_mesh_is_conforming(built):
    mesh = built.mesh
    faces = np.sort(mesh.tets[:, TET_FACES].reshape(-1, 3), axis=1)
    assert set(np.flatnonzero(np.bincount(unique_rows(faces)[2]))) == {1, 2}
    assert mesh.volumes.sum() == pytest.approx(np.prod(mesh.bounds[1] - mesh.bounds[0]))


def test_the_elements_are_good(built, prepared):
    found = quality(built.mesh)
    assert found.min_dihedral_deg > 5.0
    assert found.p1_dihedral_deg > 20.0
    assert found.min_radius_ratio > 0.03
    # 21.3 is the graded lattice itself: cutting it costs an explicit solver a third at most, that
    # is a sixth more stages.
    assert found.max_rate * prepared.sizes.antenna**2 < 1.35 * 21.34


def test_the_report_finds_every_region_as_large_as_its_source(built, prepared):
    report = mesh_report(built, prepared)
    assert set(report["volumes_ml"]) == set(built.region_names.values())
    assert report["inverted_tets"] == 0
    wrong = {name: error for name, error in report["volume_error"].items() if abs(error) > 0.02}
    assert wrong == {}
    whole = sum(report["volumes_ml"].values())
    assert whole == pytest.approx(1e6 * built.mesh.volumes.sum())
    assert sum(report["source_volumes_ml"].values()) == pytest.approx(whole, rel=2e-3)
    near = ("tumour", "cancellous", "csf", "cauda_equina", "disc")
    assert all(report["surface_distance_mm"][name]["p99"] < 0.5 for name in near)


def test_the_shell_holds_the_cortical_bone_that_the_case_says(built):
    """Fraction of cortical bone in the shell's mixture = 0.4 mm times area over volume."""
    mesh = built.mesh
    fraction = built.tissues["cortical_shell_mixture"]["mixture"]["bone_cortical"]
    (skin,) = labels(built, "cortical_shell")
    shell, core = (
        mesh.surface_of(skin),
        mesh.surface_of(labels(built, "cortical_shell", "cancellous", "tumour")),
    )
    faces = np.sort(np.concatenate([shell, core]), axis=1)
    inverse, _, count = unique_rows(faces)
    outer = shell[count[inverse[: len(shell)]] == 2]
    a, b, c = (mesh.nodes[outer[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert fraction == pytest.approx(0.4 * MM * area / mesh.region_volume(skin), rel=0.05)


def test_landmarks_lie_in_the_right_regions(built):
    mesh, names, points = built.mesh, built.region_names, built.landmarks
    place = Locator(mesh)
    where = {k: names[int(mesh.regions[place.locate(p)[0][0]])] for k, p in points.items()}
    assert where["tumour_centre"] == "tumour"
    assert where["posterior_wall"] in ("cortical_shell", "epidural_fat")
    assert where["cord_anterior"] in ("cord", "cauda_equina", "csf")
    assert where["left_foramen"] in ("epidural_fat", "nerve_roots", "muscle")


def test_the_way_in_crosses_no_canal(built):
    mesh, names, points = built.mesh, built.region_names, built.landmarks
    locator = Locator(mesh)
    for entry in ("left_pedicle", "right_pedicle"):
        a, b = points[entry], points["tumour_centre"]
        inner = a + np.linspace(0.05, 1, 300)[:, None] * (b - a)
        crossed = {names[int(k)] for k in mesh.regions[locator.locate(inner)[0]]}
        assert crossed <= {"tumour", "cancellous", "cortical_shell", "posterior_elements"}
        assert {"tumour", "cancellous"} <= crossed


def test_elements_are_fine_along_the_track(built):
    mesh, points = built.mesh, built.landmarks
    a, b = points["left_pedicle"], points["tumour_centre"]
    way = b + np.linspace(-4 * MM, 9 * MM, 30)[:, None] * (a - b) / np.linalg.norm(a - b)
    volumes = mesh.volumes[Locator(mesh).locate(way)[0]]
    # A BCC tetrahedron in cubes of edge h has the volume h^3 / 12.
    assert np.median((12 * volumes) ** (1 / 3)) < 0.75 * MM


def test_two_runs_give_the_same_bits():
    recipe = {**recipe_of("l4-bilateral"), "size": COARSE}
    first, second = build(recipe), build(recipe)
    assert first.mesh.nodes.tobytes() == second.mesh.nodes.tobytes()
    assert first.mesh.tets.tobytes() == second.mesh.tets.tobytes()
    assert first.texts() == second.texts()
    middle = first.landmarks["tumour_centre"][1]
    assert first.landmarks["left_target"][1] > middle > first.landmarks["right_target"][1]


@pytest.mark.parametrize("case", list_cases())
def test_curated_cases_can_be_prepared(case):
    recipe = recipe_of(case)
    found = prepare(recipe)
    assert {"tumour_centre", "posterior_wall", "cord_anterior"} <= set(found.scene.landmarks)
    assert found.tracks
    assert not found.ways[0].report.breaches
    assert set(region_tissues(recipe)) >= {"tumour", "cancellous", "cortical_shell", "csf"}
    if "wall_defect" in recipe:
        # The tumour reaches into the canal, but not into the dural sac.
        tumour = found.scene.piece("tumour").level
        wall = found.scene.landmarks["posterior_wall"] + 1 * MM * np.array([1.0, 0.0, 0.0])
        across = wall + np.linspace(-6, 6, 25)[:, None] * [0.0, MM, 0.0]
        assert (tumour(across) < 0).any()


def test_mistakes_are_listed_at_once():
    with pytest.raises(InputError) as caught:
        build(
            {
                "kind": "parametric_spine",
                "level": "T14",
                "tumour": {"centre": ["1 mm", 2.0, "0 W"], "radi": ["1 mm"] * 3},
                "size": {"antenna": "-1 mm"},
            }
        )
    text = "\n".join(caught.value.problems)
    for word in ("level", "tumour.centre[1]", "tumour.centre[2]", "radi", "size.antenna"):
        assert word in text


def test_an_unknown_kind_is_named():
    with pytest.raises(InputError, match="did you mean 'parametric_spine'"):
        build({"kind": "parametric_spin"})


def test_a_tumour_outside_the_body_is_refused():
    recipe = {**recipe_of("l2-metastasis")}
    recipe["tumour"] = {"centre": ["60 mm", "0 mm", "0 mm"], "radii": ["5 mm"] * 3}
    with pytest.raises(InputError, match=r"tumour\.centre"):
        build(recipe)
