import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna, Cooling
from mwa_sim.antenna.choice import AntennaSpec, antenna_from_plan
from mwa_sim.antenna.library import parse_entry
from mwa_sim.antenna.line import LineSource
from mwa_sim.errors import DataError, InputError

MAP = "r_mm,z_mm,q_W_per_m3\n0,0,1e5\n0,10,1e5\n10,0,1e5\n10,10,1e5\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "flat.csv").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_default_antenna():
    antenna = Antenna.from_library("slot-1.6mm")
    assert antenna.outer_diameter == pytest.approx(1.6e-3)
    assert antenna.frequency == pytest.approx(2.45e9)
    assert antenna.transmission == pytest.approx(0.72)
    assert antenna.matched == pytest.approx(0.975, abs=0.01)
    assert antenna.efficiency == pytest.approx(antenna.transmission * antenna.matched)
    assert (
        antenna.values["cable.transmission"].low,
        antenna.values["cable.transmission"].high,
    ) == (
        0.60,
        0.84,
    )
    assert antenna.values["efficiency"].low < antenna.efficiency < antenna.values["efficiency"].high
    assert antenna.cooling.heat_transfer_coefficient == 1000.0
    assert antenna.cooling.coolant_temperature == 25.0


def test_changed_returns_copies_and_checks():
    antenna = Antenna.from_library("slot-1.6mm")
    assert antenna.changed(efficiency=0.6).efficiency == 0.6
    assert antenna.efficiency == pytest.approx(0.70, abs=0.01)
    cooler = antenna.changed({"cooling.coolant_temperature": 15.0})
    assert cooler.cooling.coolant_temperature == 15.0
    assert antenna.changed(cooling=None).cooling is None
    assert antenna.changed({"sar.end": 0.011}).sar.end == 0.011
    with pytest.raises(InputError, match="did you mean 'efficiency'"):
        antenna.changed(eficiency=0.6)
    with pytest.raises(InputError, match="at most 1"):
        antenna.changed(efficiency=1.2)
    with pytest.raises(InputError, match="has no 'cooling"):
        antenna.changed(cooling=None).changed({"cooling.shaft_start": 0.01})
    with pytest.raises(InputError, match="did you mean 'coolant_temperature'"):
        antenna.changed({"cooling.coolant_temprature": 15.0})


def test_unphysical_numbers_are_refused():
    with pytest.raises(InputError) as error:
        Antenna("x", LineSource(1e-3, 2e-3, 1e-3), frequency=0.0, efficiency=np.nan)
    assert len(error.value.problems) == 2
    with pytest.raises(InputError) as error:
        Cooling(-1.0, 250.0, np.nan, 0.1)
    assert len(error.value.problems) == 3


def test_unknown_names_say_what_is_meant():
    with pytest.raises(InputError, match=r"did you mean 'slot-1\.6mm'"):
        Antenna.from_library("slot-1.6")
    with pytest.raises(InputError, match=r"map = \"mine\.csv\""):
        Antenna.from_library("mine.csv")


def test_map_antenna_has_no_cooling_and_full_efficiency(folder):
    antenna = antenna_from_plan({"map": "flat.csv"}, folder, source="file")
    assert antenna.cooling is None
    assert antenna.efficiency == 1.0
    assert antenna.outer_diameter == pytest.approx(1.6e-3)
    assert not antenna.sar.weighted_by_conductivity
    assert antenna.name == "flat.csv"


def test_map_antenna_with_everything_stated(folder):
    table = {
        "map": str(folder / "flat.csv"),
        "outer_diameter": "2 mm",
        "efficiency": "80 %",
        "frequency": "915 MHz",
        "cooling": {"shaft_start": "12 mm", "coolant_temperature": "20 degC"},
    }
    antenna = antenna_from_plan(table, "elsewhere", source="file")
    assert antenna.outer_diameter == pytest.approx(2e-3)
    assert antenna.efficiency == pytest.approx(0.8)
    assert antenna.frequency == pytest.approx(915e6)
    assert antenna.cooling == Cooling(1000.0, 20.0, 12e-3, 0.2)


def test_library_antenna_with_changes(folder):
    antenna = antenna_from_plan({"library": "slot-1.6mm", "efficiency": 0.6, "cooling": "off"})
    assert antenna.efficiency == 0.6
    assert antenna.cooling is None
    warmer = antenna_from_plan(
        {"library": "slot-1.6mm", "cooling": {"coolant_temperature": "30 degC"}}, source="file"
    )
    default = Antenna.from_library("slot-1.6mm").cooling
    assert warmer.cooling.coolant_temperature == 30.0
    assert warmer.cooling.shaft_start == default.shaft_start


