"""Dielectric properties over frequency: the published values, and tissues that follow them."""

import math

import numpy as np
import pytest

from mwa_sim.errors import InputError
from mwa_sim.references import all_references
from mwa_sim.tissue import bounded, list_tissues, load_tissue, tissue_from_table
from mwa_sim.tissue.dispersion import (
    REFERENCE_FREQUENCY,
    cole_cole,
    dielectric_at,
    dispersion,
    dispersion_note,
    list_dispersions,
    region_dielectrics,
)
from mwa_sim.tissue.properties import STANDINGS

VACUUM = 8.8541878128e-12
ISM_915 = 915e6

# eps_r and sigma [S/m] at 2.45 GHz, then at 915 MHz, as tabulated with the model (key gabriel1996)
EVALUATED = {
    "blood": (58.26, 2.545, 61.31, 1.545),
    "bone_cancellous": (18.55, 0.805, 20.76, 0.344),
    "bone_cortical": (11.38, 0.394, 12.44, 0.145),
    "bone_marrow_red": (10.31, 0.459, 11.26, 0.230),
    "bone_marrow_yellow": (5.30, 0.096, 5.50, 0.041),
    "cartilage": (38.77, 1.756, 42.60, 0.789),
    "liver": (43.03, 1.686, 46.76, 0.861),
    "muscle": (52.73, 1.739, 55.00, 0.948),
    "fat": (10.82, 0.268, 11.33, 0.110),
    "fat_not_infiltrated": (5.28, 0.105, 5.46, 0.051),
    "skin": (42.85, 1.592, 46.02, 0.850),
    "skin_dry": (38.01, 1.464, 41.33, 0.872),
    "csf": (66.24, 3.458, 68.61, 2.419),
    "white_matter": (36.17, 1.215, 38.84, 0.595),
    "spinal_cord": (30.15, 1.089, 32.49, 0.578),
    "dura": (42.04, 1.669, 44.39, 0.966),
    "tendon": (43.12, 1.685, 45.80, 0.724),
}
FOLLOWS = {
    "epidural_fat": "fat",
    "intervertebral_disc": "cartilage",
    "liver_ex_vivo": "liver",
    "metastasis_lytic": "muscle",
    "metastasis_lytic_hypervascular": "muscle",
    "metastasis_mixed": "muscle",
    "metastasis_mixed_hypervascular": "muscle",
    "pmma": None,
}
OWN = {
    "density": "1000 kg/m3",
    "specific_heat": "4 kJ/kg/K",
    "thermal_conductivity": "0.5 W/m/K",
    "relative_permittivity": 60,
    "electrical_conductivity": "1.5 S/m",
    "source": "recipe",
}


def conductivity(permittivity, frequency):
    return -permittivity.imag * 2.0 * np.pi * frequency * VACUUM


def test_every_model_is_tabulated_here():
    assert set(EVALUATED) == set(list_dispersions())


@pytest.mark.parametrize("name", EVALUATED)
def test_evaluated_values(name):
    f = np.array([REFERENCE_FREQUENCY, ISM_915])
    value = cole_cole(name, f)
    digits = {"rel": 2e-4, "abs": 0.006}
    assert value.real == pytest.approx(EVALUATED[name][::2], **digits)
    assert conductivity(value, f) == pytest.approx(EVALUATED[name][1::2], rel=1e-3, abs=6e-4)


@pytest.mark.parametrize("name", EVALUATED)
def test_models_are_sourced_and_physical(name):
    model = dispersion(name)
    assert model.source in all_references()
    assert model.standing in STANDINGS
    assert model.note or model.standing == "source"
    f = np.logspace(7, 10, 40)
    value = cole_cole(name, f)
    # A passive medium relaxes: permittivity falls with frequency, conductivity rises.
    assert np.all(np.diff(value.real) < 0.0)
    assert np.all(np.diff(conductivity(value, f)) > 0.0)


@pytest.mark.parametrize("name", ["liver", "bone_cancellous"])
def test_real_and_imaginary_part_belong_together(name):
    """Kramers-Kronig: without its ionic part, the loss gives the permittivity."""
    model = dispersion(name)
    u = np.linspace(np.log(1e-3), np.log(1e17), 200_001)
    x = np.exp(u)
    loss = -model.at(x).imag - model.conductivity / (2.0 * np.pi * x * VACUUM)
    f0 = 0.5 * (x[120_000] + x[120_001])
    integrand = (x**2 * loss) / (x**2 - f0**2)
    real = model.infinite + 2.0 / np.pi * np.sum(integrand) * (u[1] - u[0])
    assert float(model.at(f0).real) == pytest.approx(real, rel=2e-3)


@pytest.mark.parametrize("name", list_tissues())
def test_tissues_keep_their_values_at_2450_mhz(name):
    tissue = load_tissue(name)
    assert tissue.dispersion == FOLLOWS.get(name, name)
    permittivity, sigma = dielectric_at(tissue, REFERENCE_FREQUENCY)
    assert float(permittivity) == tissue.relative_permittivity
    assert float(sigma) == tissue.electrical_conductivity


@pytest.mark.parametrize("name", sorted(set(EVALUATED) & set(list_tissues())))
def test_tissues_have_the_published_values_at_915_mhz(name):
    permittivity, sigma = dielectric_at(load_tissue(name), ISM_915)
    assert float(permittivity) == pytest.approx(EVALUATED[name][2], rel=5e-3)
    assert float(sigma) == pytest.approx(EVALUATED[name][3], rel=5e-3, abs=6e-4)


