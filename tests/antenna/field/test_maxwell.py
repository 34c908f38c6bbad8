"""The field solver against exact fields, and against itself on other meshes and domains."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from benchmarks.verification.exact.maxwell import vacuum_wavenumber
from benchmarks.verification.exact.maxwell_wire import InsulatedWire
from benchmarks.verification.field.coax import (
    FILLING,
    FREQUENCY,
    LINES,
    TISSUE,
    line_errors,
    line_problem,
)  # fmt: skip
from benchmarks.verification.field.driven import grid_mesh, rectangle
from benchmarks.verification.field.library import density_error, library_problem
from benchmarks.verification.field.open import absorbing, guided
from benchmarks.verification.field.smooth import SMOOTH, orders
from mwa_sim.antenna.field.guided import guided_constant
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.problem import reach
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.errors import InputError, SolverError


@pytest.fixture(scope="module")
def slot():
    return library_problem("slot-1.6mm", "liver")


@pytest.fixture(scope="module")
def solver(slot):
    return slot.solver(0.5)


@pytest.mark.parametrize("name", list(LINES))
def test_coaxial_line(name):
    errors, found = line_errors(name)
    # One triangle spans the gap, over which 1 / r falls by a factor of 3.5.
    assert errors.reflection < 2e-7
    assert errors.psi < 1e-4
    assert errors.e_r < 1e-3
    assert errors.lost < 2e-7
    assert errors.balance < 1e-7
    assert found.absorbed < 1e-12
    assert (found.radiated > 0.1) == name.endswith("matched")


def test_error_in_the_line_falls_with_the_third_power_of_the_element():
    one, other = (line_errors("shorted, lossy end", size)[0] for size in (4e-3, 2e-3))
    assert one.psi / other.psi > 12.0
    assert one.e_r / other.e_r > 6.0


@pytest.mark.parametrize("name", list(SMOOTH))
def test_cubic_elements_converge_with_their_order(name):
    *_, coarse, (_, _, errors, order) = orders(SMOOTH[name](), [2e-3, 1e-3, 0.5e-3])
    assert errors["psi"] < 1e-6
    assert errors["E"] < 1e-4
    assert errors["density"] < 5e-5
    assert order["psi"] > 3.8
    assert order["E"] > 2.8
    assert order["density"] > 2.8
    if "axis" in errors:
        # psi falls like r^2 there only as far as the elements can see.
        assert order["axis"] > 1.8
        assert errors["axis_worst"] < 2e-3
    assert coarse[2]["psi"] > errors["psi"]


def test_absorbing_boundary_sends_little_back_from_lossy_tissue():
    near, middle, far = (absorbing(d, size=1.5e-3) for d in (10e-3, 20e-3, 40e-3))
    assert [near.back, middle.back, far.back] == pytest.approx([0.045, 0.0185, 0.0052], rel=0.05)
    assert near.absorbed < 0.02
    assert middle.absorbed < 5e-4
    assert far.absorbed < 2e-4
    assert far.radiated < 1e-5
    assert far.mesh < 4e-3


def test_wave_guided_by_the_shaft_falls_as_that_of_an_insulated_wire():
    wave = guided()
    assert wave.found.real == pytest.approx(wave.exact.real, rel=1e-3)
    assert wave.found.imag == pytest.approx(wave.exact.imag, rel=1e-4)
    assert wave.scatter < 5e-4


def test_powers_add_up_to_the_incident_one(slot, solver):
    found = solver.solve(slot.permittivity)
    assert found.balance_error < 1e-9
    # The sums are taken apart: by the tissue's conductivity, at the port and on the boundary.
    lossy = [replace(p, permittivity=p.permittivity and p.permittivity - 0.05j)
             for p in slot.section.parts]  # fmt: skip
    section = replace(slot.section, parts=tuple(lossy))
    found = FieldSolver(section, solver.mesh, slot.frequency).solve(slot.permittivity)
    assert set(found.lost) == {p.name for p in lossy if p.permittivity}
    assert min(found.lost.values()) > 0.0
    assert sum(found.lost.values()) > 1e-3
    # The line above the port is lossless: the wave that comes is that of a slightly lossy line.
    assert found.balance_error < 1e-9


def test_slot_antenna_on_the_default_mesh(slot):
    found = slot.solver().solve(slot.permittivity)
    assert found.s11_db == pytest.approx(-16.77, abs=0.05)
    assert found.absorbed == pytest.approx(0.9771, abs=5e-4)


def test_density_converges_with_the_mesh(slot):
    coarse, middle, fine = (
        (s, s.solve(slot.permittivity)) for s in (slot.solver(f) for f in (0.5, 1.0, 1.6))
    )
    error = density_error(slot, middle, fine)
    assert error < 5e-3
    assert density_error(slot, coarse, fine) > 3.0 * error
    assert abs(middle[1].reflection - fine[1].reflection) < 1e-3
    assert middle[1].absorbed == pytest.approx(fine[1].absorbed, abs=2e-4)


def test_twice_the_domain_changes_the_absorbed_power_by_less_than_half_a_percent(slot, solver):
    one, other = (
        s.solve(slot.permittivity).absorbed for s in (solver, slot.solver(0.5, wider=2.0))
    )
    assert one == pytest.approx(other, rel=5e-3)
    assert one < other


def test_port_can_be_anywhere_in_the_line(slot):
    # The end of the domain moves with the port, and must be too far off to matter.
    solver, further = (p.solver(wider=1.7) for p in (slot, slot.longer(7e-3)))
    length = further.mesh.port - solver.mesh.port
    assert length == pytest.approx(7e-3)
    one, other = solver.solve(slot.permittivity), further.solve(slot.permittivity)
    turn = np.exp(-2j * vacuum_wavenumber(slot.frequency) * np.sqrt(FILLING) * length)
    assert other.reflection == pytest.approx(one.reflection * turn, abs=2e-5)
    assert other.absorbed == pytest.approx(one.absorbed, abs=1e-5)


def test_order_found_once_gives_the_solution_of_full_pivoting(slot):
    solver = slot.solver(0.3)
    first = solver.solve(slot.permittivity)
    again = solver.solve(slot.permittivity)
    other = solver.solve(0.5 * slot.permittivity)
    fresh = slot.solver(0.3).solve(0.5 * slot.permittivity)
    assert np.abs(again.psi - first.psi).max() < 1e-12 * np.abs(first.psi).max()
    assert np.abs(other.psi - fresh.psi).max() < 1e-12 * np.abs(fresh.psi).max()
    matrix = spied_matrix(slot.solver(0.3), slot.permittivity)
    assert abs(matrix - matrix.T).max() < 1e-12 * abs(matrix).max()
    pivoted = spsolve(matrix, solver._load[solver._free])
    assert np.abs(first.psi[solver._free] - pivoted).max() < 1e-10 * np.abs(pivoted).max()


def spied_matrix(solver, permittivity):
    kept = []
    plain = solver._pattern.matrix
    solver._pattern.matrix = lambda data: kept.append(plain(data)) or kept[-1]
    solver.solve(permittivity)
    return kept[0]


def test_heterogeneous_permittivity_of_one_value_is_homogeneous(slot, solver):
    array = np.full(solver.r.shape, slot.permittivity)
    one, other = solver.solve(slot.permittivity), solver.solve(array)
    assert np.array_equal(one.psi, other.psi)


def test_dry_tissue_next_to_the_antenna_changes_its_reflection(slot, solver):
    dry = np.where(np.hypot(solver.r, solver.z - 6e-3) < 8e-3, 6.0 - 0.5j, slot.permittivity)
    wet, dried = solver.solve(slot.permittivity), solver.solve(dry)
    assert abs(dried.reflection - wet.reflection) > 0.1
    assert dried.balance_error < 1e-9
    inside = np.hypot(solver.r, solver.z - 6e-3) < 8e-3
    shares = [(f.density * f.volume)[inside].sum() / f.absorbed for f in (wet, dried)]
    assert shares[1] < 0.6 * shares[0]


def test_field_scales_with_the_wavelength():
    """Lengths times two and frequency halved, at the same permittivities: the same field."""
    slot = library_problem("slot-1.6mm", "liver")
    parts = tuple(replace(p, outline=2.0 * p.outline) for p in slot.section.parts)
    twice = replace(slot.section, parts=parts, port=tuple(2.0 * r for r in slot.section.port))
    solver = slot.solver(0.3)
    mesh = solver.mesh
    larger = replace(
        mesh, points=2.0 * mesh.points, box=tuple(2.0 * x for x in mesh.box), port=2.0 * mesh.port
    )
    one = solver.solve(slot.permittivity)
    other = FieldSolver(twice, larger, 0.5 * slot.frequency).solve(slot.permittivity)
    assert other.reflection == pytest.approx(one.reflection, abs=1e-9)
    assert other.absorbed == pytest.approx(one.absorbed, rel=1e-9)


def test_tissue_without_loss_absorbs_nothing_and_radiates_the_rest(slot, solver):
    found = solver.solve(slot.permittivity.real)
    assert found.absorbed == 0.0
    assert found.balance_error < 1e-9
    assert found.radiated == pytest.approx(1.0 - found.reflected, abs=1e-9)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 43.0 + 12.0j, -43.0 - 12.0j, 0.0])
def test_permittivity_that_no_medium_has_is_refused(solver, wrong):
    with pytest.raises(InputError, match=r"permittivity of the tissue.*sigma >= 0"):
        solver.solve(wrong)


def test_one_wrong_point_is_named(solver):
    epsilon = np.full(solver.r.shape, 43.0 - 12.0j)
    epsilon[7, 3] = np.nan
    where = f"r = {1e3 * solver.r[7, 3]:.3f} mm, z = {1e3 * solver.z[7, 3]:.3f} mm, and 0 other"
    with pytest.raises(InputError) as caught:
        solver.solve(epsilon)
    assert where in str(caught.value)


def test_array_that_does_not_fit_is_refused(solver):
    with pytest.raises(InputError, match=r"shape \(3,\)"):
        solver.solve(np.full(3, 43.0 - 12.0j))


def test_all_that_is_wrong_with_a_section_is_listed(solver):
    parts = (
        *solver.section.parts[1:],
        Part("amplifier", rectangle(0.0, 1e-4, -1e-4, 0.0), 2.0 + 1.0j),
    )
    section = Section(parts, solver.section.port, -2.0)
    with pytest.raises(InputError) as caught:
        FieldSolver(section, solver.mesh, np.nan)
    assert [text.split(":")[0] for text in caught.value.problems] == [
        "frequency", "part 'amplifier'", "part 'port'",
    ]  # fmt: skip


@pytest.mark.parametrize("frequency", [0.0, -2.45e9, np.inf])
def test_frequency_must_be_a_positive_number(solver, frequency):
    with pytest.raises(InputError, match="frequency"):
        FieldSolver(solver.section, solver.mesh, frequency)


def test_mesh_without_a_port_is_refused():
    section = line_problem("shorted", 4e-3)[1].section
    mesh = grid_mesh(section, (3e-3, -4e-3, 44e-3), 40e-3, 4e-3)
    with pytest.raises(SolverError, match="no port"):
        FieldSolver(section, replace(mesh, port=41e-3), FREQUENCY)


def test_equations_without_a_solution_are_reported():
    _, solver = line_problem("shorted", 4e-3)
    solver._static = np.full_like(solver._static, np.nan)
    with pytest.raises(SolverError, match="solution"):
        solver.solve(TISSUE)
    solver._static = np.zeros_like(solver._static)
    solver._pattern.weighted = lambda *_: np.zeros_like(solver._static)
    solver._edge = replace(solver._edge, weight=0.0 * solver._edge.weight)
    with pytest.raises(SolverError, match="solution"):
        solver.solve(TISSUE)


BARE = Section(
    (Part("outer", rectangle(0.0, 0.6e-3, 0.0, np.inf), None),
     Part("line", rectangle(0.1e-3, 0.4e-3, 1e-3, np.inf), 2.0),
     Part("inner", rectangle(0.0, 0.1e-3, 1e-3, np.inf), None)), (0.1e-3, 0.4e-3), 2.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("tissue", "distance"), [((43.0, 1.69), 73e-3), ((5.0, 0.0), 400e-3), ((60.0, 20.0), 40e-3)]
)
def test_domain_of_a_bare_antenna_reaches_three_and_a_half_attenuation_lengths(tissue, distance):
    permittivity = complex_permittivity(*tissue, FREQUENCY)
    assert reach(permittivity, FREQUENCY, BARE) == pytest.approx(distance, rel=0.01)


@pytest.mark.parametrize("frequency", [915e6, 2.45e9])
@pytest.mark.parametrize("permittivity", [43.0 - 12.0j, 18.5 - 6.0j, 11.4 - 3.0j])
def test_constant_of_the_guided_wave_is_that_of_an_insulated_wire(frequency, permittivity):
    sheath = Part("sheath", rectangle(0.6e-3, 0.9e-3, 1e-3, np.inf), 2.1)
    film = Part("film", rectangle(0.6e-3, 0.7e-3, 1e-3, np.inf), 3.0)
    section = replace(BARE, parts=(*BARE.parts, sheath, film))
    exact = InsulatedWire([0.6e-3, 0.7e-3, 0.9e-3], [3.0, 2.1], permittivity, frequency)
    found = guided_constant(section, permittivity, frequency)
    assert found == pytest.approx(exact.line_gamma, rel=1e-9)
    assert found.real == pytest.approx(exact.gamma.real, rel=0.08)
    assert found.imag == pytest.approx(exact.gamma.imag, rel=0.08)


def test_guided_wave_that_falls_slowly_widens_the_domain():
    """At 915 MHz the wave along a sheath reaches further than a plane wave."""
    slot = library_problem("slot-1.6mm-915", "liver")
    plain = reach(slot.permittivity, slot.frequency, BARE)
    assert reach(slot.permittivity, slot.frequency, slot.section) > 1.4 * plain
    one, other = (slot.solver(0.5, w).solve(slot.permittivity) for w in (1.0, 2.0))
    assert one.absorbed == pytest.approx(other.absorbed, rel=5e-3)
    assert abs(one.reflection - other.reflection) < 2e-3


def test_domain_in_no_medium_is_refused():
    with pytest.raises(InputError, match="sigma >= 0"):
        reach(complex("nan"), FREQUENCY, BARE)
