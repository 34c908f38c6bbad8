"""Measures as texts: each gives what the result says, and mistakes are named."""

import re

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import InputError
from mwa_sim.study import measures
from mwa_sim.study.measures import MEASURES, read_measures


@pytest.fixture(scope="module")
def hot(plan):
    """Hot enough for a zone, and stopped by its rule."""
    return plan.changed({"pulses.0.power": 80, "pulses.0.on": 25, "rules.0.above": "38 degC"})


@pytest.fixture(scope="module")
def result(hot):
    return mwa.simulate(hot)


EXPECTED = {
    "peak(wall)": ("degC", lambda r: r.traces["wall"].peak),
    "reading(wall)": ("degC", lambda r: r.traces["wall"].max),
    "highest(cord)": ("degC", lambda r: r.summary()["organs_at_risk"]["cord"]["peak_degC"]),
    "cem43(cord)": ("min", lambda r: r.summary()["organs_at_risk"]["cord"]["cem43_max_min"]),
    "coverage(tumour)": ("", lambda r: r.zone("cem43>=240").coverage("tumour")),
    "coverage(bone, temperature>=45)": ("", lambda r: r.zone("temperature>=45").coverage("bone")),
    "margin(tumour, temperature>=45)": (
        "mm", lambda r: r.zone("temperature>=45").margin("tumour").min_mm
    ),
    "volume_ml": ("ml", lambda r: r.zone("cem43>=240").volume_ml),
    "volume_ml(temperature>=50)": ("ml", lambda r: r.zone("temperature>=50").volume_ml),
    "long_axis_mm(dead_fraction>=0.8)": (
        "mm", lambda r: r.zone("dead_fraction>=0.8").long_axis_mm
    ),
    "short_axis_mm": ("mm", lambda r: r.zone("cem43>=240").short_axis_mm),
    "mean_diameter_mm": ("mm", lambda r: r.zone("cem43>=240").mean_diameter_mm),
    "stopped_at": ("s", lambda r: next(e.t for e in r.events if e.kind == "stop")),
    "on_time_s": ("s", lambda r: next(e.t for e in r.events if e.kind == "stop")),
    "generator_kJ": ("kJ", lambda r: r.energy["generator_J"] / 1e3),
    "tissue_kJ": ("kJ", lambda r: r.energy["tissue_J"] / 1e3),
    "balance_error": ("", lambda r: r.energy["balance_error"]),
}  # fmt: skip


@pytest.mark.parametrize("text", EXPECTED)
def test_a_text_gives_what_the_result_says(hot, result, text):
    (measure,) = read_measures([text], hot)
    unit, expected = EXPECTED[text]
    assert (measure.name, measure.unit) == (text, unit)
    assert measure(result) == pytest.approx(expected(result), rel=1e-12)
    assert np.isfinite(measure(result))


def test_every_measure_is_tested_and_in_the_table():
    assert {re.split(r"\(", text)[0] for text in EXPECTED} == set(MEASURES)
    for name in MEASURES:
        assert f"``{name}" in measures.__doc__


def test_what_is_not_there_is_nan(plan):
    cold = mwa.simulate(plan.changed({"pulses.0.power": 1}))
    for text in ("stopped_at", "margin(tumour)"):
        (measure,) = read_measures([text], plan)
        assert np.isnan(measure(cold))
    (measure,) = read_measures(["volume_ml"], plan)
    assert measure(cold) == 0.0


def test_spellings_of_one_measure_are_one_text(plan):
    texts = [" coverage( tumour ,cem43 >= 240 min)", "coverage(tumour)"]
    assert {read_measures([text], plan)[0].text for text in texts} == {"coverage(tumour)"}
    (named,) = read_measures({"wall [degC]": "peak(wall)"}, plan)
    assert (named.name, named.text) == ("wall [degC]", "peak(wall)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("peek(wall)", "did you mean 'peak'?"),
        ("peak", "write peak(THERMOCOUPLE)"),
        ("peak(tumour)", "'tumour' is not a thermocouple of this plan; known: wall"),
        ("coverage(wall)", "'wall' is not a region of this plan"),
        ("highest(spine)", "'spine' is not an organ at risk of this plan; known: cord"),
        ("coverage(tumour, temp>=60)", "did you mean 'temperature'?"),
        ("coverage(tumour, temperature<60)", "did you mean 'temperature>=60'?"),
        ("coverage(tumour, bone)", "write coverage(REGION) or coverage(REGION, cem43>=240)"),
        ("volume_ml(tumour)", "write volume_ml or volume_ml(cem43>=240)"),
        ("volume_ml(cem43>=240, damage>=1)", "write volume_ml or"),
        ("peak(wall, cem43>=1)", "peak has no criterion"),
        ("stopped_at(wall)", "write stopped_at"),
        ("", "write NAME or NAME(WHAT)"),
        ("peak(wall) + 1", "write NAME or NAME(WHAT)"),
    ],
)
def test_mistakes_are_named(plan, text, words):
    with pytest.raises(InputError) as caught:
        read_measures([text], plan)
    assert words in str(caught.value)
    assert repr(text) in str(caught.value)


def test_names_must_differ(plan):
    with pytest.raises(InputError, match=r"measure 'volume_ml': given twice"):
        read_measures(["volume_ml", "volume_ml(cem43>=240)"], plan)
