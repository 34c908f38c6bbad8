"""Several antennas in one run: what their heat and their cooling add up to."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.verification.blocks import cube
from mwa_sim.antenna.antenna import Antenna, Cooling
from mwa_sim.antenna.pose import Pose
from mwa_sim.applied import combined_shafts, intersections
from mwa_sim.build import build
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import InputError
from mwa_sim.heat.source import Source
from mwa_sim.heat.step import HeatStepper
from mwa_sim.mesh.probe import Locator
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import load_result
from mwa_sim.simulation import Simulation, simulate
from mwa_sim.tissue import load_tissue, tissue_from_table
from tests.antenna.boxes import box

AGAR = tissue_from_table(
    "agar",
    {
        "density": "1000 kg/m3",
        "specific_heat": "3500 J/kg/K",
        "thermal_conductivity": "0.5 W/m/K",
        "perfusion": "0.003 1/s",
        "relative_permittivity": 45.0,
        "electrical_conductivity": "1.7 S/m",
        "source": "these tests",
    },
)
"""Linear: nothing boils, nothing depends on the temperature, the perfusion goes on."""
PLAIN = Antenna.from_library("slot-1.6mm").changed(cooling=None, model="line")
FINE = {"temperature_tolerance": 0.005, "max_step": 0.5, "save_every": 5.0}


def above(x: float, y: float, tip: float = -0.011) -> Pose:
    """An antenna from the top, its radiating part around z = 0."""
    return Pose(tip=np.array([x, y, tip]), axis=np.array([0.0, 0.0, 1.0]))


@pytest.fixture(scope="module")
def case():
    b = cube(16, 0.032)
    mesh = TetMesh(b.nodes, b.tets, np.ones(len(b.tets), dtype=int))
    return Case.from_mesh(mesh, {1: AGAR}, name="block", landmarks={"side": [0.0, 0.01, 0.002]})


@pytest.fixture(scope="module")
def left(case):
    return Plan(
        case=case,
        antenna=PLAIN,
        pose=above(0.0, 0.013),
        protocol=Protocol.pulsed(power=20, on=15, off=5, cycles=2, cooldown=10),
        solver=FINE,
    )


RIGHT = {"power": 10, "on": 12, "start": 8}


@pytest.fixture(scope="module")
def both(left):
    return left.with_antenna(PLAIN, above(0.0, -0.013), **RIGHT)


@pytest.fixture(scope="module")
def result(both):
    return simulate(both)


def alone(both: Plan) -> Plan:
    """The second antenna of a plan as the only one, watched as long."""
    second = both.antennas[1]
    return both.changed(
        {
            "further": (),
            "antenna": second.antenna,
            "pose": second.pose,
            "pulses": second.pulses,
            "antenna_start": second.start,
            "cooldown.duration": both.planned_duration - second.train.end,
        }
    )


def test_in_linear_tissue_the_temperature_rises_add_up(left, both, result):
    first, second = simulate(left), simulate(alone(both))
    assert np.array_equal(first.frames_t, result.frames_t)
    assert np.array_equal(second.frames_t, result.frames_t)
    rises = [np.float64(run.frames) - 37.0 for run in (first, second, result)]
    assert rises[2].max() > 10.0
    assert np.abs(rises[0] + rises[1] - rises[2]).max() < 3 * 0.005
    for key in ("generator_J", "tissue_J", "stored_J"):
        assert first.energy[key] + second.energy[key] == pytest.approx(result.energy[key], rel=1e-4)


def test_energy_of_each_antenna(both, result):
    assert [a["generator_J"] for a in result.antennas] == pytest.approx([600.0, 120.0])
    assert result.energy["generator_J"] == pytest.approx(720.0)
    assert result.energy["tissue_J"] == pytest.approx(
        sum(a["generator_J"] * a["delivered"] for a in result.antennas), rel=1e-9
    )
    held = np.diff(np.append(result.power_t, result.frames_t[-1]))
    assert result.antenna_power_W @ held == pytest.approx([600.0, 120.0])
    assert np.array_equal(result.antenna_power_W.sum(axis=0), result.power_W)
    assert both.planned_energy == pytest.approx(720.0)
    assert both.planned_duration == result.frames_t[-1] == 50.0


def test_a_symmetric_pair_heats_symmetrically():
    # A mesh that is its own mirror image in y.
    half = box(
        np.linspace(-0.02, 0.02, 11), np.linspace(0.0, 0.024, 13), np.linspace(-0.02, 0.02, 11)
    )
    mirrored = half.nodes * [1.0, -1.0, 1.0]
    nodes, merged = np.unique(
        np.round(np.vstack([half.nodes, mirrored]), 9) + 0.0, axis=0, return_inverse=True
    )
    # This order of the corners mirrors the subdivision of the quadrature as well.
    image = (half.tets + half.n_nodes)[:, [2, 1, 0, 3]]
    tets = merged.ravel()[np.vstack([half.tets, image])]
    case = Case.from_mesh(TetMesh(nodes, tets, np.ones(len(tets), dtype=int)), {1: "muscle"})
    antenna = Antenna.from_library("slot-1.6mm").changed(model="line")
    poses = [
        Pose(tip=np.array([0.0, s * 0.005, -0.009]), axis=np.array([0.1, s * 0.3, 1.0]))
        for s in (1.0, -1.0)
    ]
    plan = Plan(case=case, antenna=antenna, pose=poses[0],
                protocol=Protocol.pulsed(power=25, on=20, cooldown=5))  # fmt: skip
    run = simulate(plan.with_antenna(antenna, poses[1]))
    other = Locator(case.mesh).matrix(case.mesh.nodes * [1.0, -1.0, 1.0])
    assert run.fields["max_temperature"].max() > 60.0
    for values in (run.fields["max_temperature"], run.frames[-1]):
        assert np.abs(other @ values - values).max() < 1e-5


def test_one_after_the_other_is_one_run_after_the_other(case):
    muscle = load_tissue("muscle").changed(perfusion_model=None)
    case = case.changed(regions={1: replace(case.regions[1], tissue=muscle)})
    fine = {**FINE, "temperature_tolerance": 0.02}
    first = Plan(case=case, antenna=PLAIN, pose=above(0.0, 0.006), solver=fine,
                 protocol=Protocol.pulsed(power=30, on=25, cooldown=0))  # fmt: skip
    second = first.changed({"pose": above(0.0, -0.006), "pulses.0.power": 20})
    sequence = first.with_antenna(PLAIN, above(0.0, -0.006), power=20, on=25, start=25)
    run, before, after = Simulation(sequence), Simulation(first), build(second)
    for steps in (run, before):
        assert [p.time for p in steps.steps()][-1] in (25.0, 50.0)
    stepper = HeatStepper(
        after.stepper.model, after.sources, before.setup.stepper.temperature, 0.02, 0.5
    )
    while stepper.time < 25.0:
        stepper.step(25.0, (20.0,))
    found = run.setup.stepper.temperature
    assert found.max() > 60.0
    assert np.abs(found - stepper.temperature).max() < 0.04


def test_heat_is_balanced_with_shafts_of_different_temperature(case, left):
    cold = [Cooling(1000.0, t, 0.006, 0.1) for t in (22.0, 4.0)]
    plan = left.changed(
        {
            "case": case.changed(boundary=Boundary("insulated")),
            "antenna.cooling": cold[0],
            "solver.temperature_tolerance": 0.001,
            "solver.max_step": 0.05,
        }
    )
    both = plan.with_antenna(PLAIN.changed(cooling=cold[1]), above(0.0, -0.013), **RIGHT)
    run = simulate(both.changed({"cooldown.duration": 0}))
    assert run.energy["shaft_J"] > 0.2 * run.energy["tissue_J"]
    assert run.energy["balance_error"] < 1e-6
    # Each shaft draws its surroundings towards its own coolant.
    beside = [[0.0, y, 0.02] for y in (0.013, -0.013)]
    warm, chilled = run.temperature(beside, t=28.0)
    assert chilled < warm - 3.0


def test_several_coolants_act_like_their_mean(case, left):
    cold = [
        PLAIN.changed(cooling=Cooling(h, t, 0.0, 0.1)) for h, t in ((900.0, 20.0), (300.0, 5.0))
    ]
    plan = left.changed(antenna=cold[0], pose=above(0.0, 0.001))
    one, two = build(plan.with_antenna(cold[1], above(0.0, -0.001))).antennas
    h, mean = combined_shafts([one, two])
    assert np.any((one.shaft > 0.0) & (two.shaft > 0.0))  # the nodes between them
    t = np.random.default_rng(1).uniform(0.0, 100.0, len(h))
    each = one.shaft * (t - 20.0) + two.shaft * (t - 5.0)
    assert h * (t - mean) == pytest.approx(each, abs=1e-15)
    assert np.all(mean[two.shaft == 0.0] == 20.0)


def test_antennas_in_each_others_way_are_refused(both):
    def at(*tip: float, axis: tuple[float, ...] = (0.0, 0.0, 1.0)) -> Plan:
        return both.changed({"antennas.1.pose": Pose(tip=np.array(tip), axis=np.array(axis))})

    locator = Locator(both.case.mesh)
    for free in (
        at(0.0, 0.013 - 1.7e-3, 0.0),  # side by side
        at(0.0, 0.013, 0.002 - 0.03, axis=(0.0, 0.0, -1.0)),  # end to end
        at(-0.02, 0.005, 0.02, axis=(0.0, 0.4, 1.0)),  # the lines meet outside the mesh
    ):
        assert intersections(free.antennas, locator) == []
    for blocked in (
        at(0.0, 0.013 - 1.5e-3, 0.0),
        at(0.0, 0.003, 0.0, axis=(0.0, 1.0, 0.1)),  # across
        at(0.0, 0.013, 0.005),  # one inside the other
    ):
        with pytest.raises(InputError, match="'antenna 1' and 'antenna 2' are in each other's way"):
            build(blocked)


def test_problems_name_the_antenna(both):
    outside = both.changed(
        {"antennas.1.pose.tip": [0.0, -0.013, -0.05], "antennas.1.name": "right"}
    )
    with pytest.raises(InputError) as caught:
        build(outside)
    (problem,) = caught.value.problems
    assert problem.startswith("antennas[1].pose: the antenna tip of 'right' at (0.0, -13.0, -50.0)")


def test_a_source_can_be_renewed_before_every_step(both):
    run = Simulation(both)
    seen = []
    doubled = run.setup.depositions[1].weights * 2.0
    later = Source(doubled[np.argsort(run.setup.place)], [None], "constant")

    def renew(time, temperature, power):
        seen.append((time, power))
        assert temperature is run.setup.stepper.temperature
        return later if time >= 14.0 else None

    run.setup.antennas[1] = replace(run.setup.antennas[1], renew=renew)
    ends = [progress.time for progress in run.steps()]
    assert [t for t, _ in seen] == [0.0, *ends[:-1]]
    assert {power for t, power in seen if 8.0 <= t < 20.0} == {10.0}
    assert {power for t, power in seen if t < 8.0 or t >= 20.0} == {0.0}
    assert run.setup.sources[1] is later
    result = run.result()
    once = [a["delivered"] for a in result.antennas]
    more = 10.0 * once[1] * (20.0 - min(t for t, _ in seen if t >= 14.0))
    assert result.energy["tissue_J"] == pytest.approx(
        600.0 * once[0] + 120.0 * once[1] + more, rel=1e-9
    )


def test_result_file_keeps_every_antenna(result, tmp_path):
    again = load_result(result.save(tmp_path / "two.vtkhdf"))
    assert again.antenna_labels == ["antenna 1", "antenna 2"]
    assert again.antenna["name"] == again.antennas[0]["name"] == "slot-1.6mm"
    assert np.array_equal(again.antenna_power_W, result.antenna_power_W)
    for read, kept in zip(again.antennas, result.antennas, strict=True):
        assert np.array_equal(read["tip"], kept["tip"])
        assert np.array_equal(read["axis"], kept["axis"])
    assert again.summary() == result.summary()
    assert str(again) == str(result)


def test_report_and_summary_tell_the_antennas_apart(result):
    text = str(result)
    assert (
        "Antenna  antenna 1: slot-1.6mm (line), tip at (0.0, 13.0, -11.0) mm; "
        "20 W for 30 s, 0.60 kJ" in text
    )
    assert (
        "         antenna 2: slot-1.6mm (line), tip at (0.0, -13.0, -11.0) mm; "
        "10 W for 12 s, 0.12 kJ" in text
    )
    assert "Power    10 to 30 W in total for 35 s within 50 s simulated" in text
    first, second = result.summary()["antennas"]
    assert (first["name"], second["name"]) == ("antenna 1", "antenna 2")
    assert second["tip_mm"] == pytest.approx([0.0, -13.0, -11.0])
    assert (second["start_s"], second["power_on_s"]) == (8.0, 12.0)
    assert second["generator_J"] == pytest.approx(120.0)
    assert second["delivered_fraction"] == pytest.approx(result.antennas[1]["delivered"])
