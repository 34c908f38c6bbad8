"""Case folders appear whole or not at all."""

import numpy as np
import pytest

from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.case import load_case
from mwa_sim.case_folder import FILES, staged, write_case
from mwa_sim.errors import InputError
from tests.antenna.boxes import box, graded


@pytest.fixture(scope="module")
def anatomy():
    axis = graded(10e-3, 4, 1.3)
    mesh = box(axis, axis, axis, lambda x: np.where(np.linalg.norm(x, axis=1) < 5e-3, 2, 1))
    return Anatomy(
        mesh=mesh,
        region_names={1: "muscle", 2: "tumour"},
        landmarks={"tumour_centre": np.array([1e-3, 0.0, -2e-3])},
        region_tissues={"muscle": "muscle", "tumour": "metastasis_lytic"},
        organs_at_risk={"muscle": {"region": "muscle", "max_temperature": "45 degC"}},
        notes=("a note",),
        origin="a block",
        offset=np.array([0.1, 0.0, 0.0]),
    )


def test_what_is_written_loads_as_it_was(anatomy, tmp_path):
    file = write_case(tmp_path / "ä b" / "c", anatomy, "name", "words", {"kind": "surfaces"})
    case = load_case(file)
    assert (case.name, case.description, case.origin) == ("name", "words", "a block")
    np.testing.assert_array_equal(case.mesh.tets, anatomy.mesh.tets)
    np.testing.assert_array_equal(case.mesh.regions, anatomy.mesh.regions)
    np.testing.assert_allclose(case.mesh.nodes, anatomy.mesh.nodes, rtol=0.0, atol=1e-15)
    np.testing.assert_allclose(case.landmarks["tumour_centre"], [1e-3, 0.0, -2e-3], atol=1e-9)
    assert {r.name: r.tissue.name for r in case.regions.values()} == anatomy.region_tissues
    (organ,) = case.organs_at_risk
    assert organ.max_temperature == 45.0
    text = file.read_text(encoding="utf-8")
    assert "a note" in text
    assert "100.0000 mm" in text
    assert sorted(p.name for p in file.parent.iterdir()) == ["case.toml", "mesh.vtu", "recipe.toml"]
    assert [p.name for p in file.parent.parent.iterdir()] == ["c"]


@pytest.mark.parametrize("taken", FILES)
def test_nothing_is_replaced_unasked(anatomy, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(InputError, match=f"{taken} exists; choose another folder"):
        write_case(tmp_path, anatomy, "name")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(taken, "mine")]


def test_replacing_removes_what_the_new_case_lacks(anatomy, tmp_path):
    for name in (*FILES, "plan.toml"):
        (tmp_path / name).write_text("old")
    write_case(tmp_path, anatomy, "name", overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case.toml", "mesh.vtu", "plan.toml"]
    assert (tmp_path / "plan.toml").read_text() == "old"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("name", ["old", "new"])
def test_an_end_in_the_middle_leaves_the_folder_as_it_was(tmp_path, error, name):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "case.toml").write_text("old")
    with pytest.raises(error):
        _end_with(error, tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old" / "case.toml").read_text() == "old"


def _end_with(error, folder):
    with staged(folder, overwrite=True) as stage:
        (stage / "case.toml").write_text("half")
        raise error


def test_a_file_in_the_way_is_said(anatomy, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot write the case to"):
            write_case(folder, anatomy, "name")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
