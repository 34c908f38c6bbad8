import numpy as np

from benchmarks.verification.blocks import cube
from mwa_sim.heat.ordering import WINDOW, solver_order


def test_order_is_a_permutation_with_sorted_rows_and_near_neighbours():
    b = cube(14, 0.01)
    shuffle = np.random.default_rng(0).permutation(len(b.nodes))
    tets = shuffle[b.tets]
    n = len(b.nodes)
    order = solver_order(tets, n)
    assert np.array_equal(np.sort(order), np.arange(n))
    rank = np.empty(n, dtype=int)
    rank[order] = np.arange(n)
    edges = np.unique(np.sort(rank[tets][:, [[0, 1], [0, 2], [0, 3]]].reshape(-1, 2)), axis=0)
    before = np.abs(np.diff(tets[:, :2])).mean()
    assert np.abs(np.diff(edges)).mean() < 0.5 * before
    neighbours = [set() for _ in range(n)]
    for tet in rank[tets]:
        for i in tet:
            neighbours[i].update(tet)
    length = np.array([len(s) for s in neighbours])
    changes = sum(
        np.count_nonzero(np.diff(length[a : a + WINDOW]) < 0) for a in range(0, n, WINDOW)
    )
    assert changes == 0
