"""A sweep with a folder: every row at once on the disk, and nothing runs twice."""

import json

import pytest

import mwa_sim as mwa
from mwa_sim.errors import DataError, InputError

POWER = "pulses.0.power"
MEASURE = ["generator_kJ", "margin(tumour)"]


def given(value, result):
    return value


def swept(plan, folder, powers=(10, 20, 30), **options):
    options = {"measure": MEASURE, **options}
    return mwa.sweep(plan, {POWER: list(powers)}, folder=folder, **options)


def test_a_finished_sweep_does_not_run_again(plan, tmp_path, runs):
    first = swept(plan, tmp_path / "f")
    again = swept(plan, tmp_path / "f")
    assert len(runs) == 3
    assert again.folder == tmp_path / "f"
    assert again.as_data() == first.as_data()


def test_a_finer_grid_runs_only_what_is_new(plan, tmp_path, runs):
    swept(plan, tmp_path)
    finer = swept(plan, tmp_path, (10, 15, 20, 25, 30))
    assert [each.protocol.pulses[0].power for each in runs] == [10, 20, 30, 15, 25]
    assert finer.column("generator_kJ").tolist() == pytest.approx([0.06, 0.09, 0.12, 0.15, 0.18])


def test_rows_are_on_the_disk_as_soon_as_they_are_seen(plan, tmp_path):
    counts = []

    def observe(row):
        lines = (tmp_path / "rows.jsonl").read_bytes().splitlines()
        counts.append((len(lines), json.loads(lines[-1])["key"] == row.key))

    swept(plan, tmp_path, observe=observe)
    assert counts == [(1, True), (2, True), (3, True)]


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_a_line_that_a_crash_cut_off_is_run_again(plan, tmp_path, runs, cut):
    whole = swept(plan, tmp_path)
    file = tmp_path / "rows.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    again = swept(plan, tmp_path)
    # Without its newline alone the last line is still whole.
    assert len(runs) == (3 if cut == 1 else 4)
    assert again.column("generator_kJ").tolist() == whole.column("generator_kJ").tolist()
    swept(plan, tmp_path)
    assert len(runs) == (3 if cut == 1 else 4)


def test_lines_that_are_no_rows_are_as_if_they_were_not_there(plan, tmp_path, runs):
    whole = swept(plan, tmp_path)
    file = tmp_path / "rows.jsonl"
    lines = file.read_text().splitlines()
    lines[1:1] = ["", "[1]", "3", json.dumps({"key": whole.rows[2].key}), "\u0000\u0000"]
    file.write_text("\n".join(lines) + "\n")
    assert swept(plan, tmp_path).column("status").tolist() == ["done"] * 3
    assert len(runs) == 3


def test_an_interrupted_sweep_goes_on(plan, tmp_path, runs):
    def observe(row):
        raise KeyboardInterrupt

    assert swept(plan, tmp_path, observe=observe).status == "interrupted"
    whole = swept(plan, tmp_path)
    assert len(runs) == 3
    assert whole.column("status").tolist() == ["done"] * 3


def test_what_failed_runs_again_only_when_asked(plan, tmp_path, runs):
    over = {"pose.shift.left": ["0 mm", "50 mm"]}
    for retry, count in ((False, 2), (False, 2), (True, 3)):
        study = mwa.sweep(plan, over, measure=MEASURE, folder=tmp_path, retry_failed=retry)
        assert study.column("status").tolist() == ["done", "failed"]
        assert "outside the mesh" in study.rows[1].error
        assert len(runs) == count


def test_equal_plans_are_one_line(plan, tmp_path):
    swept(plan, tmp_path, (10, 10, 10))
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 1
    again = swept(plan, tmp_path, (10, 10))
    assert again.column("status").tolist() == ["done", "reused"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, "another plan, case or antenna"),
        ({"regions.bone.perfusion": 0.0}, "another plan, case or antenna"),
        ({"antenna.efficiency": 0.5}, "another plan, case or antenna"),
        ({"pose.shift.deeper": "1 mm"}, "another plan, case or antenna"),
    ],
)
def test_the_folder_of_another_plan_is_refused(plan, tmp_path, runs, change, words):
    swept(plan, tmp_path, [10])
    with pytest.raises(InputError, match=words):
        swept(plan.changed(change), tmp_path, [10])
    assert len(runs) == 1


