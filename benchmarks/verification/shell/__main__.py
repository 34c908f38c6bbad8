"""How must the cortical shell of a vertebral body be represented?  A wall 0.4 mm thick, four ways.

Run:  python -m benchmarks.verification.shell [--quick]

A flat posterior wall between cancellous bone and epidural fat, a dural sac 2 mm behind it, and an
antenna parallel to the wall (40 W at the generator, closed form). The shell of 0.4 mm of cortical
bone is (a) resolved by elements of 0.15 mm, (b) a layer of elements of a mixture that holds as much
cortical bone, (c) left out, (d) a layer of solid cortical bone 1.2 mm thick, which is what a
clinical CT seems to show. Compared: temperatures at the wall, 1 mm behind it and on the dura, and
the zone.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from benchmarks.verification.shell.wall import DEPTHS, MM, SCENE, simulated


def main() -> None:
    """Print one row a representation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="30 s of power instead of 120 s")
    options = parser.parse_args()
    scene = replace(SCENE, duration=30.0) if options.quick else SCENE
    ways = (
        ("resolved", 0.0),
        ("mixture", 0.6 * MM),
        ("mixture", 1.2 * MM),
        ("left out", 0.6 * MM),
        ("left out", 1.2 * MM),
        ("solid", 1.2 * MM),
    )
    head = "  ".join(f"{name:>12s}" for name in DEPTHS)
    print(f"{'shell':10s} {'elements':>9s} {'nodes':>8s} {'steps':>6s}  {head}  {'zone':>9s}")
    for way, size in ways:
        found = simulated(way, size, scene)
        peaks = "  ".join(f"{value:7.2f} degC" for value in found.peaks.values())
        fine = 0.15 if way == "resolved" else 1e3 * size
        print(
            f"{way:10s} {fine:6.2f} mm {found.nodes:8d} {found.steps:6d}  {peaks}  "
            f"{found.zone_ml:6.2f} ml",
            flush=True,
        )


if __name__ == "__main__":
    main()
