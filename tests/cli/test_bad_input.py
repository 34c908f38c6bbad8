"""Every mistake of a user: exit code 2, one clear message, no traceback, nothing simulated."""

import shutil
from pathlib import Path

import meshio
import numpy as np
import pytest

from tests.cli.block import CASE, errors, mwa


def refused(*arguments) -> list[str]:
    outcome = mwa(*arguments)
    assert outcome.exit_code == 2, outcome.output
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert "power on" not in outcome.stderr
    found = errors(outcome)
    assert found
    assert len(found) == len(set(found))
    return found


PLAN_MISTAKES = {
    "unknown key": (
        ('on = "10 s"', 'on = "10 s"\nof = "2 s"'),
        "pulses[0].of: unknown key; did you mean 'off'?",
    ),
    "unknown table": (("[cooldown]", "[coldown]"), "coldown: unknown key; did you mean 'cooldown'"),
    "one table for a list": (("[[pulses]]", "[pulses]"), "write [[pulses]], not [pulses]"),
    "nothing to do": (
        ('[[pulses]]\npower = "30 W"\non = "10 s"\noff = "2 s"\ncycles = 2\n', ""),
        "pulses: missing; write a table [[pulses]]",
    ),
    "no pose": (
        ('[pose]\nentry = "landmark:entry"\ntip = "landmark:tumour_centre"\n', ""),
        "pose: missing; write [pose]",
    ),
    "decimal comma": (('"10 s"', '"1,5 s"'), "decimals are written with a point, as in 1.5"),
    "two coordinates": (
        ('at = "landmark:wall"', 'at = ["0 mm", "1 mm"]'),
        "thermocouples[0].at[2]: missing; the list is too short",
    ),
    "wrong unit": (('on = "10 s"', 'on = "10 W"'), "pulses[0].on: expected a time (s, ms, min, h)"),
    "bare number": (
        ('power = "30 W"', "power = 30"),
        'expected a power like "40 W", got the bare number 30; write "30 W"',
    ),
    "negative power": (
        ('power = "30 W"', 'power = "-30 W"'),
        "pulses[0].power: expected a power above 0 W, got -30 W",
    ),
    "no cycles": (("cycles = 2", "cycles = 0"), "pulses[0].cycles: "),
    "unknown antenna": (("slot-1.6mm", "slot-1.6"), "did you mean 'slot-1.6mm'?"),
    "unknown landmark": (
        ("landmark:wall", "landmark:wal"),
        "'landmark:wal' is not a landmark of this case; did you mean 'wall'?",
    ),
    "rule on nothing": (
        ('thermocouple = "wall"', 'thermocouple = "wal"'),
        "watches 'wal', which is not a thermocouple here; did you mean 'wall'?",
    ),
    "tip outside": (
        ('tip = "landmark:tumour_centre"', 'tip = ["0 mm", "0 mm", "-30 mm"]'),
        "the antenna tip at (0.0, 0.0, -30.0) mm lies outside the mesh",
    ),
    "thermocouple outside": (
        ('at = "landmark:wall"', 'at = ["0 mm", "99 mm", "0 mm"]'),
        "thermocouples[0] 'wall': at (0.0, 99.0, 0.0) mm lies outside the mesh",
    ),
    "tip at the entry": (
        ('tip = "landmark:tumour_centre"', 'tip = "landmark:entry"'),
        "entry and tip are the same point",
    ),
    "later schema": (("plan/1", "plan/2"), "version 2 is later than this mwa_sim can read (1)"),
    "another schema": (("mwa-sim/plan/1", "mwa-sim/case/1"), 'expected schema = "mwa-sim/plan/1"'),
    "no TOML": (("[pose]", "[pose"), "is not valid TOML"),
    "no pulses": (("[[pulses]]", "[[pulse]]"), "did you mean 'pulses'?"),
}


