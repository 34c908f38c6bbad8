"""``mwa-sim mesh``: from options to a case folder, and every mistake as a message."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from mwa_sim.anatomy.recipes import build, prepare
from mwa_sim.case import load_case
from mwa_sim.cli.mesh_paths import kept, located
from mwa_sim.cli.mesh_recipe import Given, recipe_from
from mwa_sim.cli.mesh_text import report_text
from mwa_sim.cli.mesh_values import ellipsoid, fraction
from mwa_sim.errors import InputError
from mwa_sim.toml_file import read_toml
from tests.cli.block import errors, mwa
from tests.real_data import real_data

COARSE = ("--size", "2 mm", "--no-plots")
#: Elements as few as a vertebra can have, to be meshed in a second or two.
FEW = (*COARSE, "--set", "vessels=false", "--set", "ribs=false", "--set", "skin=false")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder and outcome of a compressed L2 with a tumour and a lost wall."""
    folder = tmp_path_factory.mktemp("ein Fall") / "ä b"
    options = ("--tumour", "-5, 3, 0, 10, 10, 7 mm", "--wall-defect", "--compress", "30 %")
    outcome = mwa("mesh", "-o", folder, "--level", "l2", *options, *FEW, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    return folder, outcome


def test_report_is_one_line_of_json_about_what_was_written(made):
    folder, outcome = made
    assert outcome.stdout.count("\n") == 1
    report = json.loads(outcome.stdout)
    assert report == json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["schema"] == "mwa-sim/mesh/1"
    assert 10.0 < report["min_dihedral_deg"] < report["p1_dihedral_deg"] < 60.0
    assert 0.0 < report["min_radius_ratio"] < 1.0
    assert set(report["volume_error"]) == set(report["source_volumes_ml"])
    assert sorted(report["files"]) == sorted(map(str, folder.iterdir()))
    case = load_case(folder)
    assert case.mesh.n_tets == report["tets"]
    for label, region in case.regions.items():
        volume = 1e6 * case.mesh.region_volume(label)
        assert volume == pytest.approx(report["volumes_ml"][region.name], rel=1e-9)
        assert region.tissue.name == report["tissues"][region.name]
    for name, point in case.landmarks.items():
        assert 1e3 * point == pytest.approx(report["landmarks_mm"][name], abs=1e-4)


def test_recipe_of_the_folder_makes_the_same_bits(made):
    folder, _ = made
    recipe = read_toml(folder / "recipe.toml")["recipe"]
    assert recipe["level"] == "L2"
    assert recipe["compression"] == {"loss": 0.3}
    given = Given(**dict.fromkeys(Given.__annotations__) | {"recipe": folder / "recipe.toml"})
    assert recipe_from(given) == recipe
    mesh, case = build(recipe, folder).mesh, load_case(folder)
    np.testing.assert_array_equal(mesh.tets, case.mesh.tets)
    np.testing.assert_array_equal(mesh.regions, case.mesh.regions)
    np.testing.assert_allclose(mesh.nodes, case.mesh.nodes, rtol=0.0, atol=1e-16)


def test_report_in_words(made):
    lines = report_text(json.loads(made[1].stdout))
    (shell,) = (line for line in lines if line.startswith("cortical_shell"))
    assert shell.endswith("in cancellous")
    assert any("The body has lost 30 % of its height" in line for line in lines)
    assert lines[-1].startswith("For research use only")


def test_case_is_not_replaced_unasked(made):
    folder, _ = made
    before = (folder / "case.toml").read_bytes()
    outcome = mwa("mesh", "-o", folder, "--level", "L2", "--compress", "x")
    assert outcome.exit_code == 2
    exists, compress = errors(outcome)
    assert "exists; choose another folder, or replace it with --force" in exists
    assert "--compress 30%" in compress
    assert (folder / "case.toml").read_bytes() == before


def test_lost_wall_without_a_tumour_gets_one_and_says_so():
    scene = prepare({"kind": "parametric_spine", "level": "T1", "wall_defect": {}}).scene
    assert scene.pieces[0].name == "tumour"
    (note,) = (note for note in scene.notes if note.startswith("tumour: none was given"))
    assert "--tumour" in note
    assert any("posterior wall: lost over 12 x 8 mm" in note for note in scene.notes)
    assert scene.body(scene.landmarks["tumour_centre"][None])[0] < 0.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "what to mesh? write --level L2"),
        (["--level", "C5"], "--level 'C5': write one of T1 to T12 or L1 to L5"),
        (["--level", "L2", "--size", "0.6"], 'write "0.6 mm"'),
        (["--level", "L2", "--size", "nan mm"], "not a finite number"),
        (["--level", "L2", "--size", "0 mm"], "above 0 mm and up to 2 mm"),
        (["--level", "L2", "--size", "600 mm"], "above 0 mm and up to 2 mm"),
        (["--level", "L2", "--size", "1 kg"], "'kg' measures something else"),
        (["--level", "L2", "--set", "size.far='9 m'"], "far: expected at most 40 mm"),
        (["--level", "L2", "--compress", "30"], "did you mean 30%?"),
        (["--level", "L2", "--compress", "nan"], "as in --compress 30% or --compress 0.3"),
        (["--level", "L2", "--tumour", "0, 4, 0, 11"], "the unit is missing"),
        (["--level", "L2", "--tumour", "0, 4, 0, 11 K"], "'K' is a temperature"),
        (["--level", "L2", "--tumour", "99, 0, 0, 9 mm"], "outside the bone"),
        (["--level", "L2", "--tumour", "t.stl"], "--surface tumour=t.stl"),
        (["--level", "L2", "--tumour", "t.nii.gz"], "a mask file goes with --labels"),
        (["--level", "L2", "--set", "ctv_margin"], "--set ctv_margin='5 mm'"),
        (["--level", "L2", "--set", "a.b.c=1"], "recipe.a: unknown key"),
        (["--level", "L2", "--body-mask", "m.nrrd"], "--body-mask goes with --labels"),
        (["--labels", "x.nii"], "write --level L3"),
        (["--labels", "x.nii", "--level", "L3"], "does not exist"),
        (["--labels", "x.nii", "--level", "L3", "--surface", "L3=x.stl"], "exclude each other"),
        (["--surface", "L3"], "write NAME=FILE"),
        (["--surface", "L3=x.stl"], "does not exist"),
        (["--surface", "L3=x.stl", "--surface", "L3=y.stl"], "given twice"),
        (["--recipe", "no.toml"], "'no.toml' does not exist"),
    ],
)
def test_a_mistake_is_one_message_that_says_what_to_write(here, options, said):
    outcome = mwa("mesh", "-o", "out", *options)
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    (message,) = errors(outcome)
    assert said in message
    assert list(here.iterdir()) == []


