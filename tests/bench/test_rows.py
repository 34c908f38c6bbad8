"""What a row says of itself, and what its texts say."""

import math

import pytest

from mwa_sim.bench.inputs import input_text, input_words
from mwa_sim.bench.rows import Band, Between, Row
from mwa_sim.bench.text import band_text, cells, reference_text, shown


def test_a_row_passes_up_to_its_tolerance_and_not_beyond():
    assert Row("rise", 10.5, 10.0, 0.5).passed
    assert not Row("rise", 10.51, 10.0, 0.5).passed
    assert Row("rise", 9.4, 10.0, 0.5).difference == pytest.approx(-0.6)
    assert Row("rise", 9.4, 10.0, 0.5).verdict == "miss"


def test_no_number_is_a_miss_whatever_the_tolerance():
    for reference in (1.0, Between(low=1.0), Between(high=1.0), Between(0.0, 2.0)):
        row = Row("x", math.nan, reference, 1e9)
        assert not row.passed
        assert row.as_data()["value"] is None


@pytest.mark.parametrize(
    ("value", "reference", "difference"),
    [
        (1.9, Between(low=1.8), 0.0),
        (1.7, Between(low=1.8), -0.1),
        (2e-4, Between(high=1e-4), 1e-4),
        (70.0, Between(60.0, 80.0), 0.0),
        (59.0, Between(60.0, 80.0), -1.0),
        (math.inf, Between(low=240.0), 0.0),
        (math.inf, 240.0, math.inf),
        (math.inf, math.inf, 0.0),
        (30.0, math.inf, -math.inf),
    ],
)
def test_difference_from_a_range_is_that_from_its_nearest_end(value, reference, difference):
    row = Row("x", value, reference)
    assert row.difference == pytest.approx(difference)
    assert row.passed == (difference == 0.0)


def test_a_range_must_have_its_ends_in_order():
    with pytest.raises(ValueError, match="no range"):
        Between(2.0, 1.0)
    with pytest.raises(ValueError, match="no range"):
        Between(math.nan, 1.0)


@pytest.mark.parametrize(
    ("reference", "error", "covered"),
    [
        (25.0, math.nan, True),
        (31.0, math.nan, False),
        (31.0, 1.0, True),
        (Between(low=29.0), math.nan, True),
        (Between(low=30.5), math.nan, False),
        (Between(high=19.0), 1.5, True),
        (Between(10.0, 15.0), math.nan, False),
    ],
)
def test_a_band_reaches_a_reference_within_its_error(reference, error, covered):
    row = Row("d", 24.0, reference, reference_error=error, band=Band(20.0, 30.0, 24.0, 64))
    assert row.covered is covered


def test_data_holds_only_what_json_has():
    import json

    row = Row("t", math.inf, Between(low=5.0), unit="s", band=Band(4.0, math.inf, 9.0, 8, 1))
    data = json.loads(json.dumps(row.as_data(), allow_nan=False))
    assert data["value"] == "inf"
    assert data["reference"] == {"low": 5.0, "high": "inf"}
    assert data["band"]["high"] == "inf"
    assert data["reference_error"] is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (93.5314, "93.53"), (0.0, "0"), (None, "none"), ("inf", "never"), (-0.012345, "-0.01235"),
        (297144.0, "297144"), (1.23e-7, "1.23e-7"), (12345.6, "12346"),
    ],
)  # fmt: skip
def test_numbers_are_short(value, text):
    assert shown(value) == text


def test_texts_of_a_row():
    row = Row("width", 21.0, 24.0, 2.0, "mm", 1.5, band=Band(18.0, 23.0, 21.0, 64)).as_data()
    assert reference_text(row) == "24 +- 1.5"
    assert band_text(row) == "18 to 23"
    assert cells(row, "validation") == (
        "width [mm]", "21", "18 to 23", "24 +- 1.5", "-3", "2", "yes", "miss"
    )  # fmt: skip
    assert reference_text(Row("p", 2.0, Between(low=1.8)).as_data()) == "at least 1.8"
    assert reference_text(Row("p", 2.0, Between(high=1e-4)).as_data()) == "at most 0.0001"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("regions.tumour.electrical_conductivity", "1.5 to 2.4",
         "electrical conductivity of tumour 1.5 to 2.4 S/m"),
        ("muscle: water_fraction", "range of the library",
         "water fraction of muscle range of the library"),
        ("antenna.efficiency", "0.5628 to 0.8207", "efficiency of the antenna 56.3 to 82.1 %"),
        ("pose.shift.deeper", "-0.002 to 0.002", "antenna shifted deeper -2 to 2 mm"),
        ("temperature at the start", "15 degC or 20 degC",
         "temperature at the start 15 degC or 20 degC"),
    ],
)  # fmt: skip
def test_inputs_of_a_band_are_words_with_units(key, value, text):
    assert input_text(key, value) == text
    assert text.startswith(input_words(key))
