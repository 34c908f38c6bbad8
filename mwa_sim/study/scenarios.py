"""The scenarios of a sweep: a grid, a list, or samples of ranges."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mwa_sim.errors import InputError
from mwa_sim.plan import Plan
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.study.between import Range
from mwa_sim.study.keys import key_quantity
from mwa_sim.typing import FloatArray

SAMPLES = ("grid", "sobol", "latin-hypercube")
"""Ways to choose scenarios."""

Changes = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """One direction of a sweep: keys that change together, and their values or range."""

    keys: tuple[str, ...]
    values: tuple[Any, ...] | Range

    def at(self, value: Any) -> Changes:
        """The changes that one of the values makes."""
        return dict(zip(self.keys, value if len(self.keys) > 1 else (value,), strict=True))


@dataclass(frozen=True)
class Scenarios:
    """What a sweep runs.

    Attributes
    ----------
    changes : list of dict
        For :meth:`Plan.changed`, one a scenario.
    keys : tuple of str
        All keys, in their order.
    axes : tuple of Axis
        Of a grid; empty otherwise.
    notes : tuple of str
        What to know about the choice.
    """

    changes: list[Changes]
    keys: tuple[str, ...]
    axes: tuple[Axis, ...] = ()
    notes: tuple[str, ...] = ()


def expand(
    plan: Plan,
    over: Mapping[Any, Any] | Sequence[Mapping[str, Any]],
    sample: str = "grid",
    n: int | None = None,
    seed: int = 0,
    where: Callable[[Changes], Any] | None = None,
) -> Scenarios:
    """List the scenarios of a sweep; arguments as in :func:`mwa_sim.study.sweep.sweep`.

    Raises
    ------
    InputError
        Listing what is wrong with keys, ranges and options; the values are not checked.
    """
    if sample not in SAMPLES:
        raise InputError(unknown_sample(sample))
    if isinstance(over, Mapping):
        axes = _axes(plan, over)
        _check_options(axes, sample, n)
        keys = tuple(key for axis in axes for key in axis.keys)
        notes: tuple[str, ...] = ()
        if sample == "grid":
            changes = [_merged(axes, point) for point in itertools.product(*_levels(axes))]
        else:
            count = n or 0
            changes = _sampled(axes, _unit_points(sample, len(axes), count, seed))
            notes = _advice(sample, count)
    else:
        changes, keys = _listed(over, sample, n)
        axes, notes = (), ()
    if where is not None:
        kept = [each for each in changes if where(dict(each))]
        notes += (f"{len(changes) - len(kept)} of {len(changes)} scenarios left out by where",)
        changes = kept
    if not changes:
        raise InputError("over: there is no scenario to run")
    complete = sample == "grid" and where is None
    return Scenarios(changes, keys, axes if complete else (), notes)


def unknown_sample(sample: str) -> str:
    """What to say of a way to choose scenarios that is none of :data:`SAMPLES`."""
    return f"sample: unknown '{sample}'{did_you_mean(sample, SAMPLES)}"


def _axes(plan: Plan, over: Mapping[Any, Any]) -> tuple[Axis, ...]:
    found: list[str] = []
    axes: list[Axis] = []
    for given, values in over.items():
        keys = (given,) if isinstance(given, str) else given
        if not (isinstance(keys, tuple) and keys and all(isinstance(key, str) for key in keys)):
            found.append(f"over: {given!r} is no key of a plan, such as 'pulses.0.power'")
            continue
        keys = tuple(key.removeprefix("protocol.") for key in keys)
        try:
            axes.append(Axis(keys, _values(plan, keys, values)))
        except InputError as error:
            found += [f"over {', '.join(keys)}: {text}" for text in error.problems]
    keys = tuple(key for axis in axes for key in axis.keys)
    found += [f"over: {key} is given twice" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if not over:
        found.append('over: give at least one key, such as {"pulses.0.power": ["20 W", "30 W"]}')
    if found:
        raise InputError(found)
    return tuple(axes)


def _values(plan: Plan, keys: tuple[str, ...], values: Any) -> tuple[Any, ...] | Range:
    if isinstance(values, Range):
        if len(keys) > 1:
            raise InputError("a range belongs to one key; keys that go together need a list")
        reader = key_quantity(plan, keys[0])
        if reader is None:
            return values.read(_number)
        return values.read(reader.read, reader.show)
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise InputError(f"expected a list of values or mwa.between(low, high), got {values!r}")
    listed = tuple(each.item() if isinstance(each, np.generic) else each for each in values)
    if not listed:
        raise InputError("the list of values is empty")
    for each in listed if len(keys) > 1 else ():
        if not isinstance(each, (list, tuple)) or len(each) != len(keys):
            raise InputError(f"expected {len(keys)} values together, got {each!r}")
    return listed


def _number(given: Any) -> float:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return float(given)
    raise InputError(f"{given!r} is no number, and this key has no unit; a list may fit better")


def _check_options(axes: tuple[Axis, ...], sample: str, n: int | None) -> None:
    ranges = [axis.keys[0] for axis in axes if isinstance(axis.values, Range)]
    found: list[str] = []
    if sample == "grid":
        found += [
            f"over {key}: a grid needs a list of values; a range is for sampling, with sample "
            "'sobol' or 'latin-hypercube' and n"
            for key in ranges
        ]
        if n is not None and not ranges:
            found.append("n: a grid has as many scenarios as its lists make; leave n out")
    elif n is None or isinstance(n, bool) or not isinstance(n, int) or n < 1:
        found.append(f"n: give the number of scenarios to sample, such as n=64; got {n!r}")
    if found:
        raise InputError(found)


def _levels(axes: tuple[Axis, ...]) -> list[tuple[Any, ...]]:
    return [axis.values for axis in axes if not isinstance(axis.values, Range)]


def _merged(axes: tuple[Axis, ...], point: tuple[Any, ...]) -> Changes:
    changes: Changes = {}
    for axis, value in zip(axes, point, strict=True):
        changes |= axis.at(value)
    return changes


def _sampled(axes: tuple[Axis, ...], points: FloatArray) -> list[Changes]:
    columns: list[list[Any]] = []
    for axis, u in zip(axes, points.T, strict=True):
        if isinstance(axis.values, Range):
            columns.append(axis.values.at(u).tolist())
        else:  # the values of a list are equally likely
            last = len(axis.values) - 1
            columns.append([axis.values[min(last, int(x * (last + 1)))] for x in u])
    return [_merged(axes, point) for point in zip(*columns, strict=True)]


def _unit_points(sample: str, dimensions: int, n: int, seed: int) -> FloatArray:
    """Points (n, dimensions) in the unit cube."""
    from scipy.stats import qmc

    generator = np.random.default_rng(seed)
    kind = qmc.Sobol if sample == "sobol" else qmc.LatinHypercube
    with warnings.catch_warnings():
        # Said in the notes of the study.
        warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
        return np.asarray(kind(dimensions, seed=generator).random(n))


def _advice(sample: str, n: int) -> tuple[str, ...]:
    if sample != "sobol" or n & (n - 1) == 0:
        return ()
    below = 2 ** int(math.log2(n))
    return (
        f"Sobol' points fill the space evenly in powers of two: {below} or {2 * below} scenarios "
        f"say more each than {n}",
    )


def _listed(
    over: Sequence[Mapping[str, Any]], sample: str, n: int | None
) -> tuple[list[Changes], tuple[str, ...]]:
    fits = isinstance(over, Sequence) and not isinstance(over, str)
    if not fits or not all(isinstance(each, Mapping) for each in over):
        raise InputError(
            "over: expected a dictionary of keys to lists of values, or a list of dictionaries, "
            f"one a scenario, got {type(over).__name__}"
        )
    if sample != "grid" or n is not None:
        raise InputError("over: a list of scenarios is run as it is; leave sample and n out")
    changes = [
        {str(key).removeprefix("protocol."): value for key, value in each.items()} for each in over
    ]
    return changes, tuple(dict.fromkeys(key for each in changes for key in each))
