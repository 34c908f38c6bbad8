"""Generated meshes: kept in a cache that never gets in the way."""

import sys
import types

import numpy as np
import pytest

from mwa_sim.case import load_case
from mwa_sim.case_mesh import Anatomy, generate
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.user_cache import cache_folder

RECIPE = {"kind": "toy", "size": "2 mm"}


@pytest.fixture
def built(monkeypatch, tmp_path):
    """Replaces the recipes by one tetrahedron, counts how often it is built."""
    calls = []

    def build(recipe, folder):
        calls.append(recipe)
        if recipe.get("kind") != "toy":
            raise InputError("kind: unknown recipe")
        nodes = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]) * 1e-3
        mesh = TetMesh(nodes, [[0, 1, 2, 3]], [7])
        return Anatomy(mesh, {7: "tumour"}, {"centre": np.array([1e-4, 1e-4, 1e-4])})

    module = types.ModuleType("mwa_sim.anatomy.recipes")
    module.build = build
    monkeypatch.setitem(sys.modules, "mwa_sim.anatomy.recipes", module)
    monkeypatch.setenv("MWA_SIM_CACHE", str(tmp_path / "cache"))
    return calls


def cached(tmp_path):
    return list((tmp_path / "cache" / "meshes").iterdir())


def test_second_use_comes_from_the_cache(built, tmp_path):
    first, second = generate(RECIPE), generate(dict(reversed(RECIPE.items())))
    assert len(built) == 1
    assert np.array_equal(first.mesh.nodes, second.mesh.nodes)
    assert np.array_equal(first.mesh.tets, second.mesh.tets)
    assert second.region_names == {7: "tumour"}
    assert np.array_equal(second.landmarks["centre"], [1e-4, 1e-4, 1e-4])
    assert [file.suffix for file in cached(tmp_path)] == [".npz"]


def test_another_recipe_is_another_mesh(built, tmp_path):
    generate(RECIPE)
    generate({**RECIPE, "size": "3 mm"})
    assert len(built) == len(cached(tmp_path)) == 2


def test_cut_off_cache_file_is_generated_again(built, tmp_path):
    generate(RECIPE)
    (file,) = cached(tmp_path)
    for content in (b"", file.read_bytes()[:200], b"no archive"):
        file.write_bytes(content)
        assert generate(RECIPE).mesh.n_tets == 1
    assert len(built) == 4


def test_unusable_cache_is_passed_over(built, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MWA_SIM_CACHE", str(tmp_path / "file" / "below"))
    assert generate(RECIPE).mesh.n_tets == 1
    assert generate(RECIPE).mesh.n_tets == 1
    assert len(built) == 2


def test_without_cache(built, tmp_path):
    generate(RECIPE, cache=False)
    assert not (tmp_path / "cache").exists()


def test_cache_folder_without_the_variable(monkeypatch):
    monkeypatch.delenv("MWA_SIM_CACHE", raising=False)
    assert cache_folder().is_absolute()
    assert cache_folder().name == "mwa_sim"


CASE = """
schema = "mwa-sim/case/1"
name = "toy"
[recipe]
kind = "toy"
[regions]
tumour = "metastasis_lytic"
[landmarks]
edge = ["0.2 mm", "0 mm", "0 mm"]
"""


def write(tmp_path, text):
    (tmp_path / "case.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("region", ['tumour = "metastasis_lytic"', '7 = "metastasis_lytic"'])
def test_case_with_a_recipe(built, tmp_path, region):
    text = CASE.replace('tumour = "metastasis_lytic"', region)
    case = load_case(write(tmp_path, text))
    assert case.regions[7].name == "tumour"
    assert case.regions[7].tissue.name == "metastasis_lytic"
    assert sorted(case.landmarks) == ["centre", "edge"]


def test_mistakes_in_a_case_with_a_recipe(built, tmp_path):
    with pytest.raises(InputError) as caught:
        load_case(write(tmp_path, CASE.replace("tumour = ", "tumor = ")))
    assert [line.split(": ", 1)[1] for line in caught.value.problems] == [
        "regions.tumor: the recipe has no such region; did you mean 'tumour'?",
        'regions: label 7 of the mesh has no tissue; write 7 = { name = "...", tissue = "..." }',
    ]
    with pytest.raises(InputError, match=r"recipe\.kind: unknown recipe"):
        load_case(write(tmp_path, CASE.replace('"toy"\n[reg', '"toi"\n[reg')))
    with pytest.raises(InputError, match=r"recipe\.kind: missing"):
        load_case(write(tmp_path, CASE.replace('kind = "toy"', "")))
    with pytest.raises(InputError, match="either mesh"):
        load_case(write(tmp_path, CASE.replace("[recipe]", 'mesh = "a.vtu"\n[recipe]')))
