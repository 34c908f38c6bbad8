"""How fast is the README case?  Stepping, set-up and start of the program, on this machine.

Run:  python -m benchmarks.performance.readme_case [PLAN.toml] [--repeat N] [--no-rules]
          [--model line] [--until 400]

Times are of this process once kernels are compiled (the first pass compiles and is not counted),
and of a fresh process for the start.  ``--no-rules`` lets the power run to the end of the protocol,
``--model`` takes another model of the antenna, ``--until`` tells when a simulated time [s] is
reached.  MWA_SIM_THREADS sets the number of threads.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from mwa_sim.heat.team import default_threads
from mwa_sim.plan_file import load_plan
from mwa_sim.simulation import Progress, Simulation, simulate

ROOT = Path(__file__).parents[2]
START = "import mwa_sim.plan_file, mwa_sim.simulation, sys; " + (
    "mwa_sim.simulation.Simulation(mwa_sim.plan_file.load_plan(sys.argv[1])); "
)


def main() -> None:
    """Print one row for each measured part: median, smallest and largest of the repetitions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?", default=str(ROOT / "examples" / "l2-metastasis.toml"))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-rules", action="store_true")
    parser.add_argument("--model", choices=("line", "wave-static", "wave-coupled"))
    parser.add_argument("--until", type=float, default=400.0)
    options = parser.parse_args()
    plan = load_plan(options.plan)
    if options.model:
        plan = plan.changed({"antenna.model": options.model})
    if options.no_rules:
        plan = plan.changed({"rules": []})
    simulate(plan)
    rows: dict[str, list[float]] = {"set-up": [], "of which antenna": [], "stepping": []}
    for _ in range(options.repeat):
        passed: list[float] = []

        def watch(progress: Progress, passed: list[float] = passed) -> None:
            if progress.time <= options.until + 1e-6:
                passed.append(time.perf_counter())

        started = time.perf_counter()
        result = simulate(plan, watch)
        until = min(options.until, float(result.frames_t[-1]))
        reached = passed[-1] - started - result.timing["setup_s"]
        rows.setdefault(f"stepping to {until:.0f} s", []).append(reached)
        rows["set-up"].append(result.timing["setup_s"])
        rows["of which antenna"].append(result.timing["antenna_s"])
        rows["stepping"].append(result.timing["stepping_s"])
    rows["start to first step, fresh process"] = []
    for _ in range(options.repeat):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", START, options.plan], check=True, cwd=ROOT)
        rows["start to first step, fresh process"].append(time.perf_counter() - started)
    stepper = Simulation(plan).setup.stepper
    simulated = float(result.frames_t[-1])
    print(f"{plan.case.name}: {result.mesh.n_tets} tetrahedra, {result.mesh.n_nodes} nodes; "
          f"{simulated:.0f} s simulated, {result.timing['steps']:.0f} steps, "
          f"{result.timing['linear_iterations']:.0f} matrix-vector products, "
          f"hottest {result.fields['max_temperature'].max():.0f} degC")  # fmt: skip
    matrix = stepper.model.matrix
    print(f"{default_threads()} threads; matrix: {matrix.values.size} entries, "
          f"{matrix.nbytes / 1e6:.1f} MB, "
          f"fastest rate {stepper.model.fastest_rate():.1f} 1/s")  # fmt: skip
    print(f"{'':36s} {'median':>8s} {'min':>8s} {'max':>8s}  [s]")
    for name, values in rows.items():
        print(f"{name:36s} {statistics.median(values):8.2f} {min(values):8.2f} {max(values):8.2f}")
    print(f"real time / stepping time: {simulated / statistics.median(rows['stepping']):.0f}")


if __name__ == "__main__":
    main()