def test_a_tumour_keeps_its_ratio_to_the_tissue_it_follows():
    tumour, muscle = load_tissue("metastasis_lytic"), load_tissue("muscle")
    (eps, sigma), (eps_muscle, sigma_muscle) = (dielectric_at(t, 434e6) for t in (tumour, muscle))
    assert eps / eps_muscle == pytest.approx(53.5 / 52.73)
    assert sigma / sigma_muscle == pytest.approx(1.9 / 1.739)


def test_changed_values_and_bounding_sets_stay_consistent():
    liver = load_tissue("liver")
    twice = liver.changed(electrical_conductivity=2.0 * liver.electrical_conductivity)
    assert dielectric_at(twice, ISM_915)[1] == pytest.approx(2.0 * dielectric_at(liver, ISM_915)[1])
    assert dielectric_at(twice, ISM_915)[0] == dielectric_at(liver, ISM_915)[0]
    assert bounded(twice, "larger-zone").dispersion == "liver"
    like_fat = liver.changed(dispersion="fat")
    assert float(dielectric_at(like_fat, ISM_915)[0]) == pytest.approx(43.03 * 11.33 / 10.82, 1e-3)
    assert liver.changed(dispersion=None).dispersion is None


def test_a_mixture_follows_the_part_that_conducts_most():
    parts = {"bone_cortical": 0.6, "bone_cancellous": 0.4}
    bone = tissue_from_table("sclerosis", {"mixture": parts})
    assert bone.dispersion == "bone_cancellous"
    told = tissue_from_table("sclerosis", {"mixture": parts, "dispersion": "bone_cortical"})
    assert told.dispersion == "bone_cortical"
    assert told.electrical_conductivity == bone.electrical_conductivity


def test_a_tissue_of_ones_own_is_constant_unless_it_follows_one():
    agar = tissue_from_table("agar", OWN)
    assert agar.dispersion is None
    for frequency in (1e7, ISM_915, 1e10):
        assert [float(x) for x in dielectric_at(agar, frequency)] == [60.0, 1.5]
    assert "constant over frequency" in dispersion_note(agar)
    following = tissue_from_table("agar", {**OWN, "dispersion": "muscle"})
    assert float(dielectric_at(following, ISM_915)[1]) == pytest.approx(1.5 * 0.948 / 1.739, 1e-3)
    assert "gabriel1996" in following.sources
    assert "muscle" in dispersion_note(following)
    assert following.as_dict()["dispersion"] == "muscle"


def test_missing_values_stay_missing_and_permittivity_stays_physical():
    mute = {key: OWN[key] for key in OWN if "cal_" not in key and "relative" not in key}
    tissue = tissue_from_table("mute", {**mute, "dispersion": "muscle"})
    assert all(math.isnan(x) for x in dielectric_at(tissue, ISM_915))
    air = load_tissue("muscle").changed(relative_permittivity=1.0, electrical_conductivity=0.0)
    assert [float(x) for x in dielectric_at(air, 1e10)] == [1.0, 0.0]


def test_arrays_of_frequencies():
    f = np.array([[1e8, 4.34e8], [9.15e8, 2.45e9]])
    eps, sigma = dielectric_at(load_tissue("muscle"), f)
    assert eps.shape == sigma.shape == cole_cole("muscle", f).shape == f.shape
    for i, j in np.ndindex(f.shape):
        one = dielectric_at(load_tissue("muscle"), f[i, j])
        assert [float(x) for x in one] == pytest.approx([eps[i, j], sigma[i, j]], rel=1e-14)
    assert (eps[1, 1], sigma[1, 1]) == (52.73, 1.739)
    assert dielectric_at(load_tissue("pmma"), f)[0].shape == f.shape


def test_regions_of_a_mesh():
    tissues = {1: load_tissue("bone_cancellous"), 7: load_tissue("csf")}
    sigma, eps = region_dielectrics(tissues, ISM_915)
    assert sigma == {1: pytest.approx(0.344, rel=5e-3), 7: pytest.approx(2.419, rel=5e-3)}
    assert eps == {1: pytest.approx(20.76, rel=5e-3), 7: pytest.approx(68.61, rel=5e-3)}
    assert all(type(x) is float for x in (*sigma.values(), *eps.values()))


@pytest.mark.parametrize("frequency", [9.9e6, 1.01e10, 0.0, -1.0, math.nan, [1e9, 2e11]])
def test_frequencies_outside_the_range_are_refused(frequency):
    with pytest.raises(InputError, match="expected 10 MHz to 10 GHz"):
        dielectric_at(load_tissue("pmma"), frequency)
    with pytest.raises(InputError, match="expected 10 MHz to 10 GHz"):
        cole_cole("liver", frequency)


def test_unknown_names():
    with pytest.raises(InputError, match="unknown dispersion 'musle'; did you mean 'muscle'"):
        cole_cole("musle", 1e9)
    with pytest.raises(InputError, match="dispersion: unknown dispersion 'livre'"):
        load_tissue("liver").changed(dispersion="livre")
    with pytest.raises(InputError, match="dispersion: expected a tissue to follow") as caught:
        tissue_from_table("agar", {**OWN, "dispersion": 3, "density": "1 W"})
    assert len(caught.value.problems) == 2
