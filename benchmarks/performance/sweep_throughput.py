"""How many scenarios of the README case a minute, and why they are not marched side by side.

Run:  python -m benchmarks.performance.sweep_throughput [--scenarios 60] [--workers 2]

Scenarios sample power, duration of the pulses, efficiency of the antenna and perfusion of the
tumour; the pattern of the power density is constant (model "line") and follows the drying of the
tissue.
Each is simulated with its stop rule and cooldown, and measured: highest temperature at the wall,
coverage and least margin of the tumour, volume and long axis of the zone.

Then one scenario on one thread, by parts.  Several scenarios on one mesh could share the reading
of the matrix, one product for all: the most that this can save is the time of the products.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import time
from pathlib import Path

import numpy as np

import mwa_sim as mwa
from mwa_sim.heat.step import HeatStepper
from mwa_sim.heat.team import VARIABLE
from mwa_sim.plan_file import load_plan
from mwa_sim.simulation import Simulation

ROOT = Path(__file__).parents[2]
MEASURES = [
    "peak(posterior_wall)", "coverage(tumour)", "margin(tumour)", "volume_ml", "long_axis_mm",
]  # fmt: skip
OVER = {
    "pulses.0.power": mwa.between("20 W", "40 W"),
    "pulses.0.on": mwa.between("30 s", "90 s"),
    "antenna.efficiency": mwa.between(0.55, 0.8),
    "regions.tumour.perfusion": mwa.between("0.001 1/s", "0.01 1/s"),
}
PARTS = {
    "products and stages": ("kernels.py", "superstep.py"),
    "damage and perfusion": ("exposure.py", "exposure_kernels.py", "exposure_block.py"),
    "source": ("source.py", "nodal.py"),
    "books of energy": ("books.py",),
}
"""Modules of `mwa_sim.heat` by what they do."""


def rate(plan: mwa.Plan, scenarios: int, workers: int) -> None:
    """Sweep and print the throughput."""
    mwa.sweep(plan, OVER, measure=MEASURES, sample="sobol", n=workers, workers=workers)
    started = time.perf_counter()
    study = mwa.sweep(
        plan, OVER, measure=MEASURES, sample="sobol", n=scenarios, seed=1, workers=workers
    )
    wall = time.perf_counter() - started
    done = [row for row in study.rows if row["status"] == "done"]
    seconds = np.array([row["seconds"] for row in done])
    print(f"{scenarios} scenarios, {len(done)} done, {workers} workers: {wall:.1f} s "
          f"(start of the workers included), {scenarios / wall * 60.0:.0f} a minute, "
          f"1000 in {1000.0 * wall / scenarios / 60.0:.1f} min")  # fmt: skip
    print(f"of a scenario in its worker: median {np.median(seconds):.2f} s, "
          f"from {seconds.min():.2f} to {seconds.max():.2f} s")  # fmt: skip


def parts(plan: mwa.Plan) -> None:
    """Run one scenario on one thread under the profiler and print the parts of its time loop."""
    os.environ[VARIABLE] = "1"
    for profiled in (False, True):
        run = Simulation(plan)
        profile = cProfile.Profile()
        if profiled:
            profile.enable()
        for _ in run.steps():
            pass
        profile.disable()
    stepper: HeatStepper = run.setup.stepper
    stats = pstats.Stats(profile)
    total = stats.total_tt
    found = dict.fromkeys(PARTS, 0.0)
    for (file, _, _), (_, _, own, _, _) in stats.stats.items():
        path = Path(file)
        for part, modules in PARTS.items():
            if path.parent.name == "heat" and path.name in modules:
                found[part] += own
    counts = stepper.counts
    print(f"one scenario on one thread: {total:.2f} s, {counts.steps} steps, "
          f"{counts.products} products")  # fmt: skip
    for part, seconds in found.items():
        print(f"  {part:24s} {seconds:6.2f} s  {100.0 * seconds / total:4.0f} %")
    rest = total - sum(found.values())
    print(f"  {'everything else':24s} {rest:6.2f} s  {100.0 * rest / total:4.0f} %")
    stages = found["products and stages"]
    print(f"if all products and stages cost nothing, {total / (total - stages):.1f} times as fast")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    plan = load_plan(ROOT / "examples" / "l2-metastasis.toml").changed({"antenna.model": "line"})
    parts(plan)
    rate(plan, options.scenarios, options.workers)


if __name__ == "__main__":
    main()
