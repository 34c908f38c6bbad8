"""What the figures of the bone validations mean: sheep, pig and cadaver vertebrae."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad

from benchmarks.validation.cadaver_canal import model as cadaver
from benchmarks.validation.cadaver_canal import suite as cadaver_suite
from benchmarks.validation.homogeneous import block
from benchmarks.validation.porcine_vertebra import suite as porcine
from benchmarks.validation.report import read_references
from benchmarks.validation.sheep_posterior_wall import model as sheep
from benchmarks.validation.sheep_posterior_wall import suite as sheep_suite
from benchmarks.validation.sheep_posterior_wall.vertebra import LABELS
from mwa_sim.bench.rows import Band
from mwa_sim.errors import InputError
from mwa_sim.simulation import simulate
from mwa_sim.tissue import load_tissue

MM = 1e-3
BAND = Band(0.0, 1.0, 0.5, 2)


@pytest.fixture(scope="module")
def bench_sheep():
    return sheep.sheep(sheep.sheep_mesh(2 * MM, 0.8))


@pytest.fixture(scope="module")
def specimen():
    return cadaver.cadaver(cadaver.lumbar_mesh(2 * MM, 0.4))


RATIO = "size of the visible zone in bone over that in soft tissue"

# -- the vertebra ------------------------------------------------------------------------------


def test_regions_of_the_sheep_have_the_volumes_of_their_shapes(bench_sheep):
    mesh, shape = bench_sheep.mesh, sheep.SHEEP
    volumes = {name: mesh.volumes[mesh.regions == label].sum() for name, label in LABELS.items()
               if label in mesh.labels}  # fmt: skip
    length = np.ptp(mesh.nodes[:, 2])
    cord = math.pi / 4 * shape.cord_width * shape.cord_depth * length
    # A superellipse of power 4 covers 4 gamma(5/4)^2 / gamma(3/2) = 3.708 of its half extents.
    prism = 3.708 / 4 * shape.width * shape.depth * shape.height
    assert volumes["cord"] == pytest.approx(cord, rel=0.25)  # elements as large as it is
    assert volumes["body"] + volumes["cortex"] == pytest.approx(prism, rel=0.08)
    inner = 3.708 / 4 * (shape.width - 2 * MM) * (shape.depth - 2 * MM) * (shape.height - 2 * MM)
    assert volumes["cortex"] == pytest.approx(prism - inner, rel=0.12)


def test_the_wall_is_where_bone_meets_the_canal(bench_sheep):
    centres = bench_sheep.mesh.nodes[bench_sheep.mesh.tets].mean(axis=1)
    near = np.linalg.norm(centres - bench_sheep.landmarks["wall"], axis=1) < 3 * MM
    found = bench_sheep.mesh.regions[near]
    bone = np.isin(found, [LABELS["cortex"], LABELS["body"]])
    assert bone[centres[near, 0] > 1 * MM].all()
    assert not bone[centres[near, 0] < -1 * MM].any()


def test_a_specimen_has_no_perfusion_and_an_animal_has(bench_sheep):
    alive = sheep.sheep(bench_sheep.mesh, alive=True)
    perfusion = {
        case.initial_temperature: [
            r.tissue.values["perfusion"].value for r in case.regions.values()
        ]
        for case in (bench_sheep, alive)
    }
    assert not any(perfusion[sheep.ROOM])
    assert max(perfusion[37.0]) > 0


# -- sheep -------------------------------------------------------------------------------------


def _traced(t, tissue):
    trace = SimpleNamespace(t=np.array(t, float), tissue=np.array(tissue, float))
    return SimpleNamespace(traces={"wall": trace})


def test_time_to_60_degrees_is_read_between_samples():
    assert sheep.time_to_limit(_traced([0, 2, 4, 6], [20, 50, 70, 75])) == pytest.approx(3.0)
    assert sheep.time_to_limit(_traced([0, 2], [61, 62])) == 0.0
    assert sheep.time_to_limit(_traced([0, 2, 4], [20, 50, 59.9])) == math.inf


def test_rise_after_a_stop_is_that_at_the_stop():
    result = _traced([0, 10, 20], [20, 30, 60])
    assert sheep.rise_after(result, 15) == pytest.approx(25.0)
    assert sheep.rise_after(result, 30) == pytest.approx(40.0)


def test_a_nearer_or_stronger_antenna_heats_the_wall_sooner_and_can_miss(bench_sheep):
    def time(power, distance):
        plan = sheep.treatment(bench_sheep, power, distance=distance, until_limit=True)
        return sheep.time_to_limit(simulate(plan))

    usual, near, strong = time(40, 7 * MM), time(40, 5 * MM), time(80, 5 * MM)
    assert usual > near > strong > 0
    given = read_references(sheep_suite.__file__)["time to 60 degC at the posterior wall at 40 W"]
    rows = [sheep_suite._row(given, t, 0.0, "s", BAND, "why") for t in (usual, 25.0)]
    assert [row.verdict for row in rows] == ["miss", "pass"]
    assert [row.cause for row in rows] == ["why", ""]


def test_distances_of_the_band_are_5_to_10_mm(bench_sheep):
    plan = sheep.treatment(bench_sheep, 30)
    over = sheep_suite.inputs(plan)
    ends = [
        plan.changed({"pose.shift.anterior": end}).pose.tip[0]
        for end in (over["pose.shift.anterior"].low, over["pose.shift.anterior"].high)
    ]
    assert ends == pytest.approx([5 * MM, 10 * MM])
    assert "regions.body.thermal_conductivity" in over
    assert "regions.body.water_fraction" in over
    assert "antenna.efficiency" in over
    assert "regions.body.perfusion" not in over  # dead
    alive = sheep.treatment(sheep.sheep(bench_sheep.mesh, alive=True), 20)
    assert "regions.body.perfusion" in sheep_suite.inputs(alive)


# -- cadaver -----------------------------------------------------------------------------------


def test_heat_of_an_electrode_is_the_squared_gradient_of_its_potential():
    length = 10 * MM
    r, z = np.array([1.0, 3.0, 6.0, 0.9]) * MM, np.array([0.0, 4.0, -9.0, 7.0]) * MM

    def potential(r, z):
        s = np.hypot(r, z - length / 2) + np.hypot(r, z + length / 2)
        return np.log((s + length) / (s - length))

    h = 1e-7
    slopes = [
        (potential(r + h, z) - potential(r - h, z)) / (2 * h),
        (potential(r, z + h) - potential(r, z - h)) / (2 * h),
    ]
    assert cadaver.electrode_density(r, z, length) == pytest.approx(
        slopes[0] ** 2 + slopes[1] ** 2, rel=1e-6
    )
    # Far away the electrode is a point: the current falls with r^2, its heat with r^4.
    far = cadaver.electrode_density(np.array([0.2, 0.4]), np.zeros(2), length)
    assert far[0] / far[1] == pytest.approx(16.0, rel=1e-3)


@pytest.mark.parametrize("device", cadaver.DEVICES, ids=lambda device: device.name)
def test_a_source_gives_one_watt(device):
    assert cadaver.source(device).total == pytest.approx(1.0, rel=1e-12)


def test_rises_of_a_ball_are_those_of_the_gaussian_solution(specimen):
    """Everything of muscle: the exact rise of a Gaussian source without perfusion."""
    device = cadaver.DEVICES[1]
    uniform = specimen
    for region in {r.name for r in specimen.regions.values()}:
        dead = load_tissue("muscle").changed(perfusion=0.0, metabolic_heat=0.0)
        uniform = uniform.with_tissue(region, dead)
    result = simulate(cadaver.treatment(uniform, device))
    values = {k: v.value for k, v in dead.values.items()}
    stored = values["density"] * values["specific_heat"]
    alpha = values["thermal_conductivity"] / stored
    # 95 % of a Gaussian ball's power lies within 2.795 standard deviations.
    s2 = (0.5 * device.length / 2.795) ** 2

    def rise(r):
        def rate(u):
            wide = s2 + 2 * alpha * u
            return math.exp(-r * r / (2 * wide)) / (2 * math.pi * wide) ** 1.5 / stored

        return quad(rate, 0.0, device.duration)[0]

    for place, tolerance in (("body", 0.04), ("epidural", 0.03)):
        at = result.traces[place].position
        exact = rise(float(np.linalg.norm(at - cadaver.CENTRE)))
        assert cadaver.rise(result, place) == pytest.approx(exact, rel=tolerance), place


def test_the_share_of_a_place_does_not_depend_on_the_power(specimen):
    plan = cadaver.treatment(specimen, cadaver.DEVICES[2])
    one, weak = simulate(plan), simulate(plan.changed({"pulses.0.power": 0.2}))
    assert cadaver.rise(one, "body") == pytest.approx(5 * cadaver.rise(weak, "body"), rel=5e-3)
    for place in cadaver_suite.PLACES:
        share = cadaver_suite._share_of(place)
        assert share(one) == pytest.approx(share(weak), rel=5e-3)


def test_the_temperature_in_the_body_is_the_input():
    assert cadaver_suite.expected(1.0, 50.6) == pytest.approx(50.6)
    assert cadaver_suite.expected(0.0, 50.6) == cadaver.START
    assert cadaver_suite.expected(0.5, 57.0, start=37.0) == pytest.approx(47.0)


def test_an_electrode_at_the_wall_warms_the_canal_more(specimen):
    plan = cadaver.treatment(specimen, cadaver.DEVICES[0])
    share = cadaver_suite._share_of("epidural")
    near = simulate(plan.changed({"pose.shift.anterior": -8 * MM}))
    assert share(near) > 2 * share(simulate(plan))


# -- pig ---------------------------------------------------------------------------------------


def test_the_same_tissue_has_the_same_zone(monkeypatch):
    """The scenarios of the two tissues are paired: of equal tissues every ratio is 1."""
    monkeypatch.setattr(porcine, "BONE", porcine.SOFT)
    monkeypatch.setattr(porcine, "DURATION", 30.0)
    found = porcine.pair(block(3e-3, coarsening=0.6), "slot-1.6mm", 2)
    assert found.bone == found.soft
    for text, ratios in found.ratios.items():
        assert ratios == pytest.approx(np.ones(2)), text
    given = read_references(porcine.__file__)[
        "size of the visible zone in bone over that in soft tissue"
    ]
    assert porcine._row(found, "temperature>=60", given, 2).verdict == "pass"


def test_inputs_of_both_tissues_vary_and_the_antenna_once():
    mesh = block(3e-3, coarsening=0.6)
    plans = {
        tissue: porcine.treatment(mesh, porcine.setting(tissue), "slot-1.6mm")
        for tissue in (porcine.BONE, porcine.SOFT)
    }
    over = porcine.ranges(plans)
    assert sum(key.startswith("antenna.") for key in over) == 1
    for tissue in plans:
        assert f"regions.{tissue}.water_fraction" in over
    assert not any("perfusion" in key for key in over)


def test_a_larger_zone_in_bone_is_a_miss_with_its_cause():
    sizes = dict.fromkeys(porcine.CRITERIA, 20.0)
    larger = porcine.Pair("slot-1.6mm", dict.fromkeys(sizes, 21.0), sizes,
                          dict.fromkeys(sizes, np.array([1.0, 1.1])))  # fmt: skip
    given = read_references(porcine.__file__)[
        "size of the visible zone in bone over that in soft tissue"
    ]
    row = porcine._row(larger, "temperature>=60", given, 2)
    assert row.verdict == "miss"
    assert row.cause
    assert row.covered  # the range reaches 1


def test_an_unknown_tissue_is_refused():
    with pytest.raises(InputError):
        porcine.setting("bone_of_a_unicorn")
