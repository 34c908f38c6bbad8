"""Zones of an independent axisymmetric prototype beside those of the package.

Run:  python -m benchmarks.validation.three_cm.crosscheck [--quick] [--json FILE]

The prototype solved the same coupled problem, homogeneous tissue, with finite volumes in the
antenna's plane and the field every 10 s; it was fitted to nothing and is not part of the package.
"""

from __future__ import annotations

from benchmarks.validation.homogeneous import block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from benchmarks.validation.three_cm.case import SETTINGS, TIMES
from mwa_sim.antenna.antenna import Antenna

# Tissue, power at the feed [W], antenna: volume-equivalent diameters [mm] of Omega >= 1 at TIMES.
PROTOTYPE = (
    (0, 28.0, "monopole-1.6mm", (15.0, 20.5, 24.2, 29.3)),
    (0, 40.0, "monopole-1.6mm", (17.5, 23.3, 27.2, 32.4)),
    (0, 40.0, "slot-1.6mm", (16.1, 18.7, 20.4, 22.5)),
    (1, 28.0, "monopole-1.6mm", (18.0, 23.4, 26.8, 31.5)),
    (1, 40.0, "monopole-1.6mm", (20.7, 26.3, 29.9, 34.3)),
    (2, 28.0, "monopole-1.6mm", (19.2, 26.4, 31.4, 38.4)),
    (2, 40.0, "monopole-1.6mm", (22.2, 29.6, 34.9, 42.2)),
    (2, 40.0, "slot-1.6mm", (21.3, 26.9, 30.5, 36.1)),
    (4, 28.0, "monopole-1.6mm", (20.0, 26.7, 31.5, 39.1)),
    (4, 40.0, "monopole-1.6mm", (22.4, 29.6, 34.8, 42.0)),
    (4, 40.0, "slot-1.6mm", (20.6, 26.9, 31.8, 39.0)),
)


def main() -> None:
    """Print volume-equivalent diameters side by side."""
    chosen = options(__doc__)
    mesh = block(1.5e-3 if chosen.quick else 0.75e-3)
    rows, kept = [], []
    for which, power, name, theirs in PROTOTYPE[:3] if chosen.quick else PROTOTYPE:
        antenna = Antenna.from_library(name)
        # All of the generator's power arrives at the feed.
        antenna = antenna.changed(efficiency=antenna.matched)
        found = march(plan_in_block(mesh, SETTINGS[which], antenna, power, TIMES[-1]), TIMES)
        kept.append({"prototype_mm": theirs, "feed_W": power, **found.described()})
        zones = [found.instants[t].zones["damage>=1"] for t in TIMES]
        last = found.instants[TIMES[-1]]
        rows.append([
            SETTINGS[which].title, name, f"{power:.0f}",
            " / ".join(f"{d:.1f}" for d in theirs),
            " / ".join(f"{zone.equivalent_diameter:.1f}" for zone in zones),
            " / ".join(f"{zone.width:.0f}×{zone.length:.0f}" for zone in zones),
            f"{100 * 10 ** (last.s11_dB / 10):.0f} %", f"{last.hottest:.0f}",
        ])  # fmt: skip
    table(
        f"Ω ≥ 1 after {' / '.join(map(str, TIMES))} s, wave-coupled [mm]",
        ["tissue", "antenna", "W at the feed", "prototype, equivalent diameter",
         "package, equivalent diameter", "package, width × length", "reflected at the end",
         "hottest [°C]"],
        rows,
    )  # fmt: skip
    write(chosen.json, kept)


if __name__ == "__main__":
    main()
