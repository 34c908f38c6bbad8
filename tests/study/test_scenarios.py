"""Samples of ranges: laws, seeds, evenness; and sweeps written as text."""

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import DataError, InputError
from mwa_sim.study.between import Range
from mwa_sim.study.scenarios import expand
from mwa_sim.study.written import read_over, read_scenarios, read_sweep_file, split_over

POWER = "pulses.0.power"
U = (np.arange(20000) + 0.5) / 20000


@pytest.mark.parametrize(
    ("given", "mean", "median"),
    [
        (mwa.between(2.0, 4.0), 3.0, 3.0),
        (mwa.between(1.0, np.e, "log-uniform"), np.e - 1.0, np.sqrt(np.e)),
        (mwa.between(0.0, 3.0, "triangular", mode=0.0), 1.0, 3.0 * (1.0 - np.sqrt(0.5))),
        (mwa.between(0.0, 2.0, "triangular"), 1.0, 1.0),
        (mwa.between(-4.0, 4.0, "normal"), 0.0, 0.0),
    ],
)
def test_laws_have_their_moments_and_stay_between(given, mean, median):
    values = given.at(U)
    assert values.mean() == pytest.approx(mean, abs=1e-3)
    assert float(given.at(np.array([0.5]))[0]) == pytest.approx(median, abs=1e-9)
    assert given.low <= values.min() <= values.max() <= given.high
    assert (np.diff(values) > 0.0).all()


def test_the_normal_law_has_a_quarter_of_the_range_as_its_deviation():
    from scipy.stats import truncnorm

    values = mwa.between(-4.0, 4.0, "normal").at(U)
    np.testing.assert_allclose(values, truncnorm.ppf(U, -2, 2, scale=2.0), atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((1, 2, "gaussian"), {}, "unknown law 'gaussian'"),
        ((1, 2), {"mode": 1.5}, "mode belongs to the law 'triangular'"),
        ((1.0, float("inf")), {}, "inf is not a finite number"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(arguments, options, words):
    with pytest.raises(InputError, match=words):
        mwa.between(*arguments, **options)


def test_ends_are_checked_with_their_units():
    reader = float
    with pytest.raises(InputError, match=r"log-uniform.*above 0"):
        mwa.between(0, 1, "log-uniform").read(reader)
    with pytest.raises(InputError, match="lies outside it"):
        mwa.between(0, 1, "triangular", mode=2).read(reader)
    assert mwa.between("1", "2").read(reader) == Range(1.0, 2.0)


@pytest.mark.parametrize("sample", ["sobol", "latin-hypercube"])
def test_samples_are_even_in_every_direction_and_depend_on_the_seed_alone(plan, sample):
    over = {
        POWER: mwa.between("20 W", "40 W"),
        "regions.tumour.perfusion": mwa.between("0.001 1/s", "0.01 1/s", "log-uniform"),
        "tissues": ["nominal", "larger-zone"],
    }
    made = expand(plan, over, sample, 32, 5)
    power = np.array([each[POWER] for each in made.changes])
    # One value in each 32nd of the range.
    assert sorted(((power - 20.0) / 20.0 * 32).astype(int)) == list(range(32))
    assert [each["tissues"] for each in made.changes].count("nominal") == 16
    assert made.notes == ()
    assert made.changes == expand(plan, over, sample, 32, 5).changes
    assert made.changes != expand(plan, over, sample, 32, 6).changes


def test_sobol_points_come_with_advice(plan):
    over = {POWER: mwa.between(20, 40)}
    (note,) = expand(plan, over, "sobol", 100).notes
    assert "64 or 128 scenarios" in note
    assert expand(plan, over, "latin-hypercube", 100).notes == ()


def test_a_finer_sobol_sample_keeps_the_points_of_the_coarser(plan):
    over = {POWER: mwa.between(20, 40), "pulses.0.on": mwa.between("1 s", "2 s")}
    few, many = (expand(plan, over, "sobol", n, 1).changes for n in (8, 16))
    assert many[:8] == few


def test_counts_cannot_be_sampled_between_numbers(plan):
    over = {"pulses.0.cycles": mwa.between(1, 5)}
    with pytest.raises(InputError, match="expected a whole number"):
        mwa.sweep(plan, over, measure=["on_time_s"], sample="sobol", n=2)


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (POWER, "20 W, 0.03 kW", [20.0, 30.0]),
        ("tissues", "nominal, larger-zone", ["nominal", "larger-zone"]),
        ("pulses.0.cycles", "1,2,3", [1, 2, 3]),
        ("pose.tip", '["0 mm", "1 mm", "2 mm"], landmark:wall',
         [["0 mm", "1 mm", "2 mm"], "landmark:wall"]),
        ("antenna.efficiency", "50 %, 0.6", [0.5, 0.6]),
        ("rewetting", "true,false", [True, False]),
        (POWER, "20 W..40 W", Range(20.0, 40.0)),
        ("regions.bone.perfusion", "0.001 1/s .. 0.01 1/s log-uniform",
         Range(0.001, 0.01, "log-uniform")),
        ("pose.shift.deeper", "-2 mm..2 mm normal", Range(-0.002, 0.002, "normal")),
        (POWER, ["20 W", "30 W"], [20.0, 30.0]),
    ],
)  # fmt: skip
def test_values_as_text(plan, key, text, expected):
    problems = []
    assert read_over(plan, {key: text}, problems) == {key: expected}
    assert problems == []


def test_keys_that_go_together_as_text(plan):
    problems = []
    given = {"pulses.0.on & pulses.0.off": "60 s & 20 s, 1 min & 0 s"}
    assert read_over(plan, given, problems) == {
        ("pulses.0.on", "pulses.0.off"): [(60.0, 20.0), (60.0, 0.0)]
    }
    read_over(plan, {"pulses.0.on & pulses.0.off": "60 s, 1 & 2"}, problems)
    assert "expected 2 values joined by '&', got '60 s'" in problems[0]


def test_numbers_without_unit_are_mistakes_in_text(plan):
    problems = []
    assert read_over(plan, {POWER: "20, 30 s", "pulses.0.on": "1..2"}, problems) == {}
    text = "\n".join(problems)
    assert 'got the bare number 20; write "20 W"' in text
    assert "'s' is a time" in text
    assert text.count('like "60 s"') == 2
    problems.clear()
    read_scenarios(plan, [{POWER: 20}, {POWER: "20 W"}], problems)
    assert problems == [
        'scenarios[0].pulses.0.power: expected a power like "40 W", got the bare number 20; write '
        '"20 W"'
    ]
    with pytest.raises(InputError, match="write KEY=VALUES"):
        split_over("pulses.0.power")


def test_sweep_files(plan, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text('schema = "mwa-sim/sweep/1"\nmeasur = ["x"]\nn = "five"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_sweep_file(file)
    assert "did you mean 'measure'?" in str(caught.value)
    assert "n: expected a whole number" in str(caught.value)
    file.write_text('schema = "mwa-sim/plan/1"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"mwa-sim/sweep/1"):
        read_sweep_file(file)
    with pytest.raises(DataError, match="does not exist"):
        read_sweep_file(tmp_path / "none.toml")
