"""A session in Python: plan, run, questions, all on a small block."""

from itertools import pairwise

import numpy as np
import pytest

import mwa_sim as mwa
from tests.antenna.boxes import box, graded
from tests.cli.block import label


@pytest.fixture(scope="module")
def plan():
    axis = graded(20e-3, 11, 1.3)
    case = mwa.Case.from_mesh(
        box(axis, axis, axis, label),
        {1: "muscle", 2: "metastasis_lytic", 3: "spinal_cord"},
        names={1: "muscle", 2: "tumour", 3: "cord"},
        landmarks={"tumour_centre": [0, 0, 0], "wall": [-9e-3, 0, 5e-3], "entry": [0, 0, 18e-3]},
    )
    protocol = mwa.Protocol.pulsed(power=30, on=4, off=1, cycles=2, cooldown=2).watching(
        "wall", at="landmark:wall", above=60, action="stop"
    )
    return mwa.Plan(
        case=case,
        antenna=mwa.Antenna.from_library("slot-1.6mm"),
        pose=mwa.Pose.between(entry=case.landmarks["entry"], tip=case.landmarks["tumour_centre"]),
        protocol=protocol,
    )


@pytest.fixture(scope="module")
def result(plan):
    return mwa.simulate(plan)


def test_result_answers(result, plan, tmp_path):
    assert "research use only" in str(result)
    assert result.events[-1].kind == "end"
    assert result.traces["wall"].max > 37.0
    assert result.temperature(at=plan.case.landmarks["wall"], t=5.0) > 37.0
    zone = result.zone("temperature>=50")
    assert 0.0 < zone.short_axis_mm <= zone.long_axis_mm
    assert 0.0 <= zone.coverage("tumour") <= 1.0
    again = mwa.load_result(result.save(tmp_path / "run"))
    assert again.summary() == result.summary()


def test_two_runs_agree_to_the_last_bit(result, plan):
    again = mwa.simulate(plan)
    np.testing.assert_array_equal(again.frames, result.frames)
    for name, values in result.fields.items():
        np.testing.assert_array_equal(again.fields[name], values)


def test_steps_and_simulation_give_what_simulate_gives(result, plan):
    states = list(mwa.steps(plan))
    assert states[-1].time == pytest.approx(12.0)
    assert all(a.time < b.time for a, b in pairwise(states))
    run = mwa.Simulation(plan)
    for _ in run.steps():
        pass
    np.testing.assert_array_equal(run.result().frames, result.frames)


def test_a_changed_plan_is_another_plan(plan, result):
    less = plan.changed({"protocol.pulses.0.power": 10})
    assert plan.protocol.pulses[0].power == 30
    cooler = mwa.simulate(less)
    assert cooler.energy["generator_J"] == pytest.approx(result.energy["generator_J"] / 3.0)
    assert cooler.traces["wall"].max < result.traces["wall"].max


def test_a_plan_takes_names_and_refuses_what_it_cannot_run(plan):
    by_name = plan.changed({"antenna": "monopole-1.6mm"})
    assert by_name.antenna.name == "monopole-1.6mm"
    with pytest.raises(mwa.InputError) as caught:
        mwa.Plan(case=3, antenna="slot", pose="left", protocol=plan.protocol)
    case, antenna, pose = caught.value.problems
    assert case == "case: expected a Case, or the name or path of one, got 3"
    assert antenna.startswith("antenna: 'slot' is not in the library")
    assert pose.startswith("pose: expected a Pose, such as Pose.between(entry=..., tip=...)")
    with pytest.raises(mwa.InputError, match="case: 'l3' is neither a bundled case"):
        plan.changed({"case": "l3"})


def test_mistakes_are_input_errors(plan):
    with pytest.raises(mwa.InputError, match="did you mean 'power'"):
        plan.changed({"pulses.0.powr": 10})
    with pytest.raises(mwa.InputError, match=r"did you mean 'slot-1\.6mm'"):
        mwa.Antenna.from_library("slot-1.6")
    with pytest.raises(mwa.InputError, match="did you mean 'muscle'"):
        mwa.load_tissue("musle")
    assert issubclass(mwa.InputError, mwa.MwaError)
