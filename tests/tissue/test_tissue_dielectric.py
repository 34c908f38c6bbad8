"""Dielectric values of the library against the four-term Cole-Cole model they come from."""

import numpy as np
import pytest

from mwa_sim.tissue import load_tissue

FREQUENCY = 2.45e9
VACUUM = 8.8541878128e-12

# eps_inf, sigma [S/m], then (delta eps, tau [s], alpha) of each term (key gabriel1996)
PICO, NANO, MICRO, MILLI = 1e-12, 1e-9, 1e-6, 1e-3
_TERMS = {
    "blood": (4.0, 0.7, [(56, 8.377 * PICO, 0.1), (5200, 132.629 * NANO, 0.1)]),
    "bone_cancellous": (
        2.5,
        0.07,
        [
            (18, 13.263 * PICO, 0.22),
            (300, 79.577 * NANO, 0.25),
            (2e4, 159.155 * MICRO, 0.2),
            (2e7, 15.915 * MILLI, 0.0),
        ],
    ),
    "bone_cortical": (
        2.5,
        0.02,
        [
            (10, 13.263 * PICO, 0.2),
            (180, 79.577 * NANO, 0.2),
            (5e3, 159.155 * MICRO, 0.2),
            (1e5, 15.915 * MILLI, 0.0),
        ],
    ),
    "bone_marrow_red": (
        2.5,
        0.1,
        [
            (9, 14.469 * PICO, 0.2),
            (80, 15.915 * NANO, 0.1),
            (1e4, 1591.549 * MICRO, 0.1),
            (2e6, 15.915 * MILLI, 0.1),
        ],
    ),
    "bone_marrow_yellow": (
        2.5,
        0.001,
        [
            (3, 7.958 * PICO, 0.2),
            (25, 15.915 * NANO, 0.1),
            (5e3, 1591.549 * MICRO, 0.1),
            (2e6, 15.915 * MILLI, 0.1),
        ],
    ),
    "cartilage": (
        4.0,
        0.15,
        [
            (38, 13.263 * PICO, 0.15),
            (2500, 144.686 * NANO, 0.15),
            (1e5, 318.31 * MICRO, 0.1),
            (4e7, 15.915 * MILLI, 0.0),
        ],
    ),
    "liver": (
        4.0,
        0.02,
        [
            (39, 8.842 * PICO, 0.1),
            (6000, 530.516 * NANO, 0.2),
            (5e4, 22.736 * MICRO, 0.2),
            (3e7, 15.915 * MILLI, 0.05),
        ],
    ),
    "muscle": (
        4.0,
        0.2,
        [
            (50, 7.234 * PICO, 0.1),
            (7000, 353.678 * NANO, 0.1),
            (1.2e6, 318.31 * MICRO, 0.1),
            (2.5e7, 2.274 * MILLI, 0.0),
        ],
    ),
    "fat": (
        2.5,
        0.035,
        [
            (9, 7.958 * PICO, 0.2),
            (35, 15.915 * NANO, 0.1),
            (3.3e4, 159.155 * MICRO, 0.05),
            (1e7, 15.915 * MILLI, 0.01),
        ],
    ),
    "skin": (
        4.0,
        0.0004,
        [
            (39, 7.958 * PICO, 0.1),
            (280, 79.577 * NANO, 0.0),
            (3e4, 1.592 * MICRO, 0.16),
            (3e4, 1.592 * MILLI, 0.2),
        ],
    ),
    "csf": (4.0, 2.0, [(65, 7.958 * PICO, 0.1), (40, 1.592 * NANO, 0.0)]),
    "spinal_cord": (
        4.0,
        0.006,
        [
            (26, 7.958 * PICO, 0.1),
            (500, 106.103 * NANO, 0.15),
            (7e4, 15.915 * MICRO, 0.2),
            (4e7, 15.915 * MILLI, 0.0),
        ],
    ),
    "dura": (
        4.0,
        0.5,
        [
            (40, 7.958 * PICO, 0.15),
            (200, 7.958 * NANO, 0.1),
            (1e4, 159.155 * MICRO, 0.2),
            (1e6, 15.915 * MILLI, 0.0),
        ],
    ),
}
SAME = {"epidural_fat": "fat", "intervertebral_disc": "cartilage", "liver_ex_vivo": "liver"}


@pytest.mark.parametrize("name", [*_TERMS, *SAME])
def test_values_are_those_of_the_model(name):
    infinite, sigma, terms = _TERMS[SAME.get(name, name)]
    omega = 2.0 * np.pi * FREQUENCY
    value = infinite + sigma / (1j * omega * VACUUM)
    for strength, tau, alpha in terms:
        value += strength / (1.0 + (1j * omega * tau) ** (1.0 - alpha))
    tissue = load_tissue(name)
    assert tissue.relative_permittivity == pytest.approx(value.real, abs=0.006)
    assert tissue.electrical_conductivity == pytest.approx(-value.imag * omega * VACUUM, abs=6e-4)
