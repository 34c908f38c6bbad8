"""The heat benchmarks: their references against independent numbers, and that faults are seen."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from benchmarks.verification.bioheat_steady import problems as steady
from benchmarks.verification.bioheat_transient import walls
from benchmarks.verification.blocks import materials_of, octant, quadrant, stretched
from benchmarks.verification.boiling import fronts
from benchmarks.verification.boiling.suite import rows_of as boiling_rows
from benchmarks.verification.convergence import Curve, Point, Problem, Solved, imbalance, order_of
from benchmarks.verification.exact import box, layered, nafems, point_source, shells, surface
from benchmarks.verification.exact.medium import Medium
from benchmarks.verification.manufactured import march as manufactured
from benchmarks.verification.manufactured import solution
from benchmarks.verification.manufactured.suite import order
from mwa_sim.bench.benchmark import Effort
from mwa_sim.heat.books import Energy

TISSUE = Medium(conductivity=0.5, capacity=3.8e6, sink=3e4)
DRY = Medium(conductivity=0.5, capacity=3.8e6)
QUICK = Effort(True, lambda line: None)


def test_shells_of_one_tissue_are_the_sphere_and_the_point_source():
    r = np.array([0.0, 5.0, 10.0, 15.0]) * 1e-3
    around = shells.Shell(math.inf, TISSUE)
    got = shells.steady(r, [shells.Shell(0.010, TISSUE, 2e6), around])
    assert got == pytest.approx([46.812, 41.462, 20.075, 3.932], abs=6e-4)
    # A face between equal tissues changes nothing.
    got = shells.steady(np.array([5, 10, 15, 20]) * 1e-3,
                        [shells.Shell(0.012, TISSUE), around], power=10.0)  # fmt: skip
    assert got == pytest.approx([93.53, 13.741, 2.692, 0.593], rel=4e-4)


def test_shells_keep_the_flux_and_obey_their_equation():
    h = 1e-6
    for inner, outer in zip(steady.SHELLS[:-1], steady.SHELLS[1:], strict=True):
        a = inner.radius
        at = shells.steady(np.array([a - 2 * h, a - h, a + h, a + 2 * h]), steady.SHELLS)
        flux = inner.medium.conductivity * (at[1] - at[0])
        assert outer.medium.conductivity * (at[3] - at[2]) == pytest.approx(flux, rel=2e-3)
        assert at[1] == pytest.approx(at[2], abs=0.02)
    low = 0.0
    for shell in steady.SHELLS:
        r, d = 0.5 * (low + shell.radius), 1e-5
        low = shell.radius
        before, here, after = shells.steady(np.array([r - d, r, r + d]), steady.SHELLS)
        laplacian = (after - 2 * here + before) / d**2 + (after - before) / (r * d)
        k = shell.medium.conductivity
        left = k * laplacian - shell.medium.sink * here + shell.density
        assert abs(left) < 1e-3 * max(shell.density, shell.medium.sink * here)


def test_heat_of_the_cooled_body_is_what_blood_and_air_take():
    body, ambient = steady.BODY, steady.AMBIENT - 37.0

    def rise(r):
        return float(
            shells.steady(np.array([r]), [body], steady.BODY_POWER, steady.EXCHANGE, ambient)[0]
        )

    to_blood = quad(lambda r: body.medium.sink * rise(r) * 4 * math.pi * r**2, 1e-9, body.radius)[0]
    area = 4 * math.pi * body.radius**2
    to_air = steady.EXCHANGE * area * (rise(body.radius) - ambient)
    metabolic = body.density * area * body.radius / 3.0
    assert to_blood + to_air == pytest.approx(steady.BODY_POWER + metabolic, rel=1e-6)


def test_surface_flux_is_a_plane_of_point_sources():
    x, t, flux = 4e-3, 90.0, 5e3

    def ring(s):
        # An inner surface sends half of its heat to either side.
        r = math.hypot(x, s)
        return 2.0 * math.pi * s * float(point_source.transient(r, t, 2.0 * flux, TISSUE))

    assert float(surface.rise(x, t, flux, TISSUE)) == pytest.approx(
        quad(ring, 0.0, 0.08, limit=200)[0], rel=1e-7
    )
    dry = quad(lambda x: DRY.capacity * float(surface.rise(x, t, flux, DRY)), 0.0, 0.1)[0]
    assert dry == pytest.approx(flux * t, rel=1e-7)


def test_absorption_within_a_skin_is_a_flux_and_heat_is_kept():
    x = np.array([2e-3, 6e-3])
    thin = surface.absorbed(x, 60.0, 5e3, 1e5, TISSUE)
    assert thin == pytest.approx(surface.rise(x, 60.0, 5e3, TISSUE), rel=1e-3)
    stored = quad(lambda x: float(surface.absorbed(x, 60.0, 5e3, 200.0, DRY)), 0.0, 0.1)[0]
    assert DRY.capacity * stored == pytest.approx(5e3 * 60.0, rel=1e-6)
    start = surface.absorbed(np.array([3e-3]), 0.01, 5e3, 200.0, TISSUE)
    adiabatic = 5e3 * 200.0 * math.exp(-0.6) * 0.01 / TISSUE.capacity
    assert start == pytest.approx(adiabatic, rel=1e-3)


def test_boxes_obey_their_equation_and_walls():
    t, h, dt = 60.0, 2e-5, 0.02
    x, y, z = 0.0065, 0.0145, 0.0045

    def rise(t=t, x=x, y=y, z=z):
        return float(walls.INSULATED.rise(t, *(np.array([v]) for v in (x, y, z)))[0, 0, 0])

    heating = float(walls.INSULATED.density(*(np.array([v]) for v in (x, y, z)))[0, 0, 0])
    here = rise()
    laplacian = sum(
        (rise(**{k: v + h}) - 2 * here + rise(**{k: v - h})) / h**2
        for k, v in (("x", x), ("y", y), ("z", z))
    )
    storage = TISSUE.capacity * (rise(t + dt) - rise(t - dt)) / (2 * dt)
    left = storage - TISSUE.conductivity * laplacian + TISSUE.sink * here - heating
    assert abs(left) < 1e-3 * heating
    assert rise(x=0.0) == pytest.approx(rise(x=1e-6), rel=1e-6)
    # Far from its ends a long plate is a slab.
    long = box.Box((0.020, 0.400), TISSUE, "held", (1e6 * box.uniform(201), box.uniform(2001)))
    slab = layered.steady(np.array([0.004]), [layered.Layer(0.020, TISSUE, 1e6)])
    got = long.rise(math.inf, np.array([0.004]), np.array([0.2]))[0]
    assert got == pytest.approx(slab, rel=1e-3)


def test_nafems_series_are_the_printed_values_and_obey_their_walls():
    assert nafems.bar(np.array([0.08]), 32.0) == pytest.approx(36.60, abs=5e-3)
    assert nafems.plate(np.array([0.6]), np.array([0.2])) == pytest.approx(18.25, abs=5e-3)
    ends = nafems.bar(np.array([0.0, nafems.BAR_LENGTH]), 32.0)
    assert ends == pytest.approx([0.0, nafems.bar_end(32.0)], abs=1e-9)
    h = 1e-5
    for points, normal in (((0.6, 0.3), (1.0, 0.0)), ((0.2, 1.0), (0.0, 1.0))):
        x, y = (np.array([p, p - h * n]) for p, n in zip(points, normal, strict=True))
        at, inside = nafems.plate(x, y)
        leaving = nafems.PLATE.conductivity * (inside - at) / h
        assert leaving == pytest.approx(nafems.EXCHANGE * at, rel=1e-3)


def test_round_meshes_have_faces_on_their_radii():
    radii = stretched(6, 0.03, 1.0)
    assert stretched(12, 0.03, 1.0)[::2] == pytest.approx(radii)
    ball, disc = octant(radii), quadrant(radii, np.array([0.0, 0.002]))
    assert ball.volumes.min() > 0.0
    assert disc.volumes.min() > 0.0
    assert ball.volumes.sum() == pytest.approx(math.pi * 0.03**3 / 6.0, rel=0.02)
    assert disc.volumes.sum() == pytest.approx(math.pi * 0.03**2 / 4.0 * 0.002, rel=0.01)
    for mesh, d in ((ball, 3), (disc, 2)):
        r = np.sqrt((mesh.nodes[:, :d] ** 2).sum(axis=1))
        for radius in radii[1:]:
            inside = np.max(r[mesh.tets], axis=1) < radius * (1 + 1e-9)
            outside = np.min(r[mesh.tets], axis=1) > radius * (1 - 1e-9)
            assert np.all(inside | outside)


@pytest.mark.parametrize("name", sorted(manufactured.CASES))
def test_manufactured_heat_is_what_the_equation_asks_for(name):
    terms, t, h, dt = manufactured.CASES[name], 9.0, 1e-5, 1e-3
    x = np.array([[3e-3, -2e-3, 1e-3], [-6e-3, 4e-3, 0.0]])
    survival = np.array([0.7, 0.2])
    here = terms.temperature(x, t)
    balance = np.zeros(2)
    for e in h * np.eye(3):
        ahead, behind = (terms.temperature(x + s * e, t) for s in (1.0, -1.0))
        balance -= terms.conductivity(0.5 * (here + ahead)) * (ahead - here) / h**2
        balance += terms.conductivity(0.5 * (here + behind)) * (here - behind) / h**2
    latent = np.array([solution.vapour_slope(value) for value in here])
    rate = (terms.temperature(x, t + dt) - terms.temperature(x, t - dt)) / (2 * dt)
    balance += 3.8e6 * (1.0 + terms.water * 2.26e6 / 3800.0 * latent) * rate
    balance += terms.sink * survival * (here - 37.0) + 3e4 * (here - 20.0) - terms.metabolic
    assert terms.heat(x, t, survival) == pytest.approx(balance, rel=1e-4)


def test_manufactured_damage_is_the_integral_of_its_rate():
    terms = manufactured.CASES["all terms"]
    x = np.array([[0.0, 1e-3, 0.0]])
    damage = solution.Damage(terms, x)
    for t in np.arange(0.5, 20.1, 0.5):
        survival = damage.survival(float(t))

    def rate(t):
        kelvin = float(terms.temperature(x, t)[0]) + 273.15
        return 7.39e39 * math.exp(-2.577e5 / (8.31446 * kelvin))

    assert survival[0] == pytest.approx(math.exp(-quad(rate, 0.0, 20.0)[0]), rel=2e-3)
    assert 0.02 < survival[0] < 0.9, "the damage takes part"


def solved(size, error, value=10.0):
    curve = Curve("", *(np.zeros(1),) * 4)
    return Solved(size, (Point("at 5 mm", value, 10.0),), error, 1e-6, (curve,))


def test_first_order_and_wrong_values_are_misses():
    problem = Problem("x", "x [mm]", 8, lambda n: None)
    second = [solved(2.0, 0.02), solved(1.0, 0.005)]
    assert order_of(second) == pytest.approx(2.0)
    assert [r.verdict for r in problem.rows(second, QUICK)] == ["pass"] * 4
    first = [solved(2.0, 0.02), solved(1.0, 0.01, value=10.5)]
    assert [r.verdict for r in problem.rows(first, QUICK)] == ["miss", "pass", "miss", "pass"]


def test_imbalance_counts_heat_from_walls_where_nothing_is_put_in():
    assert imbalance(Energy(stored=40.0, outer=59.0, boundary=-100.0)) == pytest.approx(0.01)
    assert imbalance(Energy(source=200.0, stored=198.0)) == pytest.approx(0.01)


def test_a_solver_with_the_wrong_conductivity_misses(monkeypatch):
    def off(media):
        return materials_of([Medium(1.2 * m.conductivity, m.capacity, m.sink) for m in media])

    problem = next(p for p in steady.PROBLEMS if p.title == "three layers")
    good = problem.rows(problem.study(QUICK), QUICK)
    monkeypatch.setattr(steady, "materials_of", off)
    bad = problem.rows(problem.study(QUICK), QUICK)
    assert {r.verdict for r in good} == {"pass"}
    assert sum(r.verdict == "miss" for r in bad) >= 4
    # The books still balance: they do not know what is right.
    assert bad[-1].verdict == "pass"


def test_heat_of_the_wrong_instant_is_seen_as_first_order_in_the_step(monkeypatch):
    terms = manufactured.CASES["steep conductivity"]
    best = manufactured.march(terms, 4, 320).temperature
    late = solution.Terms.heat

    def early(self, x, t, survival):
        return late(self, x, t - 0.5 * lag, survival)

    monkeypatch.setattr(solution.Terms, "heat", early)
    errors = []
    for steps in (20, 40):
        lag = 20.0 / steps
        errors.append(np.abs(manufactured.march(terms, 4, steps).temperature - best).max())
    assert 0.8 < order(*errors) < 1.3


def test_forgotten_latent_heat_is_seen(monkeypatch):
    good = [fronts.at_wall(n) for n in (30, 60)]
    assert all(r.verdict == "pass" for r in boiling_rows("x", good)[:5])
    dry = fronts.material
    monkeypatch.setattr(fronts, "material", lambda **k: dry(**{**k, "water_fraction": 0.375}))
    bad = [fronts.at_wall(n) for n in (30, 60)]
    assert sum(r.verdict == "miss" for r in boiling_rows("x", bad)[:5]) == 5
