"""What the rows of the dose limits mean, against numbers worked out by hand."""

import math

import pytest

from benchmarks.validation.nerve_dose import heating
from benchmarks.validation.nerve_dose.suite import BENCHMARK, LIMIT, THERMODE
from mwa_sim.bench.benchmark import Effort
from mwa_sim.bench.rows import Between
from mwa_sim.case import load_case


@pytest.fixture(scope="module")
def found():
    return BENCHMARK.run(Effort(quick=True, say=lambda _: None))


@pytest.fixture(scope="module")
def rows(found):
    return {row.quantity: row for row in found.rows}


def test_times_follow_the_line_through_the_two_calibrated_points():
    # ln(time) straight over 1/T through 58 min at 43 degC and 12 min at 45 degC.
    x = [1.0 / (273.15 + t) for t in (43.0, 44.0, 45.0)]
    share = (x[1] - x[0]) / (x[2] - x[0])
    between = math.exp((1.0 - share) * math.log(58.0) + share * math.log(12.0))
    assert heating.time_to_injury(43.0) == pytest.approx(58.0, rel=0.01)
    assert heating.time_to_injury(45.0) == pytest.approx(12.0, rel=0.01)
    assert heating.time_to_injury(44.0) == pytest.approx(between, rel=0.01)


def test_doses_halve_or_quarter_with_each_degree():
    assert heating.dose_of(44.0, 32.0) == pytest.approx(64.0)
    assert heating.dose_of(42.0, 10.0) == pytest.approx(2.5)
    assert heating.time_to_dose(10.0)(42.0) == pytest.approx(40.0)
    assert heating.spread_of([(43.0, 58.0), (44.0, 32.0), (45.0, 12.0)]) == pytest.approx(64 / 48)


def test_the_liver_set_calls_the_cutoff_lethal_and_the_nerve_set_does_not():
    assert heating.damage_of(42.0, 10.0, "liver") == pytest.approx(0.86, abs=0.01)
    assert heating.damage_of(42.0, 10.0, "nerve_fit") < 0.1


def test_a_band_over_the_temperature_has_the_ends_of_the_exact_law():
    band = heating.band_over(
        lambda h: heating.dose_of(*h[0]), [(44.0, 10.0)], off=0.5, timing=0.0, n=256
    )
    assert band.low == pytest.approx(20.0 * 2.0**-0.45, rel=0.02)
    assert band.high == pytest.approx(20.0 * 2.0**0.45, rel=0.02)
    assert band.median == pytest.approx(20.0, rel=0.02)
    assert (band.n, band.failed) == (256, 0)


def test_a_normal_error_is_wider_than_its_standard_deviation():
    band = heating.band_over(
        lambda h: h[0][0], [(42.9, 41.0)], off=0.4, timing=2.0, n=256, normal=True
    )
    assert band.high - 42.9 == pytest.approx(1.645 * 0.4, rel=0.05)
    assert set(band.inputs) == {"temperature", "time"}


def test_what_agrees_by_construction_is_shown_and_not_counted(found, rows):
    times = {name: row for name, row in rows.items() if name.startswith("time to half")}
    assert [row.verdict for row in times.values()] == ["miss"]
    assert not any("43 degC" in name or "45 degC" in name for name in times)
    assert not any("bone" in name for name in rows)
    shown = [row[:2] for row in found.tables[0].rows]
    assert [value for _, value in shown] == ["58.2", "12.0", "16", "128", "1024"]
    assert all(row.band is not None for row in rows.values())
    assert all(row.cause for row in rows.values() if row.verdict == "miss")


def test_tolerances_of_the_times_are_those_of_the_thermometer(rows):
    row = rows["time to half of the nerves injured, 44 degC"]
    assert isinstance(row.reference, float)
    # Ea / (R T^2) of the set is 0.789 a kelvin.
    assert row.tolerance == pytest.approx(32.0 * 0.789 * THERMODE, rel=0.05)


def test_a_limit_above_an_injuring_dose_would_be_a_miss(rows):
    limited = [row for row in rows.values() if isinstance(row.reference, Between)]
    assert {row.reference.low for row in limited} == {LIMIT}
    assert all(row.passed for row in limited)
    least = min(row.value for row in limited)
    assert least == pytest.approx(41.0 * 0.25**0.1)


def test_the_limits_are_those_of_the_bundled_cases():
    organs = load_case("l2-metastasis").organs_at_risk
    assert {organ.max_cem43 for organ in organs} == {LIMIT}
