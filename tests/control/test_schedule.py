"""Phases of a protocol and the clock that a pause stops."""

import math

import pytest

from mwa_sim.control.protocol import Protocol
from mwa_sim.control.schedule import Schedule, phases


def played(protocol: Protocol) -> Schedule:
    """Schedule of the only antenna of a protocol."""
    return Schedule((protocol.train,), protocol.cooldown.duration)


def test_phases_cover_the_treatment_without_gaps() -> None:
    protocol = Protocol.pulsed(power=40, on=60, off=20, cycles=3).then(power=20, on=30, cycles=2)
    found = phases(protocol.train)
    assert [(p.start, p.end, p.power) for p in found] == [
        (0.0, 60.0, 40.0),
        (60.0, 80.0, 0.0),
        (80.0, 140.0, 40.0),
        (140.0, 160.0, 0.0),
        (160.0, 220.0, 40.0),
        (220.0, 240.0, 0.0),
        (240.0, 300.0, 20.0),
    ]


def test_many_cycles_do_not_drift() -> None:
    found = phases(Protocol.pulsed(power=1, on=0.1, off=0.2, cycles=10_000).train)
    assert found[-1].end == pytest.approx(3000.0, abs=1e-9)
    assert found[14_000].start == pytest.approx(7000 * 0.3, abs=1e-9)


def test_switching_gives_an_event_for_every_change_of_power() -> None:
    protocol = Protocol.pulsed(power=40, on=60, off=20, cooldown=30).then(power=40, on=10)
    protocol = protocol.then(power=40, on=10).then(power=30, on=5)
    schedule = played(protocol)
    seen = []
    while not schedule.ended:
        t = schedule.next_instant()
        seen += [(event.t, event.kind, schedule.power) for event in schedule.switch(t)]
    # Two pulses of the same power in a row are two instants, but no change.
    assert seen == [
        (0.0, "power_on", 40.0),
        (60.0, "power_off", 0.0),
        (80.0, "power_on", 40.0),
        (100.0, "power_on", 30.0),
        (105.0, "power_off", 0.0),
        (135.0, "end", 0.0),
    ]
    assert schedule.next_instant() == math.inf


def test_a_pause_keeps_what_is_left_of_the_phase() -> None:
    schedule = played(Protocol.pulsed(power=40, on=60, off=20, cycles=2, cooldown=0))
    schedule.switch(0.0)
    schedule.pause(25.0)
    assert (schedule.power, schedule.next_instant(), schedule.paused) == (0.0, math.inf, True)
    schedule.pause(30.0)  # already paused: the clock stopped at 25 s
    schedule.resume(40.0)
    assert (schedule.power, schedule.next_instant()) == (40.0, 75.0)
    schedule.resume(50.0)
    assert schedule.next_instant() == 75.0


def test_power_remains_until_the_end_of_the_last_on_phase() -> None:
    schedule = played(Protocol.pulsed(power=40, on=60, off=20, cycles=2))
    schedule.switch(0.0)
    assert schedule.power_remains(139.999)
    assert not schedule.power_remains(140.0)
    schedule.pause(100.0)
    assert schedule.power_remains(500.0)
    schedule.stop(500.0)
    assert not schedule.power_remains(500.0)
    assert schedule.next_instant() == 680.0


def test_breaking_off_is_final() -> None:
    schedule = played(Protocol.pulsed(power=40, on=60))
    schedule.switch(0.0)
    schedule.break_off()
    assert schedule.ended
    assert (schedule.power, schedule.next_instant()) == (0.0, math.inf)
    assert not schedule.power_remains(1.0)
