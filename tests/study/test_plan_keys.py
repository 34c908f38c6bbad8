"""Keys for studies: tissue values of a region, shifts of an antenna; in plans and plan files."""

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import InputError
from mwa_sim.study.keys import PlanHasher, key_quantity, unit_of, value_at
from tests.cli.block import PLAN, write_case


def tumour(plan):
    """Tissue of the tumour as a run has it."""
    case = plan.case.with_tissues(plan.tissues)
    return case.regions[case.label("tumour")].tissue


def test_a_value_of_a_region_wins_over_the_bounding_sets(plan):
    low, high = (tumour(plan.changed(tissues=s)) for s in ("larger-zone", "smaller-zone"))
    assert low.perfusion < high.perfusion
    for parameter_set in ("larger-zone", "nominal", "smaller-zone"):
        changes = {"regions.tumour.perfusion": "0.02 1/s", "tissues": parameter_set}
        changed = plan.changed(changes)
        assert tumour(changed).perfusion == 0.02
        # In whichever order, and all other values still move.
        other = plan.changed(tissues=parameter_set).changed({"regions.tumour.perfusion": 0.02})
        assert tumour(other) == tumour(changed)
        bounded = tumour(plan.changed(tissues=parameter_set))
        assert tumour(changed).density == bounded.density


def test_a_changed_value_is_in_the_description_and_in_the_result(plan):
    changed = plan.changed(
        {"regions.tumour.perfusion": 0, "regions.tumour.perfusion_model": None,
         "regions.bone.tissue": "muscle", "regions.bone.density": "1.1 g/cm3"}
    )  # fmt: skip
    regions = changed.described()["regions"]
    assert regions["tumour"] == {"tissue": "metastasis_lytic", "perfusion": 0.0}
    assert regions["bone"]["tissue"] == "muscle"
    assert regions["bone"]["density"] == pytest.approx(1100.0)
    assert plan.described()["regions"]["bone"] == {"tissue": "bone_cancellous"}
    assert mwa.simulate(changed).plan["regions"] == regions
    assert tumour(changed).perfusion_model is None


def test_perfusion_changes_the_run(plan):
    hot, cool = (
        mwa.simulate(plan.changed({"regions.tumour.perfusion": w})).traces["wall"].peak
        for w in ("0 1/s", "0.5 1/s")
    )
    assert hot > cool


def test_shifts_move_the_antenna_from_where_it_is(plan):
    pose = plan.pose
    for key, by in (
        ("anterior", [2e-3, 0, 0]), ("left", [0, 2e-3, 0]), ("cranial", [0, 0, 2e-3]),
        ("deeper", -2e-3 * pose.axis),
    ):  # fmt: skip
        moved = plan.changed({f"pose.shift.{key}": "2 mm"}).pose
        np.testing.assert_allclose(moved.tip - pose.tip, by, atol=1e-12)
        np.testing.assert_array_equal(moved.axis, pose.axis)
    several = {"pose.shift.left": 1e-3, "pose.shift.deeper": 1e-3, "pose.tip": "landmark:wall"}
    for changes in (several, dict(reversed(several.items()))):
        moved = plan.changed(changes).pose
        tip = plan.case.landmarks["wall"] - 1e-3 * pose.axis
        tip[1] += 1e-3
        np.testing.assert_allclose(moved.tip, tip, atol=1e-12)


def test_shifts_of_a_further_antenna(plan):
    two = plan.with_antenna("slot-1.6mm", plan.pose.moved(by=[0.01, 0, 0]))
    moved = two.changed({"antennas.1.pose.shift.left": "3 mm", "antennas.0.antenna.model": "line"})
    np.testing.assert_allclose(
        moved.antennas[1].pose.tip - two.antennas[1].pose.tip, [0, 3e-3, 0], atol=1e-12
    )
    assert moved.pose == two.pose


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regions.tumor.perfusion": 0}, "did you mean 'tumour'?"),
        ({"regions.tumour.perfusio": 0}, "did you mean 'perfusion'?"),
        ({"regions.tumour.perfusion": "5 W"}, "'W' is a power"),
        ({"regions.tumour.perfusion": -1}, "of at least 0 1/s"),
        ({"regions.tumour.tissue": "bonne"}, "'bonne'"),
        ({"regions.tumour": 0}, "write regions.NAME.PROPERTY"),
        ({"pose.shift.up": 0}, "known: deeper, anterior, left, cranial"),
        ({"pose.shift.left": "5 W"}, "'W' is a power"),
        ({"pose.deeper": 0}, "write pose.shift.deeper"),
        ({"pose.tipp": 0}, "did you mean 'tip'?"),
        ({"pose.tip": ["1 mm", "2 W", 0]}, "[1]: expected a length"),
        ({"antenna.efficiency": "5 W"}, "'W' is a power"),
    ],
)
def test_wrong_keys_and_values_are_named(plan, changes, words):
    with pytest.raises(InputError) as caught:
        plan.changed(changes)
    assert words in str(caught.value)
    assert next(iter(changes)).split(".")[0] in str(caught.value)


