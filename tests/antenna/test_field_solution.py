"""The library's antennas in homogeneous tissue: published figures, and the fitted segments."""

import numpy as np
import pytest

from benchmarks.antenna.fit_line_source import TISSUES, compute, errors, fit
from benchmarks.verification.field.library import library_problem
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.library import library_entry, list_antennas
from mwa_sim.antenna.line import LinePattern

WITH_SECTION = [name for name in list_antennas() if library_entry(name).section is not None]


@pytest.mark.parametrize(
    ("tissue", "s11"),
    [("liver", -17.0), ("bone_cancellous", -16.4), ("muscle", -16.2), ("bone_cortical", -12.1)],
)
def test_slot_antenna_in_its_sheath_is_matched_as_an_independent_model_says(tissue, s11):
    problem = library_problem("slot-1.6mm", tissue)
    found = problem.solver().solve(problem.permittivity)
    assert found.s11_db == pytest.approx(s11, abs=0.35)


def test_liver_of_the_published_model_absorbs_the_published_power():
    """9.4 of 10 W: a cylinder of 30 mm radius and 80 mm height, its end 10 mm below the tip."""
    problem = library_problem("slot-1.79mm", "liver")
    solver = problem.solver()
    found = solver.solve(problem.permittivity)
    inside = (solver.r < 30e-3) & (solver.z > -10e-3) & (solver.z < 70e-3)
    assert 10.0 * (found.density * found.volume)[inside].sum() == pytest.approx(9.4, abs=0.05)


@pytest.mark.parametrize("name", WITH_SECTION)
def test_every_antenna_accounts_for_its_power(name):
    problem = library_problem(name, "liver")
    found = problem.solver(0.4).solve(problem.permittivity)
    assert found.balance_error < 1e-9
    assert found.absorbed > 0.5
    assert 0.0 <= found.radiated < 5e-3
    assert min(found.lost.values(), default=0.0) >= 0.0
    assert found.density.min() >= 0.0


@pytest.mark.parametrize("name", ["slot-1.6mm", "monopole-1.6mm"])
def test_library_segments_reproduce_the_computed_density(name):
    source = Antenna.from_library(name).sar
    l2, inverse_square = [], []
    for tissue in TISSUES:
        case = compute(name, tissue, 0.6)
        ends = (source.start, source.end, source.radius, case.attenuation)
        found = errors(case, LinePattern(*ends, source.exponent))
        assert found["misplaced"] < 0.23
        l2.append(found["l2"])
        inverse_square.append(errors(case, LinePattern(*ends, 2.0))["l2"])
    assert np.mean(l2) < 0.36
    assert np.mean(l2) < 0.75 * np.mean(inverse_square)


def test_fit_finds_the_segment_of_a_field_that_is_one():
    case = compute("slot-1.6mm", "liver", 0.4)
    pattern = LinePattern(4e-3, 18e-3, 0.8e-3, case.attenuation, 1.5)
    made = type(case)(
        case.tissue, case.field, case.unknowns, case.attenuation, case.r, case.z,
        pattern.density(case.r, case.z), case.volume,
    )  # fmt: skip
    start, end, error = fit([made], 0.8e-3, 1.5)
    assert (start, end) == pytest.approx((4e-3, 18e-3), abs=0.05e-3)
    assert error < 1e-3
    assert errors(made, pattern)["misplaced"] == pytest.approx(0.0, abs=1e-12)