def test_a_level_that_the_scan_lacks_is_not_found_in_another_convention(here):
    scan = real_data("labels/totalsegmentator/totalseg.nii.gz")
    outcome = mwa(
        "mesh", "-o", "out", "--labels", scan, "--convention", "totalsegmentator", "--level", "T4"
    )
    assert outcome.exit_code == 2
    (message,) = errors(outcome)
    assert "ask for one of T11, T12, L1, L2, L3, L4, L5" in message
    assert "totalsegmentator_v1" not in message


def test_all_mistakes_at_once(here):
    (here / "file").write_text("")
    outcome = mwa(
        "mesh", "-o", "file", "--level", "L9", "--size", "x", "--compress", "y",
        "--tumour", "z", "--set", "w", "--axes", "ALS",
    )  # fmt: skip
    assert outcome.exit_code == 2
    found = " ".join(errors(outcome))
    assert len(errors(outcome)) == 7
    for part in ("is a file", "--level", "--size", "--compress", "--tumour", "--set", "--axes"):
        assert part in found


def test_sizes_that_would_fill_the_memory_are_refused(here):
    outcome = mwa("mesh", "-o", "out", "--level", "L2", "--size", "0.02 mm", "--no-plots")
    assert outcome.exit_code == 2
    why, instead = errors(outcome)
    assert "million tetrahedra" in why
    assert "write --size '0." in instead
    assert list(here.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_nothing_behind(here):
    command = [sys.executable, "-m", "mwa_sim", "mesh", "-o", "out", "--level", "L2"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "lattice" in line:
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert out == ""
    assert err.endswith("interrupted\n")
    assert "Traceback" not in err
    assert os.listdir(here) == []


def test_files_of_a_recipe_are_found_from_anywhere(tmp_path):
    (tmp_path / "project").mkdir()
    given = {"kind": "labels", "labels": "scan.nii", "surfaces": {"L3": "../l3.stl"}, "ct": 3}
    table = located(given, tmp_path / "project")
    assert table["labels"] == str(tmp_path / "project" / "scan.nii")
    written = kept(table, tmp_path / "project" / "case")
    assert written["labels"] == "../scan.nii"
    assert written["surfaces"]["L3"] == table["surfaces"]["L3"]
    assert written["ct"] == 3
    again = located(written, tmp_path / "project" / "case")
    assert os.path.normpath(again["labels"]) == table["labels"]


@pytest.mark.parametrize(
    ("text", "value"), [("30%", 0.3), ("30 %", 0.3), (" 0.3 ", 0.3), ("35%", 0.35), ("0", 0.0)]
)
def test_parts_of_the_height(text, value):
    assert fraction(text) == value


@pytest.mark.parametrize("text", ["", "%", "-1%", "76%", "130 %", "30", "inf", "3 mm"])
def test_what_is_no_part_of_the_height(text):
    with pytest.raises(InputError, match="between 0 and 75 %"):
        fraction(text)


def test_an_ellipsoid_in_short():
    assert ellipsoid("0, 4, 0, 1.1 cm") == {
        "centre": ["0 cm", "4 cm", "0 cm"],
        "radii": ["1.1 cm"] * 3,
    }
    mixed = ellipsoid("(-1 mm; 4 mm; 0 mm; 1 cm; 12 mm; 9 mm)")
    assert mixed == {"centre": ["-1 mm", "4 mm", "0 mm"], "radii": ["1 cm", "12 mm", "9 mm"]}
