"""Tissues written in a case file."""

import math

import pytest

from mwa_sim.errors import InputError
from mwa_sim.tissue import bounded, load_tissue, tissue_from_table

AGAR = {
    "density": "1000 kg/m3",
    "specific_heat": "4000 J/kg/K",
    "thermal_conductivity": "0.5 W/m/K",
    "perfusion": "0 1/s",
    "water_fraction": 0.0,
    "relative_permittivity": 43.0,
    "electrical_conductivity": "1.69 S/m",
    "source": "phantom recipe, this case",
}


def problems(table, **options):
    with pytest.raises(InputError) as caught:
        tissue_from_table("agar", table, **options)
    return caught.value.problems


def test_plain_quantities_are_constant_properties():
    agar = tissue_from_table("agar", AGAR)
    assert (agar.density, agar.specific_heat, agar.electrical_conductivity) == (1000, 4000, 1.69)
    assert agar.electrical_conductivity_model is None
    assert agar.perfusion_model is None
    assert agar.thermal_conductivity_slope == 0.0
    assert agar.sources == ["phantom recipe, this case"]
    assert bounded(agar, "larger-zone").thermal_conductivity == 0.5


def test_three_keys_suffice():
    table = {key: AGAR[key] for key in ("density", "specific_heat", "thermal_conductivity")}
    agar = tissue_from_table("agar", {**table, "source": "here"})
    assert (agar.perfusion, agar.metabolic_heat, agar.water_fraction) == (0.0, 0.0, 0.0)
    assert math.isnan(agar.electrical_conductivity)
    assert agar.as_dict()["electrical_conductivity"] is None


def test_tables_with_ranges_and_models():
    agar = tissue_from_table(
        "agar",
        {
            **AGAR,
            "thermal_conductivity": {
                "value": "0.5 W/m/K",
                "range": ["0.45 W/m/K", "0.55 W/m/K"],
                "source": "itis",
                "standing": "assumption",
                "note": "measured once",
            },
            "electrical_conductivity_temperature_model": "ji_brace_2011",
            "relative_permittivity_temperature_model": {
                "value": "ji_brace_2011",
                "larger_zone": "lopresto_2014",
                "source": "ji2011",
            },
            "perfusion_temperature_model": "arrhenius_shutdown",
            "thermal_conductivity_temperature_model": "mita_linear",
        },
    )
    assert bounded(agar, "smaller-zone").thermal_conductivity == 0.45
    assert bounded(agar, "larger-zone").relative_permittivity_model == "lopresto_2014"
    assert agar.thermal_conductivity_slope == 0.0066
    assert (agar.values["thermal_conductivity_slope"].low, agar.perfusion_model) == (
        0.003,
        "arrhenius_shutdown",
    )
    assert {"itis", "ji2011", "mita", "phantom recipe, this case"} <= set(agar.sources)


def test_all_mistakes_at_once():
    lines = problems(
        {
            **AGAR,
            "densty": "1 kg/m3",
            "specific_heat": 4000,
            "perfusion": "860 mL/min/kg",
            "water_fraction": 1.5,
            "thermal_conductivity": {
                "value": "0.5 W/m/K",
                "range": ["0.6 W/m/K", "0.7 W/m/K"],
                "standing": "certain",
            },
            "electrical_conductivity": {"valu": "1 S/m"},
            "electrical_conductivity_temperature_model": "ji_brace",
            "thermal_conductivity_temperature_model": "mita",
            "thermal_conductivity_slope": "0.1 %/K",
        }
    )
    expected = (
        "specific_heat: expected a specific heat like",
        "thermal_conductivity.range: the value 0.5 W/m/K is not inside it",
        "thermal_conductivity.standing: expected one of source, calculated, assumption",
        "perfusion: expected a rate (1/s, 1/min), but 'mL/min/kg' is a flow per mass",
        "water_fraction: expected a fraction of at most 1, got 1.5",
        "electrical_conductivity.valu: unknown key; did you mean 'value'?",
        "electrical_conductivity.value: missing",
        "electrical_conductivity_temperature_model: unknown temperature model 'ji_brace'; did",
        "thermal_conductivity_temperature_model: unknown temperature model 'mita'; did you mean",
        "densty: unknown key; did you mean 'density'?",
        "thermal_conductivity_temperature_model: give this or thermal_conductivity_slope",
    )
    for start in expected:
        assert any(line.startswith(start) for line in lines), start
    assert len(lines) == len(expected)


def test_source_is_asked_for_once():
    lines = problems({"density": "1 kg/m3", "specific_heat": "1 J/kg/K"})
    assert lines == (
        'density: no source; write source = "where the value comes from"',
        'thermal_conductivity: missing; write thermal_conductivity = "0.5 W/m/K"',
    )
    assert problems([1]) == ("expected a table of properties, got [1]",)


def test_mixture_of_library_tissues():
    shell = tissue_from_table(
        "shell", {"mixture": {"bone_cortical": 0.4, "bone_cancellous": "60 %"}}
    )
    cortical, cancellous = load_tissue("bone_cortical"), load_tissue("bone_cancellous")
    assert shell.heat_capacity == pytest.approx(
        0.4 * cortical.heat_capacity + 0.6 * cancellous.heat_capacity
    )
    assert shell.thermal_conductivity == pytest.approx(0.32**0.4 * 0.3125**0.6)
    assert shell.perfusion == pytest.approx(0.4 * cortical.perfusion + 0.6 * cancellous.perfusion)
    assert shell.electrical_conductivity_model == "ji_brace_2011_bone"
    assert shell.values["density"].standing == "assumption"
    assert "itis" in shell.sources


def test_properties_beside_a_mixture_replace_its_own():
    table = {
        "mixture": {"bone_cortical": 0.5, "bone_cancellous": 0.5},
        "perfusion": "0 1/s",
        "source": "no flow in this case",
    }
    shell = tissue_from_table("shell", table)
    assert shell.perfusion == 0.0
    assert shell.density == (1908 + 1178) / 2


def test_a_non_conductor_does_not_insulate_a_mixture():
    vacuum = tissue_from_table("void", {**AGAR, "electrical_conductivity": "0 S/m"})
    parts = {"void": vacuum, "fat": load_tissue("fat")}
    mixed = tissue_from_table(
        "foam", {"mixture": {"void": 0.5, "fat": 0.5}}, lookup=parts.__getitem__
    )
    assert mixed.electrical_conductivity == pytest.approx(0.134)


@pytest.mark.parametrize(
    ("mixture", "message"),
    [
        ({"bone_cortical": 0.4, "bone_cancelous": 0.6}, "did you mean 'bone_cancellous'"),
        ({"bone_cortical": 0.4, "bone_cancellous": 0.5}, "sum to 0.9, expected 1"),
        ({"bone_cortical": 0.0, "bone_cancellous": 1.0}, "expected a fraction above 0, got 0"),
        ({}, "expected a table of tissues and volume fractions"),
    ],
)
def test_bad_mixtures(mixture, message):
    lines = problems({"mixture": mixture})
    assert len(lines) == 1
    assert message in lines[0]
