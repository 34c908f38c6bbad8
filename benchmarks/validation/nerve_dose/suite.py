"""Dose limits of nerve and bone against published heating: `mwa-sim bench nerve_dose`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.validation.nerve_dose.heating import (
    Model,
    band_over,
    damage_of,
    dose_of,
    spread_of,
    time_to_dose,
    time_to_injury,
)
from benchmarks.validation.report import read_references
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Between, Row

LIMIT, WARNING, BONE = 10.0, 2.0, 16.0
"""CEM43 [min]: limit of the bundled nerves and cord, its cautious alternative, necrosis of bone."""
CUTOFF = 42.0
"""The bundled limit of temperature [degC]."""
FREE = 44
"""Temperature of the nerve that the set was not calibrated on [degC]."""
THERMODE, CORD = 0.1, 0.4
"""How far the temperature of each experiment may be off [K].

The cord's is published; that of the thermode on the nerve is assumed.
"""
CORD_TIMING = 2.0
"""Published error of the time to death [min]."""
ROUNDED = 0.5
"""Half of the last digit of the published times [min]."""


def run(effort: Effort) -> Findings:
    """Times to injury, doses at injury and what the limits keep away from."""
    n = 64 if effort.quick else 512
    given = {name: one.value for name, one in read_references(__file__).items()}
    nerve = {t: given[f"rat sciatic nerve {t} degC"] for t in (43, 44, 45)}
    cord_time = given["rat cervical cord 42.9 degC"]
    rows = [*_times(nerve, cord_time, n), *_doses(nerve, cord_time, n)]
    tables = [_calibrated_table(nerve), _liver_table()]
    return Findings(rows, [_picture(nerve, cord_time)], tables)


def _times(nerve: dict[int, float], cord_time: float, n: int) -> list[Row]:
    # The set is calibrated on 43 and 45 degC: only the point between them is a test.
    temperature, minutes = FREE, nerve[FREE]
    # What 0.1 K and half a minute make of the time: the method, not the fit.
    slope = math.log(time_to_injury(temperature) / time_to_injury(temperature + THERMODE))
    tolerance = math.hypot(minutes * slope, ROUNDED)
    value = time_to_injury(temperature)
    rows = [
        Row(
            f"time to half of the nerves injured, {temperature} degC",
            value,
            minutes,
            tolerance,
            "min",
            ROUNDED,
            "wondergem1988",
            band_over(_time, [(temperature, minutes)], off=THERMODE, timing=0.0, n=n),
            ""
            if abs(value - minutes) <= tolerance
            else "A straight line of ln(time) over 1/T, through the points at 43 and 45 degC: "
            "the measured times bend away from it, so the point between lies above. The "
            "set gives too short a time, which is the safe side.",
        )
    ]
    tolerance = cord_time * math.log(time_to_injury(42.9) / time_to_injury(42.9 + CORD))
    value = time_to_injury(42.9)
    rows.append(
        Row(
            "time to death of half of the rats, cord at 42.9 degC, by the set of the nerve",
            value,
            cord_time,
            math.hypot(tolerance, 2.0 * CORD_TIMING),
            "min",
            CORD_TIMING,
            "sminia1990",
            band_over(_time, [(42.9, cord_time)], off=CORD, timing=0.0, n=n, normal=True),
            "Another tissue and another end: the set describes a peripheral nerve that loses its "
            "function for weeks, the study counts death. The cord is the more sensitive: with this "
            "set alone it would be judged too mildly.",
        )
    )  # fmt: skip
    return rows


def _doses(nerve: dict[int, float], cord_time: float, n: int) -> list[Row]:
    rows = [
        Row(
            f"CEM43 that injured half of the nerves at {temperature} degC, against the limit of "
            "the cases",
            dose_of(temperature, minutes),
            Between(low=LIMIT),
            0.0,
            "min",
            source="wondergem1988",
            band=band_over(_dose, [(temperature, minutes)], off=THERMODE, timing=ROUNDED, n=n),
        )
        for temperature, minutes in nerve.items()
    ]
    rows.append(
        Row(
            "CEM43 of the cord that killed half of the rats, against the limit of the cases",
            dose_of(42.9, cord_time),
            Between(low=LIMIT),
            0.0,
            "min",
            source="sminia1990",
            band=band_over(
                _dose, [(42.9, cord_time)], off=CORD, timing=CORD_TIMING, n=n, normal=True
            ),
        )
    )
    heatings = [(float(temperature), minutes) for temperature, minutes in nerve.items()]
    rows.append(
        Row(
            "largest over smallest of the three doses of the nerve (1: one dose injures)",
            spread_of(heatings),
            1.0,
            2.0**THERMODE * (1.0 + ROUNDED / min(nerve.values())) - 1.0,
            "",
            source="wondergem1988",
            band=band_over(spread_of, heatings, off=THERMODE, timing=ROUNDED, n=n),
            cause="The measured times do not halve with every degree: they fall more slowly from "
            "43 to 44 degC and faster from 44 to 45 degC.",
        )
    )
    return rows


def _calibrated_table(nerve: dict[int, float]) -> Table:
    """What agrees by construction, and is no test: shown, not counted."""
    rows = [
        (f"nerve set: time at {temperature} degC [min]", f"{time_to_injury(temperature):.1f}",
         f"{minutes:g}")
        for temperature, minutes in nerve.items()
        if temperature != FREE
    ]  # fmt: skip
    rows += [
        (f"CEM43 of bone at {temperature} degC for 1 min, {what} [min]",
         f"{dose_of(temperature, 1.0):.0f}", bound)
        for temperature, what, bound in (
            (47.0, "threshold of injury", f"{BONE:g}: the limit is this dose"),
            (50.0, "bone resorbed", f"above {BONE:g}"),
            (53.0, "blood flow lost for good", f"above {BONE:g}"),
        )
    ]  # fmt: skip
    return Table(
        "What the parameters were taken from",
        ("quantity", "computed", "published"),
        tuple(rows),
        "These agree by construction: the nerve set was drawn through 43 and 45 degC, the dose of "
        "16 min for bone is 47 degC for a minute, and what is hotter for as long has more. They "
        "are no rows.",
    )


def _time(heatings: Sequence[tuple[float, float]]) -> float:
    return time_to_injury(heatings[0][0])


def _dose(heatings: Sequence[tuple[float, float]]) -> float:
    return dose_of(*heatings[0])


def _liver_table() -> Table:
    rows = []
    for temperature, minutes in ((42.0, 10.0), (43.0, 58.0), (44.0, 32.0), (45.0, 12.0)):
        omega, half = (damage_of(temperature, minutes, name) for name in ("liver", "nerve_fit"))
        rows.append(
            (
                f"{temperature:g} degC, {minutes:g} min",
                f"{omega:.2f} ({100.0 * -math.expm1(-omega):.0f} %)",
                f"{half:.2f} ({100.0 * -math.expm1(-half):.0f} %)",
                f"{dose_of(temperature, minutes):.1f}",
            )
        )
    return Table(
        "Why the liver set judges no nerve",
        ("heating", "Omega, liver set (dead)", "Omega, nerve set (injured)", "CEM43 [min]"),
        tuple(rows),
        "The liver set calls 10 min at the clinical cutoff of 42 degC lethal to most cells, and an "
        "hour at 43 degC several times so, though half of the rat nerves kept their function then "
        "and all recovered. It is for the edge of the zone above 50 degC only.",
    )


def _picture(nerve: dict[int, float], cord_time: float) -> Figure:
    picture = new_picture()
    axes = picture.subplots()
    x = np.linspace(42.0, 46.0, 81)
    curves: tuple[tuple[str, Model, str], ...] = (
        ("nerve set, half injured", time_to_injury, "-"),
        (f"CEM43 = {LIMIT:g} min, limit of the cases", time_to_dose(LIMIT), "--"),
        (f"CEM43 = {WARNING:g} min", time_to_dose(WARNING), ":"),
    )
    for (title, model, style), colour in zip(curves, COLOURS, strict=False):
        axes.semilogy(x, [model(t) for t in x], style, color=colour, label=title)
    axes.errorbar(
        list(nerve), list(nerve.values()), xerr=THERMODE, fmt="o", color="black", capsize=2,
        label="rat sciatic nerve, half injured",
    )  # fmt: skip
    axes.errorbar(
        [42.9], [cord_time], xerr=CORD, yerr=2.0, fmt="D", markerfacecolor="white", color="black",
        capsize=2, label="rat cervical cord, half dead",
    )  # fmt: skip
    axes.axvline(CUTOFF, color="0.5", linewidth=0.8)
    axes.text(CUTOFF + 0.03, 0.35, "cutoff 42 degC", fontsize=8, color="0.3")
    axes.set_xlim(41.8, 46.0)
    axes.set_yticks([0.3, 1, 3, 10, 30, 100, 300], ["0.3", "1", "3", "10", "30", "100", "300"])
    axes.minorticks_off()
    axes.set_xlabel("temperature [degC]")
    axes.set_ylabel("time [min]")
    axes.legend(frameon=False, fontsize=8)
    return Figure(
        "Time to injury of nerve and cord",
        "Points: times of heating that injured half of the animals, with the error of the "
        "temperature. The limits of the bundled cases lie below all of them; the curve of the "
        "nerve set was drawn through the first and the last point of the nerve.",
        as_svg(picture),
    )


BENCHMARK = Benchmark(
    name="nerve_dose",
    kind="validation",
    title="Dose limits of nerve and bone",
    question="Do the nerve set and the dose limits lie where heated nerves and cords were injured?",
    run=run,
    evidence_for="injury",
    assumes=(
        "Temperatures were constant over the published times.",
        "The thermode held the nerve within 0.1 K; only the 0.4 K of the cord are published.",
        "What holds in rats and rabbits holds in patients; nothing read says by how much not.",
    ),
    calibrated_on="rat sciatic nerve at 43 and 45 degC (wondergem1988): the nerve set; bone at "
    "47 degC for 1 min (eriksson1983): the dose of 16 min",
    sources=("wondergem1988", "sminia1990", "eriksson1983", "comsol_bioheat", "sapareto1984"),
    cost=1.0,
)
