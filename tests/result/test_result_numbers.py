"""What a result says: temperatures, summary, safety verdicts, the one-screen text."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwa_sim.control.event import Event
from mwa_sim.criterion import STANDARD_CRITERIA
from mwa_sim.errors import InputError, MeshError
from mwa_sim.recording import Trace
from mwa_sim.report_text import covered, why_it_ended
from mwa_sim.summary import organ_status, time_above
from tests.result.synthetic import END, STOP, synthetic_result


@pytest.fixture(scope="module")
def result():
    return synthetic_result(8, frame_every=30.0)


def with_fields(organs, **fields):
    run = synthetic_result(4, frame_every=150.0)
    full = {name: np.full(run.mesh.n_nodes, value) for name, value in fields.items()}
    return synthetic_result(4, frame_every=150.0, organs=organs, fields={**run.fields, **full})


def test_zone_is_computed_once(result):
    zone = result.zone("cem43>=240")
    assert result.zone(" CEM43 >= 240 min") is zone
    assert zone.criterion == "cem43>=240"
    assert 0.0 < zone.coverage("tumour") <= 1.0
    with pytest.raises(InputError, match="did you mean 'cem43'"):
        result.zone("cem34>=240")


def test_temperature_is_linear_in_space_and_time(result):
    centre = result.landmarks["tumour_centre"]
    tet, bary = (x[0] for x in result.locator.locate(centre[None]))
    at = result.frames[:, result.mesh.tets[tet]].astype(float) @ bary
    assert result.temperature("tumour_centre", 60.0) == pytest.approx(at[2], abs=1e-9)
    assert result.temperature("landmark:tumour_centre", 70.0) == pytest.approx(
        at[2] * 2 / 3 + at[3] / 3
    )
    assert isinstance(result.temperature(at=centre, t=END), float)
    both = result.temperature([centre, result.landmarks["posterior_wall"]], [0.0, 45.0, END])
    assert both.shape == (3, 2)
    assert both[1, 0] == pytest.approx((at[1] + at[2]) / 2)
    assert both[0] == pytest.approx([37.0, 37.0])
    assert result.temperature([centre], 0.0).shape == (1,)
    assert result.temperature(centre, [0.0, 1.0]).shape == (2,)


def test_questions_that_have_no_answer(result):
    with pytest.raises(InputError, match="outside the simulated time, 0 to 300 s"):
        result.temperature("tumour_centre", 301.0)
    with pytest.raises(InputError, match="did you mean 'tumour_centre'"):
        result.temperature("tumor_centre", 0.0)
    with pytest.raises(InputError, match=r"\(3,\) or \(k, 3\)"):
        result.temperature([1.0, 2.0], 0.0)
    with pytest.raises(MeshError, match="outside"):
        result.temperature([1.0, 0.0, 0.0], 0.0)


def test_one_frame_is_enough(result):
    run = synthetic_result(4, frame_every=1e3)
    assert len(run.frames_t) == 1
    assert run.temperature("tumour_centre", 0.0) == pytest.approx(37.0)


def test_inconsistent_arrays_are_refused(result):
    with pytest.raises(InputError, match="frames must be"):
        synthetic_result(4, frames=np.zeros((2, 3), np.float32))
    with pytest.raises(InputError, match="field 'cem43'"):
        synthetic_result(4, fields={"cem43": np.zeros(3)})
    with pytest.raises(InputError, match="status"):
        synthetic_result(4, status="finished")


def test_summary_has_exactly_the_agreed_keys(result):
    data = result.summary()
    assert list(data) == [
        "schema",
        "case",
        "antennas",
        "energy",
        "zones",
        "thermocouples",
        "organs_at_risk",
        "events",
        "timing",
        "versions",
        "note",
    ]
    assert data["note"] == "For research use only; not for clinical decisions."
    assert data["schema"] == "mwa-sim/summary/1"
    assert set(data["case"]) == {"name", "nodes", "tets", "regions"}
    assert set(data["case"]["regions"]["tumour"]) == {"tissue", "volume_ml"}
    (antenna,) = data["antennas"]
    assert set(antenna) == {
        "name", "antenna", "model", "tip_mm", "axis", "start_s", "power_on_s", "generator_J",
        "efficiency", "delivered_fraction", "field",
    }  # fmt: skip
    assert set(data["energy"]) == {"generator_J", "tissue_J", "balance_error"}
    assert [zone["criterion"] for zone in data["zones"]] == list(STANDARD_CRITERIA)
    assert set(data["zones"][0]) == {
        "criterion",
        "volume_ml",
        "long_axis_mm",
        "short_axis_mm",
        "mean_diameter_mm",
        "equivalent_diameter_mm",
        "sphericity",
        "coverage",
        "margin_min_mm",
    }
    assert set(data["zones"][0]["coverage"]) == {"tumour"}
    wall = data["thermocouples"]["posterior_wall"]
    assert set(wall) == {
        "position_mm",
        "peak_reading_degC",
        "peak_tissue_degC",
        "overshoot_degC",
        "time_above_s",
        "cem43_min",
        "trace",
    }
    assert set(wall["time_above_s"]) == {"42", "45", "50"}
    assert set(wall["trace"]) == {"t_s", "reading_degC", "tissue_degC"}
    assert len(wall["trace"]["t_s"]) == len(wall["trace"]["reading_degC"]) == 301
    assert set(data["organs_at_risk"]["cord"]) == {"peak_degC", "cem43_max_min", "status"}
    assert set(data["events"][0]) == {"t_s", "kind", "cause"}
    assert set(data["timing"]) == {
        "setup_s",
        "antenna_s",
        "stepping_s",
        "steps",
        "linear_iterations",
    }
    assert isinstance(data["timing"]["steps"], int)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_summary_numbers_come_from_the_run(result):
    data = result.summary()
    zone = result.zone("damage>=1")
    assert data["zones"][1]["volume_ml"] == zone.volume_ml
    assert data["zones"][1]["margin_min_mm"]["tumour"] == zone.margin("tumour").min_mm
    wall, trace = data["thermocouples"]["posterior_wall"], result.traces["posterior_wall"]
    assert wall["position_mm"] == pytest.approx([-17.5, 0.0, 0.0])
    assert wall["peak_tissue_degC"] == trace.peak_tissue > trace.tissue.max()
    assert wall["peak_reading_degC"] == trace.reading.max() == trace.max
    stops = [e for e in data["events"] if e["kind"] == "stop"]
    assert stops == [
        {"t_s": STOP, "kind": "stop", "cause": "posterior_wall reading 42.1 degC > 42 degC"}
    ]
    assert sum(r["volume_ml"] for r in data["case"]["regions"].values()) == pytest.approx(384.0)


def test_empty_zone_has_no_margin_in_the_summary():
    run = with_fields([], cem43=0.0)
    zone = run.summary()["zones"][0]
    assert zone["volume_ml"] == 0.0
    assert zone["coverage"]["tumour"] == 0.0
    assert zone["margin_min_mm"]["tumour"] is None
    assert "none" in str(run)


@pytest.mark.parametrize(
    ("limit", "peak", "expected"), [(42.0, 43.5, 1.5), (42.0, 41.0, 0.0), (None, 90.0, 0.0)]
)
def test_overshoot_needs_a_rule(limit, peak, expected):
    t = np.array([0.0, 1.0])
    trace = Trace("a", np.zeros(3), t, t, np.array([37.0, 40.0]), limit, peak)
    assert trace.overshoot == pytest.approx(expected)


def test_peak_without_step_record_is_that_of_the_samples():
    t = np.array([0.0, 1.0])
    assert Trace("a", np.zeros(3), t, t, np.array([37.0, 44.0]), 42.0).overshoot == 2.0
    none = Trace("a", np.zeros(3), *[np.zeros(0)] * 3)
    assert np.isnan(none.max)
    assert none.overshoot == 0.0
    run = synthetic_result(4, frame_every=150.0, traces={"a": none})
    assert run.summary()["thermocouples"]["a"]["peak_reading_degC"] is None


def test_time_above_and_dose_of_a_trace_in_closed_form():
    # 10 K up in 100 s, 60 s at 47 degC, 10 K down in 50 s
    t = np.array([0.0, 100.0, 160.0, 210.0])
    tissue = np.array([37.0, 47.0, 47.0, 37.0])
    trace = Trace("a", np.zeros(3), t, tissue, tissue)
    data = synthetic_result(4, frame_every=150.0, traces={"a": trace}).summary()
    mine = data["thermocouples"]["a"]
    assert mine["time_above_s"]["42"] == pytest.approx(50.0 + 60.0 + 25.0)
    assert mine["time_above_s"]["45"] == pytest.approx(20.0 + 60.0 + 10.0)
    assert mine["time_above_s"]["50"] == 0.0
    above = 15.0 / np.log(2.0)  # integral of 2^u over u from 0 to 4
    below = (1.0 - 4.0**-6) / np.log(4.0)  # integral of 4^u over u from -6 to 0
    exact = 16.0 + (above + below) * (10.0 + 5.0) / 60.0
    assert mine["cem43_min"] == pytest.approx(exact, rel=1e-9)


@given(st.lists(st.floats(30.0, 60.0), min_size=2, max_size=30), st.floats(35.0, 55.0))
def test_time_above_against_fine_sampling(values, level):
    t = np.arange(len(values), dtype=float)
    fine = np.linspace(0.0, t[-1], 2001 * (len(values) - 1))
    sampled = float(np.mean(np.interp(fine, t, values) > level) * t[-1])
    assert time_above(t, np.array(values), level) == pytest.approx(sampled, abs=0.02 * t[-1] + 1e-9)


@pytest.mark.parametrize(
    ("peak", "dose", "status"),
    [
        (40.9, 1.0, "ok"),
        (41.0, 1.0, "warn"),
        (42.0, 1.0, "warn"),
        (42.1, 1.0, "exceeded"),
        (39.0, 9.0, "warn"),
        (39.0, 10.0, "warn"),
        (39.0, 10.5, "exceeded"),
    ],
)
def test_organ_verdicts(peak, dose, status):
    organs = [
        {"name": "cord", "region": "tumour", "max_temperature": 42.0, "max_cem43": 10.0},
        {"name": "wall", "landmark": "posterior_wall", "max_temperature": 42.0, "max_cem43": 10.0},
        {"name": "unlimited", "landmark": "posterior_wall"},
    ]
    run = with_fields(organs, max_temperature=peak, cem43=dose)
    found = run.summary()["organs_at_risk"]
    assert found["cord"] == {"peak_degC": peak, "cem43_max_min": dose, "status": status}
    assert found["wall"]["status"] == status
    assert found["unlimited"]["status"] == "ok"


def test_region_is_judged_by_its_hottest_node(result):
    nodes = np.unique(result.mesh.tets[result.mesh.regions == 6])
    state = organ_status(result, {"name": "cord", "region": "cord", "max_temperature": 42.0})
    assert state["peak_degC"] == result.fields["max_temperature"][nodes].max()
    gone = organ_status(result, {"name": "x", "region": "aorta", "max_temperature": 42.0})
    assert gone["peak_degC"] is None


def test_text_fits_one_screen_and_says_what_matters(result):
    text = str(result)
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    assert text.isascii()
    for words in (
        "schematic vertebra",
        "slot-1.6mm",
        "stopped at 184 s: posterior_wall reading 42.1 degC > 42 degC",
        "cem43>=240",
        "Overshoot".lower(),
        "5.76 kJ at the generator",
        "40 W for 144 s",
        "research use only",
    ):
        assert words in text
    assert "schematic" in repr(result)


def test_little_energy_is_written_in_joules(result):
    text = str(replace(result, energy={**result.energy, "generator_J": 2.0, "tissue_J": 150.0}))
    assert "2 J at the generator, 0.15 kJ into tissue" in text


def test_text_warns_where_the_model_has_no_meaning(result):
    assert "Caution" not in str(result)
    fields = {**result.fields, "max_temperature": result.fields["max_temperature"] + 200.0}
    said = [line for line in str(replace(result, fields=fields)).splitlines() if "Caution" in line]
    assert len(said) == 1
    assert "degC: it would char, which is not modelled; check the power" in said[0]
    assert len(said[0]) <= 100


def test_text_warns_of_an_antenna_that_its_tissue_has_detuned(result):
    def told(share):
        field = {"s11_dB": [-17.0], "reflected": {"t_s": [0.0, 60.0], "fraction": [0.02, share]}}
        antennas = [{**antenna, "field": field} for antenna in result.antennas]
        return str(replace(result, antennas=antennas)).splitlines()

    assert not any("Caution" in line for line in told(0.29))
    said = told(0.47)
    first = next(k for k, line in enumerate(said) if "Caution" in line)
    assert "an antenna reflected 47%, detuned by dry tissue" in said[first]
    assert "antenna.model=wave-static" in said[first + 2]
    assert max(len(line) for line in said[first : first + 3]) <= 100


def test_why_it_ended():
    assert "interrupted at 12 s" in why_it_ended([], "interrupted", 12.0)
    end = Event(300.0, "end", "cooldown complete")
    assert why_it_ended([end], "done", 300.0) == "protocol completed"
    pauses = [Event(10.0, "pause", "hot"), Event(20.0, "resume", "cool"), end]
    assert why_it_ended(pauses, "done", 300.0) == "protocol completed, after 1 pause"


def test_coverage_is_never_rounded_up():
    assert covered(0.99996) == "99.9%"
    assert covered(1.0) == "100.0%"
    assert covered(0.29) == "29.0%"
