"""A plan run from end to end on a small block: power, events, tolerance, interruption, changes."""

import signal
import threading

import numpy as np
import pytest

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.simulation import Simulation, simulate, steps


@pytest.fixture(scope="module")
def case():
    b = cube(15, 0.03)
    centres = b.nodes[b.tets].mean(axis=1)
    regions = np.where(np.linalg.norm(centres, axis=1) < 0.009, 2, 1)
    return Case.from_mesh(
        TetMesh(b.nodes, b.tets, regions),
        {1: "bone_cancellous", 2: "metastasis_lytic"},
        names={1: "bone", 2: "tumour"},
        name="block",
        landmarks={"wall": [0.0, 0.012, 0.003], "far": [0.02, 0.0, 0.0]},
    )


@pytest.fixture(scope="module")
def plan(case):
    protocol = (
        Protocol.pulsed(power=40, on=20, off=5, cycles=4, cooldown=20)
        .watching("wall", at="landmark:wall", above=42)
        .watching("far", at="landmark:far", sample_every=0.7)
    )
    return Plan(
        case=case,
        antenna=Antenna.from_library("slot-1.6mm"),
        pose=Pose.between(entry=[0.0, 0.0, 0.03], tip=[0.0, 0.0, -0.011]),
        protocol=protocol,
    )


@pytest.fixture(scope="module")
def result(plan):
    return simulate(plan)


def test_what_enters_the_tissue_is_what_the_antenna_delivers(plan):
    result = simulate(plan.changed({"antenna.model": "line"}))
    delivered = result.antenna["delivered"]
    assert 0.6 < delivered < plan.antenna.efficiency
    assert result.energy["tissue_J"] == pytest.approx(
        delivered * result.energy["generator_J"], rel=1e-6
    )
    assert result.energy["balance_error"] < 1e-3
    on = np.diff(np.append(result.power_t, result.frames_t[-1]))
    assert result.energy["generator_J"] == pytest.approx((on * result.power_W).sum())


def test_the_rule_stops_the_power_at_the_first_sample_above_the_limit(result):
    stop = next(event for event in result.events if event.kind == "stop")
    trace = result.traces["wall"]
    first = trace.t[trace.reading > 42.0][0]
    assert stop.t == first
    assert "wall reading 42" in stop.cause
    assert result.power_t[-1] <= stop.t
    assert result.power_W[-1] == 0.0
    assert result.frames_t[-1] == stop.t + 20.0
    assert trace.peak >= trace.tissue.max()


@pytest.mark.parametrize("tolerance", [0.02, 5.0])
def test_events_do_not_depend_on_the_step_tolerance(plan, result, tolerance):
    other = simulate(plan.changed({"solver.temperature_tolerance": tolerance}))
    assert [(e.t, e.kind) for e in other.events] == [(e.t, e.kind) for e in result.events]
    assert np.array_equal(other.traces["far"].t, result.traces["far"].t)
    assert other.traces["wall"].tissue == pytest.approx(result.traces["wall"].tissue, abs=0.05)


def test_samples_lie_on_their_grid(result):
    far = result.traces["far"].t
    assert np.array_equal(far, np.arange(len(far)) * 0.7)


def test_two_runs_are_identical(plan, result):
    again = simulate(plan)
    assert np.array_equal(again.frames, result.frames)
    assert np.array_equal(again.fields["damage"], result.fields["damage"])


def test_frames_and_fields_are_in_the_order_of_the_mesh(case, result):
    assert result.mesh is case.mesh
    hot = result.frames.max(axis=0)
    assert np.all(result.fields["max_temperature"] >= hot - 1e-4)
    wall = result.temperature(at="wall", t=float(result.frames_t[1]))
    trace = result.traces["wall"]
    assert wall == pytest.approx(np.interp(result.frames_t[1], trace.t, trace.tissue), abs=0.02)
    outer = np.unique(case.mesh.boundary_faces)
    assert np.all(result.frames[:, outer] == 37.0)


