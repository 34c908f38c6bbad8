"""The protocol as an input: what it means, and every way to write it wrongly."""

import subprocess
import sys

import numpy as np
import pytest

from mwa_sim.control.protocol import Protocol, Pulse, Rule, Thermocouple
from mwa_sim.errors import InputError
from mwa_sim.spec import Spec, validate

PLAN = {
    "pulses": [{"power": "40 W", "on": "60 s", "off": "20 s", "cycles": 4}],
    "thermocouples": [{"name": "posterior_wall", "at": "landmark:posterior_wall"}],
    "rules": [{"thermocouple": "posterior_wall", "above": "42 degC", "action": "stop"}],
    "cooldown": {"duration": "2 min"},
}


def refused(data: object, source: str = "file") -> list[str]:
    with pytest.raises(InputError) as caught:
        validate(Protocol, data, source=source)
    return list(caught.value.problems)


def plan_with(**changes: object) -> dict[str, object]:
    return {**PLAN, **changes}


def test_file_and_python_give_the_same_protocol() -> None:
    from_file = validate(Protocol, PLAN, source="file")
    in_python = Protocol.pulsed(power=40, on=60, off=20, cycles=4, cooldown=120).watching(
        "posterior_wall", at="landmark:posterior_wall", above=42, action="stop"
    )
    assert from_file == in_python
    assert from_file.thermocouples[0].landmark == "posterior_wall"


def test_durations_and_energy() -> None:
    protocol = validate(Protocol, PLAN, source="file").then(power="30 W", on="90 s")
    assert protocol.total_on_time == 330.0
    assert protocol.treatment_duration == 4 * 80.0 + 90.0
    assert protocol.planned_duration == 4 * 80.0 + 90.0 + 120.0
    assert protocol.planned_energy == 240.0 * 40.0 + 90.0 * 30.0


def test_methods_return_copies() -> None:
    first = Protocol.pulsed(power=40, on=60)
    second = first.watching("a", at=(0.0, 0.01, 0.0), above=43)
    third = second.limiting("a", above=41, action="pause", resume_below=39)
    assert (len(first.thermocouples), len(first.rules)) == (0, 0)
    assert (len(second.thermocouples), len(second.rules)) == (1, 1)
    assert [rule.action for rule in third.rules] == ["stop", "pause"]
    assert first.watching("b", at="landmark:b").rules == ()


def test_survives_being_stored() -> None:
    protocol = Protocol.pulsed(power=40, on=60, off=20, cycles=4).watching(
        "a", at=(0.0, 0.01, 0.0), above=42, action="pause", resume_below=40, delay=1.5
    )
    assert Protocol.model_validate_json(protocol.model_dump_json()) == protocol
    assert set(Protocol.model_json_schema()["properties"]) == set(Protocol.model_fields)


def test_a_landmark_array_is_a_position() -> None:
    protocol = Protocol.pulsed(power=40, on=60).watching("a", at=np.array([1.0, 2.0, 3.0]))
    assert protocol.thermocouples[0].at == (1.0, 2.0, 3.0)
    assert protocol.thermocouples[0].landmark is None


def test_cooldown_is_observed_unless_switched_off() -> None:
    assert Protocol(pulses=[{"power": 40, "on": 60}]).planned_duration == 240.0
    assert Protocol.pulsed(power=40, on=60, cooldown=0).planned_duration == 60.0


@pytest.mark.parametrize(
    ("pulse", "problem"),
    [
        ({"power": "0 W", "on": "60 s"}, "pulses[0].power: expected a power above 0 W, got 0 W"),
        ({"power": "-5 W", "on": "60 s"}, "pulses[0].power: expected a power above 0 W"),
        ({"power": "40 W", "on": "0 s"}, "pulses[0].on: expected a time of at least"),
        ({"power": "40 W", "on": "60 W"}, "pulses[0].on: expected a time (s, ms, min, h), but 'W'"),
        ({"power": "40 W", "on": "60 s", "off": "-1 s"}, "pulses[0].off: expected a time of at"),
        ({"power": "40 W", "on": "60 s", "cycles": 0}, "pulses[0].cycles: expected a number of"),
        ({"power": "40 W", "on": "60 s", "cycles": 10**9}, "pulses[0].cycles: expected a number"),
        ({"power": "40 W", "on": "60 s", "of": "1 s"}, "pulses[0].of: unknown key; did you mean"),
        ({"power": "40 W"}, "pulses[0].on: missing"),
        ({"power": 40, "on": "60 s"}, "pulses[0].power: expected a power like"),
    ],
)
def test_bad_pulses(pulse: dict[str, object], problem: str) -> None:
    (line,) = refused(plan_with(pulses=[pulse]))
    assert line.startswith(problem)


