import numpy as np
import scipy.sparse as sp
from numpy.testing import assert_allclose

from mwa_sim.antenna.field.pattern import Pattern

RNG = np.random.default_rng(0)
N = 30
FIXED = [3, 17, 29]
FREE = np.setdiff1d(np.arange(N), FIXED)
GROUPS = [np.array([RNG.choice(N, 4, replace=False) for _ in range(m)]) for m in (25, 7)]


def dense(dofs, matrices):
    full = np.zeros((N, N), dtype=complex)
    for rows, matrix in zip(dofs, matrices, strict=True):
        full[np.ix_(rows, rows)] += matrix
    return full[np.ix_(FREE, FREE)]


def random(*shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


def test_groups_add_up_to_the_assembled_matrix():
    pattern = Pattern(N, FREE, GROUPS)
    matrices = [random(len(g), 4, 4) for g in GROUPS]
    data = sum(pattern.data(k, m) for k, m in enumerate(matrices))
    expected = sum(dense(g, m) for g, m in zip(GROUPS, matrices, strict=True))
    assert_allclose(pattern.matrix(data).toarray(), expected, atol=1e-13)


def test_weighted_tensors():
    pattern = Pattern(N, FREE, GROUPS)
    tensors = RNG.normal(size=(25, 5, 4, 4))
    tensors = tensors + tensors.swapaxes(2, 3)
    weights = random(25, 5)
    expected = dense(GROUPS[0], np.einsum("mq,mqij->mij", weights, tensors))
    found = pattern.matrix(pattern.weighted(0, weights, tensors))
    assert_allclose(found.toarray(), expected, atol=1e-13)


def test_reordering_moves_rows_and_columns_together():
    pattern = Pattern(N, FREE, GROUPS)
    data = pattern.data(0, random(25, 4, 4))
    order = RNG.permutation(len(FREE))
    indptr, indices, take = pattern.permuted(order)
    moved = sp.csc_matrix((data[take], indices, indptr), shape=(len(FREE), len(FREE)))
    plain = pattern.matrix(data).toarray()
    assert_allclose(moved.toarray(), plain[np.ix_(order, order)], atol=0)


def test_empty_group():
    pattern = Pattern(N, FREE, [GROUPS[0], np.zeros((0, 4), dtype=np.int64)])
    assert not pattern.data(1, np.zeros((0, 4, 4), dtype=complex)).any()
