"""What can be said of a case before anything is simulated, as data and as text."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mwa_sim.cli.console import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mwa_sim.case import Case

FLAT_DEG = 3.0
"""Dihedral angle [deg] below which an element costs so many solver stages that it is noted."""


def case_data(case: Case) -> dict[str, Any]:
    """Mesh, regions, landmarks and organs at risk of a case, as JSON-able data.

    Parameters
    ----------
    case : Case

    Returns
    -------
    dict
        Lengths in mm, volumes in ml, temperatures in degC.
    """
    from mwa_sim.mesh.quality import quality

    mesh = case.mesh
    shape = {name: float(value) for name, value in asdict(quality(mesh)).items()}
    shape["min_height_mm"] = 1e3 * shape.pop("min_height")
    shape.pop("max_rate")
    return {
        "name": case.name,
        "description": case.description,
        "origin": case.origin,
        "nodes": mesh.n_nodes,
        "tets": mesh.n_tets,
        "extent_mm": (mesh.bounds * 1e3).tolist(),
        "quality": shape,
        "regions": {
            region.name: {
                "label": int(label),
                "tissue": region.tissue.name,
                "volume_ml": mesh.region_volume(label) * 1e6,
            }
            for label, region in sorted(case.regions.items())
        },
        "landmarks_mm": {name: (1e3 * x).tolist() for name, x in case.landmarks.items()},
        "organs_at_risk": [organ.described() for organ in case.organs_at_risk],
        "boundary": asdict(case.boundary),
        "initial_temperature_degC": case.initial_temperature,
    }


def case_text(data: dict[str, Any]) -> list[str]:
    """The same as lines for people.

    Parameters
    ----------
    data : dict
        From :func:`case_data`.

    Returns
    -------
    list of str
    """
    shape = data["quality"]
    low, high = data["extent_mm"]
    extent = " x ".join(f"{a:.1f}..{b:.1f}" for a, b in zip(low, high, strict=True))
    lines = [f"Case     {data['name']}: {data['description']}".rstrip(": ")]
    if data["origin"]:
        lines.append(f"Origin   {data['origin']}")
    lines += [
        f"Mesh     {data['tets']} tetrahedra, {data['nodes']} nodes, {extent} mm",
        f"Shapes   dihedral angles {shape['min_dihedral_deg']:.1f} to "
        f"{shape['max_dihedral_deg']:.1f} deg (smallest of 99 % of the elements above "
        f"{shape['p1_dihedral_deg']:.1f}), radius ratio {shape['min_radius_ratio']:.2f} at least, "
        f"{shape['mean_radius_ratio']:.2f} on average; 1 is regular",
        f"Start    {data['initial_temperature_degC']:g} degC, outer surface "
        f"{_boundary(data['boundary'])}",
        "Regions",
        *table(
            [
                [f"{region['label']}", name, region["tissue"], f"{region['volume_ml']:.2f} ml"]
                for name, region in data["regions"].items()
            ]
        ),
    ]
    if data["landmarks_mm"]:
        points = [[name, f"({point(x)}) mm"] for name, x in data["landmarks_mm"].items()]
        lines += ["Landmarks", *table(points)]
    if data["organs_at_risk"]:
        lines += ["Organs at risk", *table([_organ(organ) for organ in data["organs_at_risk"]])]
    return lines


def case_notes(data: dict[str, Any]) -> list[str]:
    """What a user should know about a case before relying on it.

    Parameters
    ----------
    data : dict
        From :func:`case_data`.

    Returns
    -------
    list of str
    """
    notes = []
    smallest = data["quality"]["min_dihedral_deg"]
    if smallest < FLAT_DEG:
        notes.append(
            f"mesh: the flattest element has a dihedral angle of {smallest:.1f} deg; "
            "such elements make the solver slow"
        )
    if not any(name.lower().startswith("tumour") for name in data["regions"]):
        notes.append(
            "case: no region is named 'tumour', so coverage and margins will not be reported"
        )
    if not data["organs_at_risk"]:
        notes.append("case: no organ at risk, so nothing can exceed a safety limit")
    return notes


def point(values_mm: Iterable[float]) -> str:
    """Coordinates [mm] for people."""
    return ", ".join(f"{x:.1f}" for x in values_mm)


def _boundary(boundary: dict[str, Any]) -> str:
    if boundary["kind"] == "insulated":
        return "insulated"
    if boundary["kind"] == "convection":
        return (
            f"in {boundary['temperature']:g} degC with "
            f"{boundary['heat_transfer_coefficient']:g} W/m2/K"
        )
    return f"held at {boundary['temperature']:g} degC"


def _organ(organ: dict[str, Any]) -> list[str]:
    what = f"region {organ['region']}" if organ["region"] else f"landmark {organ['landmark']}"
    hottest, most = organ["max_temperature"], organ["max_cem43"]
    limits = [] if hottest is None else [f"{hottest:g} degC"]
    limits += [] if most is None else [f"CEM43 {most:g} min"]
    return [organ["name"], what, "at most " + " and ".join(limits) if limits else "no limit"]
