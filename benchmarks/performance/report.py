"""What does everything after the stepping cost?  Zones, report, file and pictures of one result.

Run:  python -m benchmarks.performance.report [RESULT.vtkhdf] [--repeat N] [--no-pictures]

Without a result the README case is simulated first.  Each part is timed on a fresh copy of the
result, so that nothing computed before helps it: once on a mesh that was never looked at, as after
a single run, and once more on a mesh that other results were measured on, as in a sweep.  Kernels
are loaded before.  Times are processor time of this process [s], the smallest of the repetitions;
pictures are wall-clock time, for the 3-D view is rendered in a process beside.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mwa_sim.criterion import STANDARD_CRITERIA
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan_file import load_plan
from mwa_sim.result import Result, load_result
from mwa_sim.simulation import simulate
from mwa_sim.summary import organ_status

ROOT = Path(__file__).parents[2]

Part = Callable[[Result], Any]


def parts(result: Result, folder: Path) -> dict[str, Part]:
    """What is timed, by name; each gets a result that nothing was asked of yet."""
    first = STANDARD_CRITERIA[0]
    target = result.targets[0] if result.targets else next(iter(result.region_labels))

    def one_zone(run: Result) -> None:
        zone = run.zone(first)
        _ = zone.volume_ml, zone.long_axis_mm, zone.short_axis_mm, zone.coverage(target)
        _ = zone.margin(target).min_mm

    return {
        "summary(): 4 zones, coverage, margins": lambda run: run.summary(),
        "str(result): the report": str,
        f"{first}: volume, axes, coverage, margin": one_zone,
        "  volume_ml": lambda run: run.zone(first).volume_ml,
        "  coverage": lambda run: run.zone(first).coverage(target),
        "  long_axis_mm, short_axis_mm": lambda run: run.zone(first).extents_mm,
        "  sphericity": lambda run: run.zone(first).sphericity,
        "  margin": lambda run: run.zone(first).margin(target),
        "organs at risk": lambda run: [organ_status(run, organ) for organ in run.organs],
        "save(), the summary in it included": lambda run: run.save(
            folder / "copy.vtkhdf", overwrite=True
        ),
    }


def fresh(result: Result, mesh: TetMesh) -> Result:
    """The same data without anything that was computed from it."""
    given = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    return Result(**{**given, "mesh": mesh})


def seconds(part: Part, run: Result, clock: Callable[[], float]) -> float:
    """Time of one part on one result."""
    start = clock()
    part(run)
    return clock() - start


def main() -> None:
    """Print one row for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", nargs="?", help="a saved result; else the README case is run")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-pictures", action="store_true")
    options = parser.parse_args()
    if options.result:
        result = load_result(options.result)
    else:
        result = simulate(load_plan(ROOT / "examples" / "l2-metastasis.toml"))
    mesh = result.mesh
    print(f"{result.case_name}: {mesh.n_tets} tetrahedra, {mesh.n_nodes} nodes")
    print(f"{'processor time [s], least of':44s} {'mesh new':>10s} {'mesh known':>10s}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, part in parts(result, folder).items():
            part(fresh(result, mesh))  # kernels
            new, known = [], []
            for _ in range(options.repeat):
                other = TetMesh(mesh.nodes, mesh.tets, mesh.regions)
                new.append(seconds(part, fresh(result, other), time.process_time))
                known.append(seconds(part, fresh(result, other), time.process_time))
            print(f"{title:44s} {min(new):10.3f} {min(known):10.3f}")
        if not options.no_pictures:
            from mwa_sim.plot import save_all

            def draw(run: Result) -> list[Path]:
                return save_all(run, folder / "pictures")

            draw(fresh(result, mesh))  # kernels and imports
            wall = [
                seconds(draw, fresh(result, mesh), time.perf_counter)
                for _ in range(min(options.repeat, 3))
            ]
            print(f"{'pictures, wall-clock time':44s} {'':>10s} {min(wall):10.3f}")


if __name__ == "__main__":
    main()
