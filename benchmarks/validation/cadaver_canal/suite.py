"""Epidural and foraminal temperatures beside heated cadaver vertebrae (Groetz et al. 2013)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.validation.cadaver_canal.model import (
    DEVICES,
    MM,
    SENSOR,
    SENSOR_SPREAD,
    START,
    Device,
    cadaver,
    lumbar_mesh,
    rise,
    treatment,
)
from benchmarks.validation.cadaver_canal.pictures import canal_picture
from benchmarks.validation.report import Reference, read_references
from mwa_sim.bench.bands import ENDS, band_of, uncertain_inputs
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.rows import Band, Between, Row
from mwa_sim.case import Case
from mwa_sim.plan import Plan
from mwa_sim.simulation import simulate
from mwa_sim.study.between import between
from mwa_sim.study.sweep import sweep

Floats = NDArray[np.float64]
PLACES = ("epidural", "foramen")
TITLES = {"epidural": "epidural space", "foramen": "neural foramen"}
SHIFT = 7 * MM
"""How far the electrode may lie from the middle of the body [m]: the cavity can touch the wall."""
SIDEWAYS = (-4 * MM, 8 * MM)
"""The same to the left: from the midline to 12 mm on the side of the access [m]."""
SPECIMENS = 8
DECADE = math.sqrt(10.0)
"""Half an order of magnitude, each way."""
SEED = 0
_COARSE, _FINE = (2 * MM, 0.4), (1.5 * MM, 0.3)
"""Edge lengths [m] and their growth: the README says what they cost."""
_CAUSE = (
    "Where cavity and thermocouples were could not be read. From the middle of the body conduction "
    "gives canal and foramen little; with the electrode 8 mm from the wall and 10 mm off the "
    "midline, as after an access through the pedicle, both get as warm as measured, or warmer."
)


def expected(share: Any, body: Any, start: float = START) -> Any:
    """Temperature of a place whose rise is a share of the rise in the body [degC].

    Parameters
    ----------
    share : float or array
        Rise there over rise in the body, computed.
    body : float or array [degC]
        Measured in the body: an input.
    start : float [degC]
    """
    return start + share * (body - start)


def inputs(plan: Plan, device: Device) -> dict[str, Any]:
    """Uncertain inputs: heat conduction and storage, place of electrode and sensor, duration."""
    over = uncertain_inputs(
        plan, ["body", "cavity", "epidural_fat", "fluid"],
        properties=("thermal_conductivity", "specific_heat"),
    )  # fmt: skip
    over["pose.shift.anterior"] = between(-SHIFT, SHIFT)
    over["pose.shift.left"] = between(*SIDEWAYS)
    over["thermocouples.0.at.1"] = between(
        *sorted(plan.protocol.thermocouples[0].at[1] + sign * SENSOR_SPREAD for sign in (-1, 1))
    )
    over["pulses.0.on"] = between(device.shortest, device.longest)
    return over


def run(effort: Effort) -> Findings:
    """Temperatures in canal and foramen for three devices, given those in the body."""
    n = 2 if effort.quick else 32
    case = cadaver(lumbar_mesh(*(_COARSE if effort.quick else _FINE)))
    given = read_references(__file__)
    rows: list[Row] = []
    shares: dict[str, dict[str, float]] = {}
    sampled: dict[str, dict[str, Floats]] = {}
    varied: dict[str, str] = {}
    for device in DEVICES:
        effort.say(device.name)
        plan = treatment(case, device)
        result = simulate(plan)
        shares[device.name] = {p: rise(result, p) / rise(result, "body") for p in PLACES}
        over = inputs(plan, device)
        sampled[device.name] = _sampled(plan, over, n, given[f"{device.name} body"])
        varied = {key: f"{r.low:.4g} to {r.high:.4g}" for key, r in over.items()}
        varied["measured in the body"] = "mean, with its standard error"
        for place in PLACES:
            rows.append(
                _row(device, place, shares, _band(sampled[device.name][place], n, varied), given)
            )
    varied = {**varied, "pulses.0.on": "as for each device"}
    for place in PLACES:
        band = _band(_over_measured(place, sampled, given), n, varied)
        rows.append(_magnitude(place, shares, band, given))
    figure = Figure(
        "Canal and foramen beside a heated vertebra",
        "Measured temperatures (mean and standard deviation of 8 cadaver vertebrae) and computed "
        "ones, which take the measured temperature in the body as their input. Grey: range over "
        "the uncertain inputs, mainly where the electrode was.",
        canal_picture([d.name for d in DEVICES], rows, {k: v.value for k, v in given.items()}),
    )
    tables = [_shares(shares, given)]
    if not effort.quick:
        tables.append(_by_place(case, given))
    return Findings(rows, [figure], tables)


def _sampled(plan: Plan, over: dict[str, Any], n: int, body: Reference) -> dict[str, Floats]:
    """Temperatures of the places over the inputs; the one in the body by its standard error."""
    study = sweep(
        plan, over, measure={p: _share_of(p) for p in PLACES}, sample="sobol", n=n, seed=SEED,
        observe=_quiet,
    )  # fmt: skip
    normal = np.random.default_rng(SEED).standard_normal(n)
    inside = body.value + body.error / math.sqrt(SPECIMENS) * normal
    return {p: expected(np.asarray(study.column(p), dtype=float), inside) for p in PLACES}


def _share_of(place: str) -> Any:
    return lambda result: rise(result, place) / rise(result, "body")


def _band(values: Floats, n: int, varied: dict[str, str]) -> Band:
    sampling = f"Sobol', {n} scenarios, seed {SEED}, percentiles {ENDS[0]:g} and {ENDS[1]:g}"
    return band_of(values, sampling=sampling, inputs=varied)


def _row(
    device: Device, place: str, shares: dict[str, dict[str, float]], band: Band,
    given: dict[str, Reference],
) -> Row:  # fmt: skip
    measured = given[f"{device.name} {place}"]
    value = expected(shares[device.name][place], given[f"{device.name} body"].value)
    row = Row(
        f"{TITLES[place]}, {device.name}", value, measured.value, measured.error, "degC",
        measured.error / math.sqrt(SPECIMENS), "groetz2013", band,
    )  # fmt: skip
    return row if row.passed else _with_cause(row)


def _over_measured(
    place: str, sampled: dict[str, dict[str, Floats]], given: dict[str, Reference]
) -> Floats:
    """Computed over measured rise in every scenario, geometric mean of the devices."""
    scenarios = [
        (sampled[d.name][place] - START) / (given[f"{d.name} {place}"].value - START)
        for d in DEVICES
    ]
    return np.asarray(np.exp(np.log(scenarios).mean(axis=0)))


def _magnitude(
    place: str, shares: dict[str, dict[str, float]], band: Band, given: dict[str, Reference]
) -> Row:
    """Computed over measured rise, geometric mean of the devices: the order of magnitude."""
    rises = {d.name: given[f"{d.name} {place}"].value - START for d in DEVICES}
    values = [
        (expected(shares[d.name][place], given[f"{d.name} body"].value) - START) / rises[d.name]
        for d in DEVICES
    ]
    row = Row(
        f"{TITLES[place]}: computed over measured rise, geometric mean of the devices",
        float(np.exp(np.mean(np.log(values)))), Between(1.0 / DECADE, DECADE),
        source="groetz2013",
        band=band,
    )  # fmt: skip
    return row if row.passed else _with_cause(row)


def _with_cause(row: Row) -> Row:
    return Row(
        row.quantity, row.value, row.reference, row.tolerance, row.unit, row.reference_error,
        row.source, row.band, cause=_CAUSE,
    )  # fmt: skip


def _shares(shares: dict[str, dict[str, float]], given: dict[str, Reference]) -> Table:
    lines = []
    for device in DEVICES:
        for place in PLACES:
            inside, there = (given[f"{device.name} {x}"].value for x in ("body", place))
            measured = [(there - start) / (inside - start) for start in (20.0, START)]
            lines.append(
                (device.name, TITLES[place], f"{shares[device.name][place]:.2f}",
                 *(f"{share:.2f}" for share in measured))
            )  # fmt: skip
    return Table(
        "Rise there over rise in the body",
        ("device", "place", "computed", "measured, start 20 degC", "measured, start 37 degC"),
        tuple(lines),
        "The start of the specimens could not be read. From 37 degC is assumed; colder specimens "
        "would lie further from the computed shares.",
    )


def _by_place(case: Case, given: dict[str, Reference]) -> Table:
    """How much nearer the electrode would have to be."""
    device = DEVICES[0]
    lines = []
    plan = treatment(case, device)
    for anterior, left in ((0.0, 0.0), (-5 * MM, 0.0), (-8 * MM, 0.0), (-8 * MM, 6 * MM)):
        moved = plan.changed({"pose.shift.anterior": anterior, "pose.shift.left": left})
        result = simulate(moved)
        share = {p: rise(result, p) / rise(result, "body") for p in PLACES}
        inside = given[f"{device.name} body"].value
        lines.append(
            (f"{1e3 * moved.pose.tip[0]:.0f} mm", f"{1e3 * moved.pose.tip[1]:.0f} mm",
             *(f"{expected(share[p], inside):.1f}" for p in PLACES))
        )  # fmt: skip
    return Table(
        f"{device.name} by the place of the electrode [degC]",
        ("from the wall", "from the midline", *(TITLES[p] for p in PLACES)),
        tuple(lines),
        "Measured: "
        + ", ".join(f"{TITLES[p]} {given[f'{device.name} {p}'].value:.1f} degC" for p in PLACES),
    )


def _quiet(row: Any) -> None:
    """Progress is that of the benchmark."""


BENCHMARK = Benchmark(
    name="cadaver_canal",
    kind="validation",
    title="Epidural space and foramen of cadaver vertebrae",
    question="How warm do epidural space and foramen get when the temperature in the body is "
    "known?",
    run=run,
    evidence_for="bone",
    assumes=(
        "The temperature measured in the body is an input: it sets the strength of the source, as "
        "radiofrequency and coblation are no heat sources of the library.",
        f"Specimens start at {START:g} degC, without perfusion or flow.",
        f"The electrode is in the middle of the body, 16 mm from the wall, the thermocouple in the "
        f"body {1e3 * SENSOR:g} mm from it; treatments last 10 min (coblation 3 min). None of "
        "these could be read.",
        "The temperature rise is proportional to the power: nothing boils where it is read.",
    ),
    sources=("groetz2013",),
    cost=60.0,
)
