"""How fine must elements be?  One treatment on many meshes of a vertebra.

Run:  python -m benchmarks.verification.mesh_size [--quick] [--json FILE]

Twice: for a parametric L2, and for a scanned L3 where its surface is at hand (set MWA_SIM_DATA to
the folder that holds ``surfaces/L3_mean.stl``). All sizes are scaled together, which gives the
limit of infinitely small elements by extrapolation; then each size is changed alone. With
``--json FILE`` every mesh is a line of the file, and meshes that are in it are not made again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.verification.mesh_size.treatment import DATA, FIGURES, RECIPES, treat
from mwa_sim.anatomy.recipes import prepare
from mwa_sim.anatomy.sizes import Sizes

MODELS = ("line", "wave-coupled")
#: All sizes times this (far no larger than by default: the box must stay the same).
FACTORS = (2.0, 1.5, 1.0, 0.75)
FINEST = 0.5
#: One size times this, the others as they are.
ALONE = (
    ("antenna", 2.0), ("antenna", 0.5), ("tumour", 2.0), ("tumour", 0.5), ("interface", 2.0),
    ("interface", 0.5), ("far", 0.5), ("growth", 0.5),
)  # fmt: skip


def variants(quick: bool, finest: bool, alone: bool = True) -> dict[str, Sizes]:
    """Sizes by what was done to the default ones."""
    default = Sizes()
    if quick:
        return {f"all x {f:g}": together(f) for f in (4.0, 3.0, 2.0)}
    factors = (*FACTORS, FINEST) if finest else FACTORS
    found = {f"all x {f:g}": together(f) for f in factors}
    for name, factor in ALONE if alone else ():
        found[f"{name} x {factor:g}"] = default.changed({name: getattr(default, name) * factor})
    return found


def together(factor: float) -> Sizes:
    """All default sizes times a factor."""
    default = Sizes()
    found = default.scaled(default.antenna * factor)
    return found.changed({"far": min(found.far, default.far)})


def limit(factors: np.ndarray, values: np.ndarray) -> float:
    """Value at size zero of ``a + b h^2``, fitted to the finest meshes."""
    order = np.argsort(factors)[:3]
    return float(np.polyfit(factors[order] ** 2, values[order], 1)[1])


def table(rows: dict[str, dict[str, Any]], model: str) -> list[str]:
    """Markdown table of one case: differences from the limit of small elements."""
    scaled = [name for name in rows if name.startswith("all")]
    factors = np.array([float(name.split("x")[1]) for name in scaled])
    limits = {
        key: limit(factors, np.array([rows[name][model][key] for name in scaled]))
        for key, _, _ in FIGURES
    }
    lines = [
        "| sizes | tetrahedra | mesh s | stepping s | zone volume | long axis | short axis | wall "
        "| cord |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    shown = ("zone", "long", "short", "wall", "cord")
    for name, row in rows.items():
        found = row[model]
        cells = [f"{found['zone'] / limits['zone'] - 1.0:+.1%}"]
        cells += [f"{found[key] - limits[key]:+.2f} mm" for key in ("long", "short")]
        cells += [f"{found[key] - limits[key]:+.2f} K" for key in ("wall", "cord")]
        lines.append(
            f"| {name} | {row['tets']} | {row['mesh_s']:.0f} | {found['stepping_s']:.0f} | "
            + " | ".join(cells)
            + " |"
        )
    units = {key: (unit, digits) for key, unit, digits in FIGURES}
    at_limit = " | ".join(f"{limits[key]:.{units[key][1] - 1}f} {units[key][0]}" for key in shown)
    return [*lines, f"| limit | | | | {at_limit} |"]


def main(arguments: list[str] | None = None) -> None:
    """Print a table for each anatomy and model of the antenna."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="coarse meshes, one cycle, closed form"
    )
    parser.add_argument("--finest", action="store_true", help=f"all sizes x {FINEST} as well")
    parser.add_argument("--scaled", action="store_true", help="all sizes together only")
    parser.add_argument("--json", type=Path, default=None, help="file of JSON lines, kept")
    parser.add_argument("--case", choices=list(RECIPES), default=None, help="only this one")
    parser.add_argument("--model", choices=MODELS, default=None, help="only this one")
    options = parser.parse_args(arguments)
    models = (options.model,) if options.model else ("line",) if options.quick else MODELS
    kept = read(options.json)
    for case in [options.case] if options.case else RECIPES:
        recipe = RECIPES[case]
        absent = [p for p in recipe.get("surfaces", {}).values() if not (DATA / p).exists()]
        if absent:
            print(f"{case}: {', '.join(absent)} is not in {DATA}; set MWA_SIM_DATA\n")
            continue
        prepared = prepare(recipe, DATA)
        rows = {}
        for name, sizes in variants(options.quick, options.finest, not options.scaled).items():
            row = kept.get((case, name, sizes.model_dump_json()), {})
            missing = tuple(model for model in models if model not in row)
            if missing:
                cycles, cooldown = (1, 20.0) if options.quick else (4, 120.0)
                row = {**row, **treat(prepared, sizes, missing, cycles, cooldown)}
                if options.json is not None:
                    key = {"case": case, "name": name, "sizes": sizes.model_dump_json()}
                    with options.json.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({**key, **row}) + "\n")
            rows[name] = row
        for model in models:
            print("\n".join([f"{case}, antenna model {model}:", "", *table(rows, model), ""]))


def read(file: Path | None) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Meshes that are in a file already, by case, name and sizes."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    if file is not None and file.exists():
        for text in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            key = (row["case"], row["name"], row["sizes"])
            found[key] = {**found.get(key, {}), **row}
    return found


if __name__ == "__main__":
    main()
