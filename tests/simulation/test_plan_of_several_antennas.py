"""Plans with several antennas: made in Python, read from a file, changed by path."""

import numpy as np
import pytest

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.plan_file import plan_from_data
from mwa_sim.simulation import simulate
from tests.cli.block import write_case


@pytest.fixture(scope="module")
def case():
    b = cube(8, 0.02)
    mesh = TetMesh(b.nodes, b.tets, np.ones(len(b.tets), dtype=int))
    return Case.from_mesh(mesh, {1: "muscle"}, name="block", landmarks={"side": [0.0, 0.01, 0.0]})


@pytest.fixture(scope="module")
def single(case):
    return Plan(
        case=case,
        antenna="slot-1.6mm",
        pose=Pose.between(entry=[0.0, 0.005, 0.02], tip=[0.0, 0.005, -0.01]),
        protocol=Protocol.pulsed(power=20, on=10, off=5, cycles=2, cooldown=7),
    )


@pytest.fixture(scope="module")
def double(single):
    other = Pose.between(entry=[0.0, -0.005, 0.02], tip=[0.0, -0.005, -0.01])
    return single.with_antenna("monopole-1.6mm", other, power="30 W", on="1 min", start="40 s")


def test_an_antenna_is_added_to_a_copy(single, double):
    assert single.further == ()
    assert [placed.name for placed in double.antennas] == ["antenna 1", "antenna 2"]
    first, second = double.antennas
    assert first.antenna is single.antenna
    assert first.pulses == single.protocol.pulses
    assert second.antenna.name == "monopole-1.6mm"
    assert (second.pulses[0].power, second.pulses[0].on, second.start) == (30.0, 60.0, 40.0)
    assert double.planned_duration == 107.0
    assert double.planned_energy == 2200.0
    assert double.planned_on_time == 80.0
    assert single.planned_duration == single.protocol.planned_duration


def test_pulses_can_be_listed_or_shared(single, double):
    pose = double.antennas[1].pose
    pulses = [{"power": 10, "on": 5}, {"power": "20 W", "on": 5, "off": 1}]
    listed = single.with_antenna("slot-1.6mm", pose, pulses, name="right").antennas[1]
    assert [pulse.power for pulse in listed.pulses] == [10.0, 20.0]
    assert listed.name == "right"
    shared = single.with_antenna("slot-1.6mm", pose).antennas[1]
    assert shared.pulses == single.protocol.pulses


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"pulses": [], "power": 20}, "either pulses or power and on"),
        ({"power": 20}, "antennas[1].pulses[0].on: missing"),
        ({"power": -1, "on": 5}, "antennas[1].pulses[0].power: "),
        ({"start": "5 W"}, "antennas[1].start: expected a time"),
        ({"name": "antenna 1"}, "antennas[1].name: 'antenna 1' is already the name of antennas[0]"),
        ({"antenna": "slot"}, "antennas[1].antenna: "),
        ({"pose": [0, 0, 0]}, "antennas[1].pose: expected a Pose"),
    ],
)
def test_what_does_not_fit_is_refused(single, double, given, problem):
    values = {"antenna": "slot-1.6mm", "pose": double.antennas[1].pose, **given}
    with pytest.raises(InputError) as caught:
        single.with_antenna(values.pop("antenna"), values.pop("pose"), **values)
    assert any(problem in text for text in caught.value.problems), caught.value.problems


def test_values_of_each_antenna_change_by_path(double):
    changed = double.changed(
        {
            "antennas.1.pulses.0.power": 15,
            "antennas[0].pulses[0].power": "25 W",
            "antennas.0.antenna.efficiency": 0.5,
            "antennas.1.antenna.cooling.coolant_temperature": 10.0,
            "antennas.1.pose.tip": [0.0, -0.006, -0.008],
            "antennas.0.pose.tip": "landmark:side",
            "antennas.1.name": "right",
            "antennas.0.start": 3,
        }
    )
    first, second = changed.antennas
    assert (first.pulses[0].power, second.pulses[0].power) == (25.0, 15.0)
    assert changed.protocol.pulses[0].power == 25.0
    assert (first.antenna.efficiency, first.start) == (0.5, 3.0)
    assert second.antenna.cooling.coolant_temperature == 10.0
    assert second.antenna.efficiency == double.antennas[1].antenna.efficiency
    assert np.array_equal(second.pose.tip, [0.0, -0.006, -0.008])
    assert np.array_equal(second.pose.axis, double.antennas[1].pose.axis)
    assert np.array_equal(first.pose.tip, [0.0, 0.01, 0.0])
    assert second.name == "right"
    assert double.antennas[1].pulses[0].power == 30.0
    # The short paths are those of the first.
    assert double.changed({"pulses.0.power": 25}).antennas[0].pulses[0].power == 25.0
    assert double.changed({"pulses.0.power": 25}).antennas[1] == double.antennas[1]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("antennas.2.start", "this plan has 2 antennas, numbered from 0"),
        ("antennas.x.start", "numbered from 0"),
        ("antennas.1", "numbered from 0"),
        ("antennas.1.pulse.0.power", "an antenna has no 'pulse'; did you mean 'pulses'?"),
        ("antennas.1.pulses.0.powr", "antennas[1].pulses[0].powr: unknown key"),
        ("antennas.1.pulses.3.power", "no '3'"),
        ("antennas.1.antenna.effic", "effic"),
    ],
)
def test_paths_that_lead_nowhere(double, path, problem):
    with pytest.raises(InputError) as caught:
        double.changed({path: 1.0})
    assert any(problem in text for text in caught.value.problems), caught.value.problems


def test_the_plan_is_described_with_all_antennas(double):
    described = double.described()
    assert described["antenna"]["name"] == "slot-1.6mm"
    assert [a["antenna"]["name"] for a in described["antennas"]] == ["slot-1.6mm", "monopole-1.6mm"]
    assert described["antennas"][1]["start_s"] == 40.0
    assert described["antennas"][1]["pulses"][0]["power"] == 30.0


def test_one_antenna_in_either_style_of_the_file_runs_alike(tmp_path):
    block = str(write_case(tmp_path))
    common = {
        "schema": "mwa-sim/plan/1",
        "case": block,
        "thermocouples": [{"name": "wall", "at": "landmark:wall"}],
        "rules": [{"thermocouple": "wall", "above": "38 degC"}],
        "cooldown": {"duration": "3 s"},
    }
    antenna = {"library": "slot-1.6mm", "model": "line"}
    pose = {"entry": "landmark:entry", "tip": "landmark:tumour_centre", "deeper": "2 mm"}
    pulses = [{"power": "30 W", "on": "10 s", "off": "2 s", "cycles": 2}]
    own = {"antenna": antenna, "pose": pose, "pulses": pulses}
    plans = [plan_from_data({**common, **own}), plan_from_data({**common, "antennas": [own]})]
    assert plans[0].described() == plans[1].described()
    classic, listed = (simulate(plan) for plan in plans)
    assert np.array_equal(classic.frames, listed.frames)
    for name, values in classic.fields.items():
        assert np.array_equal(values, listed.fields[name])
    assert classic.energy == listed.energy
    assert classic.events == listed.events
    assert "stop" in [event.kind for event in classic.events]
    assert np.array_equal(classic.traces["wall"].reading, listed.traces["wall"].reading)
    assert str(classic) == str(listed)
