import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks.verification.blocks import consistent_load, cube, material, model
from mwa_sim.errors import InputError, SolverError
from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.kernels import spectral_bound
from mwa_sim.heat.source import TABLE_SIZE, Source, table_temperatures
from mwa_sim.heat.step import HeatStepper
from mwa_sim.heat.team import FEWEST_ROWS


def run(stepper, until, powers):
    while stepper.time < until:
        stepper.step(until, powers)
    return stepper


def gaussian_source(b, width=6e-3, factor=None, drying="redistribute"):
    load = consistent_load(b, np.exp(-(b.nodes**2).sum(axis=1) / (2 * width**2)))
    load /= load.sum()
    return Source(sp.csr_matrix(load[:, None]), [factor], drying)


def sigmoid():
    t = table_temperatures()
    f = 1 - 1 / (1 + np.exp(5.951 - 0.0697 * t))
    return f / np.interp(37.0, t, f)


def test_uniform_heating_without_loss_is_exact():
    b = cube(3, 0.01)
    m = model(b)
    load = m.capacity / m.capacity.sum()
    stepper = HeatStepper(m, [Source(sp.csr_matrix(load[:, None]), [None])], 37.0)
    run(stepper, 10.0, (5.0,))
    rise = 5.0 * 10.0 / (3.8e6 * 0.02**3)
    # Increments are in single precision: 1e-7 of the rise.
    assert stepper.temperature == pytest.approx(37.0 + rise, abs=3e-7)
    assert stepper.energy.source == pytest.approx(50.0, rel=1e-12)
    assert stepper.energy.balance_error < 1e-7


def test_perfusion_alone_decays_at_its_rate():
    b = cube(3, 0.01)
    m = model(b, material(perfusion=0.01))
    stepper = HeatStepper(m, [], 50.0, tolerance=1e-4)
    run(stepper, 60.0, ())
    beta = 0.01 * 1050.0 * 3617.0 / 3.8e6
    assert stepper.temperature == pytest.approx(37.0 + 13.0 * np.exp(-beta * 60.0), abs=2e-3)


def test_body_temperature_stays_where_nothing_happens():
    b = cube(4, 0.02)
    bd = nodal_boundary(b.nodes, b.faces, "temperature", 37.0)
    stepper = HeatStepper(model(b, material(perfusion=0.002), bd), [], 37.0)
    run(stepper, 100.0, ())
    assert stepper.temperature == pytest.approx(37.0, abs=1e-12)


def test_convection_reaches_the_lumped_solution():
    b = cube(2, 0.005)
    bd = nodal_boundary(b.nodes, b.faces, "convection", 20.0, 5.0)
    stepper = HeatStepper(model(b, material(conductivity=500.0), bd), [], 37.0, tolerance=1e-3)
    run(stepper, 300.0, ())
    rate = 5.0 * 6 * 0.01**2 / (3.8e6 * 0.01**3)
    expected = 20.0 + 17.0 * np.exp(-rate * 300.0)
    assert stepper.temperature == pytest.approx(expected, abs=5e-3)
    assert stepper.energy.outer == pytest.approx(-stepper.energy.stored, rel=1e-5)


def test_steps_end_exactly_on_every_instant():
    b = cube(3, 0.01)
    stepper = HeatStepper(model(b), [gaussian_source(b)], 37.0)
    instants = [0.1, 0.30000000000000004, 1.0, 1.7, 33.3, 60.0]
    for k, instant in enumerate(instants):
        power = (float(10 * (k % 2)),)
        while stepper.step(instant, power) < instant:
            assert stepper.time < instant
        assert stepper.time == instant


@pytest.mark.parametrize("drying", ["redistribute", "attenuate", "constant"])
def test_energy_closes_through_boiling_damage_and_cooling(drying):
    b = cube(14, 0.03)
    bd = nodal_boundary(b.nodes, b.faces, "temperature", 37.0)
    shaft = 5e-3 * np.exp(-(b.nodes[:, :2] ** 2).sum(axis=1) / 4e-6)
    m = model(
        b,
        material(
            perfusion=0.006, perfusion_stops=True, water_fraction=0.7, conductivity_slope=0.0025,
            metabolic_heat=0.5,
        ),
        bd,
        shaft,
    )  # fmt: skip
    source = gaussian_source(b, 3e-3, sigmoid(), drying)
    stepper = HeatStepper(m, [source], 37.0)
    for on, until in ((40.0, 40.0), (0.0, 50.0), (40.0, 90.0), (0.0, 140.0)):
        run(stepper, until, (on,))
    assert stepper.exposure.highest.max() > 98.0
    assert stepper.settle().omega.max() > 10.0
    e = stepper.energy
    assert e.balance_error < 1e-3
    assert min(e.perfusion, e.shaft) > 0.0
    if drying == "attenuate":
        assert e.source < 0.97 * 40.0 * 80.0
    else:
        assert e.source == pytest.approx(40.0 * 80.0, rel=1e-9)


