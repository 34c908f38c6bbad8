"""One screen of text about a result: what was done, why it ended, zones, temperatures, safety."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mwa_sim.control.event import Event
from mwa_sim.criterion import STANDARD_CRITERIA
from mwa_sim.mesh_regions import regions_of
from mwa_sim.recording import Floats, Recording
from mwa_sim.summary import RESEARCH_NOTE, antenna_energy, organ_status, power_on_time

#: Temperature [degC], in round numbers, above which the report warns: dry tissue chars, which the
#: model knows nothing of, so that a mistyped power ends in a number that looks like any other.
CHARRING = 200.0

#: Share of its power that a drying antenna reflects from which the report warns: antennas measured
#: in ex vivo liver (he2010, ji2011fluids) kept theirs, and their zones were up to twice as wide.
DETUNED = 0.3


def report(run: Recording) -> str:
    """The result on one screen, plain ASCII (any terminal prints it).

    Sizes stand beside the criterion that defines them.
    """
    lines = [*_header(run), "", *_zones(run)]
    if run.traces:
        lines += ["", *_thermocouples(run)]
    if run.organs:
        lines += ["", *_organs(run)]
    lines += ["", RESEARCH_NOTE]
    return "\n".join(lines)


def why_it_ended(events: Sequence[Event], status: str, end: float) -> str:
    """Why the power ended for good, in one phrase.

    Parameters
    ----------
    events : sequence of Event
    status : str
        ``"done"`` or ``"interrupted"``.
    end : float [s]
        The last simulated time.
    """
    if status == "interrupted":
        return f"interrupted at {end:.4g} s; results are up to there"
    stop = next((e for e in events if str(e.kind) == "stop"), None)
    if stop is not None:
        return f"power stopped at {stop.t:.4g} s: {stop.cause}"
    pauses = sum(str(e.kind) == "pause" for e in events)
    paused = f", after {pauses} pause{'s' * (pauses > 1)}" if pauses else ""
    return f"protocol completed{paused}"


def covered(share: float) -> str:
    """Coverage in per cent, rounded down: 100 % stands only for all of it."""
    return f"{np.floor(share * 1000.0 + 1e-9) / 10.0:.1f}%"


def _header(run: Recording) -> list[str]:
    end = float(run.frames_t[-1])
    targets = ", ".join(
        f"{name} {regions_of(run.mesh).volume(labels) * 1e6:.1f} ml"
        + (f" ({run.regions[labels[0]][1]})" if name in run.region_labels else "")
        for name, labels in run.target_labels.items()
    )
    case = f"{run.case_name}: {run.mesh.n_tets} tetrahedra" + (f", {targets}" if targets else "")
    lines = [f"Case     {case}"]
    lines += _antennas(run)
    if _range(run.power_W):
        total = " in total" if len(run.antennas) > 1 else ""
        lines.append(
            f"Power    {_range(run.power_W)}{total} for {power_on_time(run):.4g} s within "
            f"{end:.4g} s simulated"
        )
    if run.killed:
        lines += [f"Record   {event.cause}" for event in run.events]
    elif run.energy:
        lines.append(
            f"Energy   {_joules(run.energy.get('generator_J', 0.0))} at the generator, "
            f"{_joules(run.energy.get('tissue_J', 0.0))} into tissue, "
            f"balance error {run.energy.get('balance_error', float('nan')):.1e}"
        )
    lines.append(f"Ended    {why_it_ended(run.events, run.status, end)}")
    hottest = float(run.fields["max_temperature"].max()) if "max_temperature" in run.fields else 0.0
    if hottest > CHARRING:
        lines.append(
            f"Caution  tissue reached {hottest:.0f} degC: it would char, which is not modelled; "
            "check the power"
        )
    return lines + _detuned(run)


def _detuned(run: Recording) -> list[str]:
    """Says what measurements say of an antenna that dry tissue has detuned."""
    seen = [antenna["field"]["reflected"] for antenna in run.antennas if antenna.get("field")]
    most = max((max(one["fraction"], default=0.0) for one in seen), default=0.0)
    if most <= DETUNED:
        return []
    return [
        f"Caution  an antenna reflected {most:.0%}, detuned by dry tissue; those measured in liver",
        f"{'':8} kept their power, and zones were larger (mwa-sim bench ex_vivo_liver): compare",
        f"{'':8} antenna.model=wave-static",
    ]


def _antennas(run: Recording) -> list[str]:
    """A line on every antenna; of several, with what each of them did."""
    lines = []
    for k, (label, antenna) in enumerate(zip(run.antenna_labels, run.antennas, strict=True)):
        tip = ", ".join(f"{1e3 * x:.1f}" for x in np.asarray(antenna["tip"]))
        model = f" ({antenna['model']})" if antenna.get("model") else ""
        words = f"{antenna['name']}{model}, tip at ({tip}) mm"
        if len(run.antennas) > 1 and run.killed:
            words = f"{label}: {words}"
        elif len(run.antennas) > 1:
            power = _range(run.antenna_power_W[k])
            done = f"{power} for {power_on_time(run, k):.4g} s" if power else "no power"
            words = f"{label}: {words}; {done}, {_joules(antenna_energy(run, k))}"
        lines.append(f"{'Antenna' if k == 0 else '':8} {words}")
        lines += _field(antenna.get("field"))
    return lines


def _field(field: Mapping[str, Any] | None) -> list[str]:
    """What the computed field of an antenna did, if it was computed."""
    if not field:
        return []
    first = f"S11 {field['s11_dB'][0]:.1f} dB, {10.0 ** (field['s11_dB'][0] / 10.0):.1%} reflected"
    count, seen = len(field["s11_dB"]), field["reflected"]
    times = "once" if count == 1 else f"{count} times"
    share = seen["fraction"]
    if len(share) == 1:
        return [f"{'':8} field computed {times}: {first}"]
    worst = int(np.argmax(share))
    later = f"at most {share[worst]:.1%} at {seen['t_s'][worst]:.4g} s"
    if worst == 0:
        later = f"down to {min(share):.1%} later"
    return [f"{'':8} field computed {times}: {first} at first, {later}"]


def _range(power: Floats) -> str:
    """The levels of a power in watts, empty where there was none."""
    levels = [float(p) for p in power if p > 0.0]
    if not levels:
        return ""
    low, high = min(levels), max(levels)
    return f"{high:g} W" if low == high else f"{low:g} to {high:g} W"


def _joules(energy: float) -> str:
    return f"{energy / 1e3:.2f} kJ" if energy >= 100.0 else f"{energy:.3g} J"


def _zones(run: Recording) -> list[str]:
    # Room for two; the clinical target volume, which comes last, is one of them.
    targets = [*run.targets[:1], *run.targets[1:][-1:]]
    columns = ["Zone", "volume", "long x short axis", "mean diam.", "sphericity"]
    for name in targets:
        columns += [f"{name} covered", "least margin"]
    rows, notes = [columns], []
    for text in STANDARD_CRITERIA:
        zone = run.zone(text)
        if zone.is_empty:
            rows.append([text, "none", *[""] * (len(columns) - 2)])
            continue
        mark = " *" if zone.touches_boundary else ""
        row = [
            text + mark,
            f"{zone.volume_ml:.2f} ml",
            f"{zone.long_axis_mm:.1f} x {zone.short_axis_mm:.1f} mm",
            f"{zone.mean_diameter_mm:.1f} mm",
            f"{zone.sphericity:.2f}",
        ]
        for name in targets:
            row += [covered(zone.coverage(name)), f"{zone.margin(name).min_mm:+.1f} mm"]
        rows.append(row)
        if mark:
            notes = ["  * reaches the edge of the model: the true zone is larger"]
    return _table(rows) + notes


def _thermocouples(run: Recording) -> list[str]:
    rows = [["Thermocouple", "highest reading", "highest in tissue", "limit", "overshoot"]]
    for trace in run.traces.values():
        limit = "none" if trace.limit is None else f"{trace.limit:g} degC, {trace.action or 'rule'}"
        numbers = [f"{trace.max:.2f} degC", f"{trace.peak:.2f} degC"]
        over = "" if trace.limit is None else f"{trace.overshoot:.2f} K"
        if np.isnan(trace.peak):
            numbers, over = ["not recorded"] * 2, "" if trace.limit is None else "not recorded"
        rows.append([trace.name, *numbers, limit, over])
    return _table(rows)


def _organs(run: Recording) -> list[str]:
    words = {"ok": "ok", "warn": "CLOSE TO LIMIT", "exceeded": "LIMIT EXCEEDED"}
    rows = [["Organ at risk", "highest", "limit", "CEM43", "limit", "verdict"]]
    for organ in run.organs:
        state = organ_status(run, organ)
        hottest, most = organ.get("max_temperature"), organ.get("max_cem43")
        known = state["peak_degC"] is not None
        rows.append(
            [
                str(organ["name"]),
                f"{state['peak_degC']:.1f} degC" if known else "not meshed",
                "" if hottest is None else f"{hottest:g} degC",
                f"{state['cem43_max_min']:.3g} min" if known else "",
                "" if most is None else f"{most:g} min",
                words[state["status"]] if known else "",
            ]
        )
    return _table(rows)


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = ["-" * width for width in widths]
    out = []
    for row in [rows[0], rule, *rows[1:]]:
        first, *others = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        out.append("  ".join([first, *others]).rstrip())
    return out
