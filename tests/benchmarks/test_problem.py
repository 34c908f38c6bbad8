"""The block problems of the performance benchmark: mesh, source, reference, steps of the peers."""

import json

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as linalg

from benchmarks.performance import scaling
from benchmarks.performance.peers import __main__ as command
from benchmarks.performance.peers import common, runs
from benchmarks.performance.problem import definition as case
from benchmarks.performance.problem import reference
from benchmarks.performance.problem.mesh import HALF, smallest_angles, tetrahedra, volumes
from benchmarks.performance.problem.ours import at_dt, errors, march


@pytest.fixture(scope="module")
def mesh():
    return tetrahedra(6)


@pytest.fixture(scope="module")
def nonlinear(mesh):
    return case.on_mesh("N", *mesh)


@pytest.fixture(scope="module")
def exact(nonlinear):
    return reference.explicit(nonlinear)


def test_the_mesh_fills_the_block_without_flat_elements(mesh):
    nodes, tets = mesh
    volume = volumes(nodes, tets)
    assert volume.min() > 0.0
    assert volume.sum() == pytest.approx((2.0 * HALF) ** 3, rel=1e-12)
    assert smallest_angles(nodes, tets).min() > 12.0
    assert volume.max() < 4.0 * volume.mean()
    # Every inner face belongs to two elements, every outer one to one: conforming.
    faces = np.sort(tets[:, [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]].reshape(-1, 3), axis=1)
    _, uses = np.unique(faces, axis=0, return_counts=True)
    assert np.count_nonzero(uses == 1) == 12 * 6**2
    assert uses.max() == 2


def test_the_mesh_is_the_same_every_time(mesh):
    nodes, tets = tetrahedra(6)
    np.testing.assert_array_equal(nodes, mesh[0])
    np.testing.assert_array_equal(tets, mesh[1])


def test_the_mesh_is_not_a_lattice(mesh):
    _, tets = mesh
    edges = np.unique(np.sort(tets[:, [[0, 1], [0, 2], [0, 3]]].reshape(-1, 2), axis=1), axis=0)
    assert len(np.unique(np.bincount(edges.ravel()))) > 6


def test_a_mesh_is_kept(tmp_path):
    first = case.problem("L", "2k", tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    second = case.problem("L", "2k", tmp_path)
    assert file.stat().st_mtime_ns == written
    np.testing.assert_array_equal(first.nodes, second.nodes)


def test_the_source_integrates_to_one(nonlinear):
    linear = nonlinear.source[nonlinear.tets].mean(axis=1)
    assert (linear * nonlinear.volume).sum() == pytest.approx(1.0, rel=1e-12)
    assert nonlinear.load.sum() == pytest.approx(1.0, rel=1e-12)


def test_tissues_have_the_volumes_of_their_cylinders():
    nodes, tets = tetrahedra(12)
    one = case.on_mesh("N", nodes, tets)
    found = 1e6 * np.bincount(one.material, weights=one.volume)
    bone, canal = np.pi * 1.65**2 * 2.7, np.pi * 0.75**2 * 6.0
    np.testing.assert_allclose(found[1:], [bone, canal], rtol=0.05)
    assert found.sum() == pytest.approx(216.0)


def test_probes_lie_in_their_elements(nonlinear):
    assert nonlinear.probe_weights.min() > -1e-12
    found = nonlinear.at_probes(nonlinear.nodes.T).T
    np.testing.assert_allclose(found, case.PROBES, atol=1e-15)


def test_power_is_on_for_60_of_75_seconds():
    assert [case.power(t) for t in (0.0, 59.9, 60.1, 74.9, 75.1, 284.9, 285.1)] == [
        40.0, 40.0, 0.0, 0.0, 40.0, 40.0, 0.0,
    ]  # fmt: skip
    assert case.switches() == [60.0, 75.0, 135.0, 150.0, 210.0, 225.0, 285.0, 300.0]


def test_two_independent_integrations_agree(nonlinear, exact):
    """Fourth-order Runge-Kutta with short steps and BDF with Newton's method: within 1 mK."""
    assert errors(nonlinear, reference.implicit(nonlinear, 1e-6), exact)[1] < 1e-3
    # Some nodes have boiled dry, so the whole window of the latent heat was passed.
    assert exact.max() > 106.0


def test_mwa_sim_solves_the_same_equations(nonlinear, exact):
    """Its own step control within 0.1 K everywhere; short steps much closer."""
    default, short = march(nonlinear), march(nonlinear, **at_dt(0.25))
    assert errors(nonlinear, default.fields, exact)[1] < 0.1
    assert errors(nonlinear, short.fields, exact)[1] < 0.02
    assert short.notes["steps"] == 1200


def test_mwa_sim_solves_the_linear_problem(mesh):
    linear = case.on_mesh("L", *mesh)
    exact = reference.explicit(linear)
    assert errors(linear, march(linear).fields, exact)[1] < 0.1


def test_a_run_that_stops_early_is_compared_where_it_was(nonlinear, exact):
    early = march(nonlinear, until=70.0)
    assert np.isfinite(early.fields[0]).all()
    assert np.isnan(early.fields[1:]).all()
    assert errors(nonlinear, early.fields, exact)[0] < 0.1
    assert np.isnan(errors(nonlinear, np.full_like(exact, np.nan), exact)).all()


class Direct:
    """A program on SciPy's direct solver, to test the steps that all peers share."""

    def __init__(self, held):
        self.held = held
        corners = held.nodes[held.tets]
        inverse = np.linalg.inv(corners[:, 1:] - corners[:, :1])
        self.gradient = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2)
        self.free = np.flatnonzero(~held.fixed)

    def assemble(self, conductivity, rate, vapour, vessels):
        held, n = self.held, len(self.held.nodes)
        scaled = self.gradient * (held.volume * conductivity)[:, None, None]
        local = np.matmul(self.gradient.transpose(0, 2, 1), scaled)
        rows = np.repeat(held.tets, 4, axis=1).ravel()
        columns = np.tile(held.tets, (1, 4)).ravel()
        matrix = sp.coo_array((local.ravel(), (rows, columns)), shape=(n, n)).tocsr()
        diagonal = rate * (held.capacity + held.latent_sum * vapour) + held.sink * vessels
        self.matrix = (matrix + sp.diags_array(diagonal)).tocsr()
        self.factor = linalg.splu(self.matrix[self.free][:, self.free].tocsc())

    def multiply(self, x):
        return self.matrix @ x

    def solve(self, residual):
        out = np.zeros(residual.size)
        out[self.free] = self.factor.solve(residual[self.free])
        return out, 1


