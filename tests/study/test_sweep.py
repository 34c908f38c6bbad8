"""Grids, lists, equal plans, failures and mistakes of a sweep in one process."""

import json
import math

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import InputError

POWER = "pulses.0.power"


def test_a_grid_runs_every_combination_and_gives_what_single_runs_give(plan, runs):
    study = mwa.sweep(
        plan,
        {POWER: ["20 W", 40], "tissues": ["nominal", "larger-zone"]},
        measure=["peak(wall)", "volume_ml(temperature>=45)"],
    )
    assert len(runs) == 4
    assert study.status == "done"
    assert study.columns == [
        "scenario", POWER, "tissues", "peak(wall)", "volume_ml(temperature>=45)",
        "status", "error", "seconds",
    ]  # fmt: skip
    assert study.column(POWER).tolist() == [20.0, 20.0, 40.0, 40.0]
    assert study.column("tissues").tolist() == ["nominal", "larger-zone"] * 2
    assert study.units[POWER] == "W"
    assert study.units["peak(wall)"] == "degC"
    alone = mwa.simulate(plan.changed({POWER: 40, "tissues": "larger-zone"}))
    row = study.rows[3]
    assert row["peak(wall)"] == alone.traces["wall"].peak
    assert row["volume_ml(temperature>=45)"] == alone.zone("temperature>=45").volume_ml


def test_keys_that_go_together_and_columns_of_ones_own(plan):
    study = mwa.sweep(
        plan,
        {("pulses.0.on", "pulses.0.off"): [("2 s", "1 s"), (3, 0)]},
        measure={"energy": "generator_kJ", "steps": lambda result: result.timing["steps"]},
    )
    assert study.column("pulses.0.on").tolist() == [2.0, 3.0]
    assert study.column("pulses.0.off").tolist() == [1.0, 0.0]
    np.testing.assert_allclose(study.column("energy"), [0.08, 0.12])
    assert (study.column("steps") >= 2).all()


def test_scenarios_one_by_one_fill_in_what_they_do_not_change(plan):
    study = mwa.sweep(
        plan, [{POWER: "10 W"}, {"seed": 3, "solver.max_step": 0.5}], measure=["on_time_s"]
    )
    assert study.column(POWER).tolist() == [10.0, 40.0]
    assert study.column("seed").tolist() == [0, 3]
    assert study.units["solver.max_step"] == "s"


def test_equal_plans_run_once(plan, runs):
    study = mwa.sweep(plan, {POWER: ["20 W", 20, "0.02 kW", "30 W"]}, measure=["tissue_kJ"])
    assert len(runs) == 2
    assert study.column("status").tolist() == ["done", "reused", "reused", "done"]
    assert len(set(study.column("tissue_kJ")[:3])) == 1
    assert [row.key for row in study.rows[:3]] == [study.rows[0].key] * 3


def test_a_failed_scenario_is_a_row_and_the_others_go_on(plan):
    def picky(result):
        if result.energy["generator_J"] > 150.0:
            raise ValueError("too much\nfor me")
        return 1

    study = mwa.sweep(
        plan,
        {"pose.shift.left": ["0 mm", "50 mm"], POWER: [20, 40]},
        measure={"picky": picky},
    )
    assert study.column("status").tolist() == ["done", "failed", "failed", "failed"]
    assert study.rows[1].error == "measure 'picky': ValueError: too much for me"
    assert "lies outside the mesh" in study.rows[2].error
    assert math.isnan(study.rows[2]["picky"])
    text = str(study)
    assert "scenarios 2, 3: pose: the antenna tip" in text
    assert "4 scenarios: 3 failed, 1 done" in text


def test_a_measure_that_is_no_number_fails_with_its_type(plan):
    study = mwa.sweep(plan, {POWER: [20]}, measure={"x": lambda result: result.frames})
    assert "expected a number, but the function returned ndarray" in study.rows[0].error


