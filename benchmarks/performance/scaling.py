"""What does the stepping cost against the size of the mesh, and what limits it?

Run:  python -m benchmarks.performance.scaling [--sizes 20k,100k,500k,2M] [--threads 1,2]
          [--errors] [--json FILE]

Problem N of `benchmarks.performance.problem`, each size in a process of its own (for its memory).
The limit is the memory bandwidth of this machine, measured in the same process on arrays that
together are as large as what one stage moves: what fits into a cache is compared with the cache.
"""

from __future__ import annotations

import argparse
import inspect
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.performance.peers.runs import ROOT
from benchmarks.performance.problem.definition import problem
from benchmarks.performance.problem.mesh import CUBES
from benchmarks.performance.problem.ours import at_dt, errors, march
from benchmarks.performance.problem.reference import reference
from mwa_sim.heat.step import HeatStepper

HEADER = (
    "tetrahedra", "nodes", "threads", "stepping [s]", "steps", "products", "ns / product, node",
    "bytes / product, node", "GB/s", "GB/s of this machine", "of the limit",
    "stage alone [ns / node]", "of the limit", "set-up [s]",
    "peak memory [MB]", "error at probes / anywhere [K]",
)  # fmt: skip


@njit(cache=True, fastmath=True)
def _triad(a: NDArray, b: NDArray, c: NDArray) -> None:
    for i in range(a.size):
        a[i] = b[i] + 0.5 * c[i]


@njit(cache=True, fastmath=True)
def _total(a: NDArray) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i]
    return total


