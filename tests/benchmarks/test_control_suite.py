"""The control suite: its exact course against an ODE solver; late switches and wrong lags miss."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import mwa_sim as mwa
from benchmarks.verification.control import events, spread
from benchmarks.verification.control.exact import BLOOD, Block, State, Watched, play


@pytest.mark.parametrize("sink", [0.0, 0.0154])
@pytest.mark.parametrize("lag", [0.4, 5.0])
def test_the_course_between_switches_by_an_ode_solver(sink: float, lag: float) -> None:
    start = State(3.0, 44.0, 40.0)
    found = Block(0.5, sink, lag).after(start, 12.0, 1.5)

    def slope(_, y):
        return [0.5 * 1.5 - sink * (y[0] - BLOOD), (y[0] - y[1]) / lag]

    exact = solve_ivp(slope, (0.0, 12.0), [44.0, 40.0], rtol=1e-11, atol=1e-11).y[:, -1]
    assert (found.t, found.tissue, found.reading) == pytest.approx((15.0, *exact), abs=1e-7)


def test_a_sensor_without_lag_reads_the_tissue() -> None:
    found = Block(0.5, 0.01, 0.0).after(State(0.0, 37.0, 37.0), 7.0, 1.0)
    assert found.reading == pytest.approx(found.tissue, rel=1e-14)


def test_the_first_sample_above_the_limit_stops() -> None:
    # 0.5 K/s: 42 degC at 10 s, a sample there is not above; the next one is, and the operator
    # takes 0.7 s.
    run = play(Block(0.5, 0.0, 0.0), Watched(1.0, 60.0, 2.0, 42.0, None, 0.7))
    assert [t for t, _ in run.switches] == pytest.approx([0.0, 12.7])
    assert run.on_time == pytest.approx(12.7)


def test_a_pause_keeps_what_was_left_of_the_pulse() -> None:
    run = play(Block(0.8, 0.02, 0.4), Watched(1.0, 33.3, 1.0, 42.0, 40.0))
    assert len(run.switches) > 4
    assert run.on_time == pytest.approx(33.3, abs=1e-9)
    assert [on for _, on in run.switches[:4]] == [True, False, True, False]


def test_after_the_source_is_off_its_heat_goes_on_spreading() -> None:
    on = [spread.exact_tissue(t, np.inf, 15.0) for t in (20.0, 25.0)]
    off = [spread.exact_tissue(t, 20.0, 15.0) for t in (20.0, 25.0, 60.0)]
    assert on[0] == off[0]
    assert on[1] > off[1] > off[0]
    assert off[2] > off[1]
    # A ramp of b K/s is read b tau lower: the rise there is almost one.
    rate = (spread.exact_tissue(20.0, np.inf, 15.0) - spread.exact_tissue(19.0, np.inf, 15.0)) / 1.0
    behind = spread.exact_tissue(20.0, np.inf, 15.0) - spread.exact_reading(20.0, 15.0)
    assert behind == pytest.approx(rate * spread.LAG, rel=0.05)


def verdicts(rows) -> dict[str, str]:
    return {row.quantity.split(": ")[1]: row.verdict for row in rows}


def test_a_thermocouple_with_another_lag_misses() -> None:
    def slower(plan):
        return mwa.simulate(plan.changed({"protocol.thermocouples.0.time_constant": 1.5}))

    case = events.CASES[0]
    assert set(verdicts(events.rule_rows(case)).values()) == {"pass"}
    found = verdicts(events.rule_rows(case, slower))
    assert found["largest error of a reading"] == "miss"
    assert found["time of the stop"] == found["energy at the generator"] == "miss"


def test_other_limits_of_a_pause_miss() -> None:
    def later(plan):
        return mwa.simulate(plan.changed({"protocol.rules.0.resume_below": 39.5}))

    case = events.CASES[5]
    found = verdicts(events.rule_rows(case, later))
    assert found["number of pauses"] == found["largest error of a switching time"] == "miss"


def test_pulses_of_another_length_miss() -> None:
    def longer(plan):
        pulse = plan.protocol.pulses[0]
        return mwa.simulate(plan.changed({"pulses.0.on": pulse.on + 1e-5}))

    found = verdicts(events.pulse_rows(longer))
    assert found["largest error of a switching time"] == "miss"
    assert set(verdicts(events.pulse_rows()).values()) == {"pass"}
