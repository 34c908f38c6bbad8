import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmarks.verification.field.library import library_problem
from mwa_sim.antenna.field import kept
from mwa_sim.antenna.field.kept import kept_solution, kept_solver
from mwa_sim.antenna.field.problem import field_mesh, reach
from mwa_sim.antenna.sar import SPEED_OF_LIGHT
from mwa_sim.errors import SolverError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MWA_SIM_CACHE", str(tmp_path))
    monkeypatch.setattr(kept, "_solvers", type(kept._solvers)())
    # What is kept matters here, not how good it is.
    monkeypatch.setattr(kept, "field_mesh", partial(field_mesh, refinement=0.3))
    return tmp_path / "fields"


@pytest.fixture(scope="module")
def slot():
    return library_problem("slot-1.6mm", "liver")


def solver_of(problem, permittivity=None):
    value = problem.permittivity if permittivity is None else permittivity
    return kept_solver(problem.section, problem.frequency, np.array([value]))


def test_solver_is_made_once(slot):
    assert solver_of(slot) is solver_of(slot)
    nearly = slot.permittivity * 1.001
    assert solver_of(slot, nearly) is solver_of(slot)


def test_other_frequency_section_or_tissue_is_another_solver(slot):
    one = solver_of(slot)
    assert kept_solver(slot.section, 915e6, np.array([slot.permittivity])) is not one
    assert solver_of(slot, 11.4 - 2.9j) is not one
    parts = slot.section.parts[:-1]
    assert solver_of(replace(slot, section=replace(slot.section, parts=parts))) is not one


def test_few_solvers_are_kept(slot):
    first = solver_of(slot)
    for frequency in (2.3e9, 2.4e9, 2.5e9, 2.6e9):
        kept_solver(slot.section, frequency, np.array([slot.permittivity]))
    assert len(kept._solvers) == 4
    assert solver_of(slot) is not first


