"""Quoted quantities: values, refusals and what the messages tell the user to write."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mwa_sim.dimensions import DIMENSIONS
from mwa_sim.errors import InputError
from mwa_sim.units import format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("40 W", "power", 40.0),
        ("0.04 kW", "power", 40.0),
        ("60s", "time", 60.0),
        ("1.5 min", "time", 90.0),
        ("2 h", "time", 7200.0),
        ("0.3 mm", "length", 0.0003),
        ("20 um", "length", 20e-6),
        ("20 µm", "length", 20e-6),
        ("-3.5 cm", "length", -0.035),
        ("37 degC", "temperature", 37.0),
        ("37 °C", "temperature", 37.0),
        ("310.15 K", "temperature", 37.0),
        ("0.5 K", "temperature_difference", 0.5),
        ("1.05 g/cm3", "density", 1050.0),
        ("1050 kg/m^3", "density", 1050.0),
        ("3.6 kJ/kg/K", "specific_heat", 3600.0),
        ("3600 J/(kg K)", "specific_heat", 3600.0),
        ("3600 J/kg/degC", "specific_heat", 3600.0),
        ("0.5 W/m/K", "thermal_conductivity", 0.5),
        ("0.06 1/min", "rate", 0.001),
        ("0.001 s-1", "rate", 0.001),
        ("0.5 mW/g", "metabolic_heat", 0.5),
        ("1690 mS/m", "electrical_conductivity", 1.69),
        ("1000 W/m2/K", "heat_transfer_coefficient", 1000.0),
        ("2.45 GHz", "frequency", 2.45e9),
        ("240 min", "dose", 240.0),
        ("120 s", "dose", 2.0),
        ("70 %", "fraction", 0.7),
        ("0.7", "fraction", 0.7),
        ("0.66 %/K", "slope", 0.0066),
        ("1 dB/m", "attenuation", 1.0),
        ("1.5 dB", "loss", 1.5),
        ("5 mL", "volume", 5e-6),
        ("180 deg", "angle", math.pi),
        ("257.7 kJ/mol", "molar_energy", 257700.0),
    ],
)
def test_reads_a_quantity_exactly(text, dimension, value):
    assert parse_quantity(text, dimension) == value


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("60 W", "time", "expected a time (s, ms, min, h), but 'W' is a power"),
        ("5 %", "length", "expected a length (mm, cm, m, um), but '%' is a plain number"),
        ("5 J/m", "power", "expected a power (W, mW, kW), but 'J/m' measures something else"),
        ("60", "time", 'expected a time like "60 s", but \'60\' has no unit; write "60 s"'),
        ("abc", "length", "expected a length like \"1.6 mm\", got 'abc'"),
        ("", "length", "expected a length like \"1.6 mm\", got ''"),
        ("1,5 mm", "length", "but ',5 mm' is not a unit known here; decimals are written"),
        ("60 sec", "time", "'sec' is not a unit known here; did you mean 's'?"),
        ("42 C", "temperature", "did you mean 'degC'?"),
        ("-300 degC", "temperature", "-300 degC is below absolute zero"),
        ("5 degC", "temperature_difference", 'write "5 K"'),
        ("nan W", "power", "'nan W' is not a finite number"),
        ("inf W", "power", "'inf W' is not a finite number"),
        ("1e999 W", "power", "'1e999 W' is not a finite number"),
        ("1e308 km", "length", "1e+308 km is too large"),
        ("860 mL/min/kg", "rate", "1/s = (mL/min/kg) x (kg/m3) / 6e7"),
        ("3 J", "molar_energy", "'J' is an energy"),
    ],
)
def test_refusal_says_what_was_expected(text, dimension, message):
    with pytest.raises(InputError) as caught:
        parse_quantity(text, dimension)
    assert message in str(caught.value)


@given(st.text(max_size=20), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_gives_a_finite_number_or_an_input_error(text, dimension):
    try:
        value = parse_quantity(text, dimension)
    except InputError:
        return
    assert math.isfinite(value)


@given(
    st.floats(min_value=1e-12, max_value=1e12),
    st.sampled_from([(n, u) for n, d in DIMENSIONS.items() for u in d.units]),
)
def test_writing_and_reading_are_inverse(value, kind):
    dimension, unit = kind
    text = format_quantity(value, unit, dimension, digits=17)
    assert parse_quantity(text, dimension) == pytest.approx(value, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_every_dimension_reads_its_own_example_and_units(dimension):
    entry = DIMENSIONS[dimension]
    assert math.isfinite(parse_quantity(entry.example, dimension))
    for unit in entry.units:
        assert math.isfinite(parse_quantity(f"1 {unit}", dimension))


def test_format_for_people():
    assert format_quantity(0.0016, "mm") == "1.6 mm"
    assert format_quantity(240.0, "min", "dose") == "240 min"
    assert format_quantity(240.0, "min") == "4 min"
    assert format_quantity(37.0, "K", "temperature") == "310.15 K"
    assert format_quantity(42.0, "degC") == "42 degC"
    with pytest.raises(InputError, match="did you mean 'mm'"):
        format_quantity(1.0, "mmm")
