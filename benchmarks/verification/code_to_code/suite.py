"""mwa_sim beside scikit-fem and NGSolve on a vertebra, as rows."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np

from benchmarks.verification.code_to_code import compare, pictures
from benchmarks.verification.code_to_code.assembly import System, assemble
from benchmarks.verification.code_to_code.problem import Problem, make_plan, problem_of, vertebra
from mwa_sim.bench.benchmark import Benchmark, Effort, Findings, Table
from mwa_sim.bench.rows import Between, Row
from mwa_sim.heat.element import stiffness

SAME = 0.05
"""Allowed difference of temperatures [K]."""
SAME_VOLUME = 0.005
"""Allowed relative difference of the volume of a zone: 0.05 K where one of 10 mm radius ends with
3 K/mm."""
ROUNDING = 1e-12
"""Of matrices, relative to their largest entry: sums of some tens of numbers."""

SHORT = (0.01, 0.05, 0.25)
"""Short steps: error of a step [K] and longest step [s] of mwa_sim; step [s] of the others. mwa_sim
has 1 K and 2 s by default."""


@dataclass(frozen=True)
class Extent:
    """How much is computed.

    Attributes
    ----------
    factor : float
        Elements coarser than the default sizes by this.
    linear, nonlinear : dict
        Protocols, see `make_plan`.
    dt : float [s]
        Steps of the other programs.
    """

    factor: float
    linear: dict[str, float]
    nonlinear: dict[str, float]


QUICK = Extent(
    3.0,
    {"power": 15.0, "on": 10.0, "off": 5.0, "cycles": 1, "rest": 0.0},
    {"power": 60.0, "on": 20.0, "off": 5.0, "cycles": 1, "rest": 0.0},
)
FULL = Extent(
    1.5,
    {"power": 11.0, "on": 60.0, "off": 20.0, "cycles": 2, "rest": 40.0},
    {"power": 45.0, "on": 60.0, "off": 20.0, "cycles": 2, "rest": 40.0},
)


def run(effort: Effort) -> Findings:
    """Compare on one mesh; then take longer steps on both sides."""
    extent = QUICK if effort.quick else FULL
    case = vertebra(extent.factor)
    effort.say(f"mesh of {case.mesh.n_nodes} nodes")
    rows: list[Row] = []
    shown = []
    for kind, protocol in (("linear", extent.linear), ("nonlinear", extent.nonlinear)):
        effort.say(kind)
        problem = problem_of(make_plan(case, linear=kind == "linear", **protocol))
        system = assemble(problem)
        one = compare.ours(problem, system, *SHORT[:2])
        other = compare.theirs(problem, system, SHORT[2])
        rows += _rows(kind, compare.apart(one, other, kind == "linear"), one)
        shown.append((kind, problem, one, other))
        if kind == "linear":
            rows[:0] = [_matrix_row("scikit-fem", problem, system.stiffness)]
            skipped, extra = _ngsolve(problem, system, one, SHORT[2])
            rows += extra
    effort.say("longer steps")
    if not effort.quick:
        problem = problem_of(make_plan(vertebra(QUICK.factor), linear=False, **QUICK.nonlinear))
        system = assemble(problem)
        one = compare.ours(problem, system, *SHORT[:2])
        other = compare.theirs(problem, system, SHORT[2])
    longer = (2.0,) if effort.quick else (2.0, 4.0)
    halved, table = _longer(problem, system, compare.apart(one, other, False), longer)
    return Findings(
        rows=[*rows, *halved],
        figures=[pictures.difference(shown), pictures.traces(shown)],
        tables=[table],
        skipped=skipped,
    )


def _rows(kind: str, apart: compare.Difference, one: compare.Ours) -> list[Row]:
    hottest = one.frames.max()
    zone = "zone above 45 degC" if kind == "linear" else "zone of damage >= 1"
    return [
        Row(f"{kind}, scikit-fem: largest difference at thermocouples", apart.thermocouples,
            Between(high=SAME), 0.0, "K"),
        Row(f"{kind}, scikit-fem: largest difference at any node (hottest {hottest:.0f} degC)",
            apart.nodes, Between(high=SAME), 0.0, "K"),
        Row(f"{kind}, scikit-fem: difference of the {zone}", 100.0 * apart.zone, 0.0,
            100.0 * SAME_VOLUME, "%"),
        Row(f"{kind}: energy balance of mwa_sim", one.result.energy["balance_error"],
            Between(high=1e-4)),
    ]  # fmt: skip


def _matrix_row(name: str, problem: Problem, matrix: object) -> Row:
    """Largest difference of the entries of the conduction matrix, relative to the largest."""
    own = stiffness(problem.nodes, problem.tets, problem.conductivity)
    value = abs(own - matrix).max() / abs(own).max()
    return Row(f"conduction matrix, {name}: largest relative difference of an entry", float(value),
               Between(high=ROUNDING))  # fmt: skip


def _ngsolve(
    problem: Problem, system: System, one: compare.Ours, dt: float
) -> tuple[str, list[Row]]:
    """The linear problem by NGSolve where it is installed; else why not."""
    if importlib.util.find_spec("ngsolve") is None:
        return "NGSolve is not installed: its part was left out", []
    from benchmarks.verification.code_to_code import with_ngsolve

    program = with_ngsolve.Program(problem)
    frames, traces = program.march(list(one.times), dt, ~system.free)
    return "", [
        _matrix_row("NGSolve", problem, program.stiffness()),
        Row("linear, NGSolve: largest difference at thermocouples",
            float(np.abs(traces - one.traces).max()), Between(high=SAME), 0.0, "K"),
        Row("linear, NGSolve: largest difference at any node",
            float(np.abs(frames - one.frames).max()), Between(high=SAME), 0.0, "K"),
    ]  # fmt: skip


def _longer(
    problem: Problem, system: System, shortest: compare.Difference, factors: tuple[float, ...]
) -> tuple[list[Row], Table]:
    """Differences with the short steps of both sides, and with longer ones."""
    found = {1.0: shortest}
    for factor in factors:
        one = compare.ours(problem, system, *_steps(factor)[:2])
        other = compare.theirs(problem, system, _steps(factor)[2])
        found[factor] = compare.apart(one, other, False)
    lines = []
    for factor, apart in found.items():
        tolerance, step, dt = _steps(factor)
        lines.append((f"{step:g} s, {tolerance:g} K", f"{dt:g} s", f"{apart.nodes:.4f}",
                      f"{apart.thermocouples:.5f}"))  # fmt: skip
    order = math.log2(found[2.0].nodes / shortest.nodes)
    return [
        Row("nonlinear: order with which the difference at any node falls with the steps", order,
            Between(low=1.5)),
    ], Table(
        "Longer steps on both sides (nonlinear)",
        ("mwa_sim: longest step, error of a step", "scikit-fem: step", "any node [K]",
         "thermocouples [K]"),
        tuple(lines),
        "What is left between the programs is time stepping: it goes away with the steps.",
    )  # fmt: skip


def _steps(factor: float) -> tuple[float, float, float]:
    """The short steps times a factor; the error of a step is third order in it."""
    return SHORT[0] * factor**3, SHORT[1] * factor, SHORT[2] * factor


BENCHMARK = Benchmark(
    name="code_to_code",
    kind="verification",
    title="Another program on the same vertebra",
    question=(
        "Do independent finite-element programs get the same temperatures on the same mesh of a "
        "vertebra?"
    ),
    run=run,
    evidence_for="code: heat",
    assumes=(
        "All programs have the same mesh, linear elements, capacity lumped on the nodes and the "
        "conductivity integrated over temperature (Kirchhoff).",
        "The antenna's power into each node at 37 degC is taken from mwa_sim; other benchmarks "
        "check it.",
    ),
    sources=("pennes1948",),
    cost=70.0,
)
