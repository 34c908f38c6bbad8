"""What the ex vivo benchmarks measure, against fields and numbers worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.validation.ex_vivo_liver import suite, zones
from benchmarks.validation.ex_vivo_liver.pictures import growth
from benchmarks.validation.ex_vivo_liver_80w import suite as hot
from benchmarks.validation.homogeneous import block
from benchmarks.validation.report import read_references
from benchmarks.validation.udder_915 import suite as udder
from mwa_sim.bench.rows import Band, Row
from mwa_sim.references import reference

MODULES = [suite, hot, udder]


@pytest.fixture(scope="module")
def mesh():
    return block(3e-3)


@pytest.fixture(scope="module")
def spheroid(mesh):
    """Frames at 0, 6 and 12 min of a spheroid at z = 11 mm whose 55 degC surface grows."""
    x, y, z = (mesh.nodes - [0.0, 0.0, 11e-3]).T
    distance = np.sqrt(x**2 + y**2 + (z / 1.5) ** 2)
    frames = [np.full(len(distance), 20.0)]
    frames += [55.0 + 5.0 * (r - distance) / 1e-3 for r in (10e-3, 15e-3)]
    # The tissue cools at the end: what was coagulated stays so.
    frames.append(np.full(len(distance), 30.0))
    return SimpleNamespace(mesh=mesh, frames_t=np.array([0.0, 360.0, 720.0, 780.0]), frames=frames)


@pytest.mark.parametrize(
    ("minutes", "edge", "radius"), [(6, 55.0, 10.0), (12, 55.0, 15.0), (6, 60.0, 9.0)]
)
def test_axes_of_a_known_spheroid(spheroid, minutes, edge, radius):
    measures, _ = zones.axes_measures((minutes,))
    short = measures[f"short {minutes} {edge:g}"](spheroid)
    long = measures[f"long {minutes} {edge:g}"](spheroid)
    # Facets of a mesh of 3 mm lie inside a curved surface.
    assert short == pytest.approx(2.0 * radius, abs=0.5)
    assert long == pytest.approx(3.0 * radius, abs=0.8)


def test_what_was_hot_once_stays_in_the_zone(spheroid):
    assert zones.zone_after(spheroid, 13.0).volume_ml == pytest.approx(
        zones.zone_after(spheroid, 12.0).volume_ml
    )
    assert hot.Volume(55.0)(spheroid) == pytest.approx(4.0 / 3.0 * np.pi * 1.5 * 1.5**3, rel=0.03)


def test_nothing_hot_is_a_zone_of_no_size(spheroid):
    measures, edges = zones.axes_measures((0,))
    assert all(measure(spheroid) == 0.0 for measure in measures.values())
    assert [len(each) for each in edges.values()] == [len(zones.EDGES)] * 2


def test_the_time_to_coagulate_is_the_first_and_never_is_infinite():
    trace = SimpleNamespace(t=np.arange(5.0), tissue=np.array([20.0, 40.0, 55.0, 50.0, 60.0]))
    assert hot.time_to_coagulate(SimpleNamespace(traces={"at_10": trace})) == 2.0
    trace.tissue = trace.tissue - 20.0
    assert hot.time_to_coagulate(SimpleNamespace(traces={"at_10": trace})) == np.inf


def test_a_band_covers_what_is_not_known_and_pools_the_edges(mesh):
    plan = zones.plan_of(mesh, 40.0, 60.0)
    line = plan.changed({"antenna": plan.antenna.changed(model="line")})
    over = zones.unknowns(line)
    assert [case.initial_temperature for case in over["case"]] == list(zones.STARTS)
    assert [antenna.name for antenna in over["antenna"]] == list(zones.ANTENNAS)
    assert "regions.liver_ex_vivo.perfusion" not in over
    assert not any(str(key).startswith("pose") for key in over)
    measures, edges = zones.axes_measures((1,))
    bands = zones.sampled(line, over, measures, n=2, edges=edges)
    assert set(bands) == {"short axis 1 min", "long axis 1 min"}
    band = bands["short axis 1 min"]
    assert (band.n, band.failed) == (2 * len(zones.EDGES), 0)
    assert 0.0 < band.low < band.high
    assert {"temperature at the start", "antenna", "antenna.efficiency"} < set(band.inputs)
    assert "temperature at the edge of the zone" in band.inputs


def test_causes_name_the_side_of_a_miss():
    colder = suite.cause_of("wave-coupled", 20.0, 40.0, 0.3, -1.5)
    assert "-1.5 dB" in colder
    assert "30 %" in colder
    assert "dB" not in suite.cause_of("wave-static", 20.0, 40.0, 0.7, -16.0)
    assert "more power" in suite.cause_of("wave-static", 50.0, 40.0, 0.7, -16.0)


def test_the_energy_of_the_measured_zone_is_that_of_its_ellipsoid():
    # 42 x 42 x 50 mm are 46.2 ml; 35 K and 3.82 J/ml/K.
    assert np.pi / 6e3 * 42**2 * 50 == pytest.approx(46.2, abs=0.05)
    assert pytest.approx(6.2, abs=0.05) == suite._HEAT * 46.2 * 35.0 / 1e3


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.BENCHMARK.name)
def test_references_have_units_errors_and_sources(module):
    for name, measured in read_references(module.__file__).items():
        assert measured.unit in {"mm", "ml", "degC", "s"}, name
        assert measured.value > measured.error > 0.0, name
        assert reference(measured.source).text


def test_the_series_is_complete_and_its_axes_are_in_order():
    measured = read_references(suite.__file__)
    assert len(measured) == 2 * 3 * 6
    for power in suite.POWERS:
        for time in (6, 8, 10, 12, 14, 16):
            short, long = (measured[f"{a} axis {power} W {time} min"] for a in ("short", "long"))
            assert short.value < long.value


def test_the_duration_that_fits_the_udder_is_found_between_its_times():
    short = np.linspace(2.0, 20.0, len(udder.TIMES))
    assert udder.duration_for(short, 5.0) == pytest.approx(2.5)
    assert udder.duration_for(short, 1.0) == pytest.approx(0.5)
    assert np.isnan(udder.duration_for(short, 21.0))
    curves = {
        power: {"short": short * power / 45, "volume": (short * power / 45) ** 3}
        for power in udder.POWERS
    }
    found = udder.predicted(curves, 18.0)
    assert found["short axis 45 W"] == pytest.approx(18.0)
    assert found["short axis 25 W"] == pytest.approx(10.0)
    assert found["volume 25 W"] == pytest.approx(1000.0)


def test_the_picture_says_what_is_measured_and_what_is_computed():
    band = Band(15.0, 25.0, 20.0, 4)
    rows = [
        Row(f"short axis, 40 W, {t} min, {title}", 20.0, 30.0, 4.0, "mm", 2.0, band=band)
        for t in (6, 10)
        for title in zones.TIERS.values()
    ]
    figure = growth(rows, read_references(suite.__file__), suite.POWERS)
    for text in ("measured, 1 SD", *zones.TIERS.values(), "short axis [mm]", "time [min]"):
        assert text in figure.svg
