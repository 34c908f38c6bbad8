"""P1 finite elements on tetrahedra: stiffness, lumped capacity, boundary matrices.

The weak form of  rho c dT/dt = div(k grad T) + q  with linear shape functions phi_i gives

    C_i dT_i/dt = - sum_j K_ij T_j + b_i,
    K_ij = sum_e k_e V_e grad(phi_i).grad(phi_j),    C_i = sum_{e at i} rho_e c_e V_e / 4,

with the capacity lumped on the nodes: P1 matrices of real meshes have positive off-diagonal
entries, and the consistent mass matrix would make under- and overshoots worse.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numba import njit

from mwa_sim.typing import FloatArray, IntArray


@njit(cache=True)
def _around(tets: IntArray, n_nodes: int) -> tuple[IntArray, IntArray]:
    """Tetrahedra around each node, ascending: those of node i are around[start[i]:start[i + 1]]."""
    start = np.zeros(n_nodes + 1, dtype=np.int64)
    for e in range(tets.shape[0]):
        for c in range(4):
            start[tets[e, c] + 1] += 1
    for i in range(n_nodes):
        start[i + 1] += start[i]
    around = np.empty(4 * tets.shape[0], dtype=np.int32)
    place = start[:-1].copy()
    for e in range(tets.shape[0]):
        for c in range(4):
            i = tets[e, c]
            around[place[i]] = e
            place[i] += 1
    return start, around


@njit(cache=True)
def _pattern(tets: IntArray, start: IntArray, around: IntArray) -> tuple[IntArray, IntArray]:
    """CSR pattern (indptr, columns) of the nodes that share a tetrahedron; columns ascend."""
    n_nodes = start.size - 1
    seen = np.full(n_nodes, -1, dtype=np.int32)
    indptr = np.zeros(n_nodes + 1, dtype=np.int32)
    for i in range(n_nodes):
        count = 0
        for k in range(start[i], start[i + 1]):
            for c in range(4):
                j = tets[around[k], c]
                if seen[j] != i:
                    seen[j] = i
                    count += 1
        indptr[i + 1] = indptr[i] + count
    columns = np.empty(indptr[n_nodes], dtype=np.int32)
    seen[:] = -1
    for i in range(n_nodes):
        first = last = indptr[i]
        for k in range(start[i], start[i + 1]):
            for c in range(4):
                j = tets[around[k], c]
                if seen[j] != i:
                    seen[j] = i
                    # Rows are short: each new column is put in its place.
                    at = last
                    while at > first and columns[at - 1] > j:
                        columns[at] = columns[at - 1]
                        at -= 1
                    columns[at] = j
                    last += 1
    return indptr, columns


@njit(cache=True)
def _fill(
    nodes: FloatArray,
    tets: IntArray,
    factor: FloatArray,
    start: IntArray,
    around: IntArray,
    indptr: IntArray,
    columns: IntArray,
) -> FloatArray:
    """Sum the element matrices factor_e V_e grad(phi_i).grad(phi_j) into a CSR pattern.

    Row by row: each tetrahedron is worked out four times, and nothing is searched for.
    """
    values = np.zeros(columns.size)
    place = np.empty(start.size - 1, dtype=np.int32)
    g = np.empty((4, 3))
    for row in range(start.size - 1):
        for k in range(indptr[row], indptr[row + 1]):
            place[columns[k]] = k
        for k in range(start[row], start[row + 1]):
            e = around[k]
            p, q, r, s = tets[e, 0], tets[e, 1], tets[e, 2], tets[e, 3]
            ox, oy, oz = nodes[p, 0], nodes[p, 1], nodes[p, 2]
            ax, ay, az = nodes[q, 0] - ox, nodes[q, 1] - oy, nodes[q, 2] - oz
            bx, by, bz = nodes[r, 0] - ox, nodes[r, 1] - oy, nodes[r, 2] - oz
            cx, cy, cz = nodes[s, 0] - ox, nodes[s, 1] - oy, nodes[s, 2] - oz
            # Rows of the inverse Jacobian are the gradients of phi_1..phi_3.
            g[1, 0], g[1, 1], g[1, 2] = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
            g[2, 0], g[2, 1], g[2, 2] = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
            g[3, 0], g[3, 1], g[3, 2] = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            det = ax * g[1, 0] + ay * g[1, 1] + az * g[1, 2]
            for d in range(3):
                g[0, d] = -(g[1, d] + g[2, d] + g[3, d])
            scale = factor[e] / (6.0 * det)
            i = 0 if row == p else 1 if row == q else 2 if row == r else 3
            x, y, z = g[i, 0], g[i, 1], g[i, 2]
            values[place[p]] += scale * (x * g[0, 0] + y * g[0, 1] + z * g[0, 2])
            values[place[q]] += scale * (x * g[1, 0] + y * g[1, 1] + z * g[1, 2])
            values[place[r]] += scale * (x * g[2, 0] + y * g[2, 1] + z * g[2, 2])
            values[place[s]] += scale * (x * g[3, 0] + y * g[3, 1] + z * g[3, 2])
    return values


def stiffness(
    nodes: FloatArray, tets: IntArray, conductivity: FloatArray, like: sp.csr_matrix | None = None
) -> sp.csr_matrix:
    """Assemble the stiffness matrix of ``-div(k grad T)``.

    The places of its entries are found first, so that nothing larger than the matrix is made.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Positively oriented tetrahedra.
    conductivity : (m,) float array [W/m/K]
    like : scipy.sparse.csr_matrix, optional
        Another stiffness matrix of the same nodes and tetrahedra, whose places are taken over.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (n, n) [W/K]
        Symmetric, rows sum to zero, column indices sorted.
    """
    n = nodes.shape[0]
    tets = np.ascontiguousarray(tets)
    start, around = _around(tets, n)
    if like is None:
        indptr, columns = _pattern(tets, start, around)
    else:
        indptr, columns = like.indptr, like.indices
    factor = np.ascontiguousarray(conductivity, dtype=np.float64)
    values = _fill(np.ascontiguousarray(nodes), tets, factor, start, around, indptr, columns)
    matrix = sp.csr_matrix((values, columns, indptr), shape=(n, n))
    matrix.has_sorted_indices = matrix.has_canonical_format = True
    return matrix


def lumped(tets: IntArray, volumes: FloatArray, density: FloatArray, n_nodes: int) -> FloatArray:
    """Lump a piecewise constant density onto nodes: sum over elements of density V / 4.

    Parameters
    ----------
    tets : (m, 4) int array
    volumes : (m,) float array [m3]
    density : (m,) float array [X/m3]
    n_nodes : int

    Returns
    -------
    (n_nodes,) float array [X]
    """
    total = np.zeros(n_nodes)
    _lump(np.ascontiguousarray(tets), volumes, np.asarray(density, dtype=np.float64), total)
    return total


@njit(cache=True)
def _lump(tets: IntArray, volumes: FloatArray, density: FloatArray, total: FloatArray) -> None:
    for e in range(tets.shape[0]):
        share = 0.25 * volumes[e] * density[e]
        for c in range(4):
            total[tets[e, c]] += share


def lumped_surface(nodes: FloatArray, faces: IntArray, n_nodes: int) -> FloatArray:
    """Area of a triangulated surface that belongs to each node (a third of each triangle).

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    faces : (f, 3) int array
    n_nodes : int

    Returns
    -------
    (n_nodes,) float array [m2]
    """
    a, b, c = (nodes[faces[:, i]] for i in range(3))
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    weights = np.repeat(area / 3.0, 3)
    return np.bincount(faces.ravel(), weights=weights, minlength=n_nodes).astype(np.float64)
