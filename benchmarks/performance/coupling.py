"""What does it cost to compute the antenna's field again and again?  300 s in a vertebra.

Run:  python -m benchmarks.performance.coupling [--quick]

Processor seconds of one process: set-up and stepping with the closed form, with one field solution,
and with the field coupled to the temperature, for pulses (4 x 60 s on, 15 s off) and for steady
power, without the rule that would stop it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from mwa_sim.plan import Plan
from mwa_sim.plan_file import load_plan
from mwa_sim.simulation import Simulation

ROOT = Path(__file__).parents[2]
MODELS = ("line", "wave-static", "wave-coupled")
CASES = ((20, 60, 15, 4), (30, 60, 15, 4), (40, 60, 15, 4), (30, 300, 0, 1), (40, 300, 0, 1))


@dataclass(frozen=True)
class Cost:
    """Processor time [s] of a run, its time steps and its field solutions."""

    setup: float
    stepping: float
    steps: int
    solutions: int


def treatment(power: float, on: float, off: float, cycles: int, model: str) -> Plan:
    """The README's plan with other pulses [W, s], without rule and cooldown."""
    return load_plan(
        ROOT / "examples" / "l2-metastasis.toml",
        {
            "antenna": {"library": "slot-1.6mm", "model": model},
            "rules": [],
            "cooldown.duration": "0 s",
            "pulses.0.power": f"{power} W",
            "pulses.0.on": f"{on} s",
            "pulses.0.off": f"{off} s",
            "pulses.0.cycles": cycles,
        },
    )


def measured(plan: Plan) -> Cost:
    """Run a plan."""
    started = time.process_time()
    run = Simulation(plan)
    ready = time.process_time()
    for _ in run.steps():
        pass
    stepping = time.process_time() - ready
    field = run.setup.antennas[0].field
    solutions = 0 if field is None else len(field.history.t)
    return Cost(ready - started, stepping, run.setup.stepper.counts.steps, solutions)


def main() -> None:
    """Print one row a case and model, and how the coupled run compares with the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the first case only")
    options = parser.parse_args()
    for model in MODELS:
        # Compiles the kernels and fills the caches.
        measured(treatment(20, 5, 0, 1, model))
    head = f"{'set-up':>7s} {'stepping':>9s} {'steps':>6s} {'fields':>7s}"
    print(f"{'treatment':18s} {'model':14s} {head}")
    for power, on, off, cycles in CASES[: 1 if options.quick else None]:
        name = f"{power} W, {cycles} x {on} s"
        costs = {m: measured(treatment(power, on, off, cycles, m)) for m in MODELS}
        for model, cost in costs.items():
            print(
                f"{name:18s} {model:14s} {cost.setup:7.2f} {cost.stepping:9.2f} "
                f"{cost.steps:6d} {cost.solutions:7d}"
            )
            name = ""
        last = costs["wave-coupled"]
        ratios = [
            (last.setup + last.stepping) / (costs[m].setup + costs[m].stepping) for m in MODELS[:2]
        ]
        print(
            f"{'':18s} coupled over line {ratios[0]:.2f}, over one field solution {ratios[1]:.2f} "
            "(set-up and stepping)"
        )


if __name__ == "__main__":
    main()
