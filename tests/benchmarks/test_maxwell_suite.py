"""The Maxwell suite: its orders and rows from known errors, and a wrong line that misses."""

import cmath

import pytest

from benchmarks.verification.exact.maxwell import wavenumber
from benchmarks.verification.exact.maxwell_coax import SHORT, CoaxialLine
from benchmarks.verification.field.coax import FILLING, FREQUENCY, INNER, OUTER, LineErrors
from benchmarks.verification.maxwell.antennas import published_rows
from benchmarks.verification.maxwell.exactly import (
    LINE_SIZES,
    Refined,
    line_rows,
    one_line,
    smooth_rows,
)


def fourth_order(name: str, size: float) -> LineErrors:
    return LineErrors(1e-9, size**4, 1e-5, 1e-9, 1e-9)


def test_orders_of_known_errors() -> None:
    rows = line_rows(fourth_order)
    orders = [row.value for row in rows if "order" in row.quantity]
    assert orders == pytest.approx([4.0] * 4)
    assert {row.verdict for row in rows} == {"pass"}
    errors = {"psi": (1.0, 1e-1, 1e-2), "density": (1e-2, 1e-3, 1e-4)}
    one = Refined((4e-3, 2e-3, 1e-3), errors)
    assert one.order("psi") == pytest.approx(3.3219, abs=1e-4)
    found = {row.quantity: row for row in smooth_rows({"made": one})}
    assert found["made: order of convergence in h, r H"].verdict == "miss"
    assert found["made: order of convergence in h, absorbed power density"].verdict == "pass"


def test_a_line_solved_with_lower_elements_misses_its_order() -> None:
    def quadratic(name: str, size: float) -> LineErrors:
        return LineErrors(1e-9, size**3, 1e-5, 1e-9, 1e-9)

    verdicts = {row.quantity: row.verdict for row in line_rows(quadratic)}
    assert [v for q, v in verdicts.items() if "order" in q] == ["miss"] * 4


def test_a_line_a_hair_longer_misses_its_reflection() -> None:
    """The tolerance of S11 sees 0.1 um of a line that is shorted 40 mm away."""
    right = CoaxialLine(INNER, OUTER, [(40e-3, FILLING)], SHORT, FREQUENCY).reflection
    longer = CoaxialLine(INNER, OUTER, [(40e-3 + 1e-7, FILLING)], SHORT, FREQUENCY).reflection
    k = wavenumber(FILLING, FREQUENCY)
    assert longer / right == pytest.approx(cmath.exp(-2j * k * 1e-7), rel=1e-12)
    off = abs(longer - right)
    found = one_line("shorted", LINE_SIZES["shorted"][-1])
    assert found.reflection < 1e-6 < off

    def shifted(name: str, size: float) -> LineErrors:
        return LineErrors(off, size**4, 1e-5, 1e-9, 1e-9)

    rows = [row for row in line_rows(shifted) if "S11" in row.quantity]
    assert {row.verdict for row in rows} == {"miss"}


def test_the_published_power_is_met() -> None:
    power, s11 = published_rows(("liver",))
    assert power.reference == 9.4
    assert power.verdict == s11.verdict == "pass"
