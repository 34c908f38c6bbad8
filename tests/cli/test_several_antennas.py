"""Plan files with several antennas on the command line: read, checked, refused, run."""

import json

import pytest

from tests.cli.block import errors, mwa

TWO = """\
schema = "mwa-sim/plan/1"
case = "block"
[[antennas]]
name = "left"
antenna = { library = "slot-1.6mm", model = "line" }
pose = { entry = ["-6 mm", "0 mm", "18 mm"], tip = ["-6 mm", "0 mm", "-4 mm"] }
[[antennas.pulses]]
power = "20 W"
on = "6 s"
[[antennas]]
name = "right"
antenna = { library = "slot-1.6mm", model = "line" }
pose = { entry = ["6 mm", "0 mm", "18 mm"], tip = ["6 mm", "0 mm", "-4 mm"], deeper = "1 mm" }
start = "4 s"
[[antennas.pulses]]
power = "10 W"
on = "3 s"
off = "1 s"
cycles = 2
[[thermocouples]]
name = "wall"
at = "landmark:wall"
[[rules]]
thermocouple = "wall"
above = "90 degC"
[cooldown]
duration = "2 s"
"""


@pytest.fixture
def two(plan):
    return lambda *replaced: plan(*replaced, text=TWO)


def test_run_tells_the_antennas_apart(two, here):
    outcome = mwa("run", two(), "--json", "-o", here / "two.vtkhdf")
    assert outcome.exit_code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert [antenna["name"] for antenna in data["antennas"]] == ["left", "right"]
    assert [a["generator_J"] for a in data["antennas"]] == pytest.approx([120.0, 60.0])
    assert data["antennas"][1]["tip_mm"] == pytest.approx([6.0, 0.0, -5.0])
    causes = [event["cause"] for event in data["events"]]
    assert "left, pulse 1: 20 W" in causes
    assert "right, pulse 1, cycle 2 of 2: 10 W" in causes
    assert data["events"][-1]["t_s"] == pytest.approx(14.0)
    shown = mwa("show", here / "two.vtkhdf")
    assert "Antenna  left: slot-1.6mm" in shown.stdout
    assert "right: slot-1.6mm" in shown.stdout
    assert "10 to 30 W in total" in shown.stdout


def test_check_shows_each_antenna_and_the_nearest(two, here):
    text = mwa("check", two()).stdout
    assert "Antenna  left: slot-1.6mm" in text
    assert "Antenna  right: slot-1.6mm" in text
    assert "from 4 s on, 10 W, 2 x (3 s on, 1 s off)" in text
    assert "10 s with power in 14 s" in text
    assert "3.0 mm from left, the nearest antenna" in text
    data = json.loads(mwa("check", two(), "--json").stdout)
    assert data["antenna"] == data["antennas"][0]
    assert [a["generator_J"] for a in data["antennas"]] == pytest.approx([120.0, 60.0])
    assert data["protocol"]["tissue_J"] == pytest.approx(
        sum(a["generator_J"] * a["delivered"] for a in data["antennas"])
    )
    wall = data["thermocouples"]["wall"]
    assert wall["to_antenna_axis_mm"] == pytest.approx(3.0)
    assert wall["nearest_antenna"] == "left"
    moved = two(('"-6 mm", "0 mm", "18 mm"', '"-9 mm", "0 mm", "18 mm"'),
                ('"-6 mm", "0 mm", "-4 mm"', '"-9 mm", "0 mm", "-4 mm"'))  # fmt: skip
    notes = json.loads(mwa("check", moved, "--json").stdout)["notes"]
    assert "thermocouple 'wall' lies inside the antenna" in notes


def test_values_of_an_antenna_are_set_by_its_number(two):
    given = [
        "antennas.1.pulses.0.power=30 W", "antennas.0.antenna.efficiency=0.5",
        "antennas[0].start=1 s", "antennas.1.antenna.cooling.coolant_temperature=10 degC",
    ]  # fmt: skip
    arguments = [part for text in given for part in ("--set", text)]
    left, right = json.loads(mwa("check", two(), "--json", *arguments).stdout)["antennas"]
    assert right["pulses"][0]["power"] == 30.0
    assert (left["efficiency"], left["start_s"]) == (0.5, 1.0)