def test_other_forms_pass_through(folder):
    antenna = Antenna.from_library("slot-1.6mm")
    assert antenna_from_plan(antenna) is antenna
    assert antenna_from_plan("slot-1.6mm").name == "slot-1.6mm"
    assert antenna_from_plan(AntennaSpec(library="slot-1.6mm")).name == "slot-1.6mm"
    with pytest.raises(InputError, match="expected a name of the library"):
        antenna_from_plan(3)


def test_plan_mistakes(folder):
    for table, message in [
        ({}, "expected one of map"),
        ({"map": "a.csv", "library": "slot-1.6mm"}, "expected one of map"),
        ({"map": "a.csv", "cooling": {}}, "shaft_start"),
        ({"map": "a.csv", "outer_diameter": 2.0}, "outer_diameter"),
        ({"mapp": "a.csv"}, "did you mean 'map'"),
        ({"map": "a.csv", "cooling": "on"}, "cooling"),
        ({"library": "slot-1.6mm", "outer_diameter": "2 mm"}, "has its own"),
    ]:
        with pytest.raises(InputError, match=message):
            antenna_from_plan(table, folder, source="file")
    with pytest.raises(DataError, match="no such file"):
        antenna_from_plan({"map": "none.csv"}, folder)


def test_broken_library_files_are_described():
    with pytest.raises(DataError, match="not a TOML file"):
        parse_entry("x", "a = ")
    with pytest.raises(DataError, match="schema must be"):
        parse_entry("x", 'schema = "mwa-sim/antenna/9"')
    text = """schema = "mwa-sim/antenna/1"
        [frequency]
        value = "2.45 mm"
        source = "x"
        standing = "source"
        [cable.transmision]
        value = 0.7
        [outer_diameter]
        value = "2 mm"
        range = ["3 mm", "4 mm"]
        """
    with pytest.raises(DataError) as error:
        parse_entry("x", text)
    text = "\n".join(error.value.problems)
    for part in (
        "frequency.value: expected a frequency",
        "did you mean 'cable.transmission'",
        "outer_diameter.value: must lie in its range",
        "outer_diameter.source: is missing",
        "cable.transmission: is missing",
        "part: is missing; list the conductors",
    ):
        assert part in text


OWN = """
schema = "mwa-sim/antenna/1"
frequency = "2.45 GHz"
outer_diameter = "2.2 mm"
cable.transmission = "80 %"
[port]
inner_conductor = "inner"
outer_conductor = "outer"
[[part]]
name = "inner"
material = "conductor"
shape = "cylinder"
r = ["0 mm", "0.255 mm"]
z = ["0 mm", "hub"]
[[part]]
name = "filling"
material = 2.05
shape = "cylinder"
r = ["0.255 mm", "0.84 mm"]
z = ["0 mm", "hub"]
[[part]]
name = "outer"
material = "conductor"
shape = "cylinder"
r = ["0.84 mm", "1.1 mm"]
z = ["13 mm", "hub"]
"""


@pytest.fixture
def own(folder):
    (folder / "mine.toml").write_text(OWN, encoding="utf-8")
    return folder


def test_antenna_from_a_file(own):
    antenna = Antenna.from_file(own / "mine.toml")
    assert antenna.name == "mine"
    assert antenna.outer_diameter == pytest.approx(2.2e-3)
    assert antenna.efficiency == antenna.transmission == pytest.approx(0.8)
    assert antenna.matched == 1.0
    assert antenna.sar is None
    assert antenna.models == ("wave-static", "wave-coupled")
    assert antenna.model == "wave-coupled"
    assert antenna.sources == ["antenna file mine.toml"]
    with pytest.raises(DataError, match="no such file"):
        Antenna.from_file(own / "yours.toml")
    (own / "bad.toml").write_text(OWN.replace("13 mm", "-1 mm"), encoding="utf-8")
    with pytest.raises(DataError, match="the tip of the antenna must be at z = 0"):
        Antenna.from_file(own / "bad.toml")


