"""Zones in a block of ex vivo tissue: one nominal run, and a sample over what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.validation.homogeneous import Run, Setting, block, march, plan_in_block
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.bench.bands import band_of, uncertain_inputs
from mwa_sim.bench.rows import Band
from mwa_sim.case import Boundary
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.result import Result
from mwa_sim.study.sweep import sweep
from mwa_sim.zone import Zone

EDGE = 55.0
EDGES = (50.0, 55.0, 60.0)
"""Highest temperature at the edge of the pale zone [degC]: nominal, and what it may be.

Yang et al. (2007) measured 50 to 60 degC at the boundary of coagulation in ex vivo bovine liver.
"""
CRITERIA = (*(f"temperature>={edge:g}" for edge in EDGES), "damage>=1", "cem43>=240")
START = 20.0
STARTS = (15.0, 20.0, 25.0)
"""Of the tissue at the start [degC]; the parts of the papers that were read give none."""
ANTENNAS = ("slot-1.6mm", "monopole-1.6mm")
"""The library's candidates for a cooled antenna whose inside is not published, default first."""
TIERS = {"wave-coupled": "field computed again", "wave-static": "field of wet tissue"}
"""Models of the field that are compared, default first, and what the rows call them."""
DIELECTRICS = ("ji_brace_2011", "lopresto_2014")
TISSUE_INPUTS = (
    "thermal_conductivity", "thermal_conductivity_slope", "electrical_conductivity",
    "water_fraction",
)  # fmt: skip
_SAVED = {"save_every": 60.0}


def grid(quick: bool) -> TetMesh:
    """The block: 3 mm at the antenna if quick, else 1.5 mm."""
    return block(3e-3 if quick else 1.5e-3)


def plan_of(
    mesh: TetMesh,
    power: float,
    duration: float,
    *,
    antenna: Antenna | None = None,
    tissue: Any = "liver_ex_vivo",
    start: float = START,
    **more: Any,
) -> Plan:
    """Continuous power [W] at the generator for a duration [s], nothing tuned."""
    given = antenna or Antenna.from_library(ANTENNAS[0])
    solver = {**_SAVED, **more.pop("solver", {})}
    return plan_in_block(
        mesh, Setting("ex vivo", tissue, start), given, power, duration, solver=solver, **more
    )


def marched(plan: Plan, minutes: Sequence[float], **more: Any) -> Run:
    """Run a plan and keep its zones after some minutes."""
    return march(plan, [round(60 * each) for each in minutes], criteria=CRITERIA, **more)


def unknowns(
    plan: Plan, *, starts: Sequence[float] = STARTS, antennas: Sequence[str] = ANTENNAS
) -> dict[Any, Any]:
    """What a series of ex vivo ablations leaves open, for a sampled sweep.

    Efficiency of the antenna and tissue values over their ranges; which of the library's two
    antennas comes closer; which measured fall of the dielectric properties with temperature;
    the temperature at the start. Perfusion is none. The position of the antenna does not matter
    to the size of a zone in homogeneous tissue.
    """
    (name,) = {region.name for region in plan.case.regions.values()}
    ranges = uncertain_inputs(plan, [name], properties=TISSUE_INPUTS)
    over: dict[Any, Any] = {
        key: value for key, value in ranges.items() if not key.startswith("pose.")
    }
    over["antenna"] = [
        Antenna.from_library(each).changed(model=plan.antenna.model) for each in antennas
    ]
    models = ("electrical_conductivity_model", "relative_permittivity_model")
    over[tuple(f"regions.{name}.{each}" for each in models)] = [(each,) * 2 for each in DIELECTRICS]
    cases = [
        replace(
            plan.case,
            name=f"{start:g} degC",
            initial_temperature=start,
            boundary=Boundary("temperature", start),
        )
        for start in starts
    ]
    # In this order: a case takes its tissue values, and an antenna its efficiency, afterwards.
    return {"case": cases, "antenna": over.pop("antenna"), **over}


def described(over: Mapping[Any, Any], *, edges: bool) -> dict[str, str]:
    """The varied inputs in words, for :class:`~mwa_sim.bench.rows.Band`."""
    words: dict[str, str] = {}
    for key, value in over.items():
        if key in ("antenna", "case"):
            names = " or ".join(each.name for each in value)
            words["temperature at the start" if key == "case" else key] = names
        elif isinstance(key, tuple):
            words["fall of the dielectric properties with temperature"] = " or ".join(
                each[0] for each in value
            )
        else:
            words[str(key)] = f"{value.low:.4g} to {value.high:.4g}"
    if edges:
        words["temperature at the edge of the zone"] = " or ".join(f"{e:g} degC" for e in EDGES)
    return words


def sampled(
    plan: Plan,
    over: Mapping[Any, Any],
    measure: Mapping[str, Callable[[Result], float]],
    *,
    n: int,
    edges: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
) -> dict[str, Band]:
    """Bands of measures over a Sobol' sample of inputs.

    Parameters
    ----------
    plan : Plan
    over : mapping
        As :func:`unknowns` gives it.
    measure : mapping of str to callable
        A number of each result.
    n : int
        Scenarios, a power of two.
    edges : mapping of str to sequence of str, optional
        Bands that pool several of the measures: the same quantity at several temperatures of
        the edge. A measure that is in none has a band of its own.
    seed : int, optional
    """
    study = sweep(
        plan, dict(over), measure=dict(measure), sample="sobol", n=n, seed=seed, observe=_nothing
    )
    pooled = dict(edges or {})
    taken = {name for names in pooled.values() for name in names}
    pooled |= {name: (name,) for name in measure if name not in taken}
    how = f"Sobol', {n} scenarios, seed {seed}, percentiles 5 and 95"
    return {
        name: band_of(
            np.concatenate([study.column(each) for each in names]),
            sampling=how + (f", {len(names)} edges each" if len(names) > 1 else ""),
            inputs=described(over, edges=len(names) > 1),
        )
        for name, names in pooled.items()
    }


def zone_after(result: Result, minutes: float, edge: float = EDGE) -> Zone:
    """Where the temperature reached an edge [degC] within some minutes."""
    last = int(np.argmin(np.abs(np.asarray(result.frames_t) - 60.0 * minutes)))
    highest = np.asarray(result.frames[: last + 1]).max(axis=0)
    return Zone(result.mesh, highest, edge, criterion=f"temperature>={edge:g}")


def axes_measures(
    minutes: Sequence[float],
) -> tuple[dict[str, Callable[[Result], float]], dict[str, list[str]]]:
    """Measures of both axes after some minutes at all edges, and which belong together.

    Returns
    -------
    measures, edges
        As :func:`sampled` takes them; the bands are named ``"short axis 6 min"``.
    """
    measures: dict[str, Callable[[Result], float]] = {}
    edges: dict[str, list[str]] = {}
    for axis in ("short", "long"):
        for time in minutes:
            names = [f"{axis} {time:g} {edge:g}" for edge in EDGES]
            for name, edge in zip(names, EDGES, strict=True):
                measures[name] = _Axis(axis, time, edge)
            edges[f"{axis} axis {time:g} min"] = names
    return measures, edges


@dataclass(frozen=True)
class _Axis:
    axis: str
    minutes: float
    edge: float

    def __call__(self, result: Result) -> float:
        zone = zone_after(result, self.minutes, self.edge)
        if zone.is_empty:
            return 0.0
        return zone.short_axis_mm if self.axis == "short" else zone.long_axis_mm


def _nothing(row: Any) -> None:
    """Progress of a sample is that of its benchmark."""
