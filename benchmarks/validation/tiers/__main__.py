"""What each way to know the antenna's field costs, and what it changes.

Run:  OMP_NUM_THREADS=1 python -m benchmarks.validation.tiers [--quick] [--json FILE]

Times are processor seconds with kernels compiled and field meshes in the cache: an unmeasured pass
sees to both.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.validation.homogeneous import DISTANCES, Setting, block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.plan import Plan
from mwa_sim.plan_file import load_plan
from mwa_sim.result import Result
from mwa_sim.simulation import Simulation

README_PLAN = Path(__file__).parents[3] / "examples" / "l2-metastasis.toml"
LEVEL = 6e-3
"""Of the strongest heating of slot-1.6mm, above its tip [m]."""
# Name, model, where the power goes that dry tissue leaves, tolerance.
TIERS: tuple[tuple[str, str, str, float], ...] = (
    ("line, redistribute", "line", "redistribute", 0.1),
    ("line, attenuate", "line", "attenuate", 0.1),
    ("wave-static, redistribute", "wave-static", "redistribute", 0.1),
    ("wave-static, attenuate", "wave-static", "attenuate", 0.1),
    ("wave-coupled, 0.15", "wave-coupled", "redistribute", 0.15),
    ("wave-coupled, 0.1 (default)", "wave-coupled", "redistribute", 0.1),
    ("wave-coupled, 0.06", "wave-coupled", "redistribute", 0.06),
    ("wave-coupled, 0.02", "wave-coupled", "redistribute", 0.02),
)


def tier(plan: Plan, model: str, drying: str, tolerance: float) -> Plan:
    """The plan with another way to know the field."""
    return plan.changed(
        {"antenna.model": model, "drying": drying, "solver.field_tolerance": tolerance}
    )


def beside(plan: Plan) -> list[np.ndarray]:
    """Points 5, 10 and 15 mm beside the antenna [m]: two of each, on either side."""
    axis = plan.pose.axis
    across = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    middle = plan.pose.tip + LEVEL * axis
    return [middle + sign * r * across for r in DISTANCES for sign in (1.0, -1.0)]


def timed(plan: Plan) -> tuple[Result, float, float]:
    """Run a plan: result, processor seconds of set-up and of stepping."""
    started = time.process_time()
    simulation = Simulation(plan)
    ready = time.process_time()
    for _ in simulation.steps():
        pass
    return simulation.result(), ready - started, time.process_time() - ready


def numbers(result: Result, points: list[np.ndarray]) -> dict[str, Any]:
    """What the table shows of a run of the README plan."""
    end = min(float(event.t) for event in result.events if event.kind in ("stop", "end"))
    end = min(end, float(result.power_t[-1]))
    history = result.antennas[0]["field"]
    read = [float(result.temperature(point, end)) for point in points]
    zone = result.zone("damage>=1")
    return {
        "solutions": len(history["t_s"]) if history else 0,
        "power_off_s": end,
        "tissue_J": result.energy["tissue_J"],
        "mean_diameter_mm": zone.mean_diameter_mm,
        "short_axis_mm": zone.short_axis_mm,
        "long_axis_mm": zone.long_axis_mm,
        "temperatures": [0.5 * (a + b) for a, b in zip(read[::2], read[1::2], strict=True)],
        "thermocouples": {name: trace.peak for name, trace in result.traces.items()},
        "s11_dB": history["s11_dB"][-1] if history else None,
    }


def readme_rows(plan: Plan, repeats: int) -> list[dict[str, Any]]:
    """The README plan tier by tier; times are the least of some repetitions."""
    kept = []
    for name, *how in TIERS:
        runs = [timed(tier(plan, *how)) for _ in range(repeats)]
        kept.append({
            "tier": name, **numbers(runs[0][0], beside(plan)),
            "setup_s": min(run[1] for run in runs), "stepping_s": min(run[2] for run in runs),
        })  # fmt: skip
    return kept


def show_readme(title: str, kept: list[dict[str, Any]]) -> None:
    """Print the table of the README plan."""
    rows = [
        [
            one["tier"], f"{one['setup_s']:.2f}", f"{one['stepping_s']:.2f}",
            str(one["solutions"]), f"{one['power_off_s']:.0f}", f"{one['tissue_J']:.0f}",
            "-" if one["s11_dB"] is None else f"{one['s11_dB']:.1f}",
            f"{one['short_axis_mm']:.1f} × {one['long_axis_mm']:.1f}",
            " / ".join(f"{t:.1f}" for t in one["temperatures"]),
            " / ".join(f"{t:.1f}" for t in one["thermocouples"].values()),
        ]
        for one in kept
    ]  # fmt: skip
    table(
        title,
        ["tier", "set-up [s]", "stepping [s]", "solutions", "power off [s]", "J into tissue",
         "S11 at the end [dB]", "Ω ≥ 1, short × long [mm]", "°C at 5 / 10 / 15 mm, power off",
         "peak at posterior wall / cord [°C]"],
        rows,
    )  # fmt: skip


def liver_rows(finest: float) -> list[dict[str, Any]]:
    """40 W for 5 min in ex vivo liver, tier by tier."""
    mesh = block(finest)
    setting = Setting("ex vivo liver", "liver_ex_vivo", 22.0)
    plan = plan_in_block(mesh, setting, Antenna.from_library("slot-1.6mm"), 40.0, 300.0)
    kept = []
    for name, *how in TIERS:
        chosen = tier(plan, *how)
        found = march(chosen, (120, 300), level=LEVEL, criteria=("damage>=1",)).described()
        _, setup, stepping = timed(chosen)
        kept.append({"tier": name, **found, "setup_s": setup, "stepping_s": stepping})
    return kept


def show_liver(finest: float, kept: list[dict[str, Any]]) -> None:
    """Print the table of ex vivo liver."""
    rows = []
    for one in kept:
        early, late = one["instants"][120], one["instants"][300]
        rows.append([
            one["tier"], f"{one['setup_s']:.2f}", f"{one['stepping_s']:.2f}",
            str(late["solutions"]), f"{late['tissue_J']:.0f}",
            "-" if late["solutions"] == 0 else f"{late['s11_dB']:.1f}",
            *(f"{i['zones']['damage>=1']['width']:.1f} × {i['zones']['damage>=1']['length']:.1f}"
              for i in (early, late)),
            *(" / ".join(f"{t:.1f}" for t in i["temperatures"].values()) for i in (early, late)),
        ])  # fmt: skip
    table(
        f"Ex vivo liver from 22 °C, 40 W for 300 s, {1e3 * finest:g} mm at the antenna",
        ["tier", "set-up [s]", "stepping [s]", "solutions", "J into tissue",
         "S11 at the end [dB]", "Ω ≥ 1 at 120 s, width × length [mm]", "at 300 s",
         "°C at 5 / 10 / 15 mm, 120 s", "300 s"],
        rows,
    )  # fmt: skip


def main() -> None:
    """Print cost and difference of the tiers."""
    chosen = options(__doc__)
    plan = load_plan(README_PLAN)
    timed(plan)
    kept: dict[str, Any] = {}
    for title, one in (
        ("README plan, its rule off", plan.changed({"rules": []})),
        ("README plan", plan),
    ):
        kept[title] = readme_rows(one, 1 if chosen.quick else 2)
        show_readme(title, kept[title])
    for finest in (1.5e-3,) if chosen.quick else (1.5e-3, 0.75e-3):
        kept[f"liver, {1e3 * finest:g} mm"] = liver_rows(finest)
        show_liver(finest, kept[f"liver, {1e3 * finest:g} mm"])
    write(chosen.json, kept)


if __name__ == "__main__":
    main()
