"""The report of ``mwa-sim mesh`` for people."""

from __future__ import annotations

from typing import Any

from mwa_sim.cli.console import table
from mwa_sim.cli.describe import point

#: Relative volume error that is pointed out, as the meshes are meant to stay below it.
LARGE = 0.02


def report_text(report: dict[str, Any]) -> list[str]:
    """Lines: size and shapes, volumes against the source, landmarks, ways in, notes, files.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.mesh_report.mesh_report`, with ``name``, ``case`` and ``files``.

    Returns
    -------
    list of str
    """
    lines = [
        f"Case     {report['name']}: {report['tets']} tetrahedra, {report['nodes']} nodes",
        f"Shapes   smallest dihedral angle {report['min_dihedral_deg']:.1f} deg (1 % below "
        f"{report['p1_dihedral_deg']:.1f}), least radius ratio {report['min_radius_ratio']:.3f}",
        "",
        *_volumes(report),
        "",
        "Landmarks [mm]",
        *table([[name, f"({point(x)})"] for name, x in report["landmarks_mm"].items()]),
    ]
    ways = report.get("access", [])
    if ways:
        lines += ["", "Ways in"]
        lines += [f"  {way['verdict']}; {way['length_mm']:.0f} mm to the target" for way in ways]
    if report["notes"]:
        lines += ["", *(f"Note     {note}" for note in report["notes"])]
    lines += ["", *(f"File     {file}" for file in report["files"])]
    return [*lines, "", report["note"]]


def _volumes(report: dict[str, Any]) -> list[str]:
    rows = [["Region", "tissue", "volume", "source", "error", "surface off by (mean, 99 %)"]]
    errors, distances = report["volume_error"], report["surface_distance_mm"]
    whole = {part: name for name, parts in report["source_parts"].items() for part in parts[1:]}
    for name, volume in report["volumes_ml"].items():
        source, error = report["source_volumes_ml"].get(name, 0.0), errors.get(name)
        off = distances.get(name)
        rows.append(
            [
                name,
                report["tissues"][name],
                f"{volume:.3f} ml",
                f"in {whole[name]}" if name in whole else f"{source:.3f} ml",
                "" if error is None else f"{error:+.1%}{' (!)' if abs(error) > LARGE else ''}",
                "" if off is None else f"{off['mean']:.2f}, {off['p99']:.2f} mm",
            ]
        )
    lines = table(rows, indent="")
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]