def test_less_power_and_the_bounding_sets_order_the_zones(plan):
    no_rules = plan.changed({"rules": (), "cooldown.duration": 0.0, "pulses.0.cycles": 2})
    volumes = [
        simulate(p).zone("temperature>=50").volume_ml
        for p in (
            no_rules.changed({"pulses.0.power": 25}),
            no_rules.changed(tissues="smaller-zone"),
            no_rules,
            no_rules.changed(tissues="larger-zone"),
        )
    ]
    assert volumes[0] < volumes[2]
    assert volumes[1] < volumes[2] < volumes[3]


def test_a_changed_plan_leaves_the_original_alone(plan):
    before = plan.antenna.efficiency
    other = plan.changed({"antenna.efficiency": 0.6, "pose.tip": "landmark:far"})
    assert other.antenna.efficiency == 0.6
    assert plan.antenna.efficiency == before != 0.6
    assert np.array_equal(other.pose.tip, plan.case.landmarks["far"])
    with pytest.raises(InputError, match="not a landmark"):
        plan.changed({"pose.tip": "landmark:fa"})


def test_points_outside_the_mesh_are_refused_together(plan):
    moved = plan.changed({"pose.tip": [0.0, 0.0, -0.05]}).changed(
        {"protocol.thermocouples.0.at": [0.1, 0.0, 0.0]}
    )
    with pytest.raises(InputError) as caught:
        simulate(moved)
    assert len(caught.value.problems) == 2
    assert "antenna tip" in caught.value.problems[0]
    assert "wall" in caught.value.problems[1]


def test_an_interrupted_run_keeps_what_was_simulated(plan):
    def interrupt(progress):
        if progress.time >= 7.0:
            signal.raise_signal(signal.SIGINT)

    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals reach the main thread only")
    before = signal.getsignal(signal.SIGINT)
    partial = simulate(plan, observe=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    assert partial.status == "interrupted"
    assert partial.events[-1].kind == "interrupted"
    assert 7.0 <= partial.frames_t[-1] < 20.0
    assert partial.summary()["energy"]["generator_J"] > 0.0


def test_steps_report_progress_and_a_result_can_be_taken_midway(plan):
    run = Simulation(plan)
    for progress in run.steps():
        if progress.time >= 5.0:
            break
    partial = run.result()
    assert partial.status == "interrupted"
    assert progress.hottest == pytest.approx(progress.temperature.max())
    assert progress.readings["wall"] > 36.9
    assert next(steps(plan)).time > 0.0


def test_pause_holds_the_power_between_its_limits(case, plan):
    protocol = Protocol.pulsed(power=30, on=60, cooldown=5).watching(
        "wall", at="landmark:wall", above=41, action="pause", resume_below=40.8
    )
    held = simulate(plan.changed(protocol=protocol))
    kinds = [event.kind for event in held.events]
    assert "pause" in kinds
    assert kinds.index("pause") < kinds.index("resume")
    assert held.energy["generator_J"] <= 30.0 * 60.0 + 1e-6


def test_an_ex_vivo_block_starts_and_stays_cold(case, plan):
    cold = case.changed(initial_temperature=20.0, boundary=Boundary("insulated"))
    cold = cold.with_tissue("bone", "liver_ex_vivo").with_tissue("tumour", "liver_ex_vivo")
    result = simulate(plan.changed(case=cold, protocol=Protocol.pulsed(power=20, on=5, cooldown=0)))
    assert result.frames[0].max() == 20.0
    assert result.energy["perfusion_J"] == 0.0
    assert result.fields["max_temperature"].max() > 22.0


def test_power_that_dry_tissue_leaves_is_kept_or_lost(plan):
    still = {"rules": (), "cooldown.duration": 0.0, "pulses.0.off": 0.0}
    hot = plan.changed({"antenna.model": "line", **still})
    kept = simulate(hot)
    lost = simulate(hot.changed(drying="attenuate"))
    delivered = kept.antenna["delivered"] * kept.energy["generator_J"]
    assert kept.energy["tissue_J"] == pytest.approx(delivered, rel=1e-6)
    assert lost.energy["tissue_J"] < 0.97 * delivered
    assert lost.zone("temperature>=60").volume_ml < kept.zone("temperature>=60").volume_ml
    with pytest.raises(InputError, match="drying"):
        hot.changed(drying="vanish")
