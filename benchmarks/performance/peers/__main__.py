"""How fast are other finite-element programs on the same problem?  See the README beside.

Run:  python -m benchmarks.performance.peers [--size 100k] [--peers ngsolve,mfem] [--steps 60]
          [--python PATH] [--python-fenicsx PATH] [--json FILE]

Same mesh, physics and time step for all, in one run; seconds are those of the time loop.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.performance.peers.runs import PEERS, VARIANTS, Row, find, run_ours, run_peer
from benchmarks.performance.problem.definition import Problem, problem
from benchmarks.performance.problem.mesh import CUBES
from benchmarks.performance.problem.ours import at_dt
from benchmarks.performance.problem.reference import reference

HEADER = (
    "program", "step", "s for 300 s", "ratio", "error at probes [K]", "anywhere [K]",
    "set-up [s]", "solves", "iterations",
)  # fmt: skip


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="100k", choices=tuple(CUBES))
    parser.add_argument("--problems", default="L,N", help="of L and N")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {', '.join(PEERS)}; or none")
    parser.add_argument(
        "--steps", type=int, default=60,
        help="steps of a peer's nonlinear run, scaled to the whole treatment (60; 300 is all)",
    )  # fmt: skip
    parser.add_argument("--dt", type=float, default=1.0, help="time step [s]")
    parser.add_argument(
        "--max-step", type=float, default=3.0, help="longest step [s] of mwa_sim's third row"
    )
    parser.add_argument("--threads", type=int, default=1, help="of peers that have threads")
    parser.add_argument("--repeat", type=int, default=3, help="of mwa_sim and of linear runs")
    parser.add_argument("--python", default=sys.executable, help="interpreter with the peers")
    parser.add_argument("--python-fenicsx", default="/usr/bin/python3", help="one with dolfinx")
    parser.add_argument("--cache", type=Path, help="folder for meshes and references")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    chosen = parser.parse_args(arguments)
    chosen.peers = [name for name in chosen.peers.split(",") if name not in ("", "none")]
    chosen.problems = chosen.problems.split(",")
    if unknown := sorted({*chosen.peers} - {*PEERS}):
        parser.error(f"--peers: {', '.join(unknown)} is none of {', '.join(PEERS)}")
    if unknown := sorted({*chosen.problems} - {*VARIANTS}):
        parser.error(f"--problems: {', '.join(unknown)} is none of L, N")
    return chosen


def measure(chosen: argparse.Namespace) -> tuple[list[Row], list[str]]:
    """All rows, and notes on peers that are left out."""
    rows: list[Row] = []
    notes: list[str] = []
    pythons: dict[str, str] = {}
    for peer in chosen.peers:
        candidates = [chosen.python, sys.executable]
        if peer == "fenicsx":
            candidates.insert(0, chosen.python_fenicsx)
        if python := find(peer, candidates):
            pythons[peer] = python
        else:
            notes.append(f"{PEERS[peer][1]} left out: no {PEERS[peer][0]} in {candidates}")
    for name in chosen.problems:
        one = problem(name, chosen.size, chosen.cache)
        exact = reference(one, chosen.cache)
        say(f"{name}: {len(one.tets)} tetrahedra, {len(one.nodes)} nodes")
        for label, settings in (
            ("default steps", {}),
            (f"dt = {chosen.dt:g} s", at_dt(chosen.dt)),
            (f"steps up to {chosen.max_step:g} s", {"max_step": chosen.max_step}),
        ):
            rows.append(run_ours(one, exact, label, settings, chosen.repeat))
        for peer, python in pythons.items():
            rows += peer_rows(chosen, one, exact, peer, python, notes)
    return rows, notes


def peer_rows(
    chosen: argparse.Namespace,
    one: Problem,
    exact: np.ndarray,
    peer: str,
    python: str,
    notes: list[str],
) -> list[Row]:
    """Every variant of one peer; a failure becomes a note."""
    rows = []
    for variant in VARIANTS[one.name]:
        linear = variant == "linear"
        say(f"{one.name}: {PEERS[peer][1]}, {variant}")
        try:
            rows.append(
                run_peer(
                    peer, python, one, variant, exact, chosen.dt,
                    None if linear else chosen.steps, chosen.threads,
                    chosen.repeat if linear else 1,
                )
            )  # fmt: skip
        except RuntimeError as error:
            notes.append(f"{one.name}, {variant}: {error}")
    return rows


def say(text: str) -> None:
    """Progress, beside the table."""
    print(text, file=sys.stderr, flush=True)


def table(rows: Sequence[Row], name: str) -> str:
    """Markdown table of one problem; ratios are to the first row."""
    chosen = [row for row in rows if row.problem == name]
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    for row in chosen:
        scaled = "" if row.reached >= 300.0 else f" (to {row.reached:g} s, scaled)"
        cells = (
            f"{row.program} {row.version}",
            row.variant + scaled,
            f"{row.seconds:.3g}",
            f"{row.seconds / chosen[0].seconds:.3g}",
            number(row.at_probes),
            number(row.anywhere),
            f"{row.setup:.2g}",
            str(row.work.get("solves", "-")),
            str(row.work.get("linear_iterations", row.work.get("products", "-"))),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(error: float) -> str:
    """An error [K], or a dash."""
    return "-" if math.isnan(error) else f"{error:.2g}"


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure, print the tables, and write and return the numbers."""
    chosen = options(arguments)
    rows, notes = measure(chosen)
    for name in chosen.problems:
        print(f"\n**Problem {name}, {chosen.size}.**\n\n{table(rows, name)}")
    for note in notes:
        print(f"\n{note}")
    numbers = {
        "size": chosen.size,
        "processors": os.cpu_count(),
        "rows": [row.plain() for row in rows],
        "notes": notes,
    }
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(numbers, indent=1))
    return numbers


if __name__ == "__main__":
    main()
