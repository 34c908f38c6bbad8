"""Tables of the study, as Markdown and as comma-separated text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.studies.cutoff.select import Record, chosen, envelope, one, value
from benchmarks.studies.cutoff.setting import CONTINUOUS

FIRST = ("view", "distance_mm", "power_W", "cycle_s", "pause_s", "tissues", "transmission")
NEVER = "not read"
MAIN_CYCLE = 60.0
NO_CHECKS = {"rule", "no rule", "band", "pedicle"}
"""Views that have a table of their own."""


def as_csv(records: Sequence[Record]) -> str:
    """All rows and columns; a column that a row does not have is empty."""
    columns = [*FIRST, *dict.fromkeys(k for r in records for k in r if k not in FIRST)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({key: _cell(each) for key, each in record.items()})
    return text.getvalue()


def by_distance(records: Sequence[Record], cycle: float = MAIN_CYCLE) -> list[str]:
    """Time, zone when power ends and overshoot for each distance and power, with their ranges."""
    rule = chosen(records, view="rule", cycle_s=cycle)
    ranged = [*rule, *chosen(records, view="band", cycle_s=cycle)]
    powers = sorted({r["power_W"] for r in rule})
    heads = [
        f"{p:g} W: time s | zone mean (short); range of mean, mm | overshoot K" for p in powers
    ]
    lines = [f"| mm | {' | '.join(heads)} |", "|" + "---|" * (1 + 3 * len(powers))]
    for distance in sorted({r["distance_mm"] for r in rule}):
        cells = [f"{distance:g}"]
        for power in powers:
            row = one(rule, distance_mm=distance, power_W=power)
            some = chosen(ranged, distance_mm=distance, power_W=power)
            least, most = envelope(some, "reached_s", lambda t: math.inf if math.isnan(t) else t)
            span = f" ({least:.0f}–{_or_never(most)})" if math.isfinite(least) else ""
            cells.append(f"{_time(row)}{span}")
            zone = envelope(some, "cem43_mean_mm")
            cells.append(
                f"{value(row, 'cem43_mean_mm'):.0f} ({value(row, 'cem43_short_mm'):.0f}); "
                f"{zone[0]:.0f}–{zone[1]:.0f}"
            )
            over = envelope(some, "overshoot_K")
            cells.append(f"{value(row, 'overshoot_K'):.1f} ({over[0]:.1f}–{over[1]:.1f})")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def by_cycle(records: Sequence[Record]) -> list[str]:
    """What the cycles change, at equal shares of time with power; cells are 30 / 60 / 90 / none."""
    rule = chosen(records, view="rule")
    cycles = sorted({r["cycle_s"] for r in rule})
    named = " / ".join("none" if c == CONTINUOUS else f"{c:g}" for c in cycles)
    shown = (
        ("reached_s", "time s", 0), ("energy_kJ", "energy kJ", 2),
        ("cem43_mean_mm", "zone mean mm", 1), ("end_cem43_mean_mm", "after cooling mm", 1),
        ("damage_mean_mm", "Ω ≥ 1 mean mm", 1), ("overshoot_K", "overshoot K", 1),
        ("wall_cem43_min", "wall CEM43 min", 1), ("sac_degC", "dura °C", 1),
    )  # fmt: skip
    lines = [
        f"Cycles: {named}.",
        "",
        f"| W | mm | {' | '.join(label for _, label, _ in shown)} |",
        "|" + "---|" * (2 + len(shown)),
    ]
    for power in sorted({r["power_W"] for r in rule}):
        for distance in sorted({r["distance_mm"] for r in rule}):
            rows = [one(rule, power_W=power, distance_mm=distance, cycle_s=c) for c in cycles]
            cells = [
                " / ".join(_number(value(row, key), digits) for row in rows)
                for key, _, digits in shown
            ]
            lines.append(f"| {power:g} | {distance:g} | {' | '.join(cells)} |")
    return lines


def without_rule(records: Sequence[Record]) -> list[str]:
    """Highest temperature at the wall if nothing stops the power; cells are cycles 30 / 60 / 90."""
    free = chosen(records, view="no rule")
    lines = [
        "| W | mm | wall °C, half of the energy | wall °C, all of it | CEM43 at the wall, min "
        "| dura °C | zone mean mm |",
        "|---|---|---|---|---|---|---|",
    ]
    cycles = sorted({r["cycle_s"] for r in free})
    for power in sorted({r["power_W"] for r in free}):
        for distance in sorted({r["distance_mm"] for r in free}):
            rows = [one(free, power_W=power, distance_mm=distance, cycle_s=c) for c in cycles]
            cells = [
                " / ".join(shown(value(row, key)) for row in rows)
                for key, shown in (
                    ("wall_half_degC", "{:.1f}".format), ("wall_degC", "{:.1f}".format),
                    ("wall_cem43_min", _dose), ("sac_degC", "{:.1f}".format),
                    ("end_cem43_mean_mm", "{:.1f}".format),
                )
            ]  # fmt: skip
            lines.append(f"| {power:g} | {distance:g} | {' | '.join(cells)} |")
    return lines


def checks(records: Sequence[Record]) -> list[str]:
    """How far the other views are from the study: median, least and greatest difference."""
    rule = chosen(records, view="rule")
    shown = (
        ("reached_s", "time", "%"), ("cem43_mean_mm", "zone mean when power ends", "mm"),
        ("end_cem43_mean_mm", "after cooling", "mm"), ("overshoot_K", "overshoot", "K"),
    )  # fmt: skip
    lines = [
        f"| against the study | runs | {' | '.join(f'{label} {unit}' for _, label, unit in shown)} "
        "| read in one only |",
        "|" + "---|" * (3 + len(shown)),
    ]
    for view in dict.fromkeys(r["view"] for r in records):
        if view in NO_CHECKS:
            continue
        pairs = [
            (row, one(rule, **{k: row[k] for k in ("distance_mm", "power_W", "cycle_s")}))
            for row in chosen(records, view=view)
        ]
        cells = []
        for key, _, unit in shown:
            both = np.array([(value(a, key), value(b, key)) for a, b in pairs])
            both = both[np.isfinite(both).all(axis=1)]
            change = both[:, 0] - both[:, 1]
            if unit == "%":
                change = 100.0 * change / both[:, 1]
            digits = 0 if unit == "%" else 1
            cells.append(_spread(change, digits))
        read = [(math.isfinite(value(a, "reached_s")), math.isfinite(value(b, "reached_s")))
                for a, b in pairs]  # fmt: skip
        cells.append(str(sum(a != b for a, b in read)))
        lines.append(f"| {view} | {len(pairs)} | {' | '.join(cells)} |")
    return lines


def through_pedicle(records: Sequence[Record]) -> list[str]:
    """The antenna through the pedicle, by the distance of its radiating part."""
    lines = ["| W | mm | time s | zone mean (short) mm, after cooling | overshoot K |",
             "|---|---|---|---|---|"]  # fmt: skip
    for row in sorted(
        chosen(records, view="pedicle"), key=lambda r: (r["power_W"], r["distance_mm"])
    ):
        lines.append(
            f"| {row['power_W']:g} | {row['distance_mm']:.1f} | {_time(row)} | "
            f"{row['end_cem43_mean_mm']:.1f} ({row['end_cem43_short_mm']:.1f}) | "
            f"{row['overshoot_K']:.1f} |"
        )
    return lines


def _spread(change: Any, digits: int) -> str:
    if not len(change):
        return "–"
    low, middle, high = change.min(), np.median(change), change.max()
    return f"{middle:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"


def _time(record: Record) -> str:
    return _or_never(value(record, "reached_s"))


def _or_never(seconds: float) -> str:
    return f"{seconds:.0f}" if math.isfinite(seconds) else NEVER


def _number(number: float, digits: int) -> str:
    return f"{number:.{digits}f}" if math.isfinite(number) else "–"


def _dose(minutes: float) -> str:
    """A dose; far above every limit its size says nothing."""
    return f"{minutes:.0f}" if minutes < 1e4 else "> 10⁴"


def _cell(each: Any) -> Any:
    if isinstance(each, float):
        return "" if math.isnan(each) else f"{each:.6g}"
    return each