class Constant(case.Problem):
    """N with a constant conductivity: of that, the peers integrate k(T) by other quadrature."""

    @property
    def slope(self):
        return 0.0


@pytest.mark.parametrize("variant", ["lagged", "newton"])
def test_the_steps_of_the_peers_are_of_first_order(nonlinear, tmp_path, variant):
    constant = Constant(**vars(nonlinear))
    exact = reference.explicit(constant)
    file = tmp_path / "n.npz"
    constant.save(file)
    held = common.Case(str(file))
    off = []
    for dt in (2.0, 1.0):
        done = common.march(held, Direct(held), variant, dt, round(60.0 / dt))
        off.append(errors(constant, done["fields"], exact)[1])
    assert off[1] < 0.3
    assert 0.4 < off[1] / off[0] < 0.6


def test_the_conduction_of_the_peers_is_that_of_the_reference(nonlinear, exact, tmp_path):
    """k(T) at the mean of an element instead of Kirchhoff's integral: small beside the steps."""
    file = tmp_path / "n.npz"
    nonlinear.save(file)
    held = common.Case(str(file))
    done = common.march(held, Direct(held), "lagged", 0.5, 120)
    assert errors(nonlinear, done["fields"], exact)[1] < 0.1


def test_the_linear_step_of_the_peers_is_of_second_order(mesh, tmp_path):
    linear = case.on_mesh("L", *mesh)
    exact = reference.explicit(linear)
    file = tmp_path / "l.npz"
    linear.save(file)
    held = common.Case(str(file))
    np.testing.assert_allclose(held.load, linear.load, rtol=1e-12)
    off = []
    for dt in (5.0, 2.5):
        done = common.march(held, Direct(held), "linear", dt, round(300.0 / dt))
        off.append(errors(linear, done["fields"], exact)[1])
    assert off[1] < 0.35 * off[0] < 0.01


def test_enthalpies_are_turned_back_into_temperatures():
    t = np.array([37.0, 93.9, 94.1, 97.0, 100.0, 103.0, 105.9, 106.1, 150.0])
    ratio = np.full(t.size, 500.0)
    u = t + ratio * common.vapour(t)[0]
    np.testing.assert_allclose(common.temperature_of(u, ratio, np.full(t.size, 37.0)), t, atol=1e-6)


def test_the_command_tells_what_is_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(runs, "PEERS", {"ngsolve": ("no_such_module_at_all", "NGSolve")})
    monkeypatch.setattr(command, "PEERS", runs.PEERS)
    file = tmp_path / "numbers.json"
    arguments = f"--size 2k --repeat 1 --peers ngsolve --cache {tmp_path} --json {file}"
    command.main(arguments.split(" "))
    numbers = json.loads(file.read_text())
    assert [row["problem"] for row in numbers["rows"]] == ["L"] * 3 + ["N"] * 3
    assert {row["program"] for row in numbers["rows"]} == {"mwa_sim"}
    assert all(row["anywhere"] < 0.3 and row["seconds"] > 0.0 for row in numbers["rows"])
    assert len(numbers["notes"]) == 1
    assert "NGSolve left out" in numbers["notes"][0]
    out = capsys.readouterr().out
    assert out.count("| mwa_sim ") == 6
    assert "NGSolve left out" in out


def test_rows_of_partial_runs_say_so():
    row = runs.Row(
        "N", "X", "1", "lagged, dt = 1 s", "", 3.0, 0.1, 20, 20.0, float("nan"), float("nan")
    )
    ours = runs.Row("N", "mwa_sim", "1", "default steps", "", 1.5, 0.1, 300, 300.0, 0.01, 0.02)
    line = command.table([ours, row], "N").splitlines()[-1]
    assert "to 20 s, scaled" in line
    assert "| 2 |" in line
    assert "| - |" in line
    assert row.plain()["anywhere"] is None


def test_an_unknown_peer_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["--peers", "comsol"])
    assert "comsol" in capsys.readouterr().err


def test_the_cost_table_explains_the_work(tmp_path):
    row = scaling.one("2k", 1, 1, True, tmp_path)
    # 12 neighbours of a value and a column each, and the nodal arrays, in single precision.
    assert 12 * 8 + 12 * 4 < row["bytes_per_product_node"] < 2 * (12 * 8 + 12 * 4)
    assert row["products"] >= row["steps"] > 150
    product = row["ns_per_product_node"] * row["products"] * row["nodes"]
    assert product == pytest.approx(1e9 * row["seconds"])
    assert row["anywhere"] < 0.1
    assert scaling.table([row]).count("\n") == 2
