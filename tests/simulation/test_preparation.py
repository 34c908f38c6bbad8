"""Set-ups shared by several runs: the same results bit for bit, and nothing made twice."""

import pickle

import numpy as np
import pytest

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.build import Preparation, build
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.preparation import MOST
from mwa_sim.simulation import simulate
from mwa_sim.tissue import load_tissue

SLOT = Antenna.from_library("slot-1.6mm")


def _case(bone="bone_cancellous"):
    b = cube(9, 0.03)
    regions = np.where(np.linalg.norm(b.nodes[b.tets].mean(axis=1), axis=1) < 0.012, 2, 1)
    return Case.from_mesh(
        TetMesh(b.nodes, b.tets, regions), {1: bone, 2: "metastasis_lytic"}, name="block"
    )


def _plan(model="line", case=None):
    return Plan(
        case=case or _case(),
        antenna=SLOT.changed(model=model),
        pose=Pose.between(entry=[0.0, 0.0, 0.03], tip=[0.0, 0.0, -0.011]),
        protocol=Protocol.pulsed(power=40, on=12, off=2, cycles=1, cooldown=2).watching(
            "near", at=[0.004, 0.0, 0.0], sample_every=3.0
        ),
        solver={"save_every": 4.0},
    )


def _assert_same(one, other):
    assert np.array_equal(one.frames, other.frames)
    assert np.array_equal(one.frames_t, other.frames_t)
    for name, values in one.fields.items():
        assert np.array_equal(values, other.fields[name]), name
    assert np.array_equal(one.traces["near"].tissue, other.traces["near"].tissue)
    assert one.energy == other.energy
    assert one.antennas[0]["field"] == other.antennas[0]["field"]


@pytest.mark.parametrize("model", ["line", "wave-static", "wave-coupled"])
def test_a_shared_set_up_changes_no_bit_of_the_results(model):
    shared = Preparation()
    base = _plan(model)
    hot = base.changed({"protocol.pulses.0.power": 80})
    # The hot run comes first: what it did to its source must not reach the next one.
    for plan in (hot, base, hot):
        _assert_same(simulate(plan, reuse=shared), simulate(plan))
    heat = "deposition" if model == "line" else "field"
    assert shared.built == {"points": 1, "numbering": 1, "stiffness": 1, "shaft": 1, heat: 1}


def test_every_run_has_its_own_sources():
    shared = Preparation()
    one, other = (build(_plan("wave-coupled"), shared) for _ in range(2))
    assert one.stepper.model is other.stepper.model
    before = other.sources[0].entries(other.stepper.temperature).copy()
    one.sources[0].replace(0.5 * before, 0.25)
    assert np.array_equal(other.sources[0].entries(other.stepper.temperature), before)
    assert other.sources[0].delivered != 0.25
    assert one.antennas[0].field.history is not other.antennas[0].field.history


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"protocol.pulses.0.power": 50}, set()),
        ({"solver.temperature_tolerance": 0.1, "seed": 5}, set()),
        ({"tissues": "larger-zone"}, {"stiffness"}),
        ({"drying": "attenuate"}, set()),
        ({"antenna.efficiency": 0.5}, set()),
        ({"antenna.cooling": None}, {"shaft", "stiffness"}),
        ({"antenna.cooling.coolant_temperature": 12.0}, {"shaft", "stiffness"}),
        ({"pose.tip": [0.0, 0.0005, -0.011]}, {"shaft", "stiffness", "deposition"}),
        ({"antenna.model": "wave-static"}, {"field"}),
    ],
)
def test_what_a_change_touches_is_made_again_and_nothing_else(change, again):
    shared = Preparation()
    base = _plan()
    build(base, shared)
    before = shared.built.copy()
    changed = base.changed(change)
    setup = build(changed, shared)
    assert set(shared.built - before) == again
    alone = build(changed)
    assert np.array_equal(setup.stepper.model.values, alone.stepper.model.values)
    assert np.array_equal(
        setup.stepper.model.shaft_temperature, alone.stepper.model.shaft_temperature
    )
    at = alone.stepper.temperature
    assert np.array_equal(setup.sources[0].entries(at), alone.sources[0].entries(at))


def test_thermal_and_electrical_properties_count_apart():
    shared = Preparation()
    build(_plan(), shared)
    bone = load_tissue("bone_cancellous")
    build(_plan(case=_case(bone.changed(perfusion="0 1/s"))), shared)
    # Another mesh object with the same arrays is the same mesh.
    assert shared.built == {
        "points": 1, "numbering": 1, "stiffness": 2, "shaft": 1, "deposition": 1,
    }  # fmt: skip
    build(_plan(case=_case(bone.changed(electrical_conductivity="1.1 S/m"))), shared)
    assert shared.built["stiffness"] == 2
    assert shared.built["deposition"] == 2


def test_the_memory_is_bounded_and_forgets_the_oldest():
    shared = Preparation()
    for key in range(MOST["stiffness"] + 1):
        shared.take("stiffness", key, lambda key=key: key)
    assert shared.take("stiffness", 1, lambda: pytest.fail("forgotten too early")) == 1
    shared.take("stiffness", 0, lambda: 0)
    assert shared.built["stiffness"] == MOST["stiffness"] + 2


def test_a_failed_part_is_not_kept():
    shared = Preparation()
    outside = _plan().changed({"pose.tip": [0.0, 0.0, 0.5]})
    for _ in range(2):
        with pytest.raises(InputError, match="outside the mesh"):
            build(outside, shared)
    assert shared.built == {"points": 1}


def test_it_travels_to_another_process_empty():
    shared = Preparation()
    build(_plan(), shared)
    sent = pickle.loads(pickle.dumps(shared))
    assert sent.built == {}
