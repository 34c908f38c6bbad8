"""Mesh every real vertebra of a folder and compare it with its source.

Run:  OMP_NUM_THREADS=1 python -m benchmarks.verification.real_anatomy FOLDER
          [--only TEXT] [--json FILE]

FOLDER holds ``surfaces/`` (.stl, .obj, .ply, .vtp; a level in the name) and ``labels/`` (NIfTI or
NRRD; parts of vertebrae beside the label map, with ``subreg`` or ``body`` in their names). Each
anatomy is meshed with default sizes in a process of its own.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.verification.real_anatomy.files import items
from benchmarks.verification.real_anatomy.measure import measure

#: What a mesh must reach.
VOLUME, DIHEDRAL, P1, RATIO, MEMORY_GB = 0.02, 5.0, 20.0, 0.03, 2.0
HEADS = (
    "source", "tets", "s (CPU s)", "CPU s / 200k", "GB", "dihedral min / p1", "radius ratio",
    "worst volume", "bone to source mean / 99 % / max [mm]", "source to bone [mm]",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Print a table; 1 if a mesh misses what it must reach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--json", type=Path, default=None, help="all figures")
    options = parser.parse_args(arguments)
    rows = []
    print("| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    for item in items(options.folder.resolve()):
        if options.only not in item.name:
            continue
        # A fresh process: the peak of memory is that of this anatomy alone.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, item).result())
        print(line(rows[-1]), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    missed = [f"{row['name']}: {text}" for row in rows for text in shortcomings(row)]
    print("\n" + "\n".join(missed or ["nothing missed"]))
    return int(bool(missed))


def line(row: dict[str, Any]) -> str:
    """One anatomy as a row of the table."""
    if "tets" not in row:
        why = row.get("crashed") or "; ".join(row["refused"])
        cells = [("crashed: " if "crashed" in row else "refused: ") + why]
        cells += [""] * (len(HEADS) - 2)
        return "| " + " | ".join([row["name"], *cells]) + " |"
    wall, cpu = (sum(row[key].values()) for key in ("seconds", "cpu_seconds"))
    region, error = worst(row)
    bone = [
        f"{d['mean']:.2f} / {d['p99']:.2f} / {d['max']:.2f}"
        for d in (row["bone_mm"]["of the mesh"], row["bone_mm"]["of the source"])
    ]
    cells = [
        row["name"],
        str(row["tets"]),
        f"{wall:.0f} ({cpu:.0f})",
        f"{cpu / row['tets'] * 2e5:.0f}",
        f"{row['peak_gb']:.2f}",
        f"{row['min_dihedral_deg']:.1f} / {row['p1_dihedral_deg']:.1f}",
        f"{row['min_radius_ratio']:.3f}",
        f"{error:+.2%} {region}",
        *bone,
    ]
    return "| " + " | ".join(cells) + " |"


def worst(row: dict[str, Any]) -> tuple[str, float]:
    """Region with the largest error of its volume, and that error."""
    errors = row["volume_error"]
    region = max(errors, key=lambda name: abs(errors[name]))
    return region, errors[region]


def shortcomings(row: dict[str, Any]) -> list[str]:
    """What a mesh misses; nothing for what was refused."""
    if "tets" not in row:
        return [f"crashed: {row['crashed']}"] if "crashed" in row else []
    found = [f"{row['inverted_tets']} elements inside out"] if row["inverted_tets"] else []
    for key, least in (
        ("min_dihedral_deg", DIHEDRAL), ("p1_dihedral_deg", P1), ("min_radius_ratio", RATIO),
    ):  # fmt: skip
        if row[key] <= least:
            found.append(f"{key} {row[key]:.3g}, expected above {least:g}")
    for name, error in row["volume_error"].items():
        # What sampling the source cannot tell is not held against the mesh.
        if abs(error) > VOLUME + 2.0 * row["volume_uncertainty"].get(name, 0.0):
            found.append(f"volume of {name} {error:+.1%}")
    if row["peak_gb"] > MEMORY_GB:
        found.append(f"{row['peak_gb']:.1f} GB")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