def coupled_run(tolerance, max_step=1.0, first_step=0.05):
    """A boiling, drying block whose perfusion stops: pulse of 60 s, 30 s of cooling."""
    b = cube(10, 0.03)
    m = model(b, material(perfusion=0.006, perfusion_stops=True, water_fraction=0.7))
    stepper = HeatStepper(
        m, [gaussian_source(b, 4e-3, sigmoid())], 37.0, tolerance, max_step, first_step
    )
    hot = run(stepper, 60.0, (30.0,)).temperature.copy()
    return np.stack([hot, run(stepper, 90.0, (0.0,)).temperature]), stepper.counts.steps


def test_the_whole_coupling_is_second_order_in_time():
    reference, _ = coupled_run(1e9, 1 / 40, 1 / 40)
    errors = [np.abs(coupled_run(1e9, dt, dt)[0] - reference).max() for dt in (2.0, 1.0, 0.5, 0.25)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.8), (errors, orders)
    assert errors[1] < 0.03


def test_the_error_stays_near_the_tolerance():
    reference, _ = coupled_run(1e9, 1 / 40, 1 / 40)
    for tolerance in (0.5, 0.05, 0.005):
        solution, _ = coupled_run(tolerance)
        assert np.abs(solution - reference).max() < max(2.0 * tolerance, 0.02)
    assert coupled_run(0.0002)[1] > coupled_run(0.5)[1]


def test_the_rate_estimate_is_below_the_rigorous_bound_and_above_the_true_value():
    b = cube(6, 0.01)
    m = model(b, material(perfusion=0.01))
    d = (m.perfusion + m.stoppable) / m.capacity
    bound = spectral_bound(m.indptr, m.values, d, ~m.fixed)
    a = sp.csr_matrix((m.values, m.columns, m.indptr), shape=(m.n_nodes,) * 2).toarray()
    scale = np.sqrt(m.capacity)
    symmetric = -(scale[:, None] * a / scale[None, :]) + np.diag(d)
    true = np.linalg.eigvalsh(0.5 * (symmetric + symmetric.T)).max()
    assert true <= m.fastest_rate() <= bound


def test_a_source_that_is_not_finite_is_refused():
    with pytest.raises(InputError, match="non-finite"):
        Source(sp.csr_matrix(np.array([[np.nan], [1.0]])), [None])
    with pytest.raises(InputError, match="drying"):
        Source(sp.csr_matrix(np.ones((2, 1))), [None], "sometimes")


def test_a_temperature_that_is_not_finite_stops_the_solver():
    b = cube(2, 0.01)
    stepper = HeatStepper(model(b), [gaussian_source(b)], 37.0)
    with pytest.raises(SolverError):
        run(stepper, 1.0, (np.inf,))


def test_source_follows_the_conductivity_table():
    table = np.where(table_temperatures() < 80.0, 1.0, 0.25)
    assert table.size == TABLE_SIZE
    source = Source(sp.csr_matrix(np.array([[1.0], [3.0]])), [table], "attenuate")
    out = np.empty(2)
    assert source.nodal(np.array([50.0, 120.0]), out) == pytest.approx(1.75)
    assert out == pytest.approx([1.0, 0.75])
    kept = Source(sp.csr_matrix(np.array([[1.0], [3.0]])), [table], "redistribute")
    assert kept.nodal(np.array([50.0, 120.0]), out) == pytest.approx(4.0)
    assert out[0] / out[1] == pytest.approx(1.0 / 0.75)


def test_nodes_that_wait_lose_no_damage():
    from mwa_sim.damage.arrhenius import arrhenius_damage
    from mwa_sim.damage.cem43 import cem43_dose
    from mwa_sim.damage.parameters import arrhenius_parameters
    from mwa_sim.damage.three_state import three_state_fractions
    from mwa_sim.heat.exposure import Exposure

    rng = np.random.default_rng(3)
    times = np.cumsum(np.r_[0.0, rng.uniform(0.05, 1.0, 300)])
    start = np.array([37.0, 37.0, 40.0, 45.0, 50.0, 60.0])
    speed = np.array([0.0, 1e-3, 5e-3, -0.02, 0.03, 0.1])
    history = start + speed * times[:, None] + 0.5 * np.sin(times / 40.0)[:, None] * (speed > 0)
    exposure = Exposure.start(history[0])
    for dt, temperature in zip(np.diff(times), history[1:], strict=True):
        exposure.advance(dt, temperature)
    exposure.settle(0.0, history[-1])
    omega = arrhenius_damage(times, history, arrhenius_parameters("liver"))
    assert exposure.omega == pytest.approx(omega, rel=1e-3)
    assert exposure.cem43 == pytest.approx(cem43_dose(times, history), rel=1e-3)
    alive, dead = three_state_fractions(times, history)
    assert exposure.alive == pytest.approx(alive, abs=1e-6)
    assert exposure.dead == pytest.approx(dead, abs=1e-6)
    assert np.array_equal(exposure.highest, history.max(axis=0))


