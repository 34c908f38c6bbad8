import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks.verification.blocks import cube, material, model
from mwa_sim.heat.boundary import nodal_boundary
from mwa_sim.heat.kernels import conducted
from mwa_sim.heat.pennes import ThermalMaterials, assemble
from mwa_sim.heat.sliced import CHUNK, SlicedMatrix, padded


def graph(n, seed=0, second=False):
    """A matrix of random weights between random pairs, rows summing to zero, as CSR arrays."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, n, (5 * n, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    out = []
    for _ in range(1 + second):
        weights = rng.random(len(pairs))
        m = sp.coo_matrix((weights, (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
        m = (m - sp.diags(np.asarray(m.sum(axis=1)).ravel())).tocsr()
        m.sort_indices()
        out.append(m)
    first = out[0]
    values = [m.data for m in out]
    sliced = SlicedMatrix.from_csr(
        first.indptr.astype(np.uint32),
        first.indices.astype(np.uint32),
        values[0],
        values[1] if second else np.zeros(0),
    )
    return out, sliced


@pytest.mark.parametrize("n", [1, 3, 255, 256, 1001])
def test_product_is_that_of_the_matrix(n):
    (matrix,), sliced = graph(n)
    x = np.zeros(padded(n), dtype=np.float32)
    x[:n] = np.random.default_rng(1).random(n)
    out = np.full_like(x, np.nan)
    sliced.diffuse(x, x, out)
    assert out[:n] == pytest.approx(matrix @ x[:n].astype(float), abs=1e-5)
    assert not out[n:].any()


def test_two_matrices_in_one_pass():
    (first, second), sliced = graph(700, second=True)
    rng = np.random.default_rng(2)
    x, y = (np.pad(rng.random(700), (0, padded(700) - 700)).astype(np.float32) for _ in "xy")
    out = np.empty_like(x)
    sliced.diffuse(x, y, out)
    expected = first @ x[:700].astype(float) + second @ y[:700].astype(float)
    assert out[:700] == pytest.approx(expected, abs=2e-5)


def test_a_uniform_temperature_conducts_nothing_at_all():
    _, sliced = graph(1000)
    x = np.full(padded(1000), 61.7, dtype=np.float32)
    out = np.ones_like(x)
    sliced.diffuse(x, x, out)
    assert not out.any()


def test_an_entry_takes_eight_bytes_and_short_rows_little_more():
    b = cube(12, 0.01)
    m = model(b)
    entries = m.values.size - m.n_nodes  # without the diagonal
    a = m.matrix
    assert a.values.itemsize + a.columns.itemsize == 8
    assert entries <= a.values.size < 1.6 * entries  # not in the solver's order here
    assert a.nbytes == 8 * a.values.size + 4 * a.offsets.size
    assert padded(m.n_nodes) % CHUNK == 0


def test_one_slope_for_all_tissues_needs_no_second_matrix():
    """The same tissue as one material, and as two equal ones with a slope of their own."""
    b = cube(4, 0.01)
    bd = nodal_boundary(b.nodes, b.faces, "insulated")
    shared = model(b, material(conductivity_slope=0.003), bd)
    assert shared.slope == 0.003
    assert shared.slope_values.size == 0
    one = material(conductivity_slope=0.003)
    values = {name: np.repeat(getattr(one, name), 2) for name in ThermalMaterials.__annotations__}
    values["conductivity_slope"] = np.array([0.003, 0.003 * (1.0 + 1e-12)])
    half = (np.arange(len(b.tets)) % 2).astype(int)
    apart = assemble(b.nodes, b.tets, b.volumes, half, ThermalMaterials(**values), bd)
    assert apart.slope_values.size
    theta = np.zeros(padded(shared.n_nodes), dtype=np.float32)
    theta[: shared.n_nodes] = np.random.default_rng(3).random(shared.n_nodes) * 90.0
    felt, d = np.empty_like(theta), np.empty_like(theta)
    conducted(theta, np.float32(1.0), np.float32(0.003), felt)
    conducted(theta, np.float32(0.0), np.float32(1.0), d)
    left, right = np.empty_like(theta), np.empty_like(theta)
    shared.matrix.diffuse(felt, felt, left)
    apart.matrix.diffuse(theta, d, right)
    assert right == pytest.approx(left, abs=2e-5 * float(np.abs(left).max()))