def test_all_wrong_keys_come_at_once(plan):
    with pytest.raises(InputError) as caught:
        plan.changed({"regions.x.perfusion": 0, "pose.shift.up": 0, "antennas.7.start": 0})
    assert len(caught.value.problems) == 3


def test_quantities_of_an_antenna_can_be_quoted(plan):
    changed = plan.changed({"antenna.efficiency": "50 %", "antenna.frequency": "915 MHz",
                            "antenna.cooling.coolant_temperature": "10 degC"})  # fmt: skip
    assert changed.antenna.efficiency == 0.5
    assert changed.antenna.frequency == 915e6
    assert changed.antenna.cooling.coolant_temperature == 10.0


def test_plan_files_have_the_same_keys(tmp_path):
    write_case(tmp_path)
    file = tmp_path / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    plain = mwa.load_plan(file)
    tables = '[regions.tumour]\nperfusion = "0.02 1/s"\n[pose.shift]\nleft = "2 mm"\n'
    file.write_text(PLAN + tables, encoding="utf-8")
    written = mwa.load_plan(file)
    file.write_text(PLAN, encoding="utf-8")
    keys = {"regions.tumour.perfusion": "0.02 1/s", "pose.shift.left": "2 mm"}
    hasher = PlanHasher()
    same = {hasher(plan) for plan in (written, mwa.load_plan(file, keys), plain.changed(keys))}
    assert len(same) == 1
    assert hasher(plain) not in same
    file.write_text(
        PLAN + '[regions.tumour]\nperfusion = 0.02\n[regions.tumor]\ndensity = "5"\n'
        '[pose.shift]\nup = "1 mm"\n', encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        mwa.load_plan(file)
    text = "\n".join(caught.value.problems)
    for part in (
        'regions.tumour.perfusion: expected a rate like "0.001 1/s", got the bare number 0.02',
        "regions.tumor: 'tumor' is not a region of case 'block'; did you mean 'tumour'?",
        "regions.tumor.density: expected a density",
        "pose.shift.up: unknown key; known: deeper, anterior, left, cranial",
    ):
        assert text.count(part) == 1


@pytest.mark.parametrize(
    ("key", "unit", "value"),
    [
        ("pulses.0.power", "W", 40.0),
        ("protocol.pulses[0].on", "s", 6.0),
        ("antennas.0.pulses.0.power", "W", 40.0),
        ("rules.0.above", "degC", 60.0),
        ("solver.max_step", "s", 2.0),
        ("antenna.frequency", "Hz", 2.45e9),
        ("antenna.transmission", "", None),
        ("regions.tumour.density", "kg/m3", None),
        ("regions.tumour.tissue", "", "metastasis_lytic"),
        ("pose.shift.left", "m", 0.0),
        ("pose.tip", "", None),
        ("tissues", "", "nominal"),
        ("seed", "", 0),
        ("antenna", "", "slot-1.6mm"),
        ("no.such.key", "", None),
    ],
)
def test_units_and_present_values_of_keys(plan, key, unit, value):
    assert unit_of(key_quantity(plan, key)) == unit
    if value is not None:
        assert value_at(plan, key) == value


def test_everything_that_a_run_depends_on_is_in_the_hash(plan):
    hasher = PlanHasher()
    changes = [
        {}, {"seed": 1}, {"tissues": "larger-zone"}, {"drying": "attenuate"}, {"rewetting": False},
        {"pulses.0.power": 39}, {"pulses.0.cycles": 2}, {"cooldown.duration": 2},
        {"thermocouples.0.at": [0, 0, 0]}, {"rules.0.above": 61}, {"solver.save_every": 6},
        {"antenna.efficiency": 0.5}, {"antenna.cooling": None}, {"antenna.frequency": 2.4e9},
        {"pose.shift.left": 1e-6}, {"antenna_start": 1}, {"regions.bone.density": 1000},
        {"regions.bone.tissue": "muscle"}, {"regions.tumour.perfusion_model": None},
        {"case": plan.case.changed(initial_temperature=36.0)},
    ]  # fmt: skip
    hashes = [hasher(plan.changed(each)) for each in changes]
    assert len(set(hashes)) == len(changes)
    assert hashes == [PlanHasher()(plan.changed(each)) for each in changes]
    # A nominal value given again is the same number, but the bounding sets now keep it.
    nominal = value_at(plan, "regions.bone.density")
    assert hasher(plan.changed({"regions.bone.density": nominal})) != hashes[0]
