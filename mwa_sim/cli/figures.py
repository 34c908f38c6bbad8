"""Figures of a plan before it is run: antenna power by region, thermocouples, planned energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mwa_sim.build import Setup
from mwa_sim.cli.console import table
from mwa_sim.cli.describe import case_data, case_notes, case_text, point
from mwa_sim.mesh.probe import Locator
from mwa_sim.plan import Plan
from mwa_sim.typing import FloatArray


def plan_data(plan: Plan, setup: Setup) -> dict[str, Any]:
    """Figures of a plan and its solver set-up, as JSON-able data.

    Parameters
    ----------
    plan : Plan
    setup : Setup

    Returns
    -------
    dict
    """
    protocol = plan.protocol
    case = case_data(setup.case)
    couples = _thermocouples(plan, setup)
    return {
        "case": case,
        "tissues": plan.tissues,
        "antenna": _antenna(plan, setup),
        "protocol": {
            "pulses": [pulse.model_dump() for pulse in protocol.pulses],
            "planned_s": protocol.planned_duration,
            "power_on_s": protocol.total_on_time,
            "cooldown_s": protocol.cooldown.duration,
            "generator_J": protocol.planned_energy,
            "tissue_J": protocol.planned_energy * setup.deposition.delivered,
        },
        "thermocouples": couples,
        "notes": [*setup.deposition.notes, *_sensor_notes(plan, couples), *case_notes(case)],
    }


def plan_text(data: dict[str, Any]) -> list[str]:
    """The same as lines for people.

    Parameters
    ----------
    data : dict
        From :func:`plan_data`.

    Returns
    -------
    list of str
    """
    antenna, protocol = data["antenna"], data["protocol"]
    shares = ", ".join(
        f"{share:.1%} {name}" for name, share in antenna["power_by_region"].items() if share > 5e-4
    )
    lines = [
        *case_text(data["case"]),
        f"Tissues  {data['tissues']} parameter set",
        f"Antenna  {antenna['name']} ({antenna['model']} model), tip at "
        f"({point(antenna['tip_mm'])}) mm in {antenna['tip_region']}",
        f"         {antenna['delivered']:.3f} W into the tissue per W at the generator: {shares}",
    ]
    for number, pulse in enumerate(protocol["pulses"]):
        head = "Pulses" if number == 0 else ""
        lines.append(
            f"{head:8} {pulse['power']:g} W, {pulse['cycles']} x "
            f"({pulse['on']:g} s on, {pulse['off']:g} s off)"
        )
    lines.append(
        f"Planned  {protocol['power_on_s']:g} s with power in {protocol['planned_s']:g} s "
        f"({protocol['cooldown_s']:g} s of cooldown), {protocol['generator_J'] / 1e3:.2f} kJ at "
        f"the generator, {protocol['tissue_J'] / 1e3:.2f} kJ into the tissue"
    )
    if data["thermocouples"]:
        lines.append("Thermocouples")
        lines += table([_couple_row(name, x) for name, x in data["thermocouples"].items()])
    lines += [f"Note     {note}" for note in data["notes"]]
    return lines


def _antenna(plan: Plan, setup: Setup) -> dict[str, Any]:
    deposition = setup.deposition
    total = deposition.delivered or 1.0
    names = [setup.case.regions[label].name for label in deposition.labels]
    shares = [deposition.weights[:, [k]].sum() / total for k in range(len(names))]
    return {
        "name": plan.antenna.name,
        "model": plan.antenna.sar.name,
        "efficiency": plan.antenna.efficiency,
        "tip_mm": (1e3 * plan.pose.tip).tolist(),
        "axis": plan.pose.axis.tolist(),
        "tip_region": _regions_at(setup, [plan.pose.tip])[0],
        "delivered": deposition.delivered,
        "outside_fraction": deposition.outside_fraction,
        "power_by_region": {n: float(x) for n, x in zip(names, shares, strict=True)},
    }


def _thermocouples(plan: Plan, setup: Setup) -> dict[str, dict[str, Any]]:
    points = list(setup.thermocouples.values())
    if not points:
        return {}
    across, along = plan.pose.local(np.array(points))
    # Ahead of the tip the antenna is as far away as its tip.
    distance = np.hypot(across, np.minimum(along, 0.0))
    regions = _regions_at(setup, points)
    return {
        name: {
            "position_mm": (1e3 * position).tolist(),
            "region": region,
            "to_antenna_axis_mm": 1e3 * float(away),
            "rules": [
                rule.model_dump(exclude_none=True)
                for rule in plan.protocol.rules
                if rule.thermocouple == name
            ],
        }
        for (name, position), region, away in zip(
            setup.thermocouples.items(), regions, distance, strict=True
        )
    }


def _regions_at(setup: Setup, points: Sequence[FloatArray]) -> list[str]:
    """Name of the region around each point; all of them lie in the mesh."""
    tets, _ = Locator(setup.mesh).locate(np.array(points))
    return [setup.case.regions[int(label)].name for label in setup.mesh.regions[tets]]


def _sensor_notes(plan: Plan, couples: dict[str, dict[str, Any]]) -> list[str]:
    notes = []
    radius_mm = 500.0 * plan.antenna.outer_diameter
    start = plan.case.initial_temperature
    for name, couple in couples.items():
        if couple["to_antenna_axis_mm"] < radius_mm:
            notes.append(f"thermocouple {name!r} lies inside the antenna")
        notes += [
            f"rule on {name!r}: the limit of {rule['above']:g} degC is below the temperature at "
            f"the start, {start:g} degC, so it acts at once"
            for rule in couple["rules"]
            if rule["above"] < start
        ]
    return notes


def _couple_row(name: str, couple: dict[str, Any]) -> list[str]:
    rules = ", ".join(f"{r['action']} above {r['above']:g} degC" for r in couple["rules"])
    return [
        name,
        f"({point(couple['position_mm'])}) mm",
        f"in {couple['region']}",
        f"{couple['to_antenna_axis_mm']:.1f} mm from the antenna",
        rules or "recorded only",
    ]
