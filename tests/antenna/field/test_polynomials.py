import numpy as np
import pytest
from numpy.testing import assert_allclose

from benchmarks.verification.exact.maxwell_cylinders import Cylinders
from benchmarks.verification.field.driven import Driven, grid_mesh, rectangle
from mwa_sim.antenna.field.find import Finder
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.polynomials import TissueTriangles, bernstein, squared_field
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.field.solution import FieldSolution

FREQUENCY, TISSUE = 2.45e9, 43.0 - 12.0j


@pytest.fixture(scope="module")
def solver():
    parts = (
        Part("sheath", rectangle(0.0, 1.2e-3, -6e-3, np.inf), 2.1),
        Part("wire", rectangle(0.0, 0.6e-3, -6e-3, np.inf), None),
    )
    section = Section(parts, (0.6e-3, 1.2e-3), 2.0)
    mesh = grid_mesh(section, (9e-3, -6e-3, 8e-3), 6e-3, 1.5e-3, shaken=0.2)
    return FieldSolver(section, mesh, FREQUENCY)


@pytest.fixture(scope="module")
def triangles(solver):
    return TissueTriangles(solver)


def as_solution(solver, e_r, e_z):
    none = np.zeros(solver.size, dtype=complex)
    return FieldSolution(0j, e_r, e_z, solver.r, solver.volume, {}, 0.0, none)


def at_random(solver, n=400):
    """Points in the tissue, their tissue triangle and barycentric coordinates."""
    rng = np.random.default_rng(1)
    r, z = rng.uniform(0.0, 9e-3, n), rng.uniform(-6e-3, 8e-3, n)
    triangle, bary = Finder(solver.mesh.points, solver.mesh.triangles).locate(r, z)
    number = np.full(len(solver.mesh.triangles), -1)
    number[solver.tissue] = np.arange(len(solver.tissue))
    return r, z, number[triangle], bary


def test_samples_lie_inside_their_triangles(solver, triangles):
    found, bary = Finder(solver.mesh.points, solver.mesh.triangles).locate(triangles.r, triangles.z)
    assert_allclose(found, np.repeat(solver.tissue, 3))
    assert_allclose(np.sort(bary, axis=1), [[1 / 6, 1 / 6, 2 / 3]] * len(bary), atol=1e-9)


def test_linear_permittivity_goes_through_the_samples(solver, triangles):
    def linear(r, z):
        return 40.0 + 900.0 * r - 700.0 * z - 1j * (10.0 + 300.0 * r + 200.0 * z)

    found = triangles.at_points(linear(triangles.r, triangles.z))
    exact = linear(solver.r, solver.z)
    samples = linear(triangles.r, triangles.z).reshape(-1, 3)
    inside = (exact.real >= samples.real.min(axis=1)[:, None]) & (
        exact.real <= samples.real.max(axis=1)[:, None]
    )
    assert inside.mean() > 0.3
    assert_allclose(found.real[inside], exact.real[inside], rtol=1e-12)
    # Beyond the range of the samples nothing is extrapolated.
    assert (found.real >= samples.real.min(axis=1)[:, None]).all()
    assert (found.imag <= samples.imag.max(axis=1)[:, None]).all()
    assert np.abs(found - exact).max() < 900.0 * 1.5e-3


def test_permittivity_behind_a_jump_stays_that_of_a_tissue(triangles):
    rng = np.random.default_rng(0)
    samples = np.where(rng.random(triangles.r.size) < 0.5, 43.0 - 12.0j, 5.0 - 0.4j)
    found = triangles.at_points(samples)
    assert found.real.min() >= 5.0
    assert found.imag.max() <= -0.4
    assert found.real.max() <= 43.0


def test_constant_permittivity_is_exact(triangles):
    found = triangles.at_points(np.full(triangles.r.size, TISSUE))
    assert_allclose(found, TISSUE, rtol=1e-13)


def test_quadratic_field_is_reproduced_everywhere(solver, triangles):
    def field(r, z):
        r, z = 1e3 * r, 1e3 * z
        return 1.0 + r - 2.0j * z + 0.3 * r * z - 1j * r**2, 2.0j - r + 0.7 * z**2 + 0.1j * r * z

    coefficients = triangles.field(as_solution(solver, *field(solver.r, solver.z)))
    r, z, triangle, bary = at_random(solver)
    across, along = squared_field(coefficients, triangle, bary)
    e_r, e_z = field(r, z)
    inside = triangle >= 0
    assert inside.sum() > 200
    assert_allclose(across[inside], np.abs(e_r[inside]) ** 2, rtol=1e-9)
    assert_allclose(along[inside], np.abs(e_z[inside]) ** 2, rtol=1e-9)
    assert (across[~inside] == 0.0).all()
    assert (along[~inside] == 0.0).all()


def test_corner_coefficients_are_values(solver, triangles):
    coefficients = triangles.field(as_solution(solver, solver.r + 0j, 1j * solver.z))
    corners = solver.mesh.points[solver.mesh.triangles[solver.tissue]]
    assert_allclose(coefficients[:, :3, 0], corners[:, :, 0], atol=1e-15)
    assert_allclose(coefficients[:, :3, 3], corners[:, :, 1], atol=1e-15)


def test_bernstein_polynomials_sum_to_one_and_are_not_negative():
    bary = np.random.default_rng(2).dirichlet([1.0, 1.0, 1.0], 50)
    values = bernstein(bary)
    assert_allclose(values.sum(axis=1), 1.0, rtol=1e-14)
    assert values.min() >= 0.0


def test_field_of_a_current_in_tissue_at_any_point(solver, triangles):
    """psi to E to polynomials to points, against Bessel functions."""
    exact = Cylinders([0.6e-3, 1.2e-3, np.inf], [2.1, TISSUE], FREQUENCY, inner=1.0)
    found = Driven(solver).solve(exact.field, TISSUE)
    r, z, triangle, bary = at_random(solver)
    across, along = squared_field(triangles.field(found), triangle, bary)
    inside = triangle >= 0
    field = exact.field(r[inside], z[inside])
    scale = field.e_squared.max()
    error = along[inside] - np.abs(field.e_z) ** 2
    assert np.abs(error).max() < 1e-2 * scale
    assert np.sqrt(np.mean(error**2)) < 1e-3 * scale
    assert across.max() < 1e-4 * scale


def test_power_of_the_polynomials_is_that_of_the_solution(solver, triangles):
    exact = Cylinders([0.6e-3, 1.2e-3, np.inf], [2.1, TISSUE], FREQUENCY, inner=1.0)
    found = Driven(solver).solve(exact.field, TISSUE)
    finder = Finder(solver.mesh.points, solver.mesh.triangles)
    _, bary = finder.locate(solver.r.ravel(), solver.z.ravel())
    triangle = np.repeat(np.arange(len(solver.tissue)), solver.r.shape[1])
    squared = sum(squared_field(triangles.field(found), triangle, bary))
    plain = np.abs(found.e_r) ** 2 + np.abs(found.e_z) ** 2
    volume = solver.volume.ravel()
    assert squared @ volume == pytest.approx(plain.ravel() @ volume, rel=1e-4)
