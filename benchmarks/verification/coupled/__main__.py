"""Coupled runs on tetrahedra against the axisymmetric reference.

OMP_NUM_THREADS=1 python -m benchmarks.verification.coupled [--tissues NAME ...] [--cooled]
    [--finest MM ...] [--tolerance X ...] [--seconds S] [--json FILE]

One to three minutes for each tissue and a minute for each mesh.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

import numpy as np

from benchmarks.verification.coupled import package, reference
from benchmarks.verification.coupled.reference import History
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.tissue import load_tissue

POWER = 40.0


def show(title: str, history: History) -> None:
    """Temperatures at the slot's level and volumes, one line for each time."""
    for time, read in history.temperatures.items():
        temperatures = " ".join(f"{t:6.2f}" for t in read.values())
        volumes = " ".join(f"{1e6 * v:7.3f}" for v in history.volumes[time].values())
        print(f"{title:26s}{time:6.0f} {temperatures}   {volumes}", flush=True)


def drift(history: History, against: History) -> str:
    """S11 [dB] at some of the solutions, and that of the reference at these times."""
    chosen = np.unique(np.linspace(0, len(history.solved) - 1, 8).astype(int))
    pairs = (
        f"{history.solved[k]:.0f} s {history.s11_dB[k]:.2f} "
        f"({np.interp(history.solved[k], against.solved, against.s11_dB):.2f})"
        for k in chosen
    )
    return ", ".join(pairs)


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--antenna", default="slot-1.6mm")
    parser.add_argument("--tissues", nargs="+", default=["liver_ex_vivo", "bone_cancellous"])
    parser.add_argument("--cooled", action="store_true", help="with the shaft's cooling")
    parser.add_argument("--finest", nargs="+", type=float, default=[1.0, 0.5, 0.25], help="mm")
    parser.add_argument("--tolerance", nargs="+", type=float, default=[0.1, 0.01])
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--json", help="file for all the numbers")
    given = parser.parse_args()
    antenna = Antenna.from_library(given.antenna).changed(model="wave-coupled")
    if not given.cooled:
        antenna = antenna.changed(cooling=None)
    times = [given.seconds / 8, given.seconds / 4, given.seconds / 2, given.seconds]
    rows = []
    for name in given.tissues:
        tissue = load_tissue(name)
        print(f"{name}, {POWER:.0f} W at the generator")
        print(f"{'':26s}     s   degC at 3, 5, 10, 15 mm         ml above 50, 60, 94 degC")
        exact = reference.run(antenna, tissue, POWER, times)
        show("reference", exact)
        rows.append({"tissue": name, "finest_mm": None, **asdict(exact)})
        for finest in given.finest:
            mesh = package.cube(1e-3 * finest)
            for tolerance in given.tolerance:
                found, _ = package.run(
                    mesh, antenna, tissue, POWER, times, field_tolerance=tolerance
                )
                show(f"{finest:g} mm, tolerance {tolerance:g}", found)
                print(f"    {mesh.n_nodes} nodes, {len(found.solved)} solutions, energy "
                      f"{found.energy / exact.energy - 1.0:+.2%}; S11 [dB] (reference): "
                      f"{drift(found, exact)}")  # fmt: skip
                rows.append({"tissue": name, "finest_mm": finest, "tolerance": tolerance,
                             **asdict(found)})  # fmt: skip
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