def test_all_mistakes_come_at_once_before_anything_runs(plan, runs):
    with pytest.raises(InputError) as caught:
        mwa.sweep(
            plan,
            {"pulses.0.powr": [1], "tissues": ["nominal", "large"], "regions.tumor.perfusion": [0],
             "pulses.0.on": ["5 W", -1]},
            measure=["peak(wal)", "coverge(tumour)", "peak(wall"],
            workers=0,
            results=True,
        )  # fmt: skip
    text = "\n".join(caught.value.problems)
    for part in (
        "workers: expected a whole number of at least 1, got 0",
        "results and retry_failed need a folder",
        "'wal' is not a thermocouple of this plan; did you mean 'wall'?",
        "unknown; did you mean 'coverage'?",
        "write NAME or NAME(WHAT)",
        "'tumor' is not a region of case 'block'; did you mean 'tumour'?",
    ):
        assert part in text
    with pytest.raises(InputError) as caught:
        mwa.sweep(
            plan,
            {"pulses.0.powr": [1], "tissues": ["nominal", "large"], "pulses.0.on": ["5 W", -1]},
            measure=["peak(wall)"],
        )
    text = "\n".join(caught.value.problems)
    for part in (
        "pulses[0].powr: unknown key; did you mean 'power'? (scenario 0)",
        'tissues: expected "smaller-zone" or "nominal" or "larger-zone", got \'large\'',
        "'W' is a power (scenario 0)",
        "(scenario 1)",
    ):
        assert part in text
    assert runs == []


@pytest.mark.parametrize(
    ("over", "options", "words"),
    [
        ({POWER: "20 W"}, {}, "expected a list of values or mwa.between"),
        ({POWER: []}, {}, "the list of values is empty"),
        ({}, {}, "give at least one key"),
        ({3: [1]}, {}, "3 is no key of a plan"),
        ({POWER: [1], (POWER, "seed"): [(1, 2)]}, {}, "pulses.0.power is given twice"),
        ({(POWER, "seed"): [(1, 2, 3)]}, {}, "expected 2 values together, got (1, 2, 3)"),
        ({POWER: [1, 2]}, {"n": 3}, "a grid has as many scenarios"),
        ({POWER: mwa.between(1, 2)}, {}, "a grid needs a list of values"),
        ({POWER: mwa.between(1, 2)}, {"sample": "sobl", "n": 2}, "did you mean 'sobol'?"),
        ({POWER: mwa.between(1, 2)}, {"sample": "sobol"}, "n: give the number of scenarios"),
        ({POWER: mwa.between("2 W", "1 W")}, {"sample": "sobol", "n": 2}, "is empty"),
        ({POWER: mwa.between("1 s", "2 W")}, {"sample": "sobol", "n": 2}, "'s' is a time"),
        ({"tissues": mwa.between("a", "b")}, {"sample": "sobol", "n": 2}, "'a' is no number"),
        ({POWER: [1]}, {"where": lambda changes: False}, "there is no scenario to run"),
        ([{POWER: 1}], {"n": 1}, "a list of scenarios is run as it is"),
        (POWER, {}, "expected a dictionary of keys"),
    ],
)
def test_what_cannot_be_varied_is_refused(plan, over, options, words):
    with pytest.raises(InputError) as caught:
        mwa.sweep(plan, over, measure=["on_time_s"], **options)
    assert words in str(caught.value)


def test_a_sweep_needs_a_plan_and_measures(plan):
    with pytest.raises(InputError, match="varies a Plan, got str"):
        mwa.sweep("plan.toml", {}, measure=["volume_ml"])
    with pytest.raises(InputError, match="give at least one"):
        mwa.sweep(plan, {POWER: [1]}, measure=[])
    with pytest.raises(InputError, match="a function needs a name"):
        mwa.sweep(plan, {POWER: [1]}, measure=[lambda result: 1])


def test_scenarios_can_be_left_out(plan, runs):
    study = mwa.sweep(
        plan,
        {POWER: [20, 40], "pulses.0.on": [2, 4]},
        measure=["generator_kJ"],
        where=lambda changes: changes[POWER] * changes["pulses.0.on"] == 80,
    )
    assert [row.inputs for row in study] == [
        {POWER: 20.0, "pulses.0.on": 4.0},
        {POWER: 40.0, "pulses.0.on": 2.0},
    ]
    assert "2 of 4 scenarios left out" in str(study)


