import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial import Delaunay

from mwa_sim.antenna.field.find import Finder, neighbours


def plane(n=300, seed=0):
    """A box filled with random points, counter-clockwise triangles."""
    rng = np.random.default_rng(seed)
    side = np.linspace(0.0, 1.0, 12)
    edges = [np.column_stack(p) for p in ((side, 0 * side), (side, 0 * side + 1))]
    edges += [x[:, ::-1] for x in edges]
    points = np.unique(np.vstack([rng.random((n, 2)), *edges]), axis=0)
    triangles = Delaunay(points).simplices.astype(np.int64)
    u, v = (points[triangles[:, k]] - points[triangles[:, 0]] for k in (1, 2))
    triangles[u[:, 0] * v[:, 1] < u[:, 1] * v[:, 0]] = triangles[
        u[:, 0] * v[:, 1] < u[:, 1] * v[:, 0]
    ][:, ::-1]
    return points, triangles


def check(points, triangles, x):
    found, bary = Finder(points, triangles).locate(x[:, 0], x[:, 1])
    inside = found >= 0
    assert_allclose(bary[inside].sum(axis=1), 1.0, rtol=1e-12)
    assert bary[inside].min() > -1e-8
    back = np.einsum("kc,kcx->kx", bary[inside], points[triangles[found[inside]]])
    assert_allclose(back, x[inside], atol=1e-12)
    return found, bary


def test_every_point_of_the_domain_is_found():
    points, triangles = plane()
    x = np.random.default_rng(1).random((3000, 2))
    found, _ = check(points, triangles, x)
    assert (found >= 0).all()


def test_points_outside_are_not():
    points, triangles = plane()
    x = np.array([[-0.01, 0.5], [1.01, 0.5], [0.5, -0.01], [0.5, 1.01], [5.0, 5.0], [0.5, 0.5]])
    found, bary = check(points, triangles, x)
    assert (found[:-1] == -1).all()
    assert found[-1] >= 0
    assert (bary[:-1] == 0.0).all()


def test_points_after_an_outside_one_are_found():
    points, triangles = plane()
    x = np.tile([[2.0, 0.3], [0.2, 0.7]], (50, 1))
    found, _ = check(points, triangles, x)
    assert (found[::2] == -1).all()
    assert (found[1::2] >= 0).all()


def test_corners_and_edges_belong_to_a_triangle():
    points, triangles = plane()
    middles = points[triangles].mean(axis=1)
    edges = 0.5 * (points[triangles[:, 0]] + points[triangles[:, 1]])
    for x in (points, middles, edges):
        found, _ = check(points, triangles, x)
        assert (found >= 0).all()


def test_slender_triangles():
    points, triangles = plane()
    points = points * [1e-3, 1.0]
    x = np.random.default_rng(4).random((500, 2)) * [1e-3, 1.0]
    found, _ = check(points, triangles, x)
    assert (found >= 0).all()


def test_walk_that_circles_ends_in_a_search_of_all():
    """Around a twisted star of triangles the walk by the worst corner never arrives."""
    angles = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
    ring = [np.column_stack([np.cos(angles + t), np.sin(angles + t)]) for t in (0.0, 1.2, 2.4)]
    points = np.vstack([[[0.0, 0.0]], 0.2 * ring[0], 0.6 * ring[1], 1.0 * ring[2]])
    hull = Delaunay(points).simplices.astype(np.int64)
    u, v = (points[hull[:, k]] - points[hull[:, 0]] for k in (1, 2))
    wrong = u[:, 0] * v[:, 1] < u[:, 1] * v[:, 0]
    hull[wrong] = hull[wrong][:, ::-1]
    x = np.random.default_rng(5).uniform(-0.6, 0.6, (400, 2))
    found, _ = check(points, hull, x)
    assert (found >= 0).all()


def test_no_points():
    found, bary = Finder(*plane()).locate(np.zeros(0), np.zeros(0))
    assert found.shape == (0,)
    assert bary.shape == (0, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_points_that_are_nowhere_are_in_no_triangle(bad):
    points, triangles = plane()
    found, _ = Finder(points, triangles).locate(np.array([bad, 0.5]), np.array([0.5, 0.5]))
    assert found[0] == -1
    assert found[1] >= 0


def test_neighbours_share_an_edge():
    _, triangles = plane()
    across = neighbours(triangles, triangles.max() + 1)
    for t, near in enumerate(across):
        for corner, other in enumerate(near):
            if other >= 0:
                shared = set(triangles[t]) & set(triangles[other])
                assert shared == set(triangles[t]) - {triangles[t, corner]}
                assert t in across[other]
    assert (across < 0).sum() == 4 * 11