def test_the_folder_of_other_measures_or_another_version_is_refused(plan, tmp_path, monkeypatch):
    swept(plan, tmp_path, [10], measure={"a": lambda result: 1.0})
    with pytest.raises(InputError, match=r"other measures \(a of other functions\)"):
        swept(plan, tmp_path, [10], measure={"a": lambda result: 2.0})
    swept(plan, tmp_path, [10], measure={"a": lambda result: 1.0})
    monkeypatch.setattr(mwa, "__version__", "99")
    with pytest.raises(InputError, match=r"version 0.* of mwa_sim, not 99"):
        swept(plan, tmp_path, [10], measure={"a": lambda result: 1.0})


def test_a_function_that_uses_another_value_is_another_function(plan, tmp_path):
    def above(level):
        return {"a": lambda result: result.traces["wall"].peak - level}

    swept(plan, tmp_path, [10], measure=above(40.0))
    swept(plan, tmp_path, [10], measure=above(40.0))
    with pytest.raises(InputError, match="of other functions"):
        swept(plan, tmp_path, [10], measure=above(42.0))


def test_folders_that_cannot_be_used_are_refused_before_anything_runs(plan, tmp_path, runs):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(InputError, match="is a file"):
        swept(plan, file)
    with pytest.raises(InputError, match=r"is a file|cannot be used"):
        swept(plan, file / "inside")
    with pytest.raises(InputError, match="not empty and holds no sweep"):
        swept(plan, tmp_path)
    folder = tmp_path / "damaged"
    swept(plan, folder, [10])
    (folder / "sweep.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        swept(plan, folder, [10])
    assert len(runs) == 1


def test_results_are_saved_on_request(plan, tmp_path):
    study = swept(plan, tmp_path, [10, 20], results=True)
    for row in study:
        stored = mwa.load_result(tmp_path / f"{row.key[:16]}.vtkhdf")
        assert stored.energy["generator_J"] == pytest.approx(row["generator_kJ"] * 1e3)


def test_a_missing_result_is_computed_again(plan, tmp_path, runs):
    swept(plan, tmp_path, [10, 20])
    study = swept(plan, tmp_path, [10, 20], results=True)
    assert len(runs) == 4
    (tmp_path / f"{study.rows[1].key[:16]}.vtkhdf").unlink()
    swept(plan, tmp_path, [10, 20], results=True)
    assert [each.protocol.pulses[0].power for each in runs[4:]] == [20.0]


def test_a_disk_that_is_full_costs_no_row(plan, tmp_path, monkeypatch):
    from mwa_sim.study import folder

    def full(number, data):
        raise OSError(28, "No space left on device")

    seen = []

    def observe(row):
        seen.append(row)
        if len(seen) == 1:
            monkeypatch.setattr(folder.os, "write", full)

    study = swept(plan, tmp_path, observe=observe)
    monkeypatch.undo()
    assert study.column("status").tolist() == ["done"] * 3
    assert "No space left on device; from scenario 1 on rows are not kept" in str(study)
    assert swept(plan, tmp_path).column("status").tolist() == ["done"] * 3


def test_a_folder_that_cannot_be_written_is_refused(plan, tmp_path, monkeypatch, runs):
    from mwa_sim.study import folder

    def refused(*arguments):
        raise PermissionError(13, "Permission denied")

    for name in ("open", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(folder.os, name, refused)
            with pytest.raises(InputError, match="cannot be written: Permission denied"):
                swept(plan, tmp_path / name)
    assert runs == []


def test_rows_say_whether_they_were_kept(plan, tmp_path):
    swept(plan, tmp_path, [10])
    assert [row.kept for row in swept(plan, tmp_path, [10, 20])] == [True, False]


def test_numbers_that_are_none_or_endless_come_back(plan, tmp_path):
    measure = {
        "nan": lambda r: float("nan"),
        "inf": lambda r: float("-inf"),
        "none": lambda r: None,
    }
    swept(plan, tmp_path, [10], measure=measure)
    row = swept(plan, tmp_path, [10], measure=measure).rows[0]
    assert str([row["nan"], row["inf"], row["none"]]) == "[nan, -inf, nan]"
    assert "NaN" not in (tmp_path / "rows.jsonl").read_text()
