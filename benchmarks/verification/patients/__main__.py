"""Do random patients from T1 to L5 mesh and simulate?  Failures are counted and listed.

Run:  python -m benchmarks.verification.patients [--count N] [--seed S] [--first K] [--json FILE]

Every patient has a random level, stature, tumour (place, size, lobes, kind, growth out of the
bone), fracture, lost wall, margin and way in. With ``--json FILE`` each patient is a line of the
file; patients that are in it already are not done again, so a run that was broken off goes on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.verification.patients.draw import draw
from benchmarks.verification.patients.examine import examine

STATES = ("done", "missed", "refused", "crashed")


def main(arguments: list[str] | None = None) -> int:
    """Print a line a patient and then the counts; 1 if anything was missed or crashed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first patient")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=None, help="file of JSON lines, kept")
    parser.add_argument("--size", default=None, help="smallest elements, as in '1.2 mm'")
    options = parser.parse_args(arguments)
    sizes = None if options.size is None else scaled(options.size)
    known = read(options.json, options.seed)
    wanted = range(options.first, options.first + options.count)
    for number in wanted:
        if number in known:
            continue
        row = {"seed": options.seed, "number": number, **examine(draw(options.seed, number), sizes)}
        known[number] = row
        print(line(row), flush=True)
        if options.json is not None:
            with options.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    rows = [known[number] for number in sorted(known) if number in wanted]
    print("\n" + "\n".join(summary(rows)))
    return int(any(row["status"] in ("missed", "crashed") for row in rows))


def scaled(size: str) -> dict[str, str]:
    """Table ``size`` of a recipe with the default proportions."""
    from mwa_sim.anatomy.sizes import Sizes
    from mwa_sim.units import parse_quantity

    found = Sizes().scaled(parse_quantity(size, "length"))
    names = ("antenna", "tumour", "interface", "far")
    return {name: f"{1e3 * getattr(found, name):.6g} mm" for name in names}


def read(file: Path | None, seed: int) -> dict[int, dict[str, Any]]:
    """Patients that are in a file already."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    return {row["number"]: row for row in rows if row["seed"] == seed}


def line(row: dict[str, Any]) -> str:
    """One patient in a line."""
    recipe = row["patient"]["recipe"]
    text = f"{row['number']:4d} {recipe['level']:4s}{row['status']:8s}"
    if "mesh" in row:
        mesh = row["mesh"]
        text += (
            f" {mesh['tets']:7d} tets, dihedral {mesh['min_dihedral_deg']:5.1f} / "
            f"{mesh['p1_dihedral_deg']:4.1f}, ratio {mesh['min_radius_ratio']:.3f}, "
            f"volumes {mesh['worst_volume_error']:.1%}"
        )
    if "run" in row:
        text += f", {row['run']['hottest_degC']:.0f} degC, {row['run']['steps']:.0f} steps"
    text += f", {sum(row['seconds'].values()):.0f} s"
    return "\n       ".join([text, *row["why"]])


def summary(rows: list[dict[str, Any]]) -> list[str]:
    """Counts and the worst figures."""
    counts = Counter(row["status"] for row in rows)
    found = [f"{len(rows)} patients: " + ", ".join(f"{counts[s]} {s}" for s in STATES)]
    meshed = [row["mesh"] for row in rows if "mesh" in row]
    for key in ("tets", "min_dihedral_deg", "p1_dihedral_deg", "min_radius_ratio"):
        if meshed:
            values = [mesh[key] for mesh in meshed]
            found.append(
                f"{key}: least {min(values):.4g}, median {np.median(values):.4g}, "
                f"most {max(values):.4g}"
            )
    worst: dict[str, float] = {}
    for mesh in meshed:
        for name, error in mesh["volume_error"].items():
            worst[name] = max(worst.get(name, 0.0), abs(error))
    found += [f"volume of {name}: at most {error:.2%} off" for name, error in worst.items()]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