def test_plan_names_a_file_relative_to_itself(own):
    table = {"file": "mine.toml", "model": "wave-static", "efficiency": "60 %"}
    antenna = antenna_from_plan(table, own, source="file")
    assert antenna.model == "wave-static"
    assert antenna.transmission == pytest.approx(0.6)
    with pytest.raises(DataError, match="no such file"):
        antenna_from_plan(table, own / "elsewhere", source="file")
    assert antenna_from_plan({"file": str(own / "mine.toml")}).name == "mine"


def test_models_can_be_chosen_where_the_antenna_can_do_them(own):
    slot = Antenna.from_library("slot-1.6mm")
    assert slot.models == ("line", "wave-static", "wave-coupled")
    line = slot.changed(model="line")
    assert (line.model, slot.model) == ("line", "wave-coupled")
    assert line.section is slot.section
    assert line.changed(model="wave-static").changed(efficiency=0.5).model == "wave-static"
    imported = Antenna.from_map(own / "flat.csv")
    assert (imported.model, imported.models) == ("map", ("map",))
    assert Antenna("bare", LineSource(1e-3, 2e-3, 1e-3)).model == "line"
    with pytest.raises(InputError, match=r"'wave-static': its conductors and dielectrics are not"):
        imported.changed(model="wave-static")
    with pytest.raises(InputError, match=r"'line': its file has no radiator\.start"):
        Antenna.from_file(own / "mine.toml").changed(model="line")
    with pytest.raises(InputError, match=r"'map': it has no map; .* it can do line"):
        slot.changed(model="map")
    with pytest.raises(InputError, match="did you mean 'wave-coupled'"):
        slot.changed(model="wave-copled")
    with pytest.raises(InputError, match="no section, no closed form and no map"):
        Antenna("nothing", None)
    plan = antenna_from_plan({"library": "slot-1.6mm", "model": "line"})
    assert plan.model == "line"


def test_transmission_is_what_the_cable_lets_pass():
    slot = Antenna.from_library("slot-1.6mm")
    assert slot.changed(efficiency=0.5).transmission == pytest.approx(0.5 / slot.matched)
    assert slot.changed(efficiency=1.0).transmission == 1.0
    for given in (slot.changed(transmission=0.6), slot.changed({"transmission": 0.6})):
        assert given.efficiency == pytest.approx(0.6 * slot.matched)
        assert given.transmission == pytest.approx(0.6)
    both = slot.changed(transmission=0.6, matched=0.8)
    assert (both.efficiency, both.transmission) == pytest.approx((0.48, 0.6))
    with pytest.raises(InputError, match="give one of them"):
        slot.changed(transmission=0.6, efficiency=0.5)
    with pytest.raises(InputError, match="transmission must be above 0 and at most 1, got 60"):
        slot.changed(transmission=60)
    with pytest.raises(InputError, match=r"did you mean 'transmission'"):
        slot.changed({"cable.transmission": 0.6})
    with pytest.raises(InputError, match=r"did you mean 'transmission'"):
        slot.changed(transmision=0.6)
    with pytest.raises(InputError, match="matched must be above 0 and at most 1"):
        slot.changed(matched=1.2)


def test_plan_gives_the_transmission(own):
    slot = {"library": "slot-1.6mm", "transmission": "60 %"}
    antenna = antenna_from_plan(slot, source="file")
    assert antenna.transmission == pytest.approx(0.6)
    assert antenna.efficiency == pytest.approx(0.6 * antenna.matched)
    table = {"map": "flat.csv", "transmission": 0.5}
    assert antenna_from_plan(table, own, source="file").efficiency == 0.5
    for table, message in [
        ({**slot, "efficiency": "50 %"}, "give one of them"),
        ({**slot, "transmission": "160 %"}, "transmission: expected a fraction"),
        ({"library": "slot-1.6mm", "cable": {"transmission": "60 %"}}, "mean 'transmission'"),
    ]:
        with pytest.raises(InputError, match=message):
            antenna_from_plan(table, source="file")


def test_more_plan_mistakes(own):
    for table, message in [
        ({"file": "mine.toml", "library": "slot-1.6mm"}, "expected one of map"),
        ({"file": "mine.toml", "outer_diameter": "2 mm"}, "an antenna from a file has its own"),
        ({"file": "mine.toml", "model": "wave-statik"}, "did you mean 'wave-static'"),
        ({"map": "flat.csv", "model": "line"}, "its file has no radiator"),
    ]:
        with pytest.raises(InputError, match=message):
            antenna_from_plan(table, own, source="file")
    with pytest.raises(InputError, match=r"write antenna = \{ file = \"mine.toml\" \}"):
        antenna_from_plan("mine.toml", own)
