"""One patient: described, meshed, measured and treated for half a minute."""

from __future__ import annotations

import time
import traceback
from dataclasses import asdict
from typing import Any

import numpy as np

import mwa_sim as mwa
from benchmarks.verification.mesh_size.case import case_of
from benchmarks.verification.patients.draw import MM, Patient
from mwa_sim.anatomy.recipes import Prepared, mesh_prepared, prepare
from mwa_sim.mesh_report import mesh_report

#: What a mesh must reach.
MIN_DIHEDRAL, P1_DIHEDRAL, RADIUS_RATIO = 5.0, 20.0, 0.03
VOLUME = 0.02
#: What a run must reach: relative error of the energy balance, and distance of the hottest node
#: from the axis of the antenna.
BALANCE, NEAR = 1e-3, 3.0 * MM
#: The antenna goes this far beyond the target: its radiating part then has its middle there.
DEEPER = 11.0 * MM
KEPT = ("nodes", "tets", "inverted_tets", "min_dihedral_deg", "p1_dihedral_deg",
        "min_radius_ratio", "worst_volume_error", "volume_error", "volume_uncertainty",
        "surface_distance_mm", "notes")  # fmt: skip


def examine(patient: Patient, sizes: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything about one patient as JSON-able data.

    Parameters
    ----------
    patient : Patient
    sizes : dict, optional
        Table ``size`` of the recipe; the default sizes otherwise.

    Returns
    -------
    dict
        ``status``: "done", "refused" (with a message for the user), "missed" (a threshold) or
        "crashed"; ``why``: messages; ``patient``, figures and times [s].
    """
    row: dict[str, Any] = {"status": "done", "why": [], "patient": asdict(patient), "seconds": {}}
    stage = "prepare"
    started = time.perf_counter()
    try:
        table = {**patient.recipe, **({"size": sizes} if sizes else {})}
        prepared = prepare(table)
        started = _lap(row, stage, started)
        stage = "mesh"
        anatomy = mesh_prepared(prepared)
        started = _lap(row, stage, started)
        stage = "report"
        report = mesh_report(anatomy, prepared)
        started = _lap(row, stage, started)
        row["mesh"] = {key: report[key] for key in KEPT}
        row["why"] += shortcomings(report)
        stage = "simulate"
        row["run"], wrong = treated(case_of(anatomy, prepared), prepared, patient)
        _lap(row, stage, started)
        row["why"] += wrong
    except mwa.MwaError as error:
        # Only what is said before meshing is about the request; later it is about the program.
        row["status"] = "refused" if stage == "prepare" else "crashed"
        row["why"] = [f"{stage}: {problem}" for problem in error.problems]
        return row
    except Exception as error:
        row["status"] = "crashed"
        place = traceback.extract_tb(error.__traceback__)[-1]
        row["why"] = [f"{stage}: {error!r} ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})"]
        return row
    if row["why"]:
        row["status"] = "missed"
    return row


def _lap(row: dict[str, Any], stage: str, started: float) -> float:
    now = time.perf_counter()
    row["seconds"][stage] = round(now - started, 2)
    return now


def shortcomings(report: dict[str, Any]) -> list[str]:
    """What a mesh misses.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.mesh_report.mesh_report`.
    """
    found = []
    if report["inverted_tets"]:
        found.append(f"inverted: {report['inverted_tets']} elements")
    for key, least in (
        ("min_dihedral_deg", MIN_DIHEDRAL),
        ("p1_dihedral_deg", P1_DIHEDRAL),
        ("min_radius_ratio", RADIUS_RATIO),
    ):
        if report[key] <= least:
            found.append(f"{key}: {report[key]:.3g}, expected above {least:g}")
    for name, error in report["volume_error"].items():
        # What sampling cannot tell is not held against the mesh.
        spread = 2.0 * report["volume_uncertainty"].get(name, 0.0)
        if abs(error) > VOLUME + spread:
            found.append(f"volume of {name}: {error:+.1%}")
    return found


def pose_of(prepared: Prepared, patient: Patient) -> tuple[mwa.Pose, str]:
    """The pose of the antenna and the name of the way that it follows.

    Where no way was proposed the antenna comes from behind and the left, straight to the target.
    """
    if prepared.ways:
        way = prepared.ways[min(int(patient.way * len(prepared.ways)), len(prepared.ways) - 1)]
        along, name = way.direction, way.name
    else:
        along, name = np.array([0.8, -0.6, 0.0]), "none proposed"
    entry = prepared.target - 40.0 * MM * along + np.array(patient.slip[0])
    tip = prepared.target + DEEPER * along + np.array(patient.slip[1])
    return mwa.Pose.between(entry=entry, tip=tip), name


def treated(
    case: mwa.Case, prepared: Prepared, patient: Patient
) -> tuple[dict[str, Any], list[str]]:
    """30 W for 30 s and 30 s of cooling, with the closed form of the antenna; and what is wrong."""
    pose, name = pose_of(prepared, patient)
    protocol = mwa.Protocol.pulsed(power=30, on=30.0, cooldown=30)
    antenna = mwa.Antenna.from_library("slot-1.6mm").changed(model="line")
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)
    result = mwa.simulate(plan)
    highest = result.fields["max_temperature"]
    wrong = [
        f"{key}: not finite"
        for key, values in {**result.fields, "frames": result.frames}.items()
        if not np.isfinite(values).all()
    ]
    hottest = result.mesh.nodes[int(np.argmax(highest))]
    behind = float((hottest - pose.tip) @ pose.axis)
    beside = float(np.linalg.norm(hottest - pose.tip - behind * pose.axis))
    if not (beside < NEAR and -NEAR < behind < 40.0 * MM):
        wrong.append(f"hottest {1e3 * beside:.1f} mm beside the antenna, {1e3 * behind:.1f} behind")
    balance = float(result.energy["balance_error"])
    if not abs(balance) < BALANCE:
        wrong.append(f"balance_error: {balance:.2e}")
    if not highest.max() > 60.0:
        wrong.append(f"hottest only {highest.max():.1f} degC")
    row = {
        "way": name,
        "hottest_degC": float(highest.max()),
        "coldest_degC": float(result.frames.min()),
        "zone_ml": result.zone("temperature>=60").volume_ml,
        "balance_error": balance,
        "steps": float(result.timing["steps"]),
        "stepping_s": float(result.timing["stepping_s"]),
    }
    return row, wrong
