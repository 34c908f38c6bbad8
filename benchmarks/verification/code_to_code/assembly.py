"""The semi-discrete problem as scikit-fem assembles it, at its own nodes and with its own forms.

With linear elements, capacity lumped on the nodes and the conductivity integrated over temperature
(Kirchhoff), node i obeys

    dH_i/dt = - (K theta)_i - (K_s D(theta))_i - (b_i + s_i exp(-Omega_i) + g_i) theta_i + h_i
              + P q_i(T),
    H = C theta + L G(T),   theta = T - 37,   D = int (clip(T, 37, 100) - 37) dT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import skfem
from scipy.spatial import cKDTree
from skfem.helpers import dot, grad

from benchmarks.verification.code_to_code.problem import BODY, Floats, Problem


@dataclass(frozen=True)
class System:
    """The semi-discrete problem; nodal arrays (n,), for all nodes.

    Attributes
    ----------
    capacity, latent : [J/K], [J]
    stiffness, growth : (n, n) CSR arrays [W/K], [W/K2]
        K at 37 degC, and K with k37 times the slope.
    sink, stoppable : [W/K]
        Heat exchange with blood that keeps flowing and with the coolant; with blood that stops.
    heat : [W]
        Metabolic heat, and what the coolant brings at 37 degC.
    free : bool array
        Nodes inside the block; those of its surface stay at 37 degC.
    reader : (k, n) sparse array
        Temperatures at the thermocouples.
    """

    capacity: Floats
    latent: Floats
    stiffness: sp.csr_matrix
    growth: sp.csr_matrix
    sink: Floats
    stoppable: Floats
    heat: Floats
    free: np.ndarray
    reader: sp.csr_matrix


def assemble(problem: Problem) -> System:
    """Assemble with scikit-fem.

    Parameters
    ----------
    problem : Problem
    """
    mesh = skfem.MeshTet(problem.nodes.T.copy(), problem.tets.T.copy())
    basis = skfem.Basis(mesh, skfem.ElementTetP1(), intorder=1)

    def on_points(values: Floats) -> Floats:
        return np.repeat(values[:, None], basis.dx.shape[1], axis=1)

    conduction = skfem.BilinearForm(lambda u, v, w: w.k * dot(grad(u), grad(v)))
    lump = skfem.LinearForm(lambda v, w: w.value * v)

    def nodal(values: Floats) -> Floats:
        return np.asarray(lump.assemble(basis, value=on_points(values)))

    k = conduction.assemble(basis, k=on_points(problem.conductivity))
    growth = conduction.assemble(basis, k=on_points(problem.conductivity * problem.slope))
    free = np.ones(mesh.nvertices, dtype=bool)
    free[mesh.boundary_nodes()] = False
    shaft = np.zeros(mesh.nvertices)
    if len(problem.shaft_points):
        located = locate(problem, problem.shaft_points)
        shaft = problem.shaft_share * np.asarray(located.sum(axis=0)).ravel()
    return System(
        capacity=nodal(problem.heat_capacity),
        latent=nodal(problem.latent),
        stiffness=k.tocsr(),
        growth=growth.tocsr(),
        sink=nodal(np.where(problem.stops, 0.0, problem.perfusion)) + shaft,
        stoppable=nodal(np.where(problem.stops, problem.perfusion, 0.0)),
        heat=nodal(problem.metabolic) + shaft * (problem.coolant - BODY),
        free=free,
        reader=locate(problem, np.array(list(problem.thermocouples.values()))),
    )


def locate(problem: Problem, points: Floats) -> sp.csr_matrix:
    """Interpolation (k, n) from nodes to points, by search among the elements with near centroids.

    Parameters
    ----------
    problem : Problem
    points : (k, 3) array [m]
        Inside the mesh; the row of one outside is empty.
    """
    corners = problem.nodes[problem.tets]
    offsets = np.linalg.inv((corners[:, 1:] - corners[:, :1]).transpose(0, 2, 1))
    tree = cKDTree(corners.mean(axis=1))
    found = np.full(len(points), -1)
    weights = np.zeros((len(points), 4))
    for near in (20, 200, 2000):
        left = np.flatnonzero(found < 0)
        if not len(left):
            break
        each = tree.query(points[left], k=min(near, len(problem.tets)))[1]
        inner = np.einsum("pkij,pkj->pki", offsets[each], points[left, None] - corners[each, 0])
        four = np.concatenate([1.0 - inner.sum(axis=2, keepdims=True), inner], axis=2)
        best = np.argmax(four.min(axis=2), axis=1)
        row = np.arange(len(left))
        inside = four[row, best].min(axis=1) > -1e-9
        found[left[inside]] = each[row, best][inside]
        weights[left[inside]] = four[row, best][inside]
    there = np.flatnonzero(found >= 0)
    values = (weights[there].ravel(), (np.repeat(there, 4), problem.tets[found[there]].ravel()))
    return sp.csr_matrix(values, shape=(len(points), len(problem.nodes)))