def test_cite_knows_the_sources_of_all(two):
    one = json.loads(mwa("cite", two(), "--json").stdout)["references"]
    both = two(('{ library = "slot-1.6mm", model = "line" }\npose = { entry = ["6',
                '"monopole-1.6mm"\npose = { entry = ["6'))  # fmt: skip
    more = json.loads(mwa("cite", both, "--json").stdout)["references"]
    assert {item["key"] for item in one} < {item["key"] for item in more} | {"itis"}


MISTAKES = {
    "both styles": (
        ('[[antennas]]\nname = "left"', 'antenna = "slot-1.6mm"\n[[antennas]]\nname = "left"'),
        "antenna beside [[antennas]]: a plan has either",
    ),
    "no list": (("[[antennas]]\nname = \"right\"", "[antennas]\nname = \"right\""), "TOML"),
    "unknown key": (('start = "4 s"', 'begin = "4 s"'), "antennas[1].begin: unknown key"),
    "bad value": (('on = "6 s"', 'on = "6 W"'), "antennas[0].pulses[0].on: expected a time"),
    "no pose": (
        ('pose = { entry = ["-6 mm", "0 mm", "18 mm"], tip = ["-6 mm", "0 mm", "-4 mm"] }\n', ""),
        "antennas[0].pose: missing",
    ),
    "no pulses": (
        ('[[antennas.pulses]]\npower = "20 W"\non = "6 s"\n', ""), "antennas[0].pulses: missing",
    ),
    "unknown antenna": (
        ('library = "slot-1.6mm", model = "line" }\npose = { entry = ["6',
         'library = "slit-1.6mm", model = "line" }\npose = { entry = ["6'),
        "antennas[1].antenna",
    ),
    "unknown landmark": (
        ('tip = ["6 mm", "0 mm", "-4 mm"]', 'tip = "landmark:wal"'),
        "antennas[1].pose.tip: 'landmark:wal' is not a landmark",
    ),
    "same name": (('name = "right"', 'name = "left"'), "antennas[1].name: 'left' is already"),
    "crossing": (
        ('tip = ["6 mm", "0 mm", "-4 mm"]', 'tip = ["-8 mm", "0 mm", "0 mm"]'),
        "antennas 'left' and 'right' are in each other's way",
    ),
    "tip outside": (
        ('tip = ["6 mm", "0 mm", "-4 mm"]', 'tip = ["6 mm", "0 mm", "-25 mm"]'),
        "antennas[1].pose: the antenna tip of 'right' at (6.0, 0.0, -26.0) mm lies outside",
    ),
    "entry is tip": (
        ('tip = ["6 mm", "0 mm", "-4 mm"]', 'tip = ["6 mm", "0 mm", "18 mm"]'),
        "antennas[1].pose: entry and tip are the same point",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_name_the_antenna(mistake, two, here):
    replaced, expected = MISTAKES[mistake]
    outcome = mwa("check", two(replaced))
    assert outcome.exit_code == 2
    found = errors(outcome)
    assert sum(expected in problem for problem in found) == 1, found
    assert len(found) == 1


def test_several_mistakes_are_listed_together(two):
    found = errors(
        mwa(
            "check",
            two(
                ('on = "6 s"', 'on = "6 W"'),
                ('start = "4 s"', 'start = "4 W"'),
                ('tip = ["6 mm", "0 mm", "-4 mm"]', 'tip = "landmark:wal"'),
                ('thermocouple = "wall"', 'thermocouple = "wal"'),
                (
                    '[[antennas]]\nname = "left"',
                    'antenna = "slot-1.6mm"\n[[antennas]]\nname = "left"',
                ),
            ),
        )
    )
    for part in (
        "antennas[0].pulses[0].on", "antennas[1].start", "antennas[1].pose.tip: 'landmark:wal'",
        "watches 'wal'", "beside [[antennas]]",
    ):  # fmt: skip
        assert sum(part in problem for problem in found) == 1, found


def test_a_key_of_one_antenna_says_which_to_write(two):
    (found,) = errors(mwa("check", two(), "--set", "pulses.0.power=30 W"))
    assert "write antennas.0.pulses.0.power" in found
    (found,) = errors(mwa("check", two(), "--set", "antennas.2.start=3 s"))
    assert "antennas has 2 entries" in found