def pulsed(rewetting):
    """Heat until it dries, let cool, heat again for one second; power that one second gives."""
    b = cube(6, 0.02)
    source = gaussian_source(b, factor=sigmoid(), drying="attenuate")
    bd = nodal_boundary(b.nodes, b.faces, "temperature", 37.0)
    stepper = HeatStepper(
        model(b, material(perfusion=0.02), bd), [source], 37.0, rewetting=rewetting
    )
    run(stepper, 30.0, (60.0,))
    hot = stepper.settle().highest.copy()
    run(stepper, 200.0, (0.0,))
    before = stepper.energy.source
    run(stepper, 201.0, (60.0,))
    return stepper, hot, stepper.energy.source - before


def test_dried_tissue_absorbs_again_only_where_it_is_said_to():
    wet, hot, again = pulsed(True)
    dry, _, less = pulsed(False)
    assert wet.temperature.max() < hot.max() - 20.0
    assert np.array_equal(wet.absorbing(), wet.temperature)
    assert np.all(dry.absorbing() >= hot)
    # Cold again it absorbs as at first; dried it absorbs what was left at the highest temperature.
    assert again == pytest.approx(60.0, rel=0.05)
    kept = np.zeros(dry.model.n_nodes)
    share = dry.sources[0].nodal(hot, kept)
    assert less == pytest.approx(60.0 * share, rel=0.03)
    assert less < 0.9 * again


def test_damage_stays_finite_however_hot():
    from mwa_sim.heat.exposure import Exposure

    temperature = np.array([37.0, 172.0, 300.0, 499.0, 2000.0])
    exposure = Exposure.start(temperature)
    for _ in range(3):
        exposure.advance(20.0, temperature)
    exposure.settle(0.0, temperature)
    for field in (exposure.omega, exposure.cem43, exposure.dead, exposure.alive):
        assert np.all(np.isfinite(field))
    assert exposure.cem43[1] == pytest.approx(2.0**129, rel=1e-4)
    assert exposure.highest.max() == 2000.0


def test_threads_change_no_bit():
    """Blocks large enough to be shared; with latent heat, damage and losses."""
    b = cube(33, 0.02)
    bd = nodal_boundary(b.nodes, b.faces, "convection", 25.0, 20.0)
    m = model(b, material(perfusion=0.01, water_fraction=0.7, conductivity_slope=0.002), bd)
    runs = []
    for threads in (1, 2, 3):
        stepper = HeatStepper(m, [gaussian_source(b)], 37.0, threads=threads)
        run(stepper, 6.0, (400.0,))
        runs.append(stepper)
    assert m.n_nodes > 3 * FEWEST_ROWS
    assert [len(r._team.parts(m.n_nodes)) for r in runs] == [1, 2, 3]
    assert runs[0].temperature.max() > 94.0
    for other in runs[1:]:
        assert np.array_equal(other.temperature, runs[0].temperature)
        assert other.counts == runs[0].counts
        assert other.energy == runs[0].energy


def test_a_block_of_nodes_is_advanced_like_one_node():
    """Every branch of the damage models, also the crossing of 43 degC in both directions."""
    from mwa_sim.damage.arrhenius import arrhenius_damage
    from mwa_sim.damage.cem43 import cem43_dose
    from mwa_sim.damage.parameters import arrhenius_parameters
    from mwa_sim.damage.three_state import three_state_fractions
    from mwa_sim.heat.exposure import Exposure

    rng = np.random.default_rng(5)
    n = 1000
    times = np.array([0.0, 1.0, 1.5, 4.0])
    history = np.stack([rng.uniform(30.0, 75.0, n) for _ in times])
    history[2, ::3] = history[1, ::3] + 0.02  # nearly still
    history[2, 1::3] = history[1, 1::3]
    history[3, :10] = 150.0
    exposure = Exposure.start(history[0])
    for dt, temperature in zip(np.diff(times), history[1:], strict=True):
        exposure.advance(dt, temperature, everywhere=True)
    parameters = arrhenius_parameters("liver")
    omega = arrhenius_damage(times, history, parameters)
    assert exposure.omega == pytest.approx(omega, rel=1e-4)
    assert exposure.cem43 == pytest.approx(cem43_dose(times, history), rel=1e-4)
    alive, dead = three_state_fractions(times, history)
    assert exposure.alive == pytest.approx(alive, abs=1e-6)
    assert exposure.dead == pytest.approx(dead, abs=1e-6)
    assert exposure.survival(np.arange(n)) == pytest.approx(np.exp(-omega), abs=1e-5)
