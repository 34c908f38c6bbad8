"""The computed field as a heat source: power conserved, tissue followed, coupling converged."""

import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.build import build
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.plan import Plan
from mwa_sim.result import load_result
from mwa_sim.simulation import Simulation, simulate
from mwa_sim.tissue import load_tissue, tissue_from_table
from tests.antenna.boxes import box, graded

BARE = {
    "density": "1000 kg/m3",
    "specific_heat": "3500 J/kg/K",
    "thermal_conductivity": "0.5 W/m/K",
    "source": "these tests",
}
SLOT = Antenna.from_library("slot-1.6mm")
POSE = Pose(tip=np.array([0.0, 0.0, -0.011]), axis=np.array([0.0, 0.0, 1.0]))
PROTOCOL = Protocol.pulsed(power=40, on=40, cooldown=0)


def block(tissue, half=0.03, n=17, other=None):
    """A cube of tissue, finer towards the middle; a second tissue where y > 0 if given."""
    x = graded(half, n, 1.6)
    if other is None:
        return Case.from_mesh(box(x, x, x), {1: tissue}, name="block")
    mesh = box(x, x, x, lambda c: np.where(c[:, 1] < 0.0, 1, 2))
    return Case.from_mesh(mesh, {1: tissue, 2: other}, name="halves")


def plan(case, model, **settings):
    solver = {"save_every": 60.0, **settings}
    antenna = SLOT.changed(model=model)
    return Plan(case=case, antenna=antenna, pose=POSE, protocol=PROTOCOL, solver=solver)


@pytest.fixture(scope="module")
def liver():
    return block(load_tissue("liver_ex_vivo"))


@pytest.fixture(scope="module")
def coupled(liver):
    return simulate(plan(liver, "wave-coupled", field_tolerance=0.03))


def test_power_on_the_nodes_is_that_of_the_field_inside_the_mesh(liver):
    applied = build(plan(liver, "wave-static")).antennas[0]
    deposition, field = applied.deposition, applied.field.history
    expected = SLOT.transmission * field.absorbed[0] * (1.0 - deposition.outside_fraction)
    assert deposition.delivered == pytest.approx(expected, rel=1e-9)
    assert deposition.weights.sum() == pytest.approx(deposition.delivered, rel=1e-12)
    assert deposition.weights.data.min() >= 0.0
    assert field.balance_error[0] < 1e-6
    # The quadrature on the tetrahedra agrees with the field by itself, before it is scaled.
    assert deposition.quadrature_factor == pytest.approx(1.0, abs=0.01)
    out = np.zeros(liver.mesh.n_nodes)
    start = np.full(liver.mesh.n_nodes, float(liver.initial_temperature))
    assert applied.source.nodal(start, out) == pytest.approx(deposition.delivered, rel=1e-9)
    assert out.sum() == pytest.approx(deposition.delivered, rel=1e-9)


def test_power_by_distance_is_that_of_the_field(liver):
    setup = build(plan(liver, "wave-static"))
    field = setup.antennas[0].field
    weights = np.asarray(setup.antennas[0].deposition.weights.sum(axis=1)).ravel()
    r, z = POSE.local(liver.mesh.nodes)
    solution = field.first
    at_r, at_z = field.points
    power = solution.density * solution.volume * field.inside
    for node, point in ((r, at_r), (z, at_z), (z**2, at_z**2)):
        expected = float((power * point).sum() / power.sum())
        assert weights @ node / weights.sum() == pytest.approx(expected, rel=0.02)


def test_each_tissue_absorbs_by_its_own_conductivity():
    bone, tumour = load_tissue("bone_cancellous"), load_tissue("metastasis_lytic")
    deposition = build(plan(block(bone, other=tumour), "wave-static")).antennas[0].deposition
    shares = np.asarray(deposition.weights.sum(axis=0)).ravel() / deposition.delivered
    sigma = np.array([bone.electrical_conductivity, tumour.electrical_conductivity])
    np.testing.assert_allclose(shares, sigma / sigma.sum(), atol=0.01)


