"""The controller, case by case: rules, pauses, delays, samples, energy, misuse."""

import math

import pytest

from mwa_sim.control.controller import Controller
from mwa_sim.control.event import EVENT_KINDS
from mwa_sim.control.protocol import Protocol
from mwa_sim.errors import SolverError
from tests.control.play import play

README = Protocol.pulsed(power=40, on=60, off=20, cycles=4, cooldown=120).watching(
    "wall", at="landmark:wall", above=42, time_constant=0
)


def pausing(**rule: object) -> Protocol:
    return Protocol.pulsed(power=40, on=60, cooldown=10).watching(
        "wall", at="landmark:wall", above=42, action="pause",
        **{"time_constant": 0, "resume_below": 40, **rule},
    )  # fmt: skip


def triangle(t: float) -> float:
    """37 degC, up to 47 degC at 20 s, back to 37 degC at 40 s and there on."""
    return 37.0 + max(0.0, 10.0 - 0.5 * abs(t - 20.0))


def test_uneventful_run() -> None:
    run = play(README, {"wall": lambda t: 37.0})
    assert run.events("power_on") == [0.0, 80.0, 160.0, 240.0]
    assert run.events("power_off") == [60.0, 140.0, 220.0, 300.0]
    assert run.events("end") == [440.0]
    assert run.controller.time == 440.0 == README.planned_duration
    assert run.controller.delivered_J == 9600.0 == README.planned_energy
    assert run.controller.traces["wall"].t == [float(k) for k in range(441)]
    assert {event.kind for event in run.controller.events} <= set(EVENT_KINDS)
    assert run.controller.next_instant() == 440.0


def test_stop_at_the_first_sample_above_the_limit() -> None:
    run = play(README, {"wall": lambda t: 37.0 + 0.06 * t})  # 42 degC at 83.33 s
    (stop,) = [event for event in run.controller.events if event.kind == "stop"]
    assert (stop.t, stop.source) == (84.0, "wall")
    assert stop.cause == "wall reading 42.04 degC > 42 degC"
    assert run.events("power_on", "power_off") == [0.0, 60.0, 80.0]
    assert run.events("end") == [204.0]
    assert run.controller.delivered_J == 64.0 * 40.0
    trace = run.controller.traces["wall"]
    assert trace.t[-1] == 204.0
    assert [p for t, p in zip(trace.t, trace.power, strict=True) if 79.0 <= t <= 85.0] == [
        0.0, 40.0, 40.0, 40.0, 40.0, 0.0, 0.0,
    ]  # fmt: skip
    assert run.controller.peaks["wall"] == pytest.approx(37.0 + 0.06 * 204.0)


def test_a_reading_at_the_limit_does_not_fire() -> None:
    run = play(README, {"wall": lambda t: 42.0})
    assert run.events("stop") == []


def test_the_lag_delays_the_stop() -> None:
    lagging = README.changed({"thermocouples.0.time_constant": 5.0})
    run = play(lagging, {"wall": lambda t: 37.0 + 0.06 * t})
    # A slow ramp is read 5 s late: the reading passes 42 degC at 88.33 s.
    assert run.events("stop") == [89.0]
    trace = run.controller.traces["wall"]
    assert trace.tissue[89] == pytest.approx(37.0 + 0.06 * 89.0)
    assert trace.reading[89] == pytest.approx(37.0 + 0.06 * 84.0, abs=1e-6)


def test_too_hot_at_the_start_never_switches_on() -> None:
    run = play(README, {"wall": lambda t: 43.0})
    assert [event.kind for event in run.controller.events] == ["stop", "end"]
    assert run.controller.delivered_J == 0.0
    assert run.controller.power_steps == [(0.0, 0.0)]
    assert run.controller.time == 120.0


def test_pause_and_resume_deliver_the_remaining_time() -> None:
    run = play(pausing(), {"wall": triangle})
    # Above 42 after 10 s: sample at 11 s; below 40 after 34 s: sample at 35 s.
    kinds = [(event.t, event.kind) for event in run.controller.events]
    assert kinds == [
        (0.0, "power_on"),
        (11.0, "pause"),
        (35.0, "resume"),
        (84.0, "power_off"),
        (94.0, "end"),
    ]
    assert run.controller.events[2].cause == "wall reading 39.5 degC < 40 degC"
    assert run.controller.delivered_J == 60.0 * 40.0
    assert run.controller.power_steps == [(0, 40), (11, 0), (35, 40), (84, 0)]


