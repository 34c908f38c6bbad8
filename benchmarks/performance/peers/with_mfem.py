"""MFEM through its Python interface: conjugate gradients with its Jacobi smoother, one thread."""

from __future__ import annotations

import importlib.metadata

import mfem.ser as mfem
import numpy as np

from benchmarks.performance.peers.common import SOLVED, Case, main


def mesh_of(case: Case) -> mfem.Mesh:
    """The mesh as MFEM holds it; nodes and elements keep their numbers."""
    mesh = mfem.Mesh(3, len(case.nodes), len(case.tets), 0, 3)
    for node in case.nodes:
        mesh.AddVertex(*(float(x) for x in node))
    for corners in case.tets:
        mesh.AddTet(*(int(i) for i in corners), 1)
    # No renumbering for refinement: the order of the corners stays.
    mesh.FinalizeTetMesh(1, 0, False)
    return mesh


def vertex_rule() -> mfem.IntegrationRule:
    """Quadrature at the corners of the tetrahedron, which lumps the mass."""
    rule = mfem.IntegrationRule(4)
    for i, place in enumerate([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]):
        rule.IntPoint(i).Set(*(float(x) for x in place), 1.0 / 24.0)
    return rule


class Program:
    """See `benchmarks.performance.peers.common.Program`."""

    name = "MFEM"
    version = importlib.metadata.version("mfem")
    settings = "CG, Jacobi (DSmoother)"

    def __init__(self, case: Case, threads: int) -> None:
        self.mesh = mesh_of(case)
        flat, linear = mfem.L2_FECollection(0, 3), mfem.H1_FECollection(1, 3)
        broken = mfem.L2_FECollection(1, 3, mfem.BasisType.GaussLobatto)
        self.corners = mfem.FiniteElementSpace(self.mesh, broken)
        self.constant = mfem.FiniteElementSpace(self.mesh, flat)
        self.space = mfem.FiniteElementSpace(self.mesh, linear)
        self.kept = [flat, linear, broken]
        self.fixed = mfem.intArray([int(i) for i in np.flatnonzero(case.fixed)])

        def on_elements(values: np.ndarray) -> mfem.GridFunction:
            function = mfem.GridFunction(self.constant)
            function.GetDataArray()[:] = values
            return function

        self.k = on_elements(case.conductivity)
        # One function with its values at the corners of each element, computed before: products
        # of coefficients cost MFEM twice as long.
        self.mass = mfem.GridFunction(self.corners)
        heat, k = (mfem.GridFunctionCoefficient(part) for part in (self.mass, self.k))
        self.form = mfem.BilinearForm(self.space)
        rule, centre = vertex_rule(), mfem.IntRules.Get(mfem.Geometry.TETRAHEDRON, 1)
        mass, conduction = mfem.MassIntegrator(heat), mfem.DiffusionIntegrator(k)
        mass.SetIntRule(rule)
        conduction.SetIntRule(centre)
        self.form.AddDomainIntegrator(mass)
        self.form.AddDomainIntegrator(conduction)
        # The forms hold no references of their own.
        self.kept += [heat, k, mass, conduction, rule, centre]
        n = len(case.nodes)
        self.x, self.y = mfem.Vector(n), mfem.Vector(n)
        self.matrix = mfem.SparseMatrix()
        self.solver = mfem.CGSolver()
        self.solver.SetRelTol(SOLVED)
        self.solver.SetAbsTol(0.0)
        self.solver.SetMaxIter(500)
        self.solver.SetPrintLevel(-1)
        self.jacobi = None
        self.case = case

    def assemble(self, conductivity, rate, vapour, vessels) -> None:
        """See `Program`."""
        self.k.GetDataArray()[:] = conductivity
        case = self.case
        stored = case.heat_capacity[:, None] + case.latent[:, None] * vapour[case.tets]
        drained = case.perfusion[:, None] * vessels[case.tets]
        self.mass.GetDataArray()[:] = (rate * stored + drained).ravel()
        self.form.Update()
        self.form.Assemble(0)
        self.form.Finalize(0)
        self.form.FormSystemMatrix(self.fixed, self.matrix)
        self.jacobi = mfem.DSmoother(self.matrix)
        self.solver.SetPreconditioner(self.jacobi)
        self.solver.SetOperator(self.matrix)

    def multiply(self, x: np.ndarray) -> np.ndarray:
        """See `Program`."""
        self.x.GetDataArray()[:] = x
        self.matrix.Mult(self.x, self.y)
        return self.y.GetDataArray().copy()

    def solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        """See `Program`."""
        self.x.GetDataArray()[:] = residual
        self.y.Assign(0.0)
        self.solver.Mult(self.x, self.y)
        return self.y.GetDataArray().copy(), self.solver.GetNumIterations()


if __name__ == "__main__":
    main(Program)
