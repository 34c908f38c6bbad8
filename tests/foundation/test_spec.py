"""Specs: what is accepted, and errors that list every mistake with its path."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from mwa_sim.errors import InputError
from mwa_sim.spec import (
    Dose,
    Fraction,
    Length,
    PositivePower,
    PositiveTime,
    Spec,
    Temperature,
    Time,
    problems,
    quantity,
    set_path,
    validate,
)


class Pulse(Spec):
    power: PositivePower
    on: PositiveTime
    off: Time = 0.0
    cycles: Annotated[int, Field(ge=1)] = 1


class Rule(Spec):
    above: Temperature
    action: Literal["stop", "pause"] = "stop"


class Plan(Spec):
    pulses: tuple[Pulse, ...] = Field(min_length=1)
    rules: list[Rule] = Field(default_factory=list)
    at: tuple[Length, Length, Length] | str = "landmark:x"
    extra: dict[str, Pulse] = Field(default_factory=dict)
    share: Fraction = 0.5
    dose: Dose | None = None

    @model_validator(mode="after")
    def _two_rules_are_too_many(self):
        if len(self.rules) == 2:
            raise problems("rules[0] is one too many", "rules[1] is one too many")
        return self


GOOD = {"pulses": [{"power": "40 W", "on": "60 s"}]}


def found(data, source="file", where=""):
    with pytest.raises(InputError) as caught:
        validate(Plan, data, source=source, where=where)
    return caught.value.problems


def test_file_gives_si_numbers():
    plan = validate(Plan, {**GOOD, "at": ["1 mm", "2 cm", "-3 m"], "dose": "2 h"}, source="file")
    assert plan.pulses[0].power == 40.0
    assert plan.at == (0.001, 0.02, -3.0)
    assert plan.dose == 120.0


def test_python_takes_si_numbers_and_quoted_quantities():
    assert Pulse(power=40, on="1 min") == Pulse(power="0.04 kW", on=60.0)


def test_all_mistakes_at_once_with_paths():
    assert found(
        {
            "pulses": [
                {"power": 40, "on": "60 W", "of": "2 s", "cycles": 0},
                {"on": "-3 s"},
                5,
            ],
            "rules": [{"action": "stp", "above": "-400 degC"}],
            "at": ["1 mm", "2 W", "3 mm"],
            "extra": {"a": {"power": "1 W"}},
            "share": 1.5,
            "nme": 1,
        }
    ) == (
        'pulses[0].power: expected a power like "40 W", got the bare number 40; write "40 W"',
        "pulses[0].on: expected a time (s, ms, min, h), but 'W' is a power",
        "pulses[0].cycles: expected a number of at least 1, got 0",
        "pulses[0].of: unknown key; did you mean 'off'?",
        'pulses[1].power: missing; write power = "40 W"',
        "pulses[1].on: expected a time above 0 s, got -3 s",
        "pulses[2]: expected a table, got 5",
        "rules[0].above: expected a temperature, but -400 degC is below absolute zero",
        "rules[0].action: expected \"stop\" or \"pause\", got 'stp'; did you mean 'stop'?",
        "at[1]: expected a length (mm, cm, m, um), but 'W' is a power",
        'extra.a.on: missing; write on = "60 s"',
        "share: expected a fraction of at most 1, got 1.5",
        "nme: unknown key; known: pulses, rules, at, extra, share, dose",
    )


def test_empty_list_and_prefix():
    lines = found({"pulses": []}, where="plan.toml")
    assert lines == ("plan.toml: pulses: expected at least 1 entry, got 0",)


def test_own_validators_report_several_problems():
    rules = [{"above": "42 degC"}, {"above": "43 degC"}]
    assert found({**GOOD, "rules": rules}) == (
        "rules[0] is one too many",
        "rules[1] is one too many",
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "nan is not a finite number"),
        (float("inf"), "inf is not a finite number"),
        (-5, "expected a power above 0 W, got -5 W"),
        (0, "expected a power above 0 W, got 0 W"),
        (True, 'expected a power like "40 W", got True'),
        (None, 'expected a power like "40 W", got None'),
        ("40 s", "'s' is a time"),
    ],
)
def test_python_values_are_checked_too(value, message):
    with pytest.raises(InputError) as caught:
        Pulse(power=value, on=60)
    assert message in str(caught.value)
    assert str(caught.value).startswith("power: ")


def test_nested_values_keep_the_context_of_the_file():
    lines = found({"pulses": [{"power": "40 W", "on": 60}]})
    assert lines == (
        'pulses[0].on: expected a time like "60 s", got the bare number 60; write "60 s"',
    )


def test_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Pulse(power=1, on=1).power = 2


def test_changed_by_dotted_paths():
    plan = validate(Plan, GOOD, source="file")
    other = plan.changed({"pulses.0.power": 20, "pulses[0].off": "5 s"}, share=0.1)
    assert (other.pulses[0].power, other.pulses[0].off, other.share) == (20.0, 5.0, 0.1)
    assert plan.pulses[0].power == 40.0


def test_changed_lists_what_is_wrong():
    plan = validate(Plan, GOOD, source="file")
    with pytest.raises(InputError) as caught:
        plan.changed({"pulses.1.power": 20, "pulse.0.off": 5, "share.x": 1})
    assert caught.value.problems == (
        "pulses.1.power: pulses has 1 entries, numbered from 0; no '1'",
        "pulse.0.off: there is no 'pulse' here; did you mean 'pulses'?",
        "share.x: share is a single value and has no 'x'",
    )
    with pytest.raises(InputError, match=r"pulses\[0\].power: expected a power above 0 W"):
        plan.changed({"pulses.0.power": -1})


def test_set_path_adds_an_optional_key_and_refuses_no_path():
    data = {"a": [{"b": 1}]}
    set_path(data, "a[0].c", 2)
    assert data == {"a": [{"b": 1, "c": 2}]}
    with pytest.raises(InputError, match="is not the path of a value"):
        set_path(data, "", 1)


def test_quantity_refuses_an_unknown_dimension():
    with pytest.raises(KeyError):
        quantity("colour")


def test_json_schema_shows_the_quoted_form():
    schema = Pulse.model_json_schema()
    assert schema["properties"]["power"]["examples"] == ["40 W"]
    assert schema["additionalProperties"] is False
