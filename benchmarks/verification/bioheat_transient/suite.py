"""Benchmark: rises in the course of time against closed forms."""

from __future__ import annotations

from benchmarks.verification.bioheat_transient import sources, walls
from benchmarks.verification.bioheat_transient.moments import (
    constant_steps,
    moments,
    order_row,
    steps_figure,
)
from benchmarks.verification.convergence_figures import error_figure, profile_figure
from mwa_sim.bench.benchmark import Benchmark, Effort, Findings
from mwa_sim.bench.rows import Row


def run(effort: Effort) -> Findings:
    """Solve every problem on meshes of doubled fineness and compare."""
    rows: list[Row] = []
    figures, all_errors = [], []
    for problems, title in (
        (sources.PROBLEMS, "Rises around sources"),
        (walls.PROBLEMS, "Rises between walls"),
    ):
        found = []
        for problem in problems:
            solved = problem.study(effort)
            rows += problem.rows(solved, effort)
            found.append((problem, solved))
        all_errors += [(problem.title, solved) for problem, solved in found]
        figures.append(
            profile_figure(
                found, title, "Lines: closed forms. Symbols: nodes of the finest mesh along a line."
            )
        )
    rows += moments(effort)
    steps = constant_steps(effort)
    rows.append(order_row(steps))
    errors = error_figure(
        all_errors, "At the worst of the instants compared. Every problem falls at second order."
    )
    return Findings(rows, (*figures, errors, steps_figure(steps)))


BENCHMARK = Benchmark(
    name="bioheat_transient",
    kind="verification",
    title="Heating in the course of time",
    question="Do temperatures rise and fall as the closed forms of the Pennes equation do, and at "
    "what order in element size and step?",
    run=run,
    evidence_for="code: heat",
    assumes=(
        "Unbounded media end where the exact rise is negligible.",
        "The moving end of NAFEMS T3 is a coolant with a very large coefficient, since surfaces "
        "are held at constant temperatures only; its books of energy therefore say nothing.",
    ),
    sources=(
        "pennes1948", "nyborg1988", "vyas1992", "carslaw1959", "gao1995", "wang2020", "nafems1990",
    ),
    cost=50.0,
)  # fmt: skip
