"""NGSolve: conjugate gradients with the local (Jacobi) preconditioner, its own task threads."""

from __future__ import annotations

import netgen.meshing as netgen
import ngsolve as ngs
import numpy as np

from benchmarks.performance.peers.common import SOLVED, Case, main

VERTEX_RULE = ngs.IntegrationRule([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], [1.0 / 24.0] * 4)


def mesh_of(case: Case) -> ngs.Mesh:
    """The mesh as NGSolve holds it; nodes and elements keep their numbers."""
    mesh = netgen.Mesh(dim=3)
    mesh.AddPoints(np.ascontiguousarray(case.nodes))
    mesh.Add(netgen.FaceDescriptor(bc=1, domin=1, domout=0))
    mesh.SetMaterial(1, "tissue")
    # Netgen turns its elements the other way round.
    corners = case.tets[:, [0, 2, 1, 3]].astype(np.int32)
    mesh.AddElements(dim=3, index=1, data=np.ascontiguousarray(corners), base=0)
    return ngs.Mesh(mesh)


class Program:
    """See `benchmarks.performance.peers.common.Program`."""

    name = "NGSolve"
    version = ngs.__version__
    settings = "CG, local preconditioner"

    def __init__(self, case: Case, threads: int) -> None:
        ngs.SetNumThreads(threads)
        self.settings += f", {threads} threads"
        self.tasks = ngs.TaskManager()
        self.tasks.__enter__()
        self.mesh = mesh_of(case)
        constant = ngs.L2(self.mesh, order=0)
        space = ngs.H1(self.mesh, order=1)
        free = space.FreeDofs()
        for node in np.flatnonzero(case.fixed):
            free.Clear(int(node))

        def on_elements(values: np.ndarray) -> ngs.GridFunction:
            function = ngs.GridFunction(constant)
            function.vec.FV().NumPy()[:] = values
            return function

        self.k = on_elements(case.conductivity)
        self.vapour, self.vessels = ngs.GridFunction(space), ngs.GridFunction(space)
        self.rate = ngs.Parameter(1.0)
        u, v = space.TnT()
        at_nodes = ngs.dx(intrules={ngs.TET: VERTEX_RULE})
        heat = on_elements(case.heat_capacity) + on_elements(case.latent) * self.vapour
        sink = on_elements(case.perfusion) * self.vessels
        self.form = ngs.BilinearForm(space, symmetric=False, check_unused=False)
        self.form += (self.rate * heat + sink) * u * v * at_nodes
        self.form += self.k * ngs.grad(u) * ngs.grad(v) * ngs.dx
        self.local = ngs.Preconditioner(self.form, "local")
        self.x, self.y = None, None
        self.function = ngs.GridFunction(space)
        self.solver = None

    def assemble(self, conductivity, rate, vapour, vessels) -> None:
        """See `Program`."""
        self.k.vec.FV().NumPy()[:] = conductivity
        self.vapour.vec.FV().NumPy()[:] = vapour
        self.vessels.vec.FV().NumPy()[:] = vessels
        self.rate.Set(rate)
        self.form.Assemble()
        if self.x is None:
            self.x, self.y = self.form.mat.CreateColVector(), self.form.mat.CreateColVector()
        self.solver = ngs.krylovspace.CGSolver(
            self.form.mat, self.local.mat, tol=SOLVED, maxiter=500
        )

    def multiply(self, x: np.ndarray) -> np.ndarray:
        """See `Program`."""
        self.x.FV().NumPy()[:] = x
        self.y.data = self.form.mat * self.x
        return self.y.FV().NumPy().copy()

    def solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        """See `Program`."""
        self.x.FV().NumPy()[:] = residual
        self.y.data = self.solver * self.x
        return self.y.FV().NumPy().copy(), self.solver.iterations


if __name__ == "__main__":
    main(Program)