def test_a_pause_between_pulses_freezes_the_clock_too() -> None:
    protocol = pausing().changed({"pulses.0.on": 10.0, "pulses.0.off": 5.0, "pulses.0.cycles": 2})
    run = play(protocol, {"wall": triangle})
    assert run.events("pause", "resume") == [11.0, 35.0]
    # 4 s of the off phase were left.
    assert run.events("power_on") == [0.0, 39.0]
    assert run.on_time == pytest.approx(20.0)


def test_a_pause_that_lasts_too_long_is_a_stop() -> None:
    run = play(pausing(give_up_after=12.5), {"wall": triangle})
    stop = next(event for event in run.controller.events if event.kind == "stop")
    assert (stop.t, stop.source) == (23.5, "wall")
    assert stop.cause == "paused for 12.5 s: wall did not fall below 40 degC"
    assert run.events("end") == [33.5]
    assert run.events("resume") == []


def test_a_pause_that_ends_at_its_deadline_resumes() -> None:
    assert play(pausing(give_up_after=24.0), {"wall": triangle}).events("resume") == [35.0]


def test_the_operator_reacts_late() -> None:
    run = play(README.changed({"rules.0.delay": 2.25}), {"wall": lambda t: 37.0 + 0.06 * t})
    (stop,) = [event for event in run.controller.events if event.kind == "stop"]
    assert stop.t == 86.25
    assert 86.25 in run.ends
    assert stop.cause == "wall reading 42.04 degC > 42 degC at 84 s, acted on after 2.25 s"
    assert run.controller.delivered_J == 66.25 * 40.0


def test_a_late_action_is_taken_even_if_the_reading_has_fallen() -> None:
    run = play(
        README.changed({"rules.0.delay": 10.0}), {"wall": lambda t: 43.0 if t == 5 else 37.0}
    )
    assert run.events("stop") == [15.0]


def test_a_late_action_after_the_last_pulse_is_dropped() -> None:
    protocol = Protocol.pulsed(power=40, on=20, cooldown=30).watching(
        "wall", at="landmark:wall", above=42, delay=5, time_constant=0
    )
    run = play(protocol, {"wall": lambda t: 37.0 + 0.3 * t})  # sample above the limit at 17 s
    assert run.events("stop") == []
    assert run.events("power_off") == [20.0]
    assert run.events("end") == [50.0]


def test_a_late_pause_is_seen_before_it_ends() -> None:
    run = play(pausing(delay=24.0), {"wall": triangle})  # 11 s + 24 s: below 40 degC by then
    assert run.events("pause", "resume") == [35.0, 36.0]


def test_rules_rest_once_all_power_is_delivered() -> None:
    protocol = README.changed({"pulses.0.cycles": 1})
    run = play(protocol, {"wall": lambda t: 37.0 + 0.08 * t})  # 41.8 at 60 s, above 42 from 63 s
    assert run.events("stop") == []
    assert run.controller.peaks["wall"] > 42.0


def test_stop_wins_over_pause_at_the_same_sample() -> None:
    protocol = pausing().limiting("wall", above=41.0)
    run = play(protocol, {"wall": lambda t: 37.0 if t < 3.0 else 50.0})
    assert run.events("stop") == [3.0]
    assert run.events("pause") == []


def test_a_stop_ends_a_pause() -> None:
    run = play(pausing().limiting("wall", above=45.0), {"wall": triangle})
    assert run.events("pause") == [11.0]
    assert run.events("stop") == [17.0]
    assert run.events("end") == [27.0]


def test_two_pausing_rules_must_both_let_go() -> None:
    protocol = pausing().watching(
        "cord", at="landmark:cord", above=41, action="pause", resume_below=38, time_constant=0
    )
    # The cord is above 41 from 15 s to 25 s and below 38 only after 50 s.
    curves = {"wall": triangle, "cord": lambda t: 41.5 if 15 <= t <= 25 else 39 if t < 50 else 37}
    run = play(protocol, curves)
    assert run.events("pause") == [11.0]
    assert run.events("resume") == [50.0]
    assert run.controller.events[2].source == "cord"


