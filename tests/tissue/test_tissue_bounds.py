"""The rule of the bounding sets against a spherical bioheat model written for this test."""

import numpy as np
import pytest
from scipy.linalg import solve_banded

from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.bounds import ZONE_GROWS_WITH

POWER, WIDTH, DURATION = 28.0, 5e-3, 180.0  # W, m, s
BLOOD = 1050.0 * 3617.0  # J/m3/K


def radius(density, specific_heat, thermal_conductivity, perfusion, metabolic_heat):
    """Radius [mm] of CEM43 = 240 min after a Gaussian source, backward Euler on shells."""
    n, edge, dt = 300, 0.06, 1.0
    faces = np.linspace(0.0, edge, n + 1)
    centres = (faces[1:] + faces[:-1]) / 2
    volumes = 4.0 / 3.0 * np.pi * np.diff(faces**3)
    source = np.exp(-(centres**2) / (2 * WIDTH**2))
    heat = POWER * source / np.sum(source * volumes) + density * metabolic_heat
    link = thermal_conductivity * 4 * np.pi * faces[1:-1] ** 2 / np.diff(centres)
    capacity = density * specific_heat * volumes
    diagonal = capacity / dt + perfusion * BLOOD * volumes
    diagonal[:-1] += link
    diagonal[1:] += link
    bands = np.zeros((3, n))
    bands[0, 1:], bands[1], bands[2, :-1] = -link, diagonal, -link
    rise, dose = np.zeros(n), np.zeros(n)
    for _ in range(int(DURATION / dt)):
        rise = solve_banded((1, 1), bands, capacity / dt * rise + heat * volumes)
        temperature = 37.0 + np.minimum(rise, 60.0)
        dose += dt / 60 * np.where(temperature > 43, 0.5, 0.25) ** (43 - temperature)
    return 1e3 * np.interp(-np.log(240.0), -np.log(dose), centres)


NAMES = ("density", "specific_heat", "thermal_conductivity", "perfusion", "metabolic_heat")


@pytest.mark.parametrize("tissue", ["metastasis_lytic", "bone_cancellous"])
@pytest.mark.parametrize("name", NAMES)
def test_the_zone_moves_to_the_stated_side(tissue, name):
    values = load_tissue(tissue).values
    nominal = {key: values[key].value for key in NAMES}
    low = radius(**{**nominal, name: values[name].low})
    high = radius(**{**nominal, name: values[name].high})
    assert (high - low) * ZONE_GROWS_WITH[name] > 0.0


def test_both_sets_bound_the_nominal_zone():
    radii = []
    for name in ("smaller-zone", "nominal", "larger-zone"):
        tissue = load_tissue("metastasis_lytic", name)
        radii.append(radius(**{key: getattr(tissue, key) for key in NAMES}))
    assert radii == sorted(radii)
    assert radii[2] - radii[0] > 0.5
