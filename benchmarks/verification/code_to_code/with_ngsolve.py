"""The linear problem by NGSolve: its mesh, its forms, its point search, its direct solver.

The implicit trapezoidal rule with equal steps; imported only where NGSolve is installed.
"""

from __future__ import annotations

from collections.abc import Sequence

import netgen.meshing as netgen
import ngsolve as ngs
import numpy as np
import scipy.sparse as sp

from benchmarks.verification.code_to_code.problem import BODY, Floats, Problem

VERSION = ngs.__version__
_VERTICES = ngs.IntegrationRule([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], [1.0 / 24.0] * 4)


class Program:
    """The problem as NGSolve assembles it.

    Parameters
    ----------
    problem : Problem
        Linear.
    """

    def __init__(self, problem: Problem) -> None:
        ngs.SetNumThreads(1)
        self._problem = problem
        mesh = netgen.Mesh(dim=3)
        mesh.AddPoints(np.ascontiguousarray(problem.nodes))
        mesh.Add(netgen.FaceDescriptor(bc=1, domin=1, domout=0))
        mesh.SetMaterial(1, "tissue")
        # Netgen turns its elements the other way round.
        corners = problem.tets[:, [0, 2, 1, 3]].astype(np.int32)
        mesh.AddElements(dim=3, index=1, data=np.ascontiguousarray(corners), base=0)
        self.mesh = ngs.Mesh(mesh)
        self.space = ngs.H1(self.mesh, order=1)
        constant = ngs.L2(self.mesh, order=0)

        def on_elements(values: Floats) -> ngs.GridFunction:
            function = ngs.GridFunction(constant)
            function.vec.FV().NumPy()[:] = values
            return function

        self._u, self._v = self.space.TnT()
        self._at_nodes = ngs.dx(intrules={ngs.TET: _VERTICES})
        self._conduction = (
            on_elements(problem.conductivity) * ngs.grad(self._u) * ngs.grad(self._v) * ngs.dx
        )
        self._capacity = on_elements(problem.heat_capacity)
        self._blood = on_elements(problem.perfusion)
        metabolic = ngs.LinearForm(on_elements(problem.metabolic) * self._v * ngs.dx).Assemble()
        shaft = self._on_shaft()
        self._shaft = shaft
        self._constant = metabolic.vec.FV().NumPy() + shaft * (problem.coolant - BODY)
        self._load = np.asarray(problem.load.sum(axis=1)).ravel()

    def _on_shaft(self) -> Floats:
        found = np.zeros(self.space.ndof)
        for point in self._problem.shaft_points:
            if not self.mesh.Contains(*point):
                continue
            here = self.mesh(*point)
            element = ngs.ElementId(ngs.VOL, here.nr)
            shape = self.space.GetFE(element).CalcShape(*here.pnt)
            for dof, value in zip(self.space.GetDofNrs(element), shape, strict=True):
                found[dof] += self._problem.shaft_share * value
        return found

    def stiffness(self) -> sp.csr_matrix:
        """The conduction matrix [W/K]."""
        return _csr(ngs.BilinearForm(self._conduction).Assemble().mat)

    def march(self, times: Sequence[float], dt: float, fixed: Floats) -> tuple[Floats, Floats]:
        """Temperatures (k, n) at the nodes and (k, thermocouples) [degC] at some times.

        Parameters
        ----------
        times : sequence of float [s]
            Multiples of dt, as are the switches of the power.
        dt : float [s]
        fixed : (n,) bool array
            Nodes of the surface, which stay at 37 degC.
        """
        storage = self._capacity / dt * self._u * self._v * self._at_nodes
        losses = 0.5 * self._blood * self._u * self._v * self._at_nodes + 0.5 * self._conduction
        ahead = ngs.BilinearForm(storage + losses).Assemble().mat
        back = ngs.BilinearForm(storage - losses).Assemble().mat
        for dof in np.flatnonzero(self._shaft):
            place = (int(dof), int(dof))
            ahead[place] = ahead[place] + 0.5 * self._shaft[dof]
            back[place] = back[place] - 0.5 * self._shaft[dof]
        free = self.space.FreeDofs()
        for dof in np.flatnonzero(fixed):
            free.Clear(int(dof))
        inverse = ahead.Inverse(free, inverse="sparsecholesky")
        theta = ngs.GridFunction(self.space)
        known = theta.vec.CreateVector()
        places = [self.mesh(*point) for point in self._problem.thermocouples.values()]
        frames, traces = [], []
        for k in range(round(times[-1] / dt) + 1):
            if any(abs(k * dt - t) < 1e-9 for t in times):
                frames.append(BODY + theta.vec.FV().NumPy().copy())
                traces.append([BODY + theta(place) for place in places])
            known.data = back * theta.vec
            power = self._problem.power((k + 0.5) * dt)
            known.FV().NumPy()[:] += self._constant + power * self._load
            theta.vec.data = inverse * known
        return np.array(frames), np.array(traces)


def _csr(matrix: ngs.BaseMatrix) -> sp.csr_matrix:
    values, columns, starts = matrix.CSR()
    n = matrix.height
    return sp.csr_matrix((np.array(values), np.array(columns), np.array(starts)), shape=(n, n))
