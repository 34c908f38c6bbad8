"""How near to the posterior wall? When the thermocouple stops the power, and what is left by then.

The plan of l2-metastasis.toml with the antenna moved towards the wall and away from it, at 20 and
40 W: the time until the wall reads 42 degC, how far it goes on above that after the stop, and the
ablation zone that is left. The study of which this is one case: benchmarks/studies/cutoff.

Needs: nothing but mwa_sim. Options: --quick (a few seconds of power), --workers N (processes side
by side).
"""

import argparse
from pathlib import Path

import numpy as np

import mwa_sim as mwa

SHIFT = "pose.shift.anterior"
LIMIT = 42.0


def overshoot(result: mwa.Result) -> float:
    return max(0.0, result.traces["posterior_wall"].peak - LIMIT)


def distance(plan: mwa.Plan) -> float:
    """From the radiating part of the antenna to the thermocouple [mm]."""
    source = plan.antenna.sar
    part = [plan.pose.point(z) for z in np.linspace(source.start, source.end, 50)]
    wall = plan.thermocouple_positions()["posterior_wall"]
    return 1e3 * min(float(np.linalg.norm(point - wall)) for point in part)


def main() -> None:
    options = argparse.ArgumentParser(description="When does the thermocouple stop the power?")
    options.add_argument("--quick", action="store_true", help="simulate a few seconds only")
    options.add_argument("--workers", type=int, default=1, help="processes side by side")
    given = options.parse_args()

    plan = mwa.load_plan(Path(__file__).parent / "l2-metastasis.toml")
    shifts = [-0.004, -0.002, 0.0, 0.002, 0.004]  # metres; positive is away from the wall
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})
        shifts = shifts[::4]

    study = mwa.sweep(
        plan,
        over={SHIFT: shifts, "pulses.0.power": ["20 W", "40 W"]},
        measure={
            "stopped_at": "stopped_at",
            "energy": "generator_kJ",
            "zone": "mean_diameter_mm",
            "overshoot": overshoot,
        },
        workers=given.workers,
        observe=mwa.progress(),
    )
    print("  W   mm to the wall   stopped at s      kJ   zone mm   above 42 degC by K")
    for row in study:
        away = distance(plan.changed({SHIFT: row[SHIFT]}))
        print(
            f"{row['pulses.0.power']:3.0f}   {away:14.1f}   {row['stopped_at']:12.0f}"
            f"   {row['energy']:5.2f}   {row['zone']:7.1f}   {row['overshoot']:18.1f}"
        )


if __name__ == "__main__":
    main()
