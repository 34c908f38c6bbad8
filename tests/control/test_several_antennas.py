"""Several antennas on one clock: their own pulses, common rules, energy for each."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwa_sim.control.controller import Controller
from mwa_sim.control.protocol import Protocol, Pulse
from mwa_sim.control.pulse import PulseTrain
from mwa_sim.control.schedule import phases, planned_on_time
from tests.control.test_controller_properties import cuts, pulses

trains = st.lists(
    st.builds(
        lambda given, start: PulseTrain([Pulse(**pulse) for pulse in given], start),
        pulses,
        st.sampled_from([0.0, 0.0, 0.7, 3.0, 25.0]),
    ),
    min_size=1,
    max_size=3,
)


def named(*given: PulseTrain) -> list[PulseTrain]:
    return [
        PulseTrain(train.pulses, train.start, name)
        for train, name in zip(given, "abc"[: len(given)], strict=True)
    ]


def one(power: float, on: float, off: float = 0.0, cycles: int = 1) -> Pulse:
    return Pulse(power=power, on=on, off=off, cycles=cycles)


def play(controller: Controller, cut: tuple[float, ...] = (), reading=lambda _: 37.0):
    """Run to the end; returns the ends of all steps and the joules of each antenna by step."""
    names = list(controller.traces)
    ends, joules = [0.0], [[] for _ in controller.powers]
    while not controller.finished:
        start, instant = controller.time, controller.next_instant()
        for t in [*(start + c * (instant - start) for c in sorted(cut)), instant]:
            powers, before = controller.powers, controller.time
            assert controller.power == math.fsum(powers)
            controller.advance(t, {name: reading(t) for name in names})
            for k, power in enumerate(powers):
                joules[k].append(power * (controller.time - before))
            ends.append(controller.time)
    return ends, [math.fsum(each) for each in joules]


@settings(deadline=None, max_examples=80)
@given(trains, cuts)
def test_every_switch_is_an_instant_and_the_energies_are_power_times_time(
    given: list[PulseTrain], cut: tuple[float, ...]
) -> None:
    protocol = Protocol(pulses=given[0].pulses, cooldown={"duration": 2.2})
    controller = Controller(protocol, {}, trains=named(*given))
    ends, joules = play(controller, cut)
    for train in given:
        for phase in phases(train):
            for edge in (phase.start, phase.end):
                assert min(abs(t - edge) for t in ends) < 1e-9
    assert controller.time == pytest.approx(max(train.end for train in given) + 2.2)
    assert list(controller.antennas_delivered_J) == pytest.approx(joules, rel=1e-12)
    assert joules == pytest.approx([train.energy for train in given], rel=1e-12)
    assert controller.delivered_J == pytest.approx(math.fsum(joules), rel=1e-12)
    steps = [*controller.antenna_steps, (controller.time, ())]
    for k, energy in enumerate(joules):
        held = math.fsum(p[k] * (b - a) for (a, p), (b, _) in itertools.pairwise(steps))
        assert held == pytest.approx(energy, rel=1e-12)
    totals = [*controller.power_steps, (controller.time, 0.0)]
    on = math.fsum(b - a for (a, p), (b, _) in itertools.pairwise(totals) if p > 0.0)
    assert on == pytest.approx(planned_on_time(given), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(trains)
def test_each_antenna_plays_as_if_it_were_alone(given: list[PulseTrain]) -> None:
    protocol = Protocol(pulses=given[0].pulses, cooldown={"duration": 0.0})
    together = Controller(protocol, {}, trains=named(*given))
    play(together)
    for k, train in enumerate(given):
        alone = Controller(protocol, {}, trains=[train])
        play(alone)
        levels = [(t, powers[k]) for t, powers in together.antenna_steps]
        kept = [step for i, step in enumerate(levels) if i == 0 or step[1] != levels[i - 1][1]]
        assert [p for _, p in kept] == [p for _, p in alone.power_steps]
        assert [t for t, _ in kept] == pytest.approx([t for t, _ in alone.power_steps], abs=2e-9)


def watched(*, action: str, **rule: object) -> Protocol:
    return Protocol.pulsed(power=40, on=20, cooldown=5).watching(
        "wall", at="landmark:wall", above=42, action=action, time_constant=0.0, **rule
    )


def test_a_stop_ends_the_power_of_all() -> None:
    trains = named(PulseTrain([one(40, 20)]), PulseTrain([one(10, 50)], 3.0))
    controller = Controller(watched(action="stop"), {"wall": 37.0}, trains=trains)
    _, joules = play(controller, reading=lambda t: 37.0 + t)
    assert controller.antenna_steps == [(0.0, (40.0, 0.0)), (3.0, (40.0, 10.0)), (6.0, (0.0, 0.0))]
    assert joules == pytest.approx([240.0, 30.0])
    assert controller.time == 11.0
    assert [e.kind for e in controller.events] == ["power_on", "power_on", "stop", "end"]


def test_a_pause_freezes_the_clock_of_all() -> None:
    trains = named(PulseTrain([one(40, 10)]), PulseTrain([one(10, 10)], 8.0))
    protocol = watched(action="pause", resume_below=40)
    controller = Controller(protocol, {"wall": 37.0}, trains=trains)
    _, joules = play(controller, reading=lambda t: 43.0 if 5.0 <= t < 9.0 else 37.0)
    # Paused from 5 s to 9 s: the second antenna starts 4 s late, though it was off in the pause.
    assert controller.antenna_steps == [
        (0.0, (40.0, 0.0)), (5.0, (0.0, 0.0)), (9.0, (40.0, 0.0)), (12.0, (40.0, 10.0)),
        (14.0, (0.0, 10.0)), (22.0, (0.0, 0.0)),
    ]  # fmt: skip
    assert joules == pytest.approx([400.0, 100.0])
    assert controller.time == pytest.approx(27.0)


def test_one_after_the_other() -> None:
    trains = named(PulseTrain([one(40, 10)]), PulseTrain([one(40, 10)], 10.0))
    controller = Controller(Protocol.pulsed(power=1, on=1, cooldown=0), {}, trains=trains)
    play(controller)
    # The sum does not change at 10 s, but who gets it does.
    assert controller.power_steps == [(0.0, 40.0), (10.0, 40.0), (20.0, 0.0)]
    told = [(e.t, e.kind, e.cause) for e in controller.events]
    assert told == [
        (0.0, "power_on", "a, pulse 1: 40 W"),
        (10.0, "power_off", "a, pulse 1: all power delivered"),
        (10.0, "power_on", "b, pulse 1: 40 W"),
        (20.0, "power_off", "b, pulse 1: all power delivered"),
        (20.0, "end", "cooldown of 0 s complete"),
    ]


def test_no_rule_acts_once_the_last_power_is_delivered() -> None:
    trains = named(PulseTrain([one(40, 2)]), PulseTrain([one(10, 4)]))
    controller = Controller(watched(action="stop"), {"wall": 37.0}, trains=trains)
    play(controller, reading=lambda t: 50.0 if t > 3.5 else 37.0)
    assert "stop" not in [e.kind for e in controller.events]
    controller = Controller(watched(action="stop"), {"wall": 37.0}, trains=trains)
    play(controller, reading=lambda t: 50.0 if t > 2.5 else 37.0)
    assert [e.t for e in controller.events if e.kind == "stop"] == [3.0]


def test_planned_time_with_power_counts_what_overlaps_once() -> None:
    trains = [PulseTrain([one(40, 10, 5, 2)]), PulseTrain([one(10, 8)], 7.0)]
    assert [train.end for train in trains] == [30.0, 15.0]
    assert planned_on_time(trains) == pytest.approx(25.0)
    assert planned_on_time(trains[:1]) == 20.0