def test_samples_of_several_thermocouples_are_on_their_own_grids() -> None:
    protocol = Protocol.pulsed(power=40, on=2.05, cooldown=0.7)
    protocol = protocol.watching("a", at="landmark:a", sample_every=0.1)
    protocol = protocol.watching("b", at="landmark:b", sample_every=0.3)
    run = play(protocol, {"a": lambda t: 37.0, "b": lambda t: 38.0})
    assert run.controller.traces["a"].t == [k * 0.1 for k in range(28)]
    assert run.controller.traces["b"].t == [k * 0.3 for k in range(10)]
    # 3 * 0.1 and 1 * 0.3 differ in the last bit and are one instant.
    assert min(b - a for a, b in zip(run.ends[:-1], run.ends[1:], strict=True)) > 0.04
    assert 2.05 in run.ends


def test_a_stop_bears_the_time_of_its_sample() -> None:
    protocol = Protocol.pulsed(power=5, on=0.7).then(power=5, on=0.7, off=0.35).then(5, 0.7)
    protocol = protocol.watching("a", at="landmark:a", above=42, sample_every=0.25)
    # The third pulse begins at 0.7 + 0.7 + 0.35 = 1.75 s, less one bit.
    run = play(protocol, {"a": lambda t: 37.0 if t < 1.6 else 90.0})
    assert run.events("stop") == [1.75]
    assert 1.75 in run.controller.traces["a"].t


def test_events_are_returned_once() -> None:
    controller = Controller(README, {"wall": 37.0})
    assert [event.kind for event in controller.events] == ["power_on"]
    assert [event.kind for event in controller.advance(0.5, {"wall": 37.0})] == ["power_on"]
    assert controller.advance(1.0, {"wall": 37.0}) == []
    controller.advance(2.0, {"wall": 50.0})
    assert [event.kind for event in controller.events] == ["power_on", "stop"]


def test_peaks_are_of_every_step() -> None:
    controller = Controller(README, {"wall": 37.0})
    controller.advance(0.5, {"wall": 55.0})
    controller.advance(1.0, {"wall": 38.0})
    assert controller.peaks == {"wall": 55.0}
    assert controller.traces["wall"].reading == [37.0, 38.0]


def test_an_instant_cannot_be_passed() -> None:
    controller = Controller(README, {"wall": 37.0})
    with pytest.raises(SolverError, match=r"must end by 1\.0 s"):
        controller.advance(1.001, {"wall": 37.0})
    controller.advance(0.7, {"wall": 37.0})
    with pytest.raises(SolverError, match="a step from 0"):
        controller.advance(0.6, {"wall": 37.0})


def test_rounding_of_an_instant_is_forgiven() -> None:
    controller = Controller(README, {"wall": 37.0})
    for k in range(1, 60):
        controller.advance(k + (4e-10 if k % 2 else -4e-10), {"wall": 37.0})
        assert controller.time == float(k)
    assert controller.traces["wall"].t == [float(k) for k in range(60)]


@pytest.mark.parametrize("bad", [{}, {"wall": math.nan}, {"wall": math.inf}])
def test_a_lost_temperature_is_an_error_not_a_safe_reading(bad: dict[str, float]) -> None:
    with pytest.raises(SolverError, match="'wall' is missing or not finite"):
        Controller(README, bad)
    controller = Controller(README, {"wall": 37.0})
    with pytest.raises(SolverError, match="'wall' is missing or not finite"):
        controller.advance(0.5, bad)


def test_interrupting_keeps_what_was_delivered() -> None:
    controller = Controller(README, {"wall": 37.0})
    controller.advance(1.0, {"wall": 37.0})
    controller.advance(1.5, {"wall": 37.0})
    event = controller.interrupt()
    assert (event.t, event.kind, event.source) == (1.5, "interrupted", "user")
    assert controller.finished
    assert controller.power == 0.0
    assert controller.delivered_J == 60.0
    assert controller.power_steps == [(0.0, 40.0), (1.5, 0.0)]
    assert controller.events[-1] == event


def test_noise_is_repeatable() -> None:
    noisy = README.changed({"thermocouples.0.noise": 1.0})
    curves = {"wall": lambda t: 39.5}
    first, again = (play(noisy, curves, seed=3).controller for _ in range(2))
    assert first.traces == again.traces
    assert first.events == again.events
    assert play(noisy, curves, seed=4).controller.traces != first.traces