def test_tissue_that_does_not_change_is_solved_once_and_both_models_agree():
    agar = load_tissue("liver_ex_vivo").changed(
        electrical_conductivity_model=None, relative_permittivity_model=None
    )
    case = block(agar, n=15)
    results = [simulate(plan(case, model)) for model in ("wave-static", "wave-coupled")]
    assert [len(r.antenna["field"]["t_s"]) for r in results] == [1, 1]
    np.testing.assert_allclose(results[1].frames[-1], results[0].frames[-1], atol=0.02)


def test_coupled_field_is_solved_again_as_the_tissue_dries_and_follows_it(coupled):
    field = coupled.antenna["field"]
    assert len(field["t_s"]) >= 3
    assert np.all(np.diff(field["t_s"]) > 0.0)
    assert max(c for c in field["change"] if c is not None) < 0.25
    assert field["balance_error"] < 1e-5
    assert coupled.energy["balance_error"] < 1e-3
    # What enters the tissue is what the field says at each time: between its extremes.
    share = coupled.energy["tissue_J"] / coupled.energy["generator_J"]
    low, high = min(field["absorbed_fraction"]), max(field["absorbed_fraction"])
    inside = coupled.antenna["delivered"] / field["absorbed_fraction"][0]
    assert 0.97 * low * inside < share < 1.03 * high * inside


def test_a_finer_tolerance_changes_little_and_in_the_right_direction(liver, coupled):
    finest, fine = (
        simulate(plan(liver, "wave-coupled", field_tolerance=x)) for x in (0.007, 0.015)
    )
    solutions = [len(r.antenna["field"]["t_s"]) for r in (finest, fine, coupled)]
    assert solutions[0] > solutions[1] > solutions[2]
    zones = [r.zone("temperature>=50").volume_ml for r in (finest, fine, coupled)]
    assert abs(zones[1] - zones[0]) < 0.02 * zones[0]
    assert abs(zones[2] - zones[0]) < 0.05 * zones[0]


def test_the_field_is_not_solved_while_there_is_no_power(liver):
    pulsed = Protocol.pulsed(power=40, on=20, off=20, cooldown=10)
    run = Simulation(plan(liver, "wave-coupled").changed(protocol=pulsed))
    for _ in run.steps():
        pass
    assert max(run.result().antenna["field"]["t_s"]) <= 20.0


def test_the_history_of_the_field_is_kept_in_the_result_file(coupled, tmp_path):
    coupled.save(tmp_path / "run.vtkhdf")
    again = load_result(tmp_path / "run.vtkhdf")
    assert again.antenna["field"] == coupled.antenna["field"]
    assert again.antenna["model"] == "wave-coupled"
    assert f"field computed {len(again.antenna['field']['t_s'])} times" in str(again)


def test_tissue_without_electrical_properties_is_named():
    bare = tissue_from_table("bare", BARE)
    with pytest.raises(InputError) as error:
        build(plan(block(bare, n=7), "wave-coupled"))
    text = " ".join(error.value.problems)
    assert "region 1: its tissue has no electrical conductivity" in text
    assert "region 1: its tissue has no relative permittivity" in text


def test_power_outside_the_mesh_is_noted(liver):
    small = block(load_tissue("liver_ex_vivo"), half=0.013, n=13)
    tip = POSE.moved(tip=np.array([0.0, 0.0, -0.008]))
    deposition = build(plan(small, "wave-static").changed(pose=tip)).antennas[0].deposition
    assert 0.05 < deposition.outside_fraction < 0.6
    assert any("outside the mesh" in note for note in deposition.notes)


def test_reflection_is_followed_between_the_solutions(coupled):
    field = coupled.antenna["field"]
    t, share = (np.array(field["reflected"][key]) for key in ("t_s", "fraction"))
    assert np.all(np.diff(t) > 0.0)
    assert len(t) > 2 * len(field["t_s"])
    at = np.searchsorted(t, field["t_s"])
    np.testing.assert_allclose(share[at], 10.0 ** (np.array(field["s11_dB"]) / 10.0))
    # No jump where a solution replaces what was foreseen.
    assert np.abs(np.diff(share)).max() < 0.03
