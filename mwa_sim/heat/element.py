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
def _local_stiffness(nodes: FloatArray, tets: IntArray, factor: FloatArray) -> FloatArray:
    """Element matrices factor_e V_e grad(phi_i).grad(phi_j), shape (m, 4, 4)."""
    out = np.empty((tets.shape[0], 4, 4))
    g = np.empty((4, 3))
    for e in range(tets.shape[0]):
        x0 = nodes[tets[e, 0]]
        x1 = nodes[tets[e, 1]]
        x2 = nodes[tets[e, 2]]
        x3 = nodes[tets[e, 3]]
        ax, ay, az = x1[0] - x0[0], x1[1] - x0[1], x1[2] - x0[2]
        bx, by, bz = x2[0] - x0[0], x2[1] - x0[1], x2[2] - x0[2]
        cx, cy, cz = x3[0] - x0[0], x3[1] - x0[1], x3[2] - x0[2]
        # Rows of the inverse Jacobian are the gradients of phi_1..phi_3.
        g[1, 0], g[1, 1], g[1, 2] = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        g[2, 0], g[2, 1], g[2, 2] = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
        g[3, 0], g[3, 1], g[3, 2] = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        det = ax * g[1, 0] + ay * g[1, 1] + az * g[1, 2]
        for d in range(3):
            g[0, d] = -(g[1, d] + g[2, d] + g[3, d])
        scale = factor[e] / (6.0 * det)
        for i in range(4):
            for j in range(4):
                out[e, i, j] = scale * (g[i, 0] * g[j, 0] + g[i, 1] * g[j, 1] + g[i, 2] * g[j, 2])
    return out


def stiffness(nodes: FloatArray, tets: IntArray, conductivity: FloatArray) -> sp.csr_matrix:
    """Assemble the stiffness matrix of ``-div(k grad T)``.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Positively oriented tetrahedra.
    conductivity : (m,) float array [W/m/K]

    Returns
    -------
    scipy.sparse.csr_matrix, shape (n, n) [W/K]
        Symmetric, rows sum to zero, column indices sorted.
    """
    n = nodes.shape[0]
    local = _local_stiffness(nodes, tets, np.ascontiguousarray(conductivity, dtype=np.float64))
    index = tets.astype(np.int32)
    rows = np.repeat(index, 4, axis=1).ravel()
    cols = np.tile(index, (1, 4)).ravel()
    matrix = sp.coo_matrix((local.ravel(), (rows, cols)), shape=(n, n)).tocsr()
    matrix.sum_duplicates()
    matrix.sort_indices()
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
    share = np.repeat(0.25 * volumes * density, 4)
    return np.bincount(tets.ravel(), weights=share, minlength=n_nodes).astype(np.float64)


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