@pytest.mark.parametrize("data", [{}, {"pulses": []}])
def test_at_least_one_pulse(data: dict[str, object]) -> None:
    (line,) = refused(data)
    assert line.startswith("pulses: ")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"at": "posterior_wall"}, 'at: expected "landmark:NAME" or three lengths'),
        ({"at": "landmark: "}, 'at: expected a name after "landmark:"'),
        ({"at": ["1 mm", "2 mm", "3 W"]}, "at[2]: expected a length"),
        ({"sample_every": "0 s"}, "sample_every: expected a time of at least"),
        ({"time_constant": "-1 s"}, "time_constant: expected a time of at least"),
        ({"noise": "-0.1 K"}, "noise: expected a temperature difference of at least"),
        ({"name": ""}, "name: "),
    ],
)
def test_bad_thermocouples(change: dict[str, object], problem: str) -> None:
    thermocouple = {"name": "a", "at": "landmark:a", **change}
    (line,) = refused(plan_with(thermocouples=[thermocouple], rules=[]))
    assert line.startswith(f"thermocouples[0].{problem}")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"action": "paus"}, 'rules[0].action: expected "stop" or "pause", got \'paus\'; did you'),
        ({"action": "pause"}, 'rules[0]: action "pause" needs resume_below'),
        (
            {"action": "pause", "resume_below": "42 degC"},
            "rules[0]: resume_below must be under the limit of 42 degC, got 42 degC",
        ),
        ({"resume_below": "40 degC"}, 'rules[0]: resume_below is for action = "pause"'),
        ({"delay": "-1 s"}, "rules[0].delay: expected a time of at least"),
        (
            {"action": "pause", "resume_below": "40 degC", "give_up_after": "0 s"},
            "rules[0].give_up_after: expected a time above",
        ),
        (
            {"thermocouple": "posterior_wal"},
            "rules[0] watches 'posterior_wal', which is not a thermocouple here; did you mean "
            "'posterior_wall'?",
        ),
    ],
)
def test_bad_rules(change: dict[str, object], problem: str) -> None:
    rule = {"thermocouple": "posterior_wall", "above": "42 degC", **change}
    (line,) = refused(plan_with(rules=[rule]))
    assert line.startswith(problem)


def test_every_mistake_is_listed_at_once() -> None:
    lines = refused(
        {
            "pulses": [{"power": "40 s", "of": "20 s", "on": "60 s"}],
            "thermocouples": [
                {"name": "a", "at": "landmark:a"},
                {"name": "a", "at": "landmark:b", "sample_every": "1 W"},
            ],
            "rules": [{"thermocouple": "b", "above": "42"}],
            "cooldown": {"duration": 120},
        }
    )
    starts = [
        "pulses[0].power: ",
        "pulses[0].of: unknown key; did you mean 'off'?",
        "thermocouples[1].sample_every: ",
        "rules[0].above: ",
        "cooldown.duration: ",
        "thermocouples[1].name: 'a' is already the name of thermocouples[0]",
        "rules[0] watches 'b', which is not a thermocouple here; known: a",
    ]
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start)


def test_mistakes_inside_a_larger_input_keep_their_place() -> None:
    class Plan(Spec):
        name: str
        protocol: Protocol

    rule = {"thermocouple": "b", "above": "42 degC", "acton": "stop"}
    with pytest.raises(InputError) as caught:
        validate(Plan, {"protocol": plan_with(rules=[rule])}, source="file")
    lines = sorted(caught.value.problems)
    assert lines[0].startswith("name: missing")
    assert lines[1].startswith("protocol.rules[0].acton: unknown key; did you mean 'action'?")
    assert lines[2].startswith("protocol: rules[0] watches 'b'")


def test_a_rule_without_any_thermocouple() -> None:
    (line,) = refused({"pulses": PLAN["pulses"], "rules": PLAN["rules"]})
    assert line.endswith("there is no thermocouple at all")


def test_building_in_python_is_checked_too() -> None:
    protocol = Protocol.pulsed(power=40, on=60).watching("a", at="landmark:a")
    with pytest.raises(InputError, match="already the name"):
        protocol.watching("a", at="landmark:b")
    with pytest.raises(InputError, match="which is not a thermocouple"):
        protocol.limiting("A2", above=42)
    with pytest.raises(InputError, match="above: missing"):
        protocol.watching("b", at="landmark:b", resume_below=40)
    with pytest.raises(InputError, match="power above 0 W"):
        protocol.then(power=0, on=10)
    with pytest.raises(InputError, match="of at least"):
        protocol.changed({"pulses.0.on": 0})
    with pytest.raises(InputError, match="finite"):
        Pulse(power=float("nan"), on=60)
    with pytest.raises(InputError):
        Rule(thermocouple="a", above=float("inf"))
    with pytest.raises(InputError):
        Thermocouple(name="a", at=(0.0, 1.0))


def test_control_needs_no_numerics() -> None:
    code = (
        "import sys, mwa_sim.control.controller;"
        "print([m for m in ('numpy', 'scipy', 'numba') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
