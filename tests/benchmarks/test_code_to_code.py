"""The comparison with other programs: its own numbers, and that it sees what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

import mwa_sim as mwa
from benchmarks.verification.blocks import cube
from benchmarks.verification.code_to_code import compare, problem
from benchmarks.verification.code_to_code.assembly import assemble, locate
from benchmarks.verification.code_to_code.march import Integrator, march
from benchmarks.verification.code_to_code.suite import SAME
from mwa_sim.mesh.tetmesh import TetMesh

STEPS = (0.02, 0.1)


@pytest.fixture(scope="module")
def case():
    b = cube(14, 0.024)
    regions = np.where(b.nodes[b.tets][:, :, 0].mean(axis=1) > 0.004, 2, 1)
    return mwa.Case.from_mesh(
        TetMesh(b.nodes, b.tets, regions),
        {1: "metastasis_lytic", 2: "bone_cancellous"},
        names={1: "tumour", 2: "cancellous"},
        name="block",
        landmarks={
            "left_pedicle": [0.0, 0.011, 0.0],
            "tumour_centre": [0.0, 0.005, 0.0],
            "posterior_wall": [0.008, 0.001, 0.0],
            "cord_anterior": [0.009, 0.003, 0.002],
        },
    )


def both(case, linear):
    plan = problem.make_plan(case, linear=linear, power=120.0, on=10.0, off=5.0, cycles=1, rest=0.0)
    found = problem.problem_of(plan)
    system = assemble(found)
    return found, system, compare.ours(found, system, *STEPS)


@pytest.fixture(scope="module")
def nonlinear(case):
    return both(case, False)


@pytest.mark.parametrize("linear", [True, False])
def test_both_programs_agree(case, linear):
    found, system, one = both(case, linear)
    apart = compare.apart(one, compare.theirs(found, system, 0.25), linear)
    assert one.frames.max() > 94.5
    assert apart.nodes < SAME
    assert apart.thermocouples < 0.01
    assert abs(apart.zone) < 0.005


@pytest.mark.parametrize(
    ("change", "factor"),
    [("conductivity", 1.02), ("heat_capacity", 1.01), ("perfusion", 3.0), ("latent", 0.5)],
)
def test_a_wrong_coefficient_is_seen(nonlinear, change, factor):
    found, _, one = nonlinear
    wrong = replace(found, **{change: factor * getattr(found, change)})
    apart = compare.apart(one, compare.theirs(wrong, assemble(wrong), 0.25), False)
    assert apart.nodes > SAME


def test_a_coolant_of_another_temperature_is_seen(nonlinear):
    found, _, one = nonlinear
    wrong = replace(found, coolant=found.coolant + 2.0)
    assert compare.apart(one, compare.theirs(wrong, assemble(wrong), 0.25), False).nodes > SAME


def test_the_other_program_is_second_order_in_time(nonlinear):
    found, system, _ = nonlinear
    times = [5.0, 10.0]
    frames = [march(found, system, times, dt).frames for dt in (1.0, 0.5, 0.125)]
    errors = [np.abs(frame - frames[2])[0].max() for frame in frames[:2]]
    assert np.log2(errors[0] / errors[1]) > 1.6


def test_the_other_program_books_all_heat(nonlinear):
    # Without sinks and with insulated sides all heat of the antenna is in the tissue.
    found, system, _ = nonlinear
    system = replace(
        system, sink=0.0 * system.sink, stoppable=0.0 * system.sink, heat=0.0 * system.sink,
        free=np.ones_like(system.free),
    )  # fmt: skip
    integrator = Integrator(found, system)
    start = integrator.enthalpy(integrator.theta)[0].sum()
    for _ in range(20):
        integrator.step(0.5, 150.0)
    assert integrator.theta.max() > 57.0
    stored = integrator.enthalpy(integrator.theta)[0].sum() - start
    assert stored == pytest.approx(1500.0 * found.load.sum(), rel=1e-4)


def test_points_are_found_without_the_package(nonlinear):
    found, _, _ = nonlinear
    points = np.random.default_rng(1).uniform(-0.011, 0.011, (200, 3))
    linear = found.nodes @ [2.0, -3.0, 5.0] + 7.0
    np.testing.assert_allclose(
        locate(found, points) @ linear, points @ [2.0, -3.0, 5.0] + 7.0, rtol=1e-9
    )
    assert locate(found, np.array([[0.5, 0.0, 0.0]])).nnz == 0


def test_ngsolve_agrees(case):
    pytest.importorskip("ngsolve")
    from benchmarks.verification.code_to_code import with_ngsolve

    found, system, one = both(case, True)
    program = with_ngsolve.Program(found)
    frames, traces = program.march(list(one.times), 0.125, ~system.free)
    assert np.abs(frames - one.frames).max() < SAME
    assert np.abs(traces - one.traces).max() < 0.005
    assert abs(program.stiffness() - system.stiffness).max() < 1e-12
