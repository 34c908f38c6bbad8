"""Figures of a plan before it is run: antenna power by region, thermocouples, planned energy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mwa_sim.access import check_pose, names_bone
from mwa_sim.antenna.pose import Pose
from mwa_sim.applied import AppliedAntenna
from mwa_sim.build import Setup
from mwa_sim.cli.console import table
from mwa_sim.cli.describe import case_data, case_notes, case_text, point
from mwa_sim.errors import InputError
from mwa_sim.mesh.probe import Locator
from mwa_sim.plan import Plan
from mwa_sim.plan_regions import given_values
from mwa_sim.tissue.properties import PROPERTIES
from mwa_sim.typing import FloatArray


def plan_data(plan: Plan, setup: Setup) -> dict[str, Any]:
    """Figures of a plan and its solver set-up, as JSON-able data.

    With a computed field, ``s11_dB`` and ``absorbed_fraction`` of an antenna are those of the
    first solution, per watt at the feed; else they are None.

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
    antennas = [_antenna(setup, one) for one in setup.antennas]
    return {
        "case": case,
        "tissues": plan.tissues,
        "given": given_values(plan.case),
        "antenna": antennas[0],
        "antennas": antennas,
        "protocol": {
            "pulses": [pulse.model_dump() for pulse in protocol.pulses],
            "planned_s": plan.planned_duration,
            "power_on_s": plan.planned_on_time,
            "cooldown_s": protocol.cooldown.duration,
            "generator_J": plan.planned_energy,
            "tissue_J": math.fsum(x["generator_J"] * x["delivered"] for x in antennas),
        },
        "thermocouples": couples,
        "notes": [
            *_antenna_notes(setup),
            *_access_notes(setup),
            *_sensor_notes(plan, couples),
            *case_notes(case),
        ],
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
    protocol = data["protocol"]
    lines = [*case_text(data["case"]), f"Tissues  {data['tissues']} parameter set"]
    for region, values in data["given"].items():
        shown = ", ".join(f"{name} {_shown(name, value)}" for name, value in values.items())
        lines.append(f"         but in {region}: {shown}")
    for antenna in data["antennas"]:
        lines += _antenna_text(antenna, several=len(data["antennas"]) > 1)
    lines.append(
        f"Planned  {protocol['power_on_s']:g} s with power in {protocol['planned_s']:g} s "
        f"({protocol['cooldown_s']:g} s of cooldown), {protocol['generator_J'] / 1e3:.2f} kJ at "
        f"the generator, {protocol['tissue_J'] / 1e3:.2f} kJ into the tissue"
    )
    if data["thermocouples"]:
        lines.append("Thermocouples")
        several = len(data["antennas"]) > 1
        lines += table([_couple_row(name, x, several) for name, x in data["thermocouples"].items()])
    lines += [f"Note     {note}" for note in data["notes"]]
    return lines


def _shown(name: str, value: Any) -> str:
    return PROPERTIES[name].show(value) if name in PROPERTIES else str(value)


def _antenna(setup: Setup, applied: AppliedAntenna) -> dict[str, Any]:
    placed, deposition = applied.placed, applied.deposition
    total = deposition.delivered or 1.0
    names = [setup.case.regions[label].name for label in deposition.labels]
    field = None if applied.field is None else applied.field.history
    shares = [deposition.weights[:, [k]].sum() / total for k in range(len(names))]
    return {
        "label": placed.name,
        "name": placed.antenna.name,
        "model": applied.model,
        "efficiency": placed.antenna.efficiency,
        "s11_dB": None if field is None else field.s11_dB[0],
        "absorbed_fraction": None if field is None else field.absorbed[0],
        "tip_mm": (1e3 * placed.pose.tip).tolist(),
        "axis": placed.pose.axis.tolist(),
        "tip_region": _regions_at(setup, [placed.pose.tip])[0],
        "delivered": deposition.delivered,
        "outside_fraction": deposition.outside_fraction,
        "power_by_region": {n: float(x) for n, x in zip(names, shares, strict=True)},
        "pulses": [pulse.model_dump() for pulse in placed.pulses],
        "start_s": placed.start,
        "end_s": placed.train.end,
        "generator_J": placed.train.energy,
    }


def _antenna_text(antenna: dict[str, Any], *, several: bool) -> list[str]:
    shares = ", ".join(
        f"{share:.1%} {name}" for name, share in antenna["power_by_region"].items() if share > 5e-4
    )
    which = f"{antenna['label']}: " if several else ""
    lines = [
        f"Antenna  {which}{antenna['name']} ({antenna['model']}), tip at "
        f"({point(antenna['tip_mm'])}) mm in {antenna['tip_region']}",
        f"         {antenna['delivered']:.3f} W into the tissue per W at the generator: {shares}",
    ]
    if antenna["s11_dB"] is not None:
        lines.append(
            f"         S11 {antenna['s11_dB']:.1f} dB at the start: "
            f"{10.0 ** (antenna['s11_dB'] / 10.0):.1%} of the power at the feed reflected, "
            f"{antenna['absorbed_fraction']:.1%} absorbed by tissue"
        )
    from_start = f"from {antenna['start_s']:g} s on, " if antenna["start_s"] > 0.0 else ""
    for number, pulse in enumerate(antenna["pulses"]):
        head, begun = ("Pulses", from_start) if number == 0 else ("", "")
        lines.append(
            f"{head:8} {begun}{pulse['power']:g} W, {pulse['cycles']} x "
            f"({pulse['on']:g} s on, {pulse['off']:g} s off)"
        )
    return lines


def _antenna_notes(setup: Setup) -> list[str]:
    """What the depositions say, with the antenna that it is about if there are several."""
    several = len(setup.antennas) > 1
    return [
        f"{one.placed.name}: {note.removeprefix('antenna: ')}" if several else note
        for one in setup.antennas
        for note in one.deposition.notes
    ]


def _access_notes(setup: Setup) -> list[str]:
    """What the antennas breach on their way, in cases that name bone and canal."""
    if not names_bone(setup.case):
        return []
    notes = []
    for one in setup.antennas:
        pose, width = one.placed.pose, one.placed.antenna.outer_diameter
        try:
            report = check_pose(setup.case, pose, width)
            if not report.safe and _passes_beside(setup, pose, width):
                continue
        except InputError:
            # No pedicles, or a body in pieces: a phantom, and not a way into a vertebra.
            continue
        if not report.safe:
            which = f"{one.placed.name}: " if len(setup.antennas) > 1 else ""
            notes.append(f"{which}the way of the antenna: {report}")
    return notes


def _passes_beside(setup: Setup, pose: Pose, width: float) -> bool:
    """Whether the antenna comes in safely beside the pedicle."""
    return check_pose(setup.case, pose, width, approach="costovertebral").safe


def _thermocouples(plan: Plan, setup: Setup) -> dict[str, dict[str, Any]]:
    points = list(setup.thermocouples.values())
    if not points:
        return {}
    antennas = plan.antennas
    distances = np.array([_distance(placed.pose, points) for placed in antennas])
    radii = np.array([0.5 * placed.antenna.outer_diameter for placed in antennas])
    nearest = distances.argmin(axis=0)
    regions = _regions_at(setup, points)
    found = {}
    for k, (name, position) in enumerate(setup.thermocouples.items()):
        rules = [r for r in plan.protocol.rules if r.thermocouple == name]
        found[name] = {
            "position_mm": (1e3 * position).tolist(),
            "region": regions[k],
            "to_antenna_axis_mm": 1e3 * float(distances[nearest[k], k]),
            "nearest_antenna": antennas[nearest[k]].name,
            "inside_antenna": bool(np.any(distances[:, k] < radii)),
            "rules": [rule.model_dump(exclude_none=True) for rule in rules],
        }
    return found


def _distance(pose: Pose, points: Sequence[FloatArray]) -> FloatArray:
    """Distance [m] of points from the axis of an antenna, ahead of it from its tip."""
    across, along = pose.local(np.array(points))
    return np.asarray(np.hypot(across, np.minimum(along, 0.0)), dtype=np.float64)


def _regions_at(setup: Setup, points: Sequence[FloatArray]) -> list[str]:
    """Name of the region around each point; all of them lie in the mesh."""
    tets, _ = Locator(setup.mesh).locate(np.array(points))
    return [setup.case.regions[int(label)].name for label in setup.mesh.regions[tets]]


def _sensor_notes(plan: Plan, couples: dict[str, dict[str, Any]]) -> list[str]:
    notes = []
    start = plan.case.initial_temperature
    for name, couple in couples.items():
        if couple["inside_antenna"]:
            notes.append(f"thermocouple {name!r} lies inside the antenna")
        notes += [
            f"rule on {name!r}: the limit of {rule['above']:g} degC is below the temperature at "
            f"the start, {start:g} degC, so it acts at once"
            for rule in couple["rules"]
            if rule["above"] < start
        ]
    return notes


def _couple_row(name: str, couple: dict[str, Any], several: bool) -> list[str]:
    nearest = f"{couple['nearest_antenna']}, the nearest antenna" if several else "the antenna"
    rules = ", ".join(f"{r['action']} above {r['above']:g} degC" for r in couple["rules"])
    return [
        name,
        f"({point(couple['position_mm'])}) mm",
        f"in {couple['region']}",
        f"{couple['to_antenna_axis_mm']:.1f} mm from {nearest}",
        rules or "recorded only",
    ]
