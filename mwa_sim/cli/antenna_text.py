"""The report on an antenna in tissue as lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mwa_sim.antenna.library import LibraryEntry, file_entry, library_entry
from mwa_sim.cli.console import table
from mwa_sim.summary import RESEARCH_NOTE
from mwa_sim.tissue.properties import STANDINGS, source_keys

# Distances from the surface of the antenna that the text gives the heating at [mm].
_SHOWN = (1.0, 5.0, 10.0, 20.0)


def antenna_text(name: str, reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """What an antenna does in one or several tissues, a column each.

    Parameters
    ----------
    name : str
        Of the antenna in the library, or its file.
    reports : sequence of dict
        From :meth:`mwa_sim.antenna.in_tissue.AntennaInTissue.summary`, one for each tissue.

    Returns
    -------
    list of str
    """
    entry = file_entry(name) if name.lower().endswith(".toml") else library_entry(name)
    first = reports[0]
    columns = [["", *(report["tissue"] for report in reports)]]
    columns += [[words, *(show(r) for r in reports)] for words, show in _rows(first)]
    lines = [
        *_wrapped("Antenna", f"{entry.name}: {entry.title}"),
        *_geometry(entry, f"antenna file {Path(name).name}", first),
        f"Computed  field at {first['frequency_Hz'] / 1e9:.6g} GHz in homogeneous tissue at "
        f"{first['temperature_degC']:g} degC, per watt at the feed",
        "",
        *table(columns, indent=""),
    ]
    sweeps = [line for report in reports for line in _sweep(report)]
    return [
        *lines,
        *(["", *sweeps] if sweeps else []),
        "",
        "Shares are of the power at the feed; SAR is in W/kg per watt at the feed. Distances are "
        "from",
        "the antenna's surface at the level of the strongest heating (4 mm of shaft); hubwards",
        "counts from there.",
        "Conductors are taken as perfect; a dielectric loses power if its file gives it a loss.",
        RESEARCH_NOTE,
    ]


def _rows(first: Mapping[str, Any]) -> list[tuple[str, Callable[[Mapping[str, Any]], str]]]:
    far = first["penetration"]["tail_beyond_mm"]
    rows: list[tuple[str, Callable[[Mapping[str, Any]], str]]] = [
        ("relative permittivity", lambda r: f"{r['relative_permittivity']:.1f}"),
        ("conductivity", lambda r: f"{r['electrical_conductivity_S_per_m']:.3g} S/m"),
        ("reflection S11", lambda r: f"{r['s11_dB']:.1f} dB"),
        ("reflected", lambda r: _share(r["reflected_fraction"])),
        ("absorbed by the tissue", lambda r: _share(r["absorbed_fraction"])),
        ("lost in the antenna", lambda r: _share(r["lost_fraction"])),
        ("radiated beyond the domain", lambda r: _share(r["radiated_fraction"])),
        ("power balance error", lambda r: f"{r['power_balance_error']:.0e}"),
        ("unknowns", lambda r: str(r["unknowns"])),
        ("efficiency, cable included", lambda r: _share(r["efficiency"])),
        ("plane-wave penetration", _millimetres("plane_wave_mm")),
        ("strongest heating, from tip", _millimetres("level_mm")),
    ]
    for distance in _SHOWN:
        if distance in first["profile"]["distance_mm"]:
            rows.append((f"SAR at {distance:g} mm", _sar(distance)))
    return [
        *rows,
        ("density down to 1/e^2 at", _millimetres("to_e2_mm")),
        ("density down to 10 % at", _millimetres("to_tenth_mm")),
        ("half the power: radius", _millimetres("radius_50_mm")),
        ("  contour, length x width", _contour("50")),
        ("90 % of the power: radius", _millimetres("radius_90_mm")),
        ("  contour, length x width", _contour("90")),
        ("heated length, -3 dB", _millimetres("half_length_mm")),
        ("heated length, 10 %", _millimetres("tenth_length_mm")),
        (f"absorbed > {far:g} mm hubwards", lambda r: _share(r["penetration"]["tail"])),
    ]


def _share(value: float) -> str:
    return f"{100.0 * value:.1f} %"


def _millimetres(key: str) -> Callable[[Mapping[str, Any]], str]:
    def show(report: Mapping[str, Any]) -> str:
        value = report["penetration"][key]
        return "beyond the domain" if value is None else f"{value:.1f} mm"

    return show


def _contour(share: str) -> Callable[[Mapping[str, Any]], str]:
    def show(report: Mapping[str, Any]) -> str:
        found = report["penetration"]
        return f"{found[f'length_{share}_mm']:.1f} x {found[f'width_{share}_mm']:.1f} mm"

    return show


def _sar(distance: float) -> Callable[[Mapping[str, Any]], str]:
    def show(report: Mapping[str, Any]) -> str:
        profile = report["profile"]
        value = profile["sar_W_per_kg_per_W"][profile["distance_mm"].index(distance)]
        return f"{value:.3g} W/kg"

    return show


def _geometry(entry: LibraryEntry, file: str, first: Mapping[str, Any]) -> list[str]:
    """Where the dimensions come from, and what is not known of the materials."""
    lines: list[str] = []
    # What a file of one's own states without a source has been read nowhere else.
    stated = [p for p in entry.parts if p.source == file and p.standing == STANDINGS[0]]
    groups = [(f"stated in {file}", stated)] if stated else []
    for standing in STANDINGS:
        parts = [p for p in entry.parts if p.standing == standing and p not in stated]
        sources = {key: None for part in parts for key in source_keys(part.source)}
        groups += [(f"{standing} ({', '.join(sources)})", parts)] if parts else []
    for words, parts in groups:
        names = ", ".join(part.name for part in parts)
        lines += _wrapped("" if lines else "Geometry", f"{words}: {names}")
    lossy = [part.name for part in entry.parts if part.permittivity and part.permittivity.imag]
    own = entry.number("frequency")
    if lossy and (first["frequency_Hz"] != own or "s11_over_frequency" in first):
        text = f"as at {own / 1e9:.6g} GHz at every frequency: {', '.join(lossy)}"
        lines += _wrapped("Losses", text)
    return lines


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, 100, initial_indent=f"{head:10}", subsequent_indent=10 * " ", break_on_hyphens=False
    )


def _sweep(report: Mapping[str, Any]) -> list[str]:
    """The best match of a sweep, and the band below -10 dB around the antenna's frequency."""
    sweep = report.get("s11_over_frequency")
    if not sweep:
        return []
    ghz, s11 = [f / 1e9 for f in sweep["frequency_Hz"]], sweep["s11_dB"]
    best = s11.index(min(s11))
    text = f"S11 in {report['tissue']}: {min(s11):.1f} dB at {ghz[best]:.4g} GHz"
    matched = [f for f, x in zip(ghz, s11, strict=True) if x <= -10.0]
    if len(matched) == len(ghz):
        text += f", below -10 dB from {ghz[0]:.4g} to {ghz[-1]:.4g} GHz throughout"
    elif matched:
        text += f", below -10 dB at {len(matched)} of {len(ghz)} points from {matched[0]:.4g} to "
        text += f"{matched[-1]:.4g} GHz"
    else:
        text += f", above -10 dB from {ghz[0]:.4g} to {ghz[-1]:.4g} GHz"
    return [text]
