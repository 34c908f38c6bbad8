"""Exact solutions with latent heat: fronts from a wall and a line, sharp or over a window."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from benchmarks.verification.exact import line_source
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.exact.similarity import Profile
from benchmarks.verification.exact.stefan import StefanLine, StefanWall

DRY = Medium(conductivity=0.5, capacity=3.8e6)


def test_neumann_of_one_phase_at_stefan_number_one() -> None:
    """sqrt(pi) xi exp(xi^2) erf(xi) = St has the tabulated root 0.6201 at St = 1."""
    medium = Medium(conductivity=0.5, capacity=2e6)
    wall = StefanWall(110.0, 100.0, 100.0, latent=2e7, transformed=medium, intact=medium)
    assert wall.xi == pytest.approx(0.6201, abs=5e-5)


DRIED = Medium(conductivity=0.4, capacity=2.5e6)
WALL = StefanWall(180.0, 100.0, 37.0, latent=1.2e9, transformed=DRIED, intact=DRY)
LINE = StefanLine(800.0, 100.0, 37.0, latent=1.2e9, transformed=DRIED, intact=DRY)


@pytest.mark.parametrize("problem", [WALL, LINE])
def test_the_front_takes_up_the_latent_heat(problem: StefanWall | StefanLine) -> None:
    t, dt, h = 50.0, 1e-3, 1e-7
    front = float(problem.front(t))
    at = problem.temperature(np.array([front - 2 * h, front - h, front + h, front + 2 * h]), t)
    speed = float(problem.front(t + dt) - problem.front(t - dt)) / (2 * dt)
    arriving = problem.transformed.conductivity * (at[0] - at[1]) / h
    leaving = problem.intact.conductivity * (at[2] - at[3]) / h
    assert arriving - leaving == pytest.approx(problem.latent * speed, rel=1e-3)
    assert at == pytest.approx(100.0, abs=0.05)


def test_heat_from_the_line_is_conserved() -> None:
    t = 50.0
    front = float(LINE.front(t))

    def content(r: float, capacity: float) -> float:
        return 2 * math.pi * r * capacity * (float(LINE.temperature(r, t)) - 37.0)

    # The transformed phase counts its sensible heat from the transition on.
    behind = quad(
        lambda r: 2 * math.pi * r * (DRIED.capacity * (float(LINE.temperature(r, t)) - 100.0)
                                     + DRY.capacity * 63.0 + LINE.latent),
        1e-12, front,
    )[0]  # fmt: skip
    ahead = quad(content, front, 0.2, args=(DRY.capacity,), limit=400)[0]
    assert behind + ahead == pytest.approx(800.0 * t, rel=1e-7)


def test_freezing_line_of_the_textbook_mirrored() -> None:
    """Line sink of 10 kW/m in water at 37 degC that freezes at 0 degC, one conductivity."""
    ice = Medium(conductivity=2.22, capacity=1.762e6)
    mirrored = StefanLine(1e4, 0.0, -37.0, latent=3.38e8, transformed=ice, intact=ice)
    square = mirrored.xi**2
    e1 = quad(lambda s: math.exp(-square * math.exp(s)), 0.0, 10.0, limit=200)[0]
    balance = (
        1e4 / (4 * math.pi) * math.exp(-square)
        - 2.22 * 37.0 / e1 * math.exp(-square)
        - square * ice.diffusivity * 3.38e8
    )
    assert balance == pytest.approx(0.0, abs=1e-5)
    assert float(mirrored.front(10.0)) == pytest.approx(
        2 * mirrored.xi * math.sqrt(1.26e-5), rel=1e-3
    )


def windowed(half: float, problem: StefanWall | StefanLine) -> Profile:
    """The problem with its latent heat spread as a raised cosine over `half` K on either side."""

    def capacity(temperature: float) -> float:
        x = (temperature - problem.transition) / half
        sensible = problem.intact.capacity if x < 0.0 else problem.transformed.capacity
        if abs(x) >= 1.0:
            return sensible
        return sensible + problem.latent * (1.0 + math.cos(math.pi * x)) / (2.0 * half)

    def conductivity(temperature: float) -> float:
        phase = problem.intact if temperature < problem.transition else problem.transformed
        return phase.conductivity

    at = problem.transition
    return Profile(
        initial=problem.initial,
        capacity=capacity,
        conductivity=conductivity,
        wall=problem.wall if isinstance(problem, StefanWall) else None,
        power_per_length=getattr(problem, "power_per_length", 0.0),
        kinks=(at - half, at, at + half),
    )


@pytest.mark.parametrize("problem", [WALL, LINE])
def test_a_narrow_window_recovers_the_sharp_front(problem: StefanWall | StefanLine) -> None:
    t = 50.0
    x = float(problem.front(t)) * np.array([0.02, 0.3, 0.7, 1.5, 3.0, 8.0])
    exact = problem.temperature(x, t)
    errors = []
    for half in (6.0, 3.0, 1.5):
        profile = windowed(half, problem)
        assert profile.temperature(np.array([1.0]), t) == pytest.approx(37.0, abs=1e-6)
        errors.append(float(np.abs(profile.temperature(x, t) - exact).max()))
    assert errors[0] > 1.8 * errors[1] > 3.0 * errors[2]
    assert errors[-1] < 1.5
    front = windowed(1.5, problem).front(100.0, t)
    assert front == pytest.approx(float(problem.front(t)), rel=0.02)


def test_without_latent_heat_the_profiles_are_classical() -> None:
    wall = Profile(37.0, lambda _: 3.8e6, lambda _: 0.5, wall=80.0)
    x = np.array([0.0, 1e-3, 5e-3, 20e-3])
    exact = 37.0 + 43.0 * (1.0 - erf(x / math.sqrt(4 * DRY.diffusivity * 60.0)))
    assert wall.temperature(x, 60.0) == pytest.approx(exact, abs=1e-7)
    line = Profile(37.0, lambda _: 3.8e6, lambda _: 0.5, power_per_length=100.0)
    r = np.array([1e-7, 1e-3, 5e-3, 20e-3])
    rise = line_source.transient_unperfused(r, 60.0, 100.0, DRY)
    assert line.temperature(r, 60.0) == pytest.approx(37.0 + rise, abs=1e-4)
    with pytest.raises(ValueError, match="not reached"):
        wall.front(90.0, 60.0)


def test_profile_conserves_heat_with_variable_properties() -> None:
    line = Profile(
        37.0, lambda T: 3.8e6 + 2e4 * (T - 37.0), lambda T: 0.5 + 0.002 * (T - 37.0),
        power_per_length=200.0,
    )  # fmt: skip
    t = 60.0
    r = np.concatenate([[0.0], np.geomspace(1e-7, 0.08, 4000)])
    rise = line.temperature(np.maximum(r, 1e-8), t) - 37.0
    heat = 3.8e6 * rise + 1e4 * rise**2
    assert np.trapezoid(2 * math.pi * r * heat, r) == pytest.approx(200.0 * t, rel=1e-4)
