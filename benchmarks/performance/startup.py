"""Where does the time go before the first step?  Every row from fresh processes, kernels cached.

Run:  python -m benchmarks.performance.startup [PLAN.toml] [--repeat N]

The first pass compiles and meshes what no cache holds and is not counted.  "kernels" is the time in
which numba reads compiled functions from its cache; it is part of the rows where it happens.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHILD = "from benchmarks.performance.startup import child; child(__import__('sys').argv[1])"


class _Clock:
    """Seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = now - self._last
        self._last = now

    def around(self, owner: object, function: str, name: str) -> None:
        """Add up the seconds spent in a function of a module or class."""
        inner = getattr(owner, function)
        self.seconds[name] = 0.0
        self.seconds[f"{name}: calls"] = 0.0

        def timed(*args: object, **kwargs: object) -> object:
            started = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - started
                self.seconds[f"{name}: calls"] += 1

        setattr(owner, function, timed)


def child(path: str) -> None:
    """One start: print the seconds of every part as JSON."""
    clock = _Clock()
    import mwa_sim.plan_file

    clock.lap("import of plan and case")
    plan = mwa_sim.plan_file.load_plan(path)
    clock.lap("plan and case, mesh from the cache")
    from numba.core.caching import FunctionCache

    clock.lap("import of numba")
    import mwa_sim.build
    import mwa_sim.simulation
    import mwa_sim.wave

    clock.lap("import of the solver")
    clock.around(FunctionCache, "load_overload", "kernels")
    build = mwa_sim.build
    clock.around(build, "locator_of", "  point location")
    clock.around(build, "solver_order", "  numbering")
    clock.around(build, "_applied", "  antenna")
    clock.around(build, "assemble", "  heat equation")
    clock.around(build, "HeatStepper", "  stepper")
    clock._last = time.perf_counter()
    run = mwa_sim.simulation.Simulation(plan)
    clock.lap("set-up")
    next(run.steps())
    clock.lap("first step")
    clock.seconds["memory [MB]"] = _peak_memory()
    sys.stdout.write(json.dumps(clock.seconds))


def _peak_memory() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the smallest and the median of the repetitions of each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", nargs="?", default=str(ROOT / "examples" / "l2-metastasis.toml"))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    rows: dict[str, list[float]] = {}
    for k in range(options.repeat + 1):
        started = time.perf_counter()
        command = [sys.executable, "-c", CHILD, options.plan]
        ran = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
        whole = time.perf_counter() - started
        if k:
            parts = json.loads(ran.stdout)
            measured = ("import", "plan and", "set-up", "first step")
            known = sum(v for name, v in parts.items() if name.startswith(measured))
            parts["python itself, start and end"] = whole - known
            parts["start to first step"] = whole
            for name, seconds in parts.items():
                rows.setdefault(name, []).append(seconds)
    print(f"{'':42s} {'min':>8s} {'median':>8s}  [s]")
    for name, values in rows.items():
        if name.endswith(": calls"):
            continue
        calls = rows.get(f"{name}: calls")
        note = f"  ({calls[0]:.0f} calls)" if calls and calls[0] > 1 else ""
        median = sorted(values)[len(values) // 2]
        print(f"{name:42s} {min(values):8.3f} {median:8.3f}{note}")


if __name__ == "__main__":
    main()