def test_mesh_comes_back_from_the_cache(slot, cache, monkeypatch):
    first = solver_of(slot).mesh
    kept._solvers.clear()
    monkeypatch.setattr(kept, "field_mesh", None)
    again = solver_of(slot).mesh
    for name in ("points", "triangles", "part"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert (first.box, first.port) == (again.box, again.port)


def test_domain_and_mesh_are_at_least_those_asked_for(slot):
    solver = solver_of(slot)
    r_max, low, _ = solver.mesh.box
    wanted = reach(slot.permittivity, slot.frequency, slot.section)
    assert wanted <= r_max - slot.section.radius <= wanted + 10e-3
    assert low == pytest.approx(slot.section.radius - r_max)
    wavelength = SPEED_OF_LIGHT / slot.frequency / np.sqrt(slot.permittivity).real
    finest = field_mesh(slot.section, r_max - slot.section.radius, wavelength, 0.3)
    assert len(solver.mesh.points) >= len(finest.points)


def test_kept_solution_is_the_fresh_one(slot, monkeypatch):
    solver = solver_of(slot)
    epsilon = np.full(solver.r.shape, slot.permittivity)
    fresh = solver.solve(epsilon)
    stored = kept_solution(solver, epsilon)
    monkeypatch.setattr(type(solver), "solve", None)
    again = kept_solution(solver, epsilon)
    for one in (stored, again):
        assert np.abs(one.psi - fresh.psi).max() < 1e-12 * np.abs(fresh.psi).max()
        assert one.reflection == pytest.approx(fresh.reflection, abs=1e-12)
        assert one.lost == pytest.approx(fresh.lost, abs=1e-15)
        np.testing.assert_allclose(one.density, fresh.density, rtol=1e-9)
    assert np.array_equal(stored.psi, again.psi)


def test_another_permittivity_is_another_solution(slot, cache):
    solver = solver_of(slot)
    epsilon = np.full(solver.r.shape, slot.permittivity)
    changed = epsilon.copy()
    changed[0, 0] *= 1.0 + 1e-12
    one, other = kept_solution(solver, epsilon), kept_solution(solver, changed)
    assert len(list(cache.glob("field-*.npz"))) == 2
    assert one.reflection == pytest.approx(other.reflection, abs=1e-9)


def damage(file, how):
    content = file.read_bytes()
    if how == "empty":
        file.write_bytes(b"")
    elif how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "text":
        file.write_text("not an archive")
    elif how == "flipped":
        spoilt = bytearray(content)
        spoilt[len(spoilt) // 2] ^= 0xFF
        file.write_bytes(spoilt)
    elif how == "header":
        spoilt = bytearray(content)
        spoilt[:200] = bytes(200)
        file.write_bytes(spoilt)
    elif how == "other arrays":
        np.savez(file, psi=np.zeros(3), points=np.zeros(2))
    elif how == "no numbers":
        np.savez(file, psi=np.full(solver_size(file), np.nan, dtype=complex))
    elif how == "folder":
        file.unlink()
        file.mkdir()


def solver_size(file):
    with np.load(file) as stored:
        return stored["psi"].shape if "psi" in stored.files else (1,)


DAMAGES = ["empty", "cut", "text", "flipped", "header", "other arrays", "no numbers", "folder"]


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_solution_is_computed_again(slot, cache, how):
    solver = solver_of(slot)
    epsilon = np.full(solver.r.shape, slot.permittivity)
    fresh = kept_solution(solver, epsilon)
    (file,) = cache.glob("field-*.npz")
    damage(file, how)
    again = kept_solution(solver, epsilon)
    assert np.abs(again.psi - fresh.psi).max() < 1e-12 * np.abs(fresh.psi).max()


@pytest.mark.parametrize("factor", [1.02, 0.0, 1e200])
def test_solution_that_does_not_conserve_power_is_computed_again(slot, cache, factor):
    solver = solver_of(slot)
    epsilon = np.full(solver.r.shape, slot.permittivity)
    fresh = kept_solution(solver, epsilon)
    (file,) = cache.glob("field-*.npz")
    np.savez(file, psi=factor * fresh.psi)
    again = kept_solution(solver, epsilon)
    assert again.balance_error < 1e-9
    assert again.absorbed == pytest.approx(fresh.absorbed, rel=1e-9)
    # The bad one is replaced.
    with np.load(file) as stored:
        np.testing.assert_allclose(stored["psi"], again.psi)


def test_fresh_solution_that_does_not_conserve_power_is_refused(slot, cache, monkeypatch):
    solver = solver_of(slot)
    epsilon = np.full(solver.r.shape, slot.permittivity)
    wrong = 1.02 * solver.solve(epsilon).psi
    monkeypatch.setattr(type(solver), "solve", lambda self, e: self.evaluate(wrong, e))
    with pytest.raises(SolverError, match=r"does not conserve power: .* expected at most 1 %"):
        kept_solution(solver, epsilon)
    assert not list(cache.glob("field-*.npz"))


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_mesh_is_made_again(slot, cache, how):
    first = solver_of(slot)
    (file,) = cache.glob("mesh-*.npz")
    damage(file, how)
    kept._solvers.clear()
    again = solver_of(slot)
    assert np.array_equal(again.mesh.points, first.mesh.points)
    assert again.unknowns == first.unknowns


@pytest.mark.parametrize("name", ["points", "triangles", "part", "box", "port"])
def test_mesh_whose_arrays_do_not_fit_is_made_again(slot, cache, name):
    first = solver_of(slot)
    (file,) = cache.glob("mesh-*.npz")
    with np.load(file) as stored:
        arrays = dict(stored)
    arrays[name] = arrays[name].ravel()[:2]
    np.savez(file, **arrays)
    kept._solvers.clear()
    assert solver_of(slot).unknowns == first.unknowns


def test_folder_that_cannot_be_written_costs_time_only(slot, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MWA_SIM_CACHE", str(tmp_path / "file"))
    solver = solver_of(slot)
    found = kept_solution(solver, np.full(solver.r.shape, slot.permittivity))
    assert found.balance_error < 1e-9


def test_newer_code_does_not_read_an_older_ones_work(slot, cache, monkeypatch):
    solver_of(slot)
    kept._solvers.clear()
    monkeypatch.setattr(kept, "_code", lambda: "another version")
    solver_of(slot)
    assert len(list(cache.glob("mesh-*.npz"))) == 2


def test_threads_get_one_answer(slot):
    values = [slot.permittivity, 0.8 * slot.permittivity, slot.permittivity]
    barrier = threading.Barrier(6)

    def one(k):
        barrier.wait()
        solver = kept_solver(slot.section, slot.frequency, np.array([slot.permittivity]))
        return solver.solve(values[k % 3]).reflection

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(one, range(6)))
    alone = solver_of(slot)
    for k, reflection in enumerate(found):
        assert reflection == pytest.approx(alone.solve(values[k % 3]).reflection, abs=1e-10)


def _process(arguments):
    section, frequency, permittivity = arguments
    solver = kept_solver(section, frequency, np.array([permittivity]))
    solution = kept_solution(solver, np.full(solver.r.shape, permittivity))
    return complex(solution.reflection)


def test_processes_share_the_cache(slot, cache):
    context = multiprocessing.get_context("spawn")
    task = (slot.section, slot.frequency, slot.permittivity)
    with context.Pool(2) as pool:
        found = pool.map(_process, [task] * 4, chunksize=1)
    assert np.ptp(np.abs(found)) < 1e-12
    assert _process(task) == pytest.approx(found[0], abs=1e-12)
    assert len(list(cache.glob("field-*.npz"))) == 1
    assert not list(cache.glob("*.part"))
