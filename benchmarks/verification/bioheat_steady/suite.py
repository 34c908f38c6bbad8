"""Benchmark: steady rises in perfused tissue against closed forms."""

from __future__ import annotations

from benchmarks.verification.bioheat_steady.problems import PROBLEMS
from benchmarks.verification.convergence_figures import error_figure, profile_figure
from mwa_sim.bench.benchmark import Benchmark, Effort, Findings
from mwa_sim.bench.rows import Row


def run(effort: Effort) -> Findings:
    """Solve every problem on meshes of doubled fineness and compare."""
    rows: list[Row] = []
    found = []
    for problem in PROBLEMS:
        solved = problem.study(effort)
        rows += problem.rows(solved, effort)
        found.append((problem, solved))
    profiles = profile_figure(
        found,
        "Steady rise",
        "Lines: closed forms. Symbols: nodes of the finest mesh along one axis. Point and line "
        "sources are compared from 5 mm on, since nothing with elements resolves their centre.",
    )
    errors = error_figure(
        [(problem.title, solved) for problem, solved in found],
        "Every problem falls at second order: half the element size, a quarter of the error. This "
        "holds through the faces between tissues too, which the meshes follow.",
    )
    return Findings(rows, (profiles, errors))


BENCHMARK = Benchmark(
    name="bioheat_steady",
    kind="verification",
    title="Steady heat flow in perfused tissue",
    question="Does the heat solver settle at the closed forms of the Pennes equation, and at what "
    "order in the element size?",
    run=run,
    evidence_for="code: heat",
    assumes=(
        "The time stepper is marched until nothing changes; the steady state is not solved for.",
        "Spheres and cylinders are represented by an octant or a quadrant with insulated planes of "
        "symmetry; unbounded media end at 30 mm, where the exact temperature is held.",
    ),
    sources=("pennes1948", "nyborg1988", "carslaw1959", "durkee1990", "kengne2015"),
    cost=55.0,
)
