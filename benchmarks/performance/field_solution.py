"""How long does one solution of an antenna's field take, and where does the time go?

Run:  OMP_NUM_THREADS=1 python -m benchmarks.performance.field_solution [ANTENNA] [--tissue T]
      [--repeat N] [--refinement X]

Processor time of this process.  A run of the simulation pays for mesh, matrices and first solution
once (or takes them from the cache) and for the last three rows at every new solution.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.verification.field.library import library_problem
from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.antenna.field.polynomials import TissueTriangles
from mwa_sim.antenna.field.problem import field_mesh, reach
from mwa_sim.antenna.sar import SPEED_OF_LIGHT


def main() -> None:
    """Print the time of each step: median, smallest and largest of the repetitions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("antenna", nargs="?", default="slot-1.6mm")
    parser.add_argument("--tissue", default="liver")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--refinement", type=float, default=1.0)
    options = parser.parse_args()
    problem = library_problem(options.antenna, options.tissue)
    section, frequency, permittivity = problem.section, problem.frequency, problem.permittivity
    extent = reach(permittivity, frequency, section)
    wavelength = SPEED_OF_LIGHT / frequency / float(np.sqrt(permittivity).real)
    # Once before: compiles what is compiled.
    FieldSolver(section, field_mesh(section, extent, wavelength), frequency).solve(permittivity)
    rows: dict[str, list[float]] = {}

    def timed(name: str, action: Callable[[], Any]) -> Any:
        started = time.process_time()
        result = action()
        rows.setdefault(name, []).append(time.process_time() - started)
        return result

    for _ in range(options.repeat):
        mesh = timed("mesh", lambda: field_mesh(section, extent, wavelength, options.refinement))
        solver = timed("matrices", lambda mesh=mesh: FieldSolver(section, mesh, frequency))
        timed("first solution", lambda solver=solver: solver.solve(permittivity))
        triangles = timed("polynomials, once", lambda solver=solver: TissueTriangles(solver))
        found = timed("solution", lambda solver=solver: solver.solve(permittivity))
        epsilon = np.full(solver.r.shape, permittivity)
        timed("of which fields", lambda s=solver, f=found, e=epsilon: s.evaluate(f.psi, e))
        timed("polynomials", lambda t=triangles, f=found: t.field(f))
    print(f"{options.antenna} in {options.tissue}: {len(mesh.triangles)} triangles, "
          f"{solver.unknowns} unknowns, S11 {found.s11_db:.2f} dB, "
          f"balance error {found.balance_error:.0e}")  # fmt: skip
    print(f"{'':20s}{'median':>9s}{'min':>9s}{'max':>9s}  [s]")
    for name, times in rows.items():
        print(f"{name:20s}{statistics.median(times):9.3f}{min(times):9.3f}{max(times):9.3f}")


if __name__ == "__main__":
    main()
