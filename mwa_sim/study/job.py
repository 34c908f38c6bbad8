"""A sweep that has been checked: its scenarios, their keys and its columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mwa_sim.errors import InputError, MwaError
from mwa_sim.plan import Plan
from mwa_sim.study.keys import PlanHasher, key_quantity, unit_of, value_at
from mwa_sim.study.measures import Measure, read_measures
from mwa_sim.study.scenarios import SAMPLES, Changes, Scenarios, expand, unknown_sample
from mwa_sim.study.table import Row

MOST_PROBLEMS = 25
"""Different mistakes that one error lists."""


@dataclass(frozen=True, eq=False)
class Job:
    """A sweep that has been checked.

    Attributes
    ----------
    scenarios : Scenarios
    measures : tuple of Measure
    inputs : list of dict of str to object
        What each scenario varies, as its plan has it.
    keys : list of str
        Hash of the whole plan, the measures and the version, one a scenario.
    base_key : str
        The same of the plan that is varied.
    units : dict of str to str
        Of inputs and measures.
    description : dict
        For the folder of the sweep.
    """

    scenarios: Scenarios
    measures: tuple[Measure, ...]
    inputs: list[dict[str, Any]]
    keys: list[str]
    base_key: str
    units: dict[str, str]
    description: dict[str, Any]

    def row(self, number: int, status: str, **more: Any) -> Row:
        """The row of a scenario; measures that are not given are nan."""
        measures = {each.name: float("nan") for each in self.measures} | more.pop("measures", {})
        return Row(
            number,
            self.inputs[number],
            measures,
            status,
            key=self.keys[number],
            total=len(self.keys),
            **more,
        )

    def axes(self) -> tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...]:
        """Keys and values of a complete grid."""
        sizes = [len(axis.values) for axis in self.scenarios.axes]  # type: ignore[arg-type]
        found = []
        step = len(self.keys)
        for axis, size in zip(self.scenarios.axes, sizes, strict=True):
            step //= size
            values = tuple(
                tuple(self.inputs[k * step][key] for key in axis.keys) for k in range(size)
            )
            found.append((axis.keys, values))
        return tuple(found)


def prepare(
    plan: Plan,
    over: Any,
    measure: Any,
    sample: str,
    n: int | None,
    seed: int,
    where: Callable[[Changes], Any] | None,
    problems: list[str],
) -> Job:
    """Check everything and list what is to be run.

    Parameters
    ----------
    plan, over, measure, sample, n, seed, where
        As given to :func:`mwa_sim.study.sweep.sweep`.
    problems : list of str
        What is wrong with the other options.

    Raises
    ------
    InputError
        Listing every mistake.
    """
    measures: tuple[Measure, ...] = ()
    scenarios: Scenarios | None = None
    try:
        measures = read_measures(measure, plan)
    except InputError as error:
        problems += error.problems
    inputs: list[dict[str, Any]] = []
    keys: list[str] = []
    hasher = PlanHasher()
    measured = {each.name: each.text for each in measures}
    beside = [measured, _version()]
    try:
        scenarios = expand(plan, over, sample, n, seed, where)
        inputs, keys = _checked(plan, scenarios, hasher, beside)
    except InputError as error:
        problems += error.problems
    if problems or scenarios is None:
        raise InputError(problems)
    units = {key: unit_of(key_quantity(plan, key)) for key in scenarios.keys}
    units |= {each.name: each.unit for each in measures}
    description = {
        "base": hasher(plan),
        "mwa_sim": _version(),
        "measures": measured,
        "inputs": list(scenarios.keys),
        "scenarios": len(keys),
        "units": units,
        "plan": plan.described(),
    }
    return Job(scenarios, measures, inputs, keys, hasher(plan, *beside), units, description)


def check(
    plan: Plan, over: Any, measure: Any, sample: str, n: int | None, problems: list[str]
) -> None:
    """Add what is wrong with a sweep that will not run to the other mistakes in it.

    Parameters
    ----------
    plan, over, measure, sample, n
        As given to :func:`mwa_sim.study.sweep.sweep`; what could not be read is left out.
    problems : list of str
        Gets a line for every mistake.
    """
    if sample not in SAMPLES:
        problems.append(unknown_sample(sample))
        sample = "grid" if n is None else "latin-hypercube"
    if measure:
        try:
            read_measures(measure, plan)
        except InputError as error:
            problems += error.problems
    if over:
        try:
            _checked(plan, expand(plan, over, sample, n), PlanHasher(), [])
        except InputError as error:
            problems += error.problems


def _checked(
    plan: Plan, scenarios: Scenarios, hasher: PlanHasher, beside: list[Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Inputs as the plans have them and key of every scenario, or every mistake in them."""
    inputs: list[dict[str, Any]] = []
    keys: list[str] = []
    found: dict[str, int] = {}
    for number, changes in enumerate(scenarios.changes):
        try:
            changed = plan.changed(changes)
        except MwaError as error:
            for problem in error.problems:
                found.setdefault(problem, number)
            continue
        inputs.append({key: value_at(changed, key, changes.get(key)) for key in scenarios.keys})
        keys.append(hasher(changed, *beside))
    if found:
        lines = [f"{text} (scenario {number})" for text, number in found.items()]
        more = len(lines) - MOST_PROBLEMS
        raise InputError(lines[:MOST_PROBLEMS] + ([f"... and {more} more"] if more > 0 else []))
    return inputs, keys


def _version() -> str:
    from mwa_sim import __version__

    return __version__