def test_ctrl_c_keeps_the_rows_so_far(plan):
    seen = []

    def observe(row):
        seen.append(row)
        if len(seen) == 2:
            raise KeyboardInterrupt

    study = mwa.sweep(plan, {POWER: [10, 20, 30, 40]}, measure=["generator_kJ"], observe=observe)
    assert study.status == "interrupted"
    assert study.column("status").tolist() == ["done", "done", "interrupted", "interrupted"]
    assert [row.total for row in seen] == [4, 4]
    assert "4 scenarios: 2 done, 2 interrupted" in str(study)


def test_the_table_can_be_asked_and_written(plan, tmp_path):
    study = mwa.sweep(plan, {POWER: [10, 30, 20]}, measure=["generator_kJ", "stopped_at"])
    assert study.best("generator_kJ")[POWER] == 30.0
    assert study.best("generator_kJ", lowest=True)[POWER] == 10.0
    assert [row.scenario for row in study.where(lambda row: row[POWER] > 15)] == [1, 2]
    with pytest.raises(InputError, match="did you mean 'generator_kJ'"):
        study.column("generator_J")
    with pytest.raises(InputError, match="no scenario has a value of 'stopped_at'"):
        study.best("stopped_at")
    study.to_csv(tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text().splitlines()
    assert lines[0].startswith("scenario,pulses.0.power [W],generator_kJ [kJ],stopped_at [s],")
    assert lines[2].startswith("1,30.0,0.18,,done,,")
    with pytest.raises(InputError, match="cannot be written"):
        study.to_csv(tmp_path)
    data = study.as_data()
    assert data["rows"][0]["stopped_at"] is None
    assert len(study) == 3
    assert repr(study) == "<Study: 3 scenarios, done, 0 failed>"


def test_grids_as_frames(plan):
    pytest.importorskip("xarray")
    study = mwa.sweep(
        plan,
        {POWER: [10, 30], ("pulses.0.on", "pulses.0.off"): [(1, 1), (2, 1), (3, 2)]},
        measure=["generator_kJ"],
    )
    frame = study.to_pandas()
    assert frame.index.name == "scenario"
    assert frame.attrs["units"]["generator_kJ"] == "kJ"
    grid = study.to_xarray()["generator_kJ"]
    assert grid.dims == (POWER, "pulses.0.on")
    assert float(grid.sel({POWER: 30.0, "pulses.0.on": 2.0})) == pytest.approx(0.06)
    assert grid.coords["pulses.0.off"].values.tolist() == [1.0, 1.0, 2.0]
    some = study.where(lambda row: row.scenario)
    assert np.isnan(float(some.to_xarray()["generator_kJ"][0, 0]))
    listed = mwa.sweep(plan, [{POWER: 10}], measure=["generator_kJ"])
    with pytest.raises(InputError, match="only a grid"):
        listed.to_xarray()


def test_points_as_values(plan):
    study = mwa.sweep(
        plan,
        {"pose.tip": [["0 mm", 0, "-11 mm"], "landmark:wall"]},
        measure={"x": lambda result: result.antenna["tip"][1]},
    )
    np.testing.assert_allclose(study.column("x"), [0.0, 0.012])
    assert "landmark:wall" in study.to_csv()


def test_cases_antennas_and_poses_as_values(plan, tmp_path):
    warm = plan.case.changed(name="warm", initial_temperature=38.0)
    over = {"case": [plan.case, warm], "pose": [plan.pose, plan.pose.moved(deeper=1e-3)]}
    study = mwa.sweep(plan, over, measure=["peak(wall)"], folder=tmp_path)
    assert study.column("case").tolist() == ["block", "block", "warm", "warm"]
    assert study.column("peak(wall)")[2] > study.column("peak(wall)")[0] + 0.5
    assert json.loads(json.dumps(study.as_data()))["rows"][3]["status"] == "done"
    again = mwa.sweep(plan, over, measure=["peak(wall)"], folder=tmp_path)
    assert all(row.kept for row in again)


def test_a_wrong_first_key_is_offered_another(plan):
    with pytest.raises(InputError, match="did you mean 'pulses'"):
        mwa.sweep(plan, {"puls.0.power": [1]}, measure=["on_time_s"])


def test_scenarios_share_their_set_up(plan, monkeypatch):
    import mwa_sim.study.execution as execution

    execution._shared.cache_clear()
    mwa.sweep(plan, {POWER: [10, 20, 30, 40]}, measure=["on_time_s"])
    assert execution._shared.cache_info().misses == 1
    assert execution._shared.cache_info().hits == 3
