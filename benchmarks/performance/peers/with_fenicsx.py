"""FEniCSx (dolfinx 0.5 and later): PETSc's conjugate gradients with Jacobi, one thread."""

from __future__ import annotations

import dolfinx
import numpy as np
import ufl
from dolfinx import fem, mesh
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from petsc4py import PETSc

from benchmarks.performance.peers.common import SOLVED, Case, main

COMPILER = {"cffi_extra_compile_args": ["-O3", "-march=native", "-ffast-math"]}


class Program:
    """See `benchmarks.performance.peers.common.Program`."""

    name = "FEniCSx"
    version = dolfinx.__version__
    settings = "PETSc CG, Jacobi"

    def __init__(self, case: Case, threads: int) -> None:
        shape = ufl.Mesh(ufl.VectorElement("Lagrange", ufl.tetrahedron, 1))
        domain = mesh.create_mesh(MPI.COMM_SELF, case.tets.astype(np.int64), case.nodes, shape)
        self.space = fem.FunctionSpace(domain, ("Lagrange", 1))
        flat = fem.FunctionSpace(domain, ("DG", 0))
        self.cells = np.asarray(domain.topology.original_cell_index)
        self.nodes = self._file_numbers(domain)

        def on_elements(values: np.ndarray) -> fem.Function:
            function = fem.Function(flat)
            function.x.array[:] = values[self.cells]
            return function

        self.k = on_elements(case.conductivity)
        self.vapour, self.vessels = fem.Function(self.space), fem.Function(self.space)
        self.rate = fem.Constant(domain, 1.0)
        u, v = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        at_nodes = ufl.dx(metadata={"quadrature_rule": "vertex", "quadrature_degree": 1})
        heat = on_elements(case.heat_capacity) + on_elements(case.latent) * self.vapour
        sink = on_elements(case.perfusion) * self.vessels
        self.form = fem.form(
            (self.rate * heat + sink) * u * v * at_nodes
            + self.k * ufl.dot(ufl.grad(u), ufl.grad(v)) * ufl.dx,
            jit_params=COMPILER,
        )
        fixed = np.flatnonzero(case.fixed[self.nodes]).astype(np.int32)
        self.boundary = [fem.dirichletbc(0.0, fixed, self.space)]
        self.matrix = fem_petsc.create_matrix(self.form)
        self.x, self.y = self.matrix.createVecs()
        self.solver = PETSc.KSP().create(MPI.COMM_SELF)
        self.solver.setType("cg")
        self.solver.getPC().setType("jacobi")
        self.solver.setTolerances(rtol=SOLVED, atol=0.0, max_it=500)
        self.solver.setOperators(self.matrix)

    def _file_numbers(self, domain: mesh.Mesh) -> np.ndarray:
        """Number in the file of the node of each degree of freedom."""
        points = np.asarray(domain.geometry.input_global_indices)
        corners = np.asarray(domain.geometry.dofmap.array).reshape(-1, 4)
        dofs = np.asarray(self.space.dofmap.list.array).reshape(-1, 4)
        numbers = np.empty(len(points), dtype=np.int64)
        numbers[dofs.ravel()] = points[corners.ravel()]
        return numbers

    def assemble(self, conductivity, rate, vapour, vessels) -> None:
        """See `Program`."""
        self.k.x.array[:] = conductivity[self.cells]
        self.vapour.x.array[:] = vapour[self.nodes]
        self.vessels.x.array[:] = vessels[self.nodes]
        self.rate.value = rate
        self.matrix.zeroEntries()
        fem_petsc.assemble_matrix(self.matrix, self.form, bcs=self.boundary)
        self.matrix.assemble()

    def multiply(self, x: np.ndarray) -> np.ndarray:
        """See `Program`."""
        self.x.array[:] = x[self.nodes]
        self.matrix.mult(self.x, self.y)
        return self._back(self.y)

    def solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        """See `Program`."""
        self.x.array[:] = residual[self.nodes]
        self.solver.solve(self.x, self.y)
        return self._back(self.y), self.solver.getIterationNumber()

    def _back(self, vector: PETSc.Vec) -> np.ndarray:
        out = np.empty(len(self.nodes))
        out[self.nodes] = vector.array
        return out


if __name__ == "__main__":
    main(Program)
