"""The damage suite: its exact histories against independent numbers; a wrong model misses."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from benchmarks.verification.damage import exact, lumped, marched
from benchmarks.verification.damage.formulas import arrhenius_rows, cem43_rows, three_state_rows
from mwa_sim.damage.arrhenius import arrhenius_damage
from mwa_sim.damage.cem43 import cem43_dose
from mwa_sim.damage.parameters import ARRHENIUS_SETS
from mwa_sim.damage.three_state import three_state_fractions

LIVER = ARRHENIUS_SETS["liver"]


def test_the_ramp_of_omega_is_its_integral() -> None:
    def rate(t: float) -> float:
        return 7.39e39 * math.exp(-2.577e5 / (8.314462618 * (310.15 + t)))

    assert exact.arrhenius_ramp(60.0, 37.0, 97.0, LIVER) == pytest.approx(
        quad(rate, 0.0, 60.0, epsrel=1e-12)[0], rel=1e-8
    )


def test_the_ramp_of_the_dose_counts_each_side_of_43_degrees() -> None:
    below = quad(lambda t: 0.25 ** (2.0 - t), 0.0, 2.0)[0]
    above = quad(lambda t: 0.5 ** (2.0 - t), 2.0, 5.0)[0]
    assert exact.cem43_ramp(300.0, 41.0, 46.0) == pytest.approx(below + above, rel=1e-12)
    assert exact.cem43_ramp(300.0, 46.0, 41.0) == pytest.approx(below + above, rel=1e-12)
    assert exact.cem43_history(lambda t: 41.0 + t / 60.0, 300.0, [120.0]) == pytest.approx(
        below + above, rel=1e-10
    )


def test_the_published_dead_fractions() -> None:
    dead = exact.three_state(lambda t: 60.0, (60.0, 180.0, 300.0, 600.0, 900.0))[1]
    assert dead == pytest.approx([1e-4, 0.0011, 0.0056, 0.1571, 0.7165], abs=6e-5)


def test_dying_perfusion_ends_between_its_limits() -> None:
    sink, times = lumped.sink_rate(0.0155), (30.0, 60.0)
    dying = exact.perfused(times, 0.6, sink, LIVER)[0]
    without = 37.0 + 0.6 * np.array(times)
    lasting = 37.0 + 0.6 / sink * -np.expm1(-sink * np.array(times))
    assert (lasting < dying).all()
    assert (dying < without).all()
    # Long after the vessels have closed it is heated as if it had none.
    late = exact.perfused((80.0, 90.0), 0.6, sink, LIVER)[0]
    assert late[1] - late[0] == pytest.approx(6.0, rel=1e-6)


def test_a_wrong_activation_energy_misses() -> None:
    def wrong(t, temperatures, p):
        return 1.01 * arrhenius_damage(t, temperatures, p)

    rows = arrhenius_rows(wrong)
    compared = [row for row in rows if not row.quantity.startswith("order")]
    assert all(row.verdict == "miss" for row in compared)
    assert all(row.verdict == "pass" for row in arrhenius_rows())


def test_a_dose_that_ignores_the_crossing_misses() -> None:
    def trapezoid(t, temperatures):
        rates = np.array([exact.cem43_rate(x) for x in temperatures])
        return cem43_dose(t[:1], temperatures[:1]) + np.trapezoid(rates, t) / 60.0

    verdicts = {row.quantity: row.verdict for row in cem43_rows(trapezoid)}
    assert [v for q, v in verdicts.items() if "across 43" in q] == ["miss"] * 3
    assert [v for q, v in verdicts.items() if "min at" in q] == ["pass"] * 4


def test_cells_that_do_not_recover_miss() -> None:
    def shifted(t, temperatures):
        return three_state_fractions(t, temperatures + 0.1)

    rows, _ = three_state_rows(shifted, step=20.0)
    assert all(row.verdict == "miss" for row in rows if row.quantity.startswith("dead fraction"))


def test_a_block_with_another_perfusion_misses() -> None:
    def wrong(heating, perfusion=0.0, **options):
        return lumped.lumped(heating, 1.02 * perfusion, **options)

    rows = marched.shutdown_rows(marched.shutdown((8.0, 4.0, 2.0), wrong))
    assert rows[1].verdict == "miss"
    rows = marched.shutdown_rows(marched.shutdown((8.0, 4.0, 2.0)))
    assert {row.verdict for row in rows} == {"pass"}
