"""How far are the default time steps of the README case from short ones?

Run:  python -m benchmarks.performance.step_error [--model line] [--tolerances 1,2]

The whole protocol without its stop rule, against a run with a tolerance of 0.02 K a step and steps
of 0.1 s at most: largest difference at any node in the saved frames (every 5 s) and at the
thermocouples (every second), and of the volumes of zones.  About a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from mwa_sim.plan_file import load_plan
from mwa_sim.simulation import simulate

ROOT = Path(__file__).parents[2]
ZONES = ("damage>=1", "temperature>=60")


def main() -> None:
    """Print one line for each tolerance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="line", choices=("line", "wave-static", "wave-coupled"))
    parser.add_argument("--tolerances", default="1", help="in kelvin, e.g. 0.5,1,2")
    options = parser.parse_args()
    plan = load_plan(ROOT / "examples" / "l2-metastasis.toml")
    plan = plan.changed({"rules": [], "antenna.model": options.model})
    fine = simulate(plan.changed({"solver.temperature_tolerance": 0.02, "solver.max_step": 0.1}))
    for tolerance in map(float, options.tolerances.split(",")):
        run = simulate(plan.changed({"solver.temperature_tolerance": tolerance}))
        nodes = np.abs(np.asarray(run.frames) - np.asarray(fine.frames))
        sensors = [
            np.abs(run.traces[name].tissue - trace.tissue).max()
            for name, trace in fine.traces.items()
        ]
        volumes = ", ".join(
            f"{name} {run.zone(name).volume_ml / fine.zone(name).volume_ml - 1.0:+.2%}"
            for name in ZONES
        )
        print(f"{options.model}, {tolerance:g} K a step: {run.timing['steps']:.0f} steps "
              f"({fine.timing['steps']:.0f} short ones); any node {nodes.max():.2f} K, "
              f"99.9 % of nodes {np.quantile(nodes.max(axis=0), 0.999):.2f} K, thermocouples "
              f"{max(sensors):.4f} K, {volumes}; "
              f"balance {run.energy['balance_error']:.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
