"""The cutoff study: equal energy, what its numbers mean, and which way they go.

Instead of the vertebra a block of tumour, whose answers are known in their direction.
"""

import csv
import io
import math
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import mwa_sim as mwa
from benchmarks.studies.cutoff import measures, runs, setting, table
from benchmarks.studies.cutoff.__main__ import tables
from benchmarks.studies.cutoff.figure import NEVER, picture
from benchmarks.studies.cutoff.select import envelope, one
from mwa_sim.case import Case, OrganAtRisk, Region
from mwa_sim.tissue import load_tissue
from mwa_sim.trace import Trace
from tests.antenna.boxes import box, graded

MM = 1e-3


@pytest.fixture(scope="module")
def block():
    """Tumour in front of the plane x = -10 mm, and the sac with the cord behind it."""
    axis = graded(30 * MM, 10, 1.25)
    names = {1: ("tumour", "metastasis_lytic"), 2: ("csf", "csf"), 3: ("cord", "spinal_cord")}

    def label(centres):
        behind = np.where(centres[:, 0] < -18 * MM, 3, 2)
        return np.where(centres[:, 0] < -10 * MM, behind, 1)

    return Case(
        name="block",
        mesh=box(axis, axis, axis, label),
        regions={k: Region(name, load_tissue(tissue)) for k, (name, tissue) in names.items()},
        landmarks={"posterior_wall": np.array([-10 * MM, 0.0, 0.0])},
        organs_at_risk=(OrganAtRisk("cord", "cord", None, 42.0, 10.0),),
    )


@pytest.fixture(scope="module")
def found(block):
    """Two distances, two powers, two cycles; closed form, for the direction alone."""
    grid = runs.Grid((8.0, 12.0), (20.0, 40.0), (30.0, 60.0))
    line = {"antenna.model": "line", "cooldown.duration": 60.0}
    told = []
    records = runs.run(runs.View("rule", grid, changes=line), block, tell=told.append)
    late = runs.View(
        "reaction 5 s", runs.Grid((8.0,), (40.0,), (60.0,)),
        changes={**line, "rules.0.delay": 5.0}, at_stop=False,
    )  # fmt: skip
    free = runs.View(
        "no rule", runs.Grid((8.0,), (40.0,), (30.0,)), rule=False, changes=line, at_stop=False
    )
    for view in (late, free):
        records += runs.run(view, block, tell=told.append)
    assert len(told) == 3
    return records


def test_cycles_of_every_length_have_equal_energy_and_share_of_power():
    plans = [setting.pulses(on) for on in setting.CYCLES]
    assert {p["on"] * p["cycles"] for p in plans} == {setting.ON_TIME}
    assert {p["on"] / (p["on"] + p["off"]) for p in plans} == {0.75}
    protocols = [mwa.Protocol.pulsed(30, p["on"], p["off"], p["cycles"]) for p in plans]
    assert {p.planned_energy for p in protocols} == {30.0 * setting.ON_TIME}
    assert len({p.treatment_duration for p in protocols}) == 1
    assert setting.pulses(setting.CONTINUOUS) == {"on": 360.0, "off": 0.0, "cycles": 1}
    assert setting.pulses(90.0, 15.0)["off"] == 15.0


def test_the_antenna_passes_the_thermocouple_at_the_distance_that_is_asked_for(block):
    plan = setting.plan(block)
    assert setting.radiating_distance(plan) == pytest.approx(0.0, abs=0.05)
    moved = plan.changed({runs.DISTANCE: 12.5 * MM})
    assert setting.radiating_distance(moved) == pytest.approx(12.5, abs=1e-3)
    # The middle of the radiating part is opposite the thermocouple, neither end is nearer.
    middle = moved.pose.point(0.5 * (plan.antenna.sar.start + plan.antenna.sar.end))
    assert np.linalg.norm(middle - block.landmarks["posterior_wall"]) == pytest.approx(12.5 * MM)


def read(tissue, reading=None, t=None, **more):
    t = np.arange(len(tissue), dtype=float) if t is None else np.asarray(t, dtype=float)
    tissue = np.asarray(tissue, dtype=float)
    trace = Trace("wall", np.zeros(3), t, tissue if reading is None else reading, tissue, 42.0)
    return SimpleNamespace(traces={"wall": trace}, **more)


def test_reached_is_the_first_reading_above_the_limit_not_the_tissue():
    lagging = read([41.0, 42.5, 44.0, 43.0], reading=np.array([40.0, 42.0, 42.9, 43.2]))
    assert measures.reached(lagging) == 2.0
    assert measures.wall_then(lagging) == 44.0
    assert measures.overshoot(lagging) == 2.0
    assert measures.peak_time(lagging) == 2.0
    cool = read([37.0, 41.9])
    assert math.isnan(measures.reached(cool))
    assert math.isnan(measures.wall_then(cool))
    assert measures.overshoot(cool) == 0.0


def test_half_of_the_energy_counts_the_time_with_power_only():
    # 90 s on, 100 s off, 90 s on: half of 360 s of power is in at 280 s.
    t = np.arange(0.0, 400.0, 10.0)
    result = read(
        37.0 + t, t=t, power_t=np.array([0.0, 90.0, 190.0, 280.0]),
        power_W=np.array([30.0, 0.0, 30.0, 30.0]), frames_t=np.array([0.0, 500.0]),
    )  # fmt: skip
    assert measures.wall_after_half(result) == 37.0 + 280.0
    stopped = read(
        37.0 + t, t=t, power_t=np.array([0.0, 90.0]), power_W=np.array([30.0, 0.0]),
        frames_t=np.array([0.0, 500.0]),
    )  # fmt: skip
    assert math.isnan(measures.wall_after_half(stopped))