@pytest.mark.parametrize("mistake", PLAN_MISTAKES)
@pytest.mark.parametrize("command", ["run", "check"])
def test_mistake_in_the_plan(command, mistake, plan, here):
    replaced, expected = PLAN_MISTAKES[mistake]
    found = refused(command, plan(replaced))
    assert sum(expected in problem for problem in found) == 1, found
    assert [path.name for path in here.iterdir()] == ["plan.toml"]


def test_several_mistakes_are_listed_together(plan, here):
    path = plan(
        ('on = "10 s"', 'on = "10 W"'),
        ("cycles = 2", "cycles = 0"),
        ("landmark:entry", "landmark:entri"),
        ("landmark:wall", "landmark:wal"),
        ("slot-1.6mm", "slit"),
        ('thermocouple = "wall"', 'thermocouple = "wal"'),
    )
    found = refused("run", path, "-o", "no/such/folder/x.vtkhdf", "--plots", path)
    for part in (
        "pulses[0].on", "pulses[0].cycles", "'slit'", "watches 'wal'",
        "pose.entry: 'landmark:entri'", "thermocouples[0].at: 'landmark:wal'",
        str(Path("no/such/folder")), "pictures to",
    ):  # fmt: skip
        assert any(part in problem for problem in found), part


@pytest.mark.parametrize("command", ["run", "check", "cite"])
def test_a_plan_that_cannot_be_read(command, here):
    assert refused(command, "absent.toml") == ["file 'absent.toml' does not exist"]
    (here / "folder").mkdir()
    assert refused(command, "folder") == ["'folder' is a folder; give the plan file inside it"]
    (here / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refused(command, "bytes.toml")[0]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("pulses.0.power", "write KEY=VALUE"),
        ("pulses.0.powr=3 W", "powr: unknown key; did you mean 'power'?"),
        ("pulses.0.power=3 s", "pulses[0].power: expected a power"),
        ("pulses.0.power=3", 'write "3 W"'),
        ("pulses.7.power=3 W", "pulses.7"),
    ],
)
def test_mistake_in_an_override(option, expected, plan, here):
    assert expected in refused("run", plan(), "--set", option)[0]


def test_outputs_are_checked_before_the_run(plan, here):
    (here / "file").write_text("")
    path = plan()
    assert "x.vtkhdf: folder no does not exist" in refused("run", path, "-o", "no/x.vtkhdf")[0]
    assert "it is a folder" in refused("run", path, "-o", here)[0]
    assert "is not a folder" in refused("run", path, "--plots", "file")[0]
    assert "is not a folder" in refused("run", path, "--plots", "file/deep")[0]
    assert "exclude each other" in refused("run", path, "--no-save", "-o", "x")[0]


def test_a_folder_without_permission_is_refused_before_the_run(plan, here, monkeypatch):
    def refuse(dir=None):
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    found = refused("run", plan(), "--plots", "out")
    assert any("cannot write pictures to out: permission denied" in p for p in found)
    assert any("cannot write plan.vtkhdf here: permission denied" in p for p in found)


def test_usage_errors_are_exit_code_2(here):
    for arguments in ((), ("run",), ("run", "a", "--frobnicate"), ("frobnicate",)):
        outcome = mwa(*arguments)
        assert outcome.exit_code == (2 if arguments else 0)
        assert "Traceback" not in outcome.output


@pytest.fixture
def own_case(block, plan, tmp_path):
    """Writes a copy of the case with parts of its text replaced; gives its folder and a plan."""

    def write(*replaced):
        folder = tmp_path / "own"
        shutil.copytree(block / "block", folder)
        text = CASE
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        (folder / "case.toml").write_text(text, encoding="utf-8")
        path = plan(name="own.toml")
        path.write_text(path.read_text().replace(str(block / "block"), str(folder)))
        return folder, path

    return write


