"""SfePy: SciPy's conjugate gradients with Jacobi through SfePy's own interface, one thread."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import sfepy
from sfepy.base.base import Struct, output
from sfepy.discrete import Equation, Equations, FieldVariable, Function, Integral, Material, Problem
from sfepy.discrete.conditions import Conditions, EssentialBC
from sfepy.discrete.fem import FEDomain, Field, Mesh
from sfepy.solvers.ls import ScipyIterative
from sfepy.terms import Term

from benchmarks.performance.peers.common import SOLVED, Case, main

output.set_output(quiet=True)
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)


def jacobi(matrix, context):
    """Inverse of the diagonal."""
    return sp.diags_array(1.0 / matrix.diagonal())


class Program:
    """See `benchmarks.performance.peers.common.Program`."""

    name = "SfePy"
    version = sfepy.__version__
    settings = "SciPy CG, Jacobi"

    def __init__(self, case: Case, threads: int) -> None:
        self.case = case
        self.k, self.mass = case.conductivity, None
        groups = np.zeros(len(case.tets), dtype=np.int32)
        tets = np.ascontiguousarray(case.tets, dtype=np.int32)
        mesh = Mesh.from_data("block", case.nodes, None, [tets], [groups], ["3_4"])
        domain = FEDomain("domain", mesh)
        everything = domain.create_region("Omega", "all")
        fixed = Function("fixed", lambda coors, domain=None: np.flatnonzero(case.fixed))
        outside = domain.create_region(
            "Outside", "vertices by fixed", "vertex", functions={"fixed": fixed}
        )
        field = Field.from_args("temperature", np.float64, "scalar", everything, approx_order=1)
        u = FieldVariable("u", "unknown", field)
        v = FieldVariable("v", "test", field, primary_var_name="u")
        # Geometry is cached by order: the rule's own must not be that of the conduction.
        at_corners = Integral("i_corners", order=9, coors=CORNERS, weights=np.full(4, 1.0 / 24.0))
        conduction = Material("conduction", function=Function("k", self._conductivity))
        storage = Material("storage", function=Function("c", self._storage))
        mass = Term.new(
            "dw_dot(storage.c, v, u)", at_corners, everything, storage=storage, v=v, u=u
        )
        stiff = Term.new(
            "dw_laplace(conduction.k, v, u)", Integral("i_centre", order=1), everything,
            conduction=conduction, v=v, u=u,
        )  # fmt: skip
        self.problem = Problem("heat", equations=Equations([Equation("balance", mass + stiff)]))
        self.problem.set_bcs(ebcs=Conditions([EssentialBC("outside", outside, {"u.0": 0.0})]))
        self.mass = np.ones((len(tets), 4))
        self.problem.time_update()
        self.problem.get_variables().init_state()
        self.problem.update_materials()
        self.variables = self.problem.get_variables()
        self.matrix = self.problem.mtx_a
        conf = Struct(
            name="cg", kind="ls.scipy_iterative", method="cg", i_max=500, eps_a=0.0, eps_r=SOLVED,
            setup_precond=jacobi, verbose=0, callback=None,
        )  # fmt: skip
        self.solver = ScipyIterative(conf)
        self.free = np.flatnonzero(~case.fixed)

    def _conductivity(self, ts, coors, mode=None, **kwargs):
        if mode == "qp":
            return {"k": self.k.reshape(-1, 1, 1)}
        return None

    def _storage(self, ts, coors, mode=None, **kwargs):
        if mode == "qp":
            return {"c": self.mass.reshape(-1, 1, 1)}
        return None

    def assemble(self, conductivity, rate, vapour, vessels) -> None:
        """See `Program`."""
        case = self.case
        self.k = conductivity
        stored = case.heat_capacity[:, None] + case.latent[:, None] * vapour[case.tets]
        self.mass = rate * stored + case.perfusion[:, None] * vessels[case.tets]
        self.problem.update_materials()
        self.matrix = self.problem.equations.eval_tangent_matrices(
            self.variables.get_state(), self.problem.mtx_a
        )

    def multiply(self, x: np.ndarray) -> np.ndarray:
        """See `Program`."""
        out = np.zeros(x.size)
        out[self.free] = self.matrix @ x[self.free]
        return out

    def solve(self, residual: np.ndarray) -> tuple[np.ndarray, int]:
        """See `Program`."""
        out = np.zeros(residual.size)
        out[self.free] = self.solver(residual[self.free], mtx=self.matrix)
        return out, self.solver.iter


if __name__ == "__main__":
    main(Program)
