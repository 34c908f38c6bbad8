"""The tissue library: complete, sourced, and equal to the published numbers."""

import math
import pickle

import pytest

from mwa_sim.errors import InputError
from mwa_sim.references import all_references
from mwa_sim.tissue import PARAMETER_SETS, bounded, list_tissues, load_tissue
from mwa_sim.tissue.bounds import ZONE_GROWS_WITH
from mwa_sim.tissue.properties import MODELS, PROPERTIES, STANDINGS
from mwa_sim.tissue.temperature import list_models, model_source

NAMES = list_tissues()


def test_the_tissues_of_a_spine_are_there():
    assert set(NAMES) == {
        "blood", "bone_cancellous", "bone_cortical", "bone_marrow_red", "bone_marrow_yellow",
        "cartilage", "csf", "dura", "epidural_fat", "fat", "intervertebral_disc", "liver",
        "liver_ex_vivo", "metastasis_lytic", "metastasis_lytic_hypervascular", "metastasis_mixed",
        "metastasis_mixed_hypervascular", "muscle", "pmma", "skin", "spinal_cord",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_range_source_and_standing(name):
    tissue = load_tissue(name)
    assert tissue.title
    assert set(tissue.values) == set(PROPERTIES)
    for key, value in tissue.values.items():
        assert value.low <= value.value <= value.high, key
        assert value.value == getattr(tissue, key)
        assert value.standing in STANDINGS
        assert value.keys, f"{name}.{key} has no source"
        assert set(value.keys) <= set(all_references()), f"{name}.{key}: {value.source}"
        if value.low < value.high:
            assert value.range_source or "mixture" in value.note or "Mixed" in value.note
        if value.standing in ("assumption", "unverified") and value.value != 0.0:
            assert value.note, f"{name}.{key} gives no reason"


@pytest.mark.parametrize("name", NAMES)
def test_every_model_is_known_and_sourced(name):
    tissue = load_tissue(name)
    for attribute in MODELS:
        choice = tissue.models.get(attribute)
        assert (choice.value if choice else None) == getattr(tissue, attribute)
        if choice:
            kind = "perfusion" if attribute == "perfusion_model" else "dielectric"
            for model in (choice.value, choice.smaller_zone, choice.larger_zone):
                assert model in list_models(kind)
                assert model_source(model) in all_references()


# density, specific heat, conductivity, mL/min/kg, W/kg as tabulated by the tissue database
DATABASE = {
    "bone_cortical": (1908, 1313, 0.32, 10, 0.155),
    "bone_cancellous": (1178, 2274, 0.3125, 30, 0.465),
    "bone_marrow_red": (1028, 2666, 0.279, 135, 2.09),
    "bone_marrow_yellow": (980, 2065, 0.1921, 30, 0.465),
    "cartilage": (1100, 3568, 0.487, 35, 0.542),
    "spinal_cord": (1075, 3630, 0.5132, 160.3, 2.48),
    "dura": (1174, 3364, 0.44, 380, 5.89),
    "csf": (1007, 4096, 0.5733, 0, 0),
    "fat": (911, 2348, 0.2115, 32.71, 0.507),
    "muscle": (1090, 3421, 0.495, 36.74, 0.906),
    "skin": (1109, 3390, 0.3722, 106.4, 1.65),
    "liver": (1079, 3540, 0.5191, 860.5, 9.93),
}


@pytest.mark.parametrize("name", DATABASE)
def test_values_of_the_database(name):
    tissue = load_tissue(name)
    density, specific_heat, conductivity, flow, metabolism = DATABASE[name]
    assert tissue.density == density
    assert tissue.specific_heat == specific_heat
    assert tissue.thermal_conductivity == conductivity
    assert tissue.metabolic_heat == metabolism
    assert tissue.perfusion == pytest.approx(flow * density / 6e7, rel=1e-4)
    assert {"itis"} <= set(tissue.sources)


def test_tumour_takes_more_microwave_power_than_the_bone_around_it():
    tumour, bone = load_tissue("metastasis_lytic"), load_tissue("bone_cancellous")
    assert tumour.electrical_conductivity > 2 * bone.electrical_conductivity
    assert tumour.values["electrical_conductivity"].low > bone.electrical_conductivity


def test_dead_and_avascular_tissue_has_no_perfusion():
    for name in ("liver_ex_vivo", "csf", "pmma", "intervertebral_disc"):
        assert load_tissue(name).perfusion == 0.0
    assert load_tissue("liver_ex_vivo").metabolic_heat == 0.0
    assert load_tissue("intervertebral_disc").values["perfusion"].standing == "unverified"
    assert load_tissue("intervertebral_disc", "smaller-zone").perfusion > 0.0


def test_mixed_metastasis_follows_the_mixture_rule():
    bone, tumour = load_tissue("bone_cancellous"), load_tissue("metastasis_lytic")
    mixed = load_tissue("metastasis_mixed")
    assert mixed.heat_capacity == pytest.approx((bone.heat_capacity + tumour.heat_capacity) / 2)
    assert mixed.perfusion == pytest.approx((bone.perfusion + tumour.perfusion) / 2)
    assert mixed.thermal_conductivity == pytest.approx(
        math.sqrt(bone.thermal_conductivity * tumour.thermal_conductivity)
    )
    water = bone.density * bone.water_fraction + tumour.density * tumour.water_fraction
    assert mixed.density * mixed.water_fraction == pytest.approx(water / 2)


@pytest.mark.parametrize("name", NAMES)
def test_bounding_sets_move_to_the_side_of_the_rule(name):
    nominal = load_tissue(name)
    small, large = load_tissue(name, "smaller-zone"), load_tissue(name, "larger-zone")
    for key, sign in ZONE_GROWS_WITH.items():
        assert sign * getattr(small, key) <= sign * getattr(nominal, key)
        assert sign * getattr(nominal, key) <= sign * getattr(large, key)
        value = nominal.values[key]
        if sign == 0:
            assert getattr(small, key) == getattr(large, key) == value.value
        else:
            assert {getattr(small, key), getattr(large, key)} == {value.low, value.high}
    assert bounded(small, "nominal") == nominal
    assert small.parameter_set == "smaller-zone"


def test_every_property_has_a_side():
    assert set(ZONE_GROWS_WITH) == set(PROPERTIES)


@pytest.mark.parametrize("name", NAMES)
def test_no_set_moves_the_temperature_at_which_absorption_is_lost(name):
    """Its effect on the zone has no sure sign (see tests/benchmarks/test_three_cm.py)."""
    for choice in load_tissue(name).models.values():
        assert choice.smaller_zone == choice.value == choice.larger_zone


def test_range_sources_count_only_where_a_range_is_used():
    assert "chen2001" not in load_tissue("bone_cancellous").sources
    assert "chen2001" in load_tissue("bone_cancellous", "larger-zone").sources


def test_unknown_names():
    with pytest.raises(InputError, match="unknown tissue 'bone_cancelous'; did you mean"):
        load_tissue("bone_cancelous")
    with pytest.raises(InputError, match="did you mean 'smaller-zone'"):
        load_tissue("fat", "smaller")
    assert PARAMETER_SETS == ("smaller-zone", "nominal", "larger-zone")


def test_changed_keeps_its_value_in_the_bounding_sets():
    tissue = load_tissue("liver").changed(perfusion="0.06 1/min", perfusion_model=None)
    assert tissue.perfusion == 0.001
    assert bounded(tissue, "smaller-zone").perfusion == 0.001
    assert bounded(tissue, "smaller-zone").perfusion_model is None
    assert tissue.values["perfusion"].source == "given by the caller"


def test_changed_lists_all_mistakes():
    with pytest.raises(InputError) as caught:
        load_tissue("fat").changed(
            perfuson=0, density="4 W", water_fraction=2, electrical_conductivity_model="ji"
        )
    assert [line.split(":")[0] for line in caught.value.problems] == [
        "perfuson", "density", "water_fraction", "electrical_conductivity_model",
    ]  # fmt: skip


def test_tissues_travel_to_other_processes_and_into_json():
    tissue = load_tissue("metastasis_mixed")
    copy = pickle.loads(pickle.dumps(tissue))
    assert copy == tissue
    assert copy.values == tissue.values
    assert tissue.as_dict()["density"] == tissue.density