CASE_MISTAKES = {
    "missing mesh": (("block.vtu", "blok.vtu"), "blok.vtu' does not exist"),
    "region without tissue": (("3 = {", "#"), "label 3 of the mesh has no tissue"),
    "unknown tissue": (
        ('"muscle" }', '"musle" }'),
        "unknown tissue 'musle'; did you mean 'muscle'?",
    ),
    "region without cells": (
        ("3 = {", '4 = { name = "x", tissue = "fat" }\n3 = {'),
        "no cells with label 4",
    ),
    "landmark outside": (
        ('"18 mm"', '"28 mm"'),
        "landmarks.entry: (0, 0, 28) mm lies outside the mesh",
    ),
    "bare number": (('"18 mm"', "18"), 'write "18 mm"'),
    "unknown organ": (
        ('region = "cord"', 'region = "chord"'),
        "unknown region 'chord'; did you mean 'cord'?",
    ),
    "later schema": (("case/1", "case/9"), "version 9 is later"),
}


@pytest.mark.parametrize("mistake", CASE_MISTAKES)
def test_mistake_in_the_case(mistake, own_case, here):
    replaced, expected = CASE_MISTAKES[mistake]
    folder, path = own_case(replaced)
    if mistake == "region without tissue":  # the organ that watches it goes as well
        text = (folder / "case.toml").read_text()
        (folder / "case.toml").write_text(text[: text.index("[organs_at_risk]")])
    found = refused("run", path)
    assert sum(expected in problem for problem in found) == 1, found


def broken(folder, change):
    """Change the raw mesh of a case."""
    file = folder / "block.vtu"
    raw = meshio.read(file)
    tets = raw.cells[0].data.copy()
    points = raw.points.copy()
    change(points, tets)
    meshio.write(file, meshio.Mesh(points, [("tetra", tets)], cell_data=raw.cell_data))


def invert(points, tets):
    tets[5] = tets[5][[1, 0, 2, 3]]


def flatten(points, tets):
    tets[5, 3] = tets[5, 2]


def lose(points, tets):
    points[tets[5, 0]] = np.nan


@pytest.mark.parametrize(
    ("change", "expected"), [(invert, "inverted"), (flatten, "degenerate"), (lose, "finite")]
)
def test_broken_mesh(change, expected, own_case, here):
    folder, path = own_case()
    broken(folder, change)
    assert expected in " ".join(refused("run", path))


def test_mesh_that_is_none(own_case, here):
    folder, path = own_case()
    (folder / "block.vtu").write_text("not a mesh")
    found = refused("run", path)
    assert "cannot read mesh file" in found[0]
    assert "Couldn't read file" in found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r_mm,z_mm,q_W_per_m3\n0,0,1\n1,0,nan\n0,1,1\n1,1,1\n", "nan"),
        ("r_mm,z_mm,q_W_per_m3\n0,0,1\n1,0,1\n0,1,1\n", "grid"),
        ("r,z,q\n0,0,1\n", "r_mm,z_mm,q_W_per_m3"),
        ("r_mm,z_mm,q_W_per_m3\n0,0,1\n1,0,-2\n0,1,1\n1,1,1\n", "negative"),
        ("", "empty"),
    ],
)
def test_bad_map(text, expected, plan, here):
    (here / "map.csv").write_text(text)
    found = refused("run", plan(('"slot-1.6mm"', '{ map = "map.csv" }')))
    assert expected.lower() in " ".join(found).lower()


def test_missing_map(plan, here):
    found = refused("run", plan(('"slot-1.6mm"', '{ map = "absent.csv" }')))
    assert len(found) == 1
    assert "absent.csv" in found[0]


def test_results_that_are_none(here):
    (here / "text.vtkhdf").write_text("no")
    for command in ("show", "cite"):
        assert "there is no result file absent.vtkhdf" in refused(command, "absent.vtkhdf")[0]
        assert "damaged or not a result file" in refused(command, "text.vtkhdf")[0]
    assert "mwa-sim check" in refused("show", "plan.toml")[0]
    assert "neither a bundled case" in refused("show", "no-case")[0]


def test_names_that_are_not_listed(here):
    assert "did you mean 'tissues'?" in refused("list", "tisues")[0]
    assert "did you mean 'muscle'?" in refused("list", "tissue", "musle")[0]
