"""The study of element sizes: its extrapolation, its meshes, and one treatment on a coarse one."""

import json

import numpy as np
import pytest

from benchmarks.verification.mesh_size import __main__ as study
from benchmarks.verification.mesh_size.treatment import BLOCK, FIGURES, RECIPES, treat
from mwa_sim.anatomy.recipes import prepare
from mwa_sim.anatomy.sizes import Sizes
from mwa_sim.units import parse_quantity


def test_the_limit_of_a_parabola_is_found():
    factors = np.array([2.0, 1.5, 1.0, 0.75, 0.5])
    assert study.limit(factors, 7.0 + 0.3 * factors**2) == pytest.approx(7.0)


def test_all_meshes_fill_the_same_box():
    extent = np.array([parse_quantity(text, "length") for text in BLOCK])
    chosen = [*study.variants(False, True).values(), *study.variants(True, False).values()]
    for sizes in chosen:
        cubes = extent / (sizes.antenna * 2**sizes.depth)
        np.testing.assert_allclose(cubes, np.round(cubes), rtol=1e-9)


def test_variants_change_one_size_at_a_time():
    default = Sizes()
    for name, sizes in study.variants(False, False).items():
        changed = [
            key for key in Sizes.model_fields if getattr(sizes, key) != getattr(default, key)
        ]
        if not name.startswith("all"):
            assert changed == [name.split()[0]]


@pytest.fixture(scope="module")
def heated():
    recipe = {
        **RECIPES["parametric L2"],
        "vessels": False,
        "block": ["96 mm", "86.4 mm", "57.6 mm"],
    }
    return treat(prepare(recipe), study.together(4.0), cycles=1, cooldown=5.0)


def test_a_treatment_gives_all_figures(heated):
    found = heated["line"]
    assert {key for key, _, _ in FIGURES} <= set(found)
    assert abs(found["balance_error"]) < 1e-3
    assert 1.0 < found["zone"] < 12.0
    assert found["short"] < found["long"]
    assert 37.0 < found["cord"] < found["wall"] < found["hottest"]


def test_a_table_tells_differences_from_the_limit(heated):
    rows = {f"all x {f:g}": {**heated, "line": scaled(heated["line"], f)} for f in (2.0, 1.0, 0.5)}
    lines = study.table(rows, "line")
    assert "+10.0%" in next(line for line in lines if line.startswith("| all x 1 "))
    assert "+2.5%" in next(line for line in lines if line.startswith("| all x 0.5 "))


def scaled(figures, factor):
    """The same figures with the zone a tenth of the squared size off."""
    return {**figures, "zone": 5.0 * (1.0 + 0.1 * factor**2)}


def test_meshes_of_a_file_are_not_made_again(monkeypatch, tmp_path, capsys, heated):
    made = []

    def quick(prepared, sizes, models, cycles, cooldown):
        made.append(sizes)
        return {"tets": 1, "mesh_s": 1.0, **dict.fromkeys(models, heated["line"])}

    monkeypatch.setattr(study, "treat", quick)
    monkeypatch.setattr(study, "prepare", lambda recipe, folder: None)
    file = tmp_path / "sizes.jsonl"
    for _ in range(2):
        study.main(["--quick", "--case", "parametric L2", "--json", str(file)])
    assert len(made) == 3 == len([json.loads(line) for line in file.read_text().splitlines()])
    assert capsys.readouterr().out.count("| limit |") == 2