def bandwidth(size: int, seconds: float = 0.3) -> tuple[float, float]:
    """Bytes per second of one thread through arrays of ``size`` bytes in all.

    Returns
    -------
    read, triad : float [B/s]
        A sum; ``a = b + s c`` counted as two reads and one write.
    """
    n = max(size // 24, 64)
    a, b, c = np.zeros(n), np.ones(n), np.ones(n)
    long = np.ones(3 * n)
    rates = []
    for bytes_, run in ((24 * n, lambda: _triad(a, b, c)), (24 * n, lambda: _total(long))):
        run()
        best, until = math.inf, time.perf_counter() + seconds
        while time.perf_counter() < until:
            # Several passes a reading: short arrays pass faster than the clock ticks.
            passes = max(1, 2_000_000 // n)
            begun = time.perf_counter()
            for _ in range(passes):
                run()
            best = min(best, (time.perf_counter() - begun) / passes)
        rates.append(bytes_ / best)
    return rates[1], rates[0]


def bytes_per_product(heat: HeatStepper) -> float:
    """Bytes that one stage has to move: the matrix and each nodal array of it once.

    Conducted and own temperature of the last stage, the increments of the last two, latent ratio,
    sink, source, first rate and enthalpy are read; increment, temperature and, where the
    conductivity grows, what is conducted are written.
    """
    model = heat.model
    grows = model.slope != 0.0 or model.slope_values.size > 0
    return float(model.matrix.nbytes + (12 if grows else 10) * 4 * model.n_nodes)


def stage_seconds(heat: HeatStepper, stages: int = 4) -> float:
    """Time [s] of one stage alone: steps of a second that are computed and not accepted."""
    best = np.inf
    for _ in range(20):
        started = time.perf_counter()
        heat._super.attempt(1.0, stages)
        best = min(best, time.perf_counter() - started)
    return best / stages


def peak_memory() -> float | None:
    """Largest memory of this process so far [B]; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def one(size: str, threads: int, repeat: int, with_errors: bool, cache: Path | None) -> dict:
    """Measure one size in this process."""
    settings: dict[str, Any] = {}
    if "threads" in inspect.signature(HeatStepper).parameters:
        settings["threads"] = threads
    case = problem("N", size, cache)
    memory_before = peak_memory()
    march(case, until=2.0, **settings)
    runs = [march(case, **settings) for _ in range(repeat)]
    best = min(runs, key=lambda run: run.seconds)
    memory = peak_memory()
    fixed_step = min((march(case, **at_dt(1.0), **settings) for _ in range(repeat)),
                     key=lambda run: run.seconds)  # fmt: skip
    heat = best.stepper
    nodes = len(case.nodes)
    per_product = bytes_per_product(heat)
    read, triad = bandwidth(int(per_product))
    products = best.notes["products"]
    found = {
        "size": size, "threads": threads if settings else 1, "tets": len(case.tets),
        "nodes": nodes, "seconds": best.seconds, "setup": best.setup, **best.notes,
        "seconds_dt_1": fixed_step.seconds, "products_dt_1": fixed_step.notes["products"],
        "ns_per_product_node": 1e9 * best.seconds / products / nodes,
        "bytes_per_product_node": per_product / nodes,
        "bytes_per_second": per_product * products / best.seconds,
        "read_bytes_per_second": read, "triad_bytes_per_second": triad,
        "limit_ns": 1e9 * per_product / max(read, triad) / nodes,
        "times_limit": best.seconds * max(read, triad) / (per_product * products),
        "stage_ns": 1e9 * (stage := stage_seconds(heat)) / nodes,
        "stage_times_limit": stage * max(read, triad) / per_product,
        "peak_memory": memory, "memory_with_mesh": memory_before,
    }  # fmt: skip
    if with_errors:
        exact = reference(case, cache)
        found["at_probes"], found["anywhere"] = errors(case, best.fields, exact)
        found["at_probes_dt_1"], found["anywhere_dt_1"] = errors(case, fixed_step.fields, exact)
    return found


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Markdown table of all sizes."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    for r in rows:
        memory = "-" if r["peak_memory"] is None else f"{r['peak_memory'] / 1e6:.0f}"
        off = f"{r['at_probes']:.2g} / {r['anywhere']:.2g}" if "at_probes" in r else "-"
        limit = max(r["read_bytes_per_second"], r["triad_bytes_per_second"])
        cells = (
            str(r["tets"]), str(r["nodes"]), str(r["threads"]), f"{r['seconds']:.3g}",
            str(r["steps"]), str(r["products"]), f"{r['ns_per_product_node']:.2f}",
            f"{r['bytes_per_product_node']:.0f}", f"{r['bytes_per_second'] / 1e9:.1f}",
            f"{limit / 1e9:.1f}", f"{r['times_limit']:.2f} x",
            f"{r['stage_ns']:.2f}", f"{r['stage_times_limit']:.2f} x",
            f"{r['setup']:.2g}", memory, off,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all sizes, print the table and write the numbers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="20k,100k,500k,2M", help=f"of {', '.join(CUBES)}")
    parser.add_argument("--threads", default="1", help="numbers of threads, e.g. 1,2")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--errors", action="store_true", help="compare with the reference")
    parser.add_argument("--cache", type=Path, help="folder for meshes and references")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        threads = int(chosen.threads)
        found = one(chosen.one, threads, chosen.repeat, chosen.errors, chosen.cache)
        print(json.dumps(found))
        return
    sizes = chosen.sizes.split(",")
    if unknown := sorted({*sizes} - {*CUBES}):
        parser.error(f"--sizes: {', '.join(unknown)} is none of {', '.join(CUBES)}")
    counts = chosen.threads.split(",")
    if counts != ["1"] and "threads" not in inspect.signature(HeatStepper).parameters:
        print("the stepper has no threads: one row a size", file=sys.stderr)
        counts = ["1"]
    rows = []
    for size in sizes:
        for threads in counts:
            problem("N", size, chosen.cache)  # made here: making it needs more memory than a run
            command = [
                sys.executable, "-m", "benchmarks.performance.scaling", "--one", size,
                "--threads", threads, "--repeat", str(chosen.repeat),
                *(["--errors"] if chosen.errors else []),
                *(["--cache", str(chosen.cache)] if chosen.cache else []),
            ]  # fmt: skip
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            done = subprocess.run(
                command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{size}: {rows[-1]['seconds']:.3g} s", file=sys.stderr, flush=True)
    print(table(rows))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