def test_dose_at_the_wall_is_a_minute_for_each_minute_at_43_degrees():
    assert measures.wall_dose(read(np.full(121, 43.0))) == pytest.approx(2.0)


def test_nearer_and_stronger_is_stopped_sooner_with_a_smaller_zone_if_nearer(found):
    def row(distance, power, cycle=60.0):
        return one(found, view="rule", distance_mm=distance, power_W=power, cycle_s=cycle)

    for power in (20.0, 40.0):
        near, far = row(8.0, power), row(12.0, power)
        assert near["reached_s"] < far["reached_s"]
        assert near["energy_kJ"] < far["energy_kJ"]
        assert near["cem43_volume_ml"] < far["cem43_volume_ml"]
    assert row(8.0, 40.0)["reached_s"] < row(8.0, 20.0)["reached_s"]
    assert row(8.0, 40.0)["overshoot_K"] > row(8.0, 20.0)["overshoot_K"] > 0.0
    # The rule acts on the reading: power was on until then, and not after.
    first = row(8.0, 40.0)
    assert first["stopped_s"] == first["reached_s"] == first["on_s"]
    assert first["energy_kJ"] == pytest.approx(40.0 * first["on_s"] / 1000.0)
    # A stop within the first cycle does not know how long the cycle would have been.
    assert first["reached_s"] < 30.0
    assert first["reached_s"] == row(8.0, 40.0, 30.0)["reached_s"]


def test_zones_grow_while_the_heat_spreads_and_none_reaches_behind_the_wall(found):
    for row in [r for r in found if r["view"] == "rule"]:
        assert row["end_cem43_volume_ml"] >= row["cem43_volume_ml"]
        if row["power_W"] == 40.0:
            assert row["cem43_volume_ml"] > 0.0
            assert 0.0 < row["end_strip_mm"] <= row["strip_mm"]
        assert row["sac_degC"] >= row["cord_degC"]


def test_a_late_hand_costs_what_it_heats(found):
    prompt = one(found, view="rule", distance_mm=8.0, power_W=40.0, cycle_s=60.0)
    late = one(found, view="reaction 5 s")
    assert late["stopped_s"] == prompt["stopped_s"] + 5.0
    assert late["reached_s"] == prompt["reached_s"]
    assert late["overshoot_K"] > prompt["overshoot_K"] + 1.0


def test_without_the_rule_the_whole_energy_is_delivered(found):
    free = one(found, view="no rule")
    assert math.isnan(free["stopped_s"])
    assert free["energy_kJ"] == pytest.approx(40.0 * setting.ON_TIME / 1000.0)
    assert free["wall_degC"] >= free["wall_half_degC"] > setting.LIMIT + 10.0
    assert free["end_strip_mm"] < 0.0


def test_tables_and_rows_hold_what_was_found(found):
    rows = list(csv.DictReader(io.StringIO(table.as_csv(found))))
    assert len(rows) == len(found)
    first = one(found, view="rule", distance_mm=8.0, power_W=40.0, cycle_s=60.0)
    (same,) = [r for r in rows if r["view"] == "rule" and float(r["distance_mm"]) == 8.0
               and float(r["power_W"]) == 40.0 and float(r["cycle_s"]) == 60.0]  # fmt: skip
    assert float(same["overshoot_K"]) == pytest.approx(first["overshoot_K"], rel=1e-5)
    text = tables(found)
    assert f"{first['reached_s']:.0f} ({first['reached_s']:.0f}–" in text
    (late,) = [line for line in text.splitlines() if line.startswith("| reaction 5 s")]
    gained = one(found, view="reaction 5 s")["overshoot_K"] - first["overshoot_K"]
    assert f"{gained:+.1f}" in late
    assert "+0 (+0 to +0)" in late  # the reading itself does not change


def test_what_is_never_read_is_neither_a_time_nor_joined_to_one(found):
    rule = [dict(r) for r in found if r["view"] == "rule"]
    for row in rule:
        if row["distance_mm"] == 12.0:
            row |= {"reached_s": math.nan, "stopped_s": math.nan, "overshoot_K": 0.0}
    band = [{**r, "view": "band", "reached_s": r["reached_s"] + 7.0}
            for r in rule if r["cycle_s"] == 60.0]  # fmt: skip
    line = next(x for x in tables(rule).splitlines() if x.startswith("| 12 |"))
    assert line.startswith("| 12 | not read |")
    assert "inf" not in line
    figure = picture([*rule, *band])
    top = figure.axes[0]
    assert top.get_title() == "20 W at the generator"
    drawn = [line.get_xydata() for line in top.lines]
    assert any((points[:, 1] == NEVER).any() for points in drawn)
    assert all(len(points) == 1 for points in drawn if (points[:, 1] == NEVER).any())
    figure.canvas.draw()


def test_an_envelope_leaves_out_what_is_not_there():
    rows = [{"k": 3.0}, {"k": math.nan}, {"k": 1.0}]
    assert envelope(rows, "k") == (1.0, 3.0)
    assert envelope(rows, "k", lambda v: math.inf if math.isnan(v) else v) == (1.0, math.inf)
    assert all(map(math.isnan, envelope([], "k")))
    with pytest.raises(LookupError, match="0 rows"):
        one(rows, k=2.0)


def test_the_example_tells_when_the_thermocouple_stops(monkeypatch, capsys):
    example = Path(__file__).parents[2] / "examples" / "07_thermocouple_stop.py"
    monkeypatch.setattr(sys, "argv", [example.name, "--quick"])
    runpy.run_path(str(example), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.lstrip().startswith(("20 ", "40 ")) for line in lines) == 4
