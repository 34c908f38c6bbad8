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
def _pattern(tets: IntArray, n_nodes: int) -> tuple[IntArray, IntArray]:
    """CSR pattern (indptr, columns) of the nodes that share a tetrahedron; columns ascend."""
    m = tets.shape[0]
    start = np.zeros(n_nodes + 1, dtype=np.int64)
    for e in range(m):
        for c in range(4):
            start[tets[e, c] + 1] += 1
    for i in range(n_nodes):
        start[i + 1] += start[i]
    around = np.empty(4 * m, dtype=np.int32)
    place = start[:-1].copy()
    for e in range(m):
        for c in range(4):
            i = tets[e, c]
            around[place[i]] = e
            place[i] += 1
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
    nodes: FloatArray, tets: IntArray, factor: FloatArray, indptr: IntArray, columns: IntArray
) -> FloatArray:
    """Sum the element matrices factor_e V_e grad(phi_i).grad(phi_j) into a CSR pattern."""
    values = np.zeros(columns.size)
    g = np.empty((4, 3))
    x = np.empty((4, 3))
    for e in range(tets.shape[0]):
        for c in range(4):
            for d in range(3):
                x[c, d] = nodes[tets[e, c], d]
        ax, ay, az = x[1, 0] - x[0, 0], x[1, 1] - x[0, 1], x[1, 2] - x[0, 2]
        bx, by, bz = x[2, 0] - x[0, 0], x[2, 1] - x[0, 1], x[2, 2] - x[0, 2]
        cx, cy, cz = x[3, 0] - x[0, 0], x[3, 1] - x[0, 1], x[3, 2] - x[0, 2]
        # Rows of the inverse Jacobian are the gradients of phi_1..phi_3.
        g[1, 0], g[1, 1], g[1, 2] = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        g[2, 0], g[2, 1], g[2, 2] = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
        g[3, 0], g[3, 1], g[3, 2] = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        det = ax * g[1, 0] + ay * g[1, 1] + az * g[1, 2]
        for d in range(3):
            g[0, d] = -(g[1, d] + g[2, d] + g[3, d])
        scale = factor[e] / (6.0 * det)
        for i in range(4):
            row = tets[e, i]
            for j in range(4):
                column = tets[e, j]
                low, high = indptr[row], indptr[row + 1] - 1
                while low < high:
                    half = (low + high) // 2
                    if columns[half] < column:
                        low = half + 1
                    else:
                        high = half
                values[low] += scale * (g[i, 0] * g[j, 0] + g[i, 1] * g[j, 1] + g[i, 2] * g[j, 2])
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
    indptr, columns = _pattern(tets, n) if like is None else (like.indptr, like.indices)
    factor = np.ascontiguousarray(conductivity, dtype=np.float64)
    values = _fill(np.ascontiguousarray(nodes), tets, factor, indptr, columns)
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
